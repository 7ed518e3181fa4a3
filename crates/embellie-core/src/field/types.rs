//! Rust types as field types.

use std::net::IpAddr;

use jiff::civil::{Date, DateTime, Time};
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::FieldKind;
use crate::meta::Choice;
use crate::{ColumnRef, Error, FromColumn, Value};

/// A Rust type that a model's field can have: what it is stored as, and how it goes there and back.
///
/// Implement it for a type of your own to make a custom field, as `Field.get_prep_value` and `from_db_value` do in
/// Django:
///
/// ```
/// use embellie_core::{ColumnRef, Error, Value, field::{FieldKind, FieldType}};
///
/// #[derive(Clone, Debug, PartialEq)]
/// struct Celsius(f64);
///
/// impl FieldType for Celsius {
///     const KIND: FieldKind = FieldKind::Float;
///     fn encode(&self) -> Result<Value, Error> {
///         Ok(Value::Float(self.0))
///     }
///     fn decode(column: ColumnRef<'_>) -> Result<Self, Error> {
///         f64::decode(column).map(Celsius)
///     }
/// }
/// ```
pub trait FieldType: Clone + Send + Sync + Sized + 'static {
    /// What the column is, unless the field's options say otherwise.
    const KIND: FieldKind;

    /// Whether the column may be `NULL`: true for `Option<T>` alone.
    const NULLABLE: bool = false;

    /// The greatest length in characters that the column needs, unless the field's options say otherwise.
    const MAX_LENGTH: Option<u32> = None;

    /// The only values that there are, in stored form and with labels; none at all means any.
    fn choices() -> Vec<Choice> {
        Vec::new()
    }

    /// The value as it is stored.
    ///
    /// # Errors
    /// When this value cannot be stored, say because it is out of range.
    fn encode(&self) -> Result<Value, Error>;

    /// The value read back.
    ///
    /// # Errors
    /// When the column holds something else.
    fn decode(column: ColumnRef<'_>) -> Result<Self, Error>;

    /// The value as a field with so many decimal places gives it: decimals are rounded, or get the zeros back that a
    /// database without decimals forgets. Other types stay as they are.
    #[must_use]
    fn with_decimal_places(self, _places: u16) -> Self {
        self
    }
}

impl<T: FieldType> FieldType for Option<T> {
    const KIND: FieldKind = T::KIND;
    const NULLABLE: bool = true;
    const MAX_LENGTH: Option<u32> = T::MAX_LENGTH;

    fn choices() -> Vec<Choice> {
        T::choices()
    }

    fn encode(&self) -> Result<Value, Error> {
        self.as_ref().map_or(Ok(Value::Null), T::encode)
    }

    fn decode(column: ColumnRef<'_>) -> Result<Self, Error> {
        match column {
            ColumnRef::Null => Ok(None),
            other => T::decode(other).map(Some),
        }
    }

    fn with_decimal_places(self, places: u16) -> Self {
        self.map(|value| value.with_decimal_places(places))
    }
}

macro_rules! field_types {
    ($($t:ty => $kind:expr),+ $(,)?) => {$(
        impl FieldType for $t {
            const KIND: FieldKind = $kind;

            fn encode(&self) -> Result<Value, Error> {
                Ok(Value::from(self.clone()))
            }

            fn decode(column: ColumnRef<'_>) -> Result<Self, Error> {
                <$t>::from_column(column)
            }
        }
    )+};
}

field_types! {
    bool => FieldKind::Bool,
    i16 => FieldKind::SmallInteger,
    i32 => FieldKind::Integer,
    i64 => FieldKind::BigInteger,
    u16 => FieldKind::PositiveSmallInteger,
    u32 => FieldKind::PositiveInteger,
    f64 => FieldKind::Float,
    String => FieldKind::Text,
    Vec<u8> => FieldKind::Binary,
    Date => FieldKind::Date,
    Time => FieldKind::Time,
    Timestamp => FieldKind::DateTime,
    DateTime => FieldKind::NaiveDateTime,
    SignedDuration => FieldKind::Duration,
    Uuid => FieldKind::Uuid,
    serde_json::Value => FieldKind::Json,
    IpAddr => FieldKind::GenericIpAddress,
    Value => FieldKind::Any,
}

impl FieldType for Decimal {
    const KIND: FieldKind = FieldKind::Decimal { max_digits: 19, decimal_places: 4 };

    fn encode(&self) -> Result<Value, Error> {
        Ok(Value::Decimal(*self))
    }

    fn decode(column: ColumnRef<'_>) -> Result<Self, Error> {
        Decimal::from_column(column)
    }

    fn with_decimal_places(mut self, places: u16) -> Self {
        self.rescale(places.into());
        self
    }
}

impl FieldType for u64 {
    const KIND: FieldKind = FieldKind::PositiveBigInteger;

    fn encode(&self) -> Result<Value, Error> {
        i64::try_from(*self)
            .map(Value::Int)
            .map_err(|_| Error::Value(format!("{self} is more than a PositiveBigIntegerField holds ({}).", i64::MAX)))
    }

    fn decode(column: ColumnRef<'_>) -> Result<Self, Error> {
        u64::from_column(column)
    }
}

/// A value of any type that serde knows, in a JSON column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, PartialOrd, Ord, Hash)]
pub struct Json<T>(pub T);

impl<T> FieldType for Json<T>
where
    T: serde::Serialize + serde::de::DeserializeOwned + Clone + Send + Sync + 'static,
{
    const KIND: FieldKind = FieldKind::Json;

    fn encode(&self) -> Result<Value, Error> {
        serde_json::to_value(&self.0)
            .map(|json| Value::Json(Box::new(json)))
            .map_err(|e| Error::Value(format!("the value has no JSON form: {e}")))
    }

    fn decode(column: ColumnRef<'_>) -> Result<Self, Error> {
        match column {
            ColumnRef::Json(text) | ColumnRef::Text(text) => serde_json::from_str(text).map(Json).map_err(misfit::<T>),
            ColumnRef::Document(document) => serde_json::from_value(document.clone()).map(Json).map_err(misfit::<T>),
            other => Err(Error::decode("json", other)),
        }
    }
}

fn misfit<T>(error: serde_json::Error) -> Error {
    Error::Decode(format!("the JSON document does not fit {}: {error}", std::any::type_name::<T>()))
}
