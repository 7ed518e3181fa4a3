//! The driver: makes connections.

use std::sync::Arc;

use embellie_core::{BoxFuture, Connection, Driver, Endpoint, Error, Identity};
use uuid::Uuid;

use crate::connection::SqliteConnection;
use crate::options::{Location, SqliteOptions};
use crate::place;
use crate::slow::SlowStatements;
use crate::turn::Turn;

/// Makes connections to one SQLite database.
#[derive(Debug, Clone)]
pub struct SqliteDriver {
    options: Arc<SqliteOptions>,
    slow: Arc<SlowStatements>,
    turn: Arc<Turn>,
    /// Tells databases in memory from each other.
    number: Uuid,
}

impl SqliteDriver {
    /// A driver for the database that `options` describe. Nothing is opened yet.
    pub fn new(options: SqliteOptions) -> Self {
        SqliteDriver { options: Arc::new(options), slow: Arc::default(), turn: Arc::default(), number: Uuid::new_v4() }
    }

    /// The options it was made with.
    pub fn options(&self) -> &SqliteOptions {
        &self.options
    }
}

impl Driver for SqliteDriver {
    fn connect(&self) -> BoxFuture<'_, Result<Box<dyn Connection>, Error>> {
        Box::pin(async {
            let options = Arc::clone(&self.options);
            let turn = Arc::clone(&self.turn);
            let session = place::off_thread(move || crate::open::open(&options, turn)).await??;
            Ok(Box::new(SqliteConnection::new(session, &self.options, &self.slow)) as Box<dyn Connection>)
        })
    }

    fn max_connections(&self) -> Option<usize> {
        (self.options.location == Location::Memory).then_some(1)
    }

    fn endpoint(&self) -> Endpoint {
        let Location::File(path) = &self.options.location else { return Endpoint::default() };
        let namespace = path.file_name().map(|name| name.to_string_lossy().into_owned());
        Endpoint { namespace, ..Endpoint::default() }
    }

    fn identity(&self) -> Identity {
        let database = match &self.options.location {
            Location::Memory => format!("memory {}", self.number),
            Location::File(path) => {
                let path = path.canonicalize().unwrap_or_else(|_| path.clone());
                format!("{}{}", path.display(), file_number(&path))
            }
        };
        Identity { database: format!("sqlite {database}"), view: String::new() }
    }
}

/// What tells a file from another one that stands in its place later, or on another machine.
#[cfg(unix)]
fn file_number(path: &std::path::Path) -> String {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(path).map_or_else(|_| String::new(), |file| format!(" {}:{}", file.dev(), file.ino()))
}

#[cfg(not(unix))]
fn file_number(_: &std::path::Path) -> String {
    String::new()
}
