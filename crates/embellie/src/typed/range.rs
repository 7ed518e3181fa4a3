//! What ranges are compared with.

use std::ops;

use embellie_core::field::{FieldType, RangeElement};
use embellie_core::query::Operand;
use embellie_core::{Range, Result, Value};
use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;

use super::{Like, Rhs};

/// All values between two, as a field holds them: [`Range`].
#[diagnostic::on_unimplemented(message = "`{Self}` is no range", label = "expected a range")]
pub trait RangeType: FieldType {
    /// What the ends are.
    type End: RangeElement;
}

impl<T: RangeElement> RangeType for Range<T> {
    type End = T;
}

/// What a range may hold: another range, or a value. No rows hold it.
#[derive(Debug, Clone, Copy)]
pub struct RangePart<T>(std::marker::PhantomData<T>);

fn range<T: RangeElement>(range: impl Into<Range<T>>) -> Result<Operand> {
    range.into().encode().map(Operand::from)
}

/// Rust's own ranges, where a range is meant.
macro_rules! ranges {
    ($($source:ty),+ $(,)?) => {$(
        #[diagnostic::do_not_recommend]
        impl<M, T: RangeElement> Rhs<M, Range<T>> for $source {
            fn operand(self) -> Result<Operand> {
                range(self)
            }
        }

        #[diagnostic::do_not_recommend]
        impl<M, T: RangeElement> Rhs<M, RangePart<T>> for $source {
            fn operand(self) -> Result<Operand> {
                range(self)
            }
        }
    )+};
}
ranges! {
    ops::Range<T>, ops::RangeInclusive<T>, ops::RangeFrom<T>, ops::RangeTo<T>, ops::RangeToInclusive<T>,
}

#[diagnostic::do_not_recommend]
impl<M, T: RangeElement> Rhs<M, RangePart<T>> for Range<T> {
    fn operand(self) -> Result<Operand> {
        range(self)
    }
}

#[diagnostic::do_not_recommend]
impl<M, T: RangeElement> Rhs<M, RangePart<T>> for &Range<T> {
    fn operand(self) -> Result<Operand> {
        range(self.clone())
    }
}

macro_rules! elements {
    ($($element:ty),+) => {$(
        #[diagnostic::do_not_recommend]
        impl<M> Rhs<M, RangePart<$element>> for $element {
            fn operand(self) -> Result<Operand> {
                Ok(Value::from(self).into())
            }
        }

        #[diagnostic::do_not_recommend]
        impl Like<RangePart<$element>> for $element {}
    )+};
}
elements!(i32, i64, Decimal, Date, Timestamp);

#[diagnostic::do_not_recommend]
impl<T: RangeElement> Like<RangePart<T>> for Range<T> {}
