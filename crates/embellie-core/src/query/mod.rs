//! The query tree: what was asked for, in the order of the calls, with names not looked up yet.

mod q;
mod write;

pub use q::{Condition, Connector, Operand, Q};
pub use write::{Assignment, Conflict, Insert};

use std::borrow::Cow;

use crate::{OrderBy, Path};

/// A query over one model.
///
/// It is built by the query set's methods, one step after the other; nothing in it is checked before it is resolved
/// against a [`Registry`](crate::Registry).
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// The model's label, `app.Model`.
    pub model: Cow<'static, str>,
    /// The calls whose order matters.
    pub steps: Vec<Step>,
    /// What each row gives.
    pub selection: Selection,
    /// How many of the steps stood before the selection, which matters where both reach several rows: the steps after
    /// it choose rows of their own. `None`: all of them.
    pub selected_after: Option<usize>,
    /// The ordering; `None` is the model's own.
    pub order_by: Option<Vec<OrderBy>>,
    /// Whether `reverse()` was called an odd number of times.
    pub reversed: bool,
    /// Whether equal rows are given once.
    pub distinct: bool,
    /// The slice of the rows.
    pub slice: Slice,
    /// Whether the query gives no rows whatever else it says: `none()`.
    pub none: bool,
}

/// A call whose place among the others matters.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Step {
    /// Rows for which the condition holds. The conditions of one call share their joins; the next call joins
    /// multi-valued relations afresh.
    Filter(Q),
    /// Rows for which the condition does not hold.
    Exclude(Q),
}

/// What each row of a query gives.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub enum Selection {
    /// The model's columns.
    #[default]
    Model,
    /// The values at some paths. None at all means every column of the model, in order.
    Values(Vec<Path>),
}

/// A slice of a query's rows: from `offset`, `limit` rows at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Slice {
    /// How many rows to pass over.
    pub offset: u64,
    /// How many rows to give at most.
    pub limit: Option<u64>,
}

impl Slice {
    /// Whether the slice is the whole.
    pub fn is_whole(self) -> bool {
        self == Slice::default()
    }

    /// The slice of this slice that begins `offset` rows further and has `limit` rows at most: slices of slices are
    /// relative to what is left, as in Python.
    #[must_use]
    pub fn then(self, offset: u64, limit: Option<u64>) -> Self {
        let left = self.limit.map(|limit| limit.saturating_sub(offset));
        let limit = match (left, limit) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        Slice { offset: self.offset.saturating_add(offset), limit }
    }
}

impl Query {
    /// All rows of a model, given by its label `app.Model`.
    pub fn new(model: impl Into<Cow<'static, str>>) -> Self {
        Query {
            model: model.into(),
            steps: Vec::new(),
            selection: Selection::Model,
            selected_after: None,
            order_by: None,
            reversed: false,
            distinct: false,
            slice: Slice::default(),
            none: false,
        }
    }

    /// Keeps the rows for which `q` holds.
    #[must_use]
    pub fn filter(mut self, q: Q) -> Self {
        self.steps.push(Step::Filter(q));
        self
    }

    /// Keeps the rows for which `q` does not hold.
    #[must_use]
    pub fn exclude(mut self, q: Q) -> Self {
        self.steps.push(Step::Exclude(q));
        self
    }
}
