//! Documents, which SQLite keeps as text: what paths lead to, and comparisons, as PostgreSQL's `jsonb` has them.
//!
//! A path is a JSON array of names and numbers: whatever a name holds, it is one name. A text that is no document gives
//! `NULL`.

use embellie_core::json::{dumps, sort_key};
use rusqlite::functions::Context;
use rusqlite::types::Value;
use rusqlite::{Connection, Result};
use serde_json::Value as Json;

use super::{refuse, strict, text};

pub(super) fn register(connection: &Connection) -> Result<()> {
    strict(connection, "embellie_json_get", 2, get)?;
    strict(connection, "embellie_json_text", 2, get_text)?;
    strict(connection, "embellie_json_key", 1, key)?;
    strict(connection, "embellie_json_has", 2, has)
}

fn document(context: &Context<'_>) -> Result<Option<Json>> {
    Ok(serde_json::from_str(&text(context, 0)?).ok())
}

/// What the path leads to, if it leads anywhere.
fn find(context: &Context<'_>) -> Result<Option<Json>> {
    let Some(mut found) = document(context)? else { return Ok(None) };
    let Ok(path) = serde_json::from_str::<Vec<Json>>(&text(context, 1)?) else {
        return refuse("a path in a document is a JSON array of names and numbers");
    };
    for step in path {
        let next = match (&mut found, &step) {
            (Json::Object(members), Json::String(name)) => members.get_mut(name),
            (Json::Object(members), Json::Number(number)) => members.get_mut(&number.to_string()),
            (Json::Array(elements), Json::Number(number)) => {
                place(number, elements.len()).and_then(|i| elements.get_mut(i))
            }
            _ => None,
        };
        let Some(next) = next else { return Ok(None) };
        let next = next.take();
        found = next;
    }
    Ok(Some(found))
}

/// Negative places count from the end.
fn place(number: &serde_json::Number, length: usize) -> Option<usize> {
    let place = number.as_i64()?;
    match usize::try_from(place) {
        Ok(place) => Some(place),
        Err(_) => length.checked_sub(usize::try_from(place.unsigned_abs()).ok()?),
    }
}

/// The document at the end of a path.
fn get(context: &Context<'_>) -> Result<Value> {
    find(context)?.map_or(Ok(Value::Null), |found| written(&found))
}

/// The text at the end of a path: JSON's null is none, and what is no text is its JSON.
fn get_text(context: &Context<'_>) -> Result<Value> {
    match find(context)? {
        None | Some(Json::Null) => Ok(Value::Null),
        Some(Json::String(text)) => Ok(text.into()),
        Some(other) => written(&other),
    }
}

/// Bytes that stand in the order of documents.
fn key(context: &Context<'_>) -> Result<Value> {
    Ok(document(context)?.map_or(Value::Null, |document| sort_key(&document).into()))
}

/// Whether a document has a member of this name, is an array that holds it, or is it.
fn has(context: &Context<'_>) -> Result<Value> {
    let name = text(context, 1)?;
    let has = match document(context)? {
        None => return Ok(Value::Null),
        Some(Json::Object(members)) => members.contains_key(&*name),
        Some(Json::Array(elements)) => elements.iter().any(|element| element.as_str() == Some(&name)),
        Some(Json::String(text)) => text == name,
        Some(_) => false,
    };
    Ok(i64::from(has).into())
}

fn written(document: &Json) -> Result<Value> {
    match dumps(document) {
        Ok(text) => Ok(text.into()),
        Err(error) => refuse(error.to_string()),
    }
}
