//! Ranges.

use std::ops::Bound;

use bytes::{BufMut, BytesMut};
use embellie_core::{Range, RangeEnd, Value};
use postgres_types::Type;

use super::{Reason, encode as encode_value, set_length};
use crate::wire::range::{EMPTY, LOWER_INCLUDED, LOWER_INFINITE, UPPER_INCLUDED, UPPER_INFINITE};
use crate::wire::{self, Wire};

pub(super) fn encode(range: &Range<RangeEnd>, ty: &Type, out: &mut BytesMut) -> Result<(), Reason> {
    let (Wire::Range, Some(ends)) = (Wire::of(ty), wire::ends(ty)) else { return Err(Reason::Kind) };
    let Range::Between(low, high) = range else {
        out.put_u8(EMPTY);
        return Ok(());
    };
    out.put_u8(flags(low, LOWER_INCLUDED, LOWER_INFINITE) | flags(high, UPPER_INCLUDED, UPPER_INFINITE));
    for end in [low, high] {
        let (Bound::Included(value) | Bound::Excluded(value)) = end else { continue };
        let start = out.len();
        out.put_i32(0);
        encode_value(&Value::from(*value), ends, out)?;
        set_length(start, out)?;
    }
    Ok(())
}

fn flags(end: &Bound<RangeEnd>, included: u8, infinite: u8) -> u8 {
    match end {
        Bound::Included(_) => included,
        Bound::Excluded(_) => 0,
        Bound::Unbounded => infinite,
    }
}
