//! Values as Rust writes them.

use embellie_core::Value;
use embellie_core::field::FieldKind;
use serde_json::Value as Json;

use crate::word::text;

/// A value of a field of this kind, as an expression of Rust; `None` for what has none.
///
/// Names are those of `embellie::prelude`, but for the paths of crates.
pub(crate) fn literal(value: &Value, kind: FieldKind) -> Option<String> {
    Some(match value {
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => integer(*value, kind)?,
        Value::Float(value) if value.is_finite() => format!("{value:?}"),
        Value::Float(value) if value.is_nan() => "f64::NAN".into(),
        Value::Float(value) => format!("f64::{}INFINITY", if *value > 0.0 { "" } else { "NEG_" }),
        Value::Decimal(value) => match i64::try_from(value.mantissa()) {
            Ok(mantissa) => format!("Decimal::new({mantissa}, {})", value.scale()),
            Err(_) => format!("Decimal::from_i128_with_scale({}, {})", value.mantissa(), value.scale()),
        },
        Value::Text(value) => text(value),
        Value::Bytes(value) => format!("b\"{}\".to_vec()", value.escape_ascii()),
        Value::Date(value) => format!("civil::date({}, {}, {})", value.year(), value.month(), value.day()),
        Value::Time(value) => format!(
            "civil::time({}, {}, {}, {})",
            value.hour(),
            value.minute(),
            value.second(),
            value.subsec_nanosecond()
        ),
        Value::DateTime(value) => format!(
            "civil::datetime({}, {}, {}, {}, {}, {}, {})",
            value.year(),
            value.month(),
            value.day(),
            value.hour(),
            value.minute(),
            value.second(),
            value.subsec_nanosecond()
        ),
        Value::Timestamp(value) => {
            format!("Timestamp::constant({}, {})", value.as_second(), value.subsec_nanosecond())
        }
        Value::Duration(value) => format!("SignedDuration::new({}, {})", value.as_secs(), value.subsec_nanos()),
        Value::Uuid(value) => format!("Uuid::from_u128(0x{:032x})", value.as_u128()),
        Value::Json(value) => format!("serde_json::json!({})", json(value)),
        Value::Ip(value) => match value {
            std::net::IpAddr::V4(value) => format!("std::net::IpAddr::from({:?})", value.octets()),
            std::net::IpAddr::V6(value) => format!("std::net::IpAddr::from({:?})", value.octets()),
        },
        Value::Null | Value::List(_) => return None,
        // A kind of value that is newer than this.
        #[allow(unreachable_patterns)]
        _ => return None,
    })
}

/// An integer, with its type where the compiler would take another.
fn integer(value: i64, kind: FieldKind) -> Option<String> {
    Some(match kind {
        FieldKind::Float => format!("{value}.0"),
        FieldKind::Decimal { .. } => format!("Decimal::new({value}, 0)"),
        FieldKind::Bool => (value != 0).to_string(),
        FieldKind::Duration => format!("SignedDuration::from_micros({value})"),
        kind => {
            if let Some((least, greatest)) = kind.integer_range()
                && !(least..=greatest).contains(&value)
            {
                return None;
            }
            value.to_string()
        }
    })
}

/// A document as `json!` is given it.
fn json(value: &Json) -> String {
    match value {
        Json::Null => "null".into(),
        Json::Bool(value) => value.to_string(),
        Json::Number(value) => value.to_string(),
        Json::String(value) => text(value),
        Json::Array(values) => format!("[{}]", values.iter().map(json).collect::<Vec<_>>().join(", ")),
        Json::Object(members) => {
            let members = members.iter().map(|(name, value)| format!("{}: {}", text(name), json(value)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_literal_is_an_expression() {
        let values: Vec<Value> = vec![
            true.into(),
            (-7).into(),
            0.1.into(),
            f64::NAN.into(),
            rust_decimal::Decimal::new(1234, 2).into(),
            rust_decimal::Decimal::MAX.into(),
            "it's \"quoted\"\n".into(),
            vec![0_u8, 34, 92, 255].into(),
            jiff::civil::date(2024, 2, 29).into(),
            jiff::civil::time(1, 2, 3, 4).into(),
            jiff::civil::datetime(2024, 2, 29, 1, 2, 3, 4).into(),
            jiff::Timestamp::UNIX_EPOCH.into(),
            jiff::SignedDuration::from_micros(-1_500_000).into(),
            uuid::Uuid::from_u128(7).into(),
            serde_json::json!({"a\n": [1, null, "x\"y", {}]}).into(),
            std::net::IpAddr::from([127, 0, 0, 1]).into(),
        ];
        for value in values {
            let written = literal(&value, FieldKind::Any).unwrap_or_default();
            assert!(syn::parse_str::<syn::Expr>(&written).is_ok(), "{written}");
        }
        assert_eq!(literal(&Value::Int(70_000), FieldKind::SmallInteger), None);
        assert_eq!(literal(&Value::Int(3), FieldKind::Float).as_deref(), Some("3.0"));
    }
}
