//! PostgreSQL.

mod array;
mod call;
mod cast;
mod date;
mod json;
mod range;
mod search;

use std::borrow::Cow;

use embellie_core::expr::{AggregateFunction, DatePart, Function, Operator};
use embellie_core::field::FieldKind;
use embellie_core::{Result, Value};

use super::{Combined, Dialect, Trunc, aggregate_name, like_pattern, symbol};
use crate::Capability;
use crate::explain::{ExplainOption, Explaining, Format, PlanForm, Unbound};
use crate::raw::Lexicon;
use crate::render::Writer;
use crate::resolved::{Aggregate, Arithmetic, Condition, Key, PatternKind, Scalar, Window, kind_of};

#[derive(Debug)]
pub(super) struct Postgres;

impl Dialect for Postgres {
    fn name(&self) -> &'static str {
        "postgres"
    }

    fn product(&self) -> &'static str {
        "PostgreSQL"
    }

    fn system(&self) -> &'static str {
        "postgresql"
    }

    fn oldest(&self) -> (u32, u32, u32) {
        (13, 0, 0)
    }

    fn can(&self, capability: Capability, version: (u32, u32, u32)) -> bool {
        match capability {
            Capability::GoOnAfterError
            | Capability::NullsAreLeast
            | Capability::ChainedGeneratedColumns
            | Capability::SeveralRecursiveParts
            | Capability::RangeOffsets
            | Capability::SuccessiveKeys => false,
            Capability::UnstoredGeneratedColumns | Capability::Uuid7 => version >= (18, 0, 0),
            Capability::AnyValue => version >= (16, 0, 0),
            Capability::BitXorAggregate => version >= (14, 0, 0),
            _ => true,
        }
    }

    fn rows_at_once(&self) -> usize {
        1000
    }

    fn max_parameters(&self) -> usize {
        65_535
    }

    fn lexicon(&self) -> Lexicon {
        Lexicon {
            escape_strings: true,
            dollar_strings: true,
            nested_comments: true,
            more_quotes: false,
            own_placeholders: &[],
        }
    }

    fn explaining(&self) -> Explaining {
        Explaining {
            prefix: "EXPLAIN",
            formats: &[Format::Text, Format::Json, Format::Xml, Format::Yaml],
            options: &[
                (ExplainOption::Analyze, (13, 0, 0)),
                (ExplainOption::Buffers, (13, 0, 0)),
                (ExplainOption::Costs, (13, 0, 0)),
                (ExplainOption::GenericPlan, (16, 0, 0)),
                (ExplainOption::Memory, (17, 0, 0)),
                (ExplainOption::Serialize, (17, 0, 0)),
                (ExplainOption::Settings, (13, 0, 0)),
                (ExplainOption::Summary, (13, 0, 0)),
                (ExplainOption::Timing, (13, 0, 0)),
                (ExplainOption::Verbose, (13, 0, 0)),
                (ExplainOption::Wal, (13, 0, 0)),
            ],
            form: PlanForm::Document,
            unbound: Some(Unbound { setting: "SET LOCAL plan_cache_mode = force_generic_plan" }),
        }
    }

    fn placeholder(&self, number: usize, text: &mut String) {
        text.push('$');
        text.push_str(&number.to_string());
    }

    fn typed_value(&self, w: &mut Writer<'_>, value: &Value, kind: Option<FieldKind>) -> Result<()> {
        let name = type_name(value, kind);
        if value.is_null() {
            w.push("NULL");
            if let Some(name) = name {
                w.push("::");
                w.push(&name);
            }
            return Ok(());
        }
        let Some(name) = name else { return w.value(value) };
        match w.known_parameter(value, &name) {
            Some(number) => w.push(&format!("${number}")),
            None => w.value(value)?,
        }
        w.push("::");
        w.push(&name);
        Ok(())
    }

    fn one_of(&self, w: &mut Writer<'_>, kind: Option<FieldKind>, values: &[Value]) -> Result<()> {
        // An array of arrays is one array of more dimensions, and words are sent as text, one at a time.
        let alone = |kind: FieldKind| kind.is_array() || kind == FieldKind::SearchVector;
        if w.is_definition() || kind.is_some_and(alone) {
            w.push(" IN (");
            w.values(values.iter())?;
        } else {
            w.push(" = ANY(");
            w.value(&Value::List(values.to_vec()))?;
        }
        w.push(")");
        Ok(())
    }

    fn pattern(
        &self,
        w: &mut Writer<'_>,
        expr: &Scalar<'_>,
        kind: PatternKind,
        fold: bool,
        operand: &Scalar<'_>,
    ) -> Result<()> {
        w.push(if fold { "UPPER(" } else { "" });
        as_text(w, expr)?;
        w.push(if fold { ")" } else { "" });
        let whole = kind == PatternKind::Whole;
        w.push(if whole { " = " } else { " LIKE " });
        let upper = |w: &mut Writer<'_>| w.push(if fold { "UPPER(" } else { "" });
        match operand {
            Scalar::Value { value: Value::Text(text), .. } => {
                upper(w);
                w.value(&Value::Text(if whole { text.clone() } else { like_pattern(text, kind) }))?;
                w.push(if fold { "::text)" } else { "" });
            }
            operand if whole => {
                upper(w);
                as_text(w, operand)?;
                w.push(if fold { ")" } else { "" });
            }
            operand => {
                if matches!(kind, PatternKind::Within | PatternKind::End) {
                    w.push("'%' || ");
                }
                upper(w);
                w.push("REPLACE(REPLACE(REPLACE(");
                as_text(w, operand)?;
                w.push(r", E'\\', E'\\\\'), '%', E'\\%'), '_', E'\\_')");
                w.push(if fold { ")" } else { "" });
                if matches!(kind, PatternKind::Within | PatternKind::Start) {
                    w.push(" || '%'");
                }
            }
        }
        Ok(())
    }

    fn regex(&self, w: &mut Writer<'_>, expr: &Scalar<'_>, fold: bool, operand: &Scalar<'_>) -> Result<()> {
        as_text(w, expr)?;
        w.push(if fold { " ~* " } else { " ~ " });
        match operand {
            Scalar::Value { value, .. } => w.value(value),
            operand => as_text(w, operand),
        }
    }

    fn combined(&self, w: &mut Writer<'_>, combined: &Combined<'_, '_>) -> Result<()> {
        let Combined { left, operator, right, arithmetic, .. } = combined;
        // The difference of two dates is a number of days.
        let days = *arithmetic == Arithmetic::Difference
            && left.kind() == Some(FieldKind::Date)
            && right.kind() == Some(FieldKind::Date);
        // There is no remainder of floats.
        let float = |side: &Scalar<'_>| *operator == Operator::Modulo && side.kind() == Some(FieldKind::Float);
        w.push(if days { "(interval '1 day' * (" } else { "(" });
        w.scalar(left)?;
        w.push(if float(left) { "::numeric" } else { "" });
        w.push(" ");
        w.push(symbol(*operator));
        w.push(" ");
        w.scalar(right)?;
        w.push(if float(right) { "::numeric" } else { "" });
        // A shift by more than 32 bits makes no sense, and the operator takes no more.
        if matches!(operator, Operator::ShiftLeft | Operator::ShiftRight) && !matches!(right, Scalar::Value { .. }) {
            w.push("::integer");
        }
        w.push(if days { "))" } else { ")" });
        Ok(())
    }

    fn call(&self, w: &mut Writer<'_>, function: Function, arguments: &[Scalar<'_>], kind: FieldKind) -> Result<()> {
        match function {
            function if function.is_search() => search::call(w, function, arguments),
            function if function.is_of_arrays() => array::call(w, function, arguments, kind),
            function if function.is_of_ranges() => range::call(w, function, arguments),
            function => call::call(w, function, arguments),
        }
    }

    fn extract(&self, w: &mut Writer<'_>, expr: &Scalar<'_>, part: DatePart, zone: Option<&str>) -> Result<()> {
        date::extract(w, expr, part, zone)
    }

    fn trunc(&self, w: &mut Writer<'_>, trunc: &Trunc<'_, '_>) -> Result<()> {
        date::trunc(w, trunc)
    }

    fn cast(&self, w: &mut Writer<'_>, expr: &Scalar<'_>, kind: FieldKind, max_length: Option<u32>) -> Result<()> {
        cast::cast(w, expr, kind, max_length)
    }

    fn widest(&self, w: &mut Writer<'_>, expr: &Scalar<'_>, kind: FieldKind) -> Result<()> {
        let Some(name) = plain_type(kind) else { return w.scalar(expr) };
        w.push("(");
        w.scalar(expr)?;
        w.push(")::");
        w.push(&name);
        Ok(())
    }

    fn array(&self, w: &mut Writer<'_>, expr: &Scalar<'_>) -> Result<()> {
        array::beside(w, expr)
    }

    fn json(&self, w: &mut Writer<'_>, expr: &Scalar<'_>, path: &[Key], text: bool) -> Result<()> {
        json::path(w, expr, path, text)
    }

    fn document(&self, w: &mut Writer<'_>, expr: &Scalar<'_>) -> Result<()> {
        json::document(w, expr)
    }

    fn has_keys(&self, w: &mut Writer<'_>, document: &Scalar<'_>, keys: &[String], all: bool) -> Result<()> {
        json::has_keys(w, document, keys, all)
    }

    fn can_aggregate(&self, function: AggregateFunction, of: Option<FieldKind>) -> bool {
        use AggregateFunction as A;
        !matches!((function, of), (A::Max | A::Min, Some(FieldKind::Json | FieldKind::Binary)))
    }

    fn aggregate(&self, w: &mut Writer<'_>, aggregate: &Aggregate<'_>, over: Option<&Window<'_>>) -> Result<()> {
        use AggregateFunction as A;
        let Some(first) = aggregate.arguments.first() else { return Ok(()) };
        let (function, of) = (aggregate.function, first.kind());
        // What comes of numbers is often wider than what was promised.
        let result = match (function, of) {
            (A::Sum, _) if aggregate.kind == FieldKind::BigInteger && !is_narrow(first) => Some("bigint"),
            (A::Avg | A::StdDev { .. } | A::Variance { .. }, of)
                if aggregate.kind == FieldKind::Float && of != Some(FieldKind::Float) =>
            {
                Some("double precision")
            }
            (A::Max | A::Min, Some(FieldKind::Uuid)) => Some("uuid"),
            _ => None,
        };
        let name = match (function, of) {
            (A::Max, Some(FieldKind::Bool)) => "BOOL_OR",
            (A::Min, Some(FieldKind::Bool)) => "BOOL_AND",
            (A::JsonArrayAgg, _) => "JSONB_AGG",
            (A::StringAgg, _) => "STRING_AGG",
            (A::AnyValue, _) if !w.can(Capability::AnyValue) => return any_value(w, aggregate, first, over),
            _ => aggregate_name(function).unwrap_or_default(),
        };
        w.push(if result.is_some() { "(" } else { "" });
        w.aggregate_of(name, aggregate, over, |w| match (function, of) {
            (A::Max | A::Min, Some(FieldKind::Uuid)) => {
                w.scalar(first)?;
                w.push("::text COLLATE \"C\"");
                Ok(())
            }
            (A::Sum | A::Avg | A::StdDev { .. } | A::Variance { .. }, Some(FieldKind::Bool)) => {
                w.scalar(first)?;
                w.push("::integer");
                Ok(())
            }
            (A::StringAgg, _) => {
                as_text(w, first)?;
                w.push(", ");
                w.scalars(&aggregate.arguments[1..])
            }
            _ => w.scalars(&aggregate.arguments),
        })?;
        if let Some(result) = result {
            w.push(")::");
            w.push(result);
        }
        Ok(())
    }

    fn random(&self) -> &'static str {
        "RANDOM()"
    }

    fn no_limit(&self) -> Option<&'static str> {
        None
    }
}

/// Whether the sum of such integers is a `bigint`, and no `numeric`.
fn is_narrow(scalar: &Scalar<'_>) -> bool {
    let range = scalar.kind().and_then(FieldKind::integer_range);
    let wide = range.is_some_and(|(_, greatest)| i32::try_from(greatest).is_err());
    match scalar {
        Scalar::Column(_) => !wide,
        other => other.kind() == Some(FieldKind::Bool),
    }
}

/// The first of the values that are not null: what any of them is where there is no function for it.
fn any_value(w: &mut Writer<'_>, aggregate: &Aggregate<'_>, of: &Scalar<'_>, over: Option<&Window<'_>>) -> Result<()> {
    let present = Condition::Null { expr: of.clone(), expected: false };
    let filter = match aggregate.filter.clone() {
        Some(filter) => present.and(filter),
        None => present,
    };
    w.push("(");
    w.aggregate("ARRAY_AGG", &Aggregate { filter: Some(filter), ..aggregate.clone() }, over)?;
    w.push(")[1]");
    Ok(())
}

/// The expression as text, whatever its type.
fn as_text(w: &mut Writer<'_>, expr: &Scalar<'_>) -> Result<()> {
    match expr.kind() {
        Some(FieldKind::GenericIpAddress) => {
            w.push("HOST(");
            w.scalar(expr)?;
            w.push(")");
        }
        Some(kind) if kind.is_text() => w.scalar(expr)?,
        _ => {
            w.scalar(expr)?;
            w.push("::text");
        }
    }
    Ok(())
}

/// The type of a constant.
fn type_name(value: &Value, kind: Option<FieldKind>) -> Option<Cow<'static, str>> {
    let kind = kind.or_else(|| kind_of(value))?;
    match value {
        Value::Int(v) if kind.integer_range().is_some() && i32::try_from(*v).is_ok() => Some("integer".into()),
        _ => plain_type(kind),
    }
}

/// The type of all expressions of a kind, whatever their lengths and digits.
fn plain_type(kind: FieldKind) -> Option<Cow<'static, str>> {
    let name = match kind {
        _ if kind.integer_range().is_some() => "bigint",
        _ if kind.is_text() => "text",
        FieldKind::Bool => "boolean",
        FieldKind::Float => "double precision",
        FieldKind::Decimal { .. } => "numeric",
        FieldKind::Date => "date",
        FieldKind::Time => "time",
        FieldKind::DateTime => "timestamptz",
        FieldKind::NaiveDateTime => "timestamp",
        FieldKind::Duration => "interval",
        FieldKind::Uuid => "uuid",
        FieldKind::Binary => "bytea",
        FieldKind::Json => "jsonb",
        FieldKind::GenericIpAddress => "inet",
        FieldKind::Array(_) => return cast::type_name(kind, None).ok().map(Cow::Owned),
        FieldKind::Range(of) => range::type_name(of),
        FieldKind::SearchVector => "tsvector",
        _ => return None,
    };
    Some(Cow::Borrowed(name))
}
