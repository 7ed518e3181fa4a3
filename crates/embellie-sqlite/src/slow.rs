//! Which statements have taken too long before.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// More texts than this mean that they differ in values, and none will come back.
const CAPACITY: usize = 1024;

/// The texts of statements that took longer than the budget when they last ran.
#[derive(Debug, Default)]
pub(crate) struct SlowStatements {
    texts: RwLock<HashSet<Arc<str>>>,
    count: AtomicUsize,
}

impl SlowStatements {
    pub(crate) fn contains(&self, sql: &str) -> bool {
        self.count.load(Ordering::Relaxed) > 0
            && self.texts.read().unwrap_or_else(PoisonError::into_inner).contains(sql)
    }

    pub(crate) fn set(&self, sql: &Arc<str>, slow: bool) {
        let mut texts = self.texts.write().unwrap_or_else(PoisonError::into_inner);
        if !slow {
            texts.remove(sql);
        } else {
            if texts.len() >= CAPACITY {
                texts.clear();
            }
            texts.insert(Arc::clone(sql));
        }
        self.count.store(texts.len(), Ordering::Relaxed);
    }
}
