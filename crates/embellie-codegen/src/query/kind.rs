//! The types that expressions have in Rust, and what becomes of two of them.

use embellie_core::Value;
use embellie_core::expr::Operator;
use embellie_core::field::FieldKind;
use embellie_core::meta::ModelId;

use crate::notation::literal;

/// What an expression gives, in Rust.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    /// A type by its name, one of those that [`Type::of_kind`] gives.
    Named(&'static str),
    /// An object of a model, by its key.
    Object(ModelId),
    /// Another type, of which nothing is known but that a field has it.
    Other,
}

/// Whole numbers, the narrow ones first.
const SIGNED: [&str; 3] = ["i16", "i32", "i64"];
const UNSIGNED: [&str; 3] = ["u16", "u32", "u64"];

impl Type {
    pub(super) const BOOL: Type = Type::Named("bool");
    pub(super) const I64: Type = Type::Named("i64");
    pub(super) const F64: Type = Type::Named("f64");
    pub(super) const TEXT: Type = Type::Named("String");
    pub(super) const DATE: Type = Type::Named("civil::Date");
    pub(super) const TIME: Type = Type::Named("civil::Time");
    pub(super) const DATETIME: Type = Type::Named("civil::DateTime");
    pub(super) const TIMESTAMP: Type = Type::Named("Timestamp");
    pub(super) const DURATION: Type = Type::Named("SignedDuration");
    pub(super) const DECIMAL: Type = Type::Named("Decimal");
    pub(super) const UUID: Type = Type::Named("Uuid");
    pub(super) const JSON: Type = Type::Named("serde_json::Value");

    /// The type of the fields of a kind.
    pub(super) fn of_kind(kind: FieldKind) -> Type {
        Type::Named(match kind {
            kind if kind.is_text() => "String",
            FieldKind::Bool => "bool",
            FieldKind::SmallAuto | FieldKind::SmallInteger => "i16",
            FieldKind::Auto | FieldKind::Integer => "i32",
            FieldKind::BigAuto | FieldKind::BigInteger => "i64",
            FieldKind::PositiveSmallInteger => "u16",
            FieldKind::PositiveInteger => "u32",
            FieldKind::PositiveBigInteger => "u64",
            FieldKind::Float => "f64",
            FieldKind::Decimal { .. } => "Decimal",
            FieldKind::Date => "civil::Date",
            FieldKind::Time => "civil::Time",
            FieldKind::DateTime => "Timestamp",
            FieldKind::NaiveDateTime => "civil::DateTime",
            FieldKind::Duration => "SignedDuration",
            FieldKind::Uuid => "Uuid",
            FieldKind::Binary => "Vec<u8>",
            FieldKind::Json => "serde_json::Value",
            FieldKind::GenericIpAddress => "std::net::IpAddr",
            _ => return Type::Other,
        })
    }

    /// The name of the type for which a kind is what values are made of: `Cast::<i64, _, _>` says the kind by the type.
    pub(super) fn saying(kind: FieldKind) -> Option<&'static str> {
        match (Type::of_kind(kind), kind) {
            (
                Type::Named(_),
                FieldKind::SmallAuto | FieldKind::Auto | FieldKind::BigAuto | FieldKind::Decimal { .. },
            ) => None,
            (Type::TEXT, kind) if kind != FieldKind::Text => None,
            (Type::Named(name), _) => Some(name),
            _ => None,
        }
    }

    pub(super) fn is_integer(self) -> bool {
        matches!(self, Type::Named(name) if SIGNED.contains(&name) || UNSIGNED.contains(&name))
    }

    pub(super) fn is_number(self) -> bool {
        self.is_integer() || self == Type::F64 || self == Type::DECIMAL
    }

    /// Whether it has a date.
    pub(super) fn is_dated(self) -> bool {
        self == Type::DATE || self.is_moment()
    }

    /// Whether it has a time of day.
    pub(super) fn is_timed(self) -> bool {
        self == Type::TIME || self.is_moment()
    }

    /// Whether it has a date and a time of day.
    pub(super) fn is_moment(self) -> bool {
        self == Type::DATETIME || self == Type::TIMESTAMP
    }

    /// Whether fields of the one are compared with fields of the other.
    pub(super) fn is_like(self, other: Type) -> bool {
        self != Type::Other && (self == other || self.is_number() && other.is_number())
    }

    /// What values of both have in common.
    pub(super) fn common(self, other: Type) -> Option<Type> {
        let (Type::Named(a), Type::Named(b)) = (self, other) else { return None };
        if a == b {
            return Some(self);
        }
        if !self.is_number() || !other.is_number() {
            return None;
        }
        if self == Type::F64 || other == Type::F64 {
            return Some(Type::F64);
        }
        if self == Type::DECIMAL || other == Type::DECIMAL {
            return Some(Type::DECIMAL);
        }
        let place = |of: &[&str; 3], name: &str| of.iter().position(|known| *known == name);
        let wider = |of: &[&'static str; 3], least: usize| {
            let widest = place(of, a).max(place(of, b)).max(Some(least))?;
            of.get(widest).map(|name| Type::Named(name))
        };
        match (place(&UNSIGNED, a), place(&UNSIGNED, b)) {
            (Some(_), Some(_)) => wider(&UNSIGNED, 0),
            (None, None) => wider(&SIGNED, 0),
            // What holds 16 bits without a sign needs 32 with one, what holds more has 64.
            (Some(0), None) | (None, Some(0)) => wider(&SIGNED, 1),
            _ => Some(Type::I64),
        }
    }

    /// What an operator makes of both.
    pub(super) fn combined(self, operator: Operator, other: Type) -> Option<Type> {
        use Operator as O;
        if self.is_number() && other.is_number() {
            return Some(match () {
                () if self.is_integer() && other.is_integer() => Type::I64,
                () if self == Type::F64 || other == Type::F64 => Type::F64,
                () => Type::DECIMAL,
            });
        }
        let scale = |ty: Type| matches!(ty, Type::Named("i64" | "i32" | "f64"));
        Some(match (self, operator, other) {
            (Type::TIMESTAMP | Type::DATETIME | Type::TIME, O::Add | O::Subtract, Type::DURATION) => self,
            (Type::DATE, O::Add | O::Subtract, Type::DURATION) => Type::DATETIME,
            (Type::TIMESTAMP | Type::DATETIME | Type::DATE | Type::TIME | Type::DURATION, O::Subtract, _)
                if self == other =>
            {
                Type::DURATION
            }
            (Type::DURATION, O::Add, Type::DURATION | Type::TIMESTAMP | Type::DATETIME | Type::TIME) => other,
            (Type::DURATION, O::Add, Type::DATE) => Type::DATETIME,
            (Type::DURATION, O::Multiply | O::Divide, other) if scale(other) => self,
            (_, O::Multiply, Type::DURATION) if scale(self) => other,
            _ => return None,
        })
    }

    /// What adding up gives.
    pub(super) fn sum(self) -> Option<Type> {
        match self {
            ty if ty.is_integer() => Some(Type::I64),
            Type::F64 | Type::DECIMAL | Type::DURATION => Some(self),
            _ => None,
        }
    }

    /// What a mean is.
    pub(super) fn mean(self) -> Option<Type> {
        match self {
            ty if ty.is_integer() => Some(Type::F64),
            other => other.sum(),
        }
    }

    /// What functions that give fractions make of it.
    pub(super) fn fraction(self) -> Option<Type> {
        self.is_number().then_some(if self == Type::DECIMAL { self } else { Type::F64 })
    }

    /// What a value is, and how it is written.
    pub(super) fn of_value(value: &Value) -> Option<(Type, String)> {
        let ty = match value {
            Value::Bool(_) => Type::BOOL,
            Value::Int(_) => Type::I64,
            Value::Float(_) => Type::F64,
            Value::Decimal(_) => Type::DECIMAL,
            Value::Text(_) => Type::TEXT,
            Value::Bytes(_) => Type::Named("Vec<u8>"),
            Value::Date(_) => Type::DATE,
            Value::Time(_) => Type::TIME,
            Value::DateTime(_) => Type::DATETIME,
            Value::Timestamp(_) => Type::TIMESTAMP,
            Value::Duration(_) => Type::DURATION,
            Value::Uuid(_) => Type::UUID,
            Value::Ip(_) => Type::Named("std::net::IpAddr"),
            _ => return None,
        };
        Some((ty, literal(value, FieldKind::Any)?))
    }

    /// A value as what fields of this type are compared with.
    pub(super) fn compared(self, value: &Value) -> Option<String> {
        let (ty, written) = Type::of_value(value)?;
        match (self, value) {
            (Type::F64, Value::Decimal(_)) | (Type::DECIMAL, Value::Float(_)) => None,
            (_, Value::Float(_)) if self.is_integer() => None,
            (_, Value::Decimal(_)) if self.is_integer() => None,
            (_, Value::Int(number)) if self.is_number() && i32::try_from(*number).is_err() => {
                self.is_integer().then(|| format!("{written}_i64"))
            }
            _ => (self == ty || self.is_number() && ty.is_number()).then_some(written),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &'static str) -> Type {
        Type::Named(name)
    }

    #[test]
    fn two_types_have_one_in_common() {
        for (a, b, common) in [
            ("i16", "i32", "i32"),
            ("i16", "u16", "i32"),
            ("u16", "u32", "u32"),
            ("i32", "u32", "i64"),
            ("u64", "i64", "i64"),
            ("i64", "f64", "f64"),
            ("Decimal", "i32", "Decimal"),
            ("Decimal", "f64", "f64"),
            ("String", "String", "String"),
        ] {
            assert_eq!(named(a).common(named(b)), Some(named(common)), "{a} and {b}");
            assert_eq!(named(b).common(named(a)), Some(named(common)), "{b} and {a}");
        }
        assert_eq!(Type::TEXT.common(Type::I64), None);
        assert_eq!(Type::Other.common(Type::Other), None);
    }

    #[test]
    fn operators_make_types_of_types() {
        assert_eq!(named("i16").combined(Operator::Add, named("u64")), Some(Type::I64));
        assert_eq!(Type::DATE.combined(Operator::Subtract, Type::DATE), Some(Type::DURATION));
        assert_eq!(Type::DATE.combined(Operator::Add, Type::DURATION), Some(Type::DATETIME));
        assert_eq!(Type::DURATION.combined(Operator::Multiply, Type::I64), Some(Type::DURATION));
        assert_eq!(Type::TEXT.combined(Operator::Add, Type::TEXT), None);
    }

    #[test]
    fn values_are_compared_with_what_is_like_them() {
        assert_eq!(named("i32").compared(&Value::Int(7)).as_deref(), Some("7"));
        assert_eq!(named("i64").compared(&Value::Int(7_000_000_000)).as_deref(), Some("7000000000_i64"));
        assert_eq!(Type::TEXT.compared(&Value::Int(7)), None);
        assert_eq!(named("i64").compared(&Value::Float(7.5)), None);
    }
}
