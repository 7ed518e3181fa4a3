//! Functions of dates and times, which SQLite keeps as text.
//!
//! A text that is no date or time gives `NULL`. `tzname` is the zone to see the moment in: a name (`Europe/Paris`), an
//! offset (`+02:00`) or both (`UTC-03:30`); `conn_tzname` is the zone that the text was written in.

use std::sync::Arc;

use embellie_core::Error as CoreError;
use jiff::Span;
use jiff::civil::{Date, DateTime, Time, Weekday};
use rusqlite::functions::Context;
use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, Result};

use super::{lenient, refuse, strict, text};
use crate::encode;

mod delta;
mod parse;
mod zone;

use zone::Zones;

pub(super) fn register(connection: &Connection) -> Result<()> {
    strict(connection, "django_date_extract", 2, date_extract)?;
    lenient(connection, "django_date_trunc", 4, date_trunc)?;
    lenient(connection, "django_datetime_cast_date", 3, cast_date)?;
    lenient(connection, "django_datetime_cast_time", 3, cast_time)?;
    lenient(connection, "django_datetime_extract", 4, datetime_extract)?;
    lenient(connection, "django_datetime_trunc", 4, datetime_trunc)?;
    strict(connection, "django_time_extract", 2, time_extract)?;
    lenient(connection, "django_time_trunc", 4, time_trunc)?;
    lenient(connection, "embellie_datetime_trunc", 4, point_trunc)?;
    strict(connection, "embellie_date", 1, as_date)?;
    strict(connection, "embellie_time", 1, as_time)?;
    strict(connection, "embellie_datetime", 1, as_datetime)?;
    delta::register(connection)
}

/// The moment in argument `at`, seen in the zones of the two arguments after it.
fn moment(context: &Context<'_>, at: usize) -> Result<Option<DateTime>> {
    if context.get_raw(at) == ValueRef::Null {
        return Ok(None);
    }
    let Some(written) = parse::moment(&text(context, at)?) else { return Ok(None) };
    let zones: Arc<Zones> = Zones::of(context, at + 1)?;
    match zones.see(written) {
        Ok(seen) => Ok(Some(seen)),
        Err(_) => refuse("the time zone takes a moment out of the years 1 to 9999"),
    }
}

fn date_extract(context: &Context<'_>) -> Result<Value> {
    match parse::moment(&text(context, 1)?) {
        Some(written) => extract(&text(context, 0)?, written.datetime).map(Value::Integer),
        None => Ok(Value::Null),
    }
}

fn datetime_extract(context: &Context<'_>) -> Result<Value> {
    match moment(context, 1)? {
        Some(moment) => extract(&text(context, 0)?, moment).map(Value::Integer),
        None => Ok(Value::Null),
    }
}

fn time_extract(context: &Context<'_>) -> Result<Value> {
    match parse::time(&text(context, 1)?) {
        Some(time) => extract(&text(context, 0)?, time.on(1, 1, 1)).map(Value::Integer),
        None => Ok(Value::Null),
    }
}

fn extract(kind: &str, moment: DateTime) -> Result<i64> {
    Ok(match kind {
        "year" => moment.year().into(),
        "iso_year" => moment.date().iso_week_date().year().into(),
        "quarter" => quarter(moment.date()).into(),
        "month" => moment.month().into(),
        "day" => moment.day().into(),
        "week" => moment.date().iso_week_date().week().into(),
        // Sunday is 1.
        "week_day" => moment.weekday().to_sunday_one_offset().into(),
        // Monday is 1.
        "iso_week_day" => moment.weekday().to_monday_one_offset().into(),
        "hour" => moment.hour().into(),
        "minute" => moment.minute().into(),
        "second" => moment.second().into(),
        "microsecond" => (moment.subsec_nanosecond() / 1000).into(),
        _ => {
            return refuse(
                "the part to extract must be year, iso_year, quarter, month, day, week, week_day, iso_week_day, hour, minute, second or microsecond",
            );
        }
    })
}

fn quarter(date: Date) -> i8 {
    (date.month() - 1) / 3 + 1
}

/// The first day of the year, quarter, month, week or day.
fn first_day(kind: &str, date: Date) -> Option<Result<Date, jiff::Error>> {
    Some(match kind {
        "year" => Date::new(date.year(), 1, 1),
        "quarter" => Date::new(date.year(), quarter(date) * 3 - 2, 1),
        "month" => Ok(date.first_of_month()),
        "week" => date.checked_sub(Span::new().days(date.weekday().since(Weekday::Monday))),
        "day" => Ok(date),
        _ => return None,
    })
}

/// The start of the hour, minute or second.
fn truncated(kind: &str, time: Time) -> Option<Time> {
    Some(match kind {
        "hour" => Time::constant(time.hour(), 0, 0, 0),
        "minute" => Time::constant(time.hour(), time.minute(), 0, 0),
        "second" => Time::constant(time.hour(), time.minute(), time.second(), 0),
        _ => return None,
    })
}

/// The point in time at which the year, month, … of a point in time began by the clocks of a zone. Both are written in
/// the zone of the last argument.
fn point_trunc(context: &Context<'_>) -> Result<Value> {
    if context.get_raw(1) == ValueRef::Null {
        return Ok(Value::Null);
    }
    let Some(written_as) = parse::moment(&text(context, 1)?) else { return Ok(Value::Null) };
    let zones: Arc<Zones> = Zones::of(context, 2)?;
    let Ok(seen) = zones.see(written_as) else {
        return refuse("the time zone takes a moment out of the years 1 to 9999");
    };
    let kind = text(context, 0)?;
    if let Some(time) = truncated(&kind, seen.time()) {
        // The clocks are not put forward or back meanwhile.
        let passed = seen.time().duration_since(time);
        let Some(point) = parse::moment(&text(context, 1)?) else { return Ok(Value::Null) };
        return match point.datetime.checked_sub(passed) {
            Ok(start) => written(encode::datetime(start)),
            Err(_) => Ok(Value::Null),
        };
    }
    match first_day(&kind, seen.date()) {
        Some(Ok(date)) => match zones.unsee(date.into()) {
            Ok(start) => written(encode::datetime(start)),
            Err(_) => Ok(Value::Null),
        },
        Some(Err(_)) => Ok(Value::Null),
        None => refuse("a point in time is truncated to year, quarter, month, week, day, hour, minute or second"),
    }
}

/// A text as it is stored for a date, if it is one.
fn as_date(context: &Context<'_>) -> Result<Value> {
    match parse::moment(&text(context, 0)?) {
        Some(moment) => written(encode::date(moment.datetime.date())),
        None => Ok(Value::Null),
    }
}

fn as_time(context: &Context<'_>) -> Result<Value> {
    let text = text(context, 0)?;
    let time = parse::time(&text).or_else(|| parse::moment(&text).map(|moment| moment.datetime.time()));
    Ok(time.map_or(Value::Null, |time| encode::time(time).into()))
}

/// In UTC, where an offset is given.
fn as_datetime(context: &Context<'_>) -> Result<Value> {
    let Some(moment) = parse::moment(&text(context, 0)?) else { return Ok(Value::Null) };
    let utc = match moment.offset {
        None => Ok(moment.datetime),
        Some(offset) => offset.to_timestamp(moment.datetime).map(|point| jiff::tz::Offset::UTC.to_datetime(point)),
    };
    utc.map_or(Ok(Value::Null), |datetime| written(encode::datetime(datetime)))
}

fn date_trunc(context: &Context<'_>) -> Result<Value> {
    let Some(moment) = moment(context, 1)? else { return Ok(Value::Null) };
    match first_day(&text(context, 0)?, moment.date()) {
        Some(Ok(date)) => written(encode::date(date)),
        Some(Err(_)) => Ok(Value::Null),
        None => refuse("a date is truncated to year, quarter, month, week or day"),
    }
}

fn datetime_trunc(context: &Context<'_>) -> Result<Value> {
    let Some(moment) = moment(context, 1)? else { return Ok(Value::Null) };
    let kind = text(context, 0)?;
    if let Some(time) = truncated(&kind, moment.time()) {
        return written(encode::datetime(moment.date().to_datetime(time)));
    }
    match first_day(&kind, moment.date()) {
        Some(Ok(date)) => written(encode::datetime(date.into())),
        Some(Err(_)) => Ok(Value::Null),
        None => refuse("a date and time is truncated to year, quarter, month, week, day, hour, minute or second"),
    }
}

fn time_trunc(context: &Context<'_>) -> Result<Value> {
    let time = match moment(context, 1)? {
        Some(moment) => Some(moment.time()),
        None => parse::time(&text(context, 1)?),
    };
    let Some(time) = time else { return Ok(Value::Null) };
    match truncated(&text(context, 0)?, time) {
        Some(time) => Ok(encode::time(time).into()),
        None => refuse("a time is truncated to hour, minute or second"),
    }
}

fn cast_date(context: &Context<'_>) -> Result<Value> {
    moment(context, 0)?.map_or(Ok(Value::Null), |moment| written(encode::date(moment.date())))
}

fn cast_time(context: &Context<'_>) -> Result<Value> {
    Ok(moment(context, 0)?.map_or(Value::Null, |moment| encode::time(moment.time()).into()))
}

fn written(text: Result<String, CoreError>) -> Result<Value> {
    match text {
        Ok(text) => Ok(text.into()),
        Err(error) => refuse(error.to_string()),
    }
}
