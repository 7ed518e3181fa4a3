//! Functions on SQLite.

use embellie_core::expr::Function as F;
use embellie_core::field::FieldKind;
use embellie_core::{Error, Result, Value};

use crate::render::Writer;
use crate::resolved::Scalar;

pub(super) fn call(w: &mut Writer<'_>, function: F, arguments: &[Scalar<'_>]) -> Result<()> {
    let name = match function {
        F::Abs => "ABS",
        F::ACos => "ACOS",
        F::ASin => "ASIN",
        F::ATan => "ATAN",
        F::ATan2 => "ATAN2",
        F::Ceil => "CEILING",
        F::Coalesce => "COALESCE",
        F::Cos => "COS",
        F::Cot => "COT",
        F::Degrees => "DEGREES",
        F::Exp => "EXP",
        F::Floor => "FLOOR",
        F::Greatest => "MAX",
        F::Least => "MIN",
        F::Ln => "LN",
        F::Log => "LOG",
        F::Mod => "MOD",
        F::NullIf => "NULLIF",
        F::Pi => "PI",
        F::Power => "POWER",
        F::Radians => "RADIANS",
        F::Random => "RAND",
        F::Round => {
            if let Some(Scalar::Value { value: Value::Int(..0), .. }) = arguments.get(1) {
                return Err(Error::Value("SQLite does not support negative precision.".into()));
            }
            "ROUND"
        }
        F::Sign => "SIGN",
        F::Sin => "SIN",
        F::Sqrt => "SQRT",
        F::Tan => "TAN",
        F::Uuid4 => "embellie_uuid4",
        F::Uuid7 => "embellie_uuid7",
        F::Chr => "CHAR",
        F::Left => return left(w, arguments),
        F::Right => return right(w, arguments),
        F::Length => "LENGTH",
        F::Lower if w.is_definition() => "LOWER",
        F::Upper if w.is_definition() => "UPPER",
        F::Lower => "embellie_lower",
        F::Upper => "embellie_upper",
        F::LPad => "LPAD",
        F::LTrim => "LTRIM",
        F::Md5 => "MD5",
        F::Ord => "UNICODE",
        F::Repeat => "REPEAT",
        F::Replace => "REPLACE",
        F::Reverse => "REVERSE",
        F::RPad => "RPAD",
        F::RTrim => "RTRIM",
        F::Sha1 => "SHA1",
        F::Sha224 => "SHA224",
        F::Sha256 => "SHA256",
        F::Sha384 => "SHA384",
        F::Sha512 => "SHA512",
        F::StrIndex => "INSTR",
        F::Substr => "SUBSTR",
        F::Trim => "TRIM",
        F::Now => {
            w.push("STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')");
            return Ok(());
        }
        F::Concat => return concat(w, arguments),
        F::JsonArray => return document(w, "JSON_ARRAY", arguments),
        F::JsonObject => return document(w, "JSON_OBJECT", arguments),
        other => return Err(Error::NotSupported(format!("SQLite has no function {} here", other.name()))),
    };
    w.function(name, arguments)
}

fn left(w: &mut Writer<'_>, arguments: &[Scalar<'_>]) -> Result<()> {
    let [text, length] = arguments else { return w.function("LEFT", arguments) };
    w.push("SUBSTR(");
    w.scalar(text)?;
    w.push(", 1, ");
    w.scalar(length)?;
    w.push(")");
    Ok(())
}

/// A start that is negative counts from the end.
fn right(w: &mut Writer<'_>, arguments: &[Scalar<'_>]) -> Result<()> {
    let [text, length] = arguments else { return w.function("RIGHT", arguments) };
    w.push("SUBSTR(");
    w.scalar(text)?;
    w.push(", -(");
    w.scalar(length)?;
    w.push("), ");
    w.scalar(length)?;
    w.push(")");
    Ok(())
}

/// Null counts as empty.
fn concat(w: &mut Writer<'_>, arguments: &[Scalar<'_>]) -> Result<()> {
    w.push("(");
    for (i, argument) in arguments.iter().enumerate() {
        w.push(if i > 0 { " || COALESCE(" } else { "COALESCE(" });
        w.scalar(argument)?;
        w.push(", '')");
    }
    w.push(")");
    Ok(())
}

fn document(w: &mut Writer<'_>, name: &str, arguments: &[Scalar<'_>]) -> Result<()> {
    w.push(name);
    w.push("(");
    for (i, argument) in arguments.iter().enumerate() {
        w.push(if i > 0 { ", " } else { "" });
        member(w, argument)?;
    }
    w.push(")");
    Ok(())
}

/// What SQLite keeps as numbers and text, as JSON: truth values and documents.
pub(super) fn member(w: &mut Writer<'_>, expr: &Scalar<'_>) -> Result<()> {
    match expr.kind() {
        Some(FieldKind::Bool) => {
            w.push("JSON(CASE ");
            w.scalar(expr)?;
            w.push(" WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)");
            Ok(())
        }
        Some(FieldKind::Json) => {
            w.push("JSON(");
            w.scalar(expr)?;
            w.push(")");
            Ok(())
        }
        _ => w.scalar(expr),
    }
}
