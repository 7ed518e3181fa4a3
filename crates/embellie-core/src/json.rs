//! JSON as text, where a database stores it so.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CharEscape, Formatter, Serializer};

use crate::Error;

/// The document as Python's `json.dumps` writes it, so that equal documents are equal texts beside those that Django
/// stores.
///
/// ```
/// let document = serde_json::json!({"a": 1, "b": ["é", 1e16]});
/// assert_eq!(embellie_core::json::dumps(&document)?, r#"{"a": 1, "b": ["\u00e9", 1e+16]}"#);
/// # Ok::<(), embellie_core::Error>(())
/// ```
///
/// # Errors
/// [`Error::Value`] for a document that has no JSON text.
pub fn dumps(value: &serde_json::Value) -> Result<String, Error> {
    let mut text = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut text, Python);
    let refuse = |why: &dyn std::fmt::Display| Error::Value(format!("the JSON document cannot be written: {why}"));
    value.serialize(&mut serializer).map_err(|error| refuse(&error))?;
    String::from_utf8(text).map_err(|error| refuse(&error))
}

struct Python;

impl Formatter for Python {
    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        separate(writer, first)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        separate(writer, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }

    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut plain = 0;
        for (index, c) in fragment.char_indices() {
            if c.is_ascii() && c != '\u{7f}' {
                continue;
            }
            writer.write_all(&fragment.as_bytes()[plain..index])?;
            plain = index + c.len_utf8();
            if c == '\u{7f}' {
                writer.write_all(b"\x7f")?;
                continue;
            }
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
        }
        writer.write_all(&fragment.as_bytes()[plain..])
    }

    fn write_char_escape<W: ?Sized + Write>(&mut self, writer: &mut W, escape: CharEscape) -> io::Result<()> {
        match escape {
            CharEscape::Quote => writer.write_all(b"\\\""),
            CharEscape::ReverseSolidus => writer.write_all(b"\\\\"),
            CharEscape::Solidus => writer.write_all(b"/"),
            CharEscape::Backspace => writer.write_all(b"\\b"),
            CharEscape::FormFeed => writer.write_all(b"\\f"),
            CharEscape::LineFeed => writer.write_all(b"\\n"),
            CharEscape::CarriageReturn => writer.write_all(b"\\r"),
            CharEscape::Tab => writer.write_all(b"\\t"),
            CharEscape::AsciiControl(byte) => write!(writer, "\\u{byte:04x}"),
        }
    }

    fn write_f64<W: ?Sized + Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        writer.write_all(float(value).as_bytes())
    }
}

fn separate<W: ?Sized + Write>(writer: &mut W, first: bool) -> io::Result<()> {
    if first { Ok(()) } else { writer.write_all(b", ") }
}

/// A float as Python's `repr` writes it: the shortest digits, with an exponent below 1e-4 and from 1e16 on.
fn float(value: f64) -> String {
    let scientific = format!("{value:e}");
    let Some((digits, exponent)) = scientific.split_once('e') else { return scientific };
    match exponent.parse::<i32>() {
        Ok(-4..16) => format!("{value:?}"),
        Ok(exponent) => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{digits}e{sign}{:02}", exponent.unsigned_abs())
        }
        Err(_) => scientific,
    }
}

/// Bytes that stand in the order of documents: equal documents have equal bytes, whatever the order of their members and
/// the form of their numbers.
///
/// The order is that of PostgreSQL's `jsonb`: nulls, texts, numbers, truth values, arrays, objects; shorter arrays and
/// objects before longer ones. Texts stand in the order of their code points.
///
/// ```
/// use embellie_core::json::sort_key;
/// use serde_json::json;
/// assert_eq!(sort_key(&json!({"a": 1, "b": 2})), sort_key(&json!({"b": 2.0, "a": 1.0})));
/// assert!(sort_key(&json!("10")) < sort_key(&json!(9)));
/// ```
pub fn sort_key(value: &serde_json::Value) -> Vec<u8> {
    let mut key = Vec::new();
    add_sort_key(value, &mut key);
    key
}

/// Bytes that stand in the order of arrays which are kept as JSON: by their first elements that differ, and else the
/// shorter before the longer. Nulls come last.
///
/// ```
/// use embellie_core::json::array_sort_key;
/// use serde_json::json;
/// assert!(array_sort_key(&[json!(1), json!(9)]) < array_sort_key(&[json!(2)]));
/// assert!(array_sort_key(&[json!(1)]) < array_sort_key(&[json!(1), json!(0)]));
/// ```
pub fn array_sort_key(elements: &[serde_json::Value]) -> Vec<u8> {
    let mut key = Vec::new();
    for element in elements {
        match element {
            serde_json::Value::Null => key.push(7),
            element => add_sort_key(element, &mut key),
        }
    }
    key.push(0);
    key
}

fn add_sort_key(value: &serde_json::Value, key: &mut Vec<u8>) {
    use serde_json::Value as Json;
    match value {
        Json::Null => key.push(1),
        Json::String(text) => {
            key.push(2);
            add_text(text, key);
        }
        Json::Number(number) => {
            key.push(3);
            add_number(number, key);
        }
        Json::Bool(value) => key.extend([4, u8::from(*value)]),
        Json::Array(elements) => {
            key.push(5);
            add_length(elements.len(), key);
            elements.iter().for_each(|element| add_sort_key(element, key));
        }
        Json::Object(members) => {
            key.push(6);
            add_length(members.len(), key);
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by(|(a, _), (b, _)| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
            for (name, member) in members {
                add_length(name.len(), key);
                add_text(name, key);
                add_sort_key(member, key);
            }
        }
    }
}

fn add_length(length: usize, key: &mut Vec<u8>) {
    key.extend((length as u64).to_be_bytes());
}

/// A text ends before any longer one that begins with it.
fn add_text(text: &str, key: &mut Vec<u8>) {
    for byte in text.bytes() {
        key.push(byte);
        if byte == 0 {
            key.push(0xff);
        }
    }
    key.extend([0, 0]);
}

/// The nearest float, and by how much an integer is greater.
fn add_number(number: &serde_json::Number, key: &mut Vec<u8>) {
    let float = number.as_f64().unwrap_or_default() + 0.0;
    let bits = float.to_bits();
    let ordered = if bits >> 63 == 1 { !bits } else { bits | (1 << 63) };
    key.extend(ordered.to_be_bytes());
    let integer = number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from));
    let beyond = integer.map_or(0, |integer| integer - float as i128);
    // A float is never further than 1024 from an integer of 64 bits.
    key.extend(((beyond + 0x8000) as u16).to_be_bytes());
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::sort_key;

    #[test]
    fn keys_stand_in_the_order_of_documents() {
        let ordered = [
            json!(null),
            json!(""),
            json!("\0"),
            json!("a"),
            json!("a\0"),
            json!("ab"),
            json!("é"),
            json!(-1e300),
            json!(i64::MIN),
            json!(-2),
            json!(-1.5),
            json!(0),
            json!(0.25),
            json!(9),
            json!(10),
            json!(9_007_199_254_740_992_i64),
            json!(9_007_199_254_740_993_i64),
            json!(i64::MAX - 1),
            json!(i64::MAX),
            json!(u64::MAX),
            json!(false),
            json!(true),
            json!([]),
            json!([9]),
            json!([10]),
            json!([0, 0]),
            json!({}),
            json!({"b": 1}),
            json!({"b": 2}),
            json!({"c": 0}),
            json!({"aa": 0}),
            json!({"a": 1, "b": 1}),
        ];
        for (i, a) in ordered.iter().enumerate() {
            for (j, b) in ordered.iter().enumerate() {
                assert_eq!(sort_key(a).cmp(&sort_key(b)), i.cmp(&j), "{a} {b}");
            }
        }
        assert_eq!(sort_key(&json!([1, -0.0, {"x": 1.0, "y": 2}])), sort_key(&json!([1.0, 0, {"y": 2.0, "x": 1}])));
    }
}
