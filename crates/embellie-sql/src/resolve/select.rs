//! What the rows of a query give.

use embellie_core::query::Selection;
use embellie_core::{Error, Query, Result};

use super::joins::{Place, Reuse};
use super::{BASE, Scope};
use crate::resolved::{Column, Output, Scalar};

impl<'r> Scope<'_, 'r> {
    /// The columns that a query selects.
    pub(super) fn outputs(&mut self, query: &Query) -> Result<Vec<Output<'r>>> {
        match &query.selection {
            Selection::Model => Ok(self.whole()),
            Selection::Values(paths) if paths.is_empty() => Ok(self.whole()),
            Selection::Values(paths) => paths
                .iter()
                .map(|path| {
                    let names: Vec<&str> = path.names().collect();
                    let trimmed = self.reach(&names, Reuse::All)?;
                    Ok(self.output(path.to_string(), trimmed.last(), trimmed.column))
                })
                .collect(),
            _ => Err(Error::NotSupported("this selection is not known to the compiler".into())),
        }
    }

    /// Every column of the model.
    fn whole(&self) -> Vec<Output<'r>> {
        let model = self.model;
        (0..model.fields.len())
            .map(|field| self.output(model.fields[field].attname(), BASE, self.column(BASE, model, field)))
            .collect()
    }

    /// One column of the model.
    pub(super) fn own_output(&self, field: usize) -> Output<'r> {
        let model = self.model;
        self.output(model.fields[field].attname(), BASE, self.column(BASE, model, field))
    }

    fn output(&self, name: String, place: Place, column: Column<'r>) -> Output<'r> {
        let nullable = column.null || self.is_left(place);
        Output { name, expr: Scalar::Column(column), kind: column.kind, nullable }
    }
}
