//! What is said of names that lead nowhere, in Django's words.

use embellie_core::lookup::Lookup;
use embellie_core::meta::{Member, Model};
use embellie_core::{Error, Registry, did_you_mean};

/// A name that a model does not have.
pub(super) fn unknown_name(name: &str, model: &Model) -> Error {
    let choices: Vec<&str> = model.choices().into_iter().filter(|choice| !choice.ends_with('+')).collect();
    let near = match did_you_mean(name, choices.iter().copied()) {
        near if near.is_empty() => ".".to_owned(),
        near => near,
    };
    Error::Field(format!("Cannot resolve keyword '{name}' into field{near} Choices are: {}", choices.join(", ")))
}

/// A name after a field that leads nowhere.
pub(super) fn no_join(name: &str, field: &str) -> Error {
    Error::Field(format!("Cannot resolve keyword '{name}' into field. Join on '{field}' not permitted."))
}

/// Names after a field that are no lookup of it, nor, after a relation, names of the related model.
pub(super) fn unsupported_lookup(
    names: &[&str],
    class: &str,
    known: impl Iterator<Item = &'static str>,
    related: Option<&Model>,
) -> Error {
    let lookup = names.join("__");
    let near = close_matches(&lookup, known);
    let near = match (near.as_slice(), names.first(), related) {
        // A lookup that exists is meant as one.
        ([], Some(name), Some(related)) if Lookup::from_name(name).is_none() => {
            match did_you_mean(name, related.choices()) {
                near if near.is_empty() => ".".to_owned(),
                near => near,
            }
        }
        ([], ..) => ".".to_owned(),
        (near, ..) => format!(", perhaps you meant {}?", near.join(" or ")),
    };
    Error::Field(format!("Unsupported lookup '{lookup}' for {class} or join on the field not permitted{near}"))
}

/// A path that may not leave its table.
pub(super) fn joined_reference() -> Error {
    Error::Field("Joined field references are not permitted in this query".into())
}

/// The lookups that a relation has.
pub(super) fn is_relation_lookup(lookup: Lookup) -> bool {
    use Lookup as L;
    matches!(lookup, L::Exact | L::In | L::IsNull | L::Gt | L::Gte | L::Lt | L::Lte)
}

/// The class of Django's field for a relation.
pub(super) fn relation_class(registry: &Registry, model: &Model, member: Member) -> &'static str {
    let one_to_one = |model: &Model, field: usize| {
        model.fields.get(field).and_then(|field| field.relation.as_ref()).is_some_and(|relation| relation.one_to_one)
    };
    match member {
        Member::Field(field) if one_to_one(model, field) => "OneToOneField",
        Member::Relation(place) if is_generic(model, place) => "GenericRelation",
        Member::Relation(_) => "ForeignObject",
        Member::Field(_) | Member::Key | Member::ManyToMany(_) => "ForeignKey",
        Member::Reverse(index) => match model.reverse().get(index) {
            Some(reverse) => match reverse.relation {
                embellie_core::meta::ReverseSource::ManyToMany(_) => "ForeignKey",
                embellie_core::meta::ReverseSource::Field(field) if one_to_one(registry.get(reverse.source), field) => {
                    "OneToOneRel"
                }
                embellie_core::meta::ReverseSource::Field(_) => "ManyToOneRel",
                embellie_core::meta::ReverseSource::Relation(place)
                    if is_generic(registry.get(reverse.source), place) =>
                {
                    "GenericRel"
                }
                embellie_core::meta::ReverseSource::Relation(_) => "ForeignObjectRel",
            },
            None => "ForeignKey",
        },
    }
}

fn is_generic(model: &Model, relation: usize) -> bool {
    model.relations().get(relation).is_some_and(|relation| relation.meta.is_generic())
}

/// The up to three best of `choices` that are at least 0.6 like `name`, the best first, as Python's `difflib` has it.
fn close_matches(name: &str, choices: impl Iterator<Item = &'static str>) -> Vec<&'static str> {
    let letters: Vec<char> = name.chars().take(64).collect();
    let mut found: Vec<(f64, &str)> = choices
        .map(|choice| {
            let other: Vec<char> = choice.chars().collect();
            (2.0 * matching(&other, &letters) as f64 / (letters.len() + other.len()) as f64, choice)
        })
        .filter(|&(likeness, _)| likeness >= 0.6)
        .collect();
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| b.1.cmp(a.1)));
    found.into_iter().take(3).map(|(_, choice)| choice).collect()
}

/// How many letters two texts share in blocks: the longest common block, and the same to both sides of it.
fn matching(a: &[char], b: &[char]) -> usize {
    let (mut at_a, mut at_b, mut length) = (0, 0, 0);
    for i in 0..a.len() {
        for j in 0..b.len() {
            let same = a[i..].iter().zip(&b[j..]).take_while(|(x, y)| x == y).count();
            if same > length {
                (at_a, at_b, length) = (i, j, same);
            }
        }
    }
    match length {
        0 => 0,
        _ => length + matching(&a[..at_a], &b[..at_b]) + matching(&a[at_a + length..], &b[at_b + length..]),
    }
}
