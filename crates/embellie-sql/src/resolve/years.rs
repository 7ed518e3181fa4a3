//! Comparisons of a year as comparisons of the date itself, which an index serves: Django's `YearLookup`.

use embellie_core::expr::DatePart;
use embellie_core::field::FieldKind;
use embellie_core::lookup::Lookup;
use embellie_core::{Error, Result, Value};
use jiff::Span;
use jiff::civil::{Date, DateTime, ISOWeekDate, Time, Weekday};
use jiff::tz::TimeZone;

use super::function::zone;
use super::left::Left;
use crate::resolved::{Comparison, Condition, Scalar};

/// The condition on the date whose year is compared with a number; `None` for what else is compared, and how.
pub(super) fn condition<'r>(left: &Left<'r>, lookup: Lookup, year: &Value) -> Result<Option<Condition<'r>>> {
    let Scalar::Extract { expr, part, zone } = &left.scalar else { return Ok(None) };
    let iso = match part {
        DatePart::Year => false,
        DatePart::IsoYear => true,
        _ => return Ok(None),
    };
    if !matches!(lookup, Lookup::Exact | Lookup::Gt | Lookup::Gte | Lookup::Lt | Lookup::Lte) {
        return Ok(None);
    }
    let (Some(kind), Value::Int(year)) = (expr.kind(), left.prepare(year.clone())?) else { return Ok(None) };
    let (first, last) = bounds(year, iso)?;
    let zone = match zone.as_deref() {
        None | Some("UTC") => TimeZone::UTC,
        Some(name) => zone::checked(name)?.zone,
    };
    let constant = |date: Date, time: Time| {
        let datetime = date.to_datetime(time);
        let value = match kind {
            FieldKind::Date => Value::Date(date),
            FieldKind::DateTime => Value::Timestamp(point(datetime, &zone)?),
            _ => Value::DateTime(datetime),
        };
        Ok::<_, Error>(Scalar::Value { value, kind: Some(kind) })
    };
    let first = || constant(first, Time::midnight());
    let last = || constant(last, Time::constant(23, 59, 59, 999_999_000));
    let expr = (**expr).clone();
    let compare = |comparison, right| Condition::Compare { left: expr.clone(), comparison, right };
    Ok(Some(match lookup {
        Lookup::Exact => Condition::Between { expr: expr.clone(), low: first()?, high: last()? },
        Lookup::Gt => compare(Comparison::Greater, last()?),
        Lookup::Gte => compare(Comparison::GreaterOrEqual, first()?),
        Lookup::Lt => compare(Comparison::Less, first()?),
        _ => compare(Comparison::LessOrEqual, last()?),
    }))
}

/// The first and the last day of a year.
fn bounds(year: i64, iso: bool) -> Result<(Date, Date)> {
    let refuse = || Error::Value(format!("year {year} is out of range: years are 1 to 9999"));
    let year = i16::try_from(year).ok().filter(|year| (1..=9999).contains(year)).ok_or_else(refuse)?;
    if !iso {
        let day = |month, day| Date::new(year, month, day).map_err(|_| refuse());
        return Ok((day(1, 1)?, day(12, 31)?));
    }
    let monday = |year| ISOWeekDate::new(year, 1, Weekday::Monday).map(ISOWeekDate::date).map_err(|_| refuse());
    let next = monday(year + 1)?;
    Ok((monday(year)?, next.checked_sub(Span::new().days(1)).map_err(|_| refuse())?))
}

/// The point in time at which the clocks of a zone show this.
fn point(datetime: DateTime, zone: &TimeZone) -> Result<jiff::Timestamp> {
    zone.to_timestamp(datetime).map_err(|_| Error::Value(format!("{datetime} is out of the range of points in time")))
}
