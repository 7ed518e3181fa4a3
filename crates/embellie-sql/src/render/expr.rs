//! Expressions that give one value.

use embellie_core::Result;

use super::Writer;
use crate::dialect::Combined;
use crate::resolved::{Column, Scalar};

impl Writer<'_> {
    pub(crate) fn scalar(&mut self, scalar: &Scalar<'_>) -> Result<()> {
        match scalar {
            Scalar::Column(column) => self.column(*column),
            Scalar::Value { value, .. } if value.is_null() => {
                self.push("NULL");
                Ok(())
            }
            Scalar::Value { value, kind } => self.dialect().typed_value(self, value, *kind),
            Scalar::Combined { left, operator, right, arithmetic, kind } => {
                let combined = Combined { left, operator: *operator, right, arithmetic: *arithmetic, kind: *kind };
                self.dialect().combined(self, &combined)
            }
            Scalar::Call { function, arguments, kind } => self.dialect().call(self, *function, arguments, *kind),
            Scalar::Query(query) => self.subquery(query),
            Scalar::CountRows => {
                self.push("COUNT(*)");
                Ok(())
            }
            Scalar::One => {
                self.push("1");
                Ok(())
            }
            Scalar::IsNull(expr) => {
                self.scalar(expr)?;
                self.push(" IS NULL");
                Ok(())
            }
            Scalar::Random => {
                self.push(self.dialect().random());
                Ok(())
            }
        }
    }

    /// An expression where a column says of what type it is: beside it in a comparison, or as what it becomes.
    pub(super) fn beside_column(&mut self, scalar: &Scalar<'_>) -> Result<()> {
        match scalar {
            Scalar::Value { value, .. } => self.value(value),
            other => self.scalar(other),
        }
    }

    fn column(&mut self, column: Column<'_>) -> Result<()> {
        if !self.is_definition() {
            self.table_name(column.alias)?;
            self.push(".");
        }
        self.name(column.name)
    }

    /// A function with its arguments.
    pub(crate) fn function(&mut self, name: &str, arguments: &[Scalar<'_>]) -> Result<()> {
        self.push(name);
        self.push("(");
        for (i, argument) in arguments.iter().enumerate() {
            self.push(if i > 0 { ", " } else { "" });
            self.scalar(argument)?;
        }
        self.push(")");
        Ok(())
    }
}
