//! Mathematical functions.

use embellie_core::expr::Function;
use embellie_core::field::FieldType;
use rust_decimal::Decimal;

use super::call;
use crate::typed::scalar::{Scalar, Term};
use crate::typed::trail::Nullability;
use crate::typed::{Expression, Integer};

/// A number.
#[diagnostic::on_unimplemented(message = "`{Self}` is no number", label = "expected a number")]
pub trait Number: FieldType {
    /// What a function that gives fractions makes of such numbers.
    type Fraction: FieldType;
}

macro_rules! numbers {
    ($($number:ty => $fraction:ty),+) => {$(
        #[diagnostic::do_not_recommend]
        impl Number for $number {
            type Fraction = $fraction;
        }
    )+};
}
numbers!(i16 => f64, i32 => f64, i64 => f64, u16 => f64, u32 => f64, u64 => f64, f64 => f64, Decimal => Decimal);

macro_rules! same {
    ($($(#[$doc:meta])+ $name:ident;)+) => {$(
        $(#[$doc])+
        pub fn $name<M, V: Scalar<M, Type = T, Null = N>, T: Number, N>(number: V) -> Expression<M, T, N> {
            call(Function::$name, vec![number.scalar().expr])
        }
    )+};
}
same! {
    /// The number without its sign: Django's `Abs`.
    ///
    /// ```
    /// # use embellie::{prelude::*, functions::*};
    /// # #[model(app = "bank")] pub struct Entry { cents: i64 }
    /// let entries = Entry::objects().filter(Abs(Entry::cents).gte(100)).order_by(Sign(Entry::cents));
    /// ```
    Abs;
    /// The least whole number that is not less: Django's `Ceil`.
    Ceil;
    /// The greatest whole number that is not greater: Django's `Floor`.
    Floor;
    /// The sign, -1, 0 or 1: Django's `Sign`.
    Sign;
}

macro_rules! fraction {
    ($($(#[$doc:meta])+ $name:ident;)+) => {$(
        $(#[$doc])+
        pub fn $name<M, V, T, N>(number: V) -> Expression<M, T, N>
        where
            V: Scalar<M, Type: Number<Fraction = T>, Null = N>,
        {
            call(Function::$name, vec![number.scalar().expr])
        }
    )+};
}
fraction! {
    /// The arc cosine: Django's `ACos`.
    ACos;
    /// The arc sine: Django's `ASin`.
    ASin;
    /// The arc tangent: Django's `ATan`.
    ATan;
    /// The cosine: Django's `Cos`.
    Cos;
    /// The cotangent: Django's `Cot`.
    Cot;
    /// Radians as degrees: Django's `Degrees`.
    Degrees;
    /// The exponential: Django's `Exp`.
    Exp;
    /// The natural logarithm: Django's `Ln`.
    Ln;
    /// Degrees as radians: Django's `Radians`.
    Radians;
    /// The sine: Django's `Sin`.
    Sin;
    /// The square root: Django's `Sqrt`.
    Sqrt;
    /// The tangent: Django's `Tan`.
    Tan;
}

macro_rules! of_two {
    ($($(#[$doc:meta])+ $name:ident;)+) => {$(
        $(#[$doc])+
        pub fn $name<M, A, B>(
            a: A,
            b: B,
        ) -> Expression<M, <A::Type as Number>::Fraction, <A::Null as Nullability>::Or<B::Null>>
        where
            A: Term<M, Type: Number>,
            B: Term<M, Type: Number>,
        {
            call(Function::$name, vec![a.term(), b.term()])
        }
    )+};
}
of_two! {
    /// The arc tangent of the first number divided by the second: Django's `ATan2`.
    ATan2;
    /// The logarithm of the second number to the base of the first: Django's `Log`.
    Log;
    /// What is left of the first number when it is divided by the second: Django's `Mod`.
    Mod;
    /// The first number to the power of the second: Django's `Power`.
    Power;
}

/// The number rounded to so many decimal places: Django's `Round`.
///
/// ```
/// # use embellie::{prelude::*, functions::*};
/// # #[model(app = "shop")] pub struct Product { weight: f64 }
/// let weights = Product::objects().values_list(Round(Product::weight, 1));
/// ```
pub fn Round<M, V, P>(number: V, places: P) -> Expression<M, V::Type, <V::Null as Nullability>::Or<P::Null>>
where
    V: Scalar<M, Type: Number>,
    P: Term<M, Type: Integer>,
{
    call(Function::Round, vec![number.scalar().expr, places.term()])
}

/// π: Django's `Pi`.
pub fn Pi<M>() -> Expression<M, f64> {
    call(Function::Pi, Vec::new())
}

/// A random number, at least 0 and less than 1: Django's `Random`.
///
/// ```
/// # use embellie::{prelude::*, functions::*};
/// # #[model(app = "blog")] pub struct Post { title: String }
/// let some = Post::objects().order_by(Random()).limit(3);
/// ```
pub fn Random<M>() -> Expression<M, f64> {
    call(Function::Random, Vec::new())
}
