//! Peers: the rows of one result, which fetch their related objects together.

use std::any::Any;
use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, OnceLock};

use embellie_core::{Result, Value};
use tokio::sync::OnceCell;

use crate::model::{Model, RelationSlot};
use crate::query_set::FetchMode;

/// An object at the other end of a relation, without its type.
pub(crate) type Object = Arc<dyn Any + Send + Sync>;

/// One foreign key of all rows of a result. The rows hold it, so it goes when they go.
pub(crate) struct PeerGroup {
    /// The field: `blog.Post.author`.
    pub(crate) field: String,
    pub(crate) mode: FetchMode,
    keys: OnceLock<Vec<Value>>,
    objects: OnceCell<HashMap<Key, Object>>,
}

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

impl PeerGroup {
    /// The keys of all rows, each once.
    pub(crate) fn keys(&self) -> Vec<Value> {
        let mut seen = std::collections::HashSet::new();
        let keys = self.keys.get().map_or(&[][..], Vec::as_slice);
        keys.iter().filter(|key| seen.insert(Key((*key).clone()))).cloned().collect()
    }

    /// The object of a key, fetched by `fetch` for all rows when none of them did before.
    pub(crate) async fn object(
        &self,
        key: Key,
        fetch: impl Future<Output = Result<HashMap<Key, Object>>>,
    ) -> Result<Option<Object>> {
        Ok(self.objects.get_or_try_init(|| fetch).await?.get(&key).cloned())
    }
}

/// Makes the rows of one result peers. A single row has none, and so fetches alone.
pub(crate) fn link_peers<M: Model>(rows: &mut dyn ExactSizeIterator<Item = &mut M>, mode: FetchMode) {
    if mode == FetchMode::One || (rows.len() < 2 && mode == FetchMode::Peers) {
        return;
    }
    let mut groups: Vec<(usize, Arc<PeerGroup>, Vec<Value>)> = Vec::new();
    let expected = rows.len();
    for row in rows {
        row.visit_relations(&mut |relation| {
            let RelationSlot::Key(field, slot) = relation else { return };
            let index = match groups.iter().position(|(place, ..)| *place == field) {
                Some(index) => index,
                None => {
                    groups.push((field, Arc::new(new_group::<M>(field, mode)), Vec::with_capacity(expected)));
                    groups.len() - 1
                }
            };
            let (_, group, keys) = &mut groups[index];
            keys.push(slot.key().clone());
            slot.join(Arc::clone(group));
        });
    }
    for (_, group, keys) in groups {
        let _ = group.keys.set(keys);
    }
}

fn new_group<M: Model>(field: usize, mode: FetchMode) -> PeerGroup {
    let name = M::field_name(field);
    PeerGroup { field: format!("{}.{name}", M::LABEL), mode, keys: OnceLock::new(), objects: OnceCell::new() }
}
