//! Whose turn it is to write: SQLite lets one connection write at a time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Shared by the connections of a driver. It does not decide who may write, SQLite's lock does; it only wakes one
/// that waits when another of the same driver is done, so that it need not find out by trying.
#[derive(Debug, Default)]
pub(crate) struct Turn {
    waiting: AtomicUsize,
    mutex: Mutex<()>,
    over: Condvar,
}

impl Turn {
    /// Waits until a connection of this driver is done with writing, but no longer than `longest`: writers elsewhere
    /// give no sign.
    pub(crate) fn wait(&self, longest: Duration) {
        let guard = self.mutex.lock().unwrap_or_else(PoisonError::into_inner);
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let _guard = self.over.wait_timeout(guard, longest).unwrap_or_else(PoisonError::into_inner);
        self.waiting.fetch_sub(1, Ordering::SeqCst);
    }

    /// Says that a connection is done with writing.
    pub(crate) fn end(&self) {
        if self.waiting.load(Ordering::SeqCst) > 0 {
            drop(self.mutex.lock().unwrap_or_else(PoisonError::into_inner));
            self.over.notify_one();
        }
    }
}
