//! Arrays: the server's binary form as a list that is read element by element.
//!
//! After a head come, for each dimension, its length and its lowest index, and then the elements, each after its length.

use embellie_core::{ColumnRef, DecodeList, Error, ListRef};
use postgres_types::Type;

use super::{Column, Unreadable, array, decode as decode_column};

/// How many dimensions there are, whether there are nulls, and the type of the elements.
const HEAD: usize = 12;
/// The length of a dimension and its lowest index.
const DIMENSION: usize = 8;

/// What an array holds.
#[derive(Debug)]
pub(crate) struct Elements {
    column: Column,
    /// The column's name, for messages.
    name: Box<str>,
    /// The name of the type of the elements.
    ty: Box<str>,
}

impl Elements {
    pub(super) fn new(ty: &Type, name: &str, stored: bool) -> Self {
        Elements { column: Column::of_type(ty, name, stored), name: name.into(), ty: ty.name().into() }
    }

    fn explain(&self, unreadable: Unreadable) -> Error {
        unreadable.explain(&self.name, &self.ty)
    }
}

pub(super) fn decode<'a>(elements: Option<&'a Elements>, bytes: &'a [u8]) -> Result<ColumnRef<'a>, Unreadable> {
    let decoder = elements.ok_or(Unreadable::Type)?;
    let (head, rest) = bytes.split_at_checked(HEAD).ok_or(Unreadable::Malformed)?;
    let [a, b, c, d, ..] = head else { return Err(Unreadable::Malformed) };
    let dimensions = usize::try_from(i32::from_be_bytes([*a, *b, *c, *d])).map_err(|_| Unreadable::Malformed)?;
    let size = dimensions.checked_mul(DIMENSION).ok_or(Unreadable::Malformed)?;
    let (shape, rest) = rest.split_at_checked(size).ok_or(Unreadable::Malformed)?;
    Ok(ColumnRef::List(ListRef::encoded(shape, rest, decoder)))
}

impl DecodeList for Elements {
    fn each<'a>(
        &'a self,
        shape: &'a [u8],
        elements: &'a [u8],
        visit: &mut dyn FnMut(ColumnRef<'a>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let Some((length, inner)) = dimension(shape).map_err(|e| self.explain(e))? else { return Ok(()) };
        let mut rest = elements;
        for _ in 0..length {
            let element = if inner.is_empty() {
                match next(&mut rest).map_err(|e| self.explain(e))? {
                    Some(bytes) => decode_column(&self.column, bytes).map_err(|e| self.explain(e))?,
                    None => ColumnRef::Null,
                }
            } else {
                let part = take(&mut rest, inner).map_err(|e| self.explain(e))?;
                ColumnRef::List(ListRef::encoded(inner, part, self))
            };
            visit(element)?;
        }
        Ok(())
    }
}

/// The length of the first dimension, and the dimensions inside it.
fn dimension(shape: &[u8]) -> Result<Option<(usize, &[u8])>, Unreadable> {
    let Some((first, inner)) = shape.split_at_checked(DIMENSION) else { return Ok(None) };
    let length = first.get(..4).ok_or(Unreadable::Malformed)?;
    let length = usize::try_from(i32::from_be_bytes(array(length)?)).map_err(|_| Unreadable::Malformed)?;
    Ok(Some((length, inner)))
}

/// The next element's bytes; `None` for a null.
fn next<'a>(rest: &mut &'a [u8]) -> Result<Option<&'a [u8]>, Unreadable> {
    let (length, after) = rest.split_at_checked(4).ok_or(Unreadable::Malformed)?;
    let length = i32::from_be_bytes(array(length)?);
    if length < 0 {
        *rest = after;
        return Ok(None);
    }
    let length = usize::try_from(length).map_err(|_| Unreadable::Malformed)?;
    let (element, after) = after.split_at_checked(length).ok_or(Unreadable::Malformed)?;
    *rest = after;
    Ok(Some(element))
}

/// The elements of one list of the inner dimensions, none of which is empty.
fn take<'a>(rest: &mut &'a [u8], inner: &[u8]) -> Result<&'a [u8], Unreadable> {
    let (whole, mut shape, mut count) = (*rest, inner, 1usize);
    while let Some((length, deeper)) = dimension(shape)? {
        count = count.checked_mul(length).ok_or(Unreadable::Malformed)?;
        shape = deeper;
    }
    if count == 0 {
        return Err(Unreadable::Malformed);
    }
    for _ in 0..count {
        next(rest)?;
    }
    whole.get(..whole.len() - rest.len()).ok_or(Unreadable::Malformed)
}

#[cfg(test)]
mod tests {
    use embellie_core::{ColumnRef, FromColumn, Value};
    use postgres_types::Type;
    use proptest::prelude::*;

    use super::Elements;

    /// An array of small numbers, with as many dimensions as it says.
    fn array() -> impl Strategy<Value = Vec<u8>> {
        let dimension = prop_oneof![0i32..4, Just(-1), Just(i32::MAX)];
        let dimensions = prop::collection::vec(dimension, 0..4);
        let element =
            prop_oneof![Just(vec![255; 4]), any::<i16>().prop_map(|n| [&[0, 0, 0, 2][..], &n.to_be_bytes()].concat())];
        (dimensions, prop::collection::vec(element, 0..30), 0usize..3).prop_map(|(dimensions, elements, cut)| {
            let mut bytes = [(dimensions.len() as i32).to_be_bytes(), [0; 4], 21i32.to_be_bytes()].concat();
            dimensions.iter().for_each(|length| bytes.extend([length.to_be_bytes(), 1i32.to_be_bytes()].concat()));
            bytes.extend(elements.concat());
            bytes.truncate(bytes.len() - cut.min(bytes.len()));
            bytes
        })
    }

    fn count(value: &Value) -> usize {
        match value {
            Value::List(values) => values.iter().map(count).sum(),
            _ => 1,
        }
    }

    proptest! {
        /// Whatever comes, it is read to its end or refused.
        #[test]
        fn damaged_arrays_are_errors(bytes in prop_oneof![array(), prop::collection::vec(any::<u8>(), 0..40)]) {
            let elements = Elements::new(&Type::INT2, "numbers", false);
            let Ok(column @ ColumnRef::List(_)) = super::decode(Some(&elements), &bytes) else { return Ok(()) };
            if let Ok(value) = Value::from_column(column) {
                prop_assert!(count(&value) <= bytes.len() / 4);
            }
        }
    }
}
