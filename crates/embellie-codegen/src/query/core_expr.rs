//! Expressions as data: what has no typed form here.

use embellie_core::expr::{Aggregate, Operator};
use embellie_core::{Expr, Value};

use super::{Unsaid, Writer};
use crate::word::text;

impl Writer<'_> {
    /// An expression that is built as data.
    pub(super) fn core(&self, expr: &Expr) -> Result<String, Unsaid> {
        let many = |arguments: &[Expr]| -> Result<String, Unsaid> {
            let arguments: Result<Vec<String>, Unsaid> = arguments.iter().map(|argument| self.core(argument)).collect();
            Ok(arguments?.join(", "))
        };
        match expr {
            Expr::Path(path) => Ok(format!("embellie::Expr::path({})", text(&self.text_path(path)))),
            Expr::Value(value) => Ok(format!("embellie::Expr::Value({})", data(value)?)),
            Expr::Star => Ok("embellie::Expr::Star".into()),
            Expr::Combined { left, operator, right } => {
                let sign = match operator {
                    Operator::Add => '+',
                    Operator::Subtract => '-',
                    Operator::Multiply => '*',
                    Operator::Divide => '/',
                    Operator::Modulo => '%',
                    other => return Err(format!("the operator {} has no sign in Rust", other.symbol())),
                };
                let side = |expr: &Expr| -> Result<String, Unsaid> {
                    let written = self.core(expr)?;
                    Ok(if matches!(expr, Expr::Combined { .. }) { format!("({written})") } else { written })
                };
                Ok(format!("{} {sign} {}", side(left)?, side(right)?))
            }
            Expr::Call { function, arguments } => {
                let arguments = many(arguments)?;
                Ok(format!("embellie::Expr::call(embellie::expr::Function::{function:?}, [{arguments}])"))
            }
            Expr::Aggregate(aggregate) => self.core_aggregate(aggregate),
            other => Err(format!("'{other}' is not written here yet")),
        }
    }

    fn core_aggregate(&self, aggregate: &Aggregate) -> Result<String, Unsaid> {
        if aggregate.filter.is_some() || !aggregate.order_by.is_empty() {
            return Err("an aggregate has a filter or an order that is not written here yet".into());
        }
        let arguments: Result<Vec<String>, Unsaid> =
            aggregate.arguments.iter().map(|argument| self.core(argument)).collect();
        let function = match format!("{:?}", aggregate.function) {
            named if named.contains('{') => format!("embellie::expr::AggregateFunction::{named}"),
            plain => format!("embellie::expr::AggregateFunction::{plain}"),
        };
        let mut written = format!("embellie::expr::Aggregate::new({function}, [{}])", arguments?.join(", "));
        if aggregate.distinct {
            written.push_str(".distinct()");
        }
        if let Some(default) = &aggregate.default {
            written.push_str(&format!(".default({})", self.core(default)?));
        }
        Ok(format!("embellie::Expr::from({written})"))
    }
}

/// A value as data.
fn data(value: &Value) -> Result<String, Unsaid> {
    if let Value::List(values) = value {
        let values: Result<Vec<String>, Unsaid> = values.iter().map(data).collect();
        return Ok(format!("embellie::Value::List(vec![{}])", values?.join(", ")));
    }
    if value.is_null() {
        return Ok("embellie::Value::Null".into());
    }
    let literal = crate::notation::literal(value, embellie_core::field::FieldKind::Any);
    literal
        .map(|literal| format!("embellie::Value::from({literal})"))
        .ok_or_else(|| format!("the value {value} has no literal"))
}
