//! Arithmetic between values that are no expressions of a query: Python's numbers, texts, lists and times.

use jiff::SignedDuration;
use jiff::civil::Time;
use ruff_python_ast as ast;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::expression::value_type;
use super::format;
use super::run::Run;
use super::shared::{Held, Shared};
use crate::{Error, Py, Result};

/// What an operator makes of two values; `None` when they are none of these.
pub(super) fn binary(run: &Run<'_>, op: ast::Operator, left: &Py, right: &Py) -> Result<Option<Py>> {
    use ast::Operator as O;
    if let (O::Mod, Py::Str(text)) = (op, left) {
        let made = format::percent(text, right)?;
        run.charge(made.len())?;
        return Ok(Some(Py::Str(made)));
    }
    if let Some(value) = numbers(op, left, right)? {
        return Ok(Some(value));
    }
    if let Some(value) = times(op, left, right)? {
        return Ok(Some(value));
    }
    Ok(Some(match (op, left, right) {
        (O::Add, Py::Str(a), Py::Str(b)) => {
            run.charge(a.len() + b.len())?;
            Py::Str(format!("{a}{b}"))
        }
        (O::Mult, Py::Str(text), Py::Int(times)) | (O::Mult, Py::Int(times), Py::Str(text)) => {
            let times = usize::try_from(*times.max(&0)).unwrap_or(usize::MAX);
            run.charge(text.len().saturating_mul(times))?;
            Py::Str(text.repeat(times))
        }
        (op, Py::Shared(a), Py::Shared(b)) => return shared(run, op, a, b),
        (O::Add, Py::Str(_), other) if !is_of_queries(other) => {
            return Err(Error::type_error(format!("can only concatenate str (not \"{}\") to str", value_type(other))));
        }
        (O::Add, Py::Shared(list), other) if !is_of_queries(other) && list.type_name() == "list" => {
            return Err(Error::type_error(format!(
                "can only concatenate list (not \"{}\") to list",
                value_type(other)
            )));
        }
        (O::Mult, Py::Shared(list), Py::Int(times)) | (O::Mult, Py::Int(times), Py::Shared(list)) => {
            let times = usize::try_from(*times.max(&0)).unwrap_or(usize::MAX);
            let (values, is_tuple) = match &*list.lock() {
                Held::List(values) => (values.clone(), false),
                Held::Tuple(values) => (values.clone(), true),
                _ => return Ok(None),
            };
            run.charge_elements(values.len().saturating_mul(times))?;
            let values = std::iter::repeat_n(values, times).flatten().collect();
            if is_tuple { Py::tuple(values) } else { Py::list(values) }
        }
        _ => return Ok(None),
    }))
}

fn shared(run: &Run<'_>, op: ast::Operator, left: &Shared, right: &Shared) -> Result<Option<Py>> {
    use ast::Operator as O;
    let (a, b) = (left.held(), right.held());
    Ok(Some(match (op, a, b) {
        (O::Add, Held::List(mut a), Held::List(b)) => {
            run.charge_elements(a.len() + b.len())?;
            a.extend(b);
            Py::list(a)
        }
        (O::Add, Held::Tuple(mut a), Held::Tuple(b)) => {
            run.charge_elements(a.len() + b.len())?;
            a.extend(b);
            Py::tuple(a)
        }
        (O::BitOr, Held::Dict(mut a), Held::Dict(b)) => {
            a.items.extend(b.items);
            Py::Shared(Shared::new(Held::Dict(a)))
        }
        (O::BitOr, Held::Set(mut a), Held::Set(b)) => {
            for (key, value) in b {
                a.entry(key).or_insert(value);
            }
            Py::Shared(Shared::new(Held::Set(a)))
        }
        (O::BitAnd, Held::Set(mut a), Held::Set(b)) => {
            a.retain(|key, _| b.contains_key(key));
            Py::Shared(Shared::new(Held::Set(a)))
        }
        (O::Sub, Held::Set(mut a), Held::Set(b)) => {
            a.retain(|key, _| !b.contains_key(key));
            Py::Shared(Shared::new(Held::Set(a)))
        }
        (O::BitXor, Held::Set(a), Held::Set(b)) => {
            let only = |a: &indexmap::IndexMap<_, Py>, b: &indexmap::IndexMap<super::key::Key, Py>| {
                a.iter().filter(|(key, _)| !b.contains_key(*key)).map(|(_, value)| value.clone()).collect::<Vec<_>>()
            };
            let mut values = only(&a, &b);
            values.extend(only(&b, &a));
            Py::set(values)?
        }
        (op, a, b) => {
            if matches!((&a, &b), (Held::Rows(_), Held::Rows(_))) {
                return Ok(None);
            }
            return Err(unsupported(op, &Py::Shared(left.clone()), &Py::Shared(right.clone())));
        }
    }))
}

/// Whether a value makes an expression of a query of what it is combined with.
fn is_of_queries(value: &Py) -> bool {
    matches!(value, Py::Expr(_) | Py::Q(_))
}

fn unsupported(op: ast::Operator, left: &Py, right: &Py) -> Error {
    Error::type_error(format!(
        "unsupported operand type(s) for {}: '{}' and '{}'",
        op.as_str(),
        value_type(left),
        value_type(right)
    ))
}

fn overflow() -> Error {
    Error::python("OverflowError", "the number is too large")
}

fn zero() -> Error {
    Error::python("ZeroDivisionError", "division by zero")
}

/// Numbers of one kind or of several: decimals do not go together with floats, as in Python.
fn numbers(op: ast::Operator, left: &Py, right: &Py) -> Result<Option<Py>> {
    let int = |value: &Py| match value {
        Py::Bool(value) => Some(i128::from(*value)),
        Py::Int(value) => Some(*value),
        _ => None,
    };
    let both_bool = matches!((left, right), (Py::Bool(_), Py::Bool(_)));
    if let (Some(a), Some(b)) = (int(left), int(right)) {
        use ast::Operator as O;
        if both_bool && matches!(op, O::BitAnd | O::BitOr | O::BitXor) {
            return Ok(Some(Py::Bool(match op {
                O::BitAnd => a & b != 0,
                O::BitOr => a | b != 0,
                _ => a ^ b != 0,
            })));
        }
        return integers(op, a, b).map(Some);
    }
    let decimal = |value: &Py| match value {
        Py::Decimal(value) => Some(*value),
        value => int(value).and_then(|value| Decimal::try_from_i128_with_scale(value, 0).ok()),
    };
    let float = |value: &Py| match value {
        Py::Float(value) => Some(*value),
        value => int(value).map(|value| value as f64),
    };
    if matches!(left, Py::Decimal(_)) || matches!(right, Py::Decimal(_)) {
        return match (decimal(left), decimal(right)) {
            (Some(a), Some(b)) => decimals(op, a, b).map(Some),
            _ if float(left).is_some() || float(right).is_some() => Err(unsupported(op, left, right)),
            _ => Ok(None),
        };
    }
    match (float(left), float(right)) {
        (Some(a), Some(b)) => floats(op, a, b).map(Some),
        _ => Ok(None),
    }
}

fn integers(op: ast::Operator, a: i128, b: i128) -> Result<Py> {
    use ast::Operator as O;
    Ok(Py::Int(match op {
        O::Add => a.checked_add(b).ok_or_else(overflow)?,
        O::Sub => a.checked_sub(b).ok_or_else(overflow)?,
        O::Mult => a.checked_mul(b).ok_or_else(overflow)?,
        O::Div | O::FloorDiv | O::Mod if b == 0 => return Err(zero()),
        O::Div => return Ok(Py::Float(a as f64 / b as f64)),
        O::FloorDiv => {
            let quotient = a.checked_div(b).ok_or_else(overflow)?;
            if a.checked_rem(b).unwrap_or_default() != 0 && (a < 0) != (b < 0) { quotient - 1 } else { quotient }
        }
        O::Mod => {
            let rest = a.checked_rem(b).unwrap_or_default();
            if rest != 0 && (rest < 0) != (b < 0) { rest + b } else { rest }
        }
        O::Pow if b < 0 => return floats(op, a as f64, b as f64),
        O::Pow => u32::try_from(b).ok().and_then(|b| a.checked_pow(b)).ok_or_else(overflow)?,
        O::BitAnd => a & b,
        O::BitOr => a | b,
        O::BitXor => a ^ b,
        O::LShift | O::RShift => {
            let places = u32::try_from(b).map_err(|_| Error::value_error("negative shift count"))?;
            match op {
                O::LShift if places < 127 && a.unsigned_abs().leading_zeros() > places + 1 => a << places,
                O::LShift => return Err(overflow()),
                _ => a >> places.min(127),
            }
        }
        O::MatMult => return Err(unsupported(op, &Py::Int(a), &Py::Int(b))),
    }))
}

fn floats(op: ast::Operator, a: f64, b: f64) -> Result<Py> {
    use ast::Operator as O;
    Ok(Py::Float(match op {
        O::Add => a + b,
        O::Sub => a - b,
        O::Mult => a * b,
        O::Div | O::FloorDiv | O::Mod if b == 0.0 => return Err(zero()),
        O::Div => a / b,
        O::FloorDiv => (a / b).floor(),
        O::Mod => {
            let rest = a % b;
            match rest {
                0.0 => 0.0_f64.copysign(b),
                rest if (rest < 0.0) != (b < 0.0) => rest + b,
                rest => rest,
            }
        }
        O::Pow => a.powf(b),
        _ => return Err(unsupported(op, &Py::Float(a), &Py::Float(b))),
    }))
}

fn decimals(op: ast::Operator, a: Decimal, b: Decimal) -> Result<Py> {
    use ast::Operator as O;
    Ok(Py::Decimal(match op {
        O::Add => a.checked_add(b).ok_or_else(overflow)?,
        O::Sub => a.checked_sub(b).ok_or_else(overflow)?,
        O::Mult => a.checked_mul(b).ok_or_else(overflow)?,
        O::Div | O::FloorDiv | O::Mod if b.is_zero() => {
            return Err(Error::python("DivisionByZero", "[<class 'decimal.DivisionByZero'>]"));
        }
        O::Div => {
            // As many digits as there have to be, but no fewer than the numbers have.
            let mut quotient = a.checked_div(b).ok_or_else(overflow)?.normalize();
            let least = a.scale().saturating_sub(b.scale());
            if quotient.scale() < least {
                quotient.rescale(least);
            }
            quotient
        }
        O::FloorDiv => a.checked_div(b).ok_or_else(overflow)?.trunc(),
        O::Mod => a.checked_rem(b).ok_or_else(overflow)?,
        O::Pow => {
            let power = b.to_i64().filter(|_| b.is_integer()).ok_or_else(|| {
                Error::type_error("a Decimal is raised to whole powers only; use Power() to let the database do it")
            })?;
            let mut made = Decimal::ONE;
            for _ in 0..power.unsigned_abs().min(1_000) {
                made = made.checked_mul(a).ok_or_else(overflow)?;
            }
            if power < 0 { Decimal::ONE.checked_div(made).ok_or_else(zero)? } else { made }
        }
        _ => return Err(unsupported(op, &Py::Decimal(a), &Py::Decimal(b))),
    }))
}

/// Dates, times and spans.
fn times(op: ast::Operator, left: &Py, right: &Py) -> Result<Option<Py>> {
    use ast::Operator as O;
    let too_far = || Error::python("OverflowError", "date value out of range");
    let ratio = |a: &SignedDuration, b: f64| SignedDuration::try_from_secs_f64(a.as_secs_f64() * b).ok();
    Ok(Some(match (op, left, right) {
        (O::Sub, Py::Date(a), Py::Date(b)) => {
            Py::Delta(a.to_datetime(Time::midnight()).duration_since(b.to_datetime(Time::midnight())))
        }
        (O::Add, Py::Delta(b), Py::Date(a)) => Py::Date(a.checked_add(*b).map_err(|_| too_far())?),
        (O::Add, Py::Delta(b), Py::DateTime(a)) => Py::DateTime(a.checked_add(*b).map_err(|_| too_far())?),
        (O::Add, Py::Delta(b), Py::Timestamp(a)) => Py::Timestamp(a.checked_add(*b).map_err(|_| too_far())?),
        (O::Mult, Py::Delta(a), Py::Int(b)) | (O::Mult, Py::Int(b), Py::Delta(a)) => {
            let times = i32::try_from(*b).ok();
            Py::Delta(times.and_then(|times| a.checked_mul(times)).ok_or_else(too_far)?)
        }
        (O::Mult, Py::Delta(a), Py::Float(b)) | (O::Mult, Py::Float(b), Py::Delta(a)) => {
            Py::Delta(ratio(a, *b).ok_or_else(too_far)?)
        }
        (O::Div | O::FloorDiv, Py::Delta(_), Py::Int(0)) => return Err(zero()),
        (O::Div | O::FloorDiv, Py::Delta(a), Py::Int(b)) => {
            let parts = i32::try_from(*b).ok();
            Py::Delta(parts.and_then(|parts| a.checked_div(parts)).ok_or_else(too_far)?)
        }
        (O::Div | O::FloorDiv, Py::Delta(_), Py::Delta(b)) if b.is_zero() => return Err(zero()),
        (O::Div, Py::Delta(a), Py::Delta(b)) => Py::Float(a.as_secs_f64() / b.as_secs_f64()),
        (O::FloorDiv, Py::Delta(a), Py::Delta(b)) => Py::Int((a.as_secs_f64() / b.as_secs_f64()).floor() as i128),
        _ => return Ok(None),
    }))
}

/// What an operator makes of one value.
pub(super) fn unary(op: ast::UnaryOp, value: Py) -> Result<Py> {
    match (op, value) {
        (ast::UnaryOp::USub, Py::Bool(value)) => Ok(Py::Int(-i128::from(value))),
        (ast::UnaryOp::UAdd, Py::Bool(value)) => Ok(Py::Int(value.into())),
        (op, value) => crate::evaluate::unary(op, value),
    }
}
