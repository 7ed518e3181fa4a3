//! Rows as they were asked for: the columns of a key of several fields as one value.

use embellie_core::{ColumnRef, Error, Header, Query, Result, Row, Value};
use embellie_sql::{Compiled, OutputColumn, Reading};

use crate::database::Session;

/// Reads the rows of a statement, each column of which is one that was asked for.
///
/// # Errors
/// As the statement, and those of `decode`.
pub(crate) async fn gather<T: Send + 'static>(
    compiled: &Compiled,
    query: &Query,
    session: Session<'_>,
    decode: impl Fn(&dyn Row) -> Result<T> + Send + 'static,
) -> Result<Vec<T>> {
    let reading = Reading::Rows(query);
    if compiled.columns.iter().all(|column| column.parts.is_empty()) {
        return session.gather_read(&compiled.statement, reading, decode).await;
    }
    let columns = compiled.columns.clone();
    session.gather_read(&compiled.statement, reading, move |row| decode(&Asked::new(row, &columns)?)).await
}

/// What makes something of a row.
pub(crate) type Decode<T> = Box<dyn Fn(&dyn Row) -> Result<T> + Send>;

/// What reads the rows of a statement, each column of which is one that was asked for.
pub(crate) fn reader<T: Send + 'static>(
    compiled: &Compiled,
    decode: impl Fn(&dyn Row) -> Result<T> + Send + 'static,
) -> Decode<T> {
    if compiled.columns.iter().all(|column| column.parts.is_empty()) {
        return Box::new(decode);
    }
    let columns = compiled.columns.clone();
    Box::new(move |row| decode(&Asked::new(row, &columns)?))
}

/// A row of what was asked for.
struct Asked<'a> {
    row: &'a dyn Row,
    columns: Vec<Column>,
}

/// Where a column is found.
enum Column {
    At(usize),
    Key(Value),
}

impl<'a> Asked<'a> {
    fn new(row: &'a dyn Row, asked: &[OutputColumn]) -> Result<Self> {
        let mut place = 0;
        let mut columns = Vec::with_capacity(asked.len());
        for column in asked {
            if column.parts.is_empty() {
                columns.push(Column::At(place));
                place += 1;
                continue;
            }
            let mut parts = Vec::with_capacity(column.parts.len());
            for kind in &column.parts {
                parts.push(kind.decode(row.column(place)?)?);
                place += 1;
            }
            // A row that is not there has no key.
            let none = parts.iter().any(Value::is_null);
            columns.push(Column::Key(if none { Value::Null } else { Value::List(parts) }));
        }
        Ok(Asked { row, columns })
    }
}

impl Header for Asked<'_> {
    fn len(&self) -> usize {
        self.columns.len()
    }

    fn name(&self, index: usize) -> Option<&str> {
        match self.columns.get(index)? {
            Column::At(place) => self.row.name(*place),
            Column::Key(_) => Some("pk"),
        }
    }
}

impl Row for Asked<'_> {
    fn column(&self, index: usize) -> Result<ColumnRef<'_>> {
        match self.columns.get(index) {
            Some(Column::At(place)) => self.row.column(*place),
            Some(Column::Key(key)) => Ok(key.as_column()),
            None => Err(Error::Interface(format!("the row has {} columns, and {index} was asked for", self.len()))),
        }
    }
}
