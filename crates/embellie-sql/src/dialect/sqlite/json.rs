//! Documents on SQLite, which keeps them as text: functions of the driver give them their meaning.
//!
//! Tables' definitions cannot use those and get by with SQLite's own.

use embellie_core::field::FieldKind;
use embellie_core::json::{dumps, sort_key};
use embellie_core::{Result, Value};

use super::call::member;
use crate::render::Writer;
use crate::resolved::{Key, Scalar};

/// What a path in a document leads to. The path is a parameter.
pub(super) fn path(w: &mut Writer<'_>, expr: &Scalar<'_>, path: &[Key], text: bool) -> Result<()> {
    w.push(match text {
        _ if w.is_definition() => "JSON_EXTRACT(",
        true => "embellie_json_text(",
        false => "embellie_json_get(",
    });
    w.scalar(expr)?;
    w.push(", ");
    let path = if w.is_definition() { own_path(path)? } else { list(path)? };
    w.value(&Value::Text(path))?;
    w.push(")");
    Ok(())
}

/// `["a", 0]`
fn list(path: &[Key]) -> Result<String> {
    let keys = path.iter().map(|key| match key {
        Key::Name(name) => serde_json::Value::from(name.as_str()),
        Key::Index(index) => serde_json::Value::from(*index),
    });
    dumps(&keys.collect())
}

/// `$."a"[0]`, as SQLite's own functions take it.
fn own_path(path: &[Key]) -> Result<String> {
    let mut text = "$".to_owned();
    for key in path {
        match key {
            Key::Name(name) => {
                text.push('.');
                text.push_str(&dumps(&serde_json::Value::from(name.as_str()))?);
            }
            Key::Index(index @ 0..) => text.push_str(&format!("[{index}]")),
            Key::Index(index) => text.push_str(&format!("[#{index}]")),
        }
    }
    Ok(text)
}

/// What stands for a document where documents are compared.
pub(super) fn document(w: &mut Writer<'_>, expr: &Scalar<'_>) -> Result<()> {
    if w.is_definition() {
        return match expr {
            Scalar::Json { .. } => w.scalar(expr),
            expr if expr.kind() != Some(FieldKind::Json) => w.scalar(expr),
            expr => {
                w.push("JSON_EXTRACT(");
                w.scalar(expr)?;
                w.push(", '$')");
                Ok(())
            }
        };
    }
    match expr {
        Scalar::Value { value: value @ Value::Json(_), .. } => return w.value(&key(value)),
        Scalar::Value { value: Value::Null, .. } => return w.scalar(expr),
        _ => {}
    }
    let plain = !matches!(expr.kind(), Some(FieldKind::Json | FieldKind::Bool | FieldKind::Array(_)) | None);
    w.push(if plain { "embellie_json_key(JSON_QUOTE(" } else { "embellie_json_key(" });
    match expr.kind() {
        Some(FieldKind::Bool) => member(w, expr)?,
        _ => w.scalar(expr)?,
    }
    w.push(if plain { "))" } else { ")" });
    Ok(())
}

/// What stands for a constant document.
pub(super) fn key(value: &Value) -> Value {
    match value {
        Value::Json(document) => Value::Bytes(sort_key(document)),
        other => other.clone(),
    }
}

pub(super) fn has_keys(w: &mut Writer<'_>, document: &Scalar<'_>, keys: &[String], all: bool) -> Result<()> {
    w.push(if keys.len() > 1 { "(" } else { "" });
    for (i, name) in keys.iter().enumerate() {
        w.push(match (i, all) {
            (0, _) => "",
            (_, true) => " AND ",
            (_, false) => " OR ",
        });
        w.push(if w.is_definition() { "JSON_TYPE(" } else { "embellie_json_has(" });
        w.scalar(document)?;
        w.push(", ");
        if w.is_definition() {
            w.value(&Value::Text(own_path(&[Key::Name(name.clone())])?))?;
            w.push(") IS NOT NULL");
        } else {
            w.value(&Value::Text(name.clone()))?;
            w.push(")");
        }
    }
    w.push(if keys.len() > 1 { ")" } else { "" });
    Ok(())
}
