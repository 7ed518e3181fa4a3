//! Set operations.

use super::Query;

/// The rows of several queries, put together.
#[derive(Debug, Clone, PartialEq)]
pub struct Compound {
    /// How.
    pub operator: SetOperator,
    /// The queries; the first says what the rows are.
    pub queries: Vec<Query>,
}

/// How the rows of several queries are put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SetOperator {
    /// All rows, equal ones once.
    Union,
    /// All rows.
    UnionAll,
    /// The rows that every query has.
    Intersection,
    /// The rows of the first that no other has.
    Difference,
}
