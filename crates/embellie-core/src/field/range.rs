//! Values of range fields.

use std::ops::Bound;

use super::{RangeKind, prepare as prepare_one};
use crate::field::prepare::wrong_type;
use crate::{Error, Range, RangeEnd, Result, Value};

/// The value as a range stores it. Two values in a list are the ends, the second of which is not part of the range, as in
/// Django; a text is a range as the database writes it.
pub(super) fn prepare(of: RangeKind, field: &str, value: Value) -> Result<Value> {
    let range: Range<Value> = match value {
        Value::Range(range) => range.try_map(|end| Ok::<_, Error>(Value::from(end)))?,
        Value::List(ends) => match <[Value; 2]>::try_from(ends) {
            Ok([low, high]) => {
                let low = if low.is_null() { Bound::Unbounded } else { Bound::Included(low) };
                let high = if high.is_null() { Bound::Unbounded } else { Bound::Excluded(high) };
                Range::Between(low, high)
            }
            Err(ends) => {
                return Err(Error::Value(format!(
                    "Field '{field}': a range has two ends, but {} values were given.",
                    ends.len()
                )));
            }
        },
        Value::Text(text) => match parse(&text) {
            Some(range) => range,
            None => {
                return Err(Error::Validation(format!(
                    "Field '{field}': “{text}” is no range; it must be like [1,5), (1,], or empty."
                )));
            }
        },
        other => return wrong_type(field, "a range", &other),
    };
    let range = range.try_map(|end| RangeEnd::try_from(prepare_one(of.ends(), field, end)?))?;
    Ok(Value::Range(Box::new(range)))
}

/// A range as the database writes it: `[1,5)`, `(,"2024-01-01"]`, `empty`.
fn parse(text: &str) -> Option<Range<Value>> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("empty") {
        return Some(Range::Empty);
    }
    let (inner, first, last) = match (text.chars().next()?, text.chars().last()?) {
        (first @ ('[' | '('), last @ (']' | ')')) => (text.get(1..text.len() - 1)?, first, last),
        _ => return None,
    };
    let (low, high) = inner.split_once(',')?;
    let end = |text: &str, included: bool| match text.trim().trim_matches('"') {
        "" => Bound::Unbounded,
        text if included => Bound::Included(Value::from(text)),
        text => Bound::Excluded(Value::from(text)),
    };
    Some(Range::Between(end(low, first == '['), end(high, last == ']')))
}
