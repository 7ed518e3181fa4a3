//! Columns: a type's binary form as a borrowed value.

use embellie_core::{ColumnRef, Error};
use jiff::{SignedDuration, Timestamp};
use postgres_protocol::types;
use postgres_types::Type;
use uuid::Uuid;

use crate::calendar::{self, EPOCH_MICROS, MICROS_PER_DAY};
use crate::wire::{self, Wire};

mod list;
mod numeric;
mod range;

pub(crate) use list::Elements;

/// A column of a statement's rows.
#[derive(Debug)]
pub(crate) struct Named {
    pub(crate) name: Box<str>,
    pub(crate) ty: Type,
    pub(crate) column: Column,
}

impl Named {
    /// `stored` where it comes straight from a table.
    pub(crate) fn new(name: String, ty: Type, stored: bool) -> Self {
        let column = Column::of_type(&ty, &name, stored);
        Named { name: name.into(), ty, column }
    }
}

/// What a column holds, found once per statement.
#[derive(Debug)]
pub(crate) struct Column {
    pub(crate) wire: Wire,
    /// Whether it comes straight from a table, so that its value must not be rounded.
    pub(crate) stored: bool,
    /// What it holds several of.
    pub(crate) elements: Option<Box<Elements>>,
    /// What it is a range of.
    pub(crate) ends: Option<Box<Column>>,
}

impl Column {
    fn of_type(ty: &Type, name: &str, stored: bool) -> Self {
        let elements = wire::element(ty).map(|element| Box::new(Elements::new(element, name, stored)));
        let ends = wire::ends(ty).map(|ends| Box::new(Column::of_type(ends, name, stored)));
        Column { wire: Wire::of(ty), stored, elements, ends }
    }
}

/// Why a column cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// The bytes are not what the type promises.
    Malformed,
    /// There is no counterpart of this type.
    Type,
    /// There is no counterpart of this value: what it is.
    Value(&'static str),
}

impl Unreadable {
    /// The error, naming the column and its type.
    pub(crate) fn explain(self, column: &str, ty: &str) -> Error {
        Error::Decode(match self {
            Unreadable::Malformed => format!("column \"{column}\": the server's bytes are not a {ty}"),
            Unreadable::Type => {
                format!("column \"{column}\" is of the type {ty}, which cannot be read; cast it to text in the query")
            }
            Unreadable::Value(what) => format!("column \"{column}\" ({ty}) holds {what}"),
        })
    }
}

#[inline]
pub(crate) fn decode<'a>(column: &'a Column, bytes: &'a [u8]) -> Result<ColumnRef<'a>, Unreadable> {
    Ok(match column.wire {
        Wire::Bool => ColumnRef::Bool(array::<1>(bytes)? != [0]),
        Wire::Int2 => ColumnRef::Int(i16::from_be_bytes(array(bytes)?).into()),
        Wire::Int4 => ColumnRef::Int(i32::from_be_bytes(array(bytes)?).into()),
        Wire::Int8 => ColumnRef::Int(i64::from_be_bytes(array(bytes)?)),
        Wire::Oid | Wire::Reg => ColumnRef::Int(u32::from_be_bytes(array(bytes)?).into()),
        Wire::Float4 => ColumnRef::Float(f32::from_be_bytes(array(bytes)?).into()),
        Wire::Float8 => ColumnRef::Float(f64::from_be_bytes(array(bytes)?)),
        Wire::Numeric => ColumnRef::Decimal(numeric::decode(bytes, !column.stored)?),
        Wire::Text => ColumnRef::Text(text(bytes)?),
        Wire::Json => ColumnRef::Json(text(bytes)?),
        Wire::Jsonb => match bytes {
            [1, document @ ..] => ColumnRef::Json(text(document)?),
            _ => return Err(Unreadable::Malformed),
        },
        Wire::Bytea => ColumnRef::Bytes(bytes),
        Wire::Date => date(i32::from_be_bytes(array(bytes)?))?,
        Wire::Time => time(i64::from_be_bytes(array(bytes)?))?,
        Wire::TimeTz => match bytes.split_at_checked(8) {
            Some((micros, [0, 0, 0, 0])) => time(i64::from_be_bytes(array(micros)?))?,
            _ => {
                return Err(Unreadable::Value("a time of another zone than UTC, which only a time with a date can be"));
            }
        },
        Wire::Timestamp => datetime(i64::from_be_bytes(array(bytes)?))?,
        Wire::TimestampTz => timestamp(i64::from_be_bytes(array(bytes)?))?,
        Wire::Interval => interval(bytes)?,
        Wire::Uuid => ColumnRef::Uuid(Uuid::from_bytes(array(bytes)?)),
        Wire::Inet => inet(bytes)?,
        Wire::Void => ColumnRef::Null,
        Wire::Array => list::decode(column.elements.as_deref(), bytes)?,
        Wire::Range => ColumnRef::Range(range::decode(column.ends.as_deref(), bytes)?),
        Wire::Other => return Err(Unreadable::Type),
    })
}

fn array<const N: usize>(bytes: &[u8]) -> Result<[u8; N], Unreadable> {
    bytes.try_into().map_err(|_| Unreadable::Malformed)
}

fn text(bytes: &[u8]) -> Result<&str, Unreadable> {
    std::str::from_utf8(bytes).map_err(|_| Unreadable::Value("text that is not UTF-8"))
}

fn date(days: i32) -> Result<ColumnRef<'static>, Unreadable> {
    match days {
        i32::MAX => Err(Unreadable::Value("infinity, which is no date")),
        i32::MIN => Err(Unreadable::Value("-infinity, which is no date")),
        days => calendar::date(days.into())
            .map(ColumnRef::Date)
            .ok_or(Unreadable::Value("a date outside the years -9999 to 9999")),
    }
}

fn time(micros: i64) -> Result<ColumnRef<'static>, Unreadable> {
    calendar::time(micros).map(ColumnRef::Time).ok_or(Unreadable::Value("24:00:00, which is no time of a day"))
}

fn infinite(micros: i64) -> Result<(), Unreadable> {
    match micros {
        i64::MAX => Err(Unreadable::Value("infinity, which is no point in time")),
        i64::MIN => Err(Unreadable::Value("-infinity, which is no point in time")),
        _ => Ok(()),
    }
}

fn datetime(micros: i64) -> Result<ColumnRef<'static>, Unreadable> {
    infinite(micros)?;
    let datetime = calendar::datetime(micros).map(ColumnRef::DateTime);
    datetime.ok_or(Unreadable::Value("a date and time outside the years -9999 to 9999"))
}

fn timestamp(micros: i64) -> Result<ColumnRef<'static>, Unreadable> {
    infinite(micros)?;
    let timestamp = micros.checked_add(EPOCH_MICROS).and_then(|micros| Timestamp::from_microsecond(micros).ok());
    timestamp.map(ColumnRef::Timestamp).ok_or(Unreadable::Value("a point in time outside -9999-01-02 to 9999-12-30"))
}

fn interval(bytes: &[u8]) -> Result<ColumnRef<'static>, Unreadable> {
    let (micros, rest) = bytes.split_at_checked(8).ok_or(Unreadable::Malformed)?;
    let (days, months) = rest.split_at_checked(4).ok_or(Unreadable::Malformed)?;
    let micros = i64::from_be_bytes(array(micros)?);
    let days = i32::from_be_bytes(array(days)?);
    if i32::from_be_bytes(array(months)?) != 0 {
        return Err(Unreadable::Value("months or years, which are no fixed span of time"));
    }
    let total = i128::from(days) * i128::from(MICROS_PER_DAY) + i128::from(micros);
    let (seconds, nanos) = (total.div_euclid(1_000_000), total.rem_euclid(1_000_000) * 1000);
    let seconds = i64::try_from(seconds).map_err(|_| Unreadable::Malformed)?;
    // Less than a second, in nanoseconds.
    Ok(ColumnRef::Duration(SignedDuration::from_secs(seconds) + SignedDuration::from_nanos(nanos as i64)))
}

fn inet(bytes: &[u8]) -> Result<ColumnRef<'static>, Unreadable> {
    let inet = types::inet_from_sql(bytes).map_err(|_| Unreadable::Malformed)?;
    let address = inet.addr();
    if inet.netmask() != if address.is_ipv4() { 32 } else { 128 } {
        return Err(Unreadable::Value("a network, not the address of one host"));
    }
    Ok(ColumnRef::Ip(address))
}
