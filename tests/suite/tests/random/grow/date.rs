//! Dates, times and spans of time.

use embellie_core::Expr;
use embellie_core::expr::{Operator, TruncUnit};

use super::Scope;
use super::expr::{expr, kind, leaf};
use super::number::zone;
use crate::models::Sort;
use crate::tape::Tape;

pub(crate) fn date(scope: &Scope, sort: Sort, depth: usize, tape: &mut Tape<'_>) -> Expr {
    use TruncUnit as U;
    let any = |sort, tape: &mut Tape<'_>| Box::new(expr(scope, sort, depth, tape));
    match sort {
        Sort::Date if tape.once_in(2) => Expr::Trunc { expr: any(Sort::Moment, tape), unit: U::Date, zone: zone(tape) },
        Sort::Date => {
            let unit = tape.pick(&[U::Year, U::Quarter, U::Month, U::Week, U::Day]);
            Expr::Trunc { expr: any(Sort::Date, tape), unit, zone: None }
        }
        Sort::Time if tape.once_in(2) => Expr::Trunc { expr: any(Sort::Moment, tape), unit: U::Time, zone: zone(tape) },
        Sort::Time => {
            let unit = tape.pick(&[U::Hour, U::Minute, U::Second]);
            Expr::Trunc { expr: any(Sort::Time, tape), unit, zone: None }
        }
        Sort::Moment | Sort::Naive if tape.once_in(2) => {
            let operator = tape.pick(&[Operator::Add, Operator::Subtract]);
            leaf(scope, sort, tape).combine(operator, leaf(scope, Sort::Duration, tape)).typed(kind(sort))
        }
        Sort::Moment => {
            Expr::Trunc { expr: any(Sort::Moment, tape), unit: tape.pick(&TruncUnit::ALL[..8]), zone: zone(tape) }
        }
        Sort::Naive => Expr::Trunc { expr: any(sort, tape), unit: tape.pick(&TruncUnit::ALL[..8]), zone: None },
        _ => {
            let of = tape.pick(&[Sort::Moment, Sort::Date, Sort::Naive, Sort::Duration]);
            let sum = leaf(scope, of, tape) - leaf(scope, of, tape);
            if of == Sort::Duration { sum } else { sum.typed(kind(Sort::Duration)) }
        }
    }
}
