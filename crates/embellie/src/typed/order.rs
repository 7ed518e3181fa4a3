//! Typed orderings.

use std::marker::PhantomData;

use embellie_core::{Expr, OrderBy};

use super::{Column, Expression, Rel, Trail};

/// One term of an ordering of rows of `M`: `Post::created_at.desc()`.
pub struct Order<M> {
    term: OrderBy,
    model: PhantomData<fn() -> M>,
}

impl<M> Order<M> {
    pub(crate) fn new(term: OrderBy) -> Self {
        Order { term, model: PhantomData }
    }

    /// Nulls before all values.
    #[must_use]
    pub fn nulls_first(self) -> Self {
        Order::new(self.term.nulls_first())
    }

    /// Nulls after all values.
    #[must_use]
    pub fn nulls_last(self) -> Self {
        Order::new(self.term.nulls_last())
    }
}

impl<M> Clone for Order<M> {
    fn clone(&self) -> Self {
        Order::new(self.term.clone())
    }
}

impl<M> std::fmt::Debug for Order<M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Debug::fmt(&self.term, f)
    }
}

/// What rows of `M` may be ordered by: fields (`Post::title`), terms (`Post::title.desc()`), names (`"-title"`), and
/// tuples, arrays and vectors of these. The empty tuple `()` means no order.
#[diagnostic::on_unimplemented(
    message = "rows of `{M}` are not ordered by `{Self}`",
    label = "expected fields of `{M}`, as in `({M}::a, {M}::b.desc())`, or names, as in `\"-b\"`"
)]
pub trait IntoOrdering<M> {
    /// Adds the terms to an ordering.
    #[doc(hidden)]
    fn add_to(self, terms: &mut Vec<OrderBy>);

    /// The terms as data.
    fn into_ordering(self) -> Vec<OrderBy>
    where
        Self: Sized,
    {
        let mut terms = Vec::new();
        self.add_to(&mut terms);
        terms
    }
}

impl<M> IntoOrdering<M> for Order<M> {
    fn add_to(self, terms: &mut Vec<OrderBy>) {
        terms.push(self.term);
    }
}

impl<P: Trail, T, N, const I: usize> IntoOrdering<P::Root> for Column<P, T, N, I> {
    fn add_to(self, terms: &mut Vec<OrderBy>) {
        terms.push(Expr::Path(self.path()).asc());
    }
}

impl<P: Trail, N> IntoOrdering<P::Root> for Rel<P, N> {
    fn add_to(self, terms: &mut Vec<OrderBy>) {
        terms.push(Expr::Path(self.path()).asc());
    }
}

impl<M> IntoOrdering<M> for OrderBy {
    fn add_to(self, terms: &mut Vec<OrderBy>) {
        terms.push(self);
    }
}

impl<M> IntoOrdering<M> for &str {
    fn add_to(self, terms: &mut Vec<OrderBy>) {
        terms.push(self.into());
    }
}

impl<M> IntoOrdering<M> for String {
    fn add_to(self, terms: &mut Vec<OrderBy>) {
        terms.push(self.as_str().into());
    }
}

impl<M> IntoOrdering<M> for &String {
    fn add_to(self, terms: &mut Vec<OrderBy>) {
        terms.push(self.as_str().into());
    }
}

impl<M, O: IntoOrdering<M>> IntoOrdering<M> for Vec<O> {
    fn add_to(self, terms: &mut Vec<OrderBy>) {
        self.into_iter().for_each(|term| term.add_to(terms));
    }
}

impl<M, O: IntoOrdering<M>, const LEN: usize> IntoOrdering<M> for [O; LEN] {
    fn add_to(self, terms: &mut Vec<OrderBy>) {
        self.into_iter().for_each(|term| term.add_to(terms));
    }
}

impl<M, O: IntoOrdering<M> + Clone> IntoOrdering<M> for &[O] {
    fn add_to(self, terms: &mut Vec<OrderBy>) {
        self.iter().for_each(|term| term.clone().add_to(terms));
    }
}

impl<M> IntoOrdering<M> for () {
    fn add_to(self, _: &mut Vec<OrderBy>) {}
}

macro_rules! tuples {
    ($($name:ident)+) => {
        impl<M, $($name: IntoOrdering<M>),+> IntoOrdering<M> for ($($name,)+) {
            #[allow(non_snake_case)]
            fn add_to(self, terms: &mut Vec<OrderBy>) {
                let ($($name,)+) = self;
                $($name.add_to(terms);)+
            }
        }
    };
}
tuples!(A);
tuples!(A B);
tuples!(A B C);
tuples!(A B C D);
tuples!(A B C D E);
tuples!(A B C D E G);
tuples!(A B C D E G H);
tuples!(A B C D E G H I);

impl<M, T> Expression<M, T> {
    /// Orders by the expression, the smallest first.
    ///
    /// # Errors
    /// When a value in it cannot be stored.
    pub fn asc(self) -> embellie_core::Result<Order<M>> {
        self.into_expr().map(|expr| Order::new(expr.asc()))
    }

    /// Orders by the expression, the greatest first.
    ///
    /// # Errors
    /// When a value in it cannot be stored.
    pub fn desc(self) -> embellie_core::Result<Order<M>> {
        self.into_expr().map(|expr| Order::new(expr.desc()))
    }
}
