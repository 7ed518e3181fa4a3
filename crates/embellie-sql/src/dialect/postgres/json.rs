//! Documents on PostgreSQL.

use embellie_core::field::FieldKind;
use embellie_core::{Result, Value};

use crate::render::Writer;
use crate::resolved::{Key, Scalar};

/// What a path in a document leads to. Keys are parameters.
pub(super) fn path(w: &mut Writer<'_>, expr: &Scalar<'_>, path: &[Key], text: bool) -> Result<()> {
    w.push("(");
    w.scalar(expr)?;
    match path {
        [Key::Name(name)] => {
            w.push(if text { " ->> " } else { " -> " });
            w.scalar(&Scalar::Value { value: Value::Text(name.clone()), kind: Some(FieldKind::Text) })?;
        }
        // A definition has no parameters, and no literals of lists.
        path if w.is_definition() => {
            for (i, key) in path.iter().enumerate() {
                w.push(if text && i + 1 == path.len() { " ->> " } else { " -> " });
                match key {
                    Key::Name(name) => w.value(&Value::Text(name.clone()))?,
                    Key::Index(index) => w.value(&Value::Int(*index))?,
                }
            }
        }
        path => {
            w.push(if text { " #>> " } else { " #> " });
            let keys = path.iter().map(|key| match key {
                Key::Name(name) => Value::Text(name.clone()),
                Key::Index(index) => Value::Text(index.to_string()),
            });
            texts(w, keys.collect())?;
        }
    }
    w.push(")");
    Ok(())
}

/// Documents are compared as such; anything else is made one.
pub(super) fn document(w: &mut Writer<'_>, expr: &Scalar<'_>) -> Result<()> {
    if matches!(expr.kind(), Some(FieldKind::Json) | None) {
        return w.scalar(expr);
    }
    w.push("TO_JSONB(");
    w.scalar(expr)?;
    w.push(")");
    Ok(())
}

pub(super) fn has_keys(w: &mut Writer<'_>, document: &Scalar<'_>, keys: &[String], all: bool) -> Result<()> {
    w.scalar(document)?;
    if let [key] = keys {
        w.push(" ? ");
        return w.scalar(&Scalar::Value { value: Value::Text(key.clone()), kind: Some(FieldKind::Text) });
    }
    w.push(if all { " ?& " } else { " ?| " });
    if w.is_definition() {
        w.push("ARRAY[");
        let keys: Vec<Value> = keys.iter().cloned().map(Value::Text).collect();
        w.values(keys.iter())?;
        w.push("]");
        return Ok(());
    }
    texts(w, keys.iter().cloned().map(Value::Text).collect())
}

fn texts(w: &mut Writer<'_>, texts: Vec<Value>) -> Result<()> {
    let texts = Value::List(texts);
    match w.known_parameter(&texts, "text[]") {
        Some(number) => w.push(&format!("${number}")),
        None => w.value(&texts)?,
    }
    w.push("::text[]");
    Ok(())
}
