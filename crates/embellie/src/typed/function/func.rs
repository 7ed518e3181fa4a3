//! Functions that embellie does not know, and SQL text.

use std::borrow::Cow;
use std::marker::PhantomData;

use embellie_core::expr;
use embellie_core::field::FieldType;
use embellie_core::{Expr, IntoParams, Result, Sql};

use super::Operands;
use crate::typed::Expression;
use crate::typed::trail::Nullable;

/// A database function given by its name, before it is said what it gives: see [`Func`].
#[must_use = "`.returns::<T>()` makes an expression of it"]
#[derive(Debug)]
pub struct NamedFunction<M> {
    func: Result<expr::Func>,
    model: PhantomData<fn() -> M>,
}

/// A database function of some arguments, given by its name: Django's `Func`.
///
/// A text may be given for each database, and one for all others. In it `{name}` stands for the function's name,
/// `{arguments}` for all arguments with commas between, `{0}`, `{1}`, … for each. It is program text: never make one of
/// what users type.
///
/// ```
/// # use embellie::{prelude::*, functions::*};
/// # #[model(app = "blog")] pub struct Post { title: String, views: i64 }
/// # async fn example(db: &Database) -> embellie::Result<()> {
/// let hex = Func("printf", ("%x", Post::views)).template("postgres", "to_hex({1})").returns::<String>();
/// let rows: Vec<(Post, Option<String>)> = Post::objects().annotate(&hex).all(db).await?;
/// # Ok(()) }
/// ```
pub fn Func<M, V: Operands<M>>(name: impl Into<Cow<'static, str>>, arguments: V) -> NamedFunction<M> {
    let arguments: Result<Vec<Expr>> = arguments.operands().into_iter().collect();
    NamedFunction { func: arguments.map(|arguments| expr::Func::new(name, arguments)), model: PhantomData }
}

impl<M> NamedFunction<M> {
    fn map(self, change: impl FnOnce(expr::Func) -> expr::Func) -> Self {
        NamedFunction { func: self.func.map(change), ..self }
    }

    /// The text for a dialect: `sqlite`, `postgres`.
    pub fn template(self, dialect: impl Into<Cow<'static, str>>, text: impl Into<Cow<'static, str>>) -> Self {
        self.map(|func| func.template(dialect, text))
    }

    /// The text for all dialects that have none of their own.
    pub fn text(self, text: impl Into<Cow<'static, str>>) -> Self {
        self.map(|func| func.text(text))
    }

    /// It makes one value of many rows.
    pub fn aggregate(self) -> Self {
        self.map(expr::Func::aggregate)
    }

    /// Says what it gives: Django's `output_field`.
    pub fn returns<T: FieldType>(self) -> Expression<M, T, Nullable> {
        Expression::new(self.func.map(|func| func.kind(T::KIND).into()))
    }
}

/// SQL text as an expression that gives values of `T`: Django's `RawSQL`. The type comes first.
///
/// Values are parameters, `%s` or `%(name)s` in the text.
///
/// ```
/// # use embellie::{prelude::*, functions::*};
/// # #[model(app = "blog")] pub struct Post { views: i64 }
/// # async fn example(db: &Database) -> embellie::Result<()> {
/// let near = RawSql::<i64, _>("abs(views - %s)", (100,));
/// let rows: Vec<(Post, Option<i64>)> = Post::objects().annotate(&near).order_by(near.asc()).all(db).await?;
/// # Ok(()) }
/// ```
pub fn RawSql<T: FieldType, M>(sql: impl Into<Sql>, params: impl IntoParams) -> Expression<M, T, Nullable> {
    Expression::new(Ok(expr::RawSql::new(sql, params).kind(T::KIND).into()))
}
