//! How values of each type travel.

use postgres_types::{Kind, Type};

/// The binary form of a type's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wire {
    Bool,
    Int2,
    Int4,
    Int8,
    /// An unsigned number of 32 bits.
    Oid,
    /// The number of a thing in the catalog, which the server also knows by its name.
    Reg,
    Float4,
    Float8,
    Numeric,
    Text,
    Json,
    Jsonb,
    Bytea,
    Date,
    Time,
    TimeTz,
    Timestamp,
    TimestampTz,
    Interval,
    Uuid,
    Inet,
    /// No value at all.
    Void,
    Array,
    /// All values between two of another type.
    Range,
    /// A type without a counterpart here; the server reads its text.
    Other,
}

impl Wire {
    pub(crate) fn of(ty: &Type) -> Wire {
        match *ty {
            Type::BOOL => Wire::Bool,
            Type::INT2 => Wire::Int2,
            Type::INT4 => Wire::Int4,
            Type::INT8 => Wire::Int8,
            Type::OID | Type::XID | Type::CID => Wire::Oid,
            Type::REGCLASS | Type::REGTYPE | Type::REGPROC | Type::REGNAMESPACE | Type::REGROLE => Wire::Reg,
            Type::FLOAT4 => Wire::Float4,
            Type::FLOAT8 => Wire::Float8,
            Type::NUMERIC => Wire::Numeric,
            Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::CHAR | Type::UNKNOWN | Type::XML => {
                Wire::Text
            }
            Type::CSTRING => Wire::Text,
            Type::JSON => Wire::Json,
            Type::JSONB => Wire::Jsonb,
            Type::BYTEA => Wire::Bytea,
            Type::DATE => Wire::Date,
            Type::TIME => Wire::Time,
            Type::TIMETZ => Wire::TimeTz,
            Type::TIMESTAMP => Wire::Timestamp,
            Type::TIMESTAMPTZ => Wire::TimestampTz,
            Type::INTERVAL => Wire::Interval,
            Type::UUID => Wire::Uuid,
            Type::INET | Type::CIDR => Wire::Inet,
            Type::VOID => Wire::Void,
            _ => match ty.kind() {
                Kind::Enum(_) => Wire::Text,
                Kind::Domain(base) => Wire::of(base),
                Kind::Array(_) => Wire::Array,
                Kind::Range(ends) if may_end_range(Wire::of(ends)) => Wire::Range,
                Kind::Simple if ty.name() == "citext" => Wire::Text,
                _ => Wire::Other,
            },
        }
    }
}

/// The type of an array's elements, seen through domains.
pub(crate) fn element(ty: &Type) -> Option<&Type> {
    match ty.kind() {
        Kind::Array(element) => Some(element),
        Kind::Domain(base) => element(base),
        _ => None,
    }
}

/// The type of a range's ends, seen through domains.
pub(crate) fn ends(ty: &Type) -> Option<&Type> {
    match ty.kind() {
        Kind::Range(ends) => Some(ends),
        Kind::Domain(base) => ends(base),
        _ => None,
    }
}

fn may_end_range(wire: Wire) -> bool {
    matches!(wire, Wire::Int4 | Wire::Int8 | Wire::Numeric | Wire::Date | Wire::Timestamp | Wire::TimestampTz)
}

/// What the first byte of a range says.
pub(crate) mod range {
    pub(crate) const EMPTY: u8 = 0x01;
    pub(crate) const LOWER_INCLUDED: u8 = 0x02;
    pub(crate) const UPPER_INCLUDED: u8 = 0x04;
    pub(crate) const LOWER_INFINITE: u8 = 0x08;
    pub(crate) const UPPER_INFINITE: u8 = 0x10;
}
