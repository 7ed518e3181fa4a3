//! The query tree: what was asked for, in the order of the calls, with names not looked up yet.

mod compound;
mod cte;
mod depth;
mod extra;
mod loading;
mod q;
mod step;
mod write;

pub use compound::{Compound, SetOperator};
pub use cte::{Cte, CteJoin};
pub use extra::{Extra, ExtraColumn};
pub use loading::Loading;
pub use q::{Comparison, Condition, Connector, Operand, Q};
pub use step::{Annotation, FilteredRelation, Step};
pub use write::{Assignment, BulkInsert, Conflict, Insert};

use std::borrow::Cow;

use crate::{Expr, OrderBy, Path};

/// A query over one model.
///
/// It is built by the query set's methods, one step after the other; nothing in it is checked before it is resolved
/// against a [`Registry`](crate::Registry).
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// The model's label, `app.Model`.
    pub model: Cow<'static, str>,
    /// Common table expressions that this query and those within it may use.
    pub ctes: Vec<Cte>,
    /// The common table expression whose rows stand in the place of the model's table.
    pub from: Option<Cow<'static, str>>,
    /// The queries whose rows are put together, instead of the model's rows. Steps then may only choose values.
    pub compound: Option<Box<Compound>>,
    /// The calls whose order matters.
    pub steps: Vec<Step>,
    /// The ordering; `None` is the model's own.
    pub order_by: Option<Vec<OrderBy>>,
    /// Whether `reverse()` was called an odd number of times.
    pub reversed: bool,
    /// Which rows are given once.
    pub distinct: Distinct,
    /// The slice of the rows.
    pub slice: Slice,
    /// Whether the query gives no rows whatever else it says: `none()`.
    pub none: bool,
    /// Whether and how the rows are locked.
    pub lock: Option<Lock>,
    /// The related objects whose columns come with each row of the model.
    pub select_related: SelectRelated,
    /// Which fields of the rows' objects are read.
    pub loading: Loading,
    /// How several aggregates over several rows are computed.
    pub aggregation: Aggregation,
    /// The time zone by whose clock points in time are read; UTC, or that of the query around it, when `None`.
    pub time_zone: Option<Cow<'static, str>>,
}

/// Which rows of a query are given once.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Distinct {
    /// All rows are given.
    #[default]
    No,
    /// Equal rows are given once.
    Rows,
    /// Of the rows that are equal at these paths, the first is given: Django's `distinct("a", "b")`.
    On(Vec<Path>),
}

/// Which related objects come with the rows of a model, by joins: Django's `select_related`.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum SelectRelated {
    /// None.
    #[default]
    No,
    /// Those that foreign keys lead to which may not be null, and what theirs lead to.
    All,
    /// Those that these paths lead to, and those on the way there.
    Paths(Vec<Path>),
}

/// How aggregates of one query that reach different multi-valued relations are computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Aggregation {
    /// Each in a query of its own, so that none counts the other's rows.
    #[default]
    Separate,
    /// In one query over all joins, as Django does: each row counts once for every combination.
    Joined,
}

/// A lock on the rows of a query: Django's `select_for_update`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Lock {
    /// Fail instead of waiting for another's lock.
    pub nowait: bool,
    /// Leave out rows that another has locked.
    pub skip_locked: bool,
    /// The relations whose rows are locked, `self` for the query's own; all tables of the query when empty.
    pub of: Vec<Path>,
    /// Allow others to point at the rows meanwhile (`FOR NO KEY UPDATE`).
    pub no_key: bool,
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
            ctes: Vec::new(),
            from: None,
            compound: None,
            steps: Vec::new(),
            order_by: None,
            reversed: false,
            distinct: Distinct::No,
            slice: Slice::default(),
            none: false,
            lock: None,
            select_related: SelectRelated::No,
            loading: Loading::All,
            aggregation: Aggregation::Separate,
            time_zone: None,
        }
    }

    /// What is read of a query that is to have one row, unless it is sliced: so many, in no order, as tell how many there
    /// are. Django's `get()` reads as many.
    ///
    /// ```
    /// use embellie_core::Query;
    /// assert_eq!(Query::new("blog.Post").one_row().slice.limit, Some(21));
    /// ```
    #[must_use]
    pub fn one_row(mut self) -> Self {
        if self.slice.is_whole() {
            self.order_by = Some(Vec::new());
            self.slice.limit = Some(21);
        }
        self
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

    /// Adds a value to each row.
    #[must_use]
    pub fn annotate(mut self, alias: impl Into<Cow<'static, str>>, expr: impl Into<Expr>) -> Self {
        self.steps.push(Step::Annotate(Annotation::new(alias, expr)));
        self
    }

    /// Names an expression without adding it to the rows.
    #[must_use]
    pub fn alias(mut self, alias: impl Into<Cow<'static, str>>, expr: impl Into<Expr>) -> Self {
        self.steps.push(Step::Annotate(Annotation { selected: false, ..Annotation::new(alias, expr) }));
        self
    }

    /// Rows of the values at some paths instead of the model's columns. None at all means every column and annotation.
    #[must_use]
    pub fn values(mut self, paths: impl IntoIterator<Item = impl Into<Path>>) -> Self {
        self.steps.push(Step::Values(paths.into_iter().map(Into::into).collect()));
        self
    }

    /// What the rows give: the paths of the last `values()`, or the model's columns when `None`.
    pub fn selected(&self) -> Option<&[Path]> {
        self.steps.iter().rev().find_map(|step| match step {
            Step::Values(paths) => Some(paths.as_slice()),
            _ => None,
        })
    }

    /// The rows of several queries together; the first says what the rows are.
    pub fn compound(operator: SetOperator, queries: Vec<Query>) -> Self {
        let model = queries.first().map_or(Cow::Borrowed(""), |query| query.model.clone());
        Query { compound: Some(Box::new(Compound { operator, queries })), ..Query::new(model) }
    }
}
