//! What a statement needs that the server may lack, found before any I/O.

use embellie_core::Result;

use crate::resolved::{Insert, OnConflict, Update};
use crate::{Capability, Target};

/// Refuses an update that the server cannot do.
pub(crate) fn update(target: &Target, update: &Update<'_>) -> Result<()> {
    if !update.returning.is_empty() {
        target.require(Capability::Returning)?;
    }
    Ok(())
}

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
