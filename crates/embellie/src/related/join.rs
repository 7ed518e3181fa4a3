//! Related objects that come with the rows, by joins: Django's `select_related`.

use std::sync::Arc;

use embellie_core::{ColumnRef, Path, Result, Row};
use embellie_sql::RelatedObject;

use super::peers::Object;
use crate::model::{Instance, Model, RelationSlot};

/// A foreign key that is followed: where it is, and how the object at its end is read.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    name: &'static str,
    place: usize,
    read: ReadObject,
}

/// Reads an object whose columns begin at a place, with those that come with it.
type ReadObject = fn(&dyn Row, usize, &[Node]) -> Result<Object>;

impl Step {
    /// The foreign key to `To` at a place of its model.
    pub(crate) fn to<To: Model>(name: &'static str, place: usize) -> Self {
        Step { name, place, read: read::<To> }
    }
}

fn read<To: Model>(row: &dyn Row, start: usize, nodes: &[Node]) -> Result<Object> {
    let mut object = To::from_row(row, start)?;
    attach(&mut object, row, nodes)?;
    Ok(Arc::new(object))
}

/// The related objects that come with a row.
#[derive(Debug, Clone, Default)]
pub struct Joined(Vec<Node>);

/// One of them.
#[derive(Debug, Clone)]
struct Node {
    step: Step,
    /// Where its columns are, once that is known.
    columns: Option<RelatedObject>,
    nodes: Vec<Node>,
}

impl Joined {
    /// Adds the objects that foreign keys lead to, one after the other.
    pub(crate) fn add(&mut self, steps: &[Step]) {
        let mut nodes = &mut self.0;
        for step in steps {
            let known = nodes.iter().position(|node| node.step.place == step.place);
            let place = known.unwrap_or_else(|| {
                nodes.push(Node { step: *step, columns: None, nodes: Vec::new() });
                nodes.len() - 1
            });
            nodes = &mut nodes[place].nodes;
        }
    }

    /// The same, told where the columns of each are.
    #[must_use]
    pub(crate) fn found(mut self, related: &[RelatedObject]) -> Self {
        for object in related {
            let mut nodes = &mut self.0;
            for (depth, name) in object.path.iter().enumerate() {
                let Some(node) = nodes.iter_mut().find(|node| node.step.name == name) else { break };
                if depth + 1 == object.path.len() {
                    node.columns = Some(object.clone());
                }
                nodes = &mut node.nodes;
            }
        }
        self
    }

    /// Gives an object those that came with it.
    pub(crate) fn attach(&self, object: &mut dyn Instance, row: &dyn Row) -> Result<()> {
        attach(object, row, &self.0)
    }
}

fn attach(object: &mut dyn Instance, row: &dyn Row, nodes: &[Node]) -> Result<()> {
    for node in nodes {
        let Some(columns) = &node.columns else { continue };
        if is_absent(row, columns)? {
            continue;
        }
        let found = (node.step.read)(row, columns.start, &node.nodes)?;
        object.visit_relations(&mut |relation| {
            if let RelationSlot::Key(place, slot) = relation
                && place == node.step.place
            {
                slot.remember(Arc::clone(&found));
            }
        });
    }
    Ok(())
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
}

/// What `select_related` takes: relations that lead to one object (`Post::author`, `Comment::post.author`), and tuples
/// of them; for models without a Rust type, their paths.
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
