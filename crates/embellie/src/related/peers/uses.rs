//! What was read along with rows, and whether anybody asked for it: what logs tell that is read for nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use embellie_core::meta::{Member, ModelId, ReverseSource};
use embellie_sql::{RelatedObject, TableColumn};

use super::refusal::{spelled, spelled_path};
use super::{Peers, What, lock};
use crate::database::Database;
use crate::log::{Along, Beside, Call, Recorders};
use crate::related::SetName;

/// How many uses are watched in this process. Without any, nobody looks for them.
static WATCHED: AtomicUsize = AtomicUsize::new(0);

/// One relation that was read along with the rows of a group.
pub(super) struct Use {
    what: What,
    how: How,
    /// The call that read it, and the model that its statement reads first.
    call: u64,
    model: ModelId,
    by: Option<TableColumn>,
    used: bool,
    logs: Arc<Recorders>,
}

/// How it was read.
enum How {
    /// By joins along a path from the statement's model.
    Joined(Vec<String>),
    /// By a statement of its own.
    Prefetched(String),
}

impl Use {
    fn new(what: What, how: How, model: ModelId, call: u64, logs: &Arc<Recorders>) -> Self {
        WATCHED.fetch_add(1, Ordering::Relaxed);
        Use { what, how, call, model, by: None, used: false, logs: Arc::clone(logs) }
    }

    /// The same for a log.
    fn along(&self, peers: &Peers, records: bool) -> Along {
        let model = peers.registry.get(self.model);
        let (how, advice) = match &self.how {
            How::Joined(path) => (Beside::Join, spelled_path(model, path, records)),
            How::Prefetched(name) => (Beside::Prefetch, spelled(peers.model(), &self.what, name, records)),
        };
        Along { how, call: self.call, model: model.label().to_owned(), by: self.by.clone(), advice }
    }
}

impl Drop for Use {
    fn drop(&mut self) {
        WATCHED.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Notes that one of the rows was asked for what had been read along with it. It costs a look at a number while nothing
/// is watched.
#[inline]
pub(crate) fn used(peers: Option<&Arc<Peers>>, what: impl FnOnce() -> What) {
    if WATCHED.load(Ordering::Relaxed) > 0
        && let Some(peers) = peers
    {
        let what = what();
        lock(&peers.uses).iter_mut().filter(|known| known.what == what).for_each(|known| known.used = true);
    }
}

impl Peers {
    /// Watches whether the rows are asked for the objects that came by the joins of a query: those that are next on the
    /// way, where the rows themselves came by the path `of`.
    pub(crate) fn watch_joined(&self, root: ModelId, of: &[String], related: &[RelatedObject], database: &Database) {
        let logs = database.logs();
        let Some(call) = Call::current().filter(|_| logs.is_active()) else { return };
        let next = related.iter().filter(|object| object.path.split_last().is_some_and(|(_, before)| before == of));
        for object in next {
            let Some(what) = object.path.last().and_then(|name| self.leads_along(name)) else { continue };
            let seen = Use::new(what, How::Joined(object.path.clone()), root, call.number, logs);
            lock(&self.uses).push(seen);
        }
    }

    /// Watches whether the rows are asked for what was read for them beforehand: objects of the model `read`, found by a
    /// column.
    pub(crate) fn watch_prefetched(
        &self,
        what: What,
        relation: &str,
        read: ModelId,
        by: Option<TableColumn>,
        database: &Database,
    ) {
        let logs = database.logs();
        let Some(call) = Call::current().filter(|_| logs.is_active()) else { return };
        let mut seen = Use::new(what, How::Prefetched(relation.to_owned()), read, call.number, logs);
        seen.by = by;
        lock(&self.uses).push(seen);
    }

    /// What a relation to one object is called here.
    fn leads_along(&self, name: &str) -> Option<What> {
        let model = self.model();
        match model.member(name)? {
            Member::Field(field) => Some(What::Key(field)),
            Member::Relation(place) => Some(What::Key(model.fields.len() + place)),
            Member::Reverse(place) => {
                let reverse = &model.reverse()[place];
                let source = self.registry.get(reverse.source);
                let ReverseSource::Field(field) = reverse.relation else { return None };
                let back = source.fields[field].name.clone().into();
                Some(What::Set(SetName::Way { model: source.label().to_owned().into(), back }))
            }
            Member::ManyToMany(_) | Member::Key => None,
        }
    }
}

/// The rows are gone, and nobody can ask for anything any more.
impl Drop for Peers {
    fn drop(&mut self) {
        let uses = std::mem::take(&mut *lock(&self.uses));
        if uses.is_empty() {
            return;
        }
        let (records, known) = {
            let mut keys = lock(&self.keys);
            (keys.are_of_records(), keys.take_known())
        };
        for seen in uses {
            // A foreign key that is null in all rows leads to nothing that could be asked for.
            let leads = match &seen.what {
                What::Key(field) => records || known.contains(field),
                _ => true,
            };
            if leads {
                seen.logs.read_along(&seen.along(self, records), seen.used);
            }
        }
    }
}
