//! Operators and negation.

use embellie_core::expr::Operator;
use embellie_core::query::Connector;
use embellie_core::{Expr, Q};
use ruff_python_ast as ast;

use crate::condition::Condition;
use crate::models::Models;
use crate::names::{is_conditional, value_or_expression};
use crate::{Error, Py, Result};

fn unsupported(op: &str, left: &Py, right: &Py) -> Error {
    Error::type_error(format!(
        "unsupported operand type(s) for {op}: '{}' and '{}'",
        left.type_name(),
        right.type_name()
    ))
}

/// What an operator makes of two values.
pub(crate) fn binary(operator: ast::Operator, left: Py, right: Py) -> Result<Py> {
    let connector = match operator {
        ast::Operator::BitAnd => Some(Connector::And),
        ast::Operator::BitOr => Some(Connector::Or),
        ast::Operator::BitXor => Some(Connector::Xor),
        _ => None,
    };
    if let Some(connector) = connector {
        return joined(connector, operator.as_str(), left, right);
    }
    if matches!(left, Py::Expr(_)) || matches!(right, Py::Expr(_)) {
        let operator = match operator {
            ast::Operator::Add => Operator::Add,
            ast::Operator::Sub => Operator::Subtract,
            ast::Operator::Mult => Operator::Multiply,
            ast::Operator::Div => Operator::Divide,
            ast::Operator::Mod => Operator::Modulo,
            ast::Operator::Pow => Operator::Power,
            other => return Err(unsupported(other.as_str(), &left, &right)),
        };
        return Ok(Py::Expr(value_or_expression(left)?.combine(operator, value_or_expression(right)?)));
    }
    numbers(operator, left, right)
}

/// Query sets before they are joined by `|` or `^`, which make one condition of all their conditions.
pub(crate) fn before(operator: ast::Operator, left: Py, right: Py, models: &Models) -> (Py, Py) {
    match (operator, left, right) {
        (ast::Operator::BitOr | ast::Operator::BitXor, Py::QuerySet(left), Py::QuerySet(right)) => {
            let gone_along = left.gone_along(models);
            let (left, right) = (left.apart(models, &[]), right.apart(models, &gone_along));
            (Py::QuerySet(Box::new(left)), Py::QuerySet(Box::new(right)))
        }
        (_, left, right) => (left, right),
    }
}

fn joined(connector: Connector, sign: &str, left: Py, right: Py) -> Result<Py> {
    Ok(match (left, right) {
        (Py::QuerySet(left), Py::QuerySet(right)) => Py::QuerySet(Box::new(left.joined(connector, *right)?)),
        (Py::Q(left), Py::Q(right)) => Py::Q(left.join(connector, right)),
        (Py::Q(left), Py::Expr(right)) if is_conditional(&right) => Py::Q(left.join(connector, right.into())),
        (Py::Expr(left), Py::Q(right)) if is_conditional(&left) => {
            let left: Condition = left.into();
            Py::Q(left.join(connector, right))
        }
        (Py::Expr(left), Py::Expr(right)) if is_conditional(&left) && is_conditional(&right) => {
            let left: Condition = left.into();
            Py::Q(left.join(connector, right.into()))
        }
        (Py::Expr(_), _) | (_, Py::Expr(_)) => {
            return Err(Error::python(
                "NotImplementedError",
                "Use .bitand(), .bitor(), and .bitxor() for bitwise logical operations.",
            ));
        }
        (Py::Q(_), right) => {
            return Err(Error::type_error(format!(
                "unsupported operand type(s) for {sign}: 'Q' and '{}'",
                right.type_name()
            )));
        }
        (Py::Int(left), Py::Int(right)) => Py::Int(match connector {
            Connector::And => left & right,
            Connector::Or => left | right,
            Connector::Xor => left ^ right,
        }),
        (left, right) => return Err(unsupported(sign, &left, &right)),
    })
}

fn numbers(operator: ast::Operator, left: Py, right: Py) -> Result<Py> {
    use ast::Operator as O;
    let overflow = || Error::python("OverflowError", "the number is too large");
    let zero = || Error::python("ZeroDivisionError", "division by zero");
    Ok(match (operator, left, right) {
        (O::Add, Py::Int(a), Py::Int(b)) => Py::Int(a.checked_add(b).ok_or_else(overflow)?),
        (O::Sub, Py::Int(a), Py::Int(b)) => Py::Int(a.checked_sub(b).ok_or_else(overflow)?),
        (O::Mult, Py::Int(a), Py::Int(b)) => Py::Int(a.checked_mul(b).ok_or_else(overflow)?),
        (O::Div, Py::Int(_), Py::Int(0)) => return Err(zero()),
        (O::Div, Py::Int(a), Py::Int(b)) => Py::Float(a as f64 / b as f64),
        (O::FloorDiv | O::Mod, Py::Int(_), Py::Int(0)) => return Err(zero()),
        (O::Mod, Py::Int(a), Py::Int(b)) => {
            let rest = a.checked_rem(b).ok_or_else(overflow)?;
            Py::Int(if rest != 0 && (rest < 0) != (b < 0) { rest + b } else { rest })
        }
        (O::Pow, Py::Int(a), Py::Int(b)) => {
            let b = u32::try_from(b).map_err(|_| overflow())?;
            Py::Int(a.checked_pow(b).ok_or_else(overflow)?)
        }
        (O::Add, Py::Str(a), Py::Str(b)) => Py::Str(a + &b),
        (O::Add, Py::List(mut a), Py::List(b)) => {
            a.extend(b);
            Py::List(a)
        }
        (O::Add, Py::Float(a), Py::Float(b)) => Py::Float(a + b),
        (O::Sub, Py::Float(a), Py::Float(b)) => Py::Float(a - b),
        (O::Mult, Py::Float(a), Py::Float(b)) => Py::Float(a * b),
        (O::Add, Py::Decimal(a), Py::Decimal(b)) => Py::Decimal(a.checked_add(b).ok_or_else(overflow)?),
        (O::Sub, Py::Decimal(a), Py::Decimal(b)) => Py::Decimal(a.checked_sub(b).ok_or_else(overflow)?),
        (O::Add, Py::DateTime(a), Py::Delta(b)) => Py::DateTime(a.checked_add(b).map_err(|_| overflow())?),
        (O::Sub, Py::DateTime(a), Py::Delta(b)) => Py::DateTime(a.checked_sub(b).map_err(|_| overflow())?),
        (O::Add, Py::Timestamp(a), Py::Delta(b)) => Py::Timestamp(a.checked_add(b).map_err(|_| overflow())?),
        (O::Sub, Py::Timestamp(a), Py::Delta(b)) => Py::Timestamp(a.checked_sub(b).map_err(|_| overflow())?),
        (O::Add, Py::Date(a), Py::Delta(b)) => Py::Date(a.checked_add(b).map_err(|_| overflow())?),
        (O::Sub, Py::Date(a), Py::Delta(b)) => Py::Date(a.checked_sub(b).map_err(|_| overflow())?),
        (O::Sub, Py::DateTime(a), Py::DateTime(b)) => Py::Delta(a.duration_since(b)),
        (O::Sub, Py::Timestamp(a), Py::Timestamp(b)) => Py::Delta(a.duration_since(b)),
        (O::Add, Py::Delta(a), Py::Delta(b)) => Py::Delta(a.checked_add(b).ok_or_else(overflow)?),
        (O::Sub, Py::Delta(a), Py::Delta(b)) => Py::Delta(a.checked_sub(b).ok_or_else(overflow)?),
        (operator, left, right) => return Err(unsupported(operator.as_str(), &left, &right)),
    })
}

/// What an operator makes of one value.
pub(crate) fn unary(operator: ast::UnaryOp, value: Py) -> Result<Py> {
    use ast::UnaryOp as O;
    let bad = |value: &Py| {
        Err(Error::type_error(format!("bad operand type for unary {}: '{}'", operator.as_str(), value.type_name())))
    };
    Ok(match (operator, value) {
        (O::Invert, Py::Q(q)) => Py::Q(q.negate()),
        (O::Invert, Py::Expr(expr)) if is_conditional(&expr) => match expr {
            Expr::Condition(q) => Py::Expr(Expr::Condition(Box::new(!*q))),
            expr => Py::Expr(Expr::Condition(Box::new(!Q::expr(expr)))),
        },
        (O::Invert, Py::Int(value)) => Py::Int(!value),
        (O::USub, Py::Expr(expr)) => Py::Expr(expr.combine(Operator::Multiply, Expr::value(-1))),
        (O::USub, Py::Int(value)) => match value.checked_neg() {
            Some(value) => Py::Int(value),
            None => return Err(Error::python("OverflowError", "the number is too large")),
        },
        (O::USub, Py::Float(value)) => Py::Float(-value),
        (O::USub, Py::Decimal(value)) => Py::Decimal(-value),
        (O::USub, Py::Delta(value)) => match value.checked_neg() {
            Some(value) => Py::Delta(value),
            None => return Err(Error::python("OverflowError", "the timedelta is too large")),
        },
        (O::UAdd, value @ (Py::Int(_) | Py::Float(_) | Py::Decimal(_) | Py::Delta(_))) => value,
        (O::Not, value) => Py::Bool(!value.is_true()),
        (_, value) => return bad(&value),
    })
}
