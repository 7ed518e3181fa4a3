//! Typed expressions over the fields of a query.

use std::fmt;
use std::marker::PhantomData;
use std::ops::{Add, Div, Mul, Rem, Sub};

use embellie_core::expr::Operator;
use embellie_core::query::Operand;
use embellie_core::{Error, Expr, Path, Result};

use super::{Column, Rel, Rhs, Trail};
use crate::related::ForeignKey;

/// An expression of type `T` over the fields of a query over `M`: `Post::views + 1`.
pub struct Expression<M, T> {
    expr: Result<Expr>,
    types: PhantomData<fn() -> (M, T)>,
}

impl<M, T> Expression<M, T> {
    pub(crate) fn new(expr: Result<Expr>) -> Self {
        Expression { expr, types: PhantomData }
    }

    /// The expression as data.
    ///
    /// # Errors
    /// When a value in it cannot be stored.
    pub fn into_expr(self) -> Result<Expr> {
        self.expr
    }

    fn combine(self, operator: Operator, right: Result<Operand>) -> Self {
        Expression::new(self.expr.and_then(|left| Ok(left.combine(operator, plain(right?)?))))
    }
}

/// The expression that an operand is.
pub(crate) fn plain(operand: Operand) -> Result<Expr> {
    match operand {
        Operand::Expr(expr) => Ok(expr),
        _ => Err(Error::NotSupported("a list or a query set cannot be part of an expression".into())),
    }
}

impl<M, T> Clone for Expression<M, T> {
    fn clone(&self) -> Self {
        Expression::new(self.expr.clone())
    }
}

impl<M, T> fmt::Debug for Expression<M, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.expr {
            Ok(expr) => fmt::Display::fmt(expr, f),
            Err(error) => fmt::Display::fmt(error, f),
        }
    }
}

/// A field that is named by text, of any type and in any query: `F("author__name")`.
#[derive(Debug, Clone, PartialEq)]
pub struct Named(Path);

impl Named {
    /// The field as data.
    pub fn into_expr(self) -> Expr {
        Expr::Path(self.0)
    }
}

/// The value of a field in the row itself: Django's `F`. The field is a typed path or its name.
///
/// ```
/// use embellie::F;
/// assert_eq!(F("views").into_expr().to_string(), "F('views')");
/// ```
#[allow(non_snake_case)]
pub fn F<P: IntoF>(path: P) -> P::Output {
    path.into_f()
}

/// What [`F`] takes: a typed path, or a field's name.
pub trait IntoF {
    /// The expression that it gives.
    type Output;

    /// The expression.
    fn into_f(self) -> Self::Output;
}

impl<P: Trail, T, N, const I: usize> IntoF for Column<P, T, N, I> {
    type Output = Expression<P::Root, T>;

    fn into_f(self) -> Self::Output {
        self.f()
    }
}

impl<P: Trail, M> IntoF for Rel<P, M> {
    type Output = Expression<P::Root, ForeignKey<M>>;

    fn into_f(self) -> Self::Output {
        self.f()
    }
}

impl IntoF for &str {
    type Output = Named;

    fn into_f(self) -> Named {
        Named(Path::from(self))
    }
}

macro_rules! arithmetic {
    ($($trait:ident $method:ident $operator:ident),+) => {$(
        impl<M, T, V: Rhs<M, T>> $trait<V> for Expression<M, T> {
            type Output = Expression<M, T>;

            fn $method(self, right: V) -> Self::Output {
                self.combine(Operator::$operator, right.operand())
            }
        }

        impl<P: Trail, T, N, const I: usize, V: Rhs<P::Root, T>> $trait<V> for Column<P, T, N, I> {
            type Output = Expression<P::Root, T>;

            fn $method(self, right: V) -> Self::Output {
                self.f().combine(Operator::$operator, right.operand())
            }
        }
    )+};
}
arithmetic!(Add add Add, Sub sub Subtract, Mul mul Multiply, Div div Divide, Rem rem Modulo);
