//! Differences between moments, and durations added to them. A duration is a number of microseconds.

use jiff::SignedDuration;
use jiff::civil::DateTime;
use rusqlite::functions::Context;
use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, Result};

use super::{parse, written};
use crate::encode;
use crate::functions::{number, refuse, strict, text};

pub(super) fn register(connection: &Connection) -> Result<()> {
    strict(connection, "django_time_diff", 2, time_diff)?;
    strict(connection, "django_timestamp_diff", 2, timestamp_diff)?;
    strict(connection, "django_format_dtdelta", 3, format_dtdelta)
}

fn time_diff(context: &Context<'_>) -> Result<Value> {
    match (parse::time(&text(context, 0)?), parse::time(&text(context, 1)?)) {
        (Some(left), Some(right)) => micros(left.duration_since(right)),
        _ => refuse("a time is subtracted from a time; one of the two is something else"),
    }
}

fn timestamp_diff(context: &Context<'_>) -> Result<Value> {
    match (parse::moment(&text(context, 0)?), parse::moment(&text(context, 1)?)) {
        (Some(left), Some(right)) => micros(left.datetime.duration_since(right.datetime)),
        _ => refuse("a date is subtracted from a date; one of the two is something else"),
    }
}

/// One side of a sum or difference.
enum Side {
    Span(SignedDuration),
    Date(DateTime),
    Moment(DateTime),
}

/// `lhs connector rhs`, where either is a number of microseconds or the text of a date, with or without a time.
fn format_dtdelta(context: &Context<'_>) -> Result<Value> {
    let connector = text(context, 0)?;
    let add = match connector.trim() {
        "+" => true,
        "-" => false,
        "*" => return product(context),
        _ => return quotient(context),
    };
    let (Some(lhs), Some(rhs)) = (side(context, 1)?, side(context, 2)?) else { return Ok(Value::Null) };
    let signed = |span: SignedDuration| if add { Some(span) } else { span.checked_neg() };
    match (lhs, rhs) {
        (Side::Span(a), Side::Span(b)) => match signed(b).and_then(|b| a.checked_add(b)) {
            Some(sum) => micros(sum),
            None => out_of_range(),
        },
        (Side::Date(date), Side::Span(span)) => match signed(span).map(|span| date.checked_add(whole_days(span))) {
            Some(Ok(moment)) => written(encode::date(moment.date())),
            _ => out_of_range(),
        },
        (Side::Moment(moment), Side::Span(span)) => shifted(moment, signed(span)),
        (Side::Span(span), Side::Date(date)) if add => match date.checked_add(whole_days(span)) {
            Ok(moment) => written(encode::date(moment.date())),
            Err(_) => out_of_range(),
        },
        (Side::Span(span), Side::Moment(moment)) if add => shifted(moment, Some(span)),
        (Side::Date(a) | Side::Moment(a), Side::Date(b) | Side::Moment(b)) if !add => micros(a.duration_since(b)),
        _ => refuse("a date can be added to a duration only, and be subtracted from a date only"),
    }
}

fn side(context: &Context<'_>, index: usize) -> Result<Option<Side>> {
    if let ValueRef::Integer(micros) = context.get_raw(index) {
        return Ok(Some(Side::Span(SignedDuration::from_micros(micros))));
    }
    let text = text(context, index)?;
    let side = if text.trim().contains([' ', 'T']) { Side::Moment } else { Side::Date };
    Ok(parse::moment(&text).map(|written| side(written.datetime)))
}

fn shifted(moment: DateTime, span: Option<SignedDuration>) -> Result<Value> {
    match span.map(|span| moment.checked_add(span)) {
        Some(Ok(moment)) => written(encode::datetime(moment)),
        _ => out_of_range(),
    }
}

/// A date moves by whole days; what is left of the span is dropped (towards the past).
fn whole_days(span: SignedDuration) -> SignedDuration {
    let days = span.as_secs().div_euclid(86_400) - i64::from(span.as_secs() % 86_400 == 0 && span.subsec_nanos() < 0);
    SignedDuration::from_hours(days * 24)
}

fn product(context: &Context<'_>) -> Result<Value> {
    match (context.get_raw(1), context.get_raw(2)) {
        (ValueRef::Integer(a), ValueRef::Integer(b)) => a.checked_mul(b).map_or_else(out_of_range, |c| Ok(c.into())),
        _ => match (number(context, 1), number(context, 2)) {
            (Some(a), Some(b)) => Ok((a * b).into()),
            _ => refuse("a duration is multiplied by a number"),
        },
    }
}

fn quotient(context: &Context<'_>) -> Result<Value> {
    match (number(context, 1), number(context, 2)) {
        (Some(_), Some(0.0)) => refuse("a duration is divided by zero"),
        (Some(a), Some(b)) => Ok((a / b).into()),
        _ => refuse("a duration is divided by a number"),
    }
}

fn micros(span: SignedDuration) -> Result<Value> {
    i64::try_from(span.as_micros()).map_or_else(|_| out_of_range(), |micros| Ok(micros.into()))
}

fn out_of_range() -> Result<Value> {
    refuse("a date or duration is out of range")
}
