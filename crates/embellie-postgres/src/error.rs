//! The server's errors, in the classes that Django gives them.

use embellie_core::{DatabaseError, Error};

use crate::link::ServerError;

/// The connection is gone.
pub(crate) fn lost(reason: &str) -> Error {
    operational(format!("the connection to the PostgreSQL server is lost: {reason}"))
}

pub(crate) fn operational(message: String) -> Error {
    Error::Operational(DatabaseError { message, ..DatabaseError::default() })
}

pub(crate) fn from_server(error: &ServerError) -> Error {
    let code = error.code.as_str();
    let database = DatabaseError {
        message: error.words(),
        code: Some(code.to_owned()),
        constraint: error.constraint.clone(),
        // A serialization failure, a deadlock, a lock that was not free.
        retryable: matches!(code, "40001" | "40P01" | "55P03"),
    };
    match code.get(..2).unwrap_or_default() {
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
