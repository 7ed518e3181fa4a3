//! A row as it came over the wire.

use embellie_core::{ColumnRef, Error, Header, Row};
use tokio_postgres::types::{FromSql, Type};

use crate::decode::{self, Column};

/// A row with what is known of its columns.
pub(crate) struct WireRow<'a> {
    pub(crate) row: &'a tokio_postgres::Row,
    pub(crate) columns: &'a [Column],
}

impl Header for WireRow<'_> {
    fn len(&self) -> usize {
        self.columns.len()
    }

    fn name(&self, index: usize) -> Option<&str> {
        self.row.columns().get(index).map(|column| column.name())
    }
}

impl Row for WireRow<'_> {
    fn column(&self, index: usize) -> Result<ColumnRef<'_>, Error> {
        let (Some(column), Ok(Raw(bytes))) = (self.columns.get(index), self.row.try_get(index)) else {
            let count = self.columns.len();
            return Err(Error::Decode(format!("there is no column {index}: the row has {count}, counted from 0")));
        };
        let Some(bytes) = bytes else { return Ok(ColumnRef::Null) };
        decode::decode(column, bytes).map_err(|unreadable| {
            let about = self.row.columns().get(index);
            let (name, ty) = about.map_or(("?", "?"), |about| (about.name(), about.type_().name()));
            unreadable.explain(name, ty)
        })
    }
}

/// The bytes of a column.
struct Raw<'a>(Option<&'a [u8]>);

impl<'a> FromSql<'a> for Raw<'a> {
    fn from_sql(_: &Type, bytes: &'a [u8]) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Raw(Some(bytes)))
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Raw(None))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}
