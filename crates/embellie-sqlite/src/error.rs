//! SQLite's errors as embellie's, in the classes that Django gives them.

use embellie_core::{DatabaseError, Error};
use rusqlite::ErrorCode;
use rusqlite::ffi;

mod code;

/// Whether another connection's lock is the cause, so that waiting helps.
pub(crate) fn is_busy(error: &rusqlite::Error) -> bool {
    match error {
        rusqlite::Error::SqliteFailure(e, _) | rusqlite::Error::SqlInputError { error: e, .. } => {
            // When what a transaction has read is outdated, it can never write, however long it waits.
            e.code == ErrorCode::DatabaseBusy && e.extended_code != ffi::SQLITE_BUSY_SNAPSHOT
        }
        _ => false,
    }
}

/// The error in embellie's terms.
pub(crate) fn from_sqlite(error: rusqlite::Error) -> Error {
    match error {
        rusqlite::Error::SqliteFailure(e, message) => from_code(e, message),
        rusqlite::Error::SqlInputError { error, msg, .. } => from_code(error, Some(msg)),
        rusqlite::Error::InvalidParameterCount(given, expected) => {
            programming(format!("the statement has {expected} placeholders, but {given} parameters were given"))
        }
        rusqlite::Error::MultipleStatement => {
            programming("the text holds more than one statement; only one can be run at a time".into())
        }
        rusqlite::Error::NulError(_) | rusqlite::Error::Utf8Error(..) => Error::Data(DatabaseError {
            message: "the text cannot be given to SQLite: it is not UTF-8 or holds a NUL".into(),
            ..DatabaseError::default()
        }),
        other => Error::Interface(format!("SQLite was used wrongly: {other}")),
    }
}

fn programming(message: String) -> Error {
    Error::Programming(DatabaseError { message, ..DatabaseError::default() })
}

fn from_code(error: ffi::Error, message: Option<String>) -> Error {
    let message = message.map_or_else(|| ffi::code_to_str(error.extended_code).to_owned(), without_values);
    let retryable = matches!(error.code, ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked);
    let database = DatabaseError {
        constraint: (error.code == ErrorCode::ConstraintViolation).then(|| constraint(&message)).flatten(),
        message,
        code: Some(code::name(error.extended_code)),
        retryable,
    };
    match error.code {
        ErrorCode::ConstraintViolation | ErrorCode::TypeMismatch => Error::Integrity(database),
        ErrorCode::TooBig => Error::Data(database),
        ErrorCode::ApiMisuse | ErrorCode::ParameterOutOfRange => Error::Programming(database),
        _ => Error::Operational(database),
    }
}

/// A few of SQLite's messages repeat the value they complain of, which may be a parameter.
fn without_values(message: String) -> String {
    const REPEATING: [&str; 4] =
        ["bad JSON path", "JSON path error", "fts5: syntax error", "malformed MATCH expression"];
    match REPEATING.into_iter().find(|start| message.starts_with(start)) {
        Some(start) => start.to_owned(),
        None => message,
    }
}

/// `UNIQUE constraint failed: t.a, t.b` → `t.a, t.b`; an index on an expression is named: `index 'name'` → `name`.
fn constraint(message: &str) -> Option<String> {
    let (_, name) = message.split_once(" constraint failed: ")?;
    let name = name.strip_prefix("index '").and_then(|name| name.strip_suffix('\'')).unwrap_or(name);
    Some(name.to_owned())
}
