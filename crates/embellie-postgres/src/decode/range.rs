//! Ranges: a byte that says which ends there are, and the ends, each after its length.

use std::ops::Bound;

use embellie_core::{ColumnRef, Range, RangeEnd};

use super::{Column, Unreadable, array, decode as decode_column};
use crate::wire::range::{EMPTY, LOWER_INCLUDED, LOWER_INFINITE, UPPER_INCLUDED, UPPER_INFINITE};

pub(super) fn decode(ends: Option<&Column>, bytes: &[u8]) -> Result<Range<RangeEnd>, Unreadable> {
    let ends = ends.ok_or(Unreadable::Type)?;
    let (&flags, mut rest) = bytes.split_first().ok_or(Unreadable::Malformed)?;
    if flags & EMPTY != 0 {
        return Ok(Range::Empty);
    }
    let mut end = |infinite: u8, included: u8| {
        if flags & infinite != 0 {
            return Ok(Bound::Unbounded);
        }
        let (length, after) = rest.split_at_checked(4).ok_or(Unreadable::Malformed)?;
        let length = usize::try_from(i32::from_be_bytes(array(length)?)).map_err(|_| Unreadable::Malformed)?;
        let (value, after) = after.split_at_checked(length).ok_or(Unreadable::Malformed)?;
        rest = after;
        let value = match decode_column(ends, value)? {
            ColumnRef::Int(v) => RangeEnd::Int(v),
            ColumnRef::Decimal(v) => RangeEnd::Decimal(v),
            ColumnRef::Date(v) => RangeEnd::Date(v),
            ColumnRef::DateTime(v) => RangeEnd::DateTime(v),
            ColumnRef::Timestamp(v) => RangeEnd::Timestamp(v),
            _ => return Err(Unreadable::Type),
        };
        Ok(if flags & included != 0 { Bound::Included(value) } else { Bound::Excluded(value) })
    };
    let low = end(LOWER_INFINITE, LOWER_INCLUDED)?;
    let high = end(UPPER_INFINITE, UPPER_INCLUDED)?;
    if rest.is_empty() { Ok(Range::Between(low, high)) } else { Err(Unreadable::Malformed) }
}

#[cfg(test)]
mod tests {
    use postgres_types::Type;
    use proptest::prelude::*;

    use super::Column;

    proptest! {
        /// Whatever comes, it is read or refused.
        #[test]
        fn damaged_ranges_are_errors(bytes in prop::collection::vec(prop_oneof![0u8..32, any::<u8>()], 0..24)) {
            for ends in [Type::INT4, Type::NUMERIC, Type::TIMESTAMPTZ] {
                let _ = super::decode(Some(&Column::of_type(&ends, "period", false)), &bytes);
            }
        }
    }
}
