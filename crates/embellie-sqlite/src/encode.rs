//! Values as SQLite stores them: as Django's backend for SQLite writes them.

use embellie_core::{Error, Value, json};
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use rusqlite::Statement;
use rusqlite::types::{ToSqlOutput, ValueRef};

use crate::error::from_sqlite;

/// Binds all parameters, which must be as many as the statement has.
pub(crate) fn bind(statement: &mut Statement<'_>, parameters: &[Value]) -> Result<(), Error> {
    let expected = statement.parameter_count();
    if expected != parameters.len() {
        return Err(from_sqlite(rusqlite::Error::InvalidParameterCount(parameters.len(), expected)));
    }
    for (index, value) in parameters.iter().enumerate() {
        statement.raw_bind_parameter(index + 1, encode(value)?).map_err(from_sqlite)?;
    }
    Ok(())
}

fn encode(value: &Value) -> Result<ToSqlOutput<'_>, Error> {
    let borrowed = match value {
        Value::Null => ValueRef::Null,
        Value::Bool(v) => ValueRef::Integer(i64::from(*v)),
        Value::Int(v) => ValueRef::Integer(*v),
        Value::Float(v) => ValueRef::Real(*v),
        Value::Text(v) => ValueRef::Text(v.as_bytes()),
        Value::Bytes(v) => ValueRef::Blob(v),
        Value::Duration(v) => match i64::try_from(v.as_micros()) {
            Ok(micros) => ValueRef::Integer(micros),
            Err(_) => return Err(Error::Value("a duration of more than 292,000 years cannot be stored".into())),
        },
        Value::Decimal(v) => return Ok(owned(v.to_string())),
        Value::Date(v) => return date(*v).map(owned),
        Value::Time(v) => return Ok(owned(time(*v))),
        Value::DateTime(v) => return datetime(*v).map(owned),
        Value::Timestamp(v) => return datetime(TimeZone::UTC.to_datetime(*v)).map(owned),
        Value::Uuid(v) => return Ok(owned(v.simple().to_string())),
        Value::Json(v) => return json::dumps(v).map(owned),
        Value::Ip(v) => return Ok(owned(v.to_string())),
        Value::List(_) => {
            return Err(Error::Type("a list cannot be a parameter of SQLite; give each of its values".into()));
        }
        Value::Range(_) => return Err(Error::Type("SQLite has no ranges, and takes none as a parameter".into())),
    };
    Ok(ToSqlOutput::Borrowed(borrowed))
}

fn owned(text: String) -> ToSqlOutput<'static> {
    ToSqlOutput::Owned(text.into())
}

/// `2024-02-29`.
pub(crate) fn date(date: Date) -> Result<String, Error> {
    if date.year() < 1 {
        return Err(Error::Value(format!("the year {} cannot be stored; years are 1 to 9999", date.year())));
    }
    Ok(format!("{:04}-{:02}-{:02}", date.year(), date.month(), date.day()))
}

/// `12:30:00` or `12:30:00.000001`: microseconds only where there are any.
pub(crate) fn time(time: Time) -> String {
    let micros = time.subsec_nanosecond() / 1000;
    let seconds = format!("{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second());
    match micros {
        0 => seconds,
        micros => format!("{seconds}.{micros:06}"),
    }
}

/// `2024-02-29 12:30:00`.
pub(crate) fn datetime(datetime: DateTime) -> Result<String, Error> {
    Ok(format!("{} {}", date(datetime.date())?, time(datetime.time())))
}
