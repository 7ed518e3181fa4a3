//! Casts on PostgreSQL.

use embellie_core::field::FieldKind;
use embellie_core::{Error, Result};

use crate::render::Writer;
use crate::resolved::Scalar;

pub(super) fn cast(w: &mut Writer<'_>, expr: &Scalar<'_>, kind: FieldKind, max_length: Option<u32>) -> Result<()> {
    w.push("(");
    w.scalar(expr)?;
    w.push(")::");
    w.push(&type_name(kind, max_length)?);
    Ok(())
}

pub(super) fn type_name(kind: FieldKind, max_length: Option<u32>) -> Result<String> {
    Ok(match kind {
        FieldKind::SmallAuto | FieldKind::SmallInteger | FieldKind::PositiveSmallInteger => "smallint",
        FieldKind::Auto | FieldKind::Integer | FieldKind::PositiveInteger => "integer",
        FieldKind::BigAuto | FieldKind::BigInteger | FieldKind::PositiveBigInteger => "bigint",
        FieldKind::Char | FieldKind::Email | FieldKind::Slug | FieldKind::Url => match max_length {
            Some(length) => return Ok(format!("varchar({length})")),
            None => "varchar",
        },
        FieldKind::Text => "text",
        FieldKind::Bool => "boolean",
        FieldKind::Float => "double precision",
        FieldKind::DECIMAL => "numeric",
        FieldKind::Decimal { max_digits, decimal_places } => {
            return Ok(format!("numeric({max_digits}, {decimal_places})"));
        }
        FieldKind::Date => "date",
        FieldKind::Time => "time",
        FieldKind::DateTime => "timestamptz",
        FieldKind::NaiveDateTime => "timestamp",
        FieldKind::Duration => "interval",
        FieldKind::Uuid => "uuid",
        FieldKind::Binary => "bytea",
        FieldKind::Json => "jsonb",
        FieldKind::GenericIpAddress => "inet",
        // An array of arrays is one array of more dimensions.
        FieldKind::Array(base) => return Ok(format!("{}[]", type_name(base.innermost(), max_length)?)),
        FieldKind::Range(of) => super::range::type_name(of),
        FieldKind::SearchVector => "tsvector",
        other => return Err(Error::Value(format!("Nothing can be cast to a {}.", other.django_name()))),
    }
    .to_owned())
}
