//! The rows of several queries together.

use embellie_core::{Error, Query, Result};

use super::{Context, Scope};
use crate::resolved::Select;

/// What is made within a scope, and that scope.
type Within<'c, 'r> = Result<(Option<Select<'r>>, Option<Box<Scope<'c, 'r>>>)>;

/// The query of the rows of several queries.
pub(super) fn rows<'c, 'r>(_: &'c Context<'r>, _: &Query, _: Option<Box<Scope<'c, 'r>>>) -> Within<'c, 'r> {
    Err(Error::NotSupported("set operations are not known to the compiler".into()))
}

/// The same, to be compared with.
pub(super) fn subquery<'c, 'r>(_: &'c Context<'r>, _: &Query, _: Option<Box<Scope<'c, 'r>>>) -> Within<'c, 'r> {
    Err(Error::NotSupported("set operations are not known to the compiler".into()))
}
