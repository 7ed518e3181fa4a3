//! Queries with every name looked up: tables, joins, columns, conditions. Plain data between resolving and rendering.

mod condition;
mod rewrite;
mod scalar;
mod walk;

pub(crate) use condition::{Among, Comparison, Condition, PatternKind};
pub(crate) use scalar::{Aggregate, Arithmetic, Column, Func, FuncPiece, Key, Scalar, Window, kind_of};

use std::borrow::Cow;

use embellie_core::Value;
use embellie_core::expr::Nulls;
use embellie_core::field::FieldKind;
use embellie_core::meta::ModelId;
use embellie_core::query::{SetOperator, Slice};

/// A table's use in a statement. No two uses in one statement are equal, those in subqueries included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Alias(pub(crate) u32);

/// A `SELECT`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Select<'r> {
    pub(crate) source: Source<'r>,
    pub(crate) joins: Vec<Join<'r>>,
    /// What the rows give.
    pub(crate) outputs: Vec<Output<'r>>,
    /// What is selected besides, since the ordering of distinct rows needs it.
    pub(crate) hidden: Vec<Scalar<'r>>,
    pub(crate) condition: Condition<'r>,
    /// What rows are grouped by.
    pub(crate) group_by: Vec<Scalar<'r>>,
    /// The condition on groups.
    pub(crate) having: Condition<'r>,
    pub(crate) distinct: Distinct<'r>,
    pub(crate) order_by: Vec<Term<'r>>,
    pub(crate) slice: Slice,
    pub(crate) lock: Option<Lock>,
    /// Common table expressions that this query and those within it may use.
    pub(crate) ctes: Vec<Cte<'r>>,
    /// Where the columns of related objects are among the outputs.
    pub(crate) related: Vec<RelatedColumns>,
    /// The places of the model's fields that the first outputs are; `None` for all.
    pub(crate) fields: Option<Vec<usize>>,
}

/// The columns of a related object.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RelatedColumns {
    /// The names that lead to it.
    pub(crate) path: Vec<String>,
    pub(crate) model: ModelId,
    /// The place of the first of them.
    pub(crate) start: usize,
    /// The place among them of one that is never null.
    pub(crate) key: usize,
    /// The places of the model's fields that they are; `None` for all.
    pub(crate) fields: Option<Vec<usize>>,
}

/// Which rows are given once.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Distinct<'r> {
    No,
    Rows,
    /// The first of the rows that are equal here.
    On(Vec<Scalar<'r>>),
}

/// A lock on rows.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Lock {
    pub(crate) nowait: bool,
    pub(crate) skip_locked: bool,
    pub(crate) no_key: bool,
    /// The tables whose rows are locked; all when empty.
    pub(crate) of: Vec<Alias>,
}

/// A common table expression.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Cte<'r> {
    pub(crate) name: String,
    /// The names of its columns.
    pub(crate) columns: Vec<String>,
    pub(crate) query: Select<'r>,
    pub(crate) recursive: bool,
    pub(crate) materialized: Option<bool>,
}

impl<'r> Select<'r> {
    /// Some columns of all rows of a source.
    pub(crate) fn new(source: Source<'r>, outputs: Vec<Output<'r>>) -> Self {
        Select {
            source,
            joins: Vec::new(),
            outputs,
            hidden: Vec::new(),
            condition: Condition::Always,
            group_by: Vec::new(),
            having: Condition::Always,
            distinct: Distinct::No,
            order_by: Vec::new(),
            slice: Slice::default(),
            lock: None,
            ctes: Vec::new(),
            related: Vec::new(),
            fields: None,
        }
    }
}

impl Select<'_> {
    /// Whether the query gives one row whatever it reads.
    pub(crate) fn is_one_row(&self) -> bool {
        self.outputs.iter().any(|output| output.expr.contains_aggregate())
            && self.group_by.is_empty()
            && self.having == Condition::Always
            && self.slice.is_whole()
    }
}

/// Where the rows come from.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Source<'r> {
    Table {
        alias: Alias,
        table: Cow<'r, str>,
    },
    Query {
        alias: Alias,
        query: Box<Select<'r>>,
    },
    /// The rows of several queries put together. What the rows are, the first says.
    Compound {
        alias: Alias,
        operator: SetOperator,
        queries: Vec<Select<'r>>,
    },
    /// No table at all: one row.
    Nothing,
}

/// One more table beside those before it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Join<'r> {
    pub(crate) alias: Alias,
    pub(crate) table: Cow<'r, str>,
    pub(crate) kind: JoinKind,
    /// The columns that must be equal: of a table before this one, and of this one.
    pub(crate) on: Vec<(Scalar<'r>, Scalar<'r>)>,
    /// What must hold besides.
    pub(crate) condition: Condition<'r>,
}

/// What a join does with rows that have nothing at the other end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum JoinKind {
    /// Leaves them out.
    Inner,
    /// Keeps them, with nulls.
    Left,
    /// Joins every row with every row.
    Cross,
}

/// A column of the result.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Output<'r> {
    pub(crate) name: String,
    pub(crate) expr: Scalar<'r>,
    pub(crate) kind: FieldKind,
    pub(crate) nullable: bool,
    /// Whether it goes together with the outputs before it: the second and further fields of a key.
    pub(crate) joined: bool,
}

/// A term of an ordering.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Term<'r> {
    pub(crate) expr: Scalar<'r>,
    pub(crate) descending: bool,
    pub(crate) nulls: Option<Nulls>,
}

/// An `UPDATE`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Update<'r> {
    pub(crate) ctes: Vec<Cte<'r>>,
    pub(crate) alias: Alias,
    pub(crate) table: &'r str,
    pub(crate) assignments: Vec<(&'r str, Scalar<'r>)>,
    pub(crate) condition: Condition<'r>,
    /// The columns of the changed rows that are given back.
    pub(crate) returning: Vec<&'r str>,
}

/// A `DELETE`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Delete<'r> {
    pub(crate) ctes: Vec<Cte<'r>>,
    pub(crate) alias: Alias,
    pub(crate) table: &'r str,
    pub(crate) condition: Condition<'r>,
}

/// An `INSERT`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Insert<'r> {
    pub(crate) table: &'r str,
    /// The column that counts up by itself, or else the key: what an insert of nothing but defaults names.
    pub(crate) key: &'r str,
    pub(crate) columns: Vec<&'r str>,
    pub(crate) rows: Vec<Vec<Cell<'r>>>,
    pub(crate) returning: Vec<&'r str>,
    pub(crate) conflict: OnConflict<'r>,
}

/// A value of a new row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell<'r> {
    /// Whatever the column's default is.
    Default,
    /// A value for the column.
    Value(Value),
    /// A computed value.
    Expr(Scalar<'r>),
}

/// What an insert does with rows that exist.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum OnConflict<'r> {
    Fail,
    Ignore,
    Update { unique: Vec<&'r str>, update: Vec<&'r str> },
}
