//! What the rows of a query set are.

use std::marker::PhantomData;
use std::sync::Arc;

use embellie_core::{Columns, Path, Result, Row, Value};
use embellie_sql::OutputColumn;

use super::{FetchMode, TextRow};
use crate::model::Model;
use crate::record::{Record, RecordModel};
use crate::related::link_peers;

/// What each row of a query set over `M` gives, and how it is read.
pub trait Selection<M>: Clone + Send + Sync + 'static {
    /// What one row becomes.
    type Output: Send + 'static;

    /// The paths that are asked of the database; the model's columns when `None`.
    fn paths(&self) -> Option<Vec<Path>>;

    /// The same selection, told what the columns of its rows are.
    #[must_use]
    fn with_columns(self, _columns: &[OutputColumn]) -> Self {
        self
    }

    /// Reads one row.
    ///
    /// # Errors
    /// When a column holds what its type cannot.
    fn decode(&self, row: &dyn Row) -> Result<Self::Output>;

    /// Tells the rows of one result of each other, once all are read.
    fn link(&self, _rows: &mut [Self::Output], _mode: FetchMode) {}
}

/// Rows that are whole objects.
pub struct Whole<M>(PhantomData<fn() -> M>);

impl<M> Whole<M> {
    /// The selection of whole objects.
    pub const fn new() -> Self {
        Whole(PhantomData)
    }
}

impl<M> Default for Whole<M> {
    fn default() -> Self {
        Whole::new()
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

    fn paths(&self) -> Option<Vec<Path>> {
        None
    }

    fn decode(&self, row: &dyn Row) -> Result<M> {
        M::from_row(row, 0)
    }

    fn link(&self, rows: &mut [M], mode: FetchMode) {
        link_peers(rows, mode);
    }
}

/// Rows that are whole objects of a model without a Rust type.
#[derive(Debug, Clone)]
pub struct WholeRecord(pub(crate) Arc<RecordModel>);

impl Selection<Record> for WholeRecord {
    type Output = Record;

    fn paths(&self) -> Option<Vec<Path>> {
        None
    }

    fn decode(&self, row: &dyn Row) -> Result<Record> {
        Record::from_row(&self.0, row)
    }
}

/// Rows of values at paths given as text, with the paths' names: Django's `values()`.
#[derive(Debug, Clone)]
pub struct TextValues {
    paths: Vec<Path>,
    columns: Arc<[OutputColumn]>,
    names: Columns,
}

impl TextValues {
    pub(crate) fn new(paths: Vec<Path>) -> Self {
        TextValues { paths, columns: Arc::new([]), names: Columns::default() }
    }
}

impl<M> Selection<M> for TextValues {
    type Output = TextRow;

    fn paths(&self) -> Option<Vec<Path>> {
        Some(self.paths.clone())
    }

    fn with_columns(mut self, columns: &[OutputColumn]) -> Self {
        self.columns = columns.into();
        self.names = Columns::new(columns.iter().map(|column| column.name.as_str()));
        self
    }

    fn decode(&self, row: &dyn Row) -> Result<TextRow> {
        let read = |(place, column): (usize, &OutputColumn)| column.kind.decode(row.column(place)?);
        let values: Result<Vec<Value>> = self.columns.iter().enumerate().map(read).collect();
        Ok(TextRow::new(self.names.clone(), values?))
    }
}
