//! Aggregates: one value made of many rows.

#![allow(non_snake_case)]

use embellie_core::expr::{Aggregate, AggregateFunction as Function};
use embellie_core::field::FieldType;
use embellie_core::{Expr, Result};
use jiff::SignedDuration;
use rust_decimal::Decimal;

use super::order::IntoOrdering;
use super::rhs::Rhs;
use super::scalar::{Scalar, Selected, Term, for_each_scalar};
use super::trail::{NotNull, Nullability, Nullable};
use super::{Array, Expression, Q};

/// Of an expression that is an aggregate: it may be given a `filter`, a `default`, `distinct` and an order.
#[derive(Debug, Clone, Copy)]
pub enum Aggregated {}

/// An aggregate of one value or several.
fn aggregate<M, T, N>(
    function: Function,
    arguments: impl IntoIterator<Item = Result<Expr>>,
) -> Expression<M, T, N, Aggregated> {
    let arguments: Result<Vec<Expr>> = arguments.into_iter().collect();
    Expression::new(arguments.map(|arguments| Aggregate::new(function, arguments).into()))
}

fn change(expr: Expr, change: impl FnOnce(Aggregate) -> Aggregate) -> Expr {
    match expr {
        Expr::Aggregate(aggregate) => change(*aggregate).into(),
        other => other,
    }
}

impl<M, T, N> Expression<M, T, N, Aggregated> {
    /// Only rows for which the condition holds count.
    ///
    /// ```
    /// # use embellie::prelude::*;
    /// # #[model(app = "blog")] pub struct User { name: String }
    /// # #[model(app = "blog")] pub struct Post {
    /// #     views: i64,
    /// #     #[field(on_delete = Cascade, related_name = "posts")] author: ForeignKey<User>,
    /// # }
    /// let read = Count(User::posts()).filter(q!(posts__views__gt = 0));
    /// assert_eq!(format!("{read:?}"), "Count(F('posts'), filter=Q(posts__views__gt=0))");
    /// ```
    #[must_use]
    pub fn filter(self, q: Q<M>) -> Self {
        self.and_then(|expr| q.checked().map(|q| change(expr, |aggregate| aggregate.filter(q))))
    }

    /// Equal values count once.
    #[must_use]
    pub fn distinct(self) -> Self {
        self.map(|expr| change(expr, Aggregate::distinct))
    }

    /// What it gives when there is nothing to compute it of; it never gives null then.
    pub fn default<V: Rhs<M, T>>(self, value: V) -> Expression<M, T, NotNull, Aggregated> {
        self.and_then(|expr| {
            let value = super::expression::plain(value.operand()?)?;
            Ok(change(expr, |aggregate| aggregate.default(value)))
        })
    }

    /// The order of the values, where it matters: in [`StringAgg`], [`ArrayAgg`], [`JsonArrayAgg`].
    #[must_use]
    pub fn order_by(self, terms: impl IntoOrdering<M>) -> Self {
        self.and_then(|expr| {
            let terms = terms.into_ordering()?;
            Ok(change(expr, |aggregate| aggregate.order_by(terms)))
        })
    }
}

/// What can be counted: anything that has a value, objects at the end of a relation, and [`Star`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not counted in the rows of `{M}`",
    label = "expected a field or a relation of a query over `{M}`"
)]
pub trait Counted<M> {
    /// What is counted, as data.
    #[doc(hidden)]
    fn counted(self) -> Selected;
}

/// All rows: Django's `"*"` in `Count("*")`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Star;

impl<M> Counted<M> for Star {
    fn counted(self) -> Selected {
        Selected { expr: Ok(Expr::Star), name: None }
    }
}

macro_rules! counted {
    ($([$($generics:tt)*] $type:ty, $model:ty;)+) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> Counted<$model> for $type {
            fn counted(self) -> Selected {
                self.scalar()
            }
        }
    )+};
}
for_each_scalar!(counted);

/// How many values are not null; of [`Star`], how many rows: Django's `Count`.
///
/// ```
/// # use embellie::prelude::*;
/// # #[model(app = "blog")] pub struct User { name: String }
/// # #[model(app = "blog")] pub struct Post {
/// #     #[field(on_delete = Cascade, related_name = "posts")] author: ForeignKey<User>,
/// # }
/// # async fn example(db: &Database) -> embellie::Result<()> {
/// let n: i64 = User::objects().aggregate(Count(User::name).distinct(), db).await?;
/// let posts: Vec<(User, i64)> = User::objects().annotate(&Count(User::posts())).all(db).await?;
/// # Ok(()) }
/// ```
pub fn Count<M, V: Counted<M>>(values: V) -> Expression<M, i64, NotNull, Aggregated> {
    aggregate(Function::Count, [values.counted().expr])
}

/// Types whose values are added up.
#[diagnostic::on_unimplemented(
    message = "values of type `{Self}` are not added up",
    label = "expected numbers or durations"
)]
pub trait Summed: FieldType {
    /// What a sum of such values is: wide enough for many.
    type Sum: FieldType;
}

/// Types whose values have a mean.
#[diagnostic::on_unimplemented(
    message = "values of type `{Self}` have no mean",
    label = "expected numbers or durations"
)]
pub trait Mean: FieldType {
    /// What the mean of such values is.
    type Mean: FieldType;
}

macro_rules! numbers {
    ($($number:ty: $sum:ty, $mean:ty;)+) => {$(
        #[diagnostic::do_not_recommend]
        impl Summed for $number {
            type Sum = $sum;
        }

        #[diagnostic::do_not_recommend]
        impl Mean for $number {
            type Mean = $mean;
        }
    )+};
}
numbers! {
    i16: i64, f64;
    i32: i64, f64;
    i64: i64, f64;
    u16: i64, f64;
    u32: i64, f64;
    u64: i64, f64;
    f64: f64, f64;
    Decimal: Decimal, Decimal;
    SignedDuration: SignedDuration, SignedDuration;
}

/// The sum; null for no values: Django's `Sum`.
///
/// ```
/// # use embellie::prelude::*;
/// # #[model(app = "blog")] pub struct Post { views: i32 }
/// # async fn example(db: &Database) -> embellie::Result<()> {
/// let (all, none): (Option<i64>, i64) = Post::objects().aggregate((Sum(Post::views), Sum(Post::views).default(0)), db).await?;
/// # Ok(()) }
/// ```
pub fn Sum<M, V: Scalar<M, Type: Summed<Sum = T>>, T>(values: V) -> Expression<M, T, Nullable, Aggregated> {
    aggregate(Function::Sum, [values.scalar().expr])
}

/// The mean; null for no values: Django's `Avg`.
pub fn Avg<M, V: Scalar<M, Type: Mean<Mean = T>>, T>(values: V) -> Expression<M, T, Nullable, Aggregated> {
    aggregate(Function::Avg, [values.scalar().expr])
}

/// The greatest value; null for no values: Django's `Max`.
pub fn Max<M, V: Scalar<M, Type = T>, T>(values: V) -> Expression<M, T, Nullable, Aggregated> {
    aggregate(Function::Max, [values.scalar().expr])
}

/// The least value; null for no values: Django's `Min`.
pub fn Min<M, V: Scalar<M, Type = T>, T>(values: V) -> Expression<M, T, Nullable, Aggregated> {
    aggregate(Function::Min, [values.scalar().expr])
}

/// Any of the values that is not null: Django's `AnyValue`.
pub fn AnyValue<M, V: Scalar<M>>(values: V) -> Expression<M, V::Type, Nullable, Aggregated> {
    aggregate(Function::AnyValue, [values.scalar().expr])
}

macro_rules! spread {
    ($($(#[$doc:meta])+ $name:ident $function:ident $sample:literal;)+) => {$(
        $(#[$doc])+
        pub fn $name<M, V: Scalar<M, Type: Mean<Mean = T>>, T>(values: V) -> Expression<M, T, Nullable, Aggregated> {
            aggregate(Function::$function { sample: $sample }, [values.scalar().expr])
        }
    )+};
}
spread! {
    /// The standard deviation of a whole population: Django's `StdDev`.
    ///
    /// ```
    /// # use embellie::prelude::*;
    /// # #[model(app = "blog")] pub struct Post { views: i32 }
    /// # async fn example(db: &Database) -> embellie::Result<()> {
    /// let (all, sample): (Option<f64>, Option<f64>) =
    ///     Post::objects().aggregate((StdDev(Post::views), StdDevSample(Post::views)), db).await?;
    /// let spread = Post::objects().aggregate((Variance(Post::views), VarianceSample(Post::views)), db).await?;
    /// # Ok(()) }
    /// ```
    StdDev StdDev false;
    /// The standard deviation of a sample: Django's `StdDev(…, sample=True)`.
    StdDevSample StdDev true;
    /// The variance of a whole population: Django's `Variance`.
    Variance Variance false;
    /// The variance of a sample: Django's `Variance(…, sample=True)`.
    VarianceSample Variance true;
}

/// Texts joined, with a delimiter between them: Django's `StringAgg`.
///
/// ```
/// # use embellie::prelude::*;
/// # #[model(app = "blog")] pub struct Post { title: String }
/// # async fn example(db: &Database) -> embellie::Result<()> {
/// let titles = StringAgg(Post::title, ", ").order_by(Post::title).default("");
/// let titles: String = Post::objects().aggregate(titles, db).await?;
/// # Ok(()) }
/// ```
pub fn StringAgg<M, V: Scalar<M, Type: super::Text>, D: Term<M, Type = String>>(
    texts: V,
    delimiter: D,
) -> Expression<M, String, Nullable, Aggregated> {
    aggregate(Function::StringAgg, [texts.scalar().expr, delimiter.term()])
}

/// All values as an array, null ones too: Django's `ArrayAgg`.
pub fn ArrayAgg<M, V: Scalar<M, Type: FieldType>>(
    values: V,
) -> Expression<M, Array<<V::Null as Nullability>::Of<V::Type>>, Nullable, Aggregated> {
    aggregate(Function::ArrayAgg, [values.scalar().expr])
}

/// Whether all values are true; null for no values: Django's `BoolAnd`.
///
/// ```
/// # use embellie::prelude::*;
/// # #[model(app = "blog")] pub struct Post { published: bool, views: i64, likes: i64 }
/// # async fn example(db: &Database) -> embellie::Result<()> {
/// let (all, any): (Option<bool>, Option<bool>) =
///     Post::objects().aggregate((BoolAnd(Post::published), BoolOr(Post::published)), db).await?;
/// # Ok(()) }
/// ```
pub fn BoolAnd<M, V: Scalar<M, Type = bool>>(values: V) -> Expression<M, bool, Nullable, Aggregated> {
    aggregate(Function::BoolAnd, [values.scalar().expr])
}

/// Whether any of the values is true; null for no values: Django's `BoolOr`.
pub fn BoolOr<M, V: Scalar<M, Type = bool>>(values: V) -> Expression<M, bool, Nullable, Aggregated> {
    aggregate(Function::BoolOr, [values.scalar().expr])
}

macro_rules! bits {
    ($($(#[$doc:meta])+ $name:ident;)+) => {$(
        $(#[$doc])+
        pub fn $name<M, V: Scalar<M, Type: super::Integer>>(
            values: V,
        ) -> Expression<M, V::Type, Nullable, Aggregated> {
            aggregate(Function::$name, [values.scalar().expr])
        }
    )+};
}
bits! {
    /// The bits that all values have; null for no values: Django's `BitAnd`. Not every database has it.
    ///
    /// ```
    /// # use embellie::prelude::*;
    /// # #[model(app = "blog")] pub struct Post { flags: i64 }
    /// # async fn example(db: &Database) -> embellie::Result<()> {
    /// let (all, any, odd): (Option<i64>, Option<i64>, Option<i64>) =
    ///     Post::objects().aggregate((BitAnd(Post::flags), BitOr(Post::flags), BitXor(Post::flags)), db).await?;
    /// # Ok(()) }
    /// ```
    BitAnd;
    /// The bits that any of the values has; null for no values: Django's `BitOr`. Not every database has it.
    BitOr;
    /// The bits that an odd number of values have; null for no values: Django's `BitXor`. Not every database has it.
    BitXor;
}

macro_rules! pairs {
    ($($(#[$doc:meta])+ $name:ident = $function:expr => $type:ty, $null:ty;)+) => {$(
        $(#[$doc])+
        pub fn $name<M, Y: Scalar<M, Type: Mean>, X: Scalar<M, Type: Mean>>(
            y: Y,
            x: X,
        ) -> Expression<M, $type, $null, Aggregated> {
            aggregate($function, [y.scalar().expr, x.scalar().expr])
        }
    )+};
}
pairs! {
    /// How closely two values go together, -1 to 1: Django's `Corr`. As in all aggregates of two, the first is the one
    /// that depends on the other, rows where either is null do not count, and not every database has it.
    ///
    /// ```
    /// # use embellie::prelude::*;
    /// # #[model(app = "blog")] pub struct Post { views: i64, likes: i64 }
    /// # async fn example(db: &Database) -> embellie::Result<()> {
    /// let together = (Corr(Post::likes, Post::views), CovarPop(Post::likes, Post::views), CovarSample(Post::likes, Post::views));
    /// let (corr, covariance, of_sample): (Option<f64>, Option<f64>, Option<f64>) =
    ///     Post::objects().aggregate(together, db).await?;
    /// let line = (RegrSlope(Post::likes, Post::views), RegrIntercept(Post::likes, Post::views), RegrR2(Post::likes, Post::views));
    /// let (slope, intercept, fit): (Option<f64>, Option<f64>, Option<f64>) = Post::objects().aggregate(line, db).await?;
    /// let means = (RegrCount(Post::likes, Post::views), RegrAvgX(Post::likes, Post::views), RegrAvgY(Post::likes, Post::views));
    /// let (rows, mean_views, mean_likes): (i64, Option<f64>, Option<f64>) = Post::objects().aggregate(means, db).await?;
    /// let sums = (RegrSxx(Post::likes, Post::views), RegrSxy(Post::likes, Post::views), RegrSyy(Post::likes, Post::views));
    /// let sums: (Option<f64>, Option<f64>, Option<f64>) = Post::objects().aggregate(sums, db).await?;
    /// # Ok(()) }
    /// ```
    Corr = Function::Corr => f64, Nullable;
    /// The covariance of a whole population: Django's `CovarPop`.
    CovarPop = Function::CovarPop { sample: false } => f64, Nullable;
    /// The covariance of a sample: Django's `CovarPop(…, sample=True)`.
    CovarSample = Function::CovarPop { sample: true } => f64, Nullable;
    /// The mean of the second value: Django's `RegrAvgX`.
    RegrAvgX = Function::RegrAvgX => f64, Nullable;
    /// The mean of the first value: Django's `RegrAvgY`.
    RegrAvgY = Function::RegrAvgY => f64, Nullable;
    /// How many rows have both values: Django's `RegrCount`.
    RegrCount = Function::RegrCount => i64, NotNull;
    /// Where the line that fits best meets the axis of the first value: Django's `RegrIntercept`.
    RegrIntercept = Function::RegrIntercept => f64, Nullable;
    /// How well the line that fits best does: Django's `RegrR2`.
    RegrR2 = Function::RegrR2 => f64, Nullable;
    /// How steep the line that fits best is: Django's `RegrSlope`.
    RegrSlope = Function::RegrSlope => f64, Nullable;
    /// The sum of the squares of the second value, less its mean: Django's `RegrSXX`.
    RegrSxx = Function::RegrSxx => f64, Nullable;
    /// The sum of the products of both values, less their means: Django's `RegrSXY`.
    RegrSxy = Function::RegrSxy => f64, Nullable;
    /// The sum of the squares of the first value, less its mean: Django's `RegrSYY`.
    RegrSyy = Function::RegrSyy => f64, Nullable;
}

/// All values as a JSON array: Django's `JSONArrayAgg`.
pub fn JsonArrayAgg<M, V: Scalar<M>>(values: V) -> Expression<M, serde_json::Value, Nullable, Aggregated> {
    aggregate(Function::JsonArrayAgg, [values.scalar().expr])
}
