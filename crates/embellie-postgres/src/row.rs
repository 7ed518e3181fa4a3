//! A row as it lies in what the server has sent.

use embellie_core::{ColumnRef, Error, Header, Row};

use crate::cache::Prepared;
use crate::decode::{self, Named};
use crate::link::Place;
use crate::wire::Wire;

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
        // What most columns hold, without a detour.
        match (about.column.wire, bytes) {
            (Wire::Int8, &[a, b, c, d, e, f, g, h]) => {
                return Ok(ColumnRef::Int(i64::from_be_bytes([a, b, c, d, e, f, g, h])));
            }
            (Wire::Int4, &[a, b, c, d]) => return Ok(ColumnRef::Int(i32::from_be_bytes([a, b, c, d]).into())),
            (Wire::Bool, &[value]) => return Ok(ColumnRef::Bool(value != 0)),
            (Wire::Text, text) => {
                if let Ok(text) = std::str::from_utf8(text) {
                    return Ok(ColumnRef::Text(text));
                }
            }
            _ => {}
        }
        other(about, bytes)
    }
}

#[inline(never)]
fn other<'a>(about: &'a Named, bytes: &'a [u8]) -> Result<ColumnRef<'a>, Error> {
    decode::decode(&about.column, bytes).map_err(|unreadable| unreadable.explain(&about.name, about.ty.name()))
}
