//! What was written of late, so that what was read before is not taken for what is there now.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use embellie_core::{Effect, Statement};

/// How many writes are remembered; what is older may have written anything.
const REMEMBERED: usize = 64;

/// The writes of one database that this program made, counted, and the last of them.
#[derive(Debug, Default)]
pub(crate) struct Writes {
    count: AtomicU64,
    last: Mutex<VecDeque<Written>>,
}

/// What was written to.
#[derive(Debug)]
enum Written {
    Table(Arc<str>),
    /// What a text names that somebody has written.
    Text(Arc<str>),
    Anything,
}

impl Writes {
    /// A statement wrote.
    pub(crate) fn note(&self, statement: &Statement) {
        self.add(match (&statement.table, statement.effect) {
            (_, Effect::Schema) => Written::Anything,
            (Some(table), _) => Written::Table(Arc::clone(table)),
            (None, _) => Written::Text(Arc::clone(&statement.sql)),
        });
    }

    /// Anything may have been written.
    pub(crate) fn note_anything(&self) {
        self.add(Written::Anything);
    }

    fn add(&self, written: Written) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.len() == REMEMBERED {
            last.pop_front();
        }
        last.push_back(written);
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
        let touches = |written: &Written| match written {
            Written::Table(table) => tables.contains(&&**table),
            Written::Text(sql) => tables.iter().any(|table| sql.contains(table)),
            Written::Anything => true,
        };
        new > last.len() || last.iter().rev().take(new).any(touches)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_are_told_by_their_tables_or_by_what_a_text_names() {
        let raw = |sql: &str| Statement::write(sql, Vec::new());
        let of_tags = || raw("INSERT INTO \"blog_tag\" SELECT word FROM \"blog_user\"").changing("blog_tag");
        let writes = Writes::default();
        writes.note(&raw("UPDATE \"blog_user\" SET …"));
        let before = writes.count();
        assert!(!writes.touched(before, &["blog_user"]));
        writes.note(&of_tags());
        assert!(writes.touched(before, &["blog_tag"]) && !writes.touched(before, &["blog_user", "blog"]));
        assert!(writes.touched(before - 1, &["blog_user"]));
        let before = writes.count();
        writes.note(&Statement::schema("DROP TABLE \"blog_tag\""));
        assert!(writes.touched(before, &["blog_user"]), "what depends on a table may have changed with it");
        let before = writes.count();
        writes.note_anything();
        assert!(writes.touched(before, &["blog_user"]));
        let before = writes.count();
        (0..=REMEMBERED).for_each(|_| writes.note(&of_tags()));
        assert!(writes.touched(before, &["blog_user"]), "the first is no longer known");
    }
}
