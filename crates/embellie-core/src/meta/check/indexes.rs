//! Indexes and constraints: what they name, and their own names.

use std::collections::BTreeMap;

use super::{Findings, suggestion};
use crate::expr::Path;
use crate::lookup::Lookup;
use crate::meta::{ConstraintMeta, IndexKind, IndexMeta, IndexTerm, Member, Model, Registry};
use crate::{Expr, Q};

pub(super) fn check(model: &Model, findings: &mut Findings) {
    for index in &model.indexes {
        check_index(model, index, findings);
        check_references(model, "indexes", &index.terms, index.condition.as_ref(), &index.include, findings);
    }
    for constraint in &model.constraints {
        check_constraint(model, constraint, findings);
    }
}

fn check_index(model: &Model, index: &IndexMeta, findings: &mut Findings) {
    let object = model.label();
    if index.terms.is_empty() {
        findings.error("embellie.E009", object, "An index names no field.".into(), "Name one field at least.");
    }
    match &index.name {
        Some(name) => check_index_name(name, index.kind, object, findings),
        None => {
            let expressions = index.terms.iter().any(|term| !matches!(term.expr, Expr::Path(_)));
            let needs = [
                (expressions, "an expression"),
                (index.condition.is_some(), "a condition"),
                (!index.include.is_empty(), "non-key columns"),
                (index.terms.iter().any(|term| term.opclass.is_some()), "operator classes"),
            ];
            if let Some((_, what)) = needs.iter().find(|(has, _)| *has) {
                findings.error(
                    "embellie.E010",
                    object,
                    format!("An index with {what} needs a name."),
                    "Set the index's name.",
                );
            }
        }
    }
}

fn check_index_name(name: &str, kind: Option<IndexKind>, object: &str, findings: &mut Findings) {
    // Django gives the kinds with a longer suffix than `idx` so much more.
    let limit = 27
        + match kind {
            None => 3,
            Some(IndexKind::Gin) => 3,
            Some(IndexKind::Hash | IndexKind::Gist | IndexKind::Brin) => 4,
            Some(IndexKind::BTree | IndexKind::Bloom) => 5,
            Some(IndexKind::SpGist) => 6,
        };
    if name.is_empty() || name.starts_with(|first: char| first == '_' || first.is_ascii_digit()) {
        findings.error(
            "models.E033",
            object,
            format!("The index name '{name}' must begin with a letter."),
            "Rename the index.",
        );
    }
    if name.chars().count() > limit {
        findings.error(
            "models.E034",
            object,
            format!("The index name '{name}' has more than {limit} characters."),
            "Shorten it, so that all databases take it.",
        );
    }
}

fn check_constraint(model: &Model, constraint: &ConstraintMeta, findings: &mut Findings) {
    let object = model.label();
    let name = constraint.name();
    if name.is_empty() {
        findings.error("embellie.E010", object, "A constraint has no name.".into(), "Name the constraint.");
    }
    match constraint {
        ConstraintMeta::Check { condition, .. } => {
            check_references(model, "constraints", &[], Some(condition), &[], findings);
        }
        ConstraintMeta::Unique { terms, condition, include, deferrable, .. } => {
            if terms.is_empty() {
                findings.error(
                    "embellie.E009",
                    object,
                    format!("The constraint '{name}' names no field."),
                    "Name one field at least.",
                );
            }
            let expressions = terms.iter().any(|term| !matches!(term.expr, Expr::Path(_)) || term.descending);
            let excluding = [
                (condition.is_some(), "a condition"),
                (!include.is_empty(), "non-key columns"),
                (terms.iter().any(|term| term.opclass.is_some()), "operator classes"),
                (expressions, "expressions"),
            ];
            for (_, what) in excluding.iter().filter(|(has, _)| *has && deferrable.is_some()) {
                findings.error(
                    "embellie.E011",
                    object,
                    format!("The constraint '{name}' has {what} and cannot be deferrable."),
                    "Remove deferrable.",
                );
            }
            check_references(model, "constraints", terms, condition.as_ref(), include, findings);
        }
    }
}

/// Whatever an index or constraint names must be a column of its own table.
fn check_references(
    model: &Model,
    option: &str,
    terms: &[IndexTerm],
    condition: Option<&Q>,
    include: &[String],
    findings: &mut Findings,
) {
    let mut paths: Vec<&Path> = terms.iter().flat_map(|term| term.expr.paths()).collect();
    paths.extend(condition.into_iter().flat_map(Q::paths));
    for path in &paths {
        let mut names = path.names();
        let Some(first) = names.next() else { continue };
        let relation = match model.member(first) {
            Some(Member::Field(place)) => model.fields[place].relation.is_some(),
            _ => false,
        };
        match names.next() {
            Some(next) if relation && Lookup::from_name(next).is_none() => findings.error(
                "models.E041",
                model.label(),
                format!("'{option}' names '{path}', which is in another table."),
                "An index or constraint is about one table's columns.",
            ),
            _ => check_local_field(model, option, first, findings),
        }
    }
    for name in include {
        check_local_field(model, option, name, findings);
    }
}

/// A name in a model's option must be a field with a column.
pub(super) fn check_local_field(model: &Model, option: &str, name: &str, findings: &mut Findings) {
    match model.member(name) {
        _ if name == "pk" && model.composite_primary_key.is_some() => findings.error(
            "models.E048",
            model.label(),
            format!("'{option}' names the composite primary key 'pk'."),
            "Name its fields.",
        ),
        Some(Member::Field(_)) => {}
        Some(Member::ManyToMany(_)) => findings.error(
            "models.E013",
            model.label(),
            format!("'{option}' names the many-to-many relation '{name}', which has no column."),
            "Name fields with columns.",
        ),
        _ => {
            let fields = model.fields.iter().map(|field| field.name.as_str());
            findings.error(
                "models.E012",
                model.label(),
                format!("'{option}' names the field '{name}', which does not exist."),
                suggestion(name, fields),
            );
        }
    }
}

/// The names of indexes and of constraints are unique in a database.
pub(super) fn check_names(registry: &Registry, findings: &mut Findings) {
    let models = || registry.models().iter().filter(|model| !model.auto_created);
    let indexes = models().flat_map(|model| {
        let name = |index: &IndexMeta| match &index.name {
            Some(name) => name.clone(),
            // Django makes the name of these from the table and the fields.
            None => {
                let sign = |term: &IndexTerm| if term.descending { "-" } else { "" };
                let terms = index.terms.iter().map(|term| format!("{}{}", sign(term), term.expr));
                format!("{} over {} {:?}", model.table, terms.collect::<Vec<_>>().join(", "), index.kind)
            }
        };
        model.indexes.iter().map(move |index| (name(index), model.label()))
    });
    check_unique("index", ("models.E029", "models.E030"), indexes, findings);
    let constraints = models().flat_map(|model| model.constraints.iter().map(|c| (c.name().to_owned(), model.label())));
    check_unique("constraint", ("models.E031", "models.E032"), constraints, findings);
}

fn check_unique<'m>(
    what: &str,
    (in_one, among): (&'static str, &'static str),
    named: impl Iterator<Item = (String, &'m str)>,
    findings: &mut Findings,
) {
    let mut users: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    named.for_each(|(name, label)| users.entry(name).or_default().push(label));
    for (name, mut labels) in users.into_iter().filter(|(_, labels)| labels.len() > 1) {
        labels.dedup();
        let id = if labels.len() == 1 { in_one } else { among };
        findings.error(
            id,
            labels[0],
            format!("The {what} name '{name}' is used more than once: by {}.", labels.join(", ")),
            "Rename all but one.",
        );
    }
}
