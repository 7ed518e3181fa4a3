//! Results as JSON: objects by their fields, decimals as their digits, times as ISO 8601 has them.

use std::io::Write;

use embellie_text::Py;
use embellie_text::statement::text;
use serde_json::{Map, Value as Json};

use crate::failure::Failure;

/// Writes a result as one JSON document; rows of a list are a line each.
pub(crate) fn write(value: &Py, to: &mut dyn Write) -> Result<(), Failure> {
    match value {
        Py::List(values) if !values.is_empty() => {
            writeln!(to, "[")?;
            for (place, value) in values.iter().enumerate() {
                let comma = if place + 1 < values.len() { "," } else { "" };
                writeln!(to, "  {}{comma}", json(value))?;
            }
            writeln!(to, "]")?;
        }
        value => writeln!(to, "{}", json(value))?,
    }
    Ok(())
}

fn json(value: &Py) -> Json {
    match value {
        Py::None => Json::Null,
        Py::Bool(value) => (*value).into(),
        Py::Int(value) => match (i64::try_from(*value), u64::try_from(*value)) {
            (Ok(value), _) => value.into(),
            (_, Ok(value)) => value.into(),
            _ => value.to_string().into(),
        },
        // What JSON has no number for is null, as in JavaScript.
        Py::Float(value) => serde_json::Number::from_f64(*value).map_or(Json::Null, Json::Number),
        // Digits are kept as they are: a number would be read as a float.
        Py::Decimal(value) => value.to_string().into(),
        Py::Bytes(bytes) => bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into(),
        Py::DateTime(value) => value.to_string().into(),
        Py::Timestamp(value) => value.to_string().into(),
        Py::Delta(value) => value.to_string().into(),
        Py::List(values) | Py::Tuple(values) | Py::Set(values) => values.iter().map(json).collect(),
        Py::Dict(items) => items.iter().map(|(name, item)| (text(name), json(item))).collect::<Map<_, _>>().into(),
        Py::Json(document) => (**document).clone(),
        Py::Object(object) => {
            let fields = object.fields().into_iter().chain(object.annotations().iter().cloned());
            fields.map(|(name, item)| (name, json(&item))).collect::<Map<_, _>>().into()
        }
        other => text(other).into(),
    }
}

/// A value on one line.
pub(super) fn write_line(value: &Py, to: &mut Vec<u8>) {
    to.extend_from_slice(json(value).to_string().as_bytes());
}
