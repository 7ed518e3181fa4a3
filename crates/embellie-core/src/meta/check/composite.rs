//! Primary keys of several fields.

use super::{Findings, label};
use crate::field::FieldKind;
use crate::meta::Model;

pub(super) fn check(model: &Model, findings: &mut Findings) {
    for field in model.fields.iter().filter(|field| field.kind == FieldKind::CompositePrimaryKey) {
        findings.error(
            "fields.E013",
            &label(model, &field.name),
            "A field holds one value: the CompositePrimaryKey of a model is its 'pk'.".into(),
            "Declare a field for each value, and the fields as the model's primary key.",
        );
    }
    let Some(names) = &model.composite_primary_key else { return };
    if names.len() < 2 {
        findings.error(
            "embellie.E013",
            model.label(),
            "A composite primary key has two fields at least.".into(),
            "Name another, or set primary_key on the one.",
        );
    }
    let mut seen: Vec<(usize, &str)> = Vec::new();
    for name in names {
        let mut wrong = |why: String| {
            let message = format!("'{name}' cannot be included in the composite primary key.");
            findings.error("models.E042", model.label(), message, why);
        };
        let Some(place) = model.fields.iter().position(|field| field.name == *name || field.attname() == *name) else {
            let relation = model.meta().many_to_many.iter().any(|relation| relation.name == *name);
            wrong(match relation || name == "pk" {
                true => format!("'{name}' has no column."),
                false => format!("'{name}' is no field of the model."),
            });
            continue;
        };
        let field = &model.fields[place];
        if field.null {
            wrong(format!("'{name}' may be null."));
        } else if field.is_generated() {
            wrong(format!("'{name}' is a generated field."));
        } else if let Some((_, first)) = seen.iter().find(|(known, _)| *known == place) {
            wrong(format!("'{name}' and '{first}' are the same field."));
        } else {
            seen.push((place, name));
        }
    }
}
