//! Peers: the rows of one result, which read what they are related to together.
//!
//! Rows know the group that they came with, and the group knows their keys, but no row: it goes when they go, with all
//! that was read for them. What is read is handed out and never put into a row that did not ask, so that nothing that was
//! assigned meanwhile is overwritten.

mod keys;
mod memo;
mod refusal;
mod uses;
mod values;

use std::any::Any;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use embellie_core::meta::{Model, ModelId};
use embellie_core::{BoxFuture, Registry, Result, Value};

pub(crate) use self::keys::Index;
use self::keys::Keys;
use self::memo::Memo;
pub(crate) use self::memo::{Found, Given, Key, Object, What};
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
        self.enter(&mut lock(&self.keys), self.model(), object);
    }

    #[inline]
    fn enter(self: &Arc<Self>, keys: &mut Keys, model: &Model, object: &mut (dyn Instance + 'static)) {
        let shared = self.mode == FetchMode::Peers;
        let (mut holds, mut turn) = (1, 0);
        object.visit_relations(&mut |relation| {
            holds += 1;
            match relation {
                RelationSlot::Key(field, slot) => {
                    if slot.knows_object() {
                        keys.know(field);
                    } else if shared {
                        keys.add_foreign(turn, field, slot.key());
                        turn += 1;
                    }
                    slot.join(Arc::clone(self), field);
                }
                RelationSlot::Link(slot) => slot.join(Arc::clone(self)),
            }
        });
        keys.count(holds, || {
            let object: &dyn Any = object;
            object.is::<Record>()
        });
        if shared {
            if let Some(key) = object.int_key() {
                keys.add_own_int(key);
            } else {
                // One that cannot be stored is that of an object without a row.
                if let Ok(key) = key_of(object, model) {
                    keys.add_own(&key);
                }
                object.visit_keys(&mut |field, key| keys.add_foreign(0, field, &key));
            }
        }
        object.state_mut().join(Arc::clone(self));
    }

    /// Lets an object ask for what the rows have: it is one of them again.
    pub(crate) fn lend(self: &Arc<Self>, object: &mut (dyn Instance + 'static)) {
        object.visit_relations(&mut |relation| match relation {
            RelationSlot::Key(field, slot) => slot.join(Arc::clone(self), field),
            RelationSlot::Link(slot) => slot.join(Arc::clone(self)),
        });
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

    /// What some of the rows were given is not read again for them.
    pub(crate) async fn given(&self, what: &What, given: Given) {
        if self.mode == FetchMode::Peers {
            self.memo(what).given(given).await;
        }
    }

    /// How many rows there are.
    pub(crate) fn len(&self) -> usize {
        lock(&self.keys).rows()
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
        if Arc::strong_count(self) < 2 * keys.holds() + beside {
            return Vec::new();
        }
        match what {
            What::Key(field) => keys.foreign(*field),
            What::Set(_) | What::Value(_) | What::Whole => keys.own(),
        }
    }
}

impl std::fmt::Debug for Peers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Peers").field("model", &self.model().label()).field("mode", &self.mode).finish_non_exhaustive()
    }
}

/// Makes the objects of one result peers. A single one reads alone, and rows that are no objects have none.
pub(crate) fn link<'o>(
    objects: impl ExactSizeIterator<Item = Option<&'o mut (dyn Instance + 'static)>>,
    peers: impl FnOnce() -> Result<Arc<Peers>>,
    mode: FetchMode,
) -> Result<()> {
    let expected = objects.len();
    if expected == 0 || (expected == 1 && mode == FetchMode::Peers) {
        return Ok(());
    }
    let mut objects = objects.flatten().peekable();
    if objects.peek().is_none() {
        return Ok(());
    }
    let peers = peers()?;
    let (mut keys, model) = (Keys::of(expected), peers.model());
    objects.for_each(|object| peers.enter(&mut keys, model, object));
    *lock(&peers.keys) = keys;
    Ok(())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
