//! SQLite, with the functions that the driver registers for what SQLite lacks.

pub(crate) mod array;
mod call;
mod cast;
mod date;
mod json;

use embellie_core::expr::{AggregateFunction, DatePart, Function, Operator};
use embellie_core::field::FieldKind;
use embellie_core::{Error, Result, Value};

use super::{Combined, Dialect, Trunc, aggregate_name, like_pattern, symbol};
use crate::Capability;
use crate::explain::{Explaining, PlanForm};
use crate::raw::Lexicon;
use crate::render::Writer;
use crate::resolved::{Aggregate, Arithmetic, Key, PatternKind, Scalar, Window};
use crate::schema::literal;

#[derive(Debug)]
pub(super) struct Sqlite;

/// Lists of more values are sent as one JSON document: they would use up the parameters of a statement.
const LONGEST_LIST: usize = 1024;

impl Dialect for Sqlite {
    fn name(&self) -> &'static str {
        "sqlite"
    }

    fn product(&self) -> &'static str {
        "SQLite"
    }

    fn system(&self) -> &'static str {
        "sqlite"
    }

    fn oldest(&self) -> (u32, u32, u32) {
        (3, 31, 0)
    }

    fn can(&self, capability: Capability, version: (u32, u32, u32)) -> bool {
        match capability {
            Capability::Returning => version >= (3, 35, 0),
            Capability::Upsert | Capability::NullsOrder | Capability::NullsAreLeast | Capability::GoOnAfterError => {
                true
            }
            Capability::StoredGeneratedColumns
            | Capability::UnstoredGeneratedColumns
            | Capability::ChainedGeneratedColumns
            | Capability::Uuid7
            | Capability::RangeOffsets
            | Capability::FrameGroups
            | Capability::FrameExclusion
            | Capability::AnyValue
            | Capability::SuccessiveKeys => true,
            Capability::DefaultInValues
            | Capability::RowsOfArrays
            | Capability::RowsOfClients
            | Capability::Arrays
            | Capability::BitAggregates
            | Capability::BitXorAggregate
            | Capability::PairAggregates
            | Capability::Ranges
            | Capability::FullTextSearch
            | Capability::Intervals
            | Capability::DocumentsWithin
            | Capability::DistinctOn
            | Capability::RowLocks => false,
            Capability::AggregateOrder => version >= (3, 44, 0),
            Capability::MaterializedHint => version >= (3, 35, 0),
            Capability::SeveralRecursiveParts => version >= (3, 34, 0),
        }
    }

    fn max_parameters(&self) -> usize {
        32_766
    }

    fn lexicon(&self) -> Lexicon {
        Lexicon {
            escape_strings: false,
            dollar_strings: false,
            nested_comments: false,
            more_quotes: true,
            own_placeholders: &['?', ':', '@', '$'],
        }
    }

    fn explaining(&self) -> Explaining {
        Explaining { prefix: "EXPLAIN QUERY PLAN", formats: &[], options: &[], form: PlanForm::Rows, unbound: None }
    }

    fn placeholder(&self, _: usize, text: &mut String) {
        text.push('?');
    }

    /// Columns have no width: what counts is whether they are unsigned.
    fn integer_range(&self, kind: FieldKind) -> Option<(i64, i64)> {
        let (least, _) = kind.integer_range()?;
        Some((if least == 0 { 0 } else { i64::MIN }, i64::MAX))
    }

    fn typed_value(&self, w: &mut Writer<'_>, value: &Value, _: Option<FieldKind>) -> Result<()> {
        match value {
            Value::Null => {
                w.push("NULL");
                Ok(())
            }
            // It travels as text and would be compared as such.
            Value::Decimal(_) => {
                w.push("CAST(");
                w.value(value)?;
                w.push(" AS NUMERIC)");
                Ok(())
            }
            _ => w.value(value),
        }
    }

    fn one_of(&self, w: &mut Writer<'_>, kind: Option<FieldKind>, values: &[Value]) -> Result<()> {
        if w.is_definition() {
            w.push(" IN (");
            w.values(values.iter())?;
            w.push(")");
            return Ok(());
        }
        if values.len() > LONGEST_LIST
            && let Some(document) = values.iter().map(listed).collect::<Option<Vec<serde_json::Value>>>()
        {
            w.push(" IN (SELECT value FROM json_each(");
            w.value(&Value::Text(serde_json::Value::Array(document).to_string()))?;
            w.push("))");
            return Ok(());
        }
        let documents: Vec<Value>;
        let values = match kind {
            Some(FieldKind::Json) => {
                documents = values.iter().map(json::key).collect();
                &documents
            }
            Some(kind) if kind.is_array() => {
                documents = values.iter().map(array::key).collect::<Result<_>>()?;
                &documents
            }
            _ => values,
        };
        // Few different lengths make few different statements to prepare.
        let length = values.len().next_power_of_two().min(self.max_parameters()).max(values.len());
        let Some(last) = values.last() else {
            return Err(Error::Value("a list of values is empty".into()));
        };
        w.push(" IN (");
        w.values(values.iter().chain(std::iter::repeat_n(last, length - values.len())))?;
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
        // `LIKE` knows the case of ASCII letters only, and takes no regard of it. A table's definition cannot use
        // functions that other programs lack.
        let function = fold && !w.is_definition();
        if function {
            w.push("embellie_ilike(");
        }
        w.scalar(expr)?;
        w.push(if function { ", " } else { " LIKE " });
        match operand {
            Scalar::Value { value: Value::Text(text), .. } => {
                let plain = if expr.kind() == Some(FieldKind::Uuid) { text.replace('-', "") } else { text.clone() };
                w.value(&Value::Text(like_pattern(&plain, kind)))?;
            }
            operand => {
                if matches!(kind, PatternKind::Within | PatternKind::End) {
                    w.push("'%' || ");
                }
                let uuid = expr.kind() == Some(FieldKind::Uuid);
                w.push(if uuid { "REPLACE(REPLACE(REPLACE(REPLACE(" } else { "REPLACE(REPLACE(REPLACE(" });
                w.scalar(operand)?;
                w.push(if uuid { ", '-', '')" } else { "" });
                w.push(r", '\', '\\'), '%', '\%'), '_', '\_')");
                if matches!(kind, PatternKind::Within | PatternKind::Start) {
                    w.push(" || '%'");
                }
            }
        }
        w.push(if function { ")" } else { r" ESCAPE '\'" });
        Ok(())
    }

    fn regex(&self, w: &mut Writer<'_>, expr: &Scalar<'_>, fold: bool, operand: &Scalar<'_>) -> Result<()> {
        w.scalar(expr)?;
        w.push(if fold { " REGEXP '(?i)' || " } else { " REGEXP " });
        w.scalar(operand)
    }

    fn combined(&self, w: &mut Writer<'_>, combined: &Combined<'_, '_>) -> Result<()> {
        let Combined { left, operator, right, arithmetic, kind } = combined;
        let function = match (arithmetic, operator) {
            (Arithmetic::Difference, _) if left.kind() == Some(FieldKind::Time) => Some("django_time_diff("),
            (Arithmetic::Difference, _) => Some("django_timestamp_diff("),
            (Arithmetic::Duration, Operator::Add) => Some("django_format_dtdelta('+', "),
            (Arithmetic::Duration, Operator::Subtract) => Some("django_format_dtdelta('-', "),
            (Arithmetic::Duration, Operator::Multiply) => Some("django_format_dtdelta('*', "),
            (Arithmetic::Duration, Operator::Divide) => Some("django_format_dtdelta('/', "),
            // Its own operator knows integers only.
            (_, Operator::Modulo) if !is_integer(kind) => Some("MOD("),
            (_, Operator::Power) => Some("POWER("),
            (_, Operator::BitXor) => Some("BITXOR("),
            _ => None,
        };
        numeric(w, *kind, |w| {
            w.push(function.unwrap_or("("));
            w.scalar(left)?;
            // Decimals that happen to be whole are stored as integers, and would be divided as such.
            let exact = *operator == Operator::Divide && matches!(kind, FieldKind::Decimal { .. });
            w.push(if exact { " * 1.0" } else { "" });
            match function {
                Some(_) => w.push(", "),
                None => {
                    w.push(" ");
                    w.push(symbol(*operator));
                    w.push(" ");
                }
            }
            w.scalar(right)?;
            w.push(")");
            Ok(())
        })
    }

    fn call(&self, w: &mut Writer<'_>, function: Function, arguments: &[Scalar<'_>], kind: FieldKind) -> Result<()> {
        numeric(w, kind, |w| match function.is_of_arrays() {
            true => array::call(w, function, arguments, kind),
            false => call::call(w, function, arguments),
        })
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

    fn json(&self, w: &mut Writer<'_>, expr: &Scalar<'_>, path: &[Key], text: bool) -> Result<()> {
        json::path(w, expr, path, text)
    }

    fn document(&self, w: &mut Writer<'_>, expr: &Scalar<'_>) -> Result<()> {
        json::document(w, expr)
    }

    fn orders_documents(&self) -> bool {
        false
    }

    fn array(&self, w: &mut Writer<'_>, expr: &Scalar<'_>) -> Result<()> {
        array::compared(w, expr)
    }

    fn parameter(&self, value: &Value) -> Result<Option<Value>> {
        match value {
            Value::List(values) => array::stored(values).map(|text| Some(Value::Text(text))),
            Value::Range(_) => Err(Error::NotSupported("SQLite has no ranges".into())),
            _ => Ok(None),
        }
    }

    fn has_keys(&self, w: &mut Writer<'_>, document: &Scalar<'_>, keys: &[String], all: bool) -> Result<()> {
        json::has_keys(w, document, keys, all)
    }

    fn can_aggregate(&self, _: AggregateFunction, _: Option<FieldKind>) -> bool {
        true
    }

    fn aggregate(&self, w: &mut Writer<'_>, aggregate: &Aggregate<'_>, over: Option<&Window<'_>>) -> Result<()> {
        use AggregateFunction as A;
        let Some(first) = aggregate.arguments.first() else { return Ok(()) };
        match aggregate.function {
            A::StringAgg => string_agg(w, aggregate, first, over),
            // No rows are no array.
            A::JsonArrayAgg => {
                w.push("NULLIF(");
                w.aggregate_of("JSON_GROUP_ARRAY", aggregate, over, |w| json_value(w, first))?;
                w.push(", '[]')");
                Ok(())
            }
            A::BoolAnd => w.aggregate("MIN", aggregate, over),
            A::BoolOr => w.aggregate("MAX", aggregate, over),
            // The least is as good as any, and there is no window of any.
            A::AnyValue if over.is_some() => numeric(w, aggregate.kind, |w| w.aggregate("MIN", aggregate, over)),
            function => numeric(w, aggregate.kind, |w| {
                w.aggregate(aggregate_name(function).unwrap_or_default(), aggregate, over)
            }),
        }
    }

    fn window(&self, w: &mut Writer<'_>, window: &Window<'_>) -> Result<()> {
        numeric(w, window.expr.kind().unwrap_or(FieldKind::Text), |w| {
            w.window_function(window)?;
            w.over(window)
        })
    }

    /// More rows make a program that the processor's nearest memory does not hold, and take long to prepare.
    fn rows_at_once(&self) -> usize {
        32
    }

    fn inserted_keys(&self, w: &mut Writer<'_>, table: &str, key: &str) -> Result<()> {
        w.push("SELECT total_changes(), last_insert_rowid(), (SELECT MAX(");
        w.name(key)?;
        w.push(") FROM ");
        w.name(table)?;
        w.push(")");
        Ok(())
    }

    fn random(&self) -> &'static str {
        "RANDOM()"
    }

    fn no_limit(&self) -> Option<&'static str> {
        Some("-1")
    }
}

/// Texts joined by another.
fn string_agg(
    w: &mut Writer<'_>,
    aggregate: &Aggregate<'_>,
    first: &Scalar<'_>,
    over: Option<&Window<'_>>,
) -> Result<()> {
    let text = |w: &mut Writer<'_>| {
        let is_text = first.kind().is_none_or(FieldKind::is_text);
        w.push(if is_text { "" } else { "CAST(" });
        w.scalar(first)?;
        w.push(if is_text { "" } else { " AS TEXT)" });
        Ok(())
    };
    if !aggregate.distinct {
        return w.aggregate_of("GROUP_CONCAT", aggregate, over, |w| {
            text(w)?;
            w.push(", ");
            w.scalars(&aggregate.arguments[1..])
        });
    }
    // Equal values count once only where there is one argument.
    w.push("embellie_join(");
    w.aggregate_of("JSON_GROUP_ARRAY", aggregate, over, text)?;
    w.push(", ");
    w.scalars(&aggregate.arguments[1..])?;
    w.push(")");
    Ok(())
}

/// A value as it is to stand in a document.
fn json_value(w: &mut Writer<'_>, scalar: &Scalar<'_>) -> Result<()> {
    match scalar.kind() {
        Some(FieldKind::Json) => w.function("JSON", std::slice::from_ref(scalar)),
        Some(FieldKind::Bool) => {
            w.push("JSON(CASE ");
            w.scalar(scalar)?;
            w.push(" WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)");
            Ok(())
        }
        _ => w.scalar(scalar),
    }
}

/// Decimals are stored as numbers but travel as text: what is computed of them must be made a number again.
fn numeric(w: &mut Writer<'_>, kind: FieldKind, write: impl FnOnce(&mut Writer<'_>) -> Result<()>) -> Result<()> {
    let decimal = matches!(kind, FieldKind::Decimal { .. });
    w.push(if decimal { "CAST(" } else { "" });
    write(w)?;
    w.push(if decimal { " AS NUMERIC)" } else { "" });
    Ok(())
}

fn is_integer(kind: &FieldKind) -> bool {
    kind.integer_range().is_some()
}

/// A value in JSON such that it comes out as the driver stores it.
fn listed(value: &Value) -> Option<serde_json::Value> {
    Some(match value {
        Value::Bool(v) => i64::from(*v).into(),
        Value::Int(v) => (*v).into(),
        Value::Float(v) => serde_json::Number::from_f64(*v)?.into(),
        Value::Decimal(v) => v.to_string().into(),
        Value::Text(v) if !v.contains('\0') => v.as_str().into(),
        Value::Date(v) => literal::date(*v).ok()?.into(),
        Value::Time(v) => literal::time(*v).into(),
        Value::DateTime(v) => literal::datetime(*v).ok()?.into(),
        Value::Timestamp(v) => literal::timestamp(*v).ok()?.into(),
        Value::Duration(v) => i64::try_from(v.as_micros()).ok()?.into(),
        Value::Uuid(v) => v.simple().to_string().into(),
        Value::Ip(v) => v.to_string().into(),
        _ => return None,
    })
}
