//! Functions, and expressions that are like them.

use embellie_core::expr::{DatePart, Expr, Func, Function, TruncUnit};
use embellie_core::field::FieldKind;
use embellie_core::{Error, Q, Result, Value};

use super::joins::Places;
use super::{Scope, arithmetic};
use crate::resolved::Scalar;

impl<'r> Scope<'_, 'r> {
    /// A function of arguments.
    pub(super) fn call(
        &mut self,
        function: Function,
        arguments: &[Expr],
        shared: &mut Option<&mut Places>,
        joins: bool,
    ) -> Result<Scalar<'r>> {
        let arguments: Result<Vec<Scalar<'r>>> =
            arguments.iter().map(|argument| self.scalar_in(argument, shared, joins)).collect();
        call(function, arguments?)
    }

    /// A part of a date or time.
    pub(super) fn extract(&mut self, _scalar: Scalar<'r>, _part: DatePart, _zone: Option<&str>) -> Result<Scalar<'r>> {
        Err(Error::NotSupported("Extract is not known to the compiler".into()))
    }

    /// A date or time cut down to a unit.
    pub(super) fn trunc(&mut self, _scalar: Scalar<'r>, _unit: TruncUnit, _zone: Option<&str>) -> Result<Scalar<'r>> {
        Err(Error::NotSupported("Trunc is not known to the compiler".into()))
    }

    /// A function given by its text.
    pub(super) fn func(&mut self, _func: &Func, _shared: &mut Option<&mut Places>, _joins: bool) -> Result<Scalar<'r>> {
        Err(Error::NotSupported("Func is not known to the compiler".into()))
    }

    /// Text compared by the rules of a collation.
    pub(super) fn collate(
        &mut self,
        _expr: &Expr,
        _collation: &str,
        _shared: &mut Option<&mut Places>,
        _joins: bool,
    ) -> Result<Scalar<'r>> {
        Err(Error::NotSupported("Collate is not known to the compiler".into()))
    }

    /// A part of a text or an array.
    pub(super) fn slice_of(&mut self, _scalar: Scalar<'r>, _start: u64, _length: Option<u64>) -> Result<Scalar<'r>> {
        Err(Error::NotSupported("a slice of an expression is not known to the compiler".into()))
    }

    /// The first expression whose condition holds.
    pub(super) fn case(
        &mut self,
        whens: &[(Q, Expr)],
        otherwise: Option<&Expr>,
        shared: &mut Option<&mut Places>,
        joins: bool,
    ) -> Result<Scalar<'r>> {
        use crate::resolved::Condition;
        let mut resolved = Vec::with_capacity(whens.len());
        let mut last = None;
        for (q, then) in whens {
            if q.is_all() {
                return Err(Error::Value("An empty Q() can't be used as a When() condition.".into()));
            }
            match self.condition_value(q, shared, joins)? {
                Condition::Never => {
                    self.scalar_in(then, shared, joins)?;
                }
                Condition::Always => {
                    last = Some(self.scalar_in(then, shared, joins)?);
                    break;
                }
                condition => resolved.push((condition, self.scalar_in(then, shared, joins)?)),
            }
        }
        let otherwise = match (last, otherwise) {
            (Some(last), _) => last,
            (None, Some(otherwise)) => self.scalar_in(otherwise, shared, joins)?,
            (None, None) => Scalar::Value { value: Value::Null, kind: None },
        };
        let kinds = resolved.iter().map(|(_, then)| then).chain([&otherwise]).filter_map(Scalar::kind);
        let kind = arithmetic::common(kinds)?;
        if resolved.is_empty() {
            return Ok(otherwise);
        }
        Ok(Scalar::Case { whens: resolved, otherwise: Box::new(otherwise), kind })
    }
}

fn call(function: Function, arguments: Vec<Scalar<'_>>) -> Result<Scalar<'_>> {
    let count = arguments.len();
    let kind_of_first = arguments.first().and_then(Scalar::kind);
    let expect = |expected: usize| {
        if count == expected {
            return Ok(());
        }
        let s = if expected == 1 { "" } else { "s" };
        Err(Error::Type(format!("'{}' takes exactly {expected} argument{s} ({count} given)", function.name())))
    };
    if function.is_window() {
        return super::window::window_function(function, arguments);
    }
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
        other => {
            return Err(Error::NotSupported(format!("the function {} is not known to the compiler", other.name())));
        }
    };
    Ok(Scalar::Call { function, arguments, kind })
}
