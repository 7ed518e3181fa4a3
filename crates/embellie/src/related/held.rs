//! Related objects that were read beforehand.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::peers::Object;

/// Related objects that were read beforehand for one object. Its clones share them.
pub(crate) struct Held {
    /// A vector of rows.
    rows: Object,
    /// Whether the relation was changed since.
    forgotten: AtomicBool,
}

impl Held {
    pub(crate) fn new(rows: Object) -> Self {
        Held { rows, forgotten: AtomicBool::new(false) }
    }

    /// The rows, when they are of this type and the relation was not changed since.
    pub(crate) fn rows<T: 'static>(&self) -> Option<&[T]> {
        self.object()?.downcast_ref::<Vec<T>>().map(Vec::as_slice)
    }

    /// The rows without their type.
    pub(crate) fn object(&self) -> Option<&Object> {
        (!self.forgotten.load(Ordering::Acquire)).then_some(&self.rows)
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

/// What is held for one object: nothing at all, for most.
#[derive(Clone, Default)]
pub(crate) struct Sets(Option<Box<Several>>);

/// What is held, each under its name.
type Several = Vec<(SetName, Arc<Held>)>;

impl Sets {
    pub(crate) const NONE: Sets = Sets(None);

    pub(crate) fn get(&self, name: &SetName) -> Option<&Arc<Held>> {
        self.0.as_deref()?.iter().find(|(known, _)| known == name).map(|(_, set)| set)
    }

    pub(crate) fn put(&mut self, name: SetName, set: Arc<Held>) {
        let sets = self.0.get_or_insert_default();
        sets.retain(|(known, _)| *known != name);
        sets.push((name, set));
    }
}

impl fmt::Debug for Sets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().flat_map(|sets| sets.iter().map(|(name, _)| name))).finish()
    }
}

/// What is held says nothing of the object itself.
impl PartialEq for Sets {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Sets {}
