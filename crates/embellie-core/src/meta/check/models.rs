//! Whole models: keys, clashing names, columns and tables.

use std::collections::{BTreeMap, HashMap};

use super::{Findings, label};
use crate::meta::{Model, Registry};

pub(super) fn check(model: &Model, findings: &mut Findings) {
    let before = findings.0.len();
    check_primary_key(model, findings);
    check_names(model, findings);
    // Clashing names have clashing columns, which need no second finding.
    if findings.0.len() == before {
        check_columns(model, findings);
    }
}

fn check_primary_key(model: &Model, findings: &mut Findings) {
    let composite = usize::from(model.has_composite_key());
    let keys = model.fields.iter().filter(|field| field.primary_key).count() + composite;
    if keys > 1 {
        findings.error(
            "models.E026",
            model.label(),
            format!("The model has {keys} primary keys."),
            "Keep primary_key on one field; others can be unique.",
        );
    }
    if !model.has_composite_key()
        && model.primary_key().name == "id"
        && model.fields.iter().any(|field| field.name == "id" && !field.primary_key)
    {
        findings.error(
            "models.E004",
            model.label(),
            "The field 'id' is not the primary key, which would be named 'id' too.".into(),
            "Set primary_key on 'id', or declare another primary key.",
        );
    }
}

fn check_names(model: &Model, findings: &mut Findings) {
    let mut seen: HashMap<String, &str> = HashMap::new();
    for field in &model.fields {
        let clash = seen.get(&field.name).or_else(|| seen.get(&field.attname())).copied();
        // The primary key added beside a field `id` is told as models.E004.
        if let Some(clash) = clash.filter(|clash| !(*clash == "id" && field.name == "id")) {
            clashes(model, &field.name, clash, findings);
        }
        seen.insert(field.name.clone(), &field.name);
        seen.insert(field.attname(), &field.name);
    }
    let links = model.meta().many_to_many.iter().map(|relation| &relation.name);
    let relations = model.meta().relations.iter().map(|relation| &relation.name);
    for name in links.chain(relations) {
        if let Some(clash) = seen.get(name).copied() {
            clashes(model, name, clash, findings);
        }
        seen.insert(name.clone(), name);
    }
}

fn clashes(model: &Model, name: &str, clash: &str, findings: &mut Findings) {
    findings.error(
        "models.E006",
        &label(model, name),
        format!("The field '{name}' clashes with the field '{clash}' of the same model."),
        "Rename one of them. A foreign key 'author' takes the name 'author_id' too.",
    );
}

fn check_columns(model: &Model, findings: &mut Findings) {
    let mut seen: HashMap<&str, &str> = HashMap::new();
    for field in &model.fields {
        if let Some(other) = seen.insert(&field.column, &field.name) {
            findings.error(
                "models.E007",
                model.label(),
                format!("The fields '{other}' and '{}' have the same column, '{}'.", field.name, field.column),
                "Set another column for one of them.",
            );
        }
    }
}

/// No two models share a table. Link tables are looked at with their relations.
pub(super) fn check_tables(registry: &Registry, findings: &mut Findings) {
    let mut tables: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for model in registry.models().iter().filter(|model| model.managed && !model.auto_created) {
        tables.entry(&model.table).or_default().push(model.label());
    }
    for (table, labels) in tables.into_iter().filter(|(_, labels)| labels.len() > 1) {
        findings.error(
            "models.E028",
            table,
            format!("The table '{table}' belongs to several models: {}.", labels.join(", ")),
            "Give each its own table; a model over a table that another manages is not managed itself.",
        );
    }
}
