//! Defaults, choices and validators.

use std::rc::Rc;

use embellie_core::field::{FieldKind, prepare};
use embellie_core::meta::{Choice, Default, FieldMeta, Validator};
use embellie_core::{Expr, Value};
use jiff::Timestamp;

use super::Builder;
use crate::models::json::now;
use crate::models::python::value::{FunctionKind, Given, Val};
use crate::{Py, names};

impl Builder<'_> {
    /// What a new object has; `None` for what Python computes.
    pub(super) fn default(&mut self, field: &FieldMeta, value: &Val) -> Option<Default> {
        let value = match value {
            Val::Outside(name) if &**name == "builtins.list" && field.kind.is_array() => {
                return Some(Default::Function(|| Value::List(Vec::new())));
            }
            Val::Outside(name) => return self.known_function(name),
            Val::Function(function) if function.kind != FunctionKind::Decorated => {
                match self.read.run(&Rc::clone(function), None, Given::default())? {
                    // What a call of it gives may be another thing at the next one.
                    Val::Object(object) => match &object.class {
                        Val::Outside(name) => return self.known_function(name),
                        _ => return None,
                    },
                    value => value,
                }
            }
            Val::Bound(bound) => {
                let (this, function, owner) = &**bound;
                self.read.run(function, Some((this.clone(), owner.clone())), Given::default())?
            }
            Val::Class(_) => return None,
            other => other.clone(),
        };
        let value = value.to_py()?;
        if field.kind == FieldKind::Json {
            return Some(Default::Value(match value {
                Py::None => Value::Null,
                value => Value::Json(Box::new(value.to_json().ok()?)),
            }));
        }
        Some(Default::Value(stored(field.kind, &field.name, value)?))
    }

    /// A function that is known, by its name.
    fn known_function(&self, name: &str) -> Option<Default> {
        Some(match name {
            "uuid.uuid4" => Default::Function(|| Value::Uuid(uuid::Uuid::new_v4())),
            "uuid.uuid7" => Default::Function(|| Value::Uuid(uuid::Uuid::now_v7())),
            "django.utils.timezone.now"
            | "datetime.datetime.now"
            | "datetime.datetime.utcnow"
            | "datetime.datetime.today" => match self.settings.use_tz {
                true => Default::Function(|| Value::Timestamp(Timestamp::now())),
                false => Default::Function(|| Value::DateTime(now())),
            },
            "datetime.date.today" | "django.utils.timezone.localdate" => {
                Default::Function(|| Value::Date(now().date()))
            }
            "builtins.dict" => Default::Function(|| Value::Json(Box::new(serde_json::json!({})))),
            "builtins.list" => Default::Function(|| Value::Json(Box::new(serde_json::json!([])))),
            "builtins.str" => Default::Value(Value::Text(String::new())),
            "builtins.int" => Default::Value(Value::Int(0)),
            "builtins.bool" => Default::Value(Value::Bool(false)),
            _ => return None,
        })
    }

    /// The values allowed, those in groups included.
    pub(super) fn choices(&mut self, field: &FieldMeta, value: &Val) -> Vec<Choice> {
        let value = match value {
            Val::Class(class) => self.read.attribute(Val::Class(Rc::clone(class)), "choices"),
            Val::Function(function) => {
                self.read.run(&Rc::clone(function), None, Given::default()).unwrap_or(Val::Unknown)
            }
            other => other.clone(),
        };
        let mut choices = Vec::new();
        gather(field, &value, &mut choices);
        choices
    }

    /// The validators, and the names of those that are not known.
    pub(super) fn validators(&mut self, value: &Val) -> (Vec<Validator>, Vec<String>) {
        let (mut known, mut unknown) = (Vec::new(), Vec::new());
        for value in value.elements().unwrap_or_default() {
            match validator(&value) {
                Some(validator) => known.push(validator),
                None => unknown.push(match &value {
                    Val::Outside(name) => name.to_string(),
                    Val::Function(function) => function.name.to_string(),
                    Val::Class(class) => class.name.to_string(),
                    Val::Object(object) => match &object.class {
                        Val::Class(class) => class.name.to_string(),
                        Val::Outside(name) => name.to_string(),
                        _ => "?".to_owned(),
                    },
                    _ => "?".to_owned(),
                }),
            }
        }
        (known, unknown)
    }
}

fn gather(field: &FieldMeta, value: &Val, into: &mut Vec<Choice>) {
    let pairs: Vec<(Val, Val)> = match value {
        Val::Dict(items) => items.borrow().clone(),
        other => other
            .elements()
            .unwrap_or_default()
            .iter()
            .filter_map(|pair| match pair.elements()?.as_slice() {
                [value, label] => Some((value.clone(), label.clone())),
                _ => None,
            })
            .collect(),
    };
    for (value, label) in pairs {
        match label.as_text() {
            Some(label) => {
                // No choice at all is not one of the values.
                let plain = value.to_py().filter(|value| !matches!(value, Py::None));
                if let Some(value) = plain.and_then(|value| stored(field.kind, &field.name, value)) {
                    into.push(Choice { value, label });
                }
            }
            None => gather(field, &label, into),
        }
    }
}

fn stored(kind: FieldKind, name: &str, value: Py) -> Option<Value> {
    let value = value.to_value().ok()?;
    Some(prepare(kind, name, value.clone()).unwrap_or(value))
}

fn validator(value: &Val) -> Option<Validator> {
    let name = match value {
        Val::Object(object) => object.outside().into_iter().next()?,
        Val::Outside(name) => name.clone(),
        _ => return None,
    };
    let name = name.strip_prefix("django.core.validators.")?.to_owned();
    let given = match value {
        Val::Object(object) => object.given.borrow().clone(),
        _ => Given::default(),
    };
    let limit = || given.argument(0, "limit_value").and_then(Val::to_py).and_then(|limit| limit.to_value().ok());
    let length =
        || limit().and_then(|limit| if let Value::Int(length) = limit { u32::try_from(length).ok() } else { None });
    Some(match name.as_str() {
        "MinValueValidator" => Validator::MinValue(limit()?),
        "MaxValueValidator" => Validator::MaxValue(limit()?),
        "MinLengthValidator" => Validator::MinLength(length()?),
        "MaxLengthValidator" => Validator::MaxLength(length()?),
        "RegexValidator" if given.argument(3, "inverse_match").is_none() => {
            Validator::Regex(given.argument(0, "regex").and_then(Val::as_text)?)
        }
        "EmailValidator" | "validate_email" => Validator::Email,
        "URLValidator" => Validator::Url,
        "validate_slug" => Validator::Slug,
        _ => return None,
    })
}

/// What the database fills in.
pub(super) fn expression(field: &FieldMeta, value: Py) -> Option<Expr> {
    match value {
        value @ (Py::Expr(_) | Py::Q(_)) => plain_expression(value),
        value if field.kind == FieldKind::Json => Some(Expr::Value(Value::Json(Box::new(value.to_json().ok()?)))),
        value => Some(Expr::Value(value.to_value().ok()?)),
    }
}

/// A value as an expression.
pub(super) fn plain_expression(value: Py) -> Option<Expr> {
    match value {
        Py::Str(path) => Some(Expr::path(path.as_str())),
        value => names::value_or_expression(value).ok(),
    }
}
