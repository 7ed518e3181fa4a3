//! Aggregates: one value made of many rows.

use super::{Expr, OrderBy};
use crate::{Path, Q};

/// An aggregate over the rows of a group: `Count("posts")`.
///
/// ```
/// use embellie_core::{Expr, Q};
/// use embellie_core::expr::{Aggregate, AggregateFunction};
/// let count = Aggregate::of(AggregateFunction::Count, "posts").filter(Q::new("posts__views__gt", 3));
/// assert_eq!(Expr::from(count).to_string(), "Count(F('posts'), filter=Q(posts__views__gt=3))");
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Aggregate {
    /// Which aggregate.
    pub function: AggregateFunction,
    /// What it is computed of: one expression, and for `StringAgg` the delimiter.
    pub arguments: Vec<Expr>,
    /// Whether equal values count once.
    pub distinct: bool,
    /// The rows that count; all when `None`.
    pub filter: Option<Q>,
    /// What it gives for no rows; null, or 0 for `Count`, when `None`.
    pub default: Option<Expr>,
    /// The order of the values, where it matters.
    pub order_by: Vec<OrderBy>,
}

/// The aggregates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AggregateFunction {
    /// Any of the values that is not null.
    AnyValue,
    /// All values, as an array.
    ArrayAgg,
    /// The mean.
    Avg,
    /// The bits that all values have.
    BitAnd,
    /// The bits that any of the values has.
    BitOr,
    /// The bits that an odd number of values have.
    BitXor,
    /// Whether all values are true.
    BoolAnd,
    /// Whether any of the values is true.
    BoolOr,
    /// How closely two values go together, -1 to 1. As in all aggregates of two, the first is the one that depends on the
    /// other, and rows where either is null do not count.
    Corr,
    /// How many values are not null; of `*`, how many rows.
    Count,
    /// All values, as a JSON array: Django's `JSONBAgg`, and `JSONArrayAgg` of Django 6.
    JsonArrayAgg,
    /// The covariance of two values.
    CovarPop {
        /// Of a sample, not of the whole population.
        sample: bool,
    },
    /// The greatest.
    Max,
    /// The least.
    Min,
    /// The mean of the second value.
    RegrAvgX,
    /// The mean of the first value.
    RegrAvgY,
    /// How many rows have both values.
    RegrCount,
    /// Where the line that fits best meets the axis of the first value.
    RegrIntercept,
    /// How well the line that fits best does.
    RegrR2,
    /// How steep the line that fits best is.
    RegrSlope,
    /// The sum of the squares of the second value, less its mean.
    RegrSxx,
    /// The sum of the products of both values, less their means.
    RegrSxy,
    /// The sum of the squares of the first value, less its mean.
    RegrSyy,
    /// The standard deviation.
    StdDev {
        /// Of a sample, not of the whole population.
        sample: bool,
    },
    /// Texts joined by the second argument.
    StringAgg,
    /// The sum.
    Sum,
    /// The variance.
    Variance {
        /// Of a sample, not of the whole population.
        sample: bool,
    },
}

impl AggregateFunction {
    /// The name of Django's class.
    pub fn name(self) -> &'static str {
        match self {
            AggregateFunction::AnyValue => "AnyValue",
            AggregateFunction::ArrayAgg => "ArrayAgg",
            AggregateFunction::Avg => "Avg",
            AggregateFunction::BitAnd => "BitAnd",
            AggregateFunction::BitOr => "BitOr",
            AggregateFunction::BitXor => "BitXor",
            AggregateFunction::BoolAnd => "BoolAnd",
            AggregateFunction::BoolOr => "BoolOr",
            AggregateFunction::Corr => "Corr",
            AggregateFunction::CovarPop { .. } => "CovarPop",
            AggregateFunction::RegrAvgX => "RegrAvgX",
            AggregateFunction::RegrAvgY => "RegrAvgY",
            AggregateFunction::RegrCount => "RegrCount",
            AggregateFunction::RegrIntercept => "RegrIntercept",
            AggregateFunction::RegrR2 => "RegrR2",
            AggregateFunction::RegrSlope => "RegrSlope",
            AggregateFunction::RegrSxx => "RegrSXX",
            AggregateFunction::RegrSxy => "RegrSXY",
            AggregateFunction::RegrSyy => "RegrSYY",
            AggregateFunction::Count => "Count",
            AggregateFunction::JsonArrayAgg => "JSONArrayAgg",
            AggregateFunction::Max => "Max",
            AggregateFunction::Min => "Min",
            AggregateFunction::StdDev { .. } => "StdDev",
            AggregateFunction::StringAgg => "StringAgg",
            AggregateFunction::Sum => "Sum",
            AggregateFunction::Variance { .. } => "Variance",
        }
    }
}

impl AggregateFunction {
    /// Whether it is of pairs of numbers: Django's `contrib.postgres.aggregates.statistics`.
    pub fn is_of_pairs(self) -> bool {
        use AggregateFunction as A;
        matches!(
            self,
            A::Corr
                | A::CovarPop { .. }
                | A::RegrAvgX
                | A::RegrAvgY
                | A::RegrCount
                | A::RegrIntercept
                | A::RegrR2
                | A::RegrSlope
                | A::RegrSxx
                | A::RegrSxy
                | A::RegrSyy
        )
    }
}

impl Aggregate {
    /// An aggregate of some arguments.
    pub fn new(function: AggregateFunction, arguments: impl IntoIterator<Item = Expr>) -> Self {
        let arguments = arguments.into_iter().collect();
        Aggregate { function, arguments, distinct: false, filter: None, default: None, order_by: Vec::new() }
    }

    /// An aggregate of what a path leads to.
    pub fn of(function: AggregateFunction, path: impl Into<Path>) -> Self {
        Aggregate::new(function, [Expr::Path(path.into())])
    }

    /// Equal values count once.
    #[must_use]
    pub fn distinct(mut self) -> Self {
        self.distinct = true;
        self
    }

    /// Only rows for which the condition holds count.
    #[must_use]
    pub fn filter(mut self, q: Q) -> Self {
        self.filter = Some(match self.filter {
            Some(known) => known & q,
            None => q,
        });
        self
    }

    /// What it gives for no rows.
    #[must_use]
    pub fn default(mut self, value: impl Into<Expr>) -> Self {
        self.default = Some(value.into());
        self
    }

    /// The order of the values.
    #[must_use]
    pub fn order_by(mut self, terms: impl IntoIterator<Item = impl Into<OrderBy>>) -> Self {
        self.order_by = terms.into_iter().map(Into::into).collect();
        self
    }
}
