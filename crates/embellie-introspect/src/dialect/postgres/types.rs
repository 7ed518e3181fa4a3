//! What a column holds, by the catalogue's name of its type.

use embellie_core::field::{FieldKind, RangeKind};

use crate::schema::Holds;

/// What a column of a type with a modifier holds; -1 is none.
pub(super) fn holds(type_name: &str, modifier: i64) -> Holds {
    // The name of an array's type is that of its elements after an underscore.
    if let Some(elements) = type_name.strip_prefix('_').map(|elements| holds(elements, modifier)) {
        return match elements.kind {
            FieldKind::Any | FieldKind::SearchVector => Holds::of(FieldKind::Any),
            kind => Holds { kind: kind.array(), ..elements },
        };
    }
    let kind = match type_name {
        "bool" => FieldKind::Bool,
        "int2" => FieldKind::SmallInteger,
        "int4" => FieldKind::Integer,
        "int8" | "oid" => FieldKind::BigInteger,
        "float4" | "float8" => FieldKind::Float,
        "numeric" => numeric(modifier),
        "varchar" | "bpchar" => return text(modifier - 4),
        "char" => return text(1),
        "text" | "citext" | "name" => FieldKind::Text,
        "date" => FieldKind::Date,
        "time" => FieldKind::Time,
        "timestamp" => FieldKind::NaiveDateTime,
        "timestamptz" => FieldKind::DateTime,
        "interval" => FieldKind::Duration,
        "uuid" => FieldKind::Uuid,
        "bytea" => FieldKind::Binary,
        "json" | "jsonb" => FieldKind::Json,
        "inet" => FieldKind::GenericIpAddress,
        "int4range" => FieldKind::Range(RangeKind::Integer),
        "int8range" => FieldKind::Range(RangeKind::BigInteger),
        "numrange" => FieldKind::Range(RangeKind::Decimal),
        "daterange" => FieldKind::Range(RangeKind::Date),
        "tstzrange" => FieldKind::Range(RangeKind::DateTime),
        "tsvector" => FieldKind::SearchVector,
        // Read as the server's text of them, or as a list.
        _ => FieldKind::Any,
    };
    Holds::of(kind)
}

/// Arrays of arrays, as many as the number in some flags says: they have the type of plain ones.
pub(super) fn nested(holds: Holds, flags: &str) -> Holds {
    let digits: String = flags.chars().filter(char::is_ascii_digit).collect();
    let depth: u32 = digits.parse().unwrap_or_default();
    let deeper = if holds.kind.is_array() { depth.clamp(1, 6) - 1 } else { 0 };
    Holds { kind: (0..deeper).fold(holds.kind, |kind, _| kind.array()), ..holds }
}

/// A text that is one of a few.
pub(super) fn enumeration(values: &[String]) -> Holds {
    let longest = values.iter().map(|value| value.chars().count()).max().unwrap_or(1).max(1);
    Holds { kind: FieldKind::Char, max_length: u32::try_from(longest).ok() }
}

fn text(length: i64) -> Holds {
    match u32::try_from(length) {
        Ok(length @ 1..) => Holds { kind: FieldKind::Char, max_length: Some(length) },
        _ => Holds::of(FieldKind::Text),
    }
}

/// The digits stand in the upper half of the modifier, the places in the lower; both are unlimited without one.
fn numeric(modifier: i64) -> FieldKind {
    let given = modifier - 4;
    if given < 0 {
        return FieldKind::DECIMAL;
    }
    let (digits, places) = ((given >> 16) & 0xffff, given & 0x7ff);
    match (u16::try_from(digits), u16::try_from(places)) {
        // Places below zero, or beyond the digits, are not Django's.
        (Ok(max_digits), Ok(decimal_places)) if decimal_places <= max_digits && max_digits > 0 => {
            FieldKind::Decimal { max_digits, decimal_places }
        }
        _ => FieldKind::DECIMAL,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_with_their_modifiers() {
        assert_eq!(holds("varchar", 24), Holds { kind: FieldKind::Char, max_length: Some(20) });
        assert_eq!(holds("varchar", -1), Holds::of(FieldKind::Text));
        assert_eq!(
            holds("numeric", ((10 << 16) | 2) + 4).kind,
            FieldKind::Decimal { max_digits: 10, decimal_places: 2 }
        );
        assert_eq!(holds("numeric", -1).kind, FieldKind::DECIMAL);
        assert_eq!(holds("_varchar", 24), Holds { kind: FieldKind::Char.array(), max_length: Some(20) });
        assert_eq!(holds("daterange", -1).kind, FieldKind::Range(RangeKind::Date));
        assert_eq!((holds("polygon", -1).kind, holds("_polygon", -1).kind), (FieldKind::Any, FieldKind::Any));
    }
}
