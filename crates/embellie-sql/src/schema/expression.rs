//! Conditions and expressions in DDL: columns without their table, values as literals.

use embellie_core::meta::Model;
use embellie_core::{Expr, Q, Result};

use super::Writer;
use crate::definition;

impl Writer<'_> {
    /// A condition over a row of the model.
    pub(super) fn condition(&self, model: &Model, condition: &Q) -> Result<String> {
        definition::condition(self.registry, model, condition, &self.target, self.dialect.literal)
    }

    /// An expression over a row of the model.
    pub(super) fn expression(&self, model: &Model, expr: &Expr) -> Result<String> {
        definition::expression(self.registry, model, expr, &self.target, self.dialect.literal)
    }
}
