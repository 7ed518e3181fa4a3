//! Where work runs: on this thread, handed over, or on a blocking thread.

use std::panic::AssertUnwindSafe;
use std::sync::mpsc;
use std::time::Duration;

use embellie_core::Error;
use tokio::runtime::{Handle, RuntimeFlavor};

/// What surrounds a statement that is run on the thread of its task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Surroundings {
    /// A runtime that can go on without this thread.
    MultiThread,
    /// A runtime that stands still with this thread.
    CurrentThread,
    /// No runtime: nobody else is kept waiting.
    NoRuntime,
}

pub(crate) fn surroundings() -> Surroundings {
    match Handle::try_current().map(|handle| handle.runtime_flavor()) {
        Err(_) => Surroundings::NoRuntime,
        Ok(RuntimeFlavor::MultiThread) => Surroundings::MultiThread,
        Ok(_) => Surroundings::CurrentThread,
    }
}

/// Runs `work` on a blocking thread, or here when there is no runtime to ask for one.
pub(crate) async fn off_thread<T, F>(work: F) -> Result<T, Error>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    match Handle::try_current() {
        Err(_) => Ok(work()),
        Ok(handle) => handle.spawn_blocking(work).await.map_err(|_| lost()),
    }
}

/// The error of work whose thread did not come back.
pub(crate) fn lost() -> Error {
    Error::Interface("the SQLite connection is closed: its runtime shut down while a statement was running".into())
}

/// Makes the runtime go on without this thread, which may then take as long as it wants until its task is done.
///
/// Calling it again when that has been done already costs little and does no harm. Whether it worked is not known:
/// the runtime needs a thread to go on with, and may not get it in time.
pub(crate) fn leave_runtime() {
    let leave = || {
        tokio::task::block_in_place(|| {
            // The runtime takes the thread's work to a blocking thread, but gives it back when this closure ends
            // first. Blocking threads take their work in order, so one that answers tells that the work before it was taken.
            let (taken, wait) = mpsc::sync_channel(1);
            Handle::current().spawn_blocking(move || taken.send(()));
            let _ = wait.recv_timeout(Duration::from_millis(10));
        });
    };
    // In a `LocalSet` on a multi-thread runtime there is no leaving, and tokio's way to say so is to panic.
    let _ = std::panic::catch_unwind(AssertUnwindSafe(leave));
}
