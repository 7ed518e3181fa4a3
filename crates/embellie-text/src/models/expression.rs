//! Expressions in declarations of models, as Django writes them in messages: `Lower(F(name))`.

use embellie_core::expr::{Function, Operator, RawSql};
use embellie_core::{Expr, OrderBy, Sql};
use ruff_python_ast as ast;

/// A term of a model's ordering.
pub(super) fn ordering(text: &str) -> OrderBy {
    if let Some(inner) = text.strip_prefix("OrderBy(").and_then(|text| text.strip_suffix(')')) {
        let (expr, options) = inner.rsplit_once(", descending=").unwrap_or((inner, "False"));
        let term = expression(expr).asc();
        return if options.starts_with("True") { term.reversed() } else { term };
    }
    expression(text).asc()
}

/// An expression. What is not understood is kept as the text that it is: it belongs to a column that the database
/// computes, and is never written.
pub(super) fn expression(text: &str) -> Expr {
    let inner = text.strip_prefix('<').and_then(|text| text.strip_suffix('>')).and_then(|text| text.split_once(": "));
    let text = inner.map_or(text, |(_, text)| text);
    crate::parse::parse(text)
        .ok()
        .and_then(|tree| convert(&tree))
        .unwrap_or_else(|| Expr::from(RawSql::new(Sql::trusted(text), ())))
}

fn convert(tree: &ast::Expr) -> Option<Expr> {
    match tree {
        ast::Expr::BinOp(operation) => {
            let operator = match operation.op {
                ast::Operator::Add => Operator::Add,
                ast::Operator::Sub => Operator::Subtract,
                ast::Operator::Mult => Operator::Multiply,
                ast::Operator::Div => Operator::Divide,
                ast::Operator::Mod => Operator::Modulo,
                _ => return None,
            };
            Some(convert(&operation.left)?.combine(operator, convert(&operation.right)?))
        }
        ast::Expr::Call(call) => {
            let ast::Expr::Name(name) = &*call.func else { return None };
            let arguments = &call.arguments.args;
            match (name.id.as_str(), &**arguments) {
                ("F", [ast::Expr::Name(field)]) => Some(Expr::path(field.id.as_str())),
                ("Value", [ast::Expr::StringLiteral(text)]) => Some(Expr::value(text.value.to_str())),
                ("Value", [ast::Expr::NumberLiteral(number)]) => match &number.value {
                    ast::Number::Int(value) => Some(Expr::value(value.as_i64()?)),
                    ast::Number::Float(value) => Some(Expr::value(*value)),
                    ast::Number::Complex { .. } => None,
                },
                (name, arguments) => {
                    let function = Function::ALL.iter().find(|function| function.name() == name)?;
                    let arguments: Option<Vec<Expr>> = arguments.iter().map(convert).collect();
                    Some(Expr::call(*function, arguments?))
                }
            }
        }
        _ => None,
    }
}
