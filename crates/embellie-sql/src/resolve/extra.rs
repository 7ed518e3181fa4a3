//! Pieces of SQL in a query, locks, and rows that are given once.

use embellie_core::query::{Distinct as Asked, Extra};
use embellie_core::{Error, Query, Result};

use super::Scope;
use crate::resolved::{Distinct, Lock};

impl<'r> Scope<'_, 'r> {
    /// Adds pieces of SQL.
    pub(super) fn add_extra(&mut self, _extra: &Extra) -> Result<()> {
        Err(Error::NotSupported("extra() is not known to the compiler".into()))
    }

    /// Which rows are given once.
    pub(super) fn distinct(&mut self, query: &Query) -> Result<Distinct<'r>> {
        match &query.distinct {
            Asked::No => Ok(Distinct::No),
            Asked::Rows => Ok(Distinct::Rows),
            Asked::On(_) => Err(Error::NotSupported("distinct() on fields is not known to the compiler".into())),
        }
    }

    /// The lock that a query asks for.
    pub(super) fn lock(&mut self, query: &Query) -> Result<Option<Lock>> {
        match &query.lock {
            None => Ok(None),
            Some(_) => Err(Error::NotSupported("select_for_update() is not known to the compiler".into())),
        }
    }
}
