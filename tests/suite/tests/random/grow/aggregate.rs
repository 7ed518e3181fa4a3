//! Aggregates.

use embellie_core::expr::{Aggregate, AggregateFunction as A};
use embellie_core::{Expr, OrderBy};

use super::Scope;
use super::condition::condition;
use super::expr::{expr, leaf};
use crate::models::Sort;
use crate::tape::Tape;
use crate::values::value;

/// An aggregate, and what it gives.
pub(crate) fn aggregate(scope: &Scope, tape: &mut Tape<'_>) -> (Aggregate, Sort) {
    // An aggregate is no part of another.
    let scope = &scope.plain();
    let (aggregate, sort) = bare(scope, tape);
    if aggregate.arguments == [Expr::Star] {
        // Rows are counted without conditions; a field is counted with them.
        return (aggregate, sort);
    }
    let aggregate = if tape.once_in(4) { aggregate.filter(condition(scope, 1, tape)) } else { aggregate };
    if aggregate.function == A::Count || !tape.once_in(5) {
        return (aggregate, sort);
    }
    (aggregate.default(value(sort, tape)), sort)
}

fn bare(scope: &Scope, tape: &mut Tape<'_>) -> (Aggregate, Sort) {
    let of = |function, sort, tape: &mut Tape<'_>| {
        let argument = if tape.once_in(3) { expr(scope, sort, 1, tape) } else { leaf(scope, sort, tape) };
        Aggregate::new(function, [argument])
    };
    match tape.below(8) {
        0 => (Aggregate::new(A::Count, [Expr::Star]), Sort::Int),
        1 => {
            let sort = tape.pick(&[Sort::Int, Sort::Text, Sort::Date]);
            let count = of(A::Count, sort, tape);
            (if tape.once_in(2) { count.distinct() } else { count }, Sort::Int)
        }
        2 => {
            let sort = tape.pick(&[Sort::Int, Sort::Float, Sort::Decimal, Sort::Duration]);
            let sum = of(A::Sum, sort, tape);
            (if tape.once_in(3) { sum.distinct() } else { sum }, sort)
        }
        3 | 4 => {
            // Not all databases know the least of truth values, keys or addresses.
            let sorts = [
                Sort::Int,
                Sort::Text,
                Sort::Date,
                Sort::Moment,
                Sort::Float,
                Sort::Decimal,
                Sort::Time,
                Sort::Naive,
                Sort::Duration,
            ];
            let sort = tape.pick(&sorts);
            (of(tape.pick(&[A::Max, A::Min]), sort, tape), sort)
        }
        5 => (of(A::Avg, tape.pick(&[Sort::Int, Sort::Float]), tape), Sort::Float),
        6 => {
            let sample = tape.below(2) == 1;
            let function = tape.pick(&[A::StdDev { sample }, A::Variance { sample }]);
            (of(function, tape.pick(&[Sort::Int, Sort::Float]), tape), Sort::Float)
        }
        // The order of equal values is of no matter; that of different ones has to be said.
        _ => {
            let argument = leaf(scope, Sort::Text, tape);
            let ordered = OrderBy::from(argument.clone()).nulls_first();
            let joined = Aggregate::new(A::StringAgg, [argument, Expr::value(tape.pick(&[",", ""]))]);
            (joined.order_by([ordered]), Sort::Text)
        }
    }
}
