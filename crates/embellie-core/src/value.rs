//! Values as they travel between a program and a database.

use std::net::IpAddr;

use jiff::civil::{Date, DateTime, Time};
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::{ColumnRef, ListRef, Range, RangeEnd};

/// One value: a statement's parameter, a lookup's right-hand side, or a run-time record's field.
///
/// It is always sent as a parameter and never written into SQL text.
///
/// ```
/// use embellie_core::Value;
/// assert_eq!(Value::from("Ann"), Value::Text("Ann".into()));
/// assert_eq!(Value::from(None::<i64>), Value::Null);
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    /// SQL's `NULL`.
    #[default]
    Null,
    /// A truth value.
    Bool(bool),
    /// Any integer that a database column can hold.
    Int(i64),
    /// A double-precision number.
    Float(f64),
    /// An exact decimal number.
    Decimal(Decimal),
    /// Text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A calendar date.
    Date(Date),
    /// A time of day.
    Time(Time),
    /// A date and time without a time zone (Django's with `USE_TZ = False`).
    DateTime(DateTime),
    /// A point in time.
    Timestamp(Timestamp),
    /// A span of time, kept to the microsecond.
    Duration(SignedDuration),
    /// A UUID.
    Uuid(Uuid),
    /// A JSON document. `Json(Null)` is JSON's `null`, unlike [`Value::Null`].
    Json(Box<serde_json::Value>),
    /// An IPv4 or IPv6 address.
    Ip(IpAddr),
    /// Several values: an array, and the right-hand side of `in` and `range`.
    List(Vec<Value>),
    /// All values between two.
    Range(Box<Range<RangeEnd>>),
}

impl Value {
    /// Whether this is SQL's `NULL`.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// This value as a column that was read.
    pub fn as_column(&self) -> ColumnRef<'_> {
        match self {
            Value::Null => ColumnRef::Null,
            Value::Bool(v) => ColumnRef::Bool(*v),
            Value::Int(v) => ColumnRef::Int(*v),
            Value::Float(v) => ColumnRef::Float(*v),
            Value::Decimal(v) => ColumnRef::Decimal(*v),
            Value::Text(v) => ColumnRef::Text(v),
            Value::Bytes(v) => ColumnRef::Bytes(v),
            Value::Date(v) => ColumnRef::Date(*v),
            Value::Time(v) => ColumnRef::Time(*v),
            Value::DateTime(v) => ColumnRef::DateTime(*v),
            Value::Timestamp(v) => ColumnRef::Timestamp(*v),
            Value::Duration(v) => ColumnRef::Duration(*v),
            Value::Uuid(v) => ColumnRef::Uuid(*v),
            Value::Json(v) => ColumnRef::Document(v),
            Value::Ip(v) => ColumnRef::Ip(*v),
            Value::List(v) => ColumnRef::List(ListRef::values(v)),
            Value::Range(v) => ColumnRef::Range(**v),
        }
    }

    /// The kind of this value in words, for messages: `text`, `integer`, …
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Int(_) => "integer",
            Value::Float(_) => "float",
            Value::Decimal(_) => "decimal",
            Value::Text(_) => "text",
            Value::Bytes(_) => "bytes",
            Value::Date(_) => "date",
            Value::Time(_) => "time",
            Value::DateTime(_) => "date and time",
            Value::Timestamp(_) => "timestamp",
            Value::Duration(_) => "duration",
            Value::Uuid(_) => "uuid",
            Value::Json(_) => "json",
            Value::Ip(_) => "ip address",
            Value::List(_) => "list",
            Value::Range(_) => "range",
        }
    }
}

macro_rules! value_from {
    ($($source:ty => |$value:ident| $result:expr),+ $(,)?) => {$(
        impl From<$source> for Value {
            fn from($value: $source) -> Self {
                $result
            }
        }
    )+};
}

value_from! {
    bool => |v| Value::Bool(v),
    i8 => |v| Value::Int(v.into()),
    i16 => |v| Value::Int(v.into()),
    i32 => |v| Value::Int(v.into()),
    i64 => |v| Value::Int(v),
    u8 => |v| Value::Int(v.into()),
    u16 => |v| Value::Int(v.into()),
    u32 => |v| Value::Int(v.into()),
    f32 => |v| Value::Float(v.into()),
    f64 => |v| Value::Float(v),
    Decimal => |v| Value::Decimal(v),
    String => |v| Value::Text(v),
    &str => |v| Value::Text(v.to_owned()),
    &String => |v| Value::Text(v.clone()),
    Vec<u8> => |v| Value::Bytes(v),
    &[u8] => |v| Value::Bytes(v.to_vec()),
    Date => |v| Value::Date(v),
    Time => |v| Value::Time(v),
    DateTime => |v| Value::DateTime(v),
    Timestamp => |v| Value::Timestamp(v),
    SignedDuration => |v| Value::Duration(v),
    Uuid => |v| Value::Uuid(v),
    serde_json::Value => |v| Value::Json(Box::new(v)),
    IpAddr => |v| Value::Ip(v),
    Vec<Value> => |v| Value::List(v),
    Range<RangeEnd> => |v| Value::Range(Box::new(v)),
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Null, Into::into)
    }
}

impl From<u64> for Value {
    /// Integers beyond `i64::MAX`, which no column holds as an integer, become decimals.
    fn from(value: u64) -> Self {
        i64::try_from(value).map_or_else(|_| Value::Decimal(value.into()), Value::Int)
    }
}

/// Python's notation, for messages and tours; not for logs, since values may be private.
impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Value::Null => f.write_str("None"),
            Value::Bool(v) => f.write_str(if *v { "True" } else { "False" }),
            Value::Int(v) => write!(f, "{v}"),
            Value::Float(v) => write!(f, "{v:?}"),
            Value::Decimal(v) => write!(f, "Decimal('{v}')"),
            Value::Text(v) => write!(f, "'{}'", v.replace('\\', "\\\\").replace('\'', "\\'")),
            Value::Bytes(v) => write!(f, "b'{}'", v.escape_ascii()),
            Value::Date(v) => write!(f, "'{v}'"),
            Value::Time(v) => write!(f, "'{v}'"),
            Value::DateTime(v) => write!(f, "'{} {}'", v.date(), v.time()),
            Value::Timestamp(v) => write!(f, "'{v}'"),
            Value::Duration(v) => write!(f, "timedelta(microseconds={})", v.as_micros()),
            Value::Uuid(v) => write!(f, "UUID('{v}')"),
            Value::Json(v) => write!(f, "{v}"),
            Value::Ip(v) => write!(f, "'{v}'"),
            Value::Range(v) => write!(f, "{v}"),
            Value::List(values) => {
                f.write_str("[")?;
                for (i, value) in values.iter().enumerate() {
                    write!(f, "{}{value}", if i > 0 { ", " } else { "" })?;
                }
                f.write_str("]")
            }
        }
    }
}
