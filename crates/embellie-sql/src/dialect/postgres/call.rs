//! Functions on PostgreSQL.

use embellie_core::expr::Function as F;
use embellie_core::field::FieldKind;
use embellie_core::{Error, Result, Value};

use super::as_text;
use crate::render::Writer;
use crate::resolved::Scalar;

/// What stands in each place of a function's arguments.
#[derive(Clone, Copy)]
enum Shape {
    Any,
    Text,
    Integer,
    /// A number that is exact: the function has no form for others.
    Exact,
}

pub(super) fn call(w: &mut Writer<'_>, function: F, arguments: &[Scalar<'_>]) -> Result<()> {
    use Shape::{Any, Exact, Integer, Text};
    let (name, shapes): (&str, &[Shape]) = match function {
        F::Abs => ("ABS", &[]),
        F::ACos => ("ACOS", &[]),
        F::ASin => ("ASIN", &[]),
        F::ATan => ("ATAN", &[]),
        F::ATan2 => ("ATAN2", &[]),
        F::Ceil => ("CEILING", &[]),
        F::Coalesce => ("COALESCE", &[]),
        F::Cos => ("COS", &[]),
        F::Cot => ("COT", &[]),
        F::Degrees => ("DEGREES", &[]),
        F::Exp => ("EXP", &[]),
        F::Floor => ("FLOOR", &[]),
        F::Greatest => ("GREATEST", &[]),
        F::Least => ("LEAST", &[]),
        F::Ln => ("LN", &[]),
        F::Log => ("LOG", &[Exact, Exact]),
        F::Mod => ("MOD", &[Exact, Exact]),
        F::Now => ("STATEMENT_TIMESTAMP", &[]),
        F::NullIf => ("NULLIF", &[]),
        F::Pi => ("PI", &[]),
        F::Power => ("POWER", &[]),
        F::Radians => ("RADIANS", &[]),
        F::Random => ("RANDOM", &[]),
        F::Round => ("ROUND", &[Exact, Integer]),
        F::Sign => ("SIGN", &[]),
        F::Sin => ("SIN", &[]),
        F::Sqrt => ("SQRT", &[]),
        F::Tan => ("TAN", &[]),
        F::Uuid4 => ("GEN_RANDOM_UUID", &[]),
        F::Uuid7 => ("UUIDV7", &[]),
        F::JsonArray => ("JSONB_BUILD_ARRAY", &[]),
        F::JsonObject => ("JSONB_BUILD_OBJECT", &[]),
        F::Chr => ("CHR", &[Integer]),
        F::Left => ("LEFT", &[Text, Integer]),
        F::Length => ("LENGTH", &[Text]),
        F::Lower => ("LOWER", &[Text]),
        F::LPad => ("LPAD", &[Text, Integer, Text]),
        F::LTrim => ("LTRIM", &[Text]),
        F::Md5 => ("MD5", &[Text]),
        F::Ord => ("ASCII", &[Text]),
        F::Repeat => ("REPEAT", &[Text, Integer]),
        F::Replace => ("REPLACE", &[Text, Text, Text]),
        F::Reverse => ("REVERSE", &[Text]),
        F::Right => ("RIGHT", &[Text, Integer]),
        F::RPad => ("RPAD", &[Text, Integer, Text]),
        F::RTrim => ("RTRIM", &[Text]),
        F::StrIndex => ("STRPOS", &[Text, Text]),
        F::Substr => ("SUBSTRING", &[Text, Integer, Integer]),
        F::Trim => ("TRIM", &[Text]),
        F::Upper => ("UPPER", &[Text]),
        F::Concat => return concat(w, arguments),
        F::Sha1 => return digest(w, arguments),
        F::Sha224 => return hash(w, "SHA224", arguments),
        F::Sha256 => return hash(w, "SHA256", arguments),
        F::Sha384 => return hash(w, "SHA384", arguments),
        F::Sha512 => return hash(w, "SHA512", arguments),
        other => return Err(Error::NotSupported(format!("PostgreSQL has no function {} here", other.name()))),
    };
    w.push(name);
    w.push("(");
    for (place, argument) in arguments.iter().enumerate() {
        w.push(if place > 0 { ", " } else { "" });
        let shape = match shapes.get(place) {
            // The names of an object's members.
            None if function == F::JsonObject && place % 2 == 0 => Text,
            shape => shape.copied().unwrap_or(Any),
        };
        match shape {
            Any => w.scalar(argument)?,
            Text => as_text(w, argument)?,
            Integer => as_integer(w, argument)?,
            Exact => as_exact(w, argument)?,
        }
    }
    w.push(")");
    // It knows the signs of exact and of floating numbers alone, and an integer's is floating.
    let whole = |scalar: &Scalar<'_>| scalar.kind().is_some_and(|kind| kind.integer_range().is_some());
    if function == F::Sign && arguments.first().is_some_and(whole) {
        w.push("::integer");
    }
    Ok(())
}

/// PostgreSQL's functions of text count in 32 bits and take no wider numbers.
fn as_integer(w: &mut Writer<'_>, expr: &Scalar<'_>) -> Result<()> {
    let narrow = match expr {
        Scalar::Value { value: Value::Int(v), .. } => i32::try_from(*v).is_ok(),
        Scalar::Column(column) => matches!(column.kind, FieldKind::Integer | FieldKind::SmallInteger),
        _ => false,
    };
    cast(w, expr, (!narrow).then_some("integer"))
}

/// Floats are made exact, with as many digits as a float has.
fn as_exact(w: &mut Writer<'_>, expr: &Scalar<'_>) -> Result<()> {
    cast(w, expr, (expr.kind() == Some(FieldKind::Float)).then_some("numeric(1000, 15)"))
}

fn cast(w: &mut Writer<'_>, expr: &Scalar<'_>, to: Option<&str>) -> Result<()> {
    let Some(to) = to else { return w.scalar(expr) };
    w.push("(");
    w.scalar(expr)?;
    w.push(")::");
    w.push(to);
    Ok(())
}

/// Null counts as empty.
fn concat(w: &mut Writer<'_>, arguments: &[Scalar<'_>]) -> Result<()> {
    w.push("(");
    for (i, argument) in arguments.iter().enumerate() {
        w.push(if i > 0 { " || " } else { "" });
        w.push("COALESCE(");
        as_text(w, argument)?;
        w.push(", '')");
    }
    w.push(")");
    Ok(())
}

fn hash(w: &mut Writer<'_>, name: &str, arguments: &[Scalar<'_>]) -> Result<()> {
    w.push("ENCODE(");
    w.push(name);
    w.push("(CONVERT_TO(");
    for argument in arguments {
        as_text(w, argument)?;
    }
    w.push(", 'UTF8')), 'hex')");
    Ok(())
}

/// SHA-1 is in the extension pgcrypto alone.
fn digest(w: &mut Writer<'_>, arguments: &[Scalar<'_>]) -> Result<()> {
    w.push("ENCODE(DIGEST(");
    for argument in arguments {
        as_text(w, argument)?;
    }
    w.push(", 'sha1'), 'hex')");
    Ok(())
}
