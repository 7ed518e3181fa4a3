//! A row as it lies in what the server has sent.

use embellie_core::{ColumnRef, Error, Header, Row};

use crate::cache::Prepared;
use crate::decode;
use crate::link::Place;

/// A row with what is known of its columns.
pub(crate) struct WireRow<'a> {
    pub(crate) body: &'a [u8],
    /// Where its columns are, as many as were described.
    pub(crate) places: &'a [Place],
    pub(crate) prepared: &'a Prepared,
}

impl Header for WireRow<'_> {
    fn len(&self) -> usize {
        self.prepared.len()
    }

    fn name(&self, index: usize) -> Option<&str> {
        self.prepared.name(index)
    }
}

impl Row for WireRow<'_> {
    fn column(&self, index: usize) -> Result<ColumnRef<'_>, Error> {
        let (Some(about), Some(place)) = (self.prepared.columns.get(index), self.places.get(index)) else {
            let count = self.len();
            return Err(Error::Decode(format!("there is no column {index}: the row has {count}, counted from 0")));
        };
        let Some(bytes) = place.of(self.body) else { return Ok(ColumnRef::Null) };
        decode::decode(&about.column, bytes).map_err(|unreadable| unreadable.explain(&about.name, about.ty.name()))
    }
}
