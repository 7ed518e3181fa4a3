//! Common table expressions.

use embellie_core::query::CteJoin;
use embellie_core::{Error, Query, Result};

use super::Scope;
use crate::resolved::Cte;

impl<'r> Scope<'_, 'r> {
    /// Reads the rows of an expression instead of the model's table.
    pub(super) fn read_from(&mut self, _cte: &str) -> Result<()> {
        Err(Error::NotSupported("common table expressions are not known to the compiler".into()))
    }

    /// Joins the rows of an expression.
    pub(super) fn join_cte(&mut self, _join: &CteJoin) -> Result<()> {
        Err(Error::NotSupported("common table expressions are not known to the compiler".into()))
    }

    /// The expressions that a query declares.
    pub(super) fn ctes(&mut self, query: &Query) -> Result<Vec<Cte<'r>>> {
        if query.ctes.is_empty() {
            return Ok(Vec::new());
        }
        Err(Error::NotSupported("common table expressions are not known to the compiler".into()))
    }
}
