//! Time zones, by name or by offset.

use embellie_core::{Error, Result};
use jiff::tz::TimeZone;

/// A time zone that there is.
pub(in crate::resolve) struct Zone {
    /// Its name, or its offset as in `+02:00`.
    pub(in crate::resolve) name: String,
    pub(in crate::resolve) zone: TimeZone,
}

/// The time zone of a name (`Europe/Paris`) or an offset (`+02:00`, `UTC-03:30`).
pub(in crate::resolve) fn checked(name: &str) -> Result<Zone> {
    if let Ok(zone) = TimeZone::get(name) {
        return Ok(Zone { name: zone.iana_name().unwrap_or(name).to_owned(), zone });
    }
    let offset = name.strip_prefix("UTC").unwrap_or(name);
    match seconds(offset).and_then(|seconds| jiff::tz::Offset::from_seconds(seconds).ok()) {
        Some(offset) => {
            let minutes = offset.seconds() / 60;
            let sign = if minutes < 0 { '-' } else { '+' };
            let name = format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60);
            Ok(Zone { name, zone: TimeZone::fixed(offset) })
        }
        None => Err(Error::Value(format!(
            "No time zone found with key {}: one is named as in Europe/Paris, or given as in +02:00",
            name.escape_debug()
        ))),
    }
}

/// `+02:00`, `-0330` or `+2`, in seconds.
fn seconds(offset: &str) -> Option<i32> {
    let (sign, digits) = match offset.as_bytes().first()? {
        b'+' => (1, &offset[1..]),
        b'-' => (-1, &offset[1..]),
        _ => return None,
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some(parts) => parts,
        None if digits.len() == 4 && digits.is_ascii() => digits.split_at(2),
        None => (digits, "0"),
    };
    let number = |text: &str, below: i32| {
        let plain = !text.is_empty() && text.len() <= 2 && text.bytes().all(|b| b.is_ascii_digit());
        text.parse::<i32>().ok().filter(|number| plain && *number < below)
    };
    Some(sign * (number(hours, 24)? * 3600 + number(minutes, 60)? * 60))
}
