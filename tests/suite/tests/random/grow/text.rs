//! Texts.

use embellie_core::Expr;
use embellie_core::expr::Function;
use embellie_core::field::FieldKind;

use super::Scope;
use super::expr::expr;
use crate::models::Sort;
use crate::tape::Tape;

pub(crate) fn text(scope: &Scope, depth: usize, tape: &mut Tape<'_>) -> Expr {
    use Function as F;
    let any = |tape: &mut Tape<'_>| expr(scope, Sort::Text, depth, tape);
    let number = |tape: &mut Tape<'_>| Expr::value(tape.pick(&[1_i64, 2, 3, 5]));
    match tape.below(10) {
        0 => Expr::call(tape.pick(&[F::Lower, F::Upper, F::Trim, F::LTrim, F::RTrim, F::Reverse]), [any(tape)]),
        1 => Expr::call(F::Concat, tape.list(2, 3, any)),
        2 => Expr::call(tape.pick(&[F::Left, F::Right]), [any(tape), number(tape)]),
        3 => Expr::call(F::Substr, [any(tape), number(tape), number(tape)]),
        4 => Expr::call(F::Substr, [any(tape), number(tape)]),
        5 => Expr::call(F::Replace, [any(tape), Expr::value(tape.pick(&["a", "b", "%"])), any(tape)]),
        6 => Expr::call(F::Repeat, [any(tape), number(tape)]),
        7 => Expr::call(
            tape.pick(&[F::LPad, F::RPad]),
            [any(tape), number(tape), Expr::value(tape.pick(&["x", "yz", " "]))],
        ),
        // PostgreSQL computes SHA-1 by an extension alone, as Django documents.
        8 => Expr::call(tape.pick(&[F::Md5, F::Sha224, F::Sha256, F::Sha384, F::Sha512]), [any(tape)]),
        _ => Expr::Cast {
            expr: Box::new(expr(scope, Sort::Int, depth, tape)),
            kind: FieldKind::Char,
            max_length: Some(30),
        },
    }
}
