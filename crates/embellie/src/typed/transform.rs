//! Transforms of fields and expressions, as methods: parts of dates, keys of JSON, slices of text, casts.

use std::borrow::Cow;
use std::ops::{Bound, RangeBounds};

use embellie_core::expr::Function;
use embellie_core::field::{FieldType, Json};
use embellie_core::query::Operand;
use embellie_core::{Expr, Path, Result, Value};
use jiff::civil::{Date, Time};

use super::function::{Dated, Moment, Timed, cast};
use super::rhs::Rhs;
use super::trail::{Nullability, Nullable};
use super::{Column, Expression, Q, Text, Trail};

/// A transform of an expression: of a path, its next name.
fn transformed(expr: Expr, name: impl Into<Cow<'static, str>>) -> Expr {
    let name = name.into();
    match expr {
        Expr::Path(path) => Expr::Path(path.then(name)),
        Expr::Outer { path, levels } => Expr::Outer { path: path.then(name), levels },
        Expr::Transform { expr, names } => Expr::Transform { expr, names: names.then(name) },
        expr => Expr::Transform { expr: Box::new(expr), names: Path::new([name]) },
    }
}

/// A type that is stored as JSON.
#[diagnostic::on_unimplemented(message = "`{Self}` is no JSON", label = "expected a JSON field")]
pub trait JsonType: FieldType {}

impl JsonType for serde_json::Value {}
impl<T> JsonType for Json<T> where Json<T>: FieldType {}

/// The part of a text that a range of places, counted from 0, is.
fn sliced(expr: Expr, range: (Bound<&u64>, Bound<&u64>)) -> Expr {
    let start = match range.0 {
        Bound::Included(start) => *start,
        Bound::Excluded(start) => start.saturating_add(1),
        Bound::Unbounded => 0,
    };
    let length = match range.1 {
        Bound::Included(end) => Some(end.saturating_add(1).saturating_sub(start)),
        Bound::Excluded(end) => Some(end.saturating_sub(start)),
        Bound::Unbounded => None,
    };
    Expr::Slice { expr: Box::new(expr), start, length }
}

macro_rules! transforms {
    ($([$($generics:tt)*] $type:ty, $model:ty, $value:ident, $null:ty, |$it:ident| $expr:expr;)+) => {$(
        impl<$($generics)*> $type {
            transforms!(@ $model, $value, $null, |$it| $expr; Dated:
                /// The year.
                year -> i64;
                /// The year that the ISO week belongs to.
                iso_year -> i64;
                /// The quarter, 1 to 4.
                quarter -> i64;
                /// The month, 1 to 12.
                month -> i64;
                /// The ISO week, 1 to 53.
                week -> i64;
                /// The day of the month.
                day -> i64;
                /// The day of the week, 1 (Sunday) to 7.
                week_day -> i64;
                /// The day of the week, 1 (Monday) to 7.
                iso_week_day -> i64;
            );
            transforms!(@ $model, $value, $null, |$it| $expr; Timed:
                /// The hour.
                hour -> i64;
                /// The minute.
                minute -> i64;
                /// The second, without its fraction.
                second -> i64;
            );
            transforms!(@ $model, $value, $null, |$it| $expr; Moment:
                /// The calendar date.
                date -> Date;
                /// The time of day.
                time -> Time;
            );

            /// A member of a JSON object.
            ///
            /// ```
            /// # use embellie::prelude::*;
            /// # #[model(app = "blog")] pub struct Post { data: Option<serde_json::Value> }
            /// let posts = Post::objects().filter(Post::data.key("tags").index(0).key("name").eq("rust"));
            /// ```
            pub fn key(&self, name: impl Into<Cow<'static, str>>) -> Expression<$model, serde_json::Value, Nullable>
            where
                $value: JsonType,
            {
                let $it = self;
                Expression::new($expr.map(|expr| transformed(expr, name)))
            }

            /// An element of a JSON array, counted from 0.
            pub fn index(&self, index: i64) -> Expression<$model, serde_json::Value, Nullable>
            where
                $value: JsonType,
            {
                let $it = self;
                Expression::new($expr.map(|expr| transformed(expr, index.to_string())))
            }

            /// What `q!` makes of a path with a number in it.
            #[doc(hidden)]
            pub fn json_path(&self, names: &[&'static str]) -> Expression<$model, serde_json::Value, Nullable>
            where
                $value: JsonType,
            {
                let $it = self;
                Expression::new($expr.map(|expr| names.iter().fold(expr, |expr, name| transformed(expr, *name))))
            }

            /// What stands at the end of a path into JSON, as text: Django's `KT`, core's `KeyText`.
            ///
            /// ```
            /// # use embellie::prelude::*;
            /// # #[model(app = "blog")] pub struct Post { data: serde_json::Value }
            /// let names = Post::objects().values_list(Post::data.key("author").key("name").key_text());
            /// ```
            pub fn key_text(&self) -> Expression<$model, String, Nullable>
            where
                $value: JsonType,
            {
                let $it = self;
                Expression::new($expr.map(|expr| Expr::call(Function::KeyText, [expr])))
            }

            /// The JSON object has the member.
            pub fn has_key(&self, name: impl Into<String>) -> Q<$model>
            where
                $value: JsonType,
            {
                let $it = self;
                named($expr, "has_key", Ok(Value::Text(name.into()).into()))
            }

            /// The JSON object has all of the members.
            pub fn has_keys(&self, names: impl IntoIterator<Item = impl Into<String>>) -> Q<$model>
            where
                $value: JsonType,
            {
                let $it = self;
                named($expr, "has_keys", Ok(texts(names)))
            }

            /// The JSON object has one of the members at least.
            pub fn has_any_keys(&self, names: impl IntoIterator<Item = impl Into<String>>) -> Q<$model>
            where
                $value: JsonType,
            {
                let $it = self;
                named($expr, "has_any_keys", Ok(texts(names)))
            }

            /// The JSON is part of the other.
            pub fn contained_by<V: Rhs<$model, serde_json::Value>>(&self, json: V) -> Q<$model>
            where
                $value: JsonType,
            {
                let $it = self;
                named($expr, "contained_by", json.operand())
            }

            /// A part of a text, by places counted from 0: Django's `F("title")[0:5]`.
            ///
            /// ```
            /// # use embellie::prelude::*;
            /// # #[model(app = "blog")] pub struct Post { title: String }
            /// let starts = Post::objects().values_list(Post::title.slice(0..5));
            /// ```
            pub fn slice(&self, range: impl RangeBounds<u64>) -> Expression<$model, String, $null>
            where
                $value: Text,
            {
                let $it = self;
                Expression::new($expr.map(|expr| sliced(expr, (range.start_bound(), range.end_bound()))))
            }

            /// The value as another type: Django's `Cast`.
            ///
            /// ```
            /// # use embellie::prelude::*;
            /// # #[model(app = "blog")] pub struct Post { views: i64 }
            /// let shares = Post::objects().values_list(Post::views.cast::<f64>() / 100.0);
            /// ```
            pub fn cast<U: FieldType>(&self) -> Expression<$model, U, $null> {
                let $it = self;
                Expression::new($expr.map(cast::<U>))
            }

            /// The value of a transform that you registered, which gives values of `U`.
            pub fn transform<U: FieldType>(&self, name: impl Into<Cow<'static, str>>) -> Expression<$model, U, Nullable> {
                let $it = self;
                Expression::new($expr.map(|expr| transformed(expr, name)))
            }

            /// The condition that a lookup that you registered holds.
            pub fn lookup<U, V: Rhs<$model, U>>(&self, name: impl Into<Cow<'static, str>>, value: V) -> Q<$model> {
                let $it = self;
                named($expr, name, value.operand())
            }
        }
    )+};
    (@ $model:ty, $value:ident, $null:ty, |$it:ident| $expr:expr; $bound:ident:
        $($(#[$doc:meta])+ $name:ident -> $output:ty;)+) => {$(
        $(#[$doc])+
        pub fn $name(&self) -> Expression<$model, $output, $null>
        where
            $value: $bound,
        {
            let $it = self;
            Expression::new($expr.map(|expr| transformed(expr, stringify!($name))))
        }
    )+};
}
transforms! {
    [P: Trail, T: FieldType, N: Nullability, const I: usize] Column<P, T, N, I>, P::Root, T,
        <P::Null as Nullability>::Or<N>, |it| it.f().into_expr();
    [M, T, N, K] Expression<M, T, N, K>, M, T, N, |it| it.expr();
}

/// A comparison by a lookup that has a name.
fn named<M>(left: Result<Expr>, lookup: impl Into<Cow<'static, str>>, operand: Result<Operand>) -> Q<M> {
    Q::named(left, Path::new([lookup.into()]), operand)
}

fn texts(names: impl IntoIterator<Item = impl Into<String>>) -> Operand {
    Value::List(names.into_iter().map(|name| Value::Text(name.into())).collect()).into()
}
