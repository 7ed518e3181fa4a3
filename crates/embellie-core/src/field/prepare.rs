//! Turning values into what a field stores, and back: Django's `get_prep_value` and `to_python`.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use rust_decimal::Decimal;

use super::{FieldKind, array, range};
use crate::{ColumnRef, Error, FromColumn, Result, Value};

/// The value as a field of `kind` stores and compares it. `field` names the field in messages.
///
/// As in Django, text that reads as a number is one for a number field, and so on: `filter(id="12")` works.
///
/// # Errors
/// [`Error::Value`] when the text cannot be read so, [`Error::Type`] when the type can never fit, and
/// [`Error::Validation`] for dates, decimals, UUIDs and the like, as Django has it.
pub fn prepare(kind: FieldKind, field: &str, value: Value) -> Result<Value> {
    if value.is_null() {
        return Ok(value);
    }
    match kind {
        FieldKind::Array(base) => return array::prepare(*base, field, value),
        FieldKind::Range(of) => return range::prepare(of, field, value),
        _ => {}
    }
    if let Value::List(values) = value {
        let prepared: Result<Vec<Value>> = values.into_iter().map(|value| prepare(kind, field, value)).collect();
        return prepared.map(Value::List);
    }
    match kind {
        _ if kind.integer_range().is_some() => integer(field, value),
        FieldKind::Char | FieldKind::Text | FieldKind::Email | FieldKind::Slug | FieldKind::Url => text(value),
        FieldKind::Bool => boolean(field, value),
        FieldKind::Float => float(field, value),
        FieldKind::Decimal { .. } => decimal(field, value),
        FieldKind::Date => date(field, value),
        FieldKind::Time => time(field, value),
        FieldKind::DateTime => timestamp(field, value),
        FieldKind::NaiveDateTime => naive(field, value),
        FieldKind::Duration => duration(field, value),
        FieldKind::Uuid => uuid(field, value),
        FieldKind::GenericIpAddress => ip(field, value),
        FieldKind::Json => Ok(json(value)),
        FieldKind::SearchVector => match value {
            Value::Text(_) => Ok(value),
            other => wrong_type(field, "text", &other),
        },
        FieldKind::Binary => match value {
            Value::Text(text) => Ok(Value::Bytes(text.into_bytes())),
            other => Ok(other),
        },
        _ => Ok(value),
    }
}

impl FieldKind {
    /// Reads a column of this kind into a value, whatever way the database stores it.
    ///
    /// # Errors
    /// [`Error::Decode`] when the column holds what the kind cannot.
    pub fn decode(self, column: ColumnRef<'_>) -> Result<Value> {
        if column == ColumnRef::Null {
            return Ok(Value::Null);
        }
        Ok(match self {
            // What was said to be whole is, as in Django.
            _ if self.integer_range().is_some() => Value::Int(match column {
                ColumnRef::Float(v) if v.abs() < 9.0e18 => v.trunc() as i64,
                ColumnRef::Decimal(v) => i64::from_column(ColumnRef::Decimal(v.trunc()))?,
                column => i64::from_column(column)?,
            }),
            FieldKind::Char | FieldKind::Text | FieldKind::Email | FieldKind::Slug | FieldKind::Url => {
                Value::Text(String::from_column(column)?)
            }
            FieldKind::Bool => Value::Bool(bool::from_column(column)?),
            FieldKind::Float => Value::Float(f64::from_column(column)?),
            FieldKind::DECIMAL => Value::Decimal(Decimal::from_column(column)?),
            FieldKind::Decimal { decimal_places, .. } => {
                let mut value = Decimal::from_column(column)?;
                value.rescale(decimal_places.into());
                Value::Decimal(value)
            }
            FieldKind::Date => Value::Date(Date::from_column(column)?),
            FieldKind::Time => Value::Time(Time::from_column(column)?),
            FieldKind::DateTime => Value::Timestamp(Timestamp::from_column(column)?),
            FieldKind::NaiveDateTime => Value::DateTime(DateTime::from_column(column)?),
            FieldKind::Duration => Value::Duration(jiff::SignedDuration::from_column(column)?),
            FieldKind::Uuid => Value::Uuid(uuid::Uuid::from_column(column)?),
            FieldKind::Json => Value::Json(Box::new(serde_json::Value::from_column(column)?)),
            FieldKind::GenericIpAddress => Value::Ip(std::net::IpAddr::from_column(column)?),
            FieldKind::Binary => Value::Bytes(Vec::from_column(column)?),
            FieldKind::Array(base) => array::decode(*base, column)?,
            FieldKind::SearchVector => Value::Text(String::from_column(column)?),
            _ => Value::from_column(column)?,
        })
    }
}

pub(super) fn wrong_type<T>(field: &str, expected: &str, value: &Value) -> Result<T> {
    Err(Error::Type(format!("Field '{field}' expected {expected} but got {}.", value.type_name())))
}

fn wrong_number<T>(field: &str, value: &Value) -> Result<T> {
    Err(Error::Value(format!("Field '{field}' expected a number but got {value}.")))
}

fn invalid<T>(field: &str, value: &Value, what: &str) -> Result<T> {
    Err(Error::Validation(format!("Field '{field}': “{}” {what}", value.to_string().trim_matches('\''))))
}

fn integer(field: &str, value: Value) -> Result<Value> {
    match &value {
        Value::Int(_) => Ok(value),
        Value::Bool(v) => Ok(Value::Int((*v).into())),
        Value::Float(v) if v.is_finite() && v.trunc().abs() < i64::MAX as f64 => Ok(Value::Int(v.trunc() as i64)),
        Value::Decimal(v) => i64::try_from(v.trunc()).map(Value::Int).or_else(|_| wrong_number(field, &value)),
        Value::Text(v) => v.trim().replace('_', "").parse().map(Value::Int).or_else(|_| wrong_number(field, &value)),
        Value::Float(_) => wrong_number(field, &value),
        _ => wrong_type(field, "a number", &value),
    }
}

fn text(value: Value) -> Result<Value> {
    Ok(match value {
        Value::Text(_) => value,
        Value::Uuid(v) => Value::Text(v.to_string()),
        Value::Ip(v) => Value::Text(v.to_string()),
        Value::Decimal(v) => Value::Text(v.to_string()),
        Value::Date(v) => Value::Text(v.to_string()),
        Value::Json(v) => Value::Text(v.to_string()),
        Value::DateTime(v) => Value::Text(format!("{} {}", v.date(), v.time())),
        Value::Time(v) => Value::Text(v.to_string()),
        Value::Timestamp(v) => Value::Text(v.to_string()),
        other => Value::Text(other.to_string()),
    })
}

fn boolean(field: &str, value: Value) -> Result<Value> {
    match &value {
        Value::Bool(_) => Ok(value),
        Value::Int(v @ (0 | 1)) => Ok(Value::Bool(*v == 1)),
        Value::Text(v) if matches!(v.as_str(), "t" | "True" | "1") => Ok(Value::Bool(true)),
        Value::Text(v) if matches!(v.as_str(), "f" | "False" | "0") => Ok(Value::Bool(false)),
        _ => invalid(field, &value, "value must be either True or False."),
    }
}

fn float(field: &str, value: Value) -> Result<Value> {
    match &value {
        Value::Float(_) => Ok(value),
        Value::Int(v) => Ok(Value::Float(*v as f64)),
        Value::Bool(v) => Ok(Value::Float(f64::from(u8::from(*v)))),
        Value::Decimal(v) => f64::try_from(*v).map(Value::Float).or_else(|_| wrong_number(field, &value)),
        Value::Text(v) => v.trim().parse().map(Value::Float).or_else(|_| wrong_number(field, &value)),
        _ => wrong_type(field, "a number", &value),
    }
}

fn decimal(field: &str, value: Value) -> Result<Value> {
    let parsed = match &value {
        Value::Decimal(v) => Some(*v),
        Value::Int(v) => Some((*v).into()),
        Value::Float(v) => Decimal::try_from(*v).ok(),
        Value::Text(v) => v.trim().parse().or_else(|_| Decimal::from_scientific(v.trim())).ok(),
        _ => None,
    };
    match parsed {
        Some(v) => Ok(Value::Decimal(v)),
        None => invalid(field, &value, "value must be a decimal number."),
    }
}

fn date(field: &str, value: Value) -> Result<Value> {
    match &value {
        Value::Date(_) => Ok(value),
        Value::DateTime(v) => Ok(Value::Date(v.date())),
        Value::Timestamp(v) => Ok(Value::Date(jiff::tz::TimeZone::UTC.to_datetime(*v).date())),
        Value::Text(v) => match v.parse::<Date>() {
            Ok(v) => Ok(Value::Date(v)),
            Err(_) => invalid(field, &value, "value has an invalid date format. It must be in YYYY-MM-DD format."),
        },
        _ => wrong_type(field, "a date", &value),
    }
}

fn time(field: &str, value: Value) -> Result<Value> {
    match &value {
        Value::Time(_) => Ok(value),
        Value::DateTime(v) => Ok(Value::Time(v.time())),
        Value::Text(v) => match v.parse::<Time>() {
            Ok(v) => Ok(Value::Time(v)),
            Err(_) => invalid(field, &value, "value has an invalid format. It must be in HH:MM[:ss[.uuuuuu]] format."),
        },
        _ => wrong_type(field, "a time", &value),
    }
}

const DATETIME_FORMAT: &str = "value has an invalid format. It must be in YYYY-MM-DD HH:MM[:ss[.uuuuuu]][TZ] format.";

fn timestamp(field: &str, value: Value) -> Result<Value> {
    let at_utc = |datetime: DateTime| jiff::tz::TimeZone::UTC.to_timestamp(datetime).ok();
    let parsed = match &value {
        Value::Timestamp(v) => Some(*v),
        Value::DateTime(v) => at_utc(*v),
        Value::Date(v) => at_utc((*v).into()),
        Value::Text(v) => v.parse::<Timestamp>().ok().or_else(|| v.parse().ok().and_then(at_utc)),
        _ => return wrong_type(field, "a date and time", &value),
    };
    match parsed {
        Some(v) => Ok(Value::Timestamp(v)),
        None => invalid(field, &value, DATETIME_FORMAT),
    }
}

fn naive(field: &str, value: Value) -> Result<Value> {
    match &value {
        Value::DateTime(_) => Ok(value),
        Value::Date(v) => Ok(Value::DateTime((*v).into())),
        Value::Timestamp(v) => Ok(Value::DateTime(jiff::tz::TimeZone::UTC.to_datetime(*v))),
        Value::Text(v) => match v.parse::<DateTime>() {
            Ok(v) => Ok(Value::DateTime(v)),
            Err(_) => invalid(field, &value, DATETIME_FORMAT),
        },
        _ => wrong_type(field, "a date and time", &value),
    }
}

fn duration(field: &str, value: Value) -> Result<Value> {
    match &value {
        Value::Duration(_) => Ok(value),
        Value::Text(v) => match v.parse() {
            Ok(v) => Ok(Value::Duration(v)),
            Err(_) => {
                invalid(field, &value, "value has an invalid format. It must be an ISO 8601 duration, say PT1H30M.")
            }
        },
        _ => wrong_type(field, "a duration", &value),
    }
}

fn uuid(field: &str, value: Value) -> Result<Value> {
    match &value {
        Value::Uuid(_) => Ok(value),
        // Hyphens stand where they like, as in Python.
        Value::Text(v) => match uuid::Uuid::try_parse(v).or_else(|_| uuid::Uuid::try_parse(&v.replace('-', ""))) {
            Ok(v) => Ok(Value::Uuid(v)),
            Err(_) => invalid(field, &value, "is not a valid UUID."),
        },
        _ => invalid(field, &value, "is not a valid UUID."),
    }
}

fn ip(field: &str, value: Value) -> Result<Value> {
    match &value {
        Value::Ip(_) => Ok(value),
        Value::Text(v) => match v.trim().parse() {
            Ok(v) => Ok(Value::Ip(v)),
            Err(_) => invalid(field, &value, "is not a valid IPv4 or IPv6 address."),
        },
        _ => wrong_type(field, "an IP address", &value),
    }
}

/// The value as a document. What JSON has no form for is its text.
fn json(value: Value) -> Value {
    match value {
        Value::Json(_) | Value::Null => value,
        value => Value::Json(Box::new(document(value))),
    }
}

fn document(value: Value) -> serde_json::Value {
    match value {
        Value::Null => serde_json::Value::Null,
        Value::Json(v) => *v,
        Value::Bool(v) => v.into(),
        Value::Int(v) => v.into(),
        Value::Float(v) => v.into(),
        Value::List(values) => values.into_iter().map(document).collect(),
        other => match text(other) {
            Ok(Value::Text(text)) => text.into(),
            _ => serde_json::Value::Null,
        },
    }
}

/// Several values as one JSON document: an array.
pub fn json_array(values: Vec<Value>) -> Value {
    Value::Json(Box::new(document(Value::List(values))))
}
