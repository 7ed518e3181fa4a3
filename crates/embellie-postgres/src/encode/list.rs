//! Arrays. Lists in a list are further dimensions of the same array.

use bytes::{BufMut, BytesMut};
use embellie_core::Value;
use postgres_types::Type;

use super::{Reason, encode as encode_value, is_text_form, set_length};
use crate::wire::{self, Wire};

pub(super) fn encode(values: &[Value], ty: &Type, out: &mut BytesMut) -> Result<(), Reason> {
    let Some(element) = wire::element(ty) else { return Err(Reason::Kind) };
    let lengths = lengths(values)?;
    let dimensions = i32::try_from(lengths.len()).map_err(|_| Reason::Range)?;
    out.put_i32(dimensions);
    out.put_i32(i32::from(has_null(values)));
    out.put_u32(element.oid());
    for length in lengths {
        out.put_i32(length);
        out.put_i32(1); // the index of the first
    }
    elements(values, dimensions - 1, element, out)
}

/// The length of each dimension, from outside in; of an array without elements, none.
fn lengths(values: &[Value]) -> Result<Vec<i32>, Reason> {
    let mut lengths = Vec::new();
    let mut level: Vec<&[Value]> = vec![values];
    while let Some(first) = level.first() {
        let length = first.len();
        if level.iter().any(|list| list.len() != length) {
            return Err(Reason::Ragged);
        }
        if length == 0 {
            return Ok(Vec::new());
        }
        lengths.push(i32::try_from(length).map_err(|_| Reason::Range)?);
        let inner = level.iter().flat_map(|list| list.iter()).filter_map(|value| match value {
            Value::List(values) => Some(values.as_slice()),
            _ => None,
        });
        level = inner.collect();
    }
    Ok(lengths)
}

fn has_null(values: &[Value]) -> bool {
    values.iter().any(|value| match value {
        Value::List(values) => has_null(values),
        value => value.is_null(),
    })
}

/// The elements of a list, in which there are so many dimensions more.
fn elements(values: &[Value], deeper: i32, element: &Type, out: &mut BytesMut) -> Result<(), Reason> {
    for value in values {
        match value {
            Value::List(values) if deeper > 0 => elements(values, deeper - 1, element, out)?,
            _ if deeper > 0 => return Err(Reason::Ragged),
            Value::Null => out.put_i32(-1),
            value => {
                let start = out.len();
                out.put_i32(0);
                // The elements of an array are all in binary form, which text of these types is not.
                if matches!(value, Value::Text(_)) && is_text_form(Wire::of(element)) {
                    return Err(Reason::Element(value.type_name()));
                }
                encode_value(value, element, out).map_err(|reason| match reason {
                    Reason::Range => Reason::ElementRange(value.type_name()),
                    Reason::Kind => Reason::Element(value.type_name()),
                    other => other,
                })?;
                set_length(start, out)?;
            }
        }
    }
    Ok(())
}
