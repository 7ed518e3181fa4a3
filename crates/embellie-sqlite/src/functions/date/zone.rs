//! Time zones as Django names them to the database.

use std::sync::Arc;

use jiff::SignedDuration;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use rusqlite::functions::Context;
use rusqlite::types::ValueRef;
use rusqlite::{Error, Result};

use super::parse::{self, Written};
use crate::functions::{refuse, text};

/// From which zone to which a moment is taken.
pub(super) struct Zones {
    /// The zone that the text was written in, if it stands for a point in time at all.
    written: Option<TimeZone>,
    /// The zone to see it in, when it is another one, and what to add before.
    seen: Option<(TimeZone, SignedDuration)>,
}

impl Zones {
    /// The zones that arguments `at` (`tzname`) and `at + 1` (`conn_tzname`) name. They are the same for all rows
    /// of a statement, so SQLite keeps them with the first of the two that is not `NULL`.
    pub(super) fn of(context: &Context<'_>, at: usize) -> Result<Arc<Self>> {
        let null = |at: usize| context.get_raw(at) == ValueRef::Null;
        let keep_at = match (null(at), null(at + 1)) {
            (true, true) => return Ok(Arc::new(Zones { written: None, seen: None })),
            (true, false) => at + 1,
            (false, _) => at,
        };
        let Ok(index) = i32::try_from(keep_at) else { return refuse("too many arguments") };
        context.get_or_create_aux(index, |_| {
            let conn_tzname = (!null(at + 1)).then(|| text(context, at + 1)).transpose()?;
            let tzname = (!null(at)).then(|| text(context, at)).transpose()?;
            Zones::named(tzname.as_deref(), conn_tzname.as_deref())
        })
    }

    fn named(tzname: Option<&str>, conn_tzname: Option<&str>) -> Result<Self> {
        let conn_tzname = conn_tzname.filter(|name| !name.is_empty());
        let written = conn_tzname.map(zone).transpose()?;
        let Some(tzname) = tzname.filter(|&name| Some(name) != conn_tzname) else {
            return Ok(Zones { written, seen: None });
        };
        if let Ok(seen) = TimeZone::get(tzname) {
            return Ok(Zones { written, seen: Some((seen, SignedDuration::ZERO)) });
        }
        let (name, delta) = split(tzname);
        let seen = match (name, &written) {
            ("", Some(written)) => written.clone(),
            ("", None) => TimeZone::UTC,
            (name, _) => zone(name)?,
        };
        Ok(Zones { written, seen: Some((seen, delta)) })
    }

    /// The moment as the clocks of the zone show it.
    pub(super) fn see(&self, written: Written) -> Result<DateTime, jiff::Error> {
        if written.date_only {
            return Ok(written.datetime);
        }
        // Without a zone it is what it says; with one to see it in, it is taken as UTC.
        let source = self.written.as_ref();
        let Some((zone, delta)) = &self.seen else {
            return match (written.offset, source) {
                (Some(offset), Some(source)) => Ok(source.to_datetime(offset.to_timestamp(written.datetime)?)),
                _ => Ok(written.datetime),
            };
        };
        let shifted = written.datetime.checked_add(*delta)?;
        let timestamp = match (written.offset, source) {
            (Some(offset), _) => offset.to_timestamp(shifted)?,
            (None, Some(source)) => source.to_timestamp(shifted)?,
            (None, None) => TimeZone::UTC.to_timestamp(shifted)?,
        };
        Ok(zone.to_datetime(timestamp))
    }

    /// What the text says of a moment that the clocks of the zone show: the later one, of two.
    pub(super) fn unsee(&self, shown: DateTime) -> Result<DateTime, jiff::Error> {
        let Some((zone, delta)) = &self.seen else { return Ok(shown) };
        let source = self.written.clone().unwrap_or(TimeZone::UTC);
        let ambiguous = zone.to_ambiguous_timestamp(shown);
        let point = if matches!(ambiguous.offset(), AmbiguousOffset::Fold { .. }) {
            ambiguous.later()?
        } else {
            ambiguous.compatible()?
        };
        source.to_datetime(point).checked_sub(*delta)
    }
}

fn zone(name: &str) -> Result<TimeZone> {
    // The name may be a parameter, so the message does not repeat it.
    const UNKNOWN: &str = "there is no such time zone; one is named as in Europe/Paris, or given as in +02:00";
    TimeZone::get(name).map_err(|_| Error::UserFunctionError(UNKNOWN.into()))
}

/// `UTC+03:00` → `UTC` and three hours; `-03:30` → `` and minus three hours and a half.
fn split(tzname: &str) -> (&str, SignedDuration) {
    for (sign, factor) in [('+', 1), ('-', -1)] {
        let Some((name, offset)) = tzname.rsplit_once(sign) else { continue };
        let (hours, minutes) = offset.split_once(':').unwrap_or((offset, "0"));
        if let (Some(hours @ 0..24), Some(minutes @ 0..60)) = (parse::digits(hours), parse::digits(minutes)) {
            return (name, SignedDuration::from_mins(factor * i64::from(hours * 60 + minutes)));
        }
    }
    (tzname, SignedDuration::ZERO)
}
