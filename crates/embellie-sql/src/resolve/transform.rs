//! Transforms: names after a field that are not its lookup.

use embellie_core::Result;

use super::Scope;
use super::left::Left;

impl<'r> Scope<'_, 'r> {
    /// What a transform makes of an expression. `None` when there is no transform of this name.
    pub(super) fn transform(&self, _left: &Left<'r>, _name: &str) -> Result<Option<Left<'r>>> {
        Ok(None)
    }
}
