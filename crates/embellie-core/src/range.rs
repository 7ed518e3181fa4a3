//! Ranges: all values between two.

use std::fmt;
use std::ops::{self, Bound};

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use rust_decimal::Decimal;

use crate::{ColumnRef, Error, FromColumn, Value};

/// All values between two, as a range field holds them: psycopg's `Range`.
///
/// Each end is part of the range, or not, or is not there at all. A database may write a range in another way that means
/// the same: of whole numbers and dates, `1..=4` comes back as `1..5`.
///
/// ```
/// use embellie_core::Range;
/// let ages = Range::from(18..65);
/// assert!(ages.contains(&18) && !ages.contains(&65));
/// assert_eq!(ages.to_string(), "[18,65)");
/// assert!(Range::from(65..).contains(&100));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Range<T> {
    /// No values at all.
    Empty,
    /// The values between two ends.
    Between(Bound<T>, Bound<T>),
}

impl<T> Range<T> {
    /// The least value, where there is one, whether it is part of the range or not.
    pub fn lower(&self) -> Option<&T> {
        if let Range::Between(low, _) = self { value_of(low) } else { None }
    }

    /// The greatest value, where there is one, whether it is part of the range or not.
    pub fn upper(&self) -> Option<&T> {
        if let Range::Between(_, high) = self { value_of(high) } else { None }
    }

    /// Whether a value is in the range.
    pub fn contains(&self, value: &T) -> bool
    where
        T: PartialOrd,
    {
        match self {
            Range::Empty => false,
            Range::Between(low, high) => ops::RangeBounds::contains(&(low.as_ref(), high.as_ref()), value),
        }
    }

    /// The range with both ends changed.
    pub(crate) fn try_map<U, E>(self, mut change: impl FnMut(T) -> Result<U, E>) -> Result<Range<U>, E> {
        let mut end = |bound: Bound<T>| {
            Ok(match bound {
                Bound::Included(value) => Bound::Included(change(value)?),
                Bound::Excluded(value) => Bound::Excluded(change(value)?),
                Bound::Unbounded => Bound::Unbounded,
            })
        };
        Ok(match self {
            Range::Empty => Range::Empty,
            Range::Between(low, high) => Range::Between(end(low)?, end(high)?),
        })
    }
}

fn value_of<T>(bound: &Bound<T>) -> Option<&T> {
    match bound {
        Bound::Included(value) | Bound::Excluded(value) => Some(value),
        Bound::Unbounded => None,
    }
}

/// As PostgreSQL writes it: `[1,5)`, `(,5]`, `empty`.
impl<T: fmt::Display> fmt::Display for Range<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Range::Between(low, high) = self else { return f.write_str("empty") };
        match low {
            Bound::Included(value) => write!(f, "[{value},")?,
            Bound::Excluded(value) => write!(f, "({value},")?,
            Bound::Unbounded => f.write_str("(,")?,
        }
        match high {
            Bound::Included(value) => write!(f, "{value}]"),
            Bound::Excluded(value) => write!(f, "{value})"),
            Bound::Unbounded => f.write_str(")"),
        }
    }
}

macro_rules! from_ranges {
    ($($source:ty => |$range:ident| $low:expr, $high:expr;)+) => {$(
        impl<T> From<$source> for Range<T> {
            fn from($range: $source) -> Self {
                Range::Between($low, $high)
            }
        }
    )+};
}
from_ranges! {
    ops::Range<T> => |range| Bound::Included(range.start), Bound::Excluded(range.end);
    ops::RangeFrom<T> => |range| Bound::Included(range.start), Bound::Unbounded;
    ops::RangeTo<T> => |range| Bound::Unbounded, Bound::Excluded(range.end);
    ops::RangeToInclusive<T> => |range| Bound::Unbounded, Bound::Included(range.end);
    ops::RangeFull => |_range| Bound::Unbounded, Bound::Unbounded;
    (Bound<T>, Bound<T>) => |range| range.0, range.1;
}

impl<T> From<ops::RangeInclusive<T>> for Range<T> {
    fn from(range: ops::RangeInclusive<T>) -> Self {
        let (low, high) = range.into_inner();
        Range::Between(Bound::Included(low), Bound::Included(high))
    }
}

/// An end of a range as databases keep it.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum RangeEnd {
    /// An integer of any width.
    Int(i64),
    /// A decimal.
    Decimal(Decimal),
    /// A date.
    Date(Date),
    /// A date and time without a zone.
    DateTime(DateTime),
    /// A point in time.
    Timestamp(Timestamp),
}

impl From<RangeEnd> for Value {
    fn from(end: RangeEnd) -> Self {
        match end {
            RangeEnd::Int(v) => Value::Int(v),
            RangeEnd::Decimal(v) => Value::Decimal(v),
            RangeEnd::Date(v) => Value::Date(v),
            RangeEnd::DateTime(v) => Value::DateTime(v),
            RangeEnd::Timestamp(v) => Value::Timestamp(v),
        }
    }
}

impl TryFrom<Value> for RangeEnd {
    type Error = Error;

    fn try_from(value: Value) -> Result<Self, Error> {
        Ok(match value {
            Value::Int(v) => RangeEnd::Int(v),
            Value::Decimal(v) => RangeEnd::Decimal(v),
            Value::Date(v) => RangeEnd::Date(v),
            Value::DateTime(v) => RangeEnd::DateTime(v),
            Value::Timestamp(v) => RangeEnd::Timestamp(v),
            other => {
                return Err(Error::Type(format!("there are no ranges of values of the kind {}", other.type_name())));
            }
        })
    }
}

impl fmt::Display for RangeEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RangeEnd::Int(v) => v.fmt(f),
            RangeEnd::Decimal(v) => v.fmt(f),
            RangeEnd::Date(v) => v.fmt(f),
            RangeEnd::DateTime(v) => write!(f, "{} {}", v.date(), v.time()),
            RangeEnd::Timestamp(v) => v.fmt(f),
        }
    }
}

impl RangeEnd {
    /// The end as a column of its own.
    fn as_column(self) -> ColumnRef<'static> {
        match self {
            RangeEnd::Int(v) => ColumnRef::Int(v),
            RangeEnd::Decimal(v) => ColumnRef::Decimal(v),
            RangeEnd::Date(v) => ColumnRef::Date(v),
            RangeEnd::DateTime(v) => ColumnRef::DateTime(v),
            RangeEnd::Timestamp(v) => ColumnRef::Timestamp(v),
        }
    }
}

impl<T: FromColumn> FromColumn for Range<T> {
    fn from_column(column: ColumnRef<'_>) -> Result<Self, Error> {
        match column {
            ColumnRef::Range(range) => range.try_map(|end| T::from_column(end.as_column())),
            other => Err(Error::decode("range", other)),
        }
    }
}
