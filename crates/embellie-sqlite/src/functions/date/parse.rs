//! Dates and times as they are found in columns: Django's own form, and ISO 8601 from others.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;

/// A date and time, with the offset when the text has one.
pub(super) struct Written {
    pub(super) datetime: DateTime,
    pub(super) offset: Option<Offset>,
    /// Whether it was a date alone, which is the same in all zones.
    pub(super) date_only: bool,
}

/// `2024-02-29`, `2024-02-29 12:30:00.5` or `2024-02-29T12:30:00+02:00`. A date alone is its midnight.
pub(super) fn moment(text: &str) -> Option<Written> {
    let text = text.trim();
    let Some((days, rest)) = text.split_once([' ', 'T']) else {
        return Some(Written { datetime: date(text)?.into(), offset: None, date_only: true });
    };
    let (clock, offset) = match rest.find(['+', '-', 'Z']) {
        Some(at) => (&rest[..at], Some(zone_offset(&rest[at..])?)),
        None => (rest, None),
    };
    Some(Written { datetime: date(days)?.to_datetime(time(clock)?), offset, date_only: false })
}

pub(super) fn date(text: &str) -> Option<Date> {
    let mut parts = text.split('-');
    let date = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let year = digits(date.0).filter(|&year| year > 0)?;
    Date::new(year.try_into().ok()?, digits(date.1)?.try_into().ok()?, digits(date.2)?.try_into().ok()?).ok()
}

/// `12:30:00` or `12:30:00.000001`. Digits beyond the sixth are dropped.
pub(super) fn time(text: &str) -> Option<Time> {
    let mut parts = text.trim().split(':');
    let (hour, minute, seconds) = (digits(parts.next()?)?, digits(parts.next()?)?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let (second, fraction) = seconds.split_once('.').unwrap_or((seconds, "0"));
    let mut micros = 0;
    for place in 0..6 {
        let digit = fraction.as_bytes().get(place).map_or(Some(0), |b| b.is_ascii_digit().then(|| b - b'0'))?;
        micros = micros * 10 + i32::from(digit);
    }
    let small = |number: i32| i8::try_from(number).ok();
    Time::new(small(hour)?, small(minute)?, small(digits(second)?)?, micros * 1000).ok()
}

/// `Z`, `+02`, `+0200`, `+02:00` or `-03:30:15`.
fn zone_offset(text: &str) -> Option<Offset> {
    if text == "Z" {
        return Some(Offset::UTC);
    }
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let figures: String = text.get(1..)?.chars().filter(|&c| c != ':').collect();
    let part = |at: usize| figures.get(at..at + 2).map_or(Some(0), digits);
    if !matches!(figures.len(), 2 | 4 | 6) {
        return None;
    }
    Offset::from_seconds(sign * (part(0)? * 3600 + part(2)? * 60 + part(4)?)).ok()
}

pub(super) fn digits(text: &str) -> Option<i32> {
    (!text.is_empty() && text.len() <= 9 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}
