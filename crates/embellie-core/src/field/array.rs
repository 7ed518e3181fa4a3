//! Values of array fields.

use super::{FieldKind, prepare as prepare_one};
use crate::field::prepare::wrong_type;
use crate::{ColumnRef, Error, Result, Value, each_element};

/// The value as an array of `base` stores it. Arrays of arrays are as long as each other.
pub(super) fn prepare(base: FieldKind, field: &str, value: Value) -> Result<Value> {
    let Value::List(values) = value else { return wrong_type(field, "a list", &value) };
    let prepared: Result<Vec<Value>> = values.into_iter().map(|value| prepare_one(base, field, value)).collect();
    let prepared = prepared?;
    if let (true, [first, rest @ ..]) = (base.is_array(), prepared.as_slice())
        && rest.iter().any(|other| shape(other) != shape(first))
    {
        return Err(Error::Validation(format!("Field '{field}': Nested arrays must have the same length.")));
    }
    Ok(Value::List(prepared))
}

/// The lengths of an array's dimensions, from outside in.
fn shape(value: &Value) -> Vec<usize> {
    match value {
        Value::List(values) => {
            let mut lengths = vec![values.len()];
            lengths.extend(values.first().map(shape).unwrap_or_default());
            lengths
        }
        _ => Vec::new(),
    }
}

pub(super) fn decode(base: FieldKind, column: ColumnRef<'_>) -> Result<Value> {
    let mut values = Vec::new();
    each_element(column, |element| {
        values.push(match element {
            // Where lists are kept as JSON, a text in one is no document.
            ColumnRef::Text(text) if base == FieldKind::Json => Value::Json(Box::new(text.into())),
            element => base.decode(element)?,
        });
        Ok(())
    })?;
    Ok(Value::List(values))
}
