//! Arrays on SQLite, which keeps them as JSON: functions of the driver give them the meaning that arrays have elsewhere.
//!
//! Each element is as a column would hold it, but for truth values, which are JSON's.

use embellie_core::expr::Function as F;
use embellie_core::field::FieldKind;
use embellie_core::json::{array_sort_key, dumps};
use embellie_core::{Error, Result, Value};

use super::call::member;
use crate::render::Writer;
use crate::resolved::{Key, Scalar};
use crate::schema::literal;

/// An array as it is stored.
pub(crate) fn stored(values: &[Value]) -> Result<String> {
    dumps(&serde_json::Value::Array(elements(values)?))
}

fn elements(values: &[Value]) -> Result<Vec<serde_json::Value>> {
    values.iter().map(element).collect()
}

fn element(value: &Value) -> Result<serde_json::Value> {
    let refused = |what: &str| Error::NotSupported(format!("SQLite keeps arrays as JSON, which cannot hold {what}"));
    let float =
        |float: f64| serde_json::Number::from_f64(float).ok_or_else(|| refused("infinity, nor what is not a number"));
    Ok(match value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(v) => (*v).into(),
        Value::Int(v) => (*v).into(),
        Value::Float(v) => float(*v)?.into(),
        // As in a column, a number.
        Value::Decimal(v) => match i64::try_from(*v) {
            Ok(whole) if v.is_integer() => whole.into(),
            _ => float(f64::try_from(*v).map_err(|_| refused("this decimal"))?)?.into(),
        },
        Value::Text(v) => v.as_str().into(),
        Value::Json(v) => (**v).clone(),
        Value::Duration(v) => i64::try_from(v.as_micros()).map_err(|_| refused("so long a duration"))?.into(),
        Value::Date(v) => literal::date(*v)?.into(),
        Value::Time(v) => literal::time(*v).into(),
        Value::DateTime(v) => literal::datetime(*v)?.into(),
        Value::Timestamp(v) => literal::timestamp(*v)?.into(),
        Value::Uuid(v) => v.simple().to_string().into(),
        Value::Ip(v) => v.to_string().into(),
        Value::List(values) => elements(values)?.into(),
        Value::Bytes(_) => return Err(refused("bytes")),
        Value::Range(_) => return Err(refused("ranges")),
    })
}

/// What stands for an array where arrays are compared.
pub(super) fn compared(w: &mut Writer<'_>, expr: &Scalar<'_>) -> Result<()> {
    match expr {
        expr if w.is_definition() => w.scalar(expr),
        Scalar::Value { value: value @ Value::List(_), .. } => w.value(&key(value)?),
        Scalar::Value { value: Value::Null, .. } => w.scalar(expr),
        expr => w.function("embellie_array_key", std::slice::from_ref(expr)),
    }
}

/// What stands for a constant array.
pub(super) fn key(value: &Value) -> Result<Value> {
    match value {
        Value::List(values) => Ok(Value::Bytes(array_sort_key(&elements(values)?))),
        other => Ok(other.clone()),
    }
}

pub(super) fn call(w: &mut Writer<'_>, function: F, arguments: &[Scalar<'_>], kind: FieldKind) -> Result<()> {
    match (function, arguments) {
        (F::Array, arguments) => {
            w.push("JSON_ARRAY(");
            for (place, argument) in arguments.iter().enumerate() {
                w.push(if place > 0 { ", " } else { "" });
                member(w, argument)?;
            }
            w.push(")");
        }
        (F::ArrayLength, [array]) => w.function("JSON_ARRAY_LENGTH", std::slice::from_ref(array))?,
        (F::ArrayAt, [array, place]) if kind == FieldKind::Json => {
            super::json::path(w, array, &[Key::Index(number(place)?)], false)?;
        }
        (F::ArrayAt, [array, place]) => {
            w.push("JSON_EXTRACT(");
            w.scalar(array)?;
            w.push(&format!(", '$[{}]')", number(place)?));
        }
        (F::ArraySlice, [array, start, end @ ..]) => {
            own(w, "embellie_array_slice(", function)?;
            w.scalar(array)?;
            let end = end.first().map_or(Ok(i64::MAX), number)?;
            w.push(&format!(", {}, {end})", number(start)?));
        }
        (F::ArrayContains | F::ArrayOverlap, [array, other]) => {
            let contains = function == F::ArrayContains;
            own(w, if contains { "embellie_array_contains(" } else { "embellie_array_overlap(" }, function)?;
            w.scalar(array)?;
            w.push(", ");
            w.scalar(other)?;
            let kind = [array, other].into_iter().find_map(|side| side.kind().filter(|kind| kind.is_array()));
            w.push(&format!(", {})", dimensions(kind)));
        }
        (other, _) => return Err(Error::NotSupported(format!("SQLite has no function {} here", other.name()))),
    }
    Ok(())
}

/// How many dimensions arrays of a kind have.
fn dimensions(kind: Option<FieldKind>) -> usize {
    let mut count = 1;
    let mut kind = kind.and_then(FieldKind::elements);
    while let Some(FieldKind::Array(base)) = kind {
        (count, kind) = (count + 1, Some(*base));
    }
    count
}

/// A function of the driver, which the definition of a table cannot use: other programs lack it.
fn own(w: &mut Writer<'_>, call: &str, function: F) -> Result<()> {
    if w.is_definition() {
        return Err(Error::NotSupported(format!(
            "SQLite has no {} for the definition of a table or an index",
            function.name()
        )));
    }
    w.push(call);
    Ok(())
}

fn number(scalar: &Scalar<'_>) -> Result<i64> {
    match scalar {
        Scalar::Value { value: Value::Int(place), .. } => Ok(*place),
        _ => Err(Error::Value("a place in an array is a number".into())),
    }
}
