//! What to write instead of a loop that asks the database, in the program's own names.

use embellie_core::Registry;
use embellie_core::meta::{Member, Model, ReverseSource};
use embellie_sql::{Comparison, Outline, TableColumn};

use super::finding::FindingKind;

/// What is asked about.
pub(crate) struct Remedy<'a> {
    pub(crate) kind: FindingKind,
    pub(crate) outline: &'a Outline,
    /// The tables that were read before the loop began.
    pub(crate) before: &'a [String],
    pub(crate) registry: Option<&'a Registry>,
}

/// What to do about it, in words and code.
pub(crate) fn remedy(asked: &Remedy<'_>) -> String {
    let model = asked.outline.tables.first().and_then(|table| model_of(asked.registry?, table));
    let name = model.map_or("Model", |model| model.name.as_str());
    match asked.kind {
        FindingKind::Duplicate => {
            "The same rows are read again and again: read them once, before the loop, and hand them on.".to_owned()
        }
        FindingKind::RowByRow => match asked.outline.operation.as_str() {
            "INSERT" => format!("Insert all with few statements: `{name}::objects().bulk_create(&mut objects, &db)`."),
            "DELETE" => {
                format!("Delete all at once: `{name}::objects().filter({name}::id.in_(ids)).delete(&db)`.")
            }
            _ => format!(
                "Change all at once: `{name}::objects().filter(…).update(set!(…), &db)` where they get the same, \
                 `{name}::objects().bulk_update(&mut objects, &[\"field\"], &db)` where each gets its own."
            ),
        },
        _ => {
            let compared = asked.outline.compared.iter().filter(|compared| compared.how == Comparison::Equal);
            asked
                .registry
                .and_then(|registry| compared.map(|c| &c.column).find_map(|column| beforehand(registry, asked, column)))
                .unwrap_or_else(|| {
                    format!(
                        "Ask once for all: `{name}::objects().filter({name}::field.in_(values))`, then look each up."
                    )
                })
        }
    }
}

/// How what is found by a column is read for all objects at once.
fn beforehand(registry: &Registry, asked: &Remedy<'_>, column: &TableColumn) -> Option<String> {
    let model = model_of(registry, &column.table)?;
    let place = model.fields.iter().position(|field| field.column == column.name)?;
    match model.target(place) {
        Some(_) => back(registry, asked, model, place),
        None => there(registry, asked, model, place),
    }
}

/// By a foreign key of what is read: the objects that point at each.
fn back(registry: &Registry, asked: &Remedy<'_>, model: &Model, place: usize) -> Option<String> {
    let (owner, _) = model.target(place)?;
    let owner = registry.get(owner);
    let here = Member::Field(place);
    let link = owner.many_to_many().iter().find(|m2m| m2m.through == model.id() && m2m.source.key == here);
    let relation = link.map(|m2m| m2m.meta.name.clone()).or_else(|| {
        let leads_here = |source: ReverseSource, of: &Model| match source {
            ReverseSource::Field(field) => of.id() == model.id() && field == place,
            ReverseSource::Relation(_) => false,
            ReverseSource::ManyToMany(index) => {
                of.many_to_many().get(index).is_some_and(|m2m| m2m.through == model.id() && m2m.other.key == here)
            }
        };
        // The objects at the other end of a table between, rather than its rows.
        let mut ways: Vec<_> =
            owner.reverse().iter().filter(|way| leads_here(way.relation, registry.get(way.source))).collect();
        ways.sort_by_key(|way| matches!(way.relation, ReverseSource::Field(_)));
        ways.first().and_then(|way| way.accessor.clone())
    })?;
    let (owner, shape) = (&owner.name, &asked.outline.shape);
    Some(if shape.starts_with("SELECT COUNT(") {
        format!("Count them with what they belong to: `{owner}::objects().annotate(Count({owner}::{relation}()))`.")
    } else if shape.contains(" SUM(") || shape.contains(" AVG(") || shape.contains(" MAX(") || shape.contains(" MIN(") {
        format!("Compute it with what it belongs to: `{owner}::objects().annotate(Sum({owner}::{relation}().field))`.")
    } else {
        format!(
            "Read them for all {owner} objects with one statement: `{owner}::objects().prefetch({owner}::{relation}())`."
        )
    })
}

/// By its own key: the object that others point at.
fn there(registry: &Registry, asked: &Remedy<'_>, model: &Model, place: usize) -> Option<String> {
    let own = &model.name;
    let field = &model.fields[place];
    let mut pointing = Vec::new();
    for other in registry.models().iter().filter(|other| !other.auto_created) {
        for (at, pointer) in other.fields.iter().enumerate() {
            if other.target(at) == Some((model.id(), place)) {
                pointing.push((asked.before.contains(&other.table), other, pointer));
            }
        }
    }
    // What was read before the loop is what the loop goes over.
    let any_read = pointing.iter().any(|(read, ..)| *read);
    pointing.retain(|(read, ..)| *read || !any_read);
    let ways: Vec<String> = pointing
        .iter()
        .take(2)
        .map(|(_, other, pointer)| {
            let (other, pointer) = (&other.name, &pointer.name);
            format!("`{other}::objects().select_related({other}::{pointer})`")
        })
        .collect();
    let all = if model.key_fields() == [place] {
        format!("`{own}::objects().in_bulk(&keys, &db)`")
    } else {
        format!("`{own}::objects().filter({own}::{}.in_(values))`", field.name)
    };
    Some(match ways.as_slice() {
        [] => format!("Read all at once: {all}."),
        ways => format!(
            "Read each with the object that points at it: {}; or all at once: {all}. In the fetch mode `Peers` the \
             first access reads them for all rows.",
            ways.join(" or ")
        ),
    })
}

/// The model of a table.
pub(crate) fn model_of<'r>(registry: &'r Registry, table: &str) -> Option<&'r Model> {
    registry.models().iter().find(|model| model.table == table)
}
