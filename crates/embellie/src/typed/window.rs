//! Windows: values computed over rows around each row.

#![allow(non_snake_case)]

use std::marker::PhantomData;
use std::ops::{self, RangeBounds};

use embellie_core::expr::{Bound, Exclusion, Frame, FrameUnits, Function, Window};
use embellie_core::{Error, Expr, Result};

use super::order::IntoOrdering;
use super::scalar::{Scalar, Term};
use super::trail::{NotNull, Nullability, Nullable};
use super::{Aggregated, Annotations, Expression, Integer};

/// Of an expression over a window: its rows are partitioned, ordered and framed.
#[derive(Debug, Clone, Copy)]
pub enum Windowed {}

/// A function that has a meaning in a window alone: [`over`](WindowFunction::over) makes an expression of it.
#[must_use = "a function of a window is used by `.over()`"]
pub struct WindowFunction<M, T, N = NotNull> {
    call: Result<Expr>,
    types: PhantomData<fn() -> (M, T, N)>,
}

fn function<M, T, N>(function: Function, arguments: Vec<Result<Expr>>) -> WindowFunction<M, T, N> {
    let arguments: Result<Vec<Expr>> = arguments.into_iter().collect();
    WindowFunction { call: arguments.map(|arguments| Expr::call(function, arguments)), types: PhantomData }
}

impl<M, T, N> WindowFunction<M, T, N> {
    /// The function over all rows, until partitions and an order are said: Django's `Window`.
    ///
    /// ```
    /// # use embellie::prelude::*;
    /// # #[model(app = "blog")] pub struct User { name: String }
    /// # #[model(app = "blog")] pub struct Post {
    /// #     views: i64,
    /// #     #[field(on_delete = Cascade, related_name = "posts")] author: ForeignKey<User>,
    /// # }
    /// # async fn example(db: &Database) -> embellie::Result<()> {
    /// // The three posts of each author that are read most.
    /// let rank = RowNumber().over().partition_by(Post::author).order_by(Post::views.desc());
    /// let top: Vec<(Post, i64)> = Post::objects().annotate(&rank).filter(rank.lte(3)).all(db).await?;
    /// # Ok(()) }
    /// ```
    pub fn over(self) -> Expression<M, T, N, Windowed> {
        Expression::new(self.call.map(|call| Window::over(call).into()))
    }
}

impl<M, T, N> Expression<M, T, N, Aggregated> {
    /// The aggregate over rows around each row, instead of one value for all: Django's `Window`.
    ///
    /// ```
    /// # use embellie::prelude::*;
    /// # #[model(app = "blog")] pub struct Post { views: i64 }
    /// let so_far = Sum(Post::views).over().order_by(Post::id).rows(..=0);
    /// let posts = Post::objects().annotate(&so_far);
    /// ```
    pub fn over(self) -> Expression<M, T, N, Windowed> {
        self.map(|aggregate| Window::over(aggregate).into())
    }
}

fn change(expr: Expr, change: impl FnOnce(Window) -> Window) -> Expr {
    match expr {
        Expr::Window(window) => change(*window).into(),
        other => other,
    }
}

impl<M, T, N> Expression<M, T, N, Windowed> {
    /// Makes partitions of rows with equal values: one value, or a tuple of them.
    pub fn partition_by<V: Annotations<M>>(self, values: V) -> Self {
        self.and_then(|expr| {
            let values: Result<Vec<Expr>> = values.annotations().into_iter().map(|selected| selected.expr).collect();
            let values = values?;
            Ok(change(expr, |window| window.partition_by(values)))
        })
    }

    /// Orders the rows of a partition.
    pub fn order_by(self, terms: impl IntoOrdering<M>) -> Self {
        self.and_then(|expr| {
            let terms = terms.into_ordering()?;
            Ok(change(expr, |window| window.order_by(terms)))
        })
    }

    /// Which rows of the partition count, relative to the current row: `-2..=0`, `..=0`, `..`. Django's `RowRange`.
    pub fn rows(self, rows: impl RangeBounds<i64>) -> Self {
        self.frame(FrameUnits::Rows, &rows)
    }

    /// Which rows count, by how far the value that they are ordered by is from the current row's: Django's `ValueRange`.
    pub fn value_range(self, values: impl RangeBounds<i64>) -> Self {
        self.frame(FrameUnits::Range, &values)
    }

    /// Which groups of rows that are equal in the ordering count, relative to the current row's.
    pub fn groups(self, groups: impl RangeBounds<i64>) -> Self {
        self.frame(FrameUnits::Groups, &groups)
    }

    fn frame(self, units: FrameUnits, range: &impl RangeBounds<i64>) -> Self {
        let bounds = bounds(range.start_bound().cloned(), range.end_bound().cloned());
        self.and_then(|expr| {
            let (start, end) = bounds?;
            Ok(change(expr, |window| window.frame(Frame { units, start, end, exclusion: None })))
        })
    }

    /// Leaves rows out of the frame: Django's `WindowFrameExclusion`.
    ///
    /// ```
    /// # use embellie::prelude::*;
    /// # use embellie::expr::Exclusion;
    /// # #[model(app = "blog")] pub struct Post { views: i64 }
    /// let around = Avg(Post::views).over().order_by(Post::id).rows(-1..=1).excluding(Exclusion::CurrentRow);
    /// ```
    pub fn excluding(self, exclusion: Exclusion) -> Self {
        self.map(|expr| {
            change(expr, |window| match window.frame {
                Some(frame) => window.frame(frame.excluding(exclusion)),
                // What a window counts when nothing is said.
                None => window.frame(Frame::range(Bound::Unbounded, Bound::CurrentRow).excluding(exclusion)),
            })
        })
    }
}

/// The bounds of a frame, as Django checks them.
fn bounds(start: ops::Bound<i64>, end: ops::Bound<i64>) -> Result<(Bound, Bound)> {
    use ops::Bound::{Excluded, Included, Unbounded};
    let start = match start {
        Included(start) => Some(start),
        Excluded(start) => Some(start.saturating_add(1)),
        Unbounded => None,
    };
    let end = match end {
        Included(end) => Some(end),
        Excluded(end) => Some(end.saturating_sub(1)),
        Unbounded => None,
    };
    match (start, end) {
        (Some(start), Some(end)) if start > end => {
            Err(Error::Value(format!("the start of a frame, {start}, is after its end, {end}")))
        }
        _ => Ok((start.map_or(Bound::Unbounded, bound), end.map_or(Bound::Unbounded, bound))),
    }
}

fn bound(rows: i64) -> Bound {
    match rows {
        0 => Bound::CurrentRow,
        before @ ..0 => Bound::Preceding(before.unsigned_abs()),
        after => Bound::Following(after.unsigned_abs()),
    }
}

macro_rules! ranking {
    ($($(#[$doc:meta])+ $name:ident: $type:ty;)+) => {$(
        $(#[$doc])+
        pub fn $name<M>() -> WindowFunction<M, $type> {
            function(Function::$name, Vec::new())
        }
    )+};
}
ranking! {
    /// The row's number in its partition, from 1: Django's `RowNumber`.
    RowNumber: i64;
    /// The rank, with gaps after equal rows: Django's `Rank`.
    Rank: i64;
    /// The rank, without gaps: Django's `DenseRank`.
    DenseRank: i64;
    /// The rank as a share of the partition: Django's `PercentRank`.
    PercentRank: f64;
    /// The share of rows up to this one and its equals: Django's `CumeDist`.
    CumeDist: f64;
}

/// Which of so many equal parts of the partition the row is in, from 1: Django's `Ntile`.
pub fn Ntile<M, V: Term<M, Type: Integer>>(parts: V) -> WindowFunction<M, i64> {
    function(Function::Ntile, vec![parts.term()])
}

/// The value in the first row of the frame: Django's `FirstValue`.
pub fn FirstValue<M, V: Scalar<M>>(value: V) -> WindowFunction<M, V::Type, Nullable> {
    function(Function::FirstValue, vec![value.scalar().expr])
}

/// The value in the last row of the frame: Django's `LastValue`.
pub fn LastValue<M, V: Scalar<M>>(value: V) -> WindowFunction<M, V::Type, Nullable> {
    function(Function::LastValue, vec![value.scalar().expr])
}

/// The value in a row of the frame, counted from 1; null when it has not so many: Django's `NthValue`.
pub fn NthValue<M, V: Scalar<M>, P: Term<M, Type: Integer>>(value: V, nth: P) -> WindowFunction<M, V::Type, Nullable> {
    function(Function::NthValue, vec![value.scalar().expr, nth.term()])
}

/// A value some rows away. Null where there is no such row, unless a [`default`](Shifted::default) is said.
#[must_use = "a function of a window is used by `.over()`"]
pub struct Shifted<M, T, N>(WindowFunction<M, T, N>);

/// The value so many rows before: Django's `Lag`.
///
/// ```
/// # use embellie::prelude::*;
/// # #[model(app = "blog")] pub struct Post { views: i64 }
/// # async fn example(db: &Database) -> embellie::Result<()> {
/// let before = Lag(Post::views, 1).default(0).over().order_by(Post::id);
/// let rows: Vec<(Post, i64)> = Post::objects().annotate(&before).all(db).await?;
/// # Ok(()) }
/// ```
pub fn Lag<M, V: Scalar<M>, O: Term<M, Type: Integer>>(value: V, rows: O) -> Shifted<M, V::Type, V::Null> {
    Shifted(function(Function::Lag, vec![value.scalar().expr, rows.term()]))
}

/// The value so many rows after: Django's `Lead`.
pub fn Lead<M, V: Scalar<M>, O: Term<M, Type: Integer>>(value: V, rows: O) -> Shifted<M, V::Type, V::Null> {
    Shifted(function(Function::Lead, vec![value.scalar().expr, rows.term()]))
}

impl<M, T, N: Nullability> Shifted<M, T, N> {
    /// The value where there is no such row.
    pub fn default<V: Term<M>>(self, value: V) -> WindowFunction<M, T, N::Or<V::Null>>
    where
        V::Type: super::Like<T>,
    {
        let call = self.0.call.and_then(|call| match call {
            Expr::Call { function, mut arguments } => {
                arguments.push(value.term()?);
                Ok(Expr::Call { function, arguments })
            }
            other => Ok(other),
        });
        WindowFunction { call, types: PhantomData }
    }

    /// The function over all rows, until partitions and an order are said: Django's `Window`.
    pub fn over(self) -> Expression<M, T, Nullable, Windowed> {
        Expression::new(self.0.call.map(|call| Window::over(call).into()))
    }
}
