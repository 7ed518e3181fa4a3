//! Lists in a column: arrays of a database that has them, JSON arrays of one that has not.

use std::fmt;
use std::net::IpAddr;

use jiff::civil::{Date, DateTime, Time};
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::decode::mismatch;
use super::{ColumnRef, FromColumn};
use crate::{Error, Value};

/// A list in a column, decoded element by element as it is read.
#[derive(Clone, Copy)]
pub struct ListRef<'a>(Source<'a>);

#[derive(Clone, Copy)]
enum Source<'a> {
    Encoded { shape: &'a [u8], elements: &'a [u8], decoder: &'a dyn DecodeList },
    Values(&'a [Value]),
}

/// What a driver knows of the form of its lists.
pub trait DecodeList: Send + Sync {
    /// Shows each element of a list, in order. `shape` and `elements` are what the driver made the [`ListRef`] of.
    ///
    /// # Errors
    /// The first error of `visit`; and when the bytes are not such a list.
    fn each<'a>(
        &'a self,
        shape: &'a [u8],
        elements: &'a [u8],
        visit: &mut dyn FnMut(ColumnRef<'a>) -> Result<(), Error>,
    ) -> Result<(), Error>;
}

impl<'a> ListRef<'a> {
    /// A list as a driver has received it.
    pub fn encoded(shape: &'a [u8], elements: &'a [u8], decoder: &'a dyn DecodeList) -> Self {
        ListRef(Source::Encoded { shape, elements, decoder })
    }

    /// A list of values.
    pub fn values(values: &'a [Value]) -> Self {
        ListRef(Source::Values(values))
    }

    /// Shows each element, in order.
    ///
    /// # Errors
    /// The first error of `visit`, and when the list cannot be read.
    pub fn each(self, mut visit: impl FnMut(ColumnRef<'a>) -> Result<(), Error>) -> Result<(), Error> {
        match self.0 {
            Source::Encoded { shape, elements, decoder } => decoder.each(shape, elements, &mut visit),
            Source::Values(values) => values.iter().map(Value::as_column).try_for_each(visit),
        }
    }
}

impl fmt::Debug for ListRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut list = f.debug_list();
        match self.each(|element| {
            list.entry(&element);
            Ok(())
        }) {
            Ok(()) => list.finish(),
            Err(_) => list.finish_non_exhaustive(),
        }
    }
}

/// Lists are equal when their bytes, or their values, are.
impl PartialEq for ListRef<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self.0, other.0) {
            (Source::Encoded { shape, elements, .. }, Source::Encoded { shape: shape2, elements: elements2, .. }) => {
                (shape, elements) == (shape2, elements2)
            }
            (Source::Values(values), Source::Values(others)) => values == others,
            _ => false,
        }
    }
}

/// Shows each element of a column that holds a list: an array, or a JSON array where the database keeps lists as such.
///
/// ```
/// use embellie_core::{ColumnRef, FromColumn, each_element};
/// let mut sum = 0;
/// each_element(ColumnRef::Text("[1, 2, 3]"), |element| {
///     sum += i64::from_column(element)?;
///     Ok(())
/// })?;
/// assert_eq!(sum, 6);
/// # Ok::<(), embellie_core::Error>(())
/// ```
///
/// # Errors
/// [`Error::Decode`] when the column holds no list, and the first error of `visit`.
pub fn each_element(
    column: ColumnRef<'_>,
    mut visit: impl FnMut(ColumnRef<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    match column {
        ColumnRef::List(list) => list.each(visit),
        ColumnRef::Document(serde_json::Value::Array(elements)) => elements.iter().map(json).try_for_each(visit),
        ColumnRef::Json(text) | ColumnRef::Text(text) => match serde_json::from_str(text) {
            Ok(serde_json::Value::Array(elements)) => elements.iter().map(json).try_for_each(&mut visit),
            _ => mismatch("list", column),
        },
        _ => mismatch("list", column),
    }
}

/// An element of a JSON array as a column would hold it.
fn json(element: &serde_json::Value) -> ColumnRef<'_> {
    match element {
        serde_json::Value::Null => ColumnRef::Null,
        serde_json::Value::Bool(v) => ColumnRef::Bool(*v),
        serde_json::Value::Number(v) => match (v.as_i64(), v.as_u64()) {
            (Some(v), _) => ColumnRef::Int(v),
            (None, Some(v)) => ColumnRef::Decimal(v.into()),
            (None, None) => v.as_f64().map_or(ColumnRef::Document(element), ColumnRef::Float),
        },
        serde_json::Value::String(v) => ColumnRef::Text(v),
        serde_json::Value::Array(_) | serde_json::Value::Object(_) => ColumnRef::Document(element),
    }
}

/// A type of which columns may hold lists: all that decode from a column but `u8`, since `Vec<u8>` are bytes.
///
/// Implement it for a type of your own to read `Vec`s of it.
pub trait Element: FromColumn {}

macro_rules! elements {
    ($($t:ty),+ $(,)?) => {$(impl Element for $t {})+};
}
elements!(
    bool,
    i8,
    i16,
    i32,
    i64,
    u16,
    u32,
    u64,
    f32,
    f64,
    String,
    Decimal,
    Date,
    Time,
    DateTime,
    Timestamp,
    SignedDuration,
    Uuid,
    IpAddr,
    serde_json::Value,
    Value,
    Vec<u8>,
);

impl<T: Element> Element for Option<T> {}
impl<T: Element> Element for Vec<T> {}

impl<T: Element> FromColumn for Vec<T> {
    fn from_column(column: ColumnRef<'_>) -> Result<Self, Error> {
        let mut values = Vec::new();
        each_element(column, |element| {
            values.push(T::from_column(element)?);
            Ok(())
        })?;
        Ok(values)
    }
}
