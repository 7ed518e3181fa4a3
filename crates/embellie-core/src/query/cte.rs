//! Common table expressions: named queries that others may use as tables.

use std::borrow::Cow;

use super::Query;
use crate::Path;

/// A named query: SQL's `WITH`. Its columns are its query's values and annotations, by their names.
#[derive(Debug, Clone, PartialEq)]
pub struct Cte {
    /// The name.
    pub name: Cow<'static, str>,
    /// The query. Of a recursive one it is a union, whose later members may join the expression by its own name.
    pub query: Query,
    /// Whether it refers to itself.
    pub recursive: bool,
    /// Whether its rows are computed once and kept, or as part of the query around it; the database's choice when
    /// `None`.
    pub materialized: Option<bool>,
}

/// A join of the rows of a common table expression.
#[derive(Debug, Clone, PartialEq)]
pub struct CteJoin {
    /// The expression's name.
    pub cte: Cow<'static, str>,
    /// What must be equal: paths of the query, and columns of the expression.
    pub on: Vec<(Path, Cow<'static, str>)>,
    /// Whether rows without a row of the expression are kept.
    pub outer: bool,
}
