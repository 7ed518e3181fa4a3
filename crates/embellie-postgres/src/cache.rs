//! The statements that a connection keeps prepared.

use std::collections::HashMap;
use std::sync::Arc;

use embellie_core::Header;
use foldhash::fast::RandomState;
use postgres_types::Type;

use crate::decode::Named;

/// A statement that the server has parsed.
pub(crate) struct Prepared {
    pub(crate) handle: Handle,
    pub(crate) parameters: Box<[Type]>,
    pub(crate) columns: Box<[Named]>,
}

/// How the server knows a statement.
#[derive(Debug, Clone)]
pub(crate) enum Handle {
    /// By this name, until it is closed.
    Kept(Arc<str>),
    /// By this name, for one use.
    Once(Arc<str>),
    /// Not at all: it is given the text with each use.
    Text(Arc<str>),
}

impl Handle {
    /// The name; empty where there is none.
    pub(crate) fn name(&self) -> &str {
        match self {
            Handle::Kept(name) | Handle::Once(name) => name,
            Handle::Text(_) => "",
        }
    }
}

impl Header for Prepared {
    fn len(&self) -> usize {
        self.columns.len()
    }

    fn name(&self, index: usize) -> Option<&str> {
        self.columns.get(index).map(|column| &*column.name)
    }
}

/// Prepared statements by their text. When it is full, the one that was used longest ago goes. Whoever takes one out has
/// the server close it.
pub(crate) struct StatementCache {
    entries: HashMap<Arc<str>, Entry, RandomState>,
    capacity: usize,
    clock: u64,
}

struct Entry {
    prepared: Arc<Prepared>,
    used: u64,
}

impl StatementCache {
    pub(crate) fn new(capacity: usize) -> Self {
        StatementCache { entries: HashMap::default(), capacity, clock: 0 }
    }

    pub(crate) fn get(&mut self, sql: &str) -> Option<Arc<Prepared>> {
        self.clock += 1;
        let entry = self.entries.get_mut(sql)?;
        entry.used = self.clock;
        Some(Arc::clone(&entry.prepared))
    }

    /// Whether anything is kept at all.
    pub(crate) fn keeps(&self) -> bool {
        self.capacity > 0
    }

    /// Keeps a statement, and gives back the one that had to make room.
    pub(crate) fn insert(&mut self, sql: &Arc<str>, prepared: &Arc<Prepared>) -> Option<Arc<Prepared>> {
        let mut gone = None;
        if self.entries.len() >= self.capacity && !self.entries.contains_key(sql) {
            let oldest = self.entries.iter().min_by_key(|(_, entry)| entry.used).map(|(sql, _)| Arc::clone(sql));
            gone = oldest.and_then(|oldest| self.entries.remove(&oldest)).map(|entry| entry.prepared);
        }
        let entry = Entry { prepared: Arc::clone(prepared), used: self.clock };
        self.entries.insert(Arc::clone(sql), entry).map(|entry| entry.prepared).or(gone)
    }

    pub(crate) fn remove(&mut self, sql: &str) -> Option<Arc<Prepared>> {
        self.entries.remove(sql).map(|entry| entry.prepared)
    }

    /// Takes out all.
    pub(crate) fn clear(&mut self) -> impl Iterator<Item = Arc<Prepared>> {
        self.entries.drain().map(|(_, entry)| entry.prepared)
    }
}
