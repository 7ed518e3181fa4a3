//! Single fields: their kind and options.

use super::{Findings, generated, label};
use crate::field::{FieldKind, compile, prepare};
use crate::meta::{Default, FieldMeta, Model, OnDelete, Registry, Validator};
use crate::{Expr, Value};

/// The digits that a decimal value can have.
const DECIMAL_DIGITS: u16 = 28;

pub(super) fn check(registry: &Registry, model: &Model, findings: &mut Findings) {
    for (place, field) in model.fields.iter().enumerate() {
        let object = label(model, &field.name);
        if field.is_generated() {
            let mut found = Findings::default();
            check_kind(field, &object, &mut found);
            generated::gather(found, &object, findings);
        } else {
            check_kind(field, &object, findings);
        }
        check_null(field, &object, findings);
        check_dates(field, &object, findings);
        let stored = registry.storage_kind(model.id(), place);
        let max_length = registry.storage_field(model.id(), place).max_length;
        check_values(field, stored, max_length, &object, findings);
        check_validators(field, stored, &object, findings);
    }
}

fn check_kind(field: &FieldMeta, object: &str, findings: &mut Findings) {
    let name = field.kind.django_name();
    match (field.kind, field.max_length) {
        (FieldKind::Char, None) => findings.warning(
            "fields.E120",
            object,
            "A CharField without a max_length: not every database can have it.".into(),
            "Set max_length, or use a TextField.",
        ),
        (kind, Some(0)) if has_length(kind) => {
            findings.error("fields.E121", object, "max_length must be 1 at least.".into(), "");
        }
        (kind, Some(_)) if !has_length(kind) => {
            findings.warning("fields.W122", object, format!("max_length means nothing for a {name}."), "Remove it.")
        }
        _ => {}
    }
    if field.kind != FieldKind::DECIMAL
        && let FieldKind::Decimal { max_digits, decimal_places } = field.kind
    {
        if max_digits == 0 {
            findings.error("fields.E133", object, "max_digits must be 1 at least.".into(), "");
        }
        if decimal_places > max_digits {
            findings.error(
                "fields.E134",
                object,
                format!("There are more decimal_places ({decimal_places}) than max_digits ({max_digits})."),
                "max_digits counts the digits on both sides of the point.",
            );
        }
        if max_digits > DECIMAL_DIGITS {
            findings.warning(
                "embellie.W004",
                object,
                format!("Values of {max_digits} digits can be stored, but not read: a decimal has {DECIMAL_DIGITS}."),
                format!("Set max_digits to {DECIMAL_DIGITS} or less."),
            );
        }
    }
    check_array(field, object, findings);
    if field.kind.is_auto() && !field.primary_key {
        findings.error("fields.E100", object, format!("A {name} must be the primary key."), "Set primary_key.");
    }
    if field.kind == FieldKind::GenericIpAddress && field.blank && !field.null {
        findings.error(
            "fields.E150",
            object,
            "A GenericIPAddressField that may be blank must be null: a blank address is stored as null.".into(),
            "Set null, or remove blank.",
        );
    }
}

fn has_length(kind: FieldKind) -> bool {
    kind.innermost().is_text() || kind == FieldKind::Binary
}

/// As many dimensions as databases have.
const MOST_DIMENSIONS: usize = 6;

fn check_array(field: &FieldMeta, object: &str, findings: &mut Findings) {
    let base = field.kind.innermost();
    if !matches!(field.kind, FieldKind::Array(_)) {
        if field.size.is_some() {
            let message = format!("size means nothing for a {}.", field.kind.django_name());
            findings.warning("embellie.W007", object, message, "Remove it.");
        }
        return;
    }
    let mut dimensions = 0;
    let mut kind = field.kind;
    while let Some(elements) = kind.elements() {
        (kind, dimensions) = (elements, dimensions + 1);
    }
    if dimensions > MOST_DIMENSIONS {
        let message = format!("An array has {MOST_DIMENSIONS} dimensions at most, and this one has {dimensions}.");
        findings.error("embellie.E016", object, message, "");
    }
    if base == FieldKind::ForeignKey {
        let hint = "Declare a many-to-many relation.";
        findings.error("embellie.E017", object, "An array cannot hold relations.".into(), hint);
    } else if base.is_auto() || matches!(base, FieldKind::List | FieldKind::CompositePrimaryKey | FieldKind::Any) {
        let message = format!("An array cannot hold values of a {}.", base.django_name());
        findings.error("embellie.E018", object, message, "Give it the kind of a field with values of its own.");
    }
}

fn check_null(field: &FieldMeta, object: &str, findings: &mut Findings) {
    if field.primary_key && field.null {
        findings.error(
            "fields.E007",
            object,
            "A primary key cannot be null.".into(),
            "Remove null, or remove primary_key.",
        );
    }
}

fn check_dates(field: &FieldMeta, object: &str, findings: &mut Findings) {
    let options = [("auto_now", field.auto_now), ("auto_now_add", field.auto_now_add)];
    let dated =
        matches!(field.kind, FieldKind::Date | FieldKind::Time | FieldKind::DateTime | FieldKind::NaiveDateTime);
    for (option, _) in options.iter().filter(|(_, set)| *set && !dated) {
        findings.error(
            "embellie.E005",
            object,
            format!("{option} sets the current date or time, which a {} does not hold.", field.kind.django_name()),
            format!("Remove {option}."),
        );
    }
    let set = usize::from(field.auto_now) + usize::from(field.auto_now_add) + usize::from(field.default.is_some());
    if dated && set > 1 {
        findings.error(
            "fields.E160",
            object,
            "auto_now, auto_now_add and default exclude each other.".into(),
            "Keep one of them.",
        );
    }
}

/// Defaults and choices, which must fit what the column holds.
fn check_values(field: &FieldMeta, stored: FieldKind, max_length: Option<u32>, object: &str, findings: &mut Findings) {
    let mut longest = 0;
    for choice in &field.choices {
        if let Err(why) = fits(field, stored, &choice.value) {
            findings.error("embellie.E006", object, format!("The choice {} does not fit: {why}", choice.value), "");
        }
        if let Value::Text(text) = &choice.value {
            longest = longest.max(text.chars().count());
        }
    }
    if let Some(max_length) = max_length
        && longest > max_length as usize
    {
        findings.error(
            "fields.E009",
            object,
            format!("max_length is {max_length}, but the longest of the choices has {longest} characters."),
            format!("Set max_length to {longest} at least."),
        );
    }
    if field.kind == FieldKind::Binary
        && let Some(Default::Value(Value::Text(_))) = &field.default
    {
        findings.error("fields.E170", object, "A BinaryField's default must be bytes, not text.".into(), "");
    }
    let set = match field.relation.as_ref().map(|relation| &relation.on_delete) {
        Some(OnDelete::Set(Default::Value(value))) => Some(("The value of on_delete", value)),
        _ => None,
    };
    let default = match &field.default {
        Some(Default::Value(value)) => Some(("The default", value)),
        _ => None,
    };
    let db_default = match &field.db_default {
        Some(Expr::Value(value)) => Some(("The database's default", value)),
        _ => None,
    };
    for (what, value) in [set, default, db_default].into_iter().flatten() {
        if let Err(why) = fits(field, stored, value).and_then(|()| short_enough(value, max_length)) {
            findings.error("embellie.E007", object, format!("{what} does not fit the field: {why}"), "");
        }
    }
    if let Some(expr) = &field.db_default
        && !is_constant(expr)
    {
        findings.error(
            "fields.E012",
            object,
            format!("{expr} cannot be a default of the database: it depends on rows."),
            "A default can be a constant or a function of constants.",
        );
    }
}

fn check_validators(field: &FieldMeta, stored: FieldKind, object: &str, findings: &mut Findings) {
    for validator in &field.validators {
        match validator {
            Validator::MinValue(limit) | Validator::MaxValue(limit) => {
                if let Err(why) = prepare(stored, &field.name, limit.clone()) {
                    let message = format!("A validator's limit does not fit the field: {why}");
                    findings.error("embellie.E012", object, message, "");
                }
            }
            Validator::Regex(pattern) => {
                if let Err(why) = compile(pattern) {
                    let message = format!("A validator can pass no value: {why}.");
                    let hint = "Correct it, or write a function.";
                    findings.warning("embellie.W006", object, message, hint);
                }
            }
            _ => {}
        }
    }
}

/// Whether a value can be stored as `stored`. Null stands for no value at all.
fn fits(field: &FieldMeta, stored: FieldKind, value: &Value) -> Result<(), String> {
    match prepare(stored, &field.name, value.clone()) {
        Err(error) => Err(error.to_string()),
        Ok(Value::Int(number)) => match stored.integer_range() {
            Some((least, greatest)) if !(least..=greatest).contains(&number) => {
                Err(format!("{number} is not between {least} and {greatest}."))
            }
            _ => Ok(()),
        },
        Ok(_) => Ok(()),
    }
}

fn short_enough(value: &Value, max_length: Option<u32>) -> Result<(), String> {
    match (value, max_length) {
        (Value::Text(text), Some(max_length)) if text.chars().count() > max_length as usize => {
            Err(format!("it has {} characters, and max_length is {max_length}.", text.chars().count()))
        }
        _ => Ok(()),
    }
}

/// Whether an expression needs no row: Django's `allowed_default`.
fn is_constant(expr: &Expr) -> bool {
    expr.paths().is_empty() && !needs_other_rows(expr)
}

/// Whether an expression is made of more than constants and the fields of one row.
pub(super) fn needs_other_rows(expr: &Expr) -> bool {
    let mut found = false;
    let _ = expr.clone().rewrite(&mut |part| {
        found |= matches!(
            part,
            Expr::Outer { .. }
                | Expr::Aggregate(_)
                | Expr::Window(_)
                | Expr::Subquery(_)
                | Expr::Exists(_)
                | Expr::ArraySubquery(_)
                | Expr::Star
        );
        part
    });
    found
}
