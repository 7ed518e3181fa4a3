//! Transforms of fields and expressions, as methods: parts of dates, keys of JSON, slices of text, casts.

use std::borrow::Cow;
use std::ops::{Bound, RangeBounds};

use embellie_core::expr::Function;
use embellie_core::field::{ArrayElement, FieldType, Json, RangeElement, SearchVector};
use embellie_core::query::Operand;
use embellie_core::{Expr, Path, Range, Result, Value};
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use rust_decimal::Decimal;

use super::array::ArrayType;
use super::function::{Dated, Moment, Searched, Timed, cast};
use super::range::RangeType;
use super::rhs::Rhs;
use super::trail::{Nullability, Nullable};
use super::{Array, Column, Expression, Q, Text, Trail};

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

/// What has parts of the same type: text, and arrays.
#[diagnostic::on_unimplemented(message = "`{Self}` has no slices", label = "expected text or an array")]
pub trait Sliced {
    /// What a part is.
    type Part: FieldType;
}

#[diagnostic::do_not_recommend]
impl<T: Text> Sliced for T {
    type Part = String;
}

#[diagnostic::do_not_recommend]
impl<T: ArrayElement> Sliced for Vec<T> {
    type Part = Vec<T>;
}

#[diagnostic::do_not_recommend]
impl<T: ArrayElement> Sliced for Array<T> {
    type Part = Array<T>;
}

/// What may be part of something else: JSON, arrays, ranges, and what may lie in a range.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not contained by anything",
    label = "expected JSON, an array, a range, a number or a date"
)]
pub trait Contained {
    /// What may contain it.
    type Whole;
}

macro_rules! contained {
    ($([$($generics:tt)*] $part:ty => $whole:ty;)+) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> Contained for $part {
            type Whole = $whole;
        }
    )+};
}
contained! {
    [] serde_json::Value => serde_json::Value;
    [T] Json<T> => serde_json::Value;
    [T: ArrayElement] Vec<T> => Vec<T>;
    [T: ArrayElement] Array<T> => Vec<T>;
    [T: RangeElement] Range<T> => Range<T>;
    [] i16 => Range<i32>;
    [] i32 => Range<i32>;
    [] i64 => Range<i64>;
    [] u16 => Range<i32>;
    [] u32 => Range<i32>;
    [] u64 => Range<i64>;
    [] f64 => Range<Decimal>;
    [] Decimal => Range<Decimal>;
    [] Date => Range<Date>;
    [] Timestamp => Range<Timestamp>;
}

/// What may have something in common with another: arrays and ranges.
#[diagnostic::on_unimplemented(message = "`{Self}` overlaps nothing", label = "expected an array or a range")]
pub trait Overlapping {
    /// What it may overlap.
    type Other;
}

#[diagnostic::do_not_recommend]
impl<T: ArrayElement> Overlapping for Vec<T> {
    type Other = Vec<T>;
}

#[diagnostic::do_not_recommend]
impl<T: ArrayElement> Overlapping for Array<T> {
    type Other = Vec<T>;
}

#[diagnostic::do_not_recommend]
impl<T: RangeElement> Overlapping for Range<T> {
    type Other = Range<T>;
}

/// What `q!` makes of numbers in a path to: JSON and arrays.
#[doc(hidden)]
#[diagnostic::on_unimplemented(message = "`{Self}` has no numbers in its paths", label = "expected JSON or an array")]
pub trait Numbered {
    type At: FieldType;
    type Part: FieldType;
}

#[diagnostic::do_not_recommend]
impl Numbered for serde_json::Value {
    type At = Self;
    type Part = Self;
}

#[diagnostic::do_not_recommend]
impl<T> Numbered for Json<T>
where
    Json<T>: FieldType,
{
    type At = serde_json::Value;
    type Part = serde_json::Value;
}

#[diagnostic::do_not_recommend]
impl<T: ArrayElement> Numbered for Vec<T> {
    type At = T::Plain;
    type Part = Vec<T>;
}

/// What has words to search: text, and search vectors.
#[diagnostic::on_unimplemented(message = "`{Self}` has no words", label = "expected text or a search vector")]
pub trait Searchable {}

#[diagnostic::do_not_recommend]
impl<T: Text> Searchable for T {}

#[diagnostic::do_not_recommend]
impl Searchable for SearchVector {}

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

            /// How many elements an array has.
            ///
            /// ```
            /// # use embellie::prelude::*;
            /// # #[model(app = "blog")] pub struct Post { tags: Vec<String> }
            /// let tagged = Post::objects().filter(Post::tags.len().gte(2) & Post::tags.at(0).startswith("ru"));
            /// ```
            pub fn len(&self) -> Expression<$model, i32, $null>
            where
                $value: ArrayType,
            {
                let $it = self;
                Expression::new($expr.map(|expr| transformed(expr, "len")))
            }

            /// An element of an array, by its place, counted from 0; null where there is none.
            pub fn at(&self, place: u32) -> Expression<$model, <$value as ArrayType>::Item, Nullable>
            where
                $value: ArrayType,
            {
                let $it = self;
                Expression::new($expr.map(|expr| transformed(expr, place.to_string())))
            }

            /// The array, or the range, has something in common with the other.
            ///
            /// ```
            /// # use embellie::prelude::*;
            /// # #[model(app = "blog")] pub struct Post { tags: Vec<String>, ages: Range<i32> }
            /// let either = Post::objects().filter(Post::tags.overlap(["rust", "sql"]) & Post::ages.overlap(18..65));
            /// ```
            pub fn overlap<V: Rhs<$model, $value::Other>>(&self, other: V) -> Q<$model>
            where
                $value: Overlapping,
            {
                let $it = self;
                named($expr, "overlap", other.operand())
            }

            /// The lower end of a range; null where it has none.
            ///
            /// ```
            /// # use embellie::prelude::*;
            /// # #[model(app = "blog")] pub struct Event { days: Range<civil::Date> }
            /// let next = Event::objects().filter(Event::days.isempty().eq(false)).order_by(Event::days.lower().asc());
            /// let open = Event::objects().filter(Event::days.upper_inf().holds() & Event::days.lower_inc().holds());
            /// let last = Event::objects().exclude(Event::days.lower_inf().holds() | Event::days.upper_inc().holds());
            /// let ends = Event::objects().values_list((Event::days.lower(), Event::days.upper()));
            /// ```
            pub fn lower(&self) -> Expression<$model, <$value as RangeType>::End, Nullable>
            where
                $value: RangeType,
            {
                let $it = self;
                Expression::new($expr.map(|expr| transformed(expr, "startswith")))
            }

            /// The upper end of a range; null where it has none.
            pub fn upper(&self) -> Expression<$model, <$value as RangeType>::End, Nullable>
            where
                $value: RangeType,
            {
                let $it = self;
                Expression::new($expr.map(|expr| transformed(expr, "endswith")))
            }

            transforms!(@ $model, $value, $null, |$it| $expr; RangeType:
                /// Whether a range holds no value.
                isempty -> bool;
                /// Whether the lower end of a range is part of it.
                lower_inc -> bool;
                /// Whether a range has no lower end.
                lower_inf -> bool;
                /// Whether the upper end of a range is part of it.
                upper_inc -> bool;
                /// Whether a range has no upper end.
                upper_inf -> bool;
            );
            transforms!(% $model, $value, |$it| $expr;
                /// The range lies before the other.
                ///
                /// ```
                /// # use embellie::prelude::*;
                /// # #[model(app = "blog")] pub struct Event { hours: Range<i32> }
                /// let early = Event::objects().filter(Event::hours.fully_lt(12..) | Event::hours.not_gt(0..13));
                /// let late = Event::objects().filter(Event::hours.fully_gt(..18) & Event::hours.not_lt(18..24));
                /// let next = Event::objects().filter(Event::hours.adjacent_to(10..12));
                /// ```
                fully_lt;
                /// The range lies after the other.
                fully_gt;
                /// The range does not begin before the other.
                not_lt;
                /// The range does not end after the other.
                not_gt;
                /// The range lies next to the other, with nothing between.
                adjacent_to;
            );

            /// The text, or the search vector, has the words that are looked for: text, or a
            /// [`SearchQuery`](crate::functions::SearchQuery).
            ///
            /// ```
            /// # use embellie::prelude::*;
            /// # #[model(app = "blog")] pub struct Post { body: String, words: Option<SearchVector> }
            /// let found = Post::objects().filter(Post::words.search("clouds") | Post::body.search("grey sky"));
            /// ```
            pub fn search<V: Rhs<$model, Searched>>(&self, words: V) -> Q<$model>
            where
                $value: Searchable,
            {
                let $it = self;
                named($expr, "search", words.operand())
            }

            /// The text is alike to another, by the letters that they share in threes. It needs PostgreSQL's extension
            /// `pg_trgm`.
            ///
            /// ```
            /// # use embellie::prelude::*;
            /// # #[model(app = "blog")] pub struct User { name: String }
            /// let alike = User::objects().filter(User::name.trigram_similar("Anne"));
            /// let words = User::objects().filter(
            ///     User::name.trigram_word_similar("Anne") | User::name.trigram_strict_word_similar("Anne"),
            /// );
            /// ```
            pub fn trigram_similar<V: Rhs<$model, String>>(&self, text: V) -> Q<$model>
            where
                $value: Text,
            {
                let $it = self;
                named($expr, "trigram_similar", text.operand())
            }

            /// The text has a part that is alike to another. It needs PostgreSQL's extension `pg_trgm`.
            pub fn trigram_word_similar<V: Rhs<$model, String>>(&self, text: V) -> Q<$model>
            where
                $value: Text,
            {
                let $it = self;
                named($expr, "trigram_word_similar", text.operand())
            }

            /// The text has words that are alike to another. It needs PostgreSQL's extension `pg_trgm`.
            pub fn trigram_strict_word_similar<V: Rhs<$model, String>>(&self, text: V) -> Q<$model>
            where
                $value: Text,
            {
                let $it = self;
                named($expr, "trigram_strict_word_similar", text.operand())
            }

            /// What `q!` makes of a number in a path.
            #[doc(hidden)]
            pub fn numbered(&self, place: &'static str) -> Expression<$model, <$value as Numbered>::At, Nullable>
            where
                $value: Numbered,
            {
                let $it = self;
                Expression::new($expr.map(|expr| transformed(expr, place)))
            }

            /// What `q!` makes of two numbers in a path.
            #[doc(hidden)]
            pub fn sliced(&self, places: &'static str) -> Expression<$model, <$value as Numbered>::Part, Nullable>
            where
                $value: Numbered,
            {
                let $it = self;
                Expression::new($expr.map(|expr| transformed(expr, places)))
            }

            /// What `q!` makes of names after a number in a path.
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

            /// The JSON, the array or the range is part of the other; the number or date lies in the range.
            pub fn contained_by<V: Rhs<$model, $value::Whole>>(&self, whole: V) -> Q<$model>
            where
                $value: Contained,
            {
                let $it = self;
                named($expr, "contained_by", whole.operand())
            }

            /// A part of a text or an array, by places counted from 0: Django's `F("title")[0:5]`.
            ///
            /// ```
            /// # use embellie::prelude::*;
            /// # #[model(app = "blog")] pub struct Post { title: String, tags: Vec<String> }
            /// let starts = Post::objects().values_list((Post::title.slice(0..5), Post::tags.slice(..2)));
            /// ```
            pub fn slice(&self, range: impl RangeBounds<u64>) -> Expression<$model, $value::Part, $null>
            where
                $value: Sliced,
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
    (% $model:ty, $value:ident, |$it:ident| $expr:expr; $($(#[$doc:meta])+ $name:ident;)+) => {$(
        $(#[$doc])+
        pub fn $name<V: Rhs<$model, Range<$value::End>>>(&self, range: V) -> Q<$model>
        where
            $value: RangeType,
        {
            let $it = self;
            named($expr, stringify!($name), range.operand())
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
    Q::looked_up(left, Path::new([lookup.into()]), operand)
}

fn texts(names: impl IntoIterator<Item = impl Into<String>>) -> Operand {
    Value::List(names.into_iter().map(|name| Value::Text(name.into())).collect()).into()
}
