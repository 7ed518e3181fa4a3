//! Functions of text. Lengths are in characters.

use rusqlite::functions::Context;
use rusqlite::types::Value;
use rusqlite::{Connection, Error, Result, ffi};

use super::{integer, refuse, strict, text};

/// SQLite's own limit to the length of a text, in bytes.
const LONGEST: usize = 1_000_000_000;

pub(super) fn register(connection: &Connection) -> Result<()> {
    strict(connection, "LPAD", 3, lpad)?;
    strict(connection, "RPAD", 3, rpad)?;
    strict(connection, "REPEAT", 2, repeat)?;
    strict(connection, "REVERSE", 1, reverse)?;
    strict(connection, "embellie_lower", 1, lower)?;
    strict(connection, "embellie_upper", 1, upper)?;
    strict(connection, "embellie_join", 2, join)
}

fn lpad(context: &Context<'_>) -> Result<Value> {
    let padding = padding(context)?;
    Ok((padding + &first(&text(context, 0)?, length(context)?)).into())
}

fn rpad(context: &Context<'_>) -> Result<Value> {
    let padding = padding(context)?;
    Ok((first(&text(context, 0)?, length(context)?) + &padding).into())
}

fn length(context: &Context<'_>) -> Result<usize> {
    match usize::try_from(integer(context, 1)?.max(0)) {
        Ok(length) if length <= LONGEST => Ok(length),
        _ => Err(too_long()),
    }
}

/// As many characters of the repeated fill as are missing; none when there is nothing to fill with.
fn padding(context: &Context<'_>) -> Result<String> {
    let missing = length(context)?.saturating_sub(text(context, 0)?.chars().count());
    Ok(text(context, 2)?.chars().cycle().take(missing).collect())
}

fn first(text: &str, length: usize) -> String {
    text.chars().take(length).collect()
}

fn repeat(context: &Context<'_>) -> Result<Value> {
    let text = text(context, 0)?;
    let count = usize::try_from(integer(context, 1)?.max(0)).map_err(|_| too_long())?;
    match text.len().checked_mul(count) {
        Some(length) if length <= LONGEST => Ok(text.repeat(count).into()),
        _ => Err(too_long()),
    }
}

fn reverse(context: &Context<'_>) -> Result<Value> {
    Ok(text(context, 0)?.chars().rev().collect::<String>().into())
}

/// Unlike SQLite's `LOWER`, which Django uses and which knows ASCII only, this one knows all letters.
fn lower(context: &Context<'_>) -> Result<Value> {
    Ok(text(context, 0)?.to_lowercase().into())
}

/// Unlike SQLite's `UPPER`, this one knows all letters.
fn upper(context: &Context<'_>) -> Result<Value> {
    Ok(text(context, 0)?.to_uppercase().into())
}

/// The texts of a JSON array joined by another; `NULL` where there are none.
fn join(context: &Context<'_>) -> Result<Value> {
    let Ok(texts) = serde_json::from_str::<Vec<Option<String>>>(&text(context, 0)?) else {
        return refuse("embellie_join takes a JSON array of texts");
    };
    let texts: Vec<String> = texts.into_iter().flatten().collect();
    Ok(if texts.is_empty() { Value::Null } else { texts.join(&text(context, 1)?).into() })
}

fn too_long() -> Error {
    Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_TOOBIG), Some("string or blob too big".into()))
}
