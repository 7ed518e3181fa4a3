//! Windows: which functions and frames there are. Django's `Window`, `WindowFrame` and `check_window_frame`.

use embellie_core::expr::{Bound, Frame, FrameUnits, Function, Window as Asked};
use embellie_core::field::{FieldKind, prepare};
use embellie_core::{Error, Expr, OrderBy, Result, Value};

use super::Scope;
use super::joins::Places;
use crate::Capability;
use crate::resolved::{Scalar, Term, Window};

impl<'r> Scope<'_, 'r> {
    /// A function over rows around each row.
    pub(super) fn window(
        &mut self,
        window: &Asked,
        shared: &mut Option<&mut Places>,
        joins: bool,
    ) -> Result<Scalar<'r>> {
        if let Expr::Typed { expr, kind } = &window.expr {
            let inner = Asked { expr: (**expr).clone(), ..window.clone() };
            let scalar = self.window(&inner, shared, joins)?;
            return Ok(Scalar::Typed { expr: Box::new(scalar), kind: *kind });
        }
        let expr = self.window_function(&window.expr, shared, joins)?;
        let partition_by: Result<Vec<Scalar<'r>>> =
            window.partition_by.iter().map(|part| self.scalar_in(part, shared, joins)).collect();
        let (partition_by, order_by) = (partition_by?, self.window_terms(&window.order_by, shared, joins)?);
        let parts = partition_by.iter().chain(order_by.iter().map(|term| &term.expr));
        if parts.chain([&expr]).any(Scalar::contains_window) {
            return Err(Error::Field(
                "Window expressions are not allowed in a window: filter or order by the inner one in a query of its own"
                    .into(),
            ));
        }
        if let Some(frame) = &window.frame {
            self.check_frame(frame, order_by.len())?;
        }
        // Constants order nothing, and a number would be the place of a column.
        let order_by = order_by.into_iter().filter(|term| !matches!(term.expr, Scalar::Value { .. })).collect();
        let over = |expr| Scalar::Window(Box::new(Window { expr, partition_by, order_by, frame: window.frame }));
        Ok(match expr {
            // What stands for no rows is not part of what is computed over them.
            Scalar::Call { function: Function::Coalesce, mut arguments, kind } if !arguments.is_empty() => {
                let aggregate = arguments.remove(0);
                arguments.insert(0, over(aggregate));
                Scalar::Call { function: Function::Coalesce, arguments, kind }
            }
            expr => over(expr),
        })
    }

    /// What can be computed over rows around a row: functions that are made for it, and aggregates.
    fn window_function(&mut self, expr: &Expr, shared: &mut Option<&mut Places>, joins: bool) -> Result<Scalar<'r>> {
        let incompatible = |name: &str| {
            Error::Value(format!(
                "Expression '{name}' isn't compatible with OVER clauses: a window takes a window function or an \
                 aggregate."
            ))
        };
        match expr {
            Expr::Call { function, arguments } if function.is_window() => {
                check_arguments(*function, arguments)?;
                let resolved: Result<Vec<Scalar<'r>>> =
                    arguments.iter().map(|argument| self.scalar_in(argument, shared, joins)).collect();
                window_call(*function, resolved?)
            }
            Expr::Call { function, .. } => Err(incompatible(function.name())),
            Expr::Func(func) if !func.aggregate => Err(incompatible(&func.name)),
            Expr::Aggregate(aggregate) if aggregate.distinct => Err(Error::NotSupported(format!(
                "{}: equal values cannot be counted once in a window",
                aggregate.function.name()
            ))),
            Expr::Aggregate(aggregate) if !aggregate.order_by.is_empty() => Err(Error::NotSupported(format!(
                "{}: the values of a window have the window's order, and no other",
                aggregate.function.name()
            ))),
            Expr::Aggregate(_) | Expr::Func(_) => self.scalar_in(expr, shared, joins),
            Expr::Path(_) => Err(incompatible("F")),
            Expr::Value(_) => Err(incompatible("Value")),
            Expr::Case { .. } => Err(incompatible("Case")),
            Expr::Combined { .. } => Err(incompatible("CombinedExpression")),
            Expr::Subquery(_) => Err(incompatible("Subquery")),
            Expr::Window(_) => Err(incompatible("Window")),
            other => Err(incompatible(&other.to_string())),
        }
    }

    /// Refuses a frame that begins after its end, or that the server cannot have.
    fn check_frame(&self, frame: &Frame, terms: usize) -> Result<()> {
        let target = self.context.target;
        let (start, end) = (offset(frame.start)?, offset(frame.end)?);
        let offsets = start.is_some_and(|rows| rows != 0) || end.is_some_and(|rows| rows != 0);
        if frame.units == FrameUnits::Range {
            if let Some(start) = start.filter(|&start| start > 0) {
                return Err(Error::Value(format!(
                    "start argument must be a negative integer, zero, or None, but got '{start}'."
                )));
            }
            if let Some(end) = end.filter(|&end| end < 0) {
                return Err(Error::Value(format!(
                    "end argument must be a positive integer, zero, or None, but got '{end}'."
                )));
            }
            if offsets && !target.can(Capability::RangeOffsets) {
                return Err(Error::NotSupported(format!(
                    "{} only supports UNBOUNDED together with PRECEDING and FOLLOWING.",
                    target.product()
                )));
            }
            if offsets && terms != 1 {
                return Err(Error::NotSupported(format!(
                    "a range of values counts from one value: the window must be ordered by one term, not by {terms}"
                )));
            }
        } else if let (Some(start), Some(end)) = (start, end)
            && start > end
        {
            return Err(Error::Value("start cannot be greater than end.".into()));
        }
        if frame.units == FrameUnits::Groups {
            target.require(Capability::FrameGroups)?;
            if terms == 0 {
                return Err(Error::NotSupported(
                    "a frame of groups needs an ordering, which says which rows are equal".into(),
                ));
            }
        }
        if frame.exclusion.is_some() {
            target.require(Capability::FrameExclusion)?;
        }
        Ok(())
    }

    /// The terms of an ordering inside an expression.
    pub(super) fn window_terms(
        &mut self,
        terms: &[OrderBy],
        shared: &mut Option<&mut Places>,
        joins: bool,
    ) -> Result<Vec<Term<'r>>> {
        terms
            .iter()
            .map(|term| {
                let expr = match &term.expr {
                    Expr::Path(path) if path.names().eq(["?"]) => Scalar::Random,
                    expr => self.scalar_in(expr, shared, joins)?,
                };
                Ok(Term { expr, descending: term.descending, nulls: term.nulls })
            })
            .collect()
    }
}

/// Refuses a function that has a meaning in a window alone, where there is none.
pub(super) fn outside_of_window(function: Function) -> Error {
    let name = function.name();
    Error::Value(format!("{name} is computed over a window: put it into one, Window({name}(…))"))
}

/// How far from the current row a bound is; `None` for the first or last row.
fn offset(bound: Bound) -> Result<Option<i64>> {
    let number =
        |rows: u64| i64::try_from(rows).map_err(|_| Error::Value(format!("a frame cannot reach {rows} rows far")));
    Ok(match bound {
        Bound::Unbounded => None,
        Bound::Preceding(rows) => Some(-number(rows)?),
        Bound::CurrentRow => Some(0),
        Bound::Following(rows) => Some(number(rows)?),
    })
}

/// Refuses arguments that a window function cannot have, as Django does when it is made.
fn check_arguments(function: Function, arguments: &[Expr]) -> Result<()> {
    use Function as F;
    let name = function.name();
    let (least, most) = match function {
        F::Lag | F::Lead => (1, 3),
        F::NthValue => (1, 2),
        F::FirstValue | F::LastValue => (1, 1),
        F::Ntile => (0, 1),
        _ => (0, 0),
    };
    if arguments.len() < least || arguments.len() > most {
        let s = if most == 1 { "" } else { "s" };
        let exactly = if least == most { format!("exactly {most}") } else { format!("{least} to {most}") };
        return Err(Error::Type(format!("'{name}' takes {exactly} argument{s} ({} given)", arguments.len())));
    }
    let positive = |argument: Option<&Expr>| match argument {
        Some(Expr::Value(Value::Int(number))) => *number > 0,
        Some(Expr::Value(_)) => false,
        _ => true,
    };
    if matches!(arguments.first(), Some(Expr::Value(Value::Null))) && function != F::Ntile {
        return Err(Error::Value(format!("{name} requires a non-null source expression.")));
    }
    match function {
        F::Lag | F::Lead if !positive(arguments.get(1)) => {
            Err(Error::Value(format!("{name} requires a positive integer for the offset.")))
        }
        F::NthValue if !positive(arguments.get(1)) => {
            Err(Error::Value(format!("{name} requires a positive integer as for nth.")))
        }
        F::Ntile if !positive(arguments.first()) => Err(Error::Value("num_buckets must be greater than 0.".into())),
        _ => Ok(()),
    }
}

/// A window function of resolved arguments, with those that it has by default.
fn window_call(function: Function, mut arguments: Vec<Scalar<'_>>) -> Result<Scalar<'_>> {
    use Function as F;
    let one = || Scalar::Value { value: Value::Int(1), kind: Some(FieldKind::Integer) };
    let of = arguments.first().and_then(Scalar::kind);
    let kind = match function {
        F::RowNumber | F::Rank | F::DenseRank => FieldKind::BigInteger,
        F::Ntile => FieldKind::Integer,
        F::CumeDist | F::PercentRank => FieldKind::Float,
        _ => of.unwrap_or(FieldKind::Text),
    };
    match function {
        F::Lag | F::Lead | F::NthValue if arguments.len() == 1 => arguments.push(one()),
        F::Ntile if arguments.is_empty() => arguments.push(one()),
        _ => {}
    }
    // What stands where there is no row is of the kind of what stands elsewhere.
    if let (Some(Scalar::Value { value, kind: known @ None }), Some(kind)) = (arguments.get_mut(2), of) {
        *value = prepare(kind, function.name(), std::mem::replace(value, Value::Null))?;
        *known = Some(kind);
    }
    Ok(Scalar::Call { function, arguments, kind })
}
