//! Relations with conditions: `FilteredRelation`.

use embellie_core::query::FilteredRelation;
use embellie_core::{Error, Result};

use super::Scope;

impl Scope<'_, '_> {
    /// Gives a relation another name and a condition.
    pub(super) fn add_relation(&mut self, _relation: &FilteredRelation) -> Result<()> {
        Err(Error::NotSupported("FilteredRelation is not known to the compiler".into()))
    }
}
