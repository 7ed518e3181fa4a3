//! The right-hand side of a comparison, before the left-hand side says what it must be.

use embellie_core::expr::Expr;
use embellie_core::query::Operand as Asked;
use embellie_core::{Error, Query, Result, Value};

use super::Scope;
use super::joins::Places;
use crate::resolved::{Column, Scalar};

/// The right-hand side of a comparison.
#[derive(Debug, Clone)]
pub(super) enum Operand<'q, 'r> {
    Value(Value),
    Expr(Scalar<'r>),
    List(Vec<Element<'r>>),
    Query(&'q Query),
}

/// One of several on the right-hand side.
#[derive(Debug, Clone)]
pub(super) enum Element<'r> {
    Value(Value),
    Expr(Scalar<'r>),
}

impl<'r> Scope<'_, 'r> {
    pub(super) fn operand<'q>(
        &mut self,
        asked: &'q Asked,
        shared: &mut Places,
        joins: bool,
    ) -> Result<Operand<'q, 'r>> {
        Ok(match asked {
            Asked::Expr(Expr::Value(Value::List(values))) => {
                Operand::List(values.iter().cloned().map(Element::Value).collect())
            }
            Asked::Expr(Expr::Value(value)) => Operand::Value(value.clone()),
            Asked::Expr(expr) => Operand::Expr(self.scalar(expr, Some(shared), joins)?),
            Asked::List(exprs) => {
                let elements: Result<Vec<Element<'r>>> = exprs
                    .iter()
                    .map(|expr| match expr {
                        Expr::Value(value) => Ok(Element::Value(value.clone())),
                        expr => self.scalar(expr, Some(shared), joins).map(Element::Expr),
                    })
                    .collect();
                Operand::List(elements?)
            }
            Asked::Query(query) => Operand::Query(query),
            _ => return Err(Error::NotSupported("this right-hand side is not known to the compiler".into())),
        })
    }
}

impl<'r> Operand<'_, 'r> {
    /// The column that may be null, if this is one and nothing else.
    pub(super) fn as_nullable_column(&self) -> Option<Column<'r>> {
        match self {
            Operand::Expr(Scalar::Column(column)) if column.null => Some(*column),
            _ => None,
        }
    }

    /// What Python calls the type, for messages.
    pub(super) fn type_name(&self) -> &'static str {
        match self {
            Operand::Value(value) => python_type(value),
            Operand::Expr(_) => "F",
            Operand::List(_) => "list",
            Operand::Query(_) => "QuerySet",
        }
    }
}

fn python_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "NoneType",
        Value::Bool(_) => "bool",
        Value::Int(_) => "int",
        Value::Float(_) => "float",
        Value::Decimal(_) => "decimal.Decimal",
        Value::Text(_) => "str",
        Value::Bytes(_) => "bytes",
        Value::Date(_) => "datetime.date",
        Value::Time(_) => "datetime.time",
        Value::DateTime(_) | Value::Timestamp(_) => "datetime.datetime",
        Value::Duration(_) => "datetime.timedelta",
        Value::Uuid(_) => "UUID",
        Value::List(_) => "list",
        other => other.type_name(),
    }
}
