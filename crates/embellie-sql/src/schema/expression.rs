//! Conditions and expressions in DDL: columns without their table, values as literals.

use embellie_core::meta::Model;
use embellie_core::{Error, Expr, Q, Result};

use super::Writer;

impl Writer<'_> {
    /// A condition over a row of the model.
    pub(super) fn condition(&self, model: &Model, condition: &Q) -> Result<String> {
        Err(Error::NotSupported(format!(
            "{}: {condition} cannot be written into a table's definition yet",
            model.label()
        )))
    }

    /// An expression over a row of the model.
    pub(super) fn expression(&self, model: &Model, expr: &Expr) -> Result<String> {
        Err(Error::NotSupported(format!("{}: {expr} cannot be written into a table's definition yet", model.label())))
    }
}
