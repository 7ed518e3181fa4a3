//! Arrays, which SQLite keeps as JSON: comparisons, and parts of them, as databases with arrays have it.
//!
//! A text that is no array gives `NULL`.

use embellie_core::json::{array_sort_key, dumps, sort_key};
use rusqlite::functions::Context;
use rusqlite::types::Value;
use rusqlite::{Connection, Result};
use serde_json::Value as Json;

use super::{integer, refuse, strict, text};

pub(super) fn register(connection: &Connection) -> Result<()> {
    strict(connection, "embellie_array_key", 1, key)?;
    strict(connection, "embellie_array_slice", 3, slice)?;
    strict(connection, "embellie_array_contains", 3, contains)?;
    strict(connection, "embellie_array_overlap", 3, overlap)
}

fn array(context: &Context<'_>, index: usize) -> Result<Option<Vec<Json>>> {
    Ok(serde_json::from_str(&text(context, index)?).ok())
}

/// Bytes that stand in the order of arrays.
fn key(context: &Context<'_>) -> Result<Value> {
    Ok(array(context, 0)?.map_or(Value::Null, |elements| array_sort_key(&elements).into()))
}

/// The elements from a place up to another.
fn slice(context: &Context<'_>) -> Result<Value> {
    let Some(elements) = array(context, 0)? else { return Ok(Value::Null) };
    let place = |index| integer(context, index).map(|place| usize::try_from(place).unwrap_or(usize::MAX));
    let end = place(2)?.min(elements.len());
    let start = place(1)?.min(end);
    let part = elements.into_iter().skip(start).take(end - start).collect();
    match dumps(&Json::Array(part)) {
        Ok(text) => Ok(text.into()),
        Err(error) => refuse(error.to_string()),
    }
}

/// Keys of the elements of an array of so many dimensions, in no order; `None` stands for a null.
fn keys(elements: Vec<Json>, dimensions: i64, found: &mut Vec<Option<Vec<u8>>>) {
    for element in elements {
        match element {
            Json::Array(inner) if dimensions > 1 => keys(inner, dimensions - 1, found),
            Json::Null => found.push(None),
            element => found.push(Some(sort_key(&element))),
        }
    }
}

type Keys = Vec<Option<Vec<u8>>>;

fn both(context: &Context<'_>) -> Result<Option<(Keys, Keys)>> {
    let (Some(left), Some(right)) = (array(context, 0)?, array(context, 1)?) else { return Ok(None) };
    let dimensions = integer(context, 2)?;
    let (mut own, mut other) = (Vec::new(), Vec::new());
    keys(left, dimensions, &mut own);
    keys(right, dimensions, &mut other);
    Ok(Some((own, other)))
}

/// Whether an array has all elements of another. A null is no element of any.
fn contains(context: &Context<'_>) -> Result<Value> {
    let Some((own, other)) = both(context)? else { return Ok(Value::Null) };
    let holds = other.iter().all(|element| element.is_some() && own.contains(element));
    Ok(i64::from(holds).into())
}

/// Whether two arrays have an element in common.
fn overlap(context: &Context<'_>) -> Result<Value> {
    let Some((own, other)) = both(context)? else { return Ok(Value::Null) };
    let holds = other.iter().any(|element| element.is_some() && own.contains(element));
    Ok(i64::from(holds).into())
}
