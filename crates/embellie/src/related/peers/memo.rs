//! What was read for rows that are peers, until they are gone.

use std::any::Any;
use std::collections::{HashMap, HashSet};
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use embellie_core::{Path, Result, Value};
use foldhash::fast::RandomState;
use tokio::sync::{Mutex, MutexGuard};

use super::Fetch;
use crate::database::Session;
use crate::query_set::FetchMode;
use crate::related::SetName;

/// An object at the other end of a relation, or several of them, without their type.
pub(crate) type Object = Arc<dyn Any + Send + Sync>;

/// Objects by the keys that lead to them.
pub(crate) type Found = ByKey<Object>;

/// What keys lead to.
pub(crate) type ByKey<T> = HashMap<Key, T, RandomState>;

/// A key by which related objects are found again.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Key(pub(crate) Value);

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match &self.0 {
            Value::Int(v) => v.hash(state),
            Value::Text(v) => v.hash(state),
            Value::Uuid(v) => v.hash(state),
            other => other.to_string().hash(state),
        }
    }
}

/// What rows can be asked for that is not in them.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum What {
    /// The object of the foreign key at a place; behind the fields, of a relation over several columns.
    Key(usize),
    /// A set of objects.
    Set(SetName),
    /// The value at a path.
    Value(Path),
    /// The whole object.
    Whole,
}

/// Rows that were given what they could be asked for.
pub(crate) enum Given {
    /// All of them.
    All,
    /// Those with some keys.
    Some(Vec<Value>),
    /// What some keys lead to, which others may have as well.
    Found(Vec<(Value, Option<Object>)>),
}

/// One thing that was read for the rows.
#[derive(Default)]
pub(super) struct Memo {
    known: Mutex<Known>,
    /// Whether who reads at this time has to wait for a connection.
    waits: AtomicBool,
}

#[derive(Default)]
struct Known {
    /// What each key leads to: nothing, for some.
    objects: ByKey<Option<Object>>,
    /// The keys of rows that have something of their own.
    given: HashSet<Key, RandomState>,
    /// Whether all rows have.
    given_all: bool,
    /// How many writes there had been.
    writes: u64,
    /// Whether the next to ask reads alone, since what was read for all did not last.
    alone: bool,
}

impl Memo {
    pub(super) async fn find<'f>(
        &self,
        key: Key,
        tables: &[&str],
        all: impl FnOnce() -> Vec<Value>,
        session: Session<'f>,
        fetch: &mut Fetch<'f>,
    ) -> Result<Option<Object>> {
        let Some(mut known) = self.enter(session).await else {
            return Ok(fetch(vec![key.0.clone()], FetchMode::Peers).await?.remove(&key));
        };
        known.forget_what_changed(tables, session);
        if let Some(object) = known.objects.get(&key) {
            return Ok(object.clone());
        }
        let mut wanted = vec![key.0.clone()];
        if !std::mem::take(&mut known.alone) && !known.given_all {
            let mut seen: HashSet<Key, RandomState> = HashSet::from_iter([key.clone()]);
            let missing = |key: &Value| {
                let key = Key(key.clone());
                !known.objects.contains_key(&key) && !known.given.contains(&key) && seen.insert(key)
            };
            wanted.extend(all().into_iter().filter(|key| !key.is_null()).filter(missing));
        }
        // As many as a statement takes.
        let most = session.database().target().max_parameters().max(1);
        for some in wanted.chunks(most) {
            let mut found = fetch(some.to_vec(), FetchMode::Peers).await?;
            for key in some {
                let key = Key(key.clone());
                let object = found.remove(&key);
                known.objects.insert(key, object);
            }
            // A database may find more for a key than what equals it.
            known.objects.extend(found.into_iter().map(|(key, object)| (key, Some(object))));
        }
        Ok(known.objects.get(&key).cloned().flatten())
    }

    /// What is known, once nobody else reads. `None` for who would wait for somebody that may wait for the connection of
    /// this very transaction.
    async fn enter(&self, session: Session<'_>) -> Option<MutexGuard<'_, Known>> {
        let known = match self.known.try_lock() {
            Ok(known) => known,
            Err(_) if session.is_in_transaction() && self.waits.load(Ordering::Acquire) => return None,
            Err(_) => self.known.lock().await,
        };
        self.waits.store(!session.is_in_transaction(), Ordering::Release);
        Some(known)
    }

    pub(super) async fn given(&self, given: Given) {
        let mut known = self.known.lock().await;
        match given {
            Given::All => known.given_all = true,
            Given::Some(keys) => known.given.extend(keys.into_iter().map(Key)),
            Given::Found(found) => known.objects.extend(found.into_iter().map(|(key, found)| (Key(key), found))),
        }
    }
}

impl Known {
    /// Forgets what was read from tables to which this program has written since.
    fn forget_what_changed(&mut self, tables: &[&str], session: Session<'_>) {
        let writes = session.database().writes();
        let count = writes.count();
        if count != self.writes && !tables.is_empty() && !self.objects.is_empty() && writes.touched(self.writes, tables)
        {
            self.objects.clear();
            self.alone = true;
        }
        self.writes = count;
    }
}
