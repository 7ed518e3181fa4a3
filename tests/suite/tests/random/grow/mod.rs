//! Queries made of choices: valid ones, whose answer every database owes.
//!
//! Where databases differ and Django documents it, or leaves it to them, nothing is made; the place says why.

mod aggregate;
mod condition;
mod date;
mod expr;
mod number;
mod query;
mod text;
mod window;

use embellie_core::Path;

use crate::models::{Model, Sort};
use crate::tape::Tape;

pub(crate) use query::{Asked, question};

/// What can be named at a place in a query.
#[derive(Debug, Clone)]
pub(crate) struct Scope {
    pub(crate) model: Model,
    /// Whether paths may lead to several rows.
    pub(crate) many: bool,
    /// The model of the query around this one.
    pub(crate) outer: Option<Model>,
    /// The annotations so far.
    pub(crate) named: Vec<Named>,
    /// Whether queries may stand within this one.
    pub(crate) queries: bool,
    /// Whether queries within it see none of it.
    pub(crate) secluded: bool,
}

/// An annotation.
#[derive(Debug, Clone)]
pub(crate) struct Named {
    pub(crate) alias: String,
    pub(crate) sort: Sort,
    pub(crate) made: Made,
    /// Whether it is among the values of a row.
    pub(crate) selected: bool,
}

/// What an annotation is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Made {
    Plain,
    Aggregate,
    Window,
}

impl Scope {
    pub(crate) fn of(model: Model) -> Self {
        Scope { model, many: false, outer: None, named: Vec::new(), queries: true, secluded: false }
    }

    /// The same, but that what is within it cannot name anything of it.
    pub(crate) fn alone(self) -> Self {
        Scope { named: Vec::new(), secluded: true, ..self }
    }

    /// A query within this one.
    pub(crate) fn inner(&self, model: Model) -> Self {
        let outer = (!self.secluded).then_some(self.model);
        Scope { outer, queries: false, ..Scope::of(model) }
    }

    /// The alias of one more annotation.
    pub(crate) fn name(&mut self, sort: Sort, made: Made, selected: bool) -> String {
        let alias = format!("a{}", self.named.len());
        self.named.push(Named { alias: alias.clone(), sort, made, selected });
        alias
    }

    /// The same without the annotations that are aggregates or computed in windows.
    pub(crate) fn plain(&self) -> Self {
        let named = self.named.iter().filter(|named| named.made == Made::Plain).cloned().collect();
        Scope { named, ..self.clone() }
    }

    /// The annotations that are among the values of a row.
    pub(crate) fn selected(&self) -> impl Iterator<Item = &Named> {
        self.named.iter().filter(|named| named.selected)
    }

    pub(crate) fn names(&self, sort: Sort, made: Made) -> Vec<&str> {
        let fits = |named: &&Named| named.sort == sort && named.made == made;
        self.named.iter().filter(fits).map(|named| named.alias.as_str()).collect()
    }

    /// A path to a field of a sort, over two relations at most; `None` where none is found.
    pub(crate) fn path(&self, sort: Sort, tape: &mut Tape<'_>) -> Option<Path> {
        let mut names: Vec<&'static str> = Vec::new();
        let mut model = self.model;
        for _ in 0..tape.below(3) {
            let shape = model.shape();
            let mut relations = shape.ones.to_vec();
            if self.many {
                relations.extend(shape.many);
            }
            let Some(&(name, to)) = relations.get(tape.below(relations.len().max(1))) else { break };
            names.push(name);
            model = to;
        }
        let mut fields = model.fields(sort);
        if fields.is_empty() {
            names.clear();
            fields = self.model.fields(sort);
        }
        let field = *fields.get(tape.below(fields.len().max(1)))?;
        Some(Path::new(names.into_iter().chain([field])))
    }
}
