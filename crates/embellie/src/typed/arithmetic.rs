//! Operators between expressions.

use std::ops::{Add, Div, Mul, Neg, Rem, Sub};

use embellie_core::expr::Operator;
use embellie_core::field::FieldType;
use embellie_core::{Expr, Result};
use jiff::civil::{Date, DateTime, Time};
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;

use super::scalar::Term;
use super::trail::{KeyOf, Nullability};
use super::{Column, Expression, KeyColumn, Trail};

/// The type that the operator `O` gives between values of this type and of `R`: Django's combined types.
///
/// Integers of any width make 64-bit integers; integers with decimals make decimals; with floats, everything makes
/// floats. What is missing here is told by the compiler; `.typed::<T>()` and `Cast` say what is meant.
#[diagnostic::on_unimplemented(
    message = "`{Self}` and `{R}` make nothing with this operator",
    label = "no such operator between `{Self}` and `{R}`",
    note = "texts are joined by `Concat`; `Cast` and `.typed::<T>()` change what an operand is"
)]
pub trait Combine<O, R> {
    /// What it gives.
    type Output;
}

/// The operators, as types.
#[allow(missing_docs)]
pub mod operator {
    #[derive(Debug, Clone, Copy)]
    pub enum Plus {}
    #[derive(Debug, Clone, Copy)]
    pub enum Minus {}
    #[derive(Debug, Clone, Copy)]
    pub enum Times {}
    #[derive(Debug, Clone, Copy)]
    pub enum Over {}
    #[derive(Debug, Clone, Copy)]
    pub enum Modulo {}
    #[derive(Debug, Clone, Copy)]
    pub enum Power {}
}
use operator::{Minus, Modulo, Over, Plus, Power, Times};

/// An operator between numbers.
#[doc(hidden)]
pub trait Arithmetic {}
impl Arithmetic for Plus {}
impl Arithmetic for Minus {}
impl Arithmetic for Times {}
impl Arithmetic for Over {}
impl Arithmetic for Modulo {}
impl Arithmetic for Power {}

/// A whole number.
#[diagnostic::on_unimplemented(message = "`{Self}` is no type of whole numbers", label = "expected whole numbers")]
pub trait Integer: FieldType {}

macro_rules! numbers {
    ($($integer:ty),+) => {$(
        impl Integer for $integer {}
        numbers!(@ $integer: i16 => i64, i32 => i64, i64 => i64, u16 => i64, u32 => i64, u64 => i64, f64 => f64,
            Decimal => Decimal);
        numbers!(@ f64: $integer => f64);
        numbers!(@ Decimal: $integer => Decimal);
    )+};
    (@ $left:ty: $($right:ty => $output:ty),+) => {$(
        #[diagnostic::do_not_recommend]
        impl<O: Arithmetic> Combine<O, $right> for $left {
            type Output = $output;
        }
    )+};
}
numbers!(i16, i32, i64, u16, u32, u64);
numbers!(@ f64: f64 => f64, Decimal => f64);
numbers!(@ Decimal: f64 => f64, Decimal => Decimal);

macro_rules! combine {
    ($($left:ty, $operator:ty, $right:ty => $output:ty;)+) => {$(
        #[diagnostic::do_not_recommend]
        impl Combine<$operator, $right> for $left {
            type Output = $output;
        }
    )+};
}
combine! {
    Timestamp, Plus, SignedDuration => Timestamp;
    Timestamp, Minus, SignedDuration => Timestamp;
    Timestamp, Minus, Timestamp => SignedDuration;
    DateTime, Plus, SignedDuration => DateTime;
    DateTime, Minus, SignedDuration => DateTime;
    DateTime, Minus, DateTime => SignedDuration;
    Date, Plus, SignedDuration => DateTime;
    Date, Minus, SignedDuration => DateTime;
    Date, Minus, Date => SignedDuration;
    Time, Plus, SignedDuration => Time;
    Time, Minus, SignedDuration => Time;
    Time, Minus, Time => SignedDuration;
    SignedDuration, Plus, SignedDuration => SignedDuration;
    SignedDuration, Minus, SignedDuration => SignedDuration;
    SignedDuration, Plus, Timestamp => Timestamp;
    SignedDuration, Plus, DateTime => DateTime;
    SignedDuration, Plus, Date => DateTime;
    SignedDuration, Plus, Time => Time;
    SignedDuration, Times, i64 => SignedDuration;
    SignedDuration, Times, i32 => SignedDuration;
    SignedDuration, Times, f64 => SignedDuration;
    SignedDuration, Over, i64 => SignedDuration;
    SignedDuration, Over, i32 => SignedDuration;
    SignedDuration, Over, f64 => SignedDuration;
    i64, Times, SignedDuration => SignedDuration;
    i32, Times, SignedDuration => SignedDuration;
    f64, Times, SignedDuration => SignedDuration;
}

fn combine<M, T, N>(left: Result<Expr>, operator: Operator, right: Result<Expr>) -> Expression<M, T, N> {
    Expression::new(left.and_then(|left| Ok(left.combine(operator, right?))))
}

/// What an operator gives between two operands.
type Combined<M, T, N, O, V> =
    Expression<M, <T as Combine<O, <V as Term<M>>::Type>>::Output, <N as Nullability>::Or<<V as Term<M>>::Null>>;

macro_rules! operators {
    ($($trait:ident $method:ident $operator:ident $marker:ident),+ $(,)?) => {$(
        operators!(@ [M, T, N: Nullability, K] Expression<M, T, N, K>, M, T, N; $trait $method $operator $marker;
            |it| it.into_expr());
        operators!(@ [M, T, N: Nullability, K] &Expression<M, T, N, K>, M, T, N; $trait $method $operator $marker;
            |it| it.expr());
        operators!(@ [P: Trail, T: FieldType, N: Nullability, const I: usize] Column<P, T, N, I>, P::Root, T,
            <P::Null as Nullability>::Or<N>; $trait $method $operator $marker; |it| it.f().into_expr());
        operators!(@ [P: Trail, To: 'static, Y: KeyOf<To>, N: Nullability, const I: usize] KeyColumn<P, To, Y, N, I>,
            P::Root, Y::Key, <P::Null as Nullability>::Or<N>; $trait $method $operator $marker;
            |it| it.f().into_expr());
    )+};
    (@ [$($generics:tt)*] $type:ty, $model:ty, $value:ty, $null:ty; $trait:ident $method:ident $operator:ident
        $marker:ident; |$it:ident| $expr:expr) => {
        impl<$($generics)*, V: Term<$model>> $trait<V> for $type
        where
            $value: Combine<$marker, V::Type>,
        {
            type Output = Combined<$model, $value, $null, $marker, V>;

            fn $method(self, right: V) -> Self::Output {
                let $it = self;
                combine($expr, Operator::$operator, right.term())
            }
        }
    };
}
operators!(Add add Add Plus, Sub sub Subtract Minus, Mul mul Multiply Times, Div div Divide Over, Rem rem Modulo Modulo);

impl<M, T: Combine<Times, i64>, N, K> Neg for Expression<M, T, N, K> {
    type Output = Expression<M, T::Output, N>;

    fn neg(self) -> Self::Output {
        self.map(|expr| expr * -1)
    }
}

impl<P: Trail, T: FieldType + Combine<Times, i64>, N: Nullability, const I: usize> Neg for Column<P, T, N, I> {
    type Output = Expression<P::Root, T::Output, <P::Null as Nullability>::Or<N>>;

    fn neg(self) -> Self::Output {
        -self.f()
    }
}

impl<M, T, N: Nullability, K> Expression<M, T, N, K> {
    /// To the power of the other: Django's `**`.
    pub fn pow<V: Term<M>>(self, power: V) -> Combined<M, T, N, Power, V>
    where
        T: Combine<Power, V::Type>,
    {
        combine(self.into_expr(), Operator::Power, power.term())
    }
}

// Methods, since `&` and `|` join conditions.
#[allow(clippy::should_implement_trait)]
impl<M, T: Integer, N: Nullability, K> Expression<M, T, N, K> {
    /// The bits that both have.
    pub fn bitand<V: Term<M, Type: Integer>>(self, other: V) -> Expression<M, i64, N::Or<V::Null>> {
        combine(self.into_expr(), Operator::BitAnd, other.term())
    }

    /// The bits that one of both has.
    pub fn bitor<V: Term<M, Type: Integer>>(self, other: V) -> Expression<M, i64, N::Or<V::Null>> {
        combine(self.into_expr(), Operator::BitOr, other.term())
    }

    /// The bits that one of both has, but not the other.
    pub fn bitxor<V: Term<M, Type: Integer>>(self, other: V) -> Expression<M, i64, N::Or<V::Null>> {
        combine(self.into_expr(), Operator::BitXor, other.term())
    }

    /// The bits moved to the left.
    pub fn shl<V: Term<M, Type: Integer>>(self, by: V) -> Expression<M, i64, N::Or<V::Null>> {
        combine(self.into_expr(), Operator::ShiftLeft, by.term())
    }

    /// The bits moved to the right.
    pub fn shr<V: Term<M, Type: Integer>>(self, by: V) -> Expression<M, i64, N::Or<V::Null>> {
        combine(self.into_expr(), Operator::ShiftRight, by.term())
    }
}
