//! A column's value, borrowed from its row.

use std::net::IpAddr;

use jiff::civil::{Date, DateTime, Time};
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::ListRef;
use crate::{Range, RangeEnd};

/// A column's value, borrowed from the row: what each driver can give without allocating.
///
/// A database with few storage types (text for dates, integers for booleans) gives those; what they mean is
/// decided by the type decoded, see [`FromColumn`](crate::FromColumn).
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ColumnRef<'a> {
    /// `NULL`.
    Null,
    /// A boolean.
    Bool(bool),
    /// An integer of any width.
    Int(i64),
    /// A float of any width.
    Float(f64),
    /// An exact decimal.
    Decimal(Decimal),
    /// Text.
    Text(&'a str),
    /// Bytes.
    Bytes(&'a [u8]),
    /// A calendar date.
    Date(Date),
    /// A time of day.
    Time(Time),
    /// A date and time without a zone.
    DateTime(DateTime),
    /// A point in time.
    Timestamp(Timestamp),
    /// A span of time.
    Duration(SignedDuration),
    /// A UUID.
    Uuid(Uuid),
    /// The text of a JSON document.
    Json(&'a str),
    /// A JSON document that is parsed already.
    Document(&'a serde_json::Value),
    /// An IP address.
    Ip(IpAddr),
    /// Several values.
    List(ListRef<'a>),
    /// All values between two.
    Range(Range<RangeEnd>),
}
