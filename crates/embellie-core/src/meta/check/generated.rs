//! Fields that the database computes.

use super::fields::needs_other_rows;
use super::{Findings, Level, label};
use crate::lookup::Lookup;
use crate::meta::{FieldMeta, Member, Model};

pub(super) fn check(model: &Model, findings: &mut Findings) {
    for field in &model.fields {
        let Some(generated) = &field.generated else { continue };
        let object = label(model, &field.name);
        check_options(field, &object, findings);
        if needs_other_rows(&generated.expression) {
            findings.error(
                "embellie.E015",
                &object,
                format!("The field is computed from {}, which needs other rows.", generated.expression),
                "A generated field is computed from other columns of its row.",
            );
        }
        for path in generated.expression.paths() {
            let mut names = path.names();
            let first = names.next().unwrap_or_default();
            let why = match model.member(first) {
                Some(Member::Field(place)) if model.fields[place].name == field.name => "is the field itself",
                Some(Member::Field(place)) => match names.next() {
                    Some(next) if model.fields[place].relation.is_some() && Lookup::from_name(next).is_none() => {
                        "is in another table"
                    }
                    _ => continue,
                },
                Some(_) => "has no column",
                None => "does not exist",
            };
            findings.error(
                "embellie.E015",
                &object,
                format!("The field is computed from '{path}', which {why}."),
                "A generated field is computed from other columns of its row.",
            );
        }
    }
}

/// What has no meaning for a value that nobody sets.
fn check_options(field: &FieldMeta, object: &str, findings: &mut Findings) {
    let options = [
        ("default", field.default.is_some()),
        ("db_default", field.db_default.is_some()),
        ("auto_now", field.auto_now),
        ("auto_now_add", field.auto_now_add),
        ("primary_key", field.primary_key),
        ("a relation", field.relation.is_some()),
    ];
    for (option, _) in options.iter().filter(|(_, set)| *set) {
        findings.error(
            "embellie.E014",
            object,
            format!("A generated field cannot have {option}: the database computes its value."),
            format!("Remove {option}, or generated."),
        );
    }
}

/// Tells what was found of the kind of a generated field as Django does: as one error and one warning.
pub(super) fn gather(found: Findings, object: &str, findings: &mut Findings) {
    for (level, id, what) in [(Level::Error, "fields.E223", "errors"), (Level::Warning, "fields.W224", "warnings")] {
        let messages: Vec<String> = found
            .0
            .iter()
            .filter(|message| message.level == level)
            .map(|message| format!("{} ({})", message.message.trim_end_matches('.'), message.id))
            .collect();
        if !messages.is_empty() {
            let message = format!("The kind of the generated field has {what}: {}.", messages.join("; "));
            findings.add(level, id, object, message, String::new());
        }
    }
}
