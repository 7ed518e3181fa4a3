//! Foreign keys to a field that is not the primary key: Django's `to_field`.

use embellie_core::field::FieldType;
use embellie_core::{ColumnRef, Result, Value};

use super::Reader;
use crate::model::Model;
use crate::related::{ForeignKey, OneToOne};
use crate::typed::KeyOf;

/// A field that points at an object of `To`: a foreign key or one-to-one field, nullable or not.
pub trait Pointer<To>: Sized {
    /// The foreign key, unless the field is null.
    fn pointer(&self) -> Option<&ForeignKey<To>>;

    /// The field with a key in stored form: a value of the field at this place at the other end, or of its primary key.
    fn pointing_at(key: Value, place: Option<usize>) -> Self;

    /// The null field, if it may be null.
    fn null() -> Option<Self> {
        None
    }
}

impl<To> Pointer<To> for ForeignKey<To> {
    fn pointer(&self) -> Option<&ForeignKey<To>> {
        Some(self)
    }

    fn pointing_at(key: Value, place: Option<usize>) -> Self {
        ForeignKey::from_value_of(key, place)
    }
}

impl<To> Pointer<To> for OneToOne<To> {
    fn pointer(&self) -> Option<&ForeignKey<To>> {
        Some(self)
    }

    fn pointing_at(key: Value, place: Option<usize>) -> Self {
        ForeignKey::from_value_of(key, place).into()
    }
}

impl<To, F: Pointer<To>> Pointer<To> for Option<F> {
    fn pointer(&self) -> Option<&ForeignKey<To>> {
        self.as_ref().and_then(F::pointer)
    }

    fn pointing_at(key: Value, place: Option<usize>) -> Self {
        Some(F::pointing_at(key, place))
    }

    fn null() -> Option<Self> {
        Some(None)
    }
}

/// The stored form of a foreign key to the field that `K` tells: that of the object it holds, or the key it has.
///
/// # Errors
/// When the value cannot be stored.
pub fn encode_to<K: KeyOf<To>, To: Model, F: Pointer<To>>(field: &F) -> Result<Value> {
    let Some(key) = field.pointer() else { return Ok(Value::Null) };
    match (key.cached(), K::PLACE) {
        (Some(object), Some(place)) => object.value(place),
        _ => Ok(key.value().clone()),
    }
}

/// Sets a foreign key to the field that `K` tells from a column.
///
/// # Errors
/// When the column holds what the field cannot.
pub fn decode_to<K: KeyOf<To>, To, F: Pointer<To>>(field: &mut F, column: ColumnRef<'_>) -> Result<()> {
    *field = read_to::<K, To, F>(column)?;
    Ok(())
}

fn read_to<K: KeyOf<To>, To, F: Pointer<To>>(column: ColumnRef<'_>) -> Result<F> {
    match (column, F::null()) {
        (ColumnRef::Null, Some(null)) => Ok(null),
        _ => K::Key::decode(column)?.encode().map(|key| F::pointing_at(key, K::PLACE)),
    }
}

impl Reader<'_> {
    /// The foreign key at a place of the model, to the field that `K` tells.
    ///
    /// # Errors
    /// When the column holds what the field cannot.
    pub fn get_to<K: KeyOf<To>, To, F: Pointer<To>>(&self, place: usize) -> Result<F> {
        self.read(place, read_to::<K, To, F>)
    }
}
