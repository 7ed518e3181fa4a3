//! What the rows of a query give.

use embellie_core::{Path, Result};

use super::joins::{Place, Reuse};
use super::{BASE, Scope};
use crate::resolved::{Column, Output, Scalar};

impl<'r> Scope<'_, 'r> {
    /// Makes the joins for the values that a query asks for.
    pub(super) fn reach_values(&mut self, paths: &[Path]) -> Result<()> {
        let values = paths.iter().map(|path| {
            let names: Vec<&str> = path.names().collect();
            Ok((path.to_string(), self.reach(&names, Reuse::All)?))
        });
        let values: Result<Vec<_>> = values.collect();
        self.values = Some(values?);
        Ok(())
    }

    /// The columns that the query selects: the values asked for, or every column of the model. Which of them may be
    /// null is known once all joins are.
    pub(super) fn outputs(&self) -> Vec<Output<'r>> {
        match self.values.as_deref() {
            None | Some([]) => self.whole(),
            Some(values) => {
                values.iter().map(|(name, value)| self.output(name.clone(), value.last(), value.column)).collect()
            }
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
