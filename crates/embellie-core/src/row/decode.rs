//! The types that decode from a column.

use std::net::IpAddr;

use jiff::civil::{Date, DateTime, Time};
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::ColumnRef;
use crate::{Error, Value};

/// A type that can be read from one column of any database.
///
/// ```
/// use embellie_core::{ColumnRef, FromColumn};
/// assert_eq!(bool::from_column(ColumnRef::Int(1)).unwrap(), true);
/// assert_eq!(Option::<String>::from_column(ColumnRef::Null).unwrap(), None);
/// ```
pub trait FromColumn: Sized {
    /// Reads the value.
    ///
    /// # Errors
    /// [`Error::Decode`] when the column holds something else.
    fn from_column(column: ColumnRef<'_>) -> Result<Self, Error>;
}

impl<T: FromColumn> FromColumn for Option<T> {
    fn from_column(column: ColumnRef<'_>) -> Result<Self, Error> {
        match column {
            ColumnRef::Null => Ok(None),
            other => T::from_column(other).map(Some),
        }
    }
}

#[cold]
pub(super) fn mismatch<T>(expected: &'static str, column: ColumnRef<'_>) -> Result<T, Error> {
    Err(Error::decode(expected, column))
}

macro_rules! integer_from_column {
    ($($t:ty),+) => {$(
        impl FromColumn for $t {
            #[inline]
            fn from_column(column: ColumnRef<'_>) -> Result<Self, Error> {
                match integer(column) {
                    Some(value) => <$t>::try_from(value).or_else(|_| mismatch(stringify!($t), column)),
                    None => mismatch(stringify!($t), column),
                }
            }
        }
    )+};
}
integer_from_column!(i8, i16, i32, i64, u8, u16, u32, u64);

#[inline]
fn integer(column: ColumnRef<'_>) -> Option<i64> {
    match column {
        ColumnRef::Int(v) => Some(v),
        ColumnRef::Bool(v) => Some(v.into()),
        ColumnRef::Decimal(v) if v.is_integer() => i64::try_from(v).ok(),
        ColumnRef::Float(v) if v.fract() == 0.0 && v.abs() < 9.0e15 => Some(v as i64),
        _ => None,
    }
}

impl FromColumn for bool {
    #[inline]
    fn from_column(column: ColumnRef<'_>) -> Result<Self, Error> {
        match column {
            ColumnRef::Bool(v) => Ok(v),
            ColumnRef::Int(v @ (0 | 1)) => Ok(v == 1),
            other => mismatch("boolean", other),
        }
    }
}

impl FromColumn for f64 {
    fn from_column(column: ColumnRef<'_>) -> Result<Self, Error> {
        match column {
            ColumnRef::Float(v) => Ok(v),
            ColumnRef::Int(v) => Ok(v as f64),
            ColumnRef::Decimal(v) => f64::try_from(v).or_else(|_| mismatch("float", column)),
            other => mismatch("float", other),
        }
    }
}

impl FromColumn for f32 {
    fn from_column(column: ColumnRef<'_>) -> Result<Self, Error> {
        f64::from_column(column).map(|v| v as f32)
    }
}

/// A float rounded to fifteen digits.
fn decimal(value: f64) -> Option<Decimal> {
    let written = format!("{value:.14e}");
    let (digits, exponent) = written.split_once('e')?;
    let exponent: i32 = exponent.parse().ok()?;
    let digits = digits.trim_end_matches('0').trim_end_matches('.');
    Decimal::from_scientific(&format!("{digits}e{exponent}")).ok().or_else(|| Decimal::try_from(value).ok())
}

impl FromColumn for Decimal {
    fn from_column(column: ColumnRef<'_>) -> Result<Self, Error> {
        match column {
            ColumnRef::Decimal(v) => Ok(v),
            ColumnRef::Int(v) => Ok(v.into()),
            // Fifteen digits, as Django has it: those that a float holds for certain.
            ColumnRef::Float(v) => decimal(v).map_or_else(|| mismatch("decimal", column), Ok),
            ColumnRef::Text(v) => v.trim().parse().or_else(|_| mismatch("decimal", column)),
            other => mismatch("decimal", other),
        }
    }
}

impl FromColumn for String {
    #[inline]
    fn from_column(column: ColumnRef<'_>) -> Result<Self, Error> {
        match column {
            ColumnRef::Text(v) | ColumnRef::Json(v) => Ok(v.to_owned()),
            other => as_text(other),
        }
    }
}

/// A column without type enforcement may hold numbers where text is declared.
#[cold]
fn as_text(column: ColumnRef<'_>) -> Result<String, Error> {
    match column {
        ColumnRef::Int(v) => Ok(v.to_string()),
        ColumnRef::Float(v) => Ok(v.to_string()),
        ColumnRef::Ip(v) => Ok(v.to_string()),
        ColumnRef::Uuid(v) => Ok(v.to_string()),
        other => mismatch("text", other),
    }
}

impl FromColumn for Vec<u8> {
    fn from_column(column: ColumnRef<'_>) -> Result<Self, Error> {
        match column {
            ColumnRef::Bytes(v) => Ok(v.to_vec()),
            ColumnRef::Text(v) => Ok(v.as_bytes().to_vec()),
            other => mismatch("bytes", other),
        }
    }
}

impl FromColumn for Date {
    fn from_column(column: ColumnRef<'_>) -> Result<Self, Error> {
        match column {
            ColumnRef::Date(v) => Ok(v),
            ColumnRef::DateTime(v) => Ok(v.date()),
            ColumnRef::Text(v) => v.get(..10).and_then(|d| d.parse().ok()).map_or_else(|| mismatch("date", column), Ok),
            other => mismatch("date", other),
        }
    }
}

impl FromColumn for Time {
    fn from_column(column: ColumnRef<'_>) -> Result<Self, Error> {
        match column {
            ColumnRef::Time(v) => Ok(v),
            ColumnRef::Text(v) => v.parse().or_else(|_| mismatch("time", column)),
            other => mismatch("time", other),
        }
    }
}

impl FromColumn for DateTime {
    fn from_column(column: ColumnRef<'_>) -> Result<Self, Error> {
        match column {
            ColumnRef::DateTime(v) => Ok(v),
            ColumnRef::Timestamp(v) => Ok(jiff::tz::TimeZone::UTC.to_datetime(v)),
            ColumnRef::Date(v) => Ok(v.into()),
            ColumnRef::Text(v) => v.parse().or_else(|_| mismatch("date and time", column)),
            other => mismatch("date and time", other),
        }
    }
}

impl FromColumn for Timestamp {
    fn from_column(column: ColumnRef<'_>) -> Result<Self, Error> {
        match column {
            ColumnRef::Timestamp(v) => Ok(v),
            ColumnRef::DateTime(v) => utc(v).map_or_else(|| mismatch("timestamp", column), Ok),
            ColumnRef::Text(v) => match v.parse() {
                Ok(timestamp) => Ok(timestamp),
                // Stored without an offset, as Django does where the database has no zones: it is UTC.
                Err(_) => v.parse().ok().and_then(utc).map_or_else(|| mismatch("timestamp", column), Ok),
            },
            other => mismatch("timestamp", other),
        }
    }
}

fn utc(datetime: DateTime) -> Option<Timestamp> {
    jiff::tz::TimeZone::UTC.to_timestamp(datetime).ok()
}

impl FromColumn for SignedDuration {
    fn from_column(column: ColumnRef<'_>) -> Result<Self, Error> {
        match column {
            ColumnRef::Duration(v) => Ok(v),
            ColumnRef::Int(v) => Ok(SignedDuration::from_micros(v)),
            // An average of microseconds.
            ColumnRef::Float(v) if v.abs() < 9.0e18 => Ok(SignedDuration::from_micros(v.round_ties_even() as i64)),
            other => mismatch("duration", other),
        }
    }
}

impl FromColumn for Uuid {
    fn from_column(column: ColumnRef<'_>) -> Result<Self, Error> {
        match column {
            ColumnRef::Uuid(v) => Ok(v),
            ColumnRef::Text(v) => Uuid::try_parse(v).or_else(|_| mismatch("uuid", column)),
            ColumnRef::Bytes(v) => Uuid::from_slice(v).or_else(|_| mismatch("uuid", column)),
            other => mismatch("uuid", other),
        }
    }
}

impl FromColumn for serde_json::Value {
    fn from_column(column: ColumnRef<'_>) -> Result<Self, Error> {
        match column {
            ColumnRef::Json(v) | ColumnRef::Text(v) => serde_json::from_str(v).or_else(|_| mismatch("json", column)),
            ColumnRef::Document(v) => Ok(v.clone()),
            ColumnRef::Int(v) => Ok(v.into()),
            ColumnRef::Float(v) => Ok(v.into()),
            ColumnRef::Bool(v) => Ok(v.into()),
            other => mismatch("json", other),
        }
    }
}

impl FromColumn for IpAddr {
    fn from_column(column: ColumnRef<'_>) -> Result<Self, Error> {
        match column {
            ColumnRef::Ip(v) => Ok(v),
            ColumnRef::Text(v) => v.parse().or_else(|_| mismatch("ip address", column)),
            other => mismatch("ip address", other),
        }
    }
}

impl FromColumn for Value {
    fn from_column(column: ColumnRef<'_>) -> Result<Self, Error> {
        Ok(match column {
            ColumnRef::Null => Value::Null,
            ColumnRef::Bool(v) => Value::Bool(v),
            ColumnRef::Int(v) => Value::Int(v),
            ColumnRef::Float(v) => Value::Float(v),
            ColumnRef::Decimal(v) => Value::Decimal(v),
            ColumnRef::Text(v) => Value::Text(v.to_owned()),
            ColumnRef::Bytes(v) => Value::Bytes(v.to_vec()),
            ColumnRef::Date(v) => Value::Date(v),
            ColumnRef::Time(v) => Value::Time(v),
            ColumnRef::DateTime(v) => Value::DateTime(v),
            ColumnRef::Timestamp(v) => Value::Timestamp(v),
            ColumnRef::Duration(v) => Value::Duration(v),
            ColumnRef::Uuid(v) => Value::Uuid(v),
            ColumnRef::Json(_) | ColumnRef::Document(_) => {
                Value::Json(Box::new(serde_json::Value::from_column(column)?))
            }
            ColumnRef::Ip(v) => Value::Ip(v),
            ColumnRef::List(_) => Value::List(Vec::from_column(column)?),
            ColumnRef::Range(v) => Value::Range(Box::new(v)),
        })
    }
}
