//! Validation: what Django's `clean_fields` says of values before they are saved.
//!
//! Saving does not validate, as in Django.

mod array;
mod number;
mod regex;
mod text;

pub(crate) use regex::compile;

use std::cmp::Ordering;

use super::{FieldKind, prepare};
use crate::meta::{FieldMeta, Model, Registry, Validator};
use crate::{Error, Result, Value};

/// Checks a field's value: null, blank, what the kind and its options allow, `choices` and `validators`.
///
/// `kind` is what the column holds, which for a foreign key is told by
/// [`Registry::storage_kind`](crate::meta::Registry::storage_kind).
///
/// ```
/// use embellie_core::field::{FieldKind, validate};
/// use embellie_core::meta::FieldMeta;
///
/// let field = FieldMeta::new("title", FieldKind::Char).max_length(5);
/// assert_eq!(validate(&field, field.kind, &"Rust".into()), Ok(()));
/// assert_eq!(
///     validate(&field, field.kind, &"embellie".into()),
///     Err(vec!["Ensure this value has at most 5 characters (it has 8).".to_owned()])
/// );
/// ```
///
/// # Errors
/// What is wrong with the value, in Django's words.
pub fn validate(field: &FieldMeta, kind: FieldKind, value: &Value) -> Result<(), Vec<String>> {
    // A key that the database counts, and what saving fills in, is nobody's to give.
    let filled_in = field.kind.is_auto() || field.auto_now || field.auto_now_add;
    let empty = is_empty(kind, value);
    if empty && (field.blank || filled_in || (value.is_null() && field.db_default.is_some())) {
        return Ok(());
    }
    if value.is_null() {
        return if field.null { blank(field) } else { one("This field cannot be null.") };
    }
    let value =
        prepare(kind, &field.name, value.clone()).map_err(|error| vec![unreadable(field, kind, value, &error)])?;
    let choice = |value: &Value| {
        field.choices.iter().any(|choice| prepare(kind, &field.name, choice.value.clone()).as_ref() == Ok(value))
    };
    if !field.choices.is_empty() && !empty && !choice(&value) {
        return Err(vec![format!("Value {value} is not a valid choice.")]);
    }
    if empty {
        return blank(field);
    }
    let mut messages = Vec::new();
    // A foreign key has the validators of the field at its end; that a row is there is the database's to say.
    if field.relation.is_none() {
        built_in(field, kind, &value, &mut messages);
    }
    for validator in &field.validators {
        messages.extend(run(validator, field, kind, &value).err());
    }
    if messages.is_empty() { Ok(()) } else { Err(messages) }
}

/// Checks the values of all of a model's fields: Django's `full_clean`, without what needs a database.
///
/// `value` gives the value of the field at a place in [`ModelMeta::fields`](crate::meta::ModelMeta::fields); its errors
/// are told as that field's.
///
/// ```
/// use embellie_core::field::{FieldKind, full_clean};
/// use embellie_core::meta::{FieldMeta, ModelMeta};
/// use embellie_core::{Registry, Value};
///
/// let registry = Registry::build([ModelMeta::new("blog", "User").field(FieldMeta::new("email", FieldKind::Email))])?;
/// let user = [Value::Int(1), Value::from("ann@x")];
/// let error = full_clean(&registry, registry.model("blog.User")?, &|field| Ok(user[field].clone())).unwrap_err();
/// assert_eq!(error.to_string(), "blog.User is not valid: email: Enter a valid email address.");
/// # Ok::<(), embellie_core::Error>(())
/// ```
///
/// # Errors
/// [`Error::Invalid`] with what is wrong with each field.
pub fn full_clean(registry: &Registry, model: &Model, value: &dyn Fn(usize) -> Result<Value>) -> Result<()> {
    let mut fields = Vec::new();
    for (place, field) in model.fields.iter().enumerate().filter(|(_, field)| !field.is_generated()) {
        let kind = registry.storage_kind(model.id(), place);
        let checked = match value(place) {
            Ok(value) => validate(field, kind, &value),
            Err(error) => Err(vec![error.to_string()]),
        };
        fields.extend(checked.err().map(|messages| (field.name.clone(), messages)));
    }
    if fields.is_empty() { Ok(()) } else { Err(Error::Invalid { model: model.label().to_owned(), fields }) }
}

fn one<T>(message: &str) -> Result<T, Vec<String>> {
    Err(vec![message.to_owned()])
}

fn blank(field: &FieldMeta) -> Result<(), Vec<String>> {
    if field.blank { Ok(()) } else { one("This field cannot be blank.") }
}

/// What Django counts as empty.
fn is_empty(kind: FieldKind, value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Text(text) => text.is_empty(),
        Value::Bytes(bytes) => bytes.is_empty() && kind == FieldKind::Binary,
        Value::List(values) => values.is_empty(),
        Value::Json(json) => match &**json {
            serde_json::Value::Null => true,
            serde_json::Value::String(text) => text.is_empty(),
            serde_json::Value::Array(items) => items.is_empty(),
            serde_json::Value::Object(entries) => entries.is_empty(),
            _ => false,
        },
        _ => false,
    }
}

/// Why a value is none of its kind at all.
fn unreadable(field: &FieldMeta, kind: FieldKind, value: &Value, error: &Error) -> String {
    let shown = value.to_string();
    let shown = shown.strip_prefix('\'').and_then(|text| text.strip_suffix('\'')).unwrap_or(&shown);
    match kind {
        _ if kind.integer_range().is_some() => format!("“{shown}” value must be an integer."),
        FieldKind::Float => format!("“{shown}” value must be a float."),
        FieldKind::Bool if field.null => format!("“{shown}” value must be either True, False, or None."),
        _ => {
            let message = error.to_string();
            let prefix = format!("Field '{}': ", field.name);
            message.strip_prefix(&prefix).map_or(message.clone(), str::to_owned)
        }
    }
}

fn built_in(field: &FieldMeta, kind: FieldKind, value: &Value, messages: &mut Vec<String>) {
    if let (FieldKind::Array(base), Value::List(values)) = (kind, value) {
        return array::items(field, *base, values, messages);
    }
    let found = match (kind, value) {
        (FieldKind::Email, Value::Text(v)) => text::email(v),
        (FieldKind::Slug, Value::Text(v)) => text::slug(v),
        (FieldKind::Url, Value::Text(v)) => text::url(v),
        (FieldKind::Decimal { max_digits, decimal_places }, Value::Decimal(v)) => {
            number::decimal(*v, max_digits, decimal_places)
        }
        (_, Value::Int(v)) => kind.integer_range().map_or(Ok(()), |range| number::integer(*v, range)),
        _ => Ok(()),
    };
    messages.extend(found.err());
    // The length of a TextField is for forms alone.
    if kind != FieldKind::Text
        && let Some(limit) = field.max_length
        && let Some(length) = length(value)
    {
        messages.extend(at_most(length, limit).err());
    }
}

fn run(validator: &Validator, field: &FieldMeta, kind: FieldKind, value: &Value) -> Result<(), String> {
    let as_text = || match value {
        Value::Text(text) => text.clone(),
        other => other.to_string(),
    };
    match validator {
        Validator::MinValue(limit) => match compare(value, limit, field, kind)? {
            Ordering::Less => Err(format!("Ensure this value is greater than or equal to {}.", plain(limit))),
            _ => Ok(()),
        },
        Validator::MaxValue(limit) => match compare(value, limit, field, kind)? {
            Ordering::Greater => Err(format!("Ensure this value is less than or equal to {}.", plain(limit))),
            _ => Ok(()),
        },
        Validator::MinLength(limit) => match length(value) {
            Some(length) if length < *limit as usize => {
                let characters = plural(*limit, "character");
                Err(format!("Ensure this value has at least {limit} {characters} (it has {length})."))
            }
            _ => Ok(()),
        },
        Validator::MaxLength(limit) => length(value).map_or(Ok(()), |length| at_most(length, *limit)),
        Validator::Regex(pattern) => regex::check(pattern, &as_text()),
        Validator::Email => text::email(&as_text()),
        Validator::Slug => text::slug(&as_text()),
        Validator::Url => text::url(&as_text()),
        Validator::Custom { check, .. } => check(value).map_err(|error| error.to_string()),
    }
}

fn at_most(length: usize, limit: u32) -> Result<(), String> {
    if length <= limit as usize {
        return Ok(());
    }
    let characters = plural(limit, "character");
    Err(format!("Ensure this value has at most {limit} {characters} (it has {length})."))
}

fn plural(count: u32, word: &str) -> String {
    if count == 1 { word.to_owned() } else { format!("{word}s") }
}

fn length(value: &Value) -> Option<usize> {
    match value {
        Value::Text(text) => Some(text.chars().count()),
        Value::Bytes(bytes) => Some(bytes.len()),
        _ => None,
    }
}

/// A limit as messages show it.
fn plain(limit: &Value) -> String {
    match limit {
        Value::Text(v) => v.clone(),
        Value::Decimal(v) => v.to_string(),
        other => other.to_string().trim_matches('\'').to_owned(),
    }
}

fn compare(value: &Value, limit: &Value, field: &FieldMeta, kind: FieldKind) -> Result<Ordering, String> {
    let limit = prepare(kind, &field.name, limit.clone()).map_err(|error| error.to_string())?;
    let order = match (value, &limit) {
        (Value::Int(a), Value::Int(b)) => Some(a.cmp(b)),
        (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
        (Value::Float(a), Value::Float(b)) => a.partial_cmp(b),
        (Value::Decimal(a), Value::Decimal(b)) => Some(a.cmp(b)),
        (Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
        (Value::Bytes(a), Value::Bytes(b)) => Some(a.cmp(b)),
        (Value::Date(a), Value::Date(b)) => Some(a.cmp(b)),
        (Value::Time(a), Value::Time(b)) => Some(a.cmp(b)),
        (Value::DateTime(a), Value::DateTime(b)) => Some(a.cmp(b)),
        (Value::Timestamp(a), Value::Timestamp(b)) => Some(a.cmp(b)),
        (Value::Duration(a), Value::Duration(b)) => Some(a.cmp(b)),
        _ => None,
    };
    order.ok_or_else(|| format!("A value of type {} cannot be compared with {limit}.", value.type_name()))
}
