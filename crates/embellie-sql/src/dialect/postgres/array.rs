//! Arrays on PostgreSQL, which counts their elements from 1.

use embellie_core::expr::Function as F;
use embellie_core::field::FieldKind;
use embellie_core::{Error, Result, Value};

use super::cast;
use crate::render::Writer;
use crate::resolved::Scalar;

pub(super) fn call(w: &mut Writer<'_>, function: F, arguments: &[Scalar<'_>], kind: FieldKind) -> Result<()> {
    match (function, arguments) {
        (F::Array, arguments) => {
            w.push("ARRAY[");
            w.scalars(arguments)?;
            w.push("]");
            if let Ok(name) = cast::type_name(kind, None) {
                w.push("::");
                w.push(&name);
            }
        }
        // Of an empty array there is no length.
        (F::ArrayLength, [array]) => {
            w.push("CASE WHEN ");
            w.scalar(array)?;
            w.push(" IS NULL THEN NULL ELSE COALESCE(ARRAY_LENGTH(");
            w.scalar(array)?;
            w.push(", 1), 0) END");
        }
        (F::ArrayAt, [array, at]) => element(w, array, at, kind)?,
        (F::ArraySlice, [array, start, end @ ..]) => {
            w.push("(");
            w.scalar(array)?;
            w.push(")[");
            w.push(&from_one(start)?);
            w.push(":");
            if let Some(end) = end.first() {
                w.push(&place(end)?.to_string());
            }
            w.push("]");
        }
        (F::ArrayContains, [array, part]) => operator(w, array, " @> ", part)?,
        (F::ArrayOverlap, [array, other]) => operator(w, array, " && ", other)?,
        (other, _) => return Err(Error::NotSupported(format!("PostgreSQL has no function {} here", other.name()))),
    }
    Ok(())
}

/// An element. Of an array of arrays, the server gives one only where there is a place for each dimension; an array within
/// is made anew of its elements.
fn element(w: &mut Writer<'_>, array: &Scalar<'_>, at: &Scalar<'_>, kind: FieldKind) -> Result<()> {
    let (mut base, mut places) = (array, vec![place(at)?]);
    while let Scalar::Call { function: F::ArrayAt, arguments, .. } = base
        && let [array, at] = arguments.as_slice()
    {
        base = array;
        places.insert(0, place(at)?);
    }
    let within = kind.elements().is_some_and(|elements| !elements.is_array());
    w.push(if within { "NULLIF(ARRAY(SELECT UNNEST((" } else { "(" });
    w.scalar(base)?;
    w.push(")");
    for place in places {
        let place = place.saturating_add(1);
        w.push(&if within { format!("[{place}:{place}]") } else { format!("[{place}]") });
    }
    w.push(if within { ")), '{}')" } else { "" });
    Ok(())
}

fn operator(w: &mut Writer<'_>, left: &Scalar<'_>, operator: &str, right: &Scalar<'_>) -> Result<()> {
    let constants = matches!((left, right), (Scalar::Value { .. }, Scalar::Value { .. }));
    w.push("(");
    if constants {
        w.scalar(left)?
    } else {
        beside(w, left)?
    };
    w.push(operator);
    beside(w, right)?;
    w.push(")");
    Ok(())
}

/// An array beside another, which says of what type a constant is: there is no operator between `varchar[]` and `text[]`.
pub(super) fn beside(w: &mut Writer<'_>, expr: &Scalar<'_>) -> Result<()> {
    match expr {
        Scalar::Value { value, .. } if !value.is_null() => w.value(value),
        expr => w.scalar(expr),
    }
}

/// A place, which is no value of a row.
fn place(scalar: &Scalar<'_>) -> Result<i64> {
    match scalar {
        Scalar::Value { value: Value::Int(place), .. } => Ok(*place),
        _ => Err(Error::Value("a place in an array is a number".into())),
    }
}

fn from_one(scalar: &Scalar<'_>) -> Result<String> {
    place(scalar).map(|place| place.saturating_add(1).to_string())
}
