//! Statements recorded as they run.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use embellie_core::{Outcome, Result, Statement};

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

/// Records the statements of a database while it lives: Django's `CaptureQueriesContext`.
#[derive(Debug)]
pub struct Capture {
    log: Arc<Log>,
    active: Arc<AtomicUsize>,
}

type Log = Mutex<Vec<Captured>>;

impl Capture {
    /// The statements recorded so far.
    pub fn statements(&self) -> Vec<Captured> {
        lock(&self.log).clone()
    }

    /// How many statements were recorded so far.
    pub fn len(&self) -> usize {
        lock(&self.log).len()
    }

    /// Whether no statement was recorded so far.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        self.active.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The captures of one database.
#[derive(Debug, Default)]
pub(crate) struct Captures {
    active: Arc<AtomicUsize>,
    logs: Mutex<Vec<Weak<Log>>>,
}

impl Captures {
    pub(super) fn start(&self) -> Capture {
        let log = Arc::new(Log::default());
        let mut logs = lock(&self.logs);
        logs.retain(|log| log.strong_count() > 0);
        logs.push(Arc::downgrade(&log));
        self.active.fetch_add(1, Ordering::Relaxed);
        Capture { log, active: self.active.clone() }
    }

    pub(super) fn record(&self, statement: &Statement, outcome: &Result<Outcome>, elapsed: Duration) {
        if self.active.load(Ordering::Relaxed) == 0 {
            return;
        }
        let rows = outcome.as_ref().ok().map(|outcome| outcome.rows);
        for log in lock(&self.logs).iter().filter_map(Weak::upgrade) {
            lock(&log).push(Captured { sql: statement.sql.clone(), rows, elapsed });
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
