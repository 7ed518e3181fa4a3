//! The current row of a running statement.

use embellie_core::{ColumnRef, Error, Header, Row};
use rusqlite::Statement;
use rusqlite::types::ValueRef;

/// The columns of a prepared statement.
pub(crate) struct SqliteHeader<'a, 'c>(pub(crate) &'a Statement<'c>);

impl Header for SqliteHeader<'_, '_> {
    fn len(&self) -> usize {
        self.0.column_count()
    }

    fn name(&self, index: usize) -> Option<&str> {
        self.0.column_name(index).ok()
    }
}

/// A row, read where SQLite keeps it.
pub(crate) struct SqliteRow<'a>(pub(crate) &'a rusqlite::Row<'a>);

impl Header for SqliteRow<'_> {
    fn len(&self) -> usize {
        // Asked for anew: SQLite prepares a statement again when the schema has changed.
        self.0.as_ref().column_count()
    }

    fn name(&self, index: usize) -> Option<&str> {
        self.0.as_ref().column_name(index).ok()
    }
}

impl Row for SqliteRow<'_> {
    fn column(&self, index: usize) -> Result<ColumnRef<'_>, Error> {
        match self.0.get_ref(index) {
            Ok(ValueRef::Null) => Ok(ColumnRef::Null),
            Ok(ValueRef::Integer(value)) => Ok(ColumnRef::Int(value)),
            Ok(ValueRef::Real(value)) => Ok(ColumnRef::Float(value)),
            Ok(ValueRef::Text(bytes)) => {
                std::str::from_utf8(bytes).map(ColumnRef::Text).map_err(|_| self.not_utf8(index))
            }
            Ok(ValueRef::Blob(bytes)) => Ok(ColumnRef::Bytes(bytes)),
            Err(_) => Err(Error::Decode(format!("there is no column {index}: the row has {} columns", self.len()))),
        }
    }
}

impl SqliteRow<'_> {
    fn not_utf8(&self, index: usize) -> Error {
        let name = self.name(index).unwrap_or("?");
        Error::Decode(format!("column {index} ({name}) holds text that is not UTF-8"))
    }
}
