//! Names: of models, fields and relations.

use super::{Findings, label};
use crate::lookup::Lookup;
use crate::meta::{Member, Model};

/// Names that every model's type has for itself.
const RESERVED: [&str; 2] = ["objects", "_state"];

/// Methods of objects that a field of the same name hides in Django's text and confuses in Rust.
const METHODS: [&str; 6] = ["save", "delete", "refresh", "refresh_from_db", "full_clean", "clean"];

const PYTHON_KEYWORDS: [&str; 35] = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del",
    "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal",
    "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
];

/// Words that Rust does not take as a name even when written `r#…`.
const RUST_UNUSABLE: [&str; 5] = ["self", "Self", "super", "crate", "_"];

pub(super) fn check(model: &Model, findings: &mut Findings) {
    check_model(model, findings);
    for field in &model.fields {
        check_member(model, &field.name, findings);
    }
    for relation in &model.meta().many_to_many {
        check_member(model, &relation.name, findings);
    }
    for relation in &model.meta().relations {
        check_member(model, &relation.name, findings);
    }
    check_reverse(model, findings);
}

/// Whether Rust and Python both take a name as one.
pub(super) fn is_identifier(name: &str) -> bool {
    let mut characters = name.chars();
    characters.next().is_some_and(|first| first == '_' || first.is_alphabetic())
        && characters.all(|c| c == '_' || c.is_alphanumeric())
        && !RUST_UNUSABLE.contains(&name)
}

/// Whether Python keeps a name for itself.
pub(super) fn is_keyword(name: &str) -> bool {
    PYTHON_KEYWORDS.contains(&name)
}

fn check_model(model: &Model, findings: &mut Findings) {
    let (object, name) = (model.label(), &model.name);
    if !is_identifier(name) {
        not_an_identifier(object, "model", name, findings);
    } else if name.starts_with('_') || name.ends_with('_') {
        findings.error(
            "models.E023",
            object,
            format!("The model name '{name}' begins or ends with an underscore, which queries cannot tell apart."),
            "Rename the model.",
        );
    } else if name.contains("__") {
        findings.error(
            "models.E024",
            object,
            format!("The model name '{name}' has two underscores in a row, which separate names in queries."),
            "Rename the model.",
        );
    }
    if !is_identifier(&model.app) {
        not_an_identifier(object, "app", &model.app, findings);
    }
}

fn not_an_identifier(object: &str, what: &str, name: &str, findings: &mut Findings) {
    findings.error(
        "embellie.E003",
        object,
        format!("The {what} name '{name}' is not an identifier."),
        "Use letters, digits and underscores, and begin with no digit.",
    );
}

fn check_member(model: &Model, name: &str, findings: &mut Findings) {
    let object = label(model, name);
    if !is_identifier(name) {
        not_an_identifier(&object, "field", name, findings);
    } else if name.ends_with('_') {
        findings.error("fields.E001", &object, "A field's name cannot end with an underscore.".into(), "Rename it.");
    } else if name.contains("__") {
        findings.error(
            "fields.E002",
            &object,
            "A field's name cannot contain '__', which separates names in queries.".into(),
            "Rename it.",
        );
    } else if name == "pk" {
        findings.error(
            "fields.E003",
            &object,
            "'pk' stands for the primary key of every model and cannot name a field.".into(),
            "Rename it.",
        );
    } else if RESERVED.contains(&name) {
        findings.error(
            "embellie.E004",
            &object,
            format!("'{name}' is a name that every model has, and cannot name a field."),
            "Rename it, and keep the column with column = \"…\".",
        );
    } else if Lookup::from_name(name).is_some() {
        findings.warning(
            "embellie.W001",
            &object,
            format!("The field is named like the lookup '{name}': in a path, the name will mean the field."),
            "Rename it, and keep the column with column = \"…\".",
        );
    } else if METHODS.contains(&name) {
        findings.warning(
            "embellie.W002",
            &object,
            format!("The field is named like the method '{name}' of all objects."),
            "Rename it, and keep the column with column = \"…\".",
        );
    } else if is_keyword(name) {
        findings.warning(
            "embellie.W003",
            &object,
            format!("'{name}' is a keyword of Python: Django's text cannot name the field."),
            "Rename it, and keep the column with column = \"…\".",
        );
    }
}

/// The names of ways back become methods of the model's type.
fn check_reverse(model: &Model, findings: &mut Findings) {
    for reverse in model.reverse() {
        let Some(accessor) = &reverse.accessor else { continue };
        if RESERVED.contains(&accessor.as_str()) && !matches!(model.member(accessor), Some(Member::Field(_))) {
            findings.error(
                "embellie.E004",
                model.label(),
                format!("'{accessor}' is a name that every model has, and cannot name the way back of a relation."),
                "Change the related_name of the relation.",
            );
        }
    }
}
