//! What databases spell otherwise: one file each, and nowhere else a database's name.

mod postgres;
pub(crate) mod sqlite;

use std::fmt;

use embellie_core::expr::{AggregateFunction, DatePart, Function, TruncUnit};
use embellie_core::field::FieldKind;
use embellie_core::{Error, Result, Value};

use crate::Capability;
use crate::explain::Explaining;
use crate::raw::Lexicon;
use crate::render::Writer;
use crate::resolved::{Aggregate, Arithmetic, Condition, Key, PatternKind, Scalar, Window};
use embellie_core::expr::Operator;

/// How a database speaks SQL. The methods that write get the writer with everything before them written.
pub(crate) trait Dialect: fmt::Debug + Send + Sync {
    /// The dialect's name, as drivers give it.
    fn name(&self) -> &'static str;

    /// The product's name, for people.
    fn product(&self) -> &'static str;

    /// The product's name in telemetry: OpenTelemetry's `db.system.name`.
    fn system(&self) -> &'static str;

    /// The oldest version that is served.
    fn oldest(&self) -> (u32, u32, u32);

    /// Whether a version can do this.
    fn can(&self, capability: Capability, version: (u32, u32, u32)) -> bool;

    /// How many parameters a statement may have.
    fn max_parameters(&self) -> usize;

    /// What stands around names.
    fn mark(&self) -> char {
        '"'
    }

    /// Where strings, names and comments begin and end in SQL that somebody has written.
    fn lexicon(&self) -> Lexicon;

    /// How statements are explained.
    fn explaining(&self) -> Explaining;

    /// Writes the placeholder of a parameter, counted from 1.
    fn placeholder(&self, number: usize, text: &mut String);

    /// The least and greatest value of a column of integers, as Django's `integer_field_range`.
    fn integer_range(&self, kind: FieldKind) -> Option<(i64, i64)> {
        kind.integer_range()
    }

    /// Writes a constant where the database could not tell its type from what stands around it.
    fn typed_value(&self, w: &mut Writer<'_>, value: &Value, kind: Option<FieldKind>) -> Result<()>;

    /// Writes ` IN (…)` for values of a column of this kind; at least one.
    fn one_of(&self, w: &mut Writer<'_>, kind: Option<FieldKind>, values: &[Value]) -> Result<()>;

    /// Writes that a text is, holds, begins or ends with another.
    fn pattern(
        &self,
        w: &mut Writer<'_>,
        expr: &Scalar<'_>,
        kind: PatternKind,
        fold: bool,
        operand: &Scalar<'_>,
    ) -> Result<()>;

    /// Writes that a text matches a regular expression.
    fn regex(&self, w: &mut Writer<'_>, expr: &Scalar<'_>, fold: bool, operand: &Scalar<'_>) -> Result<()>;

    /// Writes an operator between two expressions.
    fn combined(&self, w: &mut Writer<'_>, combined: &Combined<'_, '_>) -> Result<()>;

    /// Writes a function.
    fn call(&self, w: &mut Writer<'_>, function: Function, arguments: &[Scalar<'_>], kind: FieldKind) -> Result<()>;

    /// Writes a part of a date or time.
    fn extract(&self, w: &mut Writer<'_>, expr: &Scalar<'_>, part: DatePart, zone: Option<&str>) -> Result<()>;

    /// Writes a date or time cut down to a unit.
    fn trunc(&self, w: &mut Writer<'_>, trunc: &Trunc<'_, '_>) -> Result<()>;

    /// Writes a value made another type.
    fn cast(&self, w: &mut Writer<'_>, expr: &Scalar<'_>, kind: FieldKind, max_length: Option<u32>) -> Result<()>;

    /// Writes an expression as the widest type that expressions of its kind have, where that makes a difference.
    fn widest(&self, w: &mut Writer<'_>, expr: &Scalar<'_>, _kind: FieldKind) -> Result<()> {
        w.scalar(expr)
    }

    /// Writes what a path in a document leads to.
    fn json(&self, w: &mut Writer<'_>, expr: &Scalar<'_>, path: &[Key], text: bool) -> Result<()>;

    /// Whether there is an aggregate of values of a kind.
    fn can_aggregate(&self, function: AggregateFunction, of: Option<FieldKind>) -> bool;

    /// Writes an aggregate, of a group or over a window.
    fn aggregate(&self, w: &mut Writer<'_>, aggregate: &Aggregate<'_>, over: Option<&Window<'_>>) -> Result<()>;

    /// Writes a window function over its window.
    fn window(&self, w: &mut Writer<'_>, window: &Window<'_>) -> Result<()> {
        w.window_function(window)?;
        w.over(window)
    }

    /// Writes a document, or what is compared with one, such that equal documents are equal and stand in their order.
    fn document(&self, w: &mut Writer<'_>, expr: &Scalar<'_>) -> Result<()>;

    /// Writes an array, or what is compared with one, such that equal arrays are equal and stand in their order.
    fn array(&self, w: &mut Writer<'_>, expr: &Scalar<'_>) -> Result<()>;

    /// The value as it travels, where that is otherwise.
    fn parameter(&self, _value: &Value) -> Result<Option<Value>> {
        Ok(None)
    }

    /// Whether documents and arrays stand in their order by themselves.
    fn orders_documents(&self) -> bool {
        true
    }

    /// Writes that a document has members, or an array elements, of some names.
    fn has_keys(&self, w: &mut Writer<'_>, document: &Scalar<'_>, keys: &[String], all: bool) -> Result<()>;

    /// Writes a condition as a value.
    fn truth(&self, w: &mut Writer<'_>, condition: &Condition<'_>) -> Result<()> {
        w.push("(");
        w.condition(condition)?;
        w.push(")");
        Ok(())
    }

    /// Of how many rows an insert of many is best, where it is none of arrays.
    fn rows_at_once(&self) -> usize;

    /// Writes what tells the keys of rows inserted: the number of rows changed so far, the key inserted last, the highest
    /// key.
    fn inserted_keys(&self, _: &mut Writer<'_>, _table: &str, _key: &str) -> Result<()> {
        Err(Error::NotSupported(format!("{} does not count keys up one by one", self.product())))
    }

    /// The function that gives a random number.
    fn random(&self) -> &'static str;

    /// What stands for no limit where there must be one before an offset.
    fn no_limit(&self) -> Option<&'static str>;
}

/// An operator between two expressions.
#[derive(Debug)]
pub(crate) struct Combined<'s, 'r> {
    pub(crate) left: &'s Scalar<'r>,
    pub(crate) operator: Operator,
    pub(crate) right: &'s Scalar<'r>,
    pub(crate) arithmetic: Arithmetic,
    pub(crate) kind: FieldKind,
}

/// A date or time cut down to a unit.
#[derive(Debug)]
pub(crate) struct Trunc<'s, 'r> {
    pub(crate) expr: &'s Scalar<'r>,
    pub(crate) unit: TruncUnit,
    pub(crate) zone: Option<&'s str>,
    pub(crate) kind: FieldKind,
}

/// The name that all databases have for a window function.
pub(crate) fn window_name(function: Function) -> Option<&'static str> {
    Some(match function {
        Function::CumeDist => "CUME_DIST",
        Function::DenseRank => "DENSE_RANK",
        Function::FirstValue => "FIRST_VALUE",
        Function::Lag => "LAG",
        Function::LastValue => "LAST_VALUE",
        Function::Lead => "LEAD",
        Function::NthValue => "NTH_VALUE",
        Function::Ntile => "NTILE",
        Function::PercentRank => "PERCENT_RANK",
        Function::Rank => "RANK",
        Function::RowNumber => "ROW_NUMBER",
        _ => return None,
    })
}

/// The name that most databases have for an aggregate.
fn aggregate_name(function: AggregateFunction) -> Option<&'static str> {
    Some(match function {
        AggregateFunction::AnyValue => "ANY_VALUE",
        AggregateFunction::ArrayAgg => "ARRAY_AGG",
        AggregateFunction::Avg => "AVG",
        AggregateFunction::BitAnd => "BIT_AND",
        AggregateFunction::BitOr => "BIT_OR",
        AggregateFunction::BitXor => "BIT_XOR",
        AggregateFunction::BoolAnd => "BOOL_AND",
        AggregateFunction::BoolOr => "BOOL_OR",
        AggregateFunction::Corr => "CORR",
        AggregateFunction::Count => "COUNT",
        AggregateFunction::CovarPop { sample: false } => "COVAR_POP",
        AggregateFunction::CovarPop { sample: true } => "COVAR_SAMP",
        AggregateFunction::JsonArrayAgg => return None,
        AggregateFunction::Max => "MAX",
        AggregateFunction::Min => "MIN",
        AggregateFunction::RegrAvgX => "REGR_AVGX",
        AggregateFunction::RegrAvgY => "REGR_AVGY",
        AggregateFunction::RegrCount => "REGR_COUNT",
        AggregateFunction::RegrIntercept => "REGR_INTERCEPT",
        AggregateFunction::RegrR2 => "REGR_R2",
        AggregateFunction::RegrSlope => "REGR_SLOPE",
        AggregateFunction::RegrSxx => "REGR_SXX",
        AggregateFunction::RegrSxy => "REGR_SXY",
        AggregateFunction::RegrSyy => "REGR_SYY",
        AggregateFunction::StdDev { sample: false } => "STDDEV_POP",
        AggregateFunction::StdDev { sample: true } => "STDDEV_SAMP",
        AggregateFunction::StringAgg => return None,
        AggregateFunction::Sum => "SUM",
        AggregateFunction::Variance { sample: false } => "VAR_POP",
        AggregateFunction::Variance { sample: true } => "VAR_SAMP",
        _ => return None,
    })
}

static ALL: [&dyn Dialect; 2] = [&sqlite::Sqlite, &postgres::Postgres];

/// The dialect of a name.
pub(crate) fn by_name(name: &str) -> Option<&'static dyn Dialect> {
    ALL.into_iter().find(|dialect| dialect.name() == name)
}

/// The names of all dialects.
pub(crate) fn names() -> Vec<&'static str> {
    ALL.iter().map(|dialect| dialect.name()).collect()
}

/// The text with what has a meaning in `LIKE` patterns escaped by `\`, and `%` where anything may stand.
pub(crate) fn like_pattern(text: &str, kind: PatternKind) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    if matches!(kind, PatternKind::Within | PatternKind::End) {
        pattern.push('%');
    }
    for character in text.chars() {
        if matches!(character, '\\' | '%' | '_') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    if matches!(kind, PatternKind::Within | PatternKind::Start) {
        pattern.push('%');
    }
    pattern
}

/// The symbol of an operator that all databases share.
pub(crate) fn symbol(operator: Operator) -> &'static str {
    match operator {
        Operator::Power => "^",
        Operator::BitXor => "#",
        other => other.symbol(),
    }
}
