//! Related objects that were read beforehand.

use std::any::Any;
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Related objects that were read beforehand for one object. Its clones share them.
pub(crate) type Held = Set<dyn Any + Send + Sync>;

/// A vector of rows, or another set whose rows these are, without its type.
pub(crate) struct Set<R: ?Sized> {
    /// Whether the relation was changed since.
    forgotten: AtomicBool,
    rows: R,
}

impl Held {
    /// Some rows.
    pub(crate) fn of<T: Send + Sync + 'static>(rows: Vec<T>) -> Arc<Held> {
        Arc::new(Set { forgotten: AtomicBool::new(false), rows })
    }

    /// The rows of another set, which may be forgotten by itself.
    pub(crate) fn sharing(other: Arc<Held>) -> Arc<Held> {
        Arc::new(Set { forgotten: AtomicBool::new(false), rows: other })
    }

    /// The rows, when they are of this type and the relation was not changed since.
    pub(crate) fn rows<T: 'static>(&self) -> Option<&[T]> {
        if self.is_forgotten() { None } else { self.all() }
    }

    fn all<T: 'static>(&self) -> Option<&[T]> {
        match self.rows.downcast_ref::<Vec<T>>() {
            Some(rows) => Some(rows),
            None => self.rows.downcast_ref::<Arc<Held>>()?.all(),
        }
    }

    /// The rows, to be changed, when nobody else has them.
    pub(crate) fn rows_mut<T: 'static>(&mut self) -> Option<&mut Vec<T>> {
        match self.rows.is::<Vec<T>>() {
            true => self.rows.downcast_mut(),
            false => Arc::get_mut(self.rows.downcast_mut::<Arc<Held>>()?)?.rows_mut(),
        }
    }

    /// Whether the relation was changed since the rows were read.
    pub(crate) fn is_forgotten(&self) -> bool {
        self.forgotten.load(Ordering::Acquire)
    }

    /// The relation was changed: the rows have to be read again.
    pub(crate) fn forget(&self) {
        self.forgotten.store(true, Ordering::Release);
    }
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Held")
    }
}

/// Which related objects are held.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum SetName {
    /// The objects of a model whose relation leads back.
    Way { model: Cow<'static, str>, back: Cow<'static, str> },
    /// Those that a handle reads.
    Handle(u64),
    /// Those that were given a name.
    Named(String),
}

/// What is held for one object, each under its name: nothing at all, for most, and seldom more than one set.
#[derive(Clone, Default)]
pub(crate) struct Sets {
    first: Option<Named>,
    more: Vec<Named>,
}

/// Related objects, and the name that they are held under.
type Named = (Arc<SetName>, Arc<Held>);

impl Sets {
    pub(crate) fn get(&self, name: &SetName) -> Option<&Arc<Held>> {
        self.iter().find(|(known, _)| **known == *name).map(|(_, set)| set)
    }

    pub(crate) fn put(&mut self, name: Arc<SetName>, set: Arc<Held>) {
        let mut all = self.first.iter_mut().chain(&mut self.more);
        if let Some((_, known)) = all.find(|(known, _)| *known == name) {
            *known = set;
        } else if self.first.is_none() {
            self.first = Some((name, set));
        } else {
            self.more.push((name, set));
        }
    }

    fn iter(&self) -> impl Iterator<Item = &Named> {
        self.first.iter().chain(&self.more)
    }
}

impl fmt::Debug for Sets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(|(name, _)| name)).finish()
    }
}
