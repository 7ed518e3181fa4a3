//! What has a value in each row of a query: paths, expressions, conditions.

use std::borrow::Cow;

use embellie_core::field::{FieldKind, FieldType};
use embellie_core::{ColumnRef, Expr, FromColumn, Result};
use jiff::civil::{Date, DateTime, Time};
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::trail::{KeyOf, NotNull, Nullability, Nullable, expr};
use super::{Column, CompositeKey, Expression, KeyColumn, Paths, Q, Rel, Trail};
use crate::related::ForeignKey;

/// What has a value in each row of a query over `M`: a path (`Post::views`), an expression (`Post::views + 1`,
/// `Count(User::posts())`), or a condition.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no value in the rows of `{M}`",
    label = "expected a field of a query over `{M}`, or an expression over such fields",
    note = "a constant is written `Value(…)`"
)]
pub trait Scalar<M>: Sized {
    /// The value's type, without `Option`.
    type Type;

    /// Whether there may be no value.
    type Null: Nullability;

    /// How the value is read.
    #[doc(hidden)]
    type Cell: Cell;

    /// The expression as data.
    #[doc(hidden)]
    fn scalar(self) -> Selected;
}

/// An operand of a computation over the rows of `M`: a path or an expression, or a constant.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no operand in a query over `{M}`",
    label = "expected a constant, a field of a query over `{M}`, or an expression over such fields",
    note = "whole numbers are `i64`; a constant of another type is written `Value(…)`"
)]
pub trait Term<M>: Sized {
    /// The operand's type, without `Option`.
    type Type;

    /// Whether there may be no value.
    type Null: Nullability;

    /// The operand as data.
    ///
    /// # Errors
    /// When a value in it cannot be stored.
    #[doc(hidden)]
    fn term(self) -> Result<Expr>;
}

/// An expression, with its name if it was given one.
#[doc(hidden)]
#[derive(Debug, Clone)]
pub struct Selected {
    pub(crate) expr: Result<Expr>,
    pub(crate) name: Option<Cow<'static, str>>,
}

impl Selected {
    fn unnamed(expr: Result<Expr>) -> Self {
        Selected { expr, name: None }
    }
}

/// How one value of a row is read.
#[doc(hidden)]
pub trait Cell: 'static {
    /// What it becomes.
    type Value: Send + 'static;

    /// Reads it.
    fn read(column: ColumnRef<'_>, kind: FieldKind) -> Result<Self::Value>;
}

impl<T: FieldType> Cell for T {
    type Value = T;

    fn read(column: ColumnRef<'_>, kind: FieldKind) -> Result<T> {
        let value = T::decode(column)?;
        Ok(match kind {
            // What is computed has as many decimal places as it has.
            FieldKind::Decimal { max_digits: 1.., decimal_places } => value.with_decimal_places(decimal_places),
            _ => value,
        })
    }
}

/// Whether a condition holds: what is unknown does not.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub enum Holds {}

impl Cell for Holds {
    type Value = bool;

    fn read(column: ColumnRef<'_>, _: FieldKind) -> Result<bool> {
        Option::<bool>::from_column(column).map(Option::unwrap_or_default)
    }
}

#[diagnostic::do_not_recommend]
impl<P: Trail, T: FieldType, N: Nullability, const I: usize> Scalar<P::Root> for Column<P, T, N, I> {
    type Type = T;
    type Null = <P::Null as Nullability>::Or<N>;
    type Cell = <Self::Null as Nullability>::Of<T>;

    fn scalar(self) -> Selected {
        Selected::unnamed(Ok(expr::<P>(self.path())))
    }
}

#[diagnostic::do_not_recommend]
impl<P: Trail, To: 'static, K: KeyOf<To>, N: Nullability, const I: usize> Scalar<P::Root>
    for KeyColumn<P, To, K, N, I>
{
    type Type = K::Key;
    type Null = <P::Null as Nullability>::Or<N>;
    type Cell = <Self::Null as Nullability>::Of<K::Key>;

    fn scalar(self) -> Selected {
        (*self).scalar()
    }
}

/// A relation gives the key of the object at its end.
#[diagnostic::do_not_recommend]
impl<P: Trail<Model = M>, M: Paths> Scalar<P::Root> for Rel<P, M> {
    type Type = ForeignKey<M>;
    type Null = P::Null;
    type Cell = <P::Null as Nullability>::Of<<P::Key as KeyOf<M>>::Key>;

    fn scalar(self) -> Selected {
        Selected::unnamed(Ok(expr::<P>(self.path())))
    }
}

/// A primary key of several fields.
#[diagnostic::do_not_recommend]
impl<P: Trail, K: FieldType, const I: usize> Scalar<P::Root> for CompositeKey<P, K, I> {
    type Type = K;
    type Null = P::Null;
    type Cell = <P::Null as Nullability>::Of<K>;

    fn scalar(self) -> Selected {
        Selected::unnamed(Ok(expr::<P>(self.path())))
    }
}

#[diagnostic::do_not_recommend]
impl<M, T: FieldType, N: Nullability, K> Scalar<M> for Expression<M, T, N, K> {
    type Type = T;
    type Null = N;
    type Cell = N::Of<T>;

    fn scalar(self) -> Selected {
        self.into_selected()
    }
}

#[diagnostic::do_not_recommend]
impl<M, T: FieldType, N: Nullability, K> Scalar<M> for &Expression<M, T, N, K> {
    type Type = T;
    type Null = N;
    type Cell = N::Of<T>;

    fn scalar(self) -> Selected {
        self.clone().into_selected()
    }
}

/// A condition as a truth value: what is unknown, since something in it is null, is read as `false`.
#[diagnostic::do_not_recommend]
impl<M> Scalar<M> for Q<M> {
    type Type = bool;
    type Null = NotNull;
    type Cell = Holds;

    fn scalar(self) -> Selected {
        Selected { name: self.name(), expr: self.into_expr() }
    }
}

#[diagnostic::do_not_recommend]
impl<M> Scalar<M> for &Q<M> {
    type Type = bool;
    type Null = NotNull;
    type Cell = Holds;

    fn scalar(self) -> Selected {
        self.clone().scalar()
    }
}

/// Gives each type of value the traits that follow from [`Scalar`].
macro_rules! for_each_scalar {
    ($macro:ident) => {
        $macro! {
            [P: $crate::typed::Trail, T: $crate::field::FieldType, N: $crate::typed::Nullability, const I: usize]
            $crate::typed::Column<P, T, N, I>, P::Root;

            [P: $crate::typed::Trail, To: 'static, K: $crate::typed::KeyOf<To>, N: $crate::typed::Nullability,
                const I: usize]
            $crate::typed::KeyColumn<P, To, K, N, I>, P::Root;

            [P: $crate::typed::Trail<Model = X>, X: $crate::typed::Paths]
            $crate::typed::Rel<P, X>, P::Root;

            [P: $crate::typed::Trail, K: $crate::field::FieldType, const I: usize]
            $crate::typed::CompositeKey<P, K, I>, P::Root;

            [M, T: $crate::field::FieldType, N: $crate::typed::Nullability, K]
            $crate::typed::Expression<M, T, N, K>, M;

            ['e, M, T: $crate::field::FieldType, N: $crate::typed::Nullability, K]
            &'e $crate::typed::Expression<M, T, N, K>, M;

            [M]
            $crate::typed::Q<M>, M;

            ['e, M]
            &'e $crate::typed::Q<M>, M;
        }
    };
}
pub(super) use for_each_scalar;

macro_rules! terms {
    ($([$($generics:tt)*] $type:ty, $model:ty;)+) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> Term<$model> for $type {
            type Type = <$type as Scalar<$model>>::Type;
            type Null = <$type as Scalar<$model>>::Null;

            fn term(self) -> Result<Expr> {
                self.scalar().expr
            }
        }
    )+};
}
for_each_scalar!(terms);

/// Constants: each as itself and as an `Option`. There is one type of whole numbers and one of floats, so that the
/// compiler knows what a literal is.
macro_rules! constants {
    ($($source:ty => $target:ty: |$value:ident| $result:expr;)+) => {$(
        #[diagnostic::do_not_recommend]
        impl<M> Term<M> for $source {
            type Type = $target;
            type Null = NotNull;

            fn term(self) -> Result<Expr> {
                let $value = self;
                $result.encode().map(Expr::Value)
            }
        }

        #[diagnostic::do_not_recommend]
        impl<M> Term<M> for Option<$source> {
            type Type = $target;
            type Null = Nullable;

            fn term(self) -> Result<Expr> {
                self.map_or(Ok(Expr::Value(embellie_core::Value::Null)), <$source as Term<M>>::term)
            }
        }
    )+};
}
constants! {
    bool => bool: |value| value;
    i64 => i64: |value| value;
    f64 => f64: |value| value;
    Decimal => Decimal: |value| value;
    String => String: |value| value;
    &String => String: |value| value;
    &str => String: |value| value.to_owned();
    Vec<u8> => Vec<u8>: |value| value;
    Date => Date: |value| value;
    Time => Time: |value| value;
    DateTime => DateTime: |value| value;
    Timestamp => Timestamp: |value| value;
    SignedDuration => SignedDuration: |value| value;
    Uuid => Uuid: |value| value;
    serde_json::Value => serde_json::Value: |value| value;
    std::net::IpAddr => std::net::IpAddr: |value| value;
}
