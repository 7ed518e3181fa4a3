//! Whether two databases gave the same rows.

use embellie::Value;

use crate::ask::Rows;

/// How far apart floats may be: a database may add them in another order.
const TOLERANCE: f64 = 1e-9;

/// The first difference, if there is one. Rows without a total order may come in any.
pub(crate) fn difference(ordered: bool, left: &Rows, right: &Rows) -> Option<String> {
    if left.len() != right.len() {
        return Some(format!("{} and {} rows: {left:?} and {right:?}", left.len(), right.len()));
    }
    let (mut left, mut right) = (left.clone(), right.clone());
    if !ordered {
        left.sort_by_cached_key(|row| key(row));
        right.sort_by_cached_key(|row| key(row));
    }
    let same = |(a, b): &(&Vec<Value>, &Vec<Value>)| a.len() == b.len() && a.iter().zip(*b).all(|(a, b)| close(a, b));
    let different = left.iter().zip(&right).position(|pair| !same(&pair))?;
    Some(format!("row {different}: {:?} and {:?}, of {left:?} and {right:?}", left[different], right[different]))
}

fn close(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Float(a), Value::Float(b)) => {
            (a.is_nan() && b.is_nan()) || (a - b).abs() <= TOLERANCE * a.abs().max(b.abs()).max(1.0) || a == b
        }
        (Value::List(a), Value::List(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| close(a, b)),
        (Value::Json(a), Value::Json(b)) => same_document(a, b),
        (a, b) => a == b,
    }
}

/// A number may be written with or without a fraction.
fn same_document(left: &serde_json::Value, right: &serde_json::Value) -> bool {
    use serde_json::Value as Json;
    match (left, right) {
        (Json::Number(a), Json::Number(b)) => match (a.as_f64(), b.as_f64()) {
            (Some(a), Some(b)) => close(&Value::Float(a), &Value::Float(b)),
            _ => a == b,
        },
        (Json::Array(a), Json::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_document(a, b)),
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(k, v)| b.get(k).is_some_and(|w| same_document(v, w)))
        }
        (a, b) => a == b,
    }
}

/// What rows are sorted by: rounded, so that what is close has the same place.
fn key(row: &[Value]) -> String {
    row.iter()
        .map(|value| match value {
            Value::Float(float) => format!("{:.5}|", float + 0.0),
            Value::Decimal(decimal) => format!("{}|", decimal.normalize()),
            Value::Json(document) => format!("{}|", canonical(document)),
            other => format!("{other:?}|"),
        })
        .collect()
}

/// A document with its keys in order.
fn canonical(document: &serde_json::Value) -> String {
    match document {
        serde_json::Value::Object(members) => {
            let mut members: Vec<_> = members.iter().map(|(key, value)| (key, canonical(value))).collect();
            members.sort();
            format!("{members:?}")
        }
        serde_json::Value::Array(elements) => format!("{:?}", elements.iter().map(canonical).collect::<Vec<_>>()),
        other => other.to_string(),
    }
}
