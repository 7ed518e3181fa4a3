//! Where the rows of a chunk are gathered.

use std::any::Any;

use embellie_core::{Error, Header, Result, Row, RowSink};

use crate::query_set::Decode;

/// What makes something of rows.
pub(crate) trait ReadRow<T>: Send {
    /// Learns what the columns are.
    fn columns(&mut self, _columns: &dyn Header) -> Result<()> {
        Ok(())
    }

    fn row(&mut self, row: &dyn Row) -> Result<T>;
}

impl<T> ReadRow<T> for Decode<T> {
    fn row(&mut self, row: &dyn Row) -> Result<T> {
        self(row)
    }
}

/// Gathers a chunk of rows, time and again.
pub(crate) struct ChunkSink<T> {
    rows: Vec<T>,
    read: Box<dyn ReadRow<T>>,
}

impl<T: Send + 'static> ChunkSink<T> {
    pub(crate) fn new(read: impl ReadRow<T> + 'static) -> Box<Self> {
        Box::new(ChunkSink { rows: Vec::new(), read: Box::new(read) })
    }

    /// The sink that a driver gave back, and the rows that it has gathered.
    pub(super) fn emptied(sink: Box<dyn RowSink>) -> Result<(Box<Self>, Vec<T>)> {
        match sink.into_any().downcast::<Self>() {
            Ok(mut sink) => {
                let rows = std::mem::take(&mut sink.rows);
                Ok((sink, rows))
            }
            Err(_) => Err(Error::Interface("the driver gave back another sink than it was given".into())),
        }
    }
}

impl<T: Send + 'static> RowSink for ChunkSink<T> {
    fn columns(&mut self, columns: &dyn Header) -> Result<()> {
        self.read.columns(columns)
    }

    fn row(&mut self, row: &dyn Row) -> Result<()> {
        self.rows.push(self.read.row(row)?);
        Ok(())
    }

    fn restart(&mut self) {
        self.rows.clear();
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
}
