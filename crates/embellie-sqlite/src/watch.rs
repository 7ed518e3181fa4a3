//! Watching a statement while it runs: is it cancelled, does it take too long?

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::place;

/// How many steps of SQLite's machine lie between two looks at the clock: some ten microseconds.
pub(crate) const STEPS: i32 = 1000;

/// What may be done with a statement that exceeds its budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum OverBudget {
    /// Nothing: it goes on.
    Continue,
    /// It keeps a task's thread, which is to leave the runtime where that is possible.
    MakeRoom,
    /// As `MakeRoom`; where it is not possible, the statement can be given up.
    MakeRoomOrAbort,
}

/// Shared by a connection and the handler that SQLite calls now and then while a statement runs.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    /// Counts statements, so that the handler knows a new one.
    statement: AtomicU64,
    over_budget: AtomicU8,
    exceeded: AtomicBool,
    cancelled: AtomicBool,
}

impl Watch {
    pub(crate) fn start(&self, over_budget: OverBudget) {
        // There is one writer, so no atomic addition is needed.
        self.statement.store(self.statement.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
        self.over_budget.store(over_budget as u8, Ordering::Relaxed);
        self.exceeded.store(false, Ordering::Relaxed);
    }

    /// Whether the last statement took longer than the budget.
    pub(crate) fn exceeded(&self) -> bool {
        self.exceeded.load(Ordering::Relaxed)
    }

    pub(crate) fn cancel(&self, cancelled: bool) {
        self.cancelled.store(cancelled, Ordering::Relaxed);
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    /// The handler: it says whether to give the statement up.
    pub(crate) fn handler(self: Arc<Self>, budget: Duration) -> impl FnMut() -> bool + Send + 'static {
        let mut statement = 0;
        let mut started = Instant::now();
        let mut limit = budget;
        move || {
            if self.is_cancelled() {
                return true;
            }
            let current = self.statement.load(Ordering::Relaxed);
            if statement != current {
                statement = current;
                started = Instant::now();
                limit = budget;
                return false;
            }
            let elapsed = started.elapsed();
            if elapsed < limit {
                return false;
            }
            limit = elapsed * 2;
            self.exceeded.store(true, Ordering::Relaxed);
            let over_budget = self.over_budget.load(Ordering::Relaxed);
            over_budget != OverBudget::Continue as u8
                && !place::make_room()
                && over_budget == OverBudget::MakeRoomOrAbort as u8
        }
    }
}
