//! Values written into DDL, where databases take no parameters.

use embellie_core::{Error, Result, Value};
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

/// How a database reads a backslash in a text literal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Backslash {
    /// As itself, whatever the settings.
    Plain,
    /// As itself or as an escape, as a setting has it; a literal that begins with `E` is read one way only.
    Escaped,
}

/// Text as an SQL literal. All text that gets into DDL passes here.
///
/// # Errors
/// [`Error::Value`] for text with a NUL, which no literal can hold.
pub(crate) fn text(text: &str, backslash: Backslash) -> Result<String> {
    if text.contains('\0') {
        return Err(Error::Value("a literal in a table's definition cannot hold a NUL character".into()));
    }
    let quoted = text.replace('\'', "''");
    Ok(match backslash {
        Backslash::Escaped if text.contains('\\') => format!("E'{}'", quoted.replace('\\', "\\\\")),
        _ => format!("'{quoted}'"),
    })
}

/// Bytes in hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// `2024-02-29`.
pub(crate) fn date(date: Date) -> Result<String> {
    if date.year() < 1 {
        return Err(Error::Value(format!("the year {} cannot be stored; years are 1 to 9999", date.year())));
    }
    Ok(format!("{:04}-{:02}-{:02}", date.year(), date.month(), date.day()))
}

/// `12:30:00`, with microseconds only where there are any.
pub(crate) fn time(time: Time) -> String {
    let micros = time.subsec_nanosecond() / 1000;
    let seconds = format!("{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second());
    if micros == 0 { seconds } else { format!("{seconds}.{micros:06}") }
}

/// `2024-02-29 12:30:00`.
pub(crate) fn datetime(datetime: DateTime) -> Result<String> {
    Ok(format!("{} {}", date(datetime.date())?, time(datetime.time())))
}

/// A point in time, as its date and time in UTC.
pub(crate) fn timestamp(timestamp: jiff::Timestamp) -> Result<String> {
    datetime(TimeZone::UTC.to_datetime(timestamp))
}

/// The error of a value that has no literal.
pub(crate) fn none(value: &Value, why: &str) -> Error {
    Error::Value(format!("a value of type {} cannot be written into a table's definition: {why}", value.type_name()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_leave_its_literal() {
        assert_eq!(text("it's", Backslash::Plain).unwrap(), "'it''s'");
        assert_eq!(text(r"\'; DROP TABLE x; --", Backslash::Plain).unwrap(), r"'\''; DROP TABLE x; --'");
        assert_eq!(text(r"\'; DROP TABLE x; --", Backslash::Escaped).unwrap(), r"E'\\''; DROP TABLE x; --'");
        assert_eq!(text("a\0b", Backslash::Plain).unwrap_err().class(), "ValueError");
    }
}
