//! Statements recorded as they run, and nothing else of them.

use std::sync::Arc;
use std::time::Duration;

use crate::log::{Entry, Log};

/// A statement that ran.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Captured {
    /// Its text, without the parameters.
    pub sql: Arc<str>,
    /// Rows read or changed; `None` when it failed.
    pub rows: Option<u64>,
    /// How long it took.
    pub elapsed: Duration,
}

impl From<Entry> for Captured {
    fn from(entry: Entry) -> Self {
        Captured { sql: entry.sql, rows: entry.rows, elapsed: entry.elapsed }
    }
}

/// Records the statements of a database while it lives: Django's `CaptureQueriesContext`.
///
/// Steps of transactions are not among them, however many there are; a [`Log`] has them, and more of each statement.
#[derive(Debug)]
pub struct Capture(Log);

impl Capture {
    pub(super) fn new(log: Log) -> Self {
        Capture(log)
    }

    /// The statements recorded so far.
    pub fn statements(&self) -> Vec<Captured> {
        self.0.statements().into_iter().map(Captured::from).collect()
    }

    /// How many statements were recorded so far.
    pub fn len(&self) -> usize {
        self.0.count()
    }

    /// Whether no statement was recorded so far.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
