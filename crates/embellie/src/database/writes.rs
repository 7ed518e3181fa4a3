//! What was written of late, so that what was read before is not taken for what is there now.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// How many writes are remembered; what is older may have written anything.
const REMEMBERED: usize = 64;

/// The writes of one database that this program made, counted, and the last of them.
#[derive(Debug, Default)]
pub(crate) struct Writes {
    count: AtomicU64,
    last: Mutex<VecDeque<Arc<str>>>,
}

impl Writes {
    /// A statement wrote; no text stands for one that may have written anything.
    pub(crate) fn note(&self, sql: Arc<str>) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.len() == REMEMBERED {
            last.pop_front();
        }
        last.push_back(sql);
        self.count.fetch_add(1, Ordering::AcqRel);
    }

    /// How many there were.
    pub(crate) fn count(&self) -> u64 {
        self.count.load(Ordering::Acquire)
    }

    /// Whether one of the writes since there were `count` may have written to one of these tables. A text that names a
    /// table for another reason counts as well.
    pub(crate) fn touched(&self, count: u64, tables: &[&str]) -> bool {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let new = usize::try_from(self.count().saturating_sub(count)).unwrap_or(usize::MAX);
        let touches = |sql: &Arc<str>| sql.is_empty() || tables.iter().any(|table| sql.contains(table));
        new > last.len() || last.iter().rev().take(new).any(touches)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_are_told_by_the_tables_that_they_name() {
        let writes = Writes::default();
        writes.note("UPDATE \"blog_user\" SET …".into());
        let before = writes.count();
        assert!(!writes.touched(before, &["blog_user"]));
        writes.note("INSERT INTO \"blog_tag\" …".into());
        assert!(writes.touched(before, &["blog_tag"]) && !writes.touched(before, &["blog_user"]));
        assert!(writes.touched(before - 1, &["blog_user"]));
        let before = writes.count();
        writes.note("".into());
        assert!(writes.touched(before, &["blog_user"]), "anything may have been written");
        let before = writes.count();
        (0..=REMEMBERED).for_each(|_| writes.note("INSERT INTO \"blog_tag\" …".into()));
        assert!(writes.touched(before, &["blog_user"]), "the first is no longer known");
    }
}
