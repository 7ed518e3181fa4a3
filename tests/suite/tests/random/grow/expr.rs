//! Expressions of each sort.

use embellie_core::expr::Function;
use embellie_core::field::FieldKind;
use embellie_core::{Expr, Query};

use super::condition::condition;
use super::{Made, Scope, date, number, query, text};
use crate::models::Sort;
use crate::tape::Tape;
use crate::values::value;

/// An expression of a sort, of one value for each row.
pub(crate) fn expr(scope: &Scope, sort: Sort, depth: usize, tape: &mut Tape<'_>) -> Expr {
    if depth == 0 || tape.below(3) == 0 {
        return leaf(scope, sort, tape);
    }
    match tape.below(6) {
        0 => leaf(scope, sort, tape),
        1 => either(scope, sort, depth - 1, tape),
        2 if scope.queries && !matches!(sort, Sort::Json) => {
            Expr::Subquery(Box::new(query::one_value(scope, sort, tape)))
        }
        _ => match sort {
            Sort::Int => number::int(scope, depth - 1, tape),
            Sort::Float => number::float(scope, depth - 1, tape),
            Sort::Decimal => number::decimal(scope, depth - 1, tape),
            Sort::Text => text::text(scope, depth - 1, tape),
            Sort::Bool => condition(scope, depth - 1, tape).into(),
            Sort::Date | Sort::Time | Sort::Moment | Sort::Naive | Sort::Duration => {
                date::date(scope, sort, depth - 1, tape)
            }
            Sort::Words | Sort::Numbers => {
                let (start, length) = (tape.below(3) as u64, tape.maybe(|tape| tape.below(3) as u64));
                Expr::Slice { expr: Box::new(leaf(scope, sort, tape)), start, length }
            }
            Sort::Uuid | Sort::Ip | Sort::Json => leaf(scope, sort, tape),
        },
    }
}

/// A field, an annotation, a value, or a field of the query around.
pub(crate) fn leaf(scope: &Scope, sort: Sort, tape: &mut Tape<'_>) -> Expr {
    let names = scope.names(sort, Made::Plain);
    match tape.below(8) {
        0..4 => {}
        4 if !names.is_empty() => return Expr::path(tape.pick(&names)),
        5 if scope.outer.is_some() => {
            let outer = Scope::of(scope.outer.unwrap_or(scope.model));
            if let Some(path) = outer.path(sort, tape) {
                return Expr::outer(path);
            }
        }
        _ => return constant(sort, tape),
    }
    match scope.path(sort, tape) {
        Some(path) => Expr::Path(path),
        None => constant(sort, tape),
    }
}

fn constant(sort: Sort, tape: &mut Tape<'_>) -> Expr {
    Expr::Value(value(sort, tape)).typed(kind(sort))
}

/// The kind of field that holds values of a sort.
pub(crate) fn kind(sort: Sort) -> FieldKind {
    match sort {
        Sort::Int => FieldKind::Integer,
        Sort::Float => FieldKind::Float,
        Sort::Decimal => FieldKind::Decimal { max_digits: 8, decimal_places: 2 },
        Sort::Text => FieldKind::Text,
        Sort::Bool => FieldKind::Bool,
        Sort::Date => FieldKind::Date,
        Sort::Time => FieldKind::Time,
        Sort::Moment => FieldKind::DateTime,
        Sort::Naive => FieldKind::NaiveDateTime,
        Sort::Duration => FieldKind::Duration,
        Sort::Uuid => FieldKind::Uuid,
        Sort::Ip => FieldKind::GenericIpAddress,
        Sort::Json => FieldKind::Json,
        Sort::Words => FieldKind::Text.array(),
        Sort::Numbers => FieldKind::Integer.array(),
    }
}

/// An expression that is not null. `Greatest` and `Least` pass over nulls on one database and give null on another,
/// as Django documents; so they are given none.
pub(crate) fn present(scope: &Scope, sort: Sort, depth: usize, tape: &mut Tape<'_>) -> Expr {
    Expr::call(Function::Coalesce, [expr(scope, sort, depth, tape), constant(sort, tape)])
}

/// What works with values of every sort.
fn either(scope: &Scope, sort: Sort, depth: usize, tape: &mut Tape<'_>) -> Expr {
    // Two documents are not compared: whether one is equal to another, let alone greater, depends on how they are kept.
    // Neither are arrays, but by conditions.
    let choices = if sort == Sort::Json || sort.element().is_some() { 2 } else { 4 };
    match tape.below(choices) {
        0 => Expr::call(Function::Coalesce, [expr(scope, sort, depth, tape), expr(scope, sort, depth, tape)]),
        1 => {
            let whens = tape.list(1, 2, |tape| (condition(scope, depth, tape), expr(scope, sort, depth, tape)));
            let otherwise = tape.once_in(2).then(|| Box::new(expr(scope, sort, depth, tape)));
            Expr::Case { whens, otherwise }
        }
        2 => Expr::call(Function::NullIf, [expr(scope, sort, depth, tape), expr(scope, sort, depth, tape)]),
        // What is greater among truth values, keys and addresses is each database's own.
        _ if matches!(sort, Sort::Bool | Sort::Uuid | Sort::Ip) => leaf(scope, sort, tape),
        _ => {
            let function = tape.pick(&[Function::Greatest, Function::Least]);
            Expr::call(function, tape.list(2, 3, |tape| present(scope, sort, depth, tape)))
        }
    }
}

/// A query as the condition that it has rows.
pub(crate) fn exists(query: Query) -> Expr {
    Expr::Exists(Box::new(query))
}
