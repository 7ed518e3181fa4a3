//! Expressions: `F`, constants, operators and functions.

use embellie_core::expr::{Expr, Function, Operator};
use embellie_core::field::FieldKind;
use embellie_core::{Error, Result, Value};

use super::arithmetic;
use super::joins::{Places, Reuse};
use super::{Scope, message};
use crate::resolved::Scalar;

impl<'r> Scope<'_, 'r> {
    /// An expression that reaches no other table.
    pub(crate) fn own_scalar(&mut self, expr: &Expr) -> Result<Scalar<'r>> {
        self.scalar(expr, None, false)
    }

    /// An expression over the query's tables. `shared` says which joins over multi-valued relations it may share and
    /// learns of those it uses; without it, all may be shared. Without `joins`, it may not leave its table.
    pub(super) fn scalar(&mut self, expr: &Expr, shared: Option<&mut Places>, joins: bool) -> Result<Scalar<'r>> {
        let mut shared = shared;
        self.scalar_in(expr, &mut shared, joins)
    }

    fn scalar_in(&mut self, expr: &Expr, shared: &mut Option<&mut Places>, joins: bool) -> Result<Scalar<'r>> {
        let _level = self.context.enter()?;
        match expr {
            Expr::Path(path) => {
                let names: Vec<&str> = path.names().collect();
                let reuse = shared.as_deref().map_or(Reuse::All, Reuse::Only);
                let trimmed = self.reach(&names, reuse)?;
                if !joins && trimmed.places.len() > 1 {
                    return Err(message::joined_reference());
                }
                if let Some(shared) = shared {
                    shared.extend(trimmed.places.iter().copied());
                }
                Ok(Scalar::Column(trimmed.column))
            }
            Expr::Value(Value::List(_)) => {
                Err(Error::Type("a list can only be compared with; it cannot be part of an expression".into()))
            }
            Expr::Value(value) => Ok(Scalar::Value { value: value.clone(), kind: None }),
            Expr::Combined { left, operator, right } => {
                let left = self.scalar_in(left, shared, joins)?;
                let right = self.scalar_in(right, shared, joins)?;
                combine(left, *operator, right)
            }
            Expr::Call { function, arguments } => {
                let arguments: Result<Vec<Scalar<'r>>> =
                    arguments.iter().map(|argument| self.scalar_in(argument, shared, joins)).collect();
                call(*function, arguments?)
            }
            _ => Err(Error::NotSupported(format!("the expression {expr} is not known to the compiler"))),
        }
    }
}

fn combine<'r>(left: Scalar<'r>, operator: Operator, right: Scalar<'r>) -> Result<Scalar<'r>> {
    let (arithmetic, kind) = arithmetic::combine(left.kind(), operator, right.kind())?;
    Ok(Scalar::Combined { left: Box::new(left), operator, right: Box::new(right), arithmetic, kind })
}

fn call(function: Function, arguments: Vec<Scalar<'_>>) -> Result<Scalar<'_>> {
    let count = arguments.len();
    let kind_of_first = arguments.first().and_then(Scalar::kind);
    let expect = |expected: usize| {
        if count == expected {
            return Ok(());
        }
        let s = if expected == 1 { "" } else { "s" };
        Err(Error::Type(format!("'{function:?}' takes exactly {expected} argument{s} ({count} given)")))
    };
    let kind = match function {
        Function::Lower | Function::Upper => {
            expect(1)?;
            kind_of_first.filter(|kind| kind.is_text()).unwrap_or(FieldKind::Char)
        }
        Function::Length => {
            expect(1)?;
            FieldKind::Integer
        }
        Function::Abs => {
            expect(1)?;
            match kind_of_first {
                Some(kind) if arithmetic::is_number(kind) => kind,
                None => FieldKind::Integer,
                Some(kind) => {
                    return Err(Error::Field(format!("Abs takes a number, not a {}", kind.django_name())));
                }
            }
        }
        Function::Coalesce => {
            if count < 2 {
                return Err(Error::Value("Coalesce must take at least two expressions".into()));
            }
            arithmetic::common(arguments.iter().filter_map(Scalar::kind))?.unwrap_or(FieldKind::Char)
        }
        Function::Now => {
            expect(0)?;
            FieldKind::DateTime
        }
        other => return Err(Error::NotSupported(format!("the function {other:?} is not known to the compiler"))),
    };
    Ok(Scalar::Call { function, arguments, kind })
}
