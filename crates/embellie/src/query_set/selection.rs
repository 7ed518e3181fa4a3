//! What the rows of a query set are.

use std::marker::PhantomData;

use embellie_core::query;
use embellie_core::{Result, Row};

use crate::model::Model;

/// What each row of a query set over `M` gives, and how it is read.
pub trait Selection<M>: Clone + Send + Sync + 'static {
    /// What one row becomes.
    type Output: Send + 'static;

    /// What is asked of the database.
    fn selection(&self) -> query::Selection;

    /// Reads one row.
    ///
    /// # Errors
    /// When a column holds what its type cannot.
    fn decode(&self, row: &dyn Row) -> Result<Self::Output>;

    /// Tells the rows of one result of each other, once all are read.
    fn link(&self, _rows: &mut [Self::Output]) {}
}

/// Rows that are whole objects.
pub struct Whole<M>(PhantomData<fn() -> M>);

impl<M> Whole<M> {
    pub(crate) const fn new() -> Self {
        Whole(PhantomData)
    }
}

impl<M> Clone for Whole<M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M> Copy for Whole<M> {}

impl<M> std::fmt::Debug for Whole<M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Whole")
    }
}

impl<M: Model> Selection<M> for Whole<M> {
    type Output = M;

    fn selection(&self) -> query::Selection {
        query::Selection::Model
    }

    fn decode(&self, row: &dyn Row) -> Result<M> {
        M::from_row(row, 0)
    }
}
