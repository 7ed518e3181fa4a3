//! Related objects that come with the rows, by joins: Django's `select_related`.

use std::any::Any;
use std::sync::Arc;

use embellie_core::{ColumnRef, Path, Result, Row};
use embellie_sql::RelatedObject;

use super::peers::{Object, Peers};
use super::{Held, SetName};
use crate::model::{Instance, Model, RelationSlot};
use crate::typed::Paths;

/// A relation to one object that is followed: where it is, and how the object at its end is read.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    name: &'static str,
    way: Way,
    read: ReadObject,
    /// The foreign keys that go on from there, by their names.
    next: fn(&str) -> Option<Step>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Way {
    /// The foreign key at a place.
    Key(usize),
    /// The way back of a one-to-one field of a model.
    Back { model: &'static str, field: &'static str },
}

/// Reads the object whose columns begin at a place, with those that come with it; its owner, where it points back. `None`
/// for the place where there is no object.
type ReadObject = fn(&dyn Row, Option<usize>, &Node, &dyn Instance) -> Result<Option<Object>>;

impl Step {
    /// The foreign key to `To` at a place of its model.
    pub(crate) fn to<To: Model>(name: &'static str, place: usize) -> Self {
        Step { name, way: Way::Key(place), read: read::<To>, next: To::step }
    }

    /// The way from `Owner` back along the one-to-one field of `From` at place `I`.
    pub(crate) fn back<Owner: Model, From: Paths, const I: usize>() -> Self {
        let way = Way::Back { model: From::LABEL, field: From::NAMES[I] };
        Step { name: From::BACK_NAMES[I], way, read: read_back::<Owner, From, I>, next: From::step }
    }
}

fn read<To: Model>(row: &dyn Row, start: Option<usize>, node: &Node, _: &dyn Instance) -> Result<Option<Object>> {
    let Some(start) = start else { return Ok(None) };
    let mut object = To::from_row(row, start)?;
    node.complete(&mut object, row)?;
    Ok(Some(Arc::new(object)))
}

/// Reads the one object, or none, that the relation then holds.
fn read_back<Owner: Model, From: Model, const I: usize>(
    row: &dyn Row,
    start: Option<usize>,
    node: &Node,
    owner: &dyn Instance,
) -> Result<Option<Object>> {
    let mut objects: Vec<From> = Vec::new();
    if let Some(start) = start {
        let mut object = From::from_row(row, start)?;
        let owner: &dyn Any = owner;
        if let Some(owner) = owner.downcast_ref::<Owner>() {
            let owner: Object = Arc::new(owner.clone());
            point(&mut object, I, owner);
        }
        node.complete(&mut object, row)?;
        objects.push(object);
    }
    Ok(Some(Arc::new(Held::of(objects))))
}

/// Tells the foreign key at a place its object.
fn point(object: &mut dyn Instance, field: usize, to: Object) {
    let mut to = Some(to);
    object.visit_relations(&mut |relation| {
        if let RelationSlot::Key(place, slot) = relation
            && place == field
            && let Some(to) = to.take()
        {
            slot.give(to);
        }
    });
}

/// The related objects that come with a row.
#[derive(Debug, Clone, Default)]
pub struct Joined {
    nodes: Vec<Node>,
    /// What leads to all objects that there always are.
    all: Option<fn(&str) -> Option<Step>>,
}

/// One of them.
#[derive(Clone)]
struct Node {
    step: Step,
    /// Where its columns are, once that is known.
    columns: Option<RelatedObject>,
    /// The objects of all rows.
    peers: Option<Arc<Peers>>,
    /// The name under which a way back is held.
    name: Option<Arc<SetName>>,
    nodes: Vec<Node>,
}

impl Joined {
    /// Adds the objects that relations lead to, one after the other.
    pub(crate) fn add(&mut self, steps: &[Step]) {
        steps.iter().fold(&mut self.nodes, |nodes, step| &mut Node::among(nodes, *step).nodes);
    }

    /// Follows all foreign keys that may not be null, however far the query does.
    pub(crate) fn add_all(&mut self, step: fn(&str) -> Option<Step>) {
        self.all = Some(step);
    }

    /// The same, told where the columns of each are, and what makes a group of the objects of a model.
    #[must_use]
    pub(crate) fn found(mut self, related: &[RelatedObject], peers: &dyn Fn(&RelatedObject) -> Arc<Peers>) -> Self {
        for object in related {
            let Some((last, before)) = object.path.split_last() else { continue };
            let (mut nodes, mut next) = (Some(&mut self.nodes), self.all);
            for name in before {
                let node = nodes.and_then(|nodes| nodes.iter_mut().find(|node| node.step.name == name));
                next = node.as_ref().filter(|_| next.is_some()).map(|node| node.step.next);
                nodes = node.map(|node| &mut node.nodes);
            }
            let Some(nodes) = nodes else { continue };
            if let Some(step) = next.and_then(|next| next(last)) {
                Node::among(nodes, step);
            }
            if let Some(node) = nodes.iter_mut().find(|node| node.step.name == last) {
                node.peers = Some(peers(object));
                node.columns = Some(object.clone());
            }
        }
        self
    }

    /// Gives an object those that came with it.
    pub(crate) fn attach(&self, object: &mut dyn Instance, row: &dyn Row) -> Result<()> {
        self.nodes.iter().try_for_each(|node| node.attach(object, row))
    }
}

impl Node {
    /// The node of a step, which is added to these where it lacks.
    fn among(nodes: &mut Vec<Node>, step: Step) -> &mut Node {
        let known = nodes.iter().position(|node| node.step.way == step.way);
        let place = known.unwrap_or_else(|| {
            let name = match step.way {
                Way::Key(_) => None,
                Way::Back { model, field } => Some(Arc::new(SetName::Way { model: model.into(), back: field.into() })),
            };
            nodes.push(Node { step, columns: None, peers: None, name, nodes: Vec::new() });
            nodes.len() - 1
        });
        &mut nodes[place]
    }

    fn attach(&self, object: &mut dyn Instance, row: &dyn Row) -> Result<()> {
        let Some(columns) = &self.columns else { return Ok(()) };
        let start = if is_absent(row, columns)? { None } else { Some(columns.start) };
        let Some(found) = (self.step.read)(row, start, self, object)? else { return Ok(()) };
        match &self.name {
            None => {
                if let Way::Key(place) = self.step.way {
                    point(object, place, found);
                }
            }
            Some(name) => {
                if let Some(held) = found.downcast_ref::<Arc<Held>>() {
                    object.state_mut().hold(Arc::clone(name), Arc::clone(held));
                }
            }
        }
        Ok(())
    }

    /// Gives the object of this node what comes with it, and its peers.
    fn complete(&self, object: &mut (dyn Instance + 'static), row: &dyn Row) -> Result<()> {
        self.nodes.iter().try_for_each(|node| node.attach(object, row))?;
        if let Some(peers) = &self.peers {
            peers.take_in(object);
        }
        Ok(())
    }
}

impl std::fmt::Debug for Node {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple(self.step.name).field(&self.nodes).finish()
    }
}

/// Whether there is no object: its key is null.
pub(crate) fn is_absent(row: &dyn Row, columns: &RelatedObject) -> Result<bool> {
    Ok(matches!(row.column(columns.start + columns.key)?, ColumnRef::Null))
}

/// Rows with which related objects can come.
pub trait Joins {
    /// What comes with them.
    #[doc(hidden)]
    fn joined(&mut self) -> &mut Joined;

    /// All come with them that there always are.
    #[doc(hidden)]
    fn join_all(&mut self);
}

/// What `select_related` takes: relations that lead to one object (`Post::author`, `Comment::post.author`,
/// `User::profile()`), and tuples of them; for models without a Rust type, their paths.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no relation of `{M}` that leads to one object",
    label = "expected foreign keys of `{M}`, as in `({M}::author, {M}::post.author)`"
)]
pub trait IntoRelated<M> {
    /// Adds the relations.
    #[doc(hidden)]
    fn add_to(self, related: &mut Related);
}

/// Relations, while they are gathered.
#[doc(hidden)]
#[derive(Debug, Default)]
pub struct Related {
    pub(crate) paths: Vec<Path>,
    pub(crate) steps: Vec<Vec<Step>>,
}
