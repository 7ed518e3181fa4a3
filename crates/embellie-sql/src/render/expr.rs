//! Expressions that give one value.

use embellie_core::Result;

use super::Writer;
use crate::dialect::{Combined, Trunc};
use crate::resolved::{Column, Scalar};

impl Writer<'_> {
    pub(crate) fn scalar(&mut self, scalar: &Scalar<'_>) -> Result<()> {
        match scalar {
            Scalar::Column(column) => self.column(*column),
            Scalar::Value { value, kind } => self.dialect().typed_value(self, value, *kind),
            Scalar::Combined { left, operator, right, arithmetic, kind } => {
                let combined = Combined { left, operator: *operator, right, arithmetic: *arithmetic, kind: *kind };
                self.dialect().combined(self, &combined)
            }
            Scalar::Call { function, arguments, kind } => self.dialect().call(self, *function, arguments, *kind),
            Scalar::Query(query) => self.subquery(query),
            Scalar::Tuple(parts) => self.function("", parts),
            Scalar::Extract { expr, part, zone } => self.dialect().extract(self, expr, *part, zone.as_deref()),
            Scalar::Trunc { expr, unit, zone, kind } => {
                self.dialect().trunc(self, &Trunc { expr, unit: *unit, zone: zone.as_deref(), kind: *kind })
            }
            Scalar::Cast { expr, kind, max_length } => self.dialect().cast(self, expr, *kind, *max_length),
            Scalar::Collate { expr, collation } => {
                self.scalar(expr)?;
                self.push(" COLLATE ");
                self.name(collation)
            }
            Scalar::Case { whens, otherwise, .. } => {
                self.push("CASE");
                for (condition, then) in whens {
                    self.push(" WHEN ");
                    self.condition(condition)?;
                    self.push(" THEN ");
                    self.scalar(then)?;
                }
                self.push(" ELSE ");
                self.scalar(otherwise)?;
                self.push(" END");
                Ok(())
            }
            Scalar::Condition(condition) => self.dialect().truth(self, condition),
            Scalar::Typed { expr, .. } => self.scalar(expr),
            Scalar::Aggregate(aggregate) => self.dialect().aggregate(self, aggregate, None),
            Scalar::Window(window) => self.window(window),
            Scalar::Func(func) => self.func(func),
            Scalar::Raw { sql, parameters, .. } => self.raw(sql, parameters),
            Scalar::Widest { expr, kind } => self.dialect().widest(self, expr, *kind),
            Scalar::Json { expr, path, text } => self.dialect().json(self, expr, path, *text),
            Scalar::Inner { alias, place, .. } => {
                self.table_name(*alias)?;
                self.push(&format!(".col{}", place + 1));
                Ok(())
            }
            Scalar::Named { alias, name, .. } => {
                self.table_name(*alias)?;
                self.push(".");
                self.name(name)
            }
            Scalar::Array(query) => {
                self.push("ARRAY");
                self.subquery(query)
            }
            Scalar::Star => {
                self.push("*");
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
