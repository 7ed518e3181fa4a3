//! Results as CSV: a line of names, then a line for each row; null is nothing, and an empty text is `""`.

use std::io::Write;

use embellie_text::Py;
use embellie_text::statement::text;

use super::rows::Rows;
use crate::failure::Failure;

/// Writes a result as CSV.
pub(crate) fn write(value: &Py, names: &[String], to: &mut dyn Write) -> Result<(), Failure> {
    let one;
    let rows = match value {
        Py::List(values) if values.is_empty() => return Ok(()),
        Py::List(_) => value,
        value => {
            one = Py::List(vec![value.clone()]);
            &one
        }
    };
    let Some(rows) = Rows::of(rows).map(|rows| rows.named(names)) else { return Ok(()) };
    line(rows.columns.iter().map(|name| Some(name.clone())), to)?;
    for row in &rows.rows {
        line(row.iter().map(field), to)?;
    }
    Ok(())
}

/// One line, as RFC 4180 has it, but for the line's end.
fn line(fields: impl Iterator<Item = Option<String>>, to: &mut dyn Write) -> Result<(), Failure> {
    let mut made = String::new();
    for (place, field) in fields.enumerate() {
        if place > 0 {
            made.push(',');
        }
        match field {
            None => {}
            Some(field) if field.is_empty() || field.contains([',', '"', '\n', '\r']) || field.trim() != field => {
                made.push('"');
                made.push_str(&field.replace('"', "\"\""));
                made.push('"');
            }
            Some(field) => made.push_str(&field),
        }
    }
    writeln!(to, "{made}")?;
    Ok(())
}

fn field(value: &Py) -> Option<String> {
    Some(match value {
        Py::None => return None,
        Py::Bool(value) => value.to_string(),
        Py::Bytes(bytes) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
        Py::DateTime(value) => value.to_string(),
        Py::Timestamp(value) => value.to_string(),
        Py::Delta(value) => value.to_string(),
        Py::List(_) | Py::Tuple(_) | Py::Dict(_) | Py::Json(_) => {
            let mut document = Vec::new();
            super::json::write_line(value, &mut document);
            String::from_utf8_lossy(&document).into_owned()
        }
        Py::Object(object) => text(&Py::from(object.key())),
        value => text(value),
    })
}
