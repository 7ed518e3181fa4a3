//! Names of fields, across relations, and what may come after them.

use embellie_core::field::FieldKind;
use embellie_core::meta::{Member, Model, ReverseSource};

use super::shape::Shape;
use crate::Models;

const OF_TEXT: &[&str] = &[
    "exact",
    "iexact",
    "contains",
    "icontains",
    "startswith",
    "istartswith",
    "endswith",
    "iendswith",
    "in",
    "regex",
    "iregex",
    "isnull",
    "gt",
    "gte",
    "lt",
    "lte",
    "range",
];
const OF_NUMBERS: &[&str] = &["exact", "gt", "gte", "lt", "lte", "in", "range", "isnull"];
const OF_DATES: &[&str] = &[
    "exact", "gt", "gte", "lt", "lte", "range", "in", "isnull", "year", "month", "day", "week", "week_day", "quarter",
];
const OF_TIMES: &[&str] = &["date", "time", "hour", "minute", "second"];
const OF_DOCUMENTS: &[&str] = &["exact", "contains", "contained_by", "has_key", "has_keys", "has_any_keys", "isnull"];
const OF_RELATIONS: &[&str] = &["isnull", "in", "exact"];

/// The names that may end a path: all of it is given back. With `lookups`, those are among them.
pub(super) fn paths(models: &Models, label: &str, begun: &str, lookups: bool) -> Vec<(String, String)> {
    let Ok(model) = models.model(label) else { return Vec::new() };
    let (before, _) = begun.rsplit_once("__").unwrap_or(("", begun));
    let prefix = if begun.contains("__") { format!("{before}__") } else { String::new() };
    let names = before.split("__").filter(|name| !name.is_empty());
    let mut found: Vec<(String, String)> = Vec::new();
    let mut at = Some(model);
    let mut kind = None;
    for name in names {
        let Some(model) = at else { return Vec::new() };
        let Some(member) = model.member(name) else { return Vec::new() };
        let registry = models.registry();
        at = registry.hops(model.id(), member).last().map(|hop| registry.get(hop.to));
        kind = match member {
            Member::Field(place) => Some(registry.storage_kind(model.id(), place)),
            _ => None,
        };
    }
    match at {
        Some(model) => {
            found.extend(members(models, model));
            if lookups && !prefix.is_empty() {
                found.extend(OF_RELATIONS.iter().map(|name| ((*name).to_owned(), "lookup".to_owned())));
            }
        }
        None if lookups => found.extend(kind.into_iter().flat_map(of_kind)),
        None => {}
    }
    found.into_iter().map(|(name, note)| (format!("{prefix}{name}"), note)).collect()
}

/// The lookups and transforms of a kind of field.
fn of_kind(kind: FieldKind) -> Vec<(String, String)> {
    let lists: &[&[&str]] = match kind {
        kind if kind.is_text() => &[OF_TEXT],
        FieldKind::Date => &[OF_DATES],
        FieldKind::DateTime | FieldKind::NaiveDateTime => &[OF_DATES, OF_TIMES],
        FieldKind::Json => &[OF_DOCUMENTS],
        _ => &[OF_NUMBERS],
    };
    lists.iter().flat_map(|list| list.iter()).map(|name| ((*name).to_owned(), "lookup".to_owned())).collect()
}

/// The fields and relations of a model, as queries name them.
fn members(models: &Models, model: &Model) -> Vec<(String, String)> {
    let registry = models.registry();
    let target = |id| registry.get(id).name.clone();
    let mut found: Vec<(String, String)> = Vec::new();
    for (place, field) in model.fields.iter().enumerate() {
        let note = match model.target(place) {
            Some((to, _)) => format!("→ {}", target(to)),
            None => field.kind.django_name().trim_end_matches("Field").to_lowercase(),
        };
        found.push((field.name.clone(), note));
    }
    for link in model.many_to_many() {
        found.push((link.meta.name.clone(), format!("⇉ {}", target(link.target))));
    }
    for reverse in model.reverse() {
        found.push((reverse.query_name.clone(), format!("⇇ {}", target(reverse.source))));
    }
    found.push(("pk".to_owned(), "primary key".to_owned()));
    found
}

/// The attributes of a model's objects.
pub(crate) fn attributes(models: &Models, label: &str) -> Vec<(String, String)> {
    let Ok(model) = models.model(label) else { return Vec::new() };
    let registry = models.registry();
    let mut found: Vec<(String, String)> = Vec::new();
    for (place, field) in model.fields.iter().enumerate() {
        match model.target(place) {
            Some((to, _)) => {
                found.push((field.name.clone(), format!("→ {}", registry.get(to).name)));
                if field.attname() != field.name {
                    found.push((field.attname(), "key".to_owned()));
                }
            }
            None => {
                found.push((field.name.clone(), field.kind.django_name().trim_end_matches("Field").to_lowercase()));
            }
        }
    }
    for link in model.many_to_many() {
        found.push((link.meta.name.clone(), format!("⇉ {}", registry.get(link.target).name)));
    }
    for reverse in model.reverse() {
        let accessor = reverse.accessor.iter().cloned();
        found.extend(accessor.map(|accessor| (accessor, format!("⇇ {}", registry.get(reverse.source).name))));
    }
    found.push(("pk".to_owned(), "primary key".to_owned()));
    found
}

/// What a relation of an object gives.
pub(super) fn related(models: &Models, label: &str, name: &str) -> Shape {
    let Ok(model) = models.model(label) else { return Shape::Other };
    let registry = models.registry();
    let label_of = |id| registry.get(id).label().to_owned();
    if let Some(reverse) = crate::query_set::reverse(model, name) {
        return match (reverse.multiple, reverse.relation) {
            (false, ReverseSource::Field(_)) => Shape::Object(label_of(reverse.source)),
            _ => Shape::Related(label_of(reverse.source)),
        };
    }
    match model.member(name) {
        Some(Member::Field(place)) => match model.target(place) {
            Some((to, _)) if model.fields[place].name == name => Shape::Object(label_of(to)),
            _ if model.fields[place].kind.is_text() => Shape::Text,
            _ => Shape::Other,
        },
        Some(Member::ManyToMany(place)) => Shape::Related(label_of(model.many_to_many()[place].target)),
        _ => Shape::Other,
    }
}
