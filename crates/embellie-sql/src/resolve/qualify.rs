//! Conditions on what windows give: a query around the query.

use embellie_core::{Error, Result};

use super::Context;
use crate::resolved::{Condition, Select};

/// The rows of a query for which a condition on its windows holds.
pub(super) fn qualify<'r>(
    _context: &Context<'r>,
    _select: Select<'r>,
    _condition: Condition<'r>,
) -> Result<Select<'r>> {
    Err(Error::NotSupported("a condition on a window is not known to the compiler".into()))
}
