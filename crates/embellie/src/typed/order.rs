//! Typed orderings.

use std::marker::PhantomData;

use embellie_core::{Error, Expr, OrderBy, Result};

use super::trail::expr;
use super::{Column, Expression, Q, Rel, Trail};

/// One term of an ordering of rows of `M`: `Post::created_at.desc()`.
pub struct Order<M> {
    /// The term, unless a value in it cannot be stored.
    term: Result<OrderBy>,
    model: PhantomData<fn() -> M>,
}

impl<M> Order<M> {
    pub(crate) fn new(term: OrderBy) -> Self {
        Order { term: Ok(term), model: PhantomData }
    }

    /// Nulls before all values.
    #[must_use]
    pub fn nulls_first(self) -> Self {
        Order { term: self.term.map(OrderBy::nulls_first), ..self }
    }

    /// Nulls after all values.
    #[must_use]
    pub fn nulls_last(self) -> Self {
        Order { term: self.term.map(OrderBy::nulls_last), ..self }
    }
}

impl<M> Clone for Order<M> {
    fn clone(&self) -> Self {
        Order { term: self.term.clone(), model: PhantomData }
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
    fn add_to(self, terms: &mut Terms);

    /// The terms as data.
    ///
    /// # Errors
    /// When a value in one of them cannot be stored.
    fn into_ordering(self) -> Result<Vec<OrderBy>>
    where
        Self: Sized,
    {
        let mut terms = Terms::default();
        self.add_to(&mut terms);
        match terms.mistake {
            None => Ok(terms.terms),
            Some(mistake) => Err(mistake),
        }
    }
}

/// The terms of an ordering, while they are gathered.
#[doc(hidden)]
#[derive(Debug, Default)]
pub struct Terms {
    terms: Vec<OrderBy>,
    mistake: Option<Error>,
}

impl Terms {
    fn push(&mut self, term: OrderBy) {
        self.terms.push(term);
    }
}

impl<M> IntoOrdering<M> for Order<M> {
    fn add_to(self, terms: &mut Terms) {
        match self.term {
            Ok(term) => terms.push(term),
            Err(mistake) => terms.mistake = terms.mistake.take().or(Some(mistake)),
        }
    }
}

impl<P: Trail, T, N, const I: usize> IntoOrdering<P::Root> for Column<P, T, N, I> {
    fn add_to(self, terms: &mut Terms) {
        terms.push(expr::<P>(self.path()).asc());
    }
}

impl<P: Trail, N> IntoOrdering<P::Root> for Rel<P, N> {
    fn add_to(self, terms: &mut Terms) {
        terms.push(expr::<P>(self.path()).asc());
    }
}

impl<M> IntoOrdering<M> for OrderBy {
    fn add_to(self, terms: &mut Terms) {
        terms.push(self);
    }
}

impl<M> IntoOrdering<M> for &str {
    fn add_to(self, terms: &mut Terms) {
        terms.push(self.into());
    }
}

impl<M> IntoOrdering<M> for String {
    fn add_to(self, terms: &mut Terms) {
        terms.push(self.as_str().into());
    }
}

impl<M> IntoOrdering<M> for &String {
    fn add_to(self, terms: &mut Terms) {
        terms.push(self.as_str().into());
    }
}

impl<M, O: IntoOrdering<M>> IntoOrdering<M> for Vec<O> {
    fn add_to(self, terms: &mut Terms) {
        self.into_iter().for_each(|term| term.add_to(terms));
    }
}

impl<M, O: IntoOrdering<M>, const LEN: usize> IntoOrdering<M> for [O; LEN] {
    fn add_to(self, terms: &mut Terms) {
        self.into_iter().for_each(|term| term.add_to(terms));
    }
}

impl<M, O: IntoOrdering<M> + Clone> IntoOrdering<M> for &[O] {
    fn add_to(self, terms: &mut Terms) {
        self.iter().for_each(|term| term.clone().add_to(terms));
    }
}

impl<M> IntoOrdering<M> for () {
    fn add_to(self, _: &mut Terms) {}
}

macro_rules! tuples {
    ($($name:ident)+) => {
        impl<M, $($name: IntoOrdering<M>),+> IntoOrdering<M> for ($($name,)+) {
            #[allow(non_snake_case)]
            fn add_to(self, terms: &mut Terms) {
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

impl<M, T, N, K> IntoOrdering<M> for Expression<M, T, N, K> {
    fn add_to(self, terms: &mut Terms) {
        IntoOrdering::<M>::add_to(self.asc(), terms);
    }
}

impl<M, T, N, K> IntoOrdering<M> for &Expression<M, T, N, K> {
    fn add_to(self, terms: &mut Terms) {
        IntoOrdering::<M>::add_to(self.asc(), terms);
    }
}

/// Rows for which the condition does not hold come first.
impl<M> IntoOrdering<M> for Q<M> {
    fn add_to(self, terms: &mut Terms) {
        let term = self.into_expr().map(Expr::asc);
        IntoOrdering::<M>::add_to(Order { term, model: PhantomData::<fn() -> M> }, terms);
    }
}

impl<M, T, N, K> Expression<M, T, N, K> {
    /// Orders by the expression, the smallest first.
    pub fn asc(&self) -> Order<M> {
        Order { term: self.expr().map(Expr::asc), model: PhantomData }
    }

    /// Orders by the expression, the greatest first.
    pub fn desc(&self) -> Order<M> {
        Order { term: self.expr().map(Expr::desc), model: PhantomData }
    }
}
