//! Peers: the rows of one result, which read what they are related to together.
//!
//! Rows know the group that they came with, and the group knows their keys, but no row: it goes when they go, with all
//! that was read for them. What is read is handed out and never put into a row that did not ask, so that nothing that was
//! assigned meanwhile is overwritten.

mod memo;
mod refusal;
mod uses;
mod values;

use std::any::Any;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use embellie_core::meta::{Model, ModelId};
use embellie_core::{BoxFuture, Registry, Result, Value};

use self::memo::Memo;
pub(crate) use self::memo::{ByKey, Found, Key, Object, What};
pub(crate) use self::refusal::Wanted;
use self::uses::Use;
pub(crate) use self::uses::used;
pub(crate) use self::values::value_of;
use crate::database::Session;
use crate::log::CallSite;
use crate::model::{Instance, RelationSlot, key_of};
use crate::query_set::FetchMode;
use crate::record::Record;

/// The rows of one result.
#[doc(hidden)]
pub struct Peers {
    registry: Arc<Registry>,
    model: ModelId,
    mode: FetchMode,
    /// The line that read them.
    site: Option<CallSite>,
    keys: Mutex<Keys>,
    memos: Mutex<Vec<(What, Arc<Memo>)>>,
    /// What was read along with the rows, while a log watches.
    uses: Mutex<Vec<Use>>,
}

/// The keys of the rows, as they were read.
#[derive(Default)]
struct Keys {
    /// Their primary keys.
    own: Vec<Value>,
    /// The foreign keys of those that do not know their objects, by the place of the field.
    foreign: Vec<(usize, Vec<Value>)>,
    /// The fields whose objects some rows know.
    known: Vec<usize>,
    /// Whether the rows have no Rust type.
    records: bool,
    /// How often a row holds the group, at least.
    holds: usize,
}

/// What reads the objects of some keys, in a mode that they inherit.
pub(crate) type Fetch<'f> = dyn FnMut(Vec<Value>, FetchMode) -> BoxFuture<'f, Result<Found>> + Send + 'f;

impl Peers {
    /// A group of rows of a model that has none yet.
    pub(crate) fn new(registry: &Arc<Registry>, model: ModelId, mode: FetchMode) -> Arc<Self> {
        let (keys, memos, uses) = (Mutex::default(), Mutex::default(), Mutex::default());
        Arc::new(Peers { registry: Arc::clone(registry), model, mode, site: CallSite::current(), keys, memos, uses })
    }

    pub(crate) fn mode(&self) -> FetchMode {
        self.mode
    }

    fn model(&self) -> &Model {
        self.registry.get(self.model)
    }

    /// Makes an object one of the rows.
    pub(crate) fn take_in(self: &Arc<Self>, object: &mut (dyn Instance + 'static)) {
        self.enter(&mut lock(&self.keys), object);
    }

    fn enter(self: &Arc<Self>, keys: &mut Keys, object: &mut (dyn Instance + 'static)) {
        let shared = self.mode == FetchMode::Peers;
        let mut holds = 1;
        if keys.holds == 0 {
            let first: &dyn Any = object;
            keys.records = first.is::<Record>();
        }
        object.visit_relations(&mut |relation| {
            holds += 1;
            match relation {
                RelationSlot::Key(field, slot) => {
                    if slot.knows_object() {
                        keys.know(field);
                    } else if shared {
                        keys.foreign(field).push(slot.key().clone());
                    }
                    slot.join(Arc::clone(self), field);
                }
                RelationSlot::Link(slot) => slot.join(Arc::clone(self)),
            }
        });
        keys.holds = if keys.holds == 0 { holds } else { keys.holds.min(holds) };
        if shared {
            // A key that cannot be stored is that of an object without a row.
            keys.own.push(key_of(object, self.model()).unwrap_or_default());
            object.visit_keys(&mut |field, key| keys.foreign(field).push(key));
        }
        object.state_mut().join(Arc::clone(self));
    }

    /// What is related to the row with a key: read for all rows by the first that asks, as the mode says. `None` when there
    /// is nothing.
    ///
    /// # Errors
    /// [`Error::Field`](embellie_core::Error::Field) when the mode forbids reading; else those of `fetch`.
    pub(crate) async fn find<'f>(
        self: &Arc<Self>,
        wanted: Wanted<'_>,
        key: &Value,
        session: Session<'f>,
        fetch: &mut Fetch<'f>,
    ) -> Result<Option<Object>> {
        let key = Key(key.clone());
        match self.mode {
            FetchMode::Raise => Err(refusal::refuse(&self.registry, self.model(), &wanted, self.site)),
            FetchMode::One => Ok(fetch(vec![key.0.clone()], FetchMode::One).await?.remove(&key)),
            FetchMode::Peers => {
                let memo = self.memo(&wanted.what);
                let all = || self.keys(&wanted.what);
                memo.find(key, wanted.tables, all, session, fetch).await
            }
        }
    }

    /// What some of the rows were given is not read again for them; the others may have it as well, where it is `found`.
    pub(crate) async fn given(&self, what: &What, keys: impl Iterator<Item = Value>, found: Option<&Found>) {
        if self.mode == FetchMode::Peers {
            self.memo(what).given(keys, found).await;
        }
    }

    fn memo(&self, what: &What) -> Arc<Memo> {
        let mut memos = lock(&self.memos);
        if let Some((_, memo)) = memos.iter().find(|(known, _)| known == what) {
            return Arc::clone(memo);
        }
        let memo = Arc::new(Memo::default());
        memos.push((what.clone(), Arc::clone(&memo)));
        memo
    }

    /// The keys of all rows; none when all but one are gone.
    fn keys(self: &Arc<Self>, what: &What) -> Vec<Value> {
        let keys = lock(&self.keys);
        // Who asks for a set holds the group as well.
        let beside = usize::from(matches!(what, What::Set(_)));
        if Arc::strong_count(self) < 2 * keys.holds + beside {
            return Vec::new();
        }
        match what {
            What::Key(field) => {
                let known = keys.foreign.iter().find(|(place, _)| place == field);
                known.map(|(_, keys)| keys.clone()).unwrap_or_default()
            }
            What::Set(_) | What::Value(_) | What::Whole => keys.own.clone(),
        }
    }
}

impl std::fmt::Debug for Peers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Peers").field("model", &self.model().label()).field("mode", &self.mode).finish_non_exhaustive()
    }
}

impl Keys {
    fn know(&mut self, field: usize) {
        if !self.known.contains(&field) {
            self.known.push(field);
        }
    }

    fn foreign(&mut self, field: usize) -> &mut Vec<Value> {
        let place = self.foreign.iter().position(|(place, _)| *place == field).unwrap_or_else(|| {
            self.foreign.push((field, Vec::new()));
            self.foreign.len() - 1
        });
        &mut self.foreign[place].1
    }
}

/// Makes the objects of one result peers. A single one reads alone, and rows that are no objects have none.
pub(crate) fn link<'o>(
    expected: usize,
    objects: &mut dyn Iterator<Item = &'o mut (dyn Instance + 'static)>,
    peers: impl FnOnce() -> Result<Arc<Peers>>,
    mode: FetchMode,
) -> Result<()> {
    if expected == 0 || (expected == 1 && mode == FetchMode::Peers) {
        return Ok(());
    }
    let mut objects = objects.peekable();
    if objects.peek().is_none() {
        return Ok(());
    }
    let peers = peers()?;
    let mut keys = Keys { own: Vec::with_capacity(expected), ..Keys::default() };
    objects.for_each(|object| peers.enter(&mut keys, object));
    *lock(&peers.keys) = keys;
    Ok(())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
