//! What is asked of an array and of each of its items.

use super::{FieldKind, FieldMeta, built_in, plural};
use crate::Value;

pub(super) fn items(field: &FieldMeta, base: FieldKind, values: &[Value], messages: &mut Vec<String>) {
    for (place, value) in values.iter().enumerate().filter(|(_, value)| !value.is_null()) {
        let mut wrong = Vec::new();
        built_in(&FieldMeta { size: None, ..field.clone() }, base, value, &mut wrong);
        let place = place + 1;
        messages.extend(wrong.into_iter().map(|why| format!("Item {place} in the array did not validate: {why}")));
    }
    if let Some(limit) = field.size
        && values.len() > limit as usize
    {
        let (count, items) = (values.len(), plural(limit, "item"));
        messages.push(format!("List contains {count} {items}, it should contain no more than {limit}."));
    }
}
