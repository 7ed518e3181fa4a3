//! Ranges on PostgreSQL.

use embellie_core::expr::Function as F;
use embellie_core::field::{FieldKind, RangeKind};
use embellie_core::{Error, Result};

use super::cast;
use crate::render::Writer;
use crate::resolved::Scalar;

pub(crate) fn type_name(of: RangeKind) -> &'static str {
    match of {
        RangeKind::Integer => "int4range",
        RangeKind::BigInteger => "int8range",
        RangeKind::Decimal => "numrange",
        RangeKind::Date => "daterange",
        _ => "tstzrange",
    }
}

pub(super) fn call(w: &mut Writer<'_>, function: F, arguments: &[Scalar<'_>]) -> Result<()> {
    let name = match function {
        F::RangeLower => "LOWER",
        F::RangeUpper => "UPPER",
        F::RangeIsEmpty => "ISEMPTY",
        F::RangeLowerIncluded => "LOWER_INC",
        F::RangeLowerInfinite => "LOWER_INF",
        F::RangeUpperIncluded => "UPPER_INC",
        F::RangeUpperInfinite => "UPPER_INF",
        F::RangeContains => " @> ",
        F::RangeOverlap => " && ",
        F::RangeFullyLess => " << ",
        F::RangeFullyGreater => " >> ",
        F::RangeNotLess => " &> ",
        F::RangeNotGreater => " &< ",
        F::RangeAdjacent => " -|- ",
        other => return Err(Error::NotSupported(format!("PostgreSQL has no function {} here", other.name()))),
    };
    match arguments {
        [left, right] => {
            w.push("(");
            w.scalar(left)?;
            w.push(name);
            match (left.kind(), right.kind()) {
                // There is no operator between a range and a value of another type than its ends.
                (Some(FieldKind::Range(of)), value) if !matches!(value, Some(FieldKind::Range(_))) => {
                    w.push("(");
                    w.scalar(right)?;
                    w.push(")::");
                    w.push(&cast::type_name(of.ends(), None)?);
                }
                _ => w.scalar(right)?,
            }
            w.push(")");
            Ok(())
        }
        arguments => w.function(name, arguments),
    }
}
