//! The functions that SQLite lacks for Django's queries, under Django's names where it has one.
//!
//! Every function gives `NULL` when an argument is `NULL`, unless it says otherwise. Numbers given where text is
//! meant are taken as text, and numeric text as numbers, as SQLite's own functions do.

use std::borrow::Cow;

use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, Error, Result};

mod aggregate;
mod array;
mod date;
mod hash;
mod identity;
mod json;
mod math;
mod pattern;
mod text;

/// Gives the connection all functions.
pub(crate) fn register(connection: &Connection) -> Result<()> {
    text::register(connection)?;
    pattern::register(connection)?;
    date::register(connection)?;
    math::register(connection)?;
    hash::register(connection)?;
    identity::register(connection)?;
    json::register(connection)?;
    array::register(connection)?;
    aggregate::register(connection)
}

/// The same arguments give the same result, and the function does nothing but compute: it may stand in an index, a
/// constraint or a view.
const PURE: FunctionFlags =
    FunctionFlags::SQLITE_UTF8.union(FunctionFlags::SQLITE_DETERMINISTIC).union(FunctionFlags::SQLITE_INNOCUOUS);

type Scalar = fn(&Context<'_>) -> Result<Value>;

/// A pure function that sees its `NULL` arguments.
fn lenient(connection: &Connection, name: &str, arguments: i32, function: Scalar) -> Result<()> {
    connection.create_scalar_function(name, arguments, PURE, function)
}

/// A pure function of which a `NULL` argument makes a `NULL`.
fn strict(connection: &Connection, name: &str, arguments: i32, function: Scalar) -> Result<()> {
    connection.create_scalar_function(name, arguments, PURE, move |context: &Context<'_>| {
        match (0..context.len()).any(|i| context.get_raw(i) == ValueRef::Null) {
            true => Ok(Value::Null),
            false => function(context),
        }
    })
}

/// The error that a statement gets from a function. It must not hold the arguments.
fn refuse<T>(message: impl Into<String>) -> Result<T> {
    Err(Error::UserFunctionError(message.into().into()))
}

/// An argument as text; `NULL` is the empty text.
fn text<'a>(context: &'a Context<'_>, index: usize) -> Result<Cow<'a, str>> {
    as_text(context.get_raw(index))
}

fn as_text(value: ValueRef<'_>) -> Result<Cow<'_, str>> {
    match value {
        ValueRef::Null => Ok(Cow::Borrowed("")),
        ValueRef::Integer(v) => Ok(Cow::Owned(v.to_string())),
        ValueRef::Real(v) => Ok(Cow::Owned(format!("{v:?}"))),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Cow::Borrowed(text)),
            Err(_) => refuse("a function of text was given bytes that are not UTF-8"),
        },
    }
}

/// An argument as a number, if it is one.
fn number(context: &Context<'_>, index: usize) -> Option<f64> {
    match context.get_raw(index) {
        ValueRef::Integer(v) => Some(v as f64),
        ValueRef::Real(v) => Some(v),
        ValueRef::Text(bytes) => std::str::from_utf8(bytes).ok()?.trim().parse().ok(),
        ValueRef::Null | ValueRef::Blob(_) => None,
    }
}

/// An argument that must be an integer.
fn integer(context: &Context<'_>, index: usize) -> Result<i64> {
    let value = match context.get_raw(index) {
        ValueRef::Integer(v) => Some(v),
        ValueRef::Real(v) if v.fract() == 0.0 && v.abs() < 9.0e15 => Some(v as i64),
        ValueRef::Text(bytes) => std::str::from_utf8(bytes).ok().and_then(|text| text.trim().parse().ok()),
        _ => None,
    };
    value.map_or_else(|| refuse(format!("argument {} of the function must be an integer", index + 1)), Ok)
}
