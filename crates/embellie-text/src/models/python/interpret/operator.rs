//! Operators and comparisons.

use std::cmp::Ordering;

use ruff_python_ast as ast;

use super::{Frame, Interpreter};
use crate::models::python::value::Val;
use crate::{Py, evaluate};

/// How long a text or list may be that an operator makes.
const LONGEST: usize = 1 << 20;

impl Interpreter {
    pub(super) fn binary(&mut self, operator: ast::Operator, left: Val, right: Val) -> Val {
        match (operator, &left, &right) {
            (ast::Operator::Mod, Val::Py(Py::Str(pattern)), values) => {
                return formatted(pattern, values).map_or(Val::Unknown, |text| Val::text(&text));
            }
            (ast::Operator::Add, Val::List(_), _) => {
                let (Some(mut a), Some(b)) = (left.elements(), right.elements()) else { return Val::Unknown };
                a.extend(b);
                return if a.len() < LONGEST { Val::list(a) } else { Val::Unknown };
            }
            (ast::Operator::Add, Val::Tuple(_), _) => {
                let (Some(mut a), Some(b)) = (left.elements(), right.elements()) else { return Val::Unknown };
                a.extend(b);
                return if a.len() < LONGEST { Val::tuple(a) } else { Val::Unknown };
            }
            (ast::Operator::BitOr, Val::Dict(a), Val::Dict(b)) => {
                let items = a.borrow().iter().chain(b.borrow().iter()).cloned().collect();
                return Val::dict(items);
            }
            (ast::Operator::BitOr, Val::Set(a), Val::Set(b)) => {
                return Val::Set(a.iter().chain(&**b).cloned().collect());
            }
            (ast::Operator::Mult, Val::Py(Py::Str(text)), _) => {
                return match right.as_int().and_then(|times| usize::try_from(times).ok()) {
                    Some(times) if times.saturating_mul(text.len()) < LONGEST => Val::text(&text.repeat(times)),
                    _ => Val::Unknown,
                };
            }
            _ => {}
        }
        match (left.to_py(), right.to_py()) {
            (Some(left), Some(right)) => evaluate::binary(operator, left, right).map_or(Val::Unknown, Val::Py),
            _ => Val::Unknown,
        }
    }

    pub(super) fn unary(&mut self, operator: ast::UnaryOp, value: Val) -> Val {
        if operator == ast::UnaryOp::Not {
            return value.truth().map_or(Val::Unknown, |holds| Val::bool(!holds));
        }
        value.to_py().and_then(|value| evaluate::unary(operator, value).ok()).map_or(Val::Unknown, Val::Py)
    }

    pub(super) fn bool_op(&mut self, operation: &ast::ExprBoolOp, frame: &mut Frame) -> Val {
        let stops_at = operation.op == ast::BoolOp::Or;
        let mut last = Val::Unknown;
        let mut unknown = false;
        for tree in &operation.values {
            last = self.expr(tree, frame);
            match last.truth() {
                Some(truth) if truth == stops_at => {
                    return if unknown && !is_bool(&last) { Val::Unknown } else { last };
                }
                Some(_) => {}
                None => unknown = true,
            }
        }
        if unknown { Val::Unknown } else { last }
    }

    pub(super) fn compare(&mut self, compare: &ast::ExprCompare, frame: &mut Frame) -> Val {
        let mut left = self.expr(&compare.left, frame);
        for (operator, right) in compare.ops.iter().zip(&compare.comparators) {
            let right = self.expr(right, frame);
            match compared(*operator, &left, &right) {
                Some(true) => left = right,
                Some(false) => return Val::bool(false),
                None => return Val::Unknown,
            }
        }
        Val::bool(true)
    }
}

fn is_bool(value: &Val) -> bool {
    matches!(value, Val::Py(Py::Bool(_)))
}

fn compared(operator: ast::CmpOp, left: &Val, right: &Val) -> Option<bool> {
    let within = || -> Option<bool> {
        if let (Val::Py(Py::Str(part)), Val::Py(Py::Str(text))) = (left, right) {
            return Some(text.contains(part.as_str()));
        }
        let mut unknown = false;
        for value in right.elements()? {
            match left.equals(&value) {
                Some(true) => return Some(true),
                Some(false) => {}
                None => unknown = true,
            }
        }
        (!unknown).then_some(false)
    };
    let is = || match (left, right) {
        (Val::Unknown, _) | (_, Val::Unknown) => None,
        (a, b) if a.is_none() || b.is_none() => match (a, b) {
            (Val::Outside(_) | Val::Attribute(_) | Val::Later(_), _)
            | (_, Val::Outside(_) | Val::Attribute(_) | Val::Later(_)) => None,
            (a, b) => Some(a.is_none() && b.is_none()),
        },
        (a, b) => a.equals(b),
    };
    Some(match operator {
        ast::CmpOp::Eq => left.equals(right)?,
        ast::CmpOp::NotEq => !left.equals(right)?,
        ast::CmpOp::Is => is()?,
        ast::CmpOp::IsNot => !is()?,
        ast::CmpOp::In => within()?,
        ast::CmpOp::NotIn => !within()?,
        ast::CmpOp::Lt => order(left, right)?.is_lt(),
        ast::CmpOp::LtE => order(left, right)?.is_le(),
        ast::CmpOp::Gt => order(left, right)?.is_gt(),
        ast::CmpOp::GtE => order(left, right)?.is_ge(),
    })
}

pub(super) fn order(left: &Val, right: &Val) -> Option<Ordering> {
    match (left, right) {
        (Val::Tuple(a), Val::Tuple(b)) => {
            for (a, b) in a.iter().zip(&**b) {
                match order(a, b)? {
                    Ordering::Equal => {}
                    other => return Some(other),
                }
            }
            Some(a.len().cmp(&b.len()))
        }
        _ => match (left.to_py()?, right.to_py()?) {
            (Py::Str(a), Py::Str(b)) => Some(a.cmp(&b)),
            (Py::Float(a), Py::Float(b)) => a.partial_cmp(&b),
            (Py::Int(a), Py::Float(b)) => (a as f64).partial_cmp(&b),
            (Py::Float(a), Py::Int(b)) => a.partial_cmp(&(b as f64)),
            (Py::Date(a), Py::Date(b)) => Some(a.cmp(&b)),
            _ => Some(left.as_int()?.cmp(&right.as_int()?)),
        },
    }
}

/// What `str()` makes of a value.
pub(super) fn shown(value: &Val) -> Option<String> {
    Some(match value {
        Val::Py(Py::Str(text)) => text.clone(),
        Val::Py(Py::Int(value)) => value.to_string(),
        Val::Py(Py::Bool(true)) => "True".to_owned(),
        Val::Py(Py::Bool(false)) => "False".to_owned(),
        Val::Py(Py::None) => "None".to_owned(),
        Val::Py(Py::Float(value)) if value.fract() == 0.0 => format!("{value:.1}"),
        Val::Py(Py::Float(value)) => value.to_string(),
        Val::Member(member) => return shown(&member.value),
        _ => return None,
    })
}

/// `pattern % values`, for `%s`, `%d` and `%(name)s`.
fn formatted(pattern: &str, values: &Val) -> Option<String> {
    let mut written = String::new();
    let mut rest = pattern;
    let mut positional = match values {
        Val::Tuple(values) => values.to_vec(),
        other => vec![other.clone()],
    }
    .into_iter();
    while let Some(at) = rest.find('%') {
        written.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('%') {
            written.push('%');
            rest = after;
        } else if let Some(after) = rest.strip_prefix('(') {
            let (name, after) = after.split_once(')')?;
            let Val::Dict(items) = values else { return None };
            let items = items.borrow();
            let value = items.iter().find(|(key, _)| key.as_text().as_deref() == Some(name)).map(|(_, value)| value)?;
            written.push_str(&shown(value)?);
            rest = after.strip_prefix(['s', 'd', 'i'])?;
        } else {
            written.push_str(&shown(&positional.next()?)?);
            rest = rest.strip_prefix(['s', 'd', 'i'])?;
        }
    }
    written.push_str(rest);
    Some(written)
}
