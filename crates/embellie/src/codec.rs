//! Columns as bytes, and back: each with a mark of its type, so that different values never have the same bytes.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::Bound;

use embellie_core::{ColumnRef, DecodeList, Error, ListRef, Range, RangeEnd, Result, Value};
use jiff::civil::{Date, DateTime, Time};
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use uuid::Uuid;

mod mark {
    pub(super) const NULL: u8 = 0;
    pub(super) const FALSE: u8 = 1;
    pub(super) const TRUE: u8 = 2;
    pub(super) const INT: u8 = 3;
    pub(super) const FLOAT: u8 = 4;
    pub(super) const DECIMAL: u8 = 5;
    pub(super) const TEXT: u8 = 6;
    pub(super) const BYTES: u8 = 7;
    pub(super) const DATE: u8 = 8;
    pub(super) const TIME: u8 = 9;
    pub(super) const DATETIME: u8 = 10;
    pub(super) const TIMESTAMP: u8 = 11;
    pub(super) const DURATION: u8 = 12;
    pub(super) const UUID: u8 = 13;
    pub(super) const JSON: u8 = 14;
    pub(super) const IPV4: u8 = 15;
    pub(super) const IPV6: u8 = 16;
    pub(super) const LIST: u8 = 17;
    pub(super) const EMPTY: u8 = 18;
    pub(super) const RANGE: u8 = 19;
}

/// Adds a number of bytes, or of things.
pub(crate) fn write_length(out: &mut Vec<u8>, length: usize) -> Result<()> {
    out.extend_from_slice(&length_of(length)?.to_le_bytes());
    Ok(())
}

fn length_of(length: usize) -> Result<u32> {
    u32::try_from(length).map_err(|_| Error::Value("a value is larger than 4 GiB".into()))
}

fn write_bytes(out: &mut Vec<u8>, mark: u8, bytes: &[u8]) -> Result<()> {
    let [a, b, c, d] = length_of(bytes.len())?.to_le_bytes();
    out.reserve(5 + bytes.len());
    out.extend_from_slice(&[mark, a, b, c, d]);
    out.extend_from_slice(bytes);
    Ok(())
}

fn write_date(out: &mut Vec<u8>, date: Date) {
    out.extend(date.year().to_le_bytes());
    out.extend(date.month().to_le_bytes());
    out.extend(date.day().to_le_bytes());
}

fn write_time(out: &mut Vec<u8>, time: Time) {
    out.extend(time.hour().to_le_bytes());
    out.extend(time.minute().to_le_bytes());
    out.extend(time.second().to_le_bytes());
    out.extend(time.subsec_nanosecond().to_le_bytes());
}

/// Adds a value.
pub(crate) fn write_value(out: &mut Vec<u8>, value: &Value) -> Result<()> {
    write(out, value.as_column())
}

/// Adds a column.
pub(crate) fn write(out: &mut Vec<u8>, column: ColumnRef<'_>) -> Result<()> {
    match column {
        ColumnRef::Null => out.push(mark::NULL),
        ColumnRef::Bool(v) => out.push(if v { mark::TRUE } else { mark::FALSE }),
        ColumnRef::Int(v) => {
            let [a, b, c, d, e, f, g, h] = v.to_le_bytes();
            out.extend_from_slice(&[mark::INT, a, b, c, d, e, f, g, h]);
        }
        ColumnRef::Float(v) => {
            out.push(mark::FLOAT);
            out.extend(v.to_bits().to_le_bytes());
        }
        ColumnRef::Decimal(v) => {
            out.push(mark::DECIMAL);
            out.extend(v.serialize());
        }
        ColumnRef::Text(v) => write_bytes(out, mark::TEXT, v.as_bytes())?,
        ColumnRef::Bytes(v) => write_bytes(out, mark::BYTES, v)?,
        ColumnRef::Date(v) => {
            out.push(mark::DATE);
            write_date(out, v);
        }
        ColumnRef::Time(v) => {
            out.push(mark::TIME);
            write_time(out, v);
        }
        ColumnRef::DateTime(v) => {
            out.push(mark::DATETIME);
            write_date(out, v.date());
            write_time(out, v.time());
        }
        ColumnRef::Timestamp(v) => {
            out.push(mark::TIMESTAMP);
            out.extend(v.as_second().to_le_bytes());
            out.extend(v.subsec_nanosecond().to_le_bytes());
        }
        ColumnRef::Duration(v) => {
            out.push(mark::DURATION);
            out.extend(v.as_secs().to_le_bytes());
            out.extend(v.subsec_nanos().to_le_bytes());
        }
        ColumnRef::Uuid(v) => {
            out.push(mark::UUID);
            out.extend(v.as_bytes());
        }
        ColumnRef::Json(v) => write_bytes(out, mark::JSON, v.as_bytes())?,
        ColumnRef::Document(v) => write_bytes(out, mark::JSON, v.to_string().as_bytes())?,
        ColumnRef::Ip(IpAddr::V4(v)) => {
            out.push(mark::IPV4);
            out.extend(v.octets());
        }
        ColumnRef::Ip(IpAddr::V6(v)) => {
            out.push(mark::IPV6);
            out.extend(v.octets());
        }
        ColumnRef::List(v) => {
            let mut elements = Vec::new();
            v.each(|element| write(&mut elements, element))?;
            write_bytes(out, mark::LIST, &elements)?;
        }
        ColumnRef::Range(Range::Empty) => out.push(mark::EMPTY),
        ColumnRef::Range(Range::Between(low, high)) => {
            out.push(mark::RANGE);
            for end in [low, high] {
                match end {
                    Bound::Unbounded => out.push(0),
                    Bound::Included(end) => {
                        out.push(1);
                        write_value(out, &end.into())?;
                    }
                    Bound::Excluded(end) => {
                        out.push(2);
                        write_value(out, &end.into())?;
                    }
                }
            }
        }
    }
    Ok(())
}

fn malformed() -> Error {
    Error::Decode("the bytes are not those of columns".into())
}

/// Takes so many bytes from the front.
pub(crate) fn take<'a>(bytes: &mut &'a [u8], length: usize) -> Result<&'a [u8]> {
    let (taken, rest) = bytes.split_at_checked(length).ok_or_else(malformed)?;
    *bytes = rest;
    Ok(taken)
}

fn array<const N: usize>(bytes: &mut &[u8]) -> Result<[u8; N]> {
    take(bytes, N)?.try_into().map_err(|_| malformed())
}

/// Takes a number of bytes, or of things, from the front.
pub(crate) fn read_length(bytes: &mut &[u8]) -> Result<usize> {
    usize::try_from(u32::from_le_bytes(array(bytes)?)).map_err(|_| malformed())
}

fn read_text<'a>(bytes: &mut &'a [u8]) -> Result<&'a str> {
    let length = read_length(bytes)?;
    std::str::from_utf8(take(bytes, length)?).map_err(|_| malformed())
}

fn read_date(bytes: &mut &[u8]) -> Result<Date> {
    let (year, [month, day]) = (i16::from_le_bytes(array(bytes)?), array::<2>(bytes)?.map(|byte| byte as i8));
    Date::new(year, month, day).map_err(|_| malformed())
}

fn read_time(bytes: &mut &[u8]) -> Result<Time> {
    let [hour, minute, second] = array::<3>(bytes)?.map(|byte| byte as i8);
    Time::new(hour, minute, second, i32::from_le_bytes(array(bytes)?)).map_err(|_| malformed())
}

fn read_end(bytes: &mut &[u8]) -> Result<Bound<RangeEnd>> {
    let [kind] = array(bytes)?;
    // An end of a range is no list and no range, so that this goes no deeper.
    let end = |bytes: &mut &[u8]| match read(bytes)? {
        ColumnRef::Int(v) => Ok(RangeEnd::Int(v)),
        ColumnRef::Decimal(v) => Ok(RangeEnd::Decimal(v)),
        ColumnRef::Date(v) => Ok(RangeEnd::Date(v)),
        ColumnRef::DateTime(v) => Ok(RangeEnd::DateTime(v)),
        ColumnRef::Timestamp(v) => Ok(RangeEnd::Timestamp(v)),
        _ => Err(malformed()),
    };
    Ok(match kind {
        0 => Bound::Unbounded,
        1 => Bound::Included(end(bytes)?),
        2 => Bound::Excluded(end(bytes)?),
        _ => return Err(malformed()),
    })
}

/// Takes a value from the front.
pub(crate) fn read_value(bytes: &mut &[u8]) -> Result<Value> {
    use embellie_core::FromColumn;
    Value::from_column(read(bytes)?)
}

/// Takes a column from the front.
pub(crate) fn read<'a>(bytes: &mut &'a [u8]) -> Result<ColumnRef<'a>> {
    let [mark] = array(bytes)?;
    Ok(match mark {
        mark::NULL => ColumnRef::Null,
        mark::FALSE => ColumnRef::Bool(false),
        mark::TRUE => ColumnRef::Bool(true),
        mark::INT => ColumnRef::Int(i64::from_le_bytes(array(bytes)?)),
        mark::FLOAT => ColumnRef::Float(f64::from_bits(u64::from_le_bytes(array(bytes)?))),
        mark::DECIMAL => ColumnRef::Decimal(Decimal::deserialize(array(bytes)?)),
        mark::TEXT => ColumnRef::Text(read_text(bytes)?),
        mark::BYTES => {
            let length = read_length(bytes)?;
            ColumnRef::Bytes(take(bytes, length)?)
        }
        mark::DATE => ColumnRef::Date(read_date(bytes)?),
        mark::TIME => ColumnRef::Time(read_time(bytes)?),
        mark::DATETIME => ColumnRef::DateTime(DateTime::from_parts(read_date(bytes)?, read_time(bytes)?)),
        mark::TIMESTAMP => {
            let (seconds, nanos) = (i64::from_le_bytes(array(bytes)?), i32::from_le_bytes(array(bytes)?));
            ColumnRef::Timestamp(Timestamp::new(seconds, nanos).map_err(|_| malformed())?)
        }
        mark::DURATION => {
            let (seconds, nanos) = (i64::from_le_bytes(array(bytes)?), i32::from_le_bytes(array(bytes)?));
            let parts = SignedDuration::from_secs(seconds).checked_add(SignedDuration::from_nanos(nanos.into()));
            ColumnRef::Duration(parts.ok_or_else(malformed)?)
        }
        mark::UUID => ColumnRef::Uuid(Uuid::from_bytes(array(bytes)?)),
        mark::JSON => ColumnRef::Json(read_text(bytes)?),
        mark::IPV4 => ColumnRef::Ip(IpAddr::V4(Ipv4Addr::from(array::<4>(bytes)?))),
        mark::IPV6 => ColumnRef::Ip(IpAddr::V6(Ipv6Addr::from(array::<16>(bytes)?))),
        mark::LIST => {
            let length = read_length(bytes)?;
            ColumnRef::List(ListRef::encoded(&[], take(bytes, length)?, &Elements))
        }
        mark::EMPTY => ColumnRef::Range(Range::Empty),
        mark::RANGE => ColumnRef::Range(Range::Between(read_end(bytes)?, read_end(bytes)?)),
        _ => return Err(malformed()),
    })
}

/// The elements of lists, one after the other.
struct Elements;

impl DecodeList for Elements {
    fn each<'a>(
        &'a self,
        _: &'a [u8],
        mut elements: &'a [u8],
        visit: &mut dyn FnMut(ColumnRef<'a>) -> Result<()>,
    ) -> Result<()> {
        while !elements.is_empty() {
            visit(read(&mut elements)?)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() -> Result<()> {
        let values = [
            Value::Null,
            Value::Bool(true),
            Value::Bool(false),
            Value::Int(i64::MIN),
            Value::Float(-0.1),
            Value::Decimal(Decimal::new(-12345, 3)),
            Value::Text("Wolke ☁".into()),
            Value::Bytes(vec![0, 255]),
            Value::Date(Date::constant(-44, 3, 15)),
            Value::Time(Time::constant(23, 59, 59, 999_999_999)),
            Value::DateTime(DateTime::constant(2024, 2, 29, 12, 0, 0, 1)),
            Value::Timestamp(Timestamp::from_microsecond(-1).unwrap_or_default()),
            Value::Duration(SignedDuration::new(-3, -5)),
            Value::Uuid(Uuid::from_u128(7)),
            Value::Json(Box::new(serde_json::json!({"a": [1, null]}))),
            Value::Ip(IpAddr::V4(Ipv4Addr::LOCALHOST)),
            Value::Ip(IpAddr::V6(Ipv6Addr::LOCALHOST)),
            Value::Range(Box::new(Range::Empty)),
            Value::Range(Box::new(Range::Between(Bound::Excluded(RangeEnd::Int(1)), Bound::Unbounded))),
            Value::List(vec![Value::Int(1), Value::Null, Value::List(vec![Value::Text("x".into())])]),
        ];
        let mut bytes = Vec::new();
        for value in &values {
            write_value(&mut bytes, value)?;
        }
        let mut rest = bytes.as_slice();
        for value in &values {
            assert_eq!(read_value(&mut rest)?, *value);
        }
        assert!(rest.is_empty());
        // Cut anywhere, they are refused rather than read wrongly.
        for end in 0..bytes.len() {
            let mut cut = bytes.get(..end).unwrap_or_default();
            while !cut.is_empty() {
                if read_value(&mut cut).is_err() {
                    break;
                }
            }
        }
        assert!(read_value(&mut [99].as_slice()).is_err());
        Ok(())
    }
}
