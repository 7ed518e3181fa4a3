//! Comparisons: equal, less, the same, contained.

use std::cmp::Ordering;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::expression::value_type;
use super::key::Key;
use super::shared::Held;
use crate::{Error, Py, Result};

/// How deep values may be nested that are compared.
const DEEPEST: u32 = 40;

/// Whether two values are the same one: `is`.
pub(super) fn is_same(left: &Py, right: &Py) -> bool {
    match (left, right) {
        (Py::Shared(a), Py::Shared(b)) if a.is(b) => true,
        // There is one member of each name, wherever it was looked up.
        (Py::Shared(_), Py::Shared(_)) => match (left.as_thing(), right.as_thing()) {
            (Some(a), Some(b)) => a.repr == b.repr && a.text == b.text && a.options == b.options,
            _ => false,
        },
        (Py::None, Py::None) => true,
        (Py::Bool(a), Py::Bool(b)) => a == b,
        (Py::Int(a), Py::Int(b)) => a == b,
        (Py::Str(a), Py::Str(b)) => a == b,
        (Py::Name(a), Py::Name(b)) => a == b,
        (Py::Model(a), Py::Model(b)) => a == b,
        _ => false,
    }
}

/// Whether two values are equal: `==`.
pub(super) fn equal(left: &Py, right: &Py) -> Result<bool> {
    equal_at(left, right, DEEPEST)
}

fn equal_at(left: &Py, right: &Py, levels: u32) -> Result<bool> {
    let Some(levels) = levels.checked_sub(1) else {
        return Err(Error::python("RecursionError", "maximum recursion depth exceeded in comparison"));
    };
    let (left, right) = (&left.clone().bare(), &right.clone().bare());
    if let (Py::Shared(a), Py::Shared(b)) = (left, right) {
        if a.is(b) {
            return Ok(true);
        }
        let (a, b) = (a.held(), b.held());
        return match (a, b) {
            (Held::List(a), Held::List(b)) | (Held::Tuple(a), Held::Tuple(b)) => {
                if a.len() != b.len() {
                    return Ok(false);
                }
                for (a, b) in a.iter().zip(&b) {
                    if !equal_at(a, b, levels)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            (Held::Set(a), Held::Set(b)) => Ok(a.len() == b.len() && a.keys().all(|key| b.contains_key(key))),
            (Held::Dict(a), Held::Dict(b)) => {
                if a.items.len() != b.items.len() {
                    return Ok(false);
                }
                for (key, (_, value)) in &a.items {
                    match b.items.get(key) {
                        Some((_, other)) if equal_at(value, other, levels)? => {}
                        _ => return Ok(false),
                    }
                }
                Ok(true)
            }
            (Held::Thing(a), Held::Thing(b)) => Ok(a.repr == b.repr && a.text == b.text && a.options == b.options),
            (Held::Object(a), Held::Object(b)) => {
                let (a, b) = (&a.object, &b.object);
                Ok(a.record().model().label() == b.record().model().label() && !a.key().is_null() && a.key() == b.key())
            }
            _ => Ok(false),
        };
    }
    if let Some(order) = numbers(left, right) {
        return Ok(order == Some(Ordering::Equal));
    }
    Ok(match (left, right) {
        (Py::Date(a), Py::Date(b)) => a == b,
        (Py::Time(a), Py::Time(b)) => a == b,
        (Py::DateTime(a), Py::DateTime(b)) => a == b,
        (Py::Timestamp(a), Py::Timestamp(b)) => a == b,
        (Py::Delta(a), Py::Delta(b)) => a == b,
        (Py::Uuid(a), Py::Uuid(b)) => a == b,
        (Py::Bytes(a), Py::Bytes(b)) => a == b,
        (Py::Zone(a), Py::Zone(b)) => a == b,
        (Py::Expr(a), Py::Expr(b)) => a == b,
        (left, right) => is_same(left, right),
    })
}

/// How two values are ordered; `None` when neither is before the other, as with a number that is none.
///
/// # Errors
/// A `TypeError` when Python does not order such values.
pub(super) fn order(left: &Py, right: &Py, sign: &str) -> Result<Option<Ordering>> {
    order_at(left, right, sign, DEEPEST)
}

fn order_at(left: &Py, right: &Py, sign: &str, levels: u32) -> Result<Option<Ordering>> {
    let Some(levels) = levels.checked_sub(1) else {
        return Err(Error::python("RecursionError", "maximum recursion depth exceeded in comparison"));
    };
    let (left, right) = (&left.clone().bare(), &right.clone().bare());
    if let Some(order) = numbers(left, right) {
        return Ok(order);
    }
    if let (Py::Shared(a), Py::Shared(b)) = (left, right) {
        let (a, b) = (a.held(), b.held());
        match (a, b) {
            (Held::List(a), Held::List(b)) | (Held::Tuple(a), Held::Tuple(b)) => {
                for (a, b) in a.iter().zip(&b) {
                    if !equal_at(a, b, levels)? {
                        return order_at(a, b, sign, levels);
                    }
                }
                return Ok(Some(a.len().cmp(&b.len())));
            }
            (Held::Set(a), Held::Set(b)) => {
                let within = a.keys().all(|key| b.contains_key(key));
                let around = b.keys().all(|key| a.contains_key(key));
                return Ok(match (within, around) {
                    (true, true) => Some(Ordering::Equal),
                    (true, false) => Some(Ordering::Less),
                    (false, true) => Some(Ordering::Greater),
                    (false, false) => None,
                });
            }
            _ => {}
        }
    }
    Ok(Some(match (left, right) {
        (Py::Str(a), Py::Str(b)) => a.cmp(b),
        (Py::Date(a), Py::Date(b)) => a.cmp(b),
        (Py::Time(a), Py::Time(b)) => a.cmp(b),
        (Py::DateTime(a), Py::DateTime(b)) => a.cmp(b),
        (Py::Timestamp(a), Py::Timestamp(b)) => a.cmp(b),
        (Py::DateTime(_), Py::Timestamp(_)) | (Py::Timestamp(_), Py::DateTime(_)) => {
            return Err(Error::type_error("can't compare offset-naive and offset-aware datetimes"));
        }
        (Py::Delta(a), Py::Delta(b)) => a.cmp(b),
        (Py::Uuid(a), Py::Uuid(b)) => a.cmp(b),
        (Py::Bytes(a), Py::Bytes(b)) => a.cmp(b),
        (left, right) => {
            return Err(Error::type_error(format!(
                "'{sign}' not supported between instances of '{}' and '{}'",
                value_type(left),
                value_type(right)
            )));
        }
    }))
}

/// The order of two numbers; `None` when one of them is no number.
#[allow(clippy::option_option)]
fn numbers(left: &Py, right: &Py) -> Option<Option<Ordering>> {
    #[derive(Clone, Copy)]
    enum Number {
        Int(i128),
        Float(f64),
        Decimal(Decimal),
    }
    use Number as N;
    let number = |value: &Py| {
        Some(match value {
            Py::Bool(value) => N::Int((*value).into()),
            Py::Int(value) => N::Int(*value),
            Py::Float(value) => N::Float(*value),
            Py::Decimal(value) => N::Decimal(*value),
            _ => return None,
        })
    };
    let float = |number: Number| match number {
        N::Int(value) => value as f64,
        N::Float(value) => value,
        N::Decimal(value) => value.to_f64().unwrap_or(f64::NAN),
    };
    let decimal = |number: Number| match number {
        N::Int(value) => Decimal::try_from_i128_with_scale(value, 0).ok(),
        N::Decimal(value) => Some(value),
        N::Float(_) => None,
    };
    Some(match (number(left)?, number(right)?) {
        (N::Int(a), N::Int(b)) => Some(a.cmp(&b)),
        (a, b) => match (decimal(a), decimal(b)) {
            (Some(a), Some(b)) => Some(a.cmp(&b)),
            _ => float(a).partial_cmp(&float(b)),
        },
    })
}

/// Whether a value has another in it; `None` when its elements have to be looked at.
pub(super) fn contains(of: &Py, value: &Py) -> Result<Option<bool>> {
    match of {
        Py::Str(text) => match value {
            Py::Str(part) => Ok(Some(text.contains(part.as_str()))),
            other => Err(Error::type_error(format!(
                "'in <string>' requires string as left operand, not {}",
                value_type(other)
            ))),
        },
        Py::Shared(shared) => {
            if !matches!(&*shared.lock(), Held::Set(_) | Held::Dict(_)) {
                return Ok(None);
            }
            let key = Key::of(value)?;
            Ok(match &*shared.lock() {
                Held::Set(values) => Some(values.contains_key(&key)),
                Held::Dict(dict) => Some(dict.items.contains_key(&key)),
                _ => None,
            })
        }
        _ => Ok(None),
    }
}
