//! Casts on SQLite, which knows numbers, text and bytes.

use embellie_core::Result;
use embellie_core::field::FieldKind;

use crate::render::Writer;
use crate::resolved::Scalar;

pub(super) fn cast(w: &mut Writer<'_>, expr: &Scalar<'_>, kind: FieldKind, max_length: Option<u32>) -> Result<()> {
    let around = |w: &mut Writer<'_>, before: &str, after: &str| {
        w.push(before);
        w.scalar(expr)?;
        w.push(after);
        Ok(())
    };
    match kind {
        _ if kind.integer_range().is_some() => around(w, "CAST(", " AS INTEGER)"),
        _ if kind.is_text() => match max_length.filter(|_| kind != FieldKind::Text) {
            Some(length) => around(w, "SUBSTR(CAST(", &format!(" AS TEXT), 1, {length})")),
            None => around(w, "CAST(", " AS TEXT)"),
        },
        FieldKind::Bool | FieldKind::DECIMAL => around(w, "CAST(", " AS NUMERIC)"),
        FieldKind::Decimal { decimal_places, .. } => {
            around(w, "CAST(ROUND(CAST(", &format!(" AS NUMERIC), {decimal_places}) AS NUMERIC)"))
        }
        FieldKind::Float => around(w, "CAST(", " AS REAL)"),
        FieldKind::Duration => around(w, "CAST(", " AS INTEGER)"),
        // A table's definition cannot use functions that other programs lack.
        FieldKind::Date if w.is_definition() => around(w, "DATE(", ")"),
        FieldKind::Time if w.is_definition() => around(w, "STRFTIME('%H:%M:%f', ", ")"),
        FieldKind::DateTime | FieldKind::NaiveDateTime if w.is_definition() => {
            around(w, "STRFTIME('%Y-%m-%d %H:%M:%f', ", ")")
        }
        FieldKind::Date => around(w, "embellie_date(", ")"),
        FieldKind::Time => around(w, "embellie_time(", ")"),
        FieldKind::DateTime | FieldKind::NaiveDateTime => around(w, "embellie_datetime(", ")"),
        FieldKind::Uuid => around(w, "REPLACE(CAST(", " AS TEXT), '-', '')"),
        FieldKind::Binary => around(w, "CAST(", " AS BLOB)"),
        _ => around(w, "CAST(", " AS TEXT)"),
    }
}
