//! Rows that are given once.

use embellie_core::query::Distinct as Asked;
use embellie_core::{DatabaseError, Error, Query, Result};

use super::Scope;
use crate::resolved::{Distinct, Term};

impl<'r> Scope<'_, 'r> {
    /// Which rows are given once. Of rows that are equal in some columns the first is given, so that the ordering must
    /// begin with these columns.
    pub(super) fn distinct(&mut self, query: &Query, order_by: &[Term<'r>]) -> Result<Distinct<'r>> {
        let paths = match &query.distinct {
            Asked::No => return Ok(Distinct::No),
            Asked::Rows => return Ok(Distinct::Rows),
            Asked::On(paths) => paths,
        };
        let mut columns = Vec::with_capacity(paths.len());
        for path in paths {
            let names: Vec<&str> = path.names().collect();
            let scalar = self.path(&names, &mut None, true)?;
            if !columns.contains(&scalar) {
                columns.push(scalar);
            }
        }
        let first = order_by.iter().take(columns.len());
        if !first.clone().all(|term| columns.contains(&term.expr)) {
            let names: Vec<String> = paths.iter().map(ToString::to_string).collect();
            return Err(Error::Programming(DatabaseError {
                message: format!(
                    "SELECT DISTINCT ON expressions must match initial ORDER BY expressions: begin order_by() with {}",
                    names.join(", ")
                ),
                ..DatabaseError::default()
            }));
        }
        Ok(Distinct::On(columns))
    }
}
