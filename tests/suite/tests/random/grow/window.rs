//! Windows.

use embellie_core::expr::{Aggregate, AggregateFunction as A, Bound, Exclusion, Frame, Function, Window};
use embellie_core::{Expr, OrderBy};

use super::Scope;
use super::expr::leaf;
use crate::models::Sort;
use crate::tape::Tape;

/// A value over rows around each row, and what it gives. The rows of a partition are always in a total order: which of
/// two equal rows comes first is each database's own.
pub(crate) fn window(scope: &Scope, tape: &mut Tape<'_>) -> (Window, Sort) {
    use Function as F;
    let value = |tape: &mut Tape<'_>| leaf(scope, Sort::Int, tape);
    let (function, sort) = match tape.below(6) {
        0 => (Expr::call(tape.pick(&[F::RowNumber, F::Rank, F::DenseRank]), []), Sort::Int),
        1 => (Aggregate::new(tape.pick(&[A::Sum, A::Count, A::Max, A::Min]), [value(tape)]).into(), Sort::Int),
        2 => (Expr::call(tape.pick(&[F::FirstValue, F::LastValue]), [value(tape)]), Sort::Int),
        3 => (Expr::call(tape.pick(&[F::Lag, F::Lead]), [value(tape), Expr::value(tape.pick(&[1, 2]))]), Sort::Int),
        4 => (Expr::call(tape.pick(&[F::PercentRank, F::CumeDist]), []), Sort::Float),
        _ => match tape.below(3) {
            0 => (Expr::call(F::Ntile, [Expr::value(tape.pick(&[1, 2, 3]))]), Sort::Int),
            1 => (Expr::call(F::NthValue, [value(tape), Expr::value(tape.pick(&[1, 2]))]), Sort::Int),
            _ => (Aggregate::new(A::Avg, [value(tape)]).into(), Sort::Float),
        },
    };
    let partition = tape.list(0, 2, |tape| leaf(scope, tape.pick(&[Sort::Text, Sort::Int, Sort::Bool]), tape));
    let term = OrderBy { descending: tape.once_in(2), ..leaf(scope, Sort::Int, tape).asc() };
    let mut window = Window::over(function).partition_by(partition);
    window.order_by = vec![term.nulls_last(), "id".into()];
    window.frame = tape.once_in(3).then(|| frame(tape));
    (window, sort)
}

fn frame(tape: &mut Tape<'_>) -> Frame {
    let start = tape.pick(&[Bound::Unbounded, Bound::Preceding(1), Bound::Preceding(2), Bound::CurrentRow]);
    let end = tape.pick(&[Bound::CurrentRow, Bound::Unbounded, Bound::Following(1)]);
    let frame = tape.pick(&[Frame::rows(start, end), Frame::groups(start, end)]);
    match tape.below(5) {
        0..3 => frame,
        3 => frame.excluding(Exclusion::CurrentRow),
        _ => frame.excluding(tape.pick(&[Exclusion::Group, Exclusion::Ties, Exclusion::NoOthers])),
    }
}
