//! What a statement needs that the server may lack, found before any I/O.

use embellie_core::Result;

use crate::resolved::{Insert, OnConflict};
use crate::{Capability, Target};

/// Refuses an insert that the server cannot do.
pub(crate) fn insert(target: &Target, insert: &Insert<'_>) -> Result<()> {
    if !insert.returning.is_empty() {
        target.require(Capability::Returning)?;
    }
    if insert.conflict != OnConflict::Fail {
        target.require(Capability::Upsert)?;
    }
    Ok(())
}
