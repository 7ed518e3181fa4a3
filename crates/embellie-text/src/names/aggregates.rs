//! Django's aggregates.

use embellie_core::Expr;
use embellie_core::expr::{Aggregate, AggregateFunction};

use super::expressions::{argument, condition, orderings, output};
use crate::arguments::Arguments;
use crate::{Error, Py, Result};

pub(super) const NAMES: &[&str] = &[
    "AnyValue",
    "ArrayAgg",
    "Avg",
    "BitAnd",
    "BitOr",
    "BitXor",
    "BoolAnd",
    "BoolOr",
    "Corr",
    "Count",
    "CovarPop",
    "JSONArrayAgg",
    "JSONBAgg",
    "Max",
    "Min",
    "RegrAvgX",
    "RegrAvgY",
    "RegrCount",
    "RegrIntercept",
    "RegrR2",
    "RegrSXX",
    "RegrSXY",
    "RegrSYY",
    "RegrSlope",
    "StdDev",
    "StringAgg",
    "Sum",
    "Variance",
];

/// A call of an aggregate.
pub(super) fn aggregate(name: &'static str, mut arguments: Arguments) -> Result<Py> {
    use AggregateFunction as A;
    let sample = arguments.keyword("sample").is_some_and(|sample| sample.is_true());
    let function = match name {
        "AnyValue" => A::AnyValue,
        "ArrayAgg" => A::ArrayAgg,
        "Avg" => A::Avg,
        "Count" => A::Count,
        "BitAnd" => A::BitAnd,
        "BitOr" => A::BitOr,
        "BitXor" => A::BitXor,
        "BoolAnd" => A::BoolAnd,
        "BoolOr" => A::BoolOr,
        "Corr" => A::Corr,
        "CovarPop" => A::CovarPop { sample },
        "JSONArrayAgg" | "JSONBAgg" => A::JsonArrayAgg,
        "RegrAvgX" => A::RegrAvgX,
        "RegrAvgY" => A::RegrAvgY,
        "RegrCount" => A::RegrCount,
        "RegrIntercept" => A::RegrIntercept,
        "RegrR2" => A::RegrR2,
        "RegrSXX" => A::RegrSxx,
        "RegrSXY" => A::RegrSxy,
        "RegrSYY" => A::RegrSyy,
        "RegrSlope" => A::RegrSlope,
        "Max" => A::Max,
        "Min" => A::Min,
        "StdDev" => A::StdDev { sample },
        "StringAgg" => A::StringAgg,
        "Sum" => A::Sum,
        _ => A::Variance { sample },
    };
    let output_field = arguments.keyword("output_field");
    let distinct = arguments.keyword("distinct").is_some_and(|distinct| distinct.is_true());
    let filter = arguments.keyword("filter").filter(|filter| !matches!(filter, Py::None));
    let default = arguments.keyword("default").filter(|default| !matches!(default, Py::None));
    // `ordering` is the older name.
    let ordering = arguments.keyword("ordering");
    let order_by = arguments.keyword("order_by").or(ordering).filter(|order_by| !matches!(order_by, Py::None));
    if function.is_of_pairs() {
        let [y, x] = ["y", "x"].map(|name| arguments.keyword(name));
        arguments.positional.extend([y, x].into_iter().flatten());
    }
    if let Some(expr) = arguments.keyword("expression") {
        arguments.positional.insert(0, expr);
    }
    if let Some(delimiter) = arguments.keyword("delimiter") {
        arguments.positional.push(delimiter);
    }
    arguments.no_keywords(name)?;
    let expected = if function == A::StringAgg || function.is_of_pairs() { 2 } else { 1 };
    if arguments.positional.len() != expected {
        return Err(Error::type_error(format!(
            "{name}() takes {expected} expression(s) but {} were given",
            arguments.positional.len()
        )));
    }
    let allows_distinct = !matches!(function, A::StdDev { .. } | A::Variance { .. } | A::AnyValue);
    if distinct && !allows_distinct {
        return Err(Error::type_error(format!("{name} does not allow distinct.")));
    }
    if default.is_some() && function == A::Count {
        return Err(Error::type_error("Count does not allow default."));
    }
    let star = matches!(arguments.positional.first(), Some(Py::Str(text)) if text == "*") && function == A::Count;
    if star && filter.is_some() {
        return Err(Error::value_error("Star cannot be used with filter. Please specify a field."));
    }
    let list = match star {
        true => vec![Expr::Star],
        false => arguments.positional.into_iter().map(argument).collect::<Result<_>>()?,
    };
    let mut aggregate = Aggregate::new(function, list);
    aggregate.distinct = distinct;
    aggregate.filter = filter.map(|filter| condition(filter)?.into_core()).transpose()?;
    aggregate.default = default.map(super::expressions::value_or_expression).transpose()?;
    aggregate.order_by = order_by.map(orderings).transpose()?.unwrap_or_default();
    output(aggregate.into(), output_field)
}
