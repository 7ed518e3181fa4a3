//! Related objects that are read with the rows, by statements of their own: Django's `prefetch_related`.

mod follow;
mod load;
mod way;

pub(crate) use load::{Load, RecordSet, TypedSet, asked_of_fields, asked_of_owners};

use std::any::Any;
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use embellie_core::meta::Model;
use embellie_core::{BoxFuture, Error, Registry, Result};

use self::follow::There;
use self::way::Way;
use super::held::{Held, SetName};
use super::peers::Object;
use crate::database::Session;
use crate::model::Instance;
use crate::query_set::FetchMode;

/// The related objects that are read with the rows of a query set.
#[derive(Clone, Default, Debug)]
pub struct Prefetches(Vec<Node>);

/// A relation that is followed.
#[derive(Clone)]
struct Node {
    level: Level,
    /// Where the objects go, unless it is the relation itself.
    name: Option<SetName>,
    load: Arc<dyn Load>,
    nodes: Vec<Node>,
}

/// A relation, and what is known of the types at its ends.
#[derive(Clone)]
pub struct Level {
    name: Cow<'static, str>,
    /// Whether the name is the one that objects have for it, rather than queries.
    of_objects: bool,
    /// All objects at the other end.
    whole: fn() -> Arc<dyn Load>,
    /// A copy of an object at the near end, to be pointed back at.
    share: fn(&dyn Instance) -> Option<Object>,
    /// The objects that are held, to be changed; those that others hold as well are copied first.
    unshare: fn(&mut There) -> Vec<&mut (dyn Instance + 'static)>,
}

impl Level {
    /// A relation of `From` that leads to objects of `To`, which `whole` reads.
    pub(crate) fn new<From: Instance + Clone, To: Instance + Clone>(
        name: impl Into<Cow<'static, str>>,
        whole: fn() -> Arc<dyn Load>,
    ) -> Self {
        Level { name: name.into(), of_objects: false, whole, share: share::<From>, unshare: unshare::<To> }
    }

    /// The same, by the name that objects have for it.
    pub(crate) fn of_objects(self) -> Self {
        Level { of_objects: true, ..self }
    }
}

fn share<T: Instance + Clone>(object: &dyn Instance) -> Option<Object> {
    let object: &dyn Any = object;
    object.downcast_ref::<T>().map(|object| Arc::new(object.clone()) as Object)
}

fn unshare<T: Instance + Clone>(there: &mut There) -> Vec<&mut (dyn Instance + 'static)> {
    match there {
        There::One(object) => {
            own::<T>(object).into_iter().map(|object| object as &mut (dyn Instance + 'static)).collect()
        }
        There::Set(set) => {
            if Arc::get_mut(set).and_then(|set| set.rows_mut::<T>()).is_none() {
                let Some(copy) = set.rows::<T>().map(<[T]>::to_vec) else { return Vec::new() };
                *set = Held::of(copy);
            }
            let rows = Arc::get_mut(set).and_then(|set| set.rows_mut::<T>()).into_iter().flatten();
            rows.map(|object| object as &mut (dyn Instance + 'static)).collect()
        }
    }
}

/// The value of a shared one, which is copied when it is somebody else's too.
fn own<T: Any + Clone + Send + Sync>(held: &mut Object) -> Option<&mut T> {
    if Arc::get_mut(held).is_none() {
        let copy = held.downcast_ref::<T>()?.clone();
        *held = Arc::new(copy);
    }
    Arc::get_mut(held)?.downcast_mut()
}

impl Prefetches {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds relations that are followed one after the other; the last gives what `set` reads, if it is given, under a
    /// name of its own, if it has one.
    ///
    /// # Errors
    /// [`Error::Value`] when a query set comes after the relation was asked for without it.
    pub(crate) fn add(&mut self, levels: Vec<Level>, set: Option<Arc<dyn Load>>, name: Option<SetName>) -> Result<()> {
        let last = levels.len().saturating_sub(1);
        let path: Vec<Cow<'static, str>> = levels.iter().map(|level| level.name.clone()).collect();
        let mut nodes = &mut self.0;
        for (depth, level) in levels.into_iter().enumerate() {
            let own_name = name.clone().filter(|_| depth == last);
            let given = set.clone().filter(|_| depth == last);
            let known = nodes.iter().position(|node| node.is(&level, own_name.as_ref()));
            if known.is_some() && given.is_some() {
                return Err(Error::Value(format!(
                    "'{}' lookup was already seen with a different queryset. You may need to adjust the ordering of \
                     your lookups.",
                    path.join("__")
                )));
            }
            let place = known.unwrap_or(nodes.len());
            if known.is_none() {
                let load = given.clone().unwrap_or_else(level.whole);
                nodes.push(Node { level, name: own_name, load, nodes: Vec::new() });
            }
            let Some(node) = nodes.get_mut(place) else { break };
            nodes = &mut node.nodes;
        }
        Ok(())
    }

    /// Whether some of the objects point back at the owner by a foreign key.
    pub(crate) fn point_back(&self, model: &Model, registry: &Registry) -> bool {
        let points_back =
            |node: &Node| matches!(Way::of(&node.level, model, registry), Ok(Way::Back { inherited: false, .. }));
        self.0.iter().any(points_back)
    }

    /// Reads the objects for these owners.
    pub(crate) fn read<'a>(
        &'a self,
        owners: &'a mut [&mut (dyn Instance + 'static)],
        mode: FetchMode,
        session: Session<'a>,
    ) -> BoxFuture<'a, Result<()>> {
        follow::all(&self.0, owners, mode, session)
    }
}

impl Node {
    /// Whether a relation is this one: the next of a path goes on from where the objects are.
    fn is(&self, level: &Level, name: Option<&SetName>) -> bool {
        match (&self.name, name) {
            (None, None) => self.level.name == level.name,
            (Some(own), Some(name)) => own == name,
            (Some(SetName::Named(own)), None) => *own == level.name,
            _ => false,
        }
    }
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple(&self.level.name).field(&self.nodes).finish()
    }
}
