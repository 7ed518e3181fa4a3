//! Typed expressions over the fields of a query.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use embellie_core::field::FieldType;
use embellie_core::query::Operand;
use embellie_core::{Error, Expr, Path, Result};

use super::scalar::Selected;
use super::trail::{KeyOf, NotNull, Nullability};
use super::{Column, KeyColumn, Paths, Q, Rel, Trail};
use crate::related::ForeignKey;

/// An expression over the fields of a query over `M`: `Post::views + 1`, `Lower(Post::title)`, `Count(User::posts())`.
///
/// `T` is the type of its value, `N` whether there may be none, and `K` what else may be said of it: of an aggregate its
/// `filter`, of a window its `partition_by`.
///
/// It is a value: annotate a query set with it, and use it again in conditions, orderings and other expressions.
///
/// ```
/// # use embellie::prelude::*;
/// # #[model(app = "blog")] pub struct User { name: String }
/// # #[model(app = "blog")] pub struct Post {
/// #     #[field(on_delete = Cascade, related_name = "posts")] author: ForeignKey<User>,
/// # }
/// # async fn example(db: &Database) -> embellie::Result<()> {
/// let n = Count(User::posts());
/// let rows: Vec<(User, i64)> = User::objects().annotate(&n).filter(n.gte(1)).order_by(n.desc()).all(db).await?;
/// # Ok(()) }
/// ```
pub struct Expression<M, T, N = NotNull, K = Plain> {
    expr: Result<Expr>,
    name: Option<Cow<'static, str>>,
    types: PhantomData<fn() -> (M, T, N, K)>,
}

/// Of which nothing else may be said.
#[derive(Debug, Clone, Copy)]
pub enum Plain {}

impl<M, T, N, K> Expression<M, T, N, K> {
    pub(crate) fn new(expr: Result<Expr>) -> Self {
        Expression { expr, name: None, types: PhantomData }
    }

    /// The expression as data.
    ///
    /// # Errors
    /// When a value in it cannot be stored.
    pub fn into_expr(self) -> Result<Expr> {
        self.expr
    }

    /// The same expression under a name of its own, which text may use: `order_by("-posts")`.
    #[must_use]
    pub fn named(self, name: impl Into<Cow<'static, str>>) -> Self {
        Expression { name: Some(name.into()), ..self }
    }

    pub(super) fn into_selected(self) -> Selected {
        Selected { expr: self.expr, name: self.name }
    }

    /// The expression with something done to it.
    pub(super) fn map<U, O, L>(self, change: impl FnOnce(Expr) -> Expr) -> Expression<M, U, O, L> {
        Expression { expr: self.expr.map(change), name: self.name, types: PhantomData }
    }

    /// The expression with something done to it, which may fail.
    pub(super) fn and_then<U, O, L>(self, change: impl FnOnce(Expr) -> Result<Expr>) -> Expression<M, U, O, L> {
        Expression { expr: self.expr.and_then(change), name: self.name, types: PhantomData }
    }

    pub(super) fn expr(&self) -> Result<Expr> {
        self.expr.clone()
    }

    /// The expression, of which it is said that it gives values of `U`: Django's `ExpressionWrapper` and `output_field`.
    pub fn typed<U: FieldType>(self) -> Expression<M, U, N> {
        self.map(|expr| expr.typed(U::KIND))
    }
}

impl<M, N, K> Expression<M, bool, N, K> {
    /// The condition that the expression is true.
    ///
    /// ```
    /// # use embellie::prelude::*;
    /// # #[model(app = "blog")] pub struct Post { views: i64, published: bool }
    /// let shown = Case(q!(Post, views__gt = 100), true).otherwise(Post::published);
    /// let posts = Post::objects().filter(shown.holds());
    /// ```
    pub fn holds(&self) -> Q<M> {
        Q::expr(self.expr())
    }
}

impl<M, N, K> From<Expression<M, bool, N, K>> for Q<M> {
    fn from(expression: Expression<M, bool, N, K>) -> Self {
        Q::expr(expression.expr)
    }
}

/// The expression that an operand is.
pub(crate) fn plain(operand: Operand) -> Result<Expr> {
    match operand {
        Operand::Expr(expr) => Ok(expr),
        Operand::Query(query) => Ok(Expr::Subquery(query)),
        _ => Err(Error::NotSupported("a list cannot be part of an expression".into())),
    }
}

impl<M, T, N, K> Clone for Expression<M, T, N, K> {
    fn clone(&self) -> Self {
        Expression { expr: self.expr.clone(), name: self.name.clone(), types: PhantomData }
    }
}

impl<M, T, N, K> fmt::Debug for Expression<M, T, N, K> {
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

    /// The field in a query over `M`, of which it is said that it holds values of `T`, `Option<…>` where they may be
    /// null.
    pub fn typed<M, T: FieldType>(self) -> Expression<M, T> {
        Expression::new(Ok(self.into_expr()))
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

impl<P: Trail, T: FieldType, N: Nullability, const I: usize> IntoF for Column<P, T, N, I> {
    type Output = Expression<P::Root, T, <P::Null as Nullability>::Or<N>>;

    fn into_f(self) -> Self::Output {
        self.f()
    }
}

impl<P: Trail, To: 'static, K: KeyOf<To>, N: Nullability, const I: usize> IntoF for KeyColumn<P, To, K, N, I> {
    type Output = Expression<P::Root, K::Key, <P::Null as Nullability>::Or<N>>;

    fn into_f(self) -> Self::Output {
        self.f()
    }
}

impl<P: Trail<Model = M>, M: Paths> IntoF for Rel<P, M> {
    type Output = Expression<P::Root, ForeignKey<M>, P::Null>;

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
