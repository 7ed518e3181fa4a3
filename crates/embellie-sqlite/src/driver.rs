//! The driver: makes connections.

use std::sync::Arc;

use embellie_core::{BoxFuture, Connection, Driver, Error};

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
}

impl SqliteDriver {
    /// A driver for the database that `options` describe. Nothing is opened yet.
    pub fn new(options: SqliteOptions) -> Self {
        SqliteDriver { options: Arc::new(options), slow: Arc::default(), turn: Arc::default() }
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
}
