//! The connection that was given back last, for who asks next.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::Pooled;

/// One connection that lies in front of the pool, which counts it as in use. It lies there as long as nobody waits: who
/// waits is served by the pool, in turn.
#[derive(Default)]
pub(super) struct AtHand {
    connection: Mutex<Option<Pooled>>,
    /// How many wait for a connection; one more when the pool is closed.
    waiting: AtomicUsize,
}

impl AtHand {
    /// The connection, if it can be used as it is. One that cannot goes back to the pool, which sees to it.
    pub(super) fn take(&self) -> Option<Pooled> {
        let mut connection = self.lock().take()?;
        (!connection.is_broken() && connection.is_clean()).then_some(connection)
    }

    /// Puts a connection here, unless there is one already, or somebody waits.
    pub(super) fn put(&self, connection: Pooled) {
        if self.somebody_waits() {
            return drop(connection);
        }
        let replaced = self.lock().replace(connection);
        drop(replaced);
        // Who began to wait before it was put here did not see it.
        if self.somebody_waits() {
            let found = self.lock().take();
            drop(found);
        }
    }

    /// Somebody waits for a connection, for as long as what is given back lives.
    pub(super) fn wait(&self) -> Waits<'_> {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        Waits(self)
    }

    /// Lets go of the connection, and keeps none from now on.
    pub(super) fn close(&self) {
        std::mem::forget(self.wait());
        let last = self.lock().take();
        drop(last);
    }

    fn somebody_waits(&self) -> bool {
        self.waiting.load(Ordering::SeqCst) > 0
    }

    fn lock(&self) -> MutexGuard<'_, Option<Pooled>> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Somebody waits for a connection.
pub(super) struct Waits<'a>(&'a AtHand);

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::SeqCst);
    }
}
