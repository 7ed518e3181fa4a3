//! Rows of values with names.

use embellie_core::{Columns, FromColumn, FromRow, Header, Result, Row, Value};

/// A row of values with the names of their columns or paths: a dictionary that keeps its order.
#[derive(Clone)]
pub struct TextRow {
    columns: Columns,
    values: Vec<Value>,
}

impl TextRow {
    pub(crate) fn new(columns: Columns, values: Vec<Value>) -> Self {
        TextRow { columns, values }
    }

    /// The values, in order.
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    /// The values, in order.
    pub fn into_values(self) -> Vec<Value> {
        self.values
    }

    /// The names of the values, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.names()
    }

    /// The value of a name; the first one, where several have it.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.columns.position(name).and_then(|place| self.values.get(place))
    }
}

impl std::fmt::Debug for TextRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_map().entries(self.names().zip(&self.values)).finish()
    }
}

/// Rows are equal when their values are.
impl PartialEq for TextRow {
    fn eq(&self, other: &Self) -> bool {
        self.values == other.values
    }
}

/// Whatever the columns are.
impl FromRow for TextRow {
    type Plan = Columns;

    fn plan(columns: &Columns) -> Result<Columns> {
        Ok(columns.clone())
    }

    fn from_row(columns: &Columns, row: &dyn Row) -> Result<Self> {
        let values: Result<Vec<Value>> =
            (0..columns.len()).map(|place| Value::from_column(row.column(place)?)).collect();
        Ok(TextRow::new(columns.clone(), values?))
    }
}
