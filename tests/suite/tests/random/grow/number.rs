//! Numbers.

use embellie_core::expr::{DatePart, Function, Operator};
use embellie_core::{Expr, Value};
use rust_decimal::Decimal;

use super::Scope;
use super::expr::{expr, kind, leaf};
use crate::models::Sort;
use crate::tape::Tape;

pub(crate) fn int(scope: &Scope, depth: usize, tape: &mut Tape<'_>) -> Expr {
    let any = |tape: &mut Tape<'_>| expr(scope, Sort::Int, depth, tape);
    match tape.below(12) {
        0 => any(tape) + any(tape),
        1 => any(tape) - any(tape),
        // By a leaf alone: higher products leave the range of a column, which only some databases mind.
        2 => leaf(scope, Sort::Int, tape) * leaf(scope, Sort::Int, tape),
        // Never by zero, which is null on one database and an error on another.
        3 => any(tape) / tape.pick(&[1, 2, 3, -2]),
        4 => any(tape) % tape.pick(&[2, 3, 7]),
        5 => {
            let operator = tape.pick(&[Operator::BitAnd, Operator::BitOr, Operator::BitXor]);
            any(tape).combine(operator, any(tape))
        }
        6 => {
            let operator = tape.pick(&[Operator::ShiftLeft, Operator::ShiftRight]);
            leaf(scope, Sort::Int, tape).combine(operator, tape.pick(&[0, 1, 3]))
        }
        7 => Expr::call(tape.pick(&[Function::Abs, Function::Sign]), [any(tape)]),
        8 => Expr::call(Function::Length, [expr(scope, Sort::Text, depth, tape)]),
        9 => {
            let texts = [expr(scope, Sort::Text, depth, tape), expr(scope, Sort::Text, 0, tape)];
            Expr::call(Function::StrIndex, texts)
        }
        10 => {
            Expr::Cast { expr: Box::new(expr(scope, Sort::Bool, depth, tape)), kind: kind(Sort::Int), max_length: None }
        }
        _ => part(scope, depth, tape),
    }
}

fn part(scope: &Scope, depth: usize, tape: &mut Tape<'_>) -> Expr {
    let sort = tape.pick(&[Sort::Date, Sort::Moment, Sort::Naive, Sort::Time]);
    let parts = match sort {
        Sort::Date => &DatePart::ALL[..8],
        Sort::Time => &DatePart::ALL[8..],
        _ => DatePart::ALL,
    };
    let zone = if sort == Sort::Moment { zone(tape) } else { None };
    Expr::Extract { expr: Box::new(expr(scope, sort, depth, tape)), part: tape.pick(parts), zone }
}

pub(crate) fn zone(tape: &mut Tape<'_>) -> Option<std::borrow::Cow<'static, str>> {
    let zones = [None, Some("Europe/Berlin"), Some("America/New_York"), Some("UTC"), Some("Asia/Kolkata")];
    tape.pick(&zones).map(Into::into)
}

pub(crate) fn float(scope: &Scope, depth: usize, tape: &mut Tape<'_>) -> Expr {
    use Function as F;
    let any = |tape: &mut Tape<'_>| expr(scope, Sort::Float, depth, tape);
    // At least 1, where every function is defined; and not great, so that none leaves the range of floats.
    let positive = |tape: &mut Tape<'_>| Expr::call(F::Abs, [leaf(scope, Sort::Float, tape)]) + 1.0;
    match tape.below(9) {
        0 => any(tape) + any(tape),
        1 => any(tape) - any(tape),
        2 => any(tape) * leaf(scope, Sort::Float, tape),
        3 => any(tape) / tape.pick(&[2.0, 0.5, -4.0]),
        4 => Expr::call(tape.pick(&[F::Abs, F::Ceil, F::Floor, F::Sign]), [any(tape)]),
        5 => {
            let function =
                tape.pick(&[F::Sqrt, F::Ln, F::Exp, F::Sin, F::Cos, F::ATan, F::Degrees, F::Radians, F::Cot]);
            Expr::call(function, [positive(tape)])
        }
        6 => Expr::call(tape.pick(&[F::ATan2, F::Power]), [positive(tape), Expr::value(tape.pick(&[2.0, 0.5]))]),
        7 => Expr::call(F::Log, [Expr::value(2.0), positive(tape)]),
        _ => Expr::call(F::Sqrt, [Expr::call(F::Abs, [expr(scope, Sort::Int, depth, tape)])]),
    }
}

pub(crate) fn decimal(scope: &Scope, depth: usize, tape: &mut Tape<'_>) -> Expr {
    let any = |tape: &mut Tape<'_>| expr(scope, Sort::Decimal, depth, tape);
    match tape.below(6) {
        0 => any(tape) + any(tape),
        1 => any(tape) - any(tape),
        2 => any(tape) * leaf(scope, Sort::Decimal, tape),
        3 => any(tape) + expr(scope, Sort::Int, depth, tape),
        4 => any(tape) / Value::Decimal(Decimal::new(tape.pick(&[200, 50, -400]), 2)),
        _ => Expr::call(Function::Abs, [any(tape)]),
    }
}
