//! The primary keys of objects whose type is not known.

use embellie_core::meta::Model;
use embellie_core::{Result, Value};

use super::Instance;

/// An object's primary key as it is stored: a list for one of several fields.
#[inline]
pub(crate) fn key_of(object: &dyn Instance, model: &Model) -> Result<Value> {
    match model.key_fields() {
        [place] => object.value(*place),
        places => places.iter().map(|&place| object.value(place)).collect::<Result<_>>().map(whole_key),
    }
}

/// The primary key that is made of these values of its fields.
pub(crate) fn whole_key(mut parts: Vec<Value>) -> Value {
    match parts.len() {
        1 => parts.remove(0),
        _ => Value::List(parts),
    }
}

/// Whether a primary key says which row is meant: null does not, nor does 0 where the database counts up.
pub(crate) fn is_set(model: &Model, key: &Value) -> bool {
    match key {
        Value::Null => false,
        Value::Int(0) => !model.primary_key().kind.is_auto(),
        Value::List(parts) => parts.iter().all(|part| !part.is_null()),
        _ => true,
    }
}
