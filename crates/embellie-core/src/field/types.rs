//! Rust types as field types.

use std::net::IpAddr;

use jiff::civil::{Date, DateTime, Time};
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::{FieldKind, RangeKind};
use crate::meta::Choice;
use crate::{ColumnRef, Error, FromColumn, Range, RangeEnd, Value, each_element};

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

            #[inline]
            fn encode(&self) -> Result<Value, Error> {
                Ok(Value::from(self.clone()))
            }

            #[inline]
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

/// A type of which a field may hold several, as `Vec<T>`: Django's `ArrayField`. All field types have it but `u8`, since
/// `Vec<u8>` are bytes.
///
/// Implement it for a field type of your own to have arrays of it: `impl ArrayElement for Celsius { type Plain = Celsius; }`.
pub trait ArrayElement: FieldType {
    /// The type without `Option`.
    type Plain: FieldType;

    /// An element read back. A text is always meant as such, also where a list is kept as JSON.
    ///
    /// # Errors
    /// When the element is something else.
    fn decode_element(column: ColumnRef<'_>) -> Result<Self, Error> {
        Self::decode(column)
    }
}

macro_rules! array_elements {
    ($($t:ty),+ $(,)?) => {$(
        impl ArrayElement for $t {
            type Plain = $t;
        }
    )+};
}
array_elements! {
    bool, i16, i32, i64, u16, u32, u64, f64, String, Decimal, Date, Time, Timestamp, DateTime, SignedDuration, Uuid,
    IpAddr, Vec<u8>,
}

impl ArrayElement for serde_json::Value {
    type Plain = Self;

    fn decode_element(column: ColumnRef<'_>) -> Result<Self, Error> {
        match column {
            ColumnRef::Text(text) => Ok(text.into()),
            other => Self::decode(other),
        }
    }
}

impl<T: ArrayElement> ArrayElement for Option<T> {
    type Plain = T;

    fn decode_element(column: ColumnRef<'_>) -> Result<Self, Error> {
        match column {
            ColumnRef::Null => Ok(None),
            other => T::decode_element(other).map(Some),
        }
    }
}

impl<T: ArrayElement> ArrayElement for Vec<T> {
    type Plain = Self;
}

/// Django's `ArrayField`. The options of the field, `max_length` say, are those of its elements.
impl<T: ArrayElement> FieldType for Vec<T> {
    const KIND: FieldKind = FieldKind::Array(&T::KIND);
    const MAX_LENGTH: Option<u32> = T::MAX_LENGTH;

    fn encode(&self) -> Result<Value, Error> {
        self.iter().map(T::encode).collect::<Result<Vec<Value>, Error>>().map(Value::List)
    }

    fn decode(column: ColumnRef<'_>) -> Result<Self, Error> {
        let mut values = Vec::new();
        each_element(column, |element| {
            values.push(T::decode_element(element)?);
            Ok(())
        })?;
        Ok(values)
    }

    fn with_decimal_places(self, places: u16) -> Self {
        self.into_iter().map(|value| value.with_decimal_places(places)).collect()
    }
}

/// A type of which there are range fields: `Range<T>`.
pub trait RangeElement: FieldType + FromColumn {
    /// What the ranges are.
    const RANGE: RangeKind;
}

macro_rules! range_elements {
    ($($t:ty => $kind:ident),+ $(,)?) => {$(
        impl RangeElement for $t {
            const RANGE: RangeKind = RangeKind::$kind;
        }
    )+};
}
range_elements! {
    i32 => Integer,
    i64 => BigInteger,
    Decimal => Decimal,
    Date => Date,
    Timestamp => DateTime,
}

impl<T: RangeElement> FieldType for Range<T> {
    const KIND: FieldKind = FieldKind::Range(T::RANGE);

    fn encode(&self) -> Result<Value, Error> {
        self.clone().try_map(|end| RangeEnd::try_from(end.encode()?)).map(Value::from)
    }

    fn decode(column: ColumnRef<'_>) -> Result<Self, Error> {
        Range::from_column(column)
    }
}

impl<T: RangeElement> ArrayElement for Range<T> {
    type Plain = Self;
}

/// The words of a text with their places and weights, as the database keeps them in a column for searches: Django's
/// `SearchVectorField`. It is text to read, `'cloud':2 'grey':1A`, and is written by the database, from an expression.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct SearchVector {
    text: String,
}

impl SearchVector {
    /// A vector as the database writes it.
    pub fn from_text(text: impl Into<String>) -> Self {
        SearchVector { text: text.into() }
    }

    /// The vector as the database writes it.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl FieldType for SearchVector {
    const KIND: FieldKind = FieldKind::SearchVector;

    fn encode(&self) -> Result<Value, Error> {
        Ok(Value::Text(self.text.clone()))
    }

    fn decode(column: ColumnRef<'_>) -> Result<Self, Error> {
        String::from_column(column).map(SearchVector::from_text)
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
