//! The calls whose order matters.

use std::borrow::Cow;

use super::{CteJoin, Extra};
use crate::{Expr, Path, Q};

/// A call whose place among the others matters.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Step {
    /// Rows for which the condition holds. The conditions of one call share their joins; the next call joins
    /// multi-valued relations afresh.
    Filter(Q),
    /// Rows for which the condition does not hold.
    Exclude(Q),
    /// A named expression: `annotate()` and `alias()`.
    Annotate(Annotation),
    /// Rows of the values at some paths, fields and annotations, instead of the model's columns: `values()`. None at
    /// all means every column and annotation. An aggregate after it is computed for each different row of values.
    Values(Vec<Path>),
    /// Rows that are equal in what is selected so far make one group, as an aggregate would have it: of a model's rows,
    /// each is given once. What follows is of groups.
    Group,
    /// A relation under another name, with a condition of its join.
    Relation(FilteredRelation),
    /// Joins the rows of a common table expression, whose columns are then reached by its name: `tree__depth`.
    Join(CteJoin),
    /// Pieces of SQL: Django's `extra()`.
    Extra(Box<Extra>),
}

/// A named expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Annotation {
    /// The name.
    pub alias: Cow<'static, str>,
    /// The expression.
    pub expr: Expr,
    /// Whether it is added to the rows: `annotate()`, not `alias()`.
    pub selected: bool,
}

impl Annotation {
    /// A named expression that is added to the rows.
    pub fn new(alias: impl Into<Cow<'static, str>>, expr: impl Into<Expr>) -> Self {
        Annotation { alias: alias.into(), expr: expr.into(), selected: true }
    }
}

/// A relation under another name, with a condition that its rows meet: Django's `FilteredRelation`.
#[derive(Debug, Clone, PartialEq)]
pub struct FilteredRelation {
    /// The name.
    pub alias: Cow<'static, str>,
    /// The relation.
    pub relation: Path,
    /// The condition, part of the join.
    pub condition: Q,
}
