//! The server's errors, in the classes that Django gives them.

use std::error::Error as _;

use embellie_core::{DatabaseError, Error};
use tokio_postgres::error::{DbError, Severity};

use crate::encode::Unsendable;

/// The error in embellie's terms.
pub(crate) fn from_postgres(error: tokio_postgres::Error) -> Error {
    match error.as_db_error() {
        Some(server) => from_server(server),
        None => match unsent(&error) {
            Some(reason) => reason,
            None => lost(&describe(&error)),
        },
    }
}

/// Whether the connection cannot be used any more after this error.
pub(crate) fn is_fatal(error: &tokio_postgres::Error) -> bool {
    match error.as_db_error() {
        Some(server) => matches!(server.parsed_severity(), Some(Severity::Fatal | Severity::Panic)),
        None => unsent(error).is_none(),
    }
}

/// The reason why nothing was sent, if nothing was.
pub(crate) fn unsent(error: &tokio_postgres::Error) -> Option<Error> {
    let source = error.source()?;
    if let Some(unsendable) = source.downcast_ref::<Unsendable>() {
        return Some(unsendable.0.clone());
    }
    // A message that cannot be put together: SQL with a NUL, or more parameters than can be counted.
    let source = source.downcast_ref::<std::io::Error>()?;
    (source.kind() == std::io::ErrorKind::InvalidInput).then(|| {
        let message = format!("the statement cannot be sent: {source}");
        Error::Programming(DatabaseError { message, ..DatabaseError::default() })
    })
}

/// The error with its causes.
pub(crate) fn describe(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        // The server's words without its detail, which may hold a row's values.
        match cause.downcast_ref::<DbError>() {
            Some(server) => text.push_str(&message(server)),
            None => text.push_str(&cause.to_string()),
        }
        source = cause.source();
    }
    text
}

/// The connection is gone.
pub(crate) fn lost(reason: &str) -> Error {
    operational(format!("the connection to the PostgreSQL server is lost: {reason}"))
}

pub(crate) fn operational(message: String) -> Error {
    Error::Operational(DatabaseError { message, ..DatabaseError::default() })
}

pub(crate) fn from_server(error: &DbError) -> Error {
    let code = error.code().code();
    let database = DatabaseError {
        message: message(error),
        code: Some(code.to_owned()),
        constraint: error.constraint().map(str::to_owned),
        // A serialization failure, a deadlock, a lock that was not free.
        retryable: matches!(code, "40001" | "40P01" | "55P03"),
    };
    match &code[..code.len().min(2)] {
        "23" => Error::Integrity(database),
        "22" => Error::Data(database),
        "0A" => Error::NotSupported(format!("{} ({code})", database.message)),
        "20" | "21" | "26" | "34" | "3D" | "3F" | "42" | "44" | "P0" => Error::Programming(database),
        // A transaction was expected and there is none, or one that has failed.
        "25" if matches!(code, "25P01" | "25P02") => {
            Error::TransactionManagement(format!("{} ({code})", database.message))
        }
        _ => Error::Operational(database),
    }
}

/// The server's primary message. Its detail and context are left out: they quote rows. In errors about a value, so
/// does the message itself, between double quotes.
fn message(error: &DbError) -> String {
    let message = error.message();
    if !error.code().code().starts_with("22") {
        return message.to_owned();
    }
    match (message.find('"'), message.rfind('"')) {
        (Some(first), Some(last)) if first < last => format!("{}\"…\"{}", &message[..first], &message[last + 1..]),
        _ => message.to_owned(),
    }
}
