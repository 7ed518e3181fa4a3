//! Reading a row without copying it: a borrowed view of each column, and the types that decode from it.

mod column;
mod columns;
mod decode;
mod list;
mod read;

pub use column::ColumnRef;
pub use columns::Columns;
pub use decode::FromColumn;
pub use list::{DecodeList, Element, ListRef, each_element};
pub use read::FromRow;

use crate::Error;

/// What the columns of a result are called.
pub trait Header {
    /// How many columns there are.
    fn len(&self) -> usize;

    /// Whether there are no columns.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The name that the database gives the column at `index`, if there is one.
    fn name(&self, index: usize) -> Option<&str>;
}

/// A driver's current row, valid until the next one is read.
pub trait Row: Header {
    /// The column at `index`, counted from 0.
    ///
    /// # Errors
    /// When there is no such column, or its bytes are not what its type promises.
    fn column(&self, index: usize) -> Result<ColumnRef<'_>, Error>;
}

/// Receives the rows of a statement, one after the other, as the driver reads them.
///
/// A sink is owned by the driver while it runs and handed back with the outcome, so that the driver may move the
/// work to another thread.
pub trait RowSink: Send {
    /// Learns what the columns of the rows are, before the first one and also when there are none. A statement that
    /// gives no rows at all has no columns.
    ///
    /// It may be told again, when a statement is started again or its columns turn out to have changed.
    ///
    /// # Errors
    /// When rows of such columns cannot be decoded: the statement is then given up, before it does anything where the
    /// driver can tell.
    fn columns(&mut self, _columns: &dyn Header) -> Result<(), Error> {
        Ok(())
    }

    /// Takes one row.
    ///
    /// # Errors
    /// When the row cannot be decoded: the driver then stops reading and gives this error back.
    fn row(&mut self, row: &dyn Row) -> Result<(), Error>;

    /// Forgets all rows: the driver starts the statement again from its first row.
    fn restart(&mut self);

    /// Gives back the sink itself, to take out what it has gathered.
    fn into_any(self: Box<Self>) -> Box<dyn std::any::Any>;
}

/// A sink for statements whose rows, if any, are of no interest.
#[derive(Debug, Clone, Copy, Default)]
pub struct Discard;

impl RowSink for Discard {
    fn row(&mut self, _: &dyn Row) -> Result<(), Error> {
        Ok(())
    }

    fn restart(&mut self) {}

    fn into_any(self: Box<Self>) -> Box<dyn std::any::Any> {
        self
    }
}
