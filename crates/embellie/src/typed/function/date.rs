//! Parts of dates and times, and dates and times cut down to a unit.

use std::borrow::Cow;

use embellie_core::expr::{DatePart, Function, TruncUnit};
use embellie_core::field::FieldType;
use embellie_core::{Expr, Result};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};

use super::call;
use crate::typed::Expression;
use crate::typed::scalar::Scalar;

/// Of an expression that reads a point in time by a clock: [`in_time_zone`](Expression::in_time_zone) says whose.
#[derive(Debug, Clone, Copy)]
pub enum Clocked {}

impl<M, T, N> Expression<M, T, N, Clocked> {
    /// Reads the point in time by the clock of a time zone, such as `Europe/Berlin`, instead of the query's: Django's
    /// `tzinfo`.
    ///
    /// ```
    /// # use embellie::{prelude::*, functions::*};
    /// # #[model(app = "blog")] pub struct Post { created_at: Timestamp }
    /// let hours = Post::objects().values_list(ExtractHour(Post::created_at).in_time_zone("Europe/Berlin"));
    /// ```
    #[must_use]
    pub fn in_time_zone(self, zone: impl Into<Cow<'static, str>>) -> Self {
        let zone = Some(zone.into());
        self.map(|expr| match expr {
            Expr::Extract { expr, part, .. } => Expr::Extract { expr, part, zone },
            Expr::Trunc { expr, unit, .. } => Expr::Trunc { expr, unit, zone },
            other => other,
        })
    }
}

/// A type with a calendar date.
#[diagnostic::on_unimplemented(message = "`{Self}` has no date", label = "expected a date, or a date and time")]
pub trait Dated: FieldType {}

/// A type with a time of day.
#[diagnostic::on_unimplemented(message = "`{Self}` has no time of day", label = "expected a time, or a date and time")]
pub trait Timed: FieldType {}

/// A date, a time, or both.
#[diagnostic::on_unimplemented(message = "`{Self}` is no date or time", label = "expected a date or a time")]
pub trait Temporal: FieldType {}

/// A date and time.
#[diagnostic::on_unimplemented(message = "`{Self}` is no date and time", label = "expected a date and time")]
pub trait Moment: Dated + Timed {}

impl Dated for Date {}
impl Dated for DateTime {}
impl Dated for Timestamp {}
impl Timed for Time {}
impl Timed for DateTime {}
impl Timed for Timestamp {}
impl Temporal for Date {}
impl Temporal for Time {}
impl Temporal for DateTime {}
impl Temporal for Timestamp {}
impl Moment for DateTime {}
impl Moment for Timestamp {}

fn extract(expr: Result<Expr>, part: DatePart) -> Result<Expr> {
    expr.map(|expr| Expr::Extract { expr: Box::new(expr), part, zone: None })
}

fn truncate(expr: Result<Expr>, unit: TruncUnit) -> Result<Expr> {
    expr.map(|expr| Expr::Trunc { expr: Box::new(expr), unit, zone: None })
}

/// A part of a date or time, as a number: Django's `Extract`.
pub fn Extract<M, V: Scalar<M, Type: Temporal>>(moment: V, part: DatePart) -> Expression<M, i64, V::Null, Clocked> {
    Expression::new(extract(moment.scalar().expr, part))
}

/// A date or time cut down to a unit: Django's `Trunc`.
///
/// ```
/// # use embellie::{prelude::*, functions::*, expr::TruncUnit};
/// # #[model(app = "blog")] pub struct Post { created_at: Timestamp }
/// # async fn example(db: &Database) -> embellie::Result<()> {
/// let day = Trunc(Post::created_at, TruncUnit::Day);
/// let posts: Vec<(Timestamp, i64)> = Post::objects().values_list(&day).annotate(&Count(Post::id)).all(db).await?;
/// # Ok(()) }
/// ```
pub fn Trunc<M, V: Scalar<M, Type: Temporal>>(moment: V, unit: TruncUnit) -> Expression<M, V::Type, V::Null, Clocked> {
    Expression::new(truncate(moment.scalar().expr, unit))
}

macro_rules! parts {
    ($($bound:ident: $($(#[$doc:meta])+ $extract:ident $part:ident;)+)+) => {$($(
        $(#[$doc])+
        pub fn $extract<M, V: Scalar<M, Type: $bound>>(moment: V) -> Expression<M, i64, V::Null, Clocked> {
            Expression::new(extract(moment.scalar().expr, DatePart::$part))
        }
    )+)+};
}
parts! {
    Dated:
    /// The year: Django's `ExtractYear`.
    ExtractYear Year;
    /// The year that the ISO week belongs to: Django's `ExtractIsoYear`.
    ExtractIsoYear IsoYear;
    /// The quarter, 1 to 4: Django's `ExtractQuarter`.
    ExtractQuarter Quarter;
    /// The month, 1 to 12: Django's `ExtractMonth`.
    ExtractMonth Month;
    /// The ISO week, 1 to 53: Django's `ExtractWeek`.
    ExtractWeek Week;
    /// The day of the month: Django's `ExtractDay`.
    ExtractDay Day;
    /// The day of the week, 1 (Sunday) to 7: Django's `ExtractWeekDay`.
    ExtractWeekDay WeekDay;
    /// The day of the week, 1 (Monday) to 7: Django's `ExtractIsoWeekDay`.
    ExtractIsoWeekDay IsoWeekDay;
    Timed:
    /// The hour: Django's `ExtractHour`.
    ExtractHour Hour;
    /// The minute: Django's `ExtractMinute`.
    ExtractMinute Minute;
    /// The second, without its fraction: Django's `ExtractSecond`.
    ExtractSecond Second;
}

macro_rules! units {
    ($($bound:ident: $($(#[$doc:meta])+ $trunc:ident $unit:ident;)+)+) => {$($(
        $(#[$doc])+
        pub fn $trunc<M, V: Scalar<M, Type: $bound>>(moment: V) -> Expression<M, V::Type, V::Null, Clocked> {
            Expression::new(truncate(moment.scalar().expr, TruncUnit::$unit))
        }
    )+)+};
}
units! {
    Dated:
    /// The first of January: Django's `TruncYear`.
    TruncYear Year;
    /// The first day of the quarter: Django's `TruncQuarter`.
    TruncQuarter Quarter;
    /// The first of the month: Django's `TruncMonth`.
    TruncMonth Month;
    /// The Monday: Django's `TruncWeek`.
    TruncWeek Week;
    /// The day: Django's `TruncDay`.
    TruncDay Day;
    Timed:
    /// The hour: Django's `TruncHour`.
    TruncHour Hour;
    /// The minute: Django's `TruncMinute`.
    TruncMinute Minute;
    /// The second: Django's `TruncSecond`.
    TruncSecond Second;
}

/// The calendar date of a point in time: Django's `TruncDate`.
pub fn TruncDate<M, V: Scalar<M, Type: Moment>>(moment: V) -> Expression<M, Date, V::Null, Clocked> {
    Expression::new(truncate(moment.scalar().expr, TruncUnit::Date))
}

/// The time of day of a point in time: Django's `TruncTime`.
pub fn TruncTime<M, V: Scalar<M, Type: Moment>>(moment: V) -> Expression<M, Time, V::Null, Clocked> {
    Expression::new(truncate(moment.scalar().expr, TruncUnit::Time))
}

/// The time at which the statement began: Django's `Now`.
///
/// ```
/// # use embellie::{prelude::*, functions::*};
/// # #[model(app = "blog")] pub struct Post { publish_at: Timestamp }
/// let due = Post::objects().filter(Post::publish_at.lte(Now()));
/// ```
pub fn Now<M>() -> Expression<M, Timestamp> {
    call(Function::Now, Vec::new())
}
