//! Where work runs: on this thread, handed over, or on a blocking thread.

use std::cell::Cell;
use std::panic::AssertUnwindSafe;
use std::sync::mpsc;
use std::time::Duration;

use embellie_core::Error;
use tokio::runtime::{Handle, RuntimeFlavor};

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

thread_local! {
    /// Whether it was tried in vain to leave the runtime from this thread.
    static STUCK: Cell<bool> = const { Cell::new(false) };
}

/// Makes the runtime of this thread go on without it, so that it may take as long as it wants until its task is done.
/// Gives `false` when there is a runtime that cannot: it stands still with this thread.
///
/// Calling it again when the thread has left already costs little and does no harm. Whether it has left is not known
/// for sure: the runtime needs another thread to go on with, and may not get it in time.
pub(crate) fn make_room() -> bool {
    let Ok(runtime) = Handle::try_current() else { return true };
    if runtime.runtime_flavor() != RuntimeFlavor::MultiThread || STUCK.get() {
        return false;
    }
    let leave = || {
        tokio::task::block_in_place(|| {
            // The runtime takes the thread's work to a blocking thread, but gives it back when this closure ends
            // first. Blocking threads take their work in order, so one that answers tells that the work before it
            // was taken.
            let (taken, wait) = mpsc::sync_channel(1);
            runtime.spawn_blocking(move || taken.send(()));
            let _ = wait.recv_timeout(Duration::from_millis(10));
        });
    };
    // In a `LocalSet` on a multi-thread runtime there is no leaving, and tokio's way to say so is to panic.
    let left = std::panic::catch_unwind(AssertUnwindSafe(leave)).is_ok();
    STUCK.set(!left);
    left
}
