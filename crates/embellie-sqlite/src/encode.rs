//! Values as SQLite stores them: as Django's backend for SQLite writes them.

use embellie_core::{Error, Value, json};
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

/// A value as SQLite takes it.
pub(crate) enum Encoded<'v> {
    Null,
    Integer(i64),
    Real(f64),
    /// The value's own text.
    Text(&'v str),
    /// A text that is made for it.
    Made(&'v str),
    Bytes(&'v [u8]),
}

/// A value as SQLite takes it. What has to be written is written to `scratch`.
pub(crate) fn encode<'v>(value: &'v Value, scratch: &'v mut String) -> Result<Encoded<'v>, Error> {
    Ok(match value {
        Value::Null => Encoded::Null,
        Value::Bool(v) => Encoded::Integer(i64::from(*v)),
        Value::Int(v) => Encoded::Integer(*v),
        Value::Float(v) => Encoded::Real(*v),
        Value::Text(v) => Encoded::Text(v),
        Value::Bytes(v) => Encoded::Bytes(v),
        Value::Duration(v) => match i64::try_from(v.as_micros()) {
            Ok(micros) => Encoded::Integer(micros),
            Err(_) => return Err(Error::Value("a duration of more than 292,000 years cannot be stored".into())),
        },
        Value::List(_) => {
            return Err(Error::Type("a list cannot be a parameter of SQLite; give each of its values".into()));
        }
        Value::Range(_) => return Err(Error::Type("SQLite has no ranges, and takes none as a parameter".into())),
        other => {
            scratch.clear();
            write_text(other, scratch)?;
            Encoded::Made(scratch)
        }
    })
}

fn write_text(value: &Value, out: &mut String) -> Result<(), Error> {
    match value {
        Value::Date(v) => write_date(*v, out)?,
        Value::Time(v) => write_time(*v, out),
        Value::DateTime(v) => write_datetime(*v, out)?,
        Value::Timestamp(v) => write_datetime(TimeZone::UTC.to_datetime(*v), out)?,
        Value::Uuid(v) => out.push_str(v.simple().encode_lower(&mut uuid::Uuid::encode_buffer())),
        Value::Json(v) => *out = json::dumps(v)?,
        Value::Decimal(v) => *out = v.to_string(),
        Value::Ip(v) => *out = v.to_string(),
        other => return Err(Error::Type(format!("a value of the type {} has no text in SQLite", other.type_name()))),
    }
    Ok(())
}

/// `2024-02-29`.
fn write_date(date: Date, out: &mut String) -> Result<(), Error> {
    if date.year() < 1 {
        return Err(Error::Value(format!("the year {} cannot be stored; years are 1 to 9999", date.year())));
    }
    write_digits(date.year().unsigned_abs().into(), 4, out);
    for part in [date.month(), date.day()] {
        out.push('-');
        write_digits(part.unsigned_abs().into(), 2, out);
    }
    Ok(())
}

/// `12:30:00` or `12:30:00.000001`: microseconds only where there are any.
fn write_time(time: Time, out: &mut String) {
    write_digits(time.hour().unsigned_abs().into(), 2, out);
    for part in [time.minute(), time.second()] {
        out.push(':');
        write_digits(part.unsigned_abs().into(), 2, out);
    }
    let micros = time.subsec_nanosecond().unsigned_abs() / 1000;
    if micros > 0 {
        out.push('.');
        write_digits(micros, 6, out);
    }
}

/// `2024-02-29 12:30:00`.
fn write_datetime(datetime: DateTime, out: &mut String) -> Result<(), Error> {
    write_date(datetime.date(), out)?;
    out.push(' ');
    write_time(datetime.time(), out);
    Ok(())
}

/// The last so many digits of a number, with zeros before it.
fn write_digits(number: u32, digits: u32, out: &mut String) {
    for place in (0..digits).rev() {
        out.push(char::from_digit(number / 10_u32.pow(place) % 10, 10).unwrap_or('0'));
    }
}

/// `2024-02-29`.
pub(crate) fn date(date: Date) -> Result<String, Error> {
    let mut text = String::new();
    write_date(date, &mut text).map(|()| text)
}

/// `12:30:00` or `12:30:00.000001`: microseconds only where there are any.
pub(crate) fn time(time: Time) -> String {
    let mut text = String::new();
    write_time(time, &mut text);
    text
}

/// `2024-02-29 12:30:00`.
pub(crate) fn datetime(datetime: DateTime) -> Result<String, Error> {
    let mut text = String::new();
    write_datetime(datetime, &mut text).map(|()| text)
}
