//! The statements that a connection keeps prepared.

use std::collections::HashMap;
use std::sync::Arc;

use embellie_core::Header;

use crate::decode::Column;

/// A statement that the server has parsed.
pub(crate) struct Prepared {
    pub(crate) statement: tokio_postgres::Statement,
    pub(crate) columns: Box<[Column]>,
}

impl Header for Prepared {
    fn len(&self) -> usize {
        self.columns.len()
    }

    fn name(&self, index: usize) -> Option<&str> {
        self.statement.columns().get(index).map(|column| column.name())
    }
}

impl Prepared {
    pub(crate) fn new(statement: tokio_postgres::Statement) -> Self {
        Prepared { columns: statement.columns().iter().map(Column::of).collect(), statement }
    }
}

/// Prepared statements by their text. When it is full, the one that was used longest ago goes; the server forgets a
/// statement when its last user drops it.
pub(crate) struct StatementCache {
    entries: HashMap<Arc<str>, Entry>,
    capacity: usize,
    clock: u64,
}

struct Entry {
    prepared: Arc<Prepared>,
    used: u64,
}

impl StatementCache {
    pub(crate) fn new(capacity: usize) -> Self {
        StatementCache { entries: HashMap::new(), capacity, clock: 0 }
    }

    pub(crate) fn get(&mut self, sql: &str) -> Option<Arc<Prepared>> {
        self.clock += 1;
        let entry = self.entries.get_mut(sql)?;
        entry.used = self.clock;
        Some(Arc::clone(&entry.prepared))
    }

    pub(crate) fn insert(&mut self, sql: &Arc<str>, prepared: &Arc<Prepared>) {
        if self.capacity == 0 {
            return;
        }
        if self.entries.len() >= self.capacity {
            let oldest = self.entries.iter().min_by_key(|(_, entry)| entry.used).map(|(sql, _)| Arc::clone(sql));
            oldest.and_then(|oldest| self.entries.remove(&oldest));
        }
        let entry = Entry { prepared: Arc::clone(prepared), used: self.clock };
        self.entries.insert(Arc::clone(sql), entry);
    }

    pub(crate) fn remove(&mut self, sql: &str) {
        self.entries.remove(sql);
    }

    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }
}
