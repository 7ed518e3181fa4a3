//! Rows for `COPY … FROM STDIN`, as text: the server reads each value as what its column is at that moment.

use std::fmt::Write as _;

use bytes::{BufMut, BytesMut};
use embellie_core::{DatabaseError, Error, Value};

use crate::calendar::{self, EPOCH_MICROS, MICROS_PER_DAY};

/// What cannot be copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reason {
    /// A value of another kind than columns have here.
    Kind,
    Range,
    Nul,
}

/// Adds the rows of some columns, of which each has as many values, in messages of about `piece` bytes; `message` adds
/// the beginning of one, whose length comes behind.
///
/// # Errors
/// When there is a value that no column can hold. The error names the column's place, counted from 1, and the kind of the
/// value, and not the value, which may be private.
pub(crate) fn rows(columns: &[&[Value]], piece: usize, out: &mut BytesMut) -> Result<(), Error> {
    let count = columns.first().map_or(0, |column| column.len());
    let mut start = begin(out);
    for row in 0..count {
        for (place, column) in columns.iter().enumerate() {
            if place > 0 {
                out.put_u8(b'\t');
            }
            let value = column.get(row).unwrap_or(&Value::Null);
            put(value, out).map_err(|reason| reason.explain(place + 1, value))?;
        }
        out.put_u8(b'\n');
        if out.len() - start > piece {
            end(start, out)?;
            start = begin(out);
        }
    }
    end(start, out)
}

/// The kind of a message with data, and room for its length.
fn begin(out: &mut BytesMut) -> usize {
    out.put_u8(b'd');
    let start = out.len();
    out.put_u32(0);
    start
}

fn end(start: usize, out: &mut BytesMut) -> Result<(), Error> {
    let length = i32::try_from(out.len() - start).map_err(|_| {
        let message = "the rows cannot be copied: one of them is larger than 2 GB".into();
        Error::Data(DatabaseError { message, ..DatabaseError::default() })
    })?;
    out[start..start + 4].copy_from_slice(&length.to_be_bytes());
    Ok(())
}

impl Reason {
    fn explain(self, place: usize, value: &Value) -> Error {
        let kind = value.type_name();
        let message = match self {
            Reason::Kind => {
                format!("column {place} of the rows is given a value of the kind {kind}, which is not copied")
            }
            Reason::Range => {
                format!("column {place} of the rows is given a value of the kind {kind} that is out of range")
            }
            Reason::Nul => {
                format!("column {place} of the rows is given text with a NUL character, which no text can hold")
            }
        };
        Error::Data(DatabaseError { message, ..DatabaseError::default() })
    }
}

fn put(value: &Value, out: &mut BytesMut) -> Result<(), Reason> {
    match value {
        Value::Null => out.put_slice(b"\\N"),
        Value::Bool(value) => out.put_u8(if *value { b't' } else { b'f' }),
        Value::Int(value) => integer(*value, out),
        Value::Float(value) if value.is_nan() => out.put_slice(b"NaN"),
        Value::Float(value) if value.is_infinite() => {
            out.put_slice(if *value > 0.0 { b"Infinity" } else { b"-Infinity" });
        }
        // The shortest text that is read as the same number.
        Value::Float(value) => written(out, format_args!("{value:?}")),
        Value::Decimal(value) => written(out, format_args!("{value}")),
        Value::Text(text) => escaped(text.as_bytes(), out)?,
        Value::Bytes(bytes) => {
            out.put_slice(b"\\\\x");
            out.reserve(bytes.len() * 2);
            bytes.iter().for_each(|byte| out.put_slice(&[hexadecimal(byte >> 4), hexadecimal(byte & 0xf)]));
        }
        Value::Date(value) => date(value.year(), &value.strftime("%m-%d").to_string(), "", out),
        Value::Time(value) => {
            let value = calendar::time(calendar::time_micros(*value)).ok_or(Reason::Range)?;
            written(out, format_args!("{value}"));
        }
        Value::DateTime(value) => moment(calendar::datetime_micros(*value), out)?,
        Value::Timestamp(value) => moment(value.as_microsecond() - EPOCH_MICROS, out)?,
        Value::Duration(value) => {
            let micros = value.as_micros();
            let (days, rest) = (micros.div_euclid(MICROS_PER_DAY.into()), micros.rem_euclid(MICROS_PER_DAY.into()));
            let days = i32::try_from(days).map_err(|_| Reason::Range)?;
            written(out, format_args!("{days} days {rest} microseconds"));
        }
        Value::Uuid(value) => written(out, format_args!("{value}")),
        Value::Json(value) => {
            let text = serde_json::to_vec(value).map_err(|_| Reason::Kind)?;
            escaped(&text, out)?;
        }
        Value::Ip(value) => written(out, format_args!("{value}")),
        Value::List(_) | Value::Range(_) => return Err(Reason::Kind),
    }
    Ok(())
}

fn written(out: &mut BytesMut, text: std::fmt::Arguments<'_>) {
    // Writing to memory does not fail.
    let _ = out.write_fmt(text);
}

/// The digit of a number below 16.
fn hexadecimal(digit: u8) -> u8 {
    if digit < 10 { b'0' + digit } else { b'a' + digit - 10 }
}

fn integer(value: i64, out: &mut BytesMut) {
    let mut digits = [0; 20];
    let (mut start, mut left) = (digits.len(), value.unsigned_abs());
    loop {
        start -= 1;
        digits[start] = b'0' + (left % 10) as u8;
        left /= 10;
        if left == 0 {
            break;
        }
    }
    if value < 0 {
        out.put_u8(b'-');
    }
    out.put_slice(&digits[start..]);
}

/// Text with what would end a value or a row written otherwise.
fn escaped(text: &[u8], out: &mut BytesMut) -> Result<(), Reason> {
    let mut rest = text;
    while let Some(place) = rest.iter().position(|byte| matches!(byte, 0 | b'\t' | b'\n' | b'\r' | b'\\')) {
        let (plain, special) = rest.split_at(place);
        out.put_slice(plain);
        out.put_slice(match special.first() {
            Some(b'\t') => b"\\t",
            Some(b'\n') => b"\\n",
            Some(b'\r') => b"\\r",
            Some(b'\\') => b"\\\\",
            _ => return Err(Reason::Nul),
        });
        rest = special.get(1..).unwrap_or_default();
    }
    out.put_slice(rest);
    Ok(())
}

/// A point in time, in microseconds since the year 2000, in UTC.
fn moment(micros: i64, out: &mut BytesMut) -> Result<(), Reason> {
    let value = calendar::datetime(micros).ok_or(Reason::Range)?;
    date(value.year(), &value.strftime("%m-%d %H:%M:%S%.f").to_string(), "+00", out);
    Ok(())
}

/// The year before the year 1 is the year 1 before Christ.
fn date(year: i16, rest: &str, zone: &str, out: &mut BytesMut) {
    match year {
        1.. => written(out, format_args!("{year:04}-{rest}{zone}")),
        _ => written(out, format_args!("{:04}-{rest}{zone} BC", 1 - i32::from(year))),
    }
}

#[cfg(test)]
mod tests {
    use bytes::BytesMut;
    use embellie_core::Value;

    use super::rows;

    fn copied(columns: &[&[Value]]) -> String {
        let mut out = BytesMut::new();
        rows(columns, 1 << 20, &mut out).unwrap();
        assert_eq!(out[..5], [&b"d"[..], &(out.len() as u32 - 1).to_be_bytes()].concat()[..]);
        String::from_utf8(out[5..].to_vec()).unwrap()
    }

    #[test]
    fn what_would_end_a_value_is_written_otherwise() {
        let texts = ["a\tb\nc\\.", "", "\\N", "\r"].map(Value::from);
        let others = [Value::Null, i64::MIN.into(), Value::Bytes(vec![0, 0x9a, 0xff]), 1e300.into()];
        let expected = "a\\tb\\nc\\\\.\t\\N\n\t-9223372036854775808\n\\\\N\t\\\\x009aff\n\\r\t1e300\n";
        assert_eq!(copied(&[&texts, &others]), expected);
    }

    #[test]
    fn years_before_christ_are_counted_otherwise() {
        let dates: [Value; 3] =
            ["0001-02-03", "0000-02-03", "-000099-02-03"].map(|text| Value::Date(text.parse().unwrap()));
        assert_eq!(copied(&[&dates]), "0001-02-03\n0001-02-03 BC\n0100-02-03 BC\n");
    }

    #[test]
    fn what_cannot_be_copied_is_told_without_its_value() {
        for (value, said) in [("secret\0".into(), "NUL"), (Value::List(vec!["secret".into()]), "list")] {
            let error = rows(&[&[1.into()], &[value]], 9, &mut BytesMut::new()).unwrap_err().to_string();
            assert!(error.contains("column 2") && error.contains(said) && !error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn much_goes_in_pieces() {
        let numbers: Vec<Value> = (0..100).map(Value::Int).collect();
        let mut out = BytesMut::new();
        rows(&[&numbers], 50, &mut out).unwrap();
        let (mut rest, mut text, mut pieces) = (&out[..], Vec::new(), 0);
        while let Some((head, after)) = rest.split_first_chunk::<5>() {
            let length = u32::from_be_bytes(head[1..].try_into().unwrap()) as usize - 4;
            text.extend_from_slice(&after[..length]);
            rest = &after[length..];
            pieces += 1;
        }
        let expected: String = (0..100).map(|n| format!("{n}\n")).collect();
        assert_eq!((String::from_utf8(text).unwrap(), pieces > 4), (expected, true));
    }
}
