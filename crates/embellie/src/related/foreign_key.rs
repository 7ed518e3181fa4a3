//! `ForeignKey<T>`.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use embellie_core::field::{FieldKind, FieldType};
use embellie_core::{ColumnRef, FromColumn, Result, Value};

use super::KeySlot;
use crate::model::Model;

/// A field that points at an object of `T`: Django's `ForeignKey`. `Option<ForeignKey<T>>` may be null.
///
/// It always holds the key; the object itself is read when [`get`](ForeignKey::get) is awaited.
pub struct ForeignKey<T> {
    pub(crate) slot: KeySlot,
    target: PhantomData<fn() -> T>,
}

/// A field that holds a foreign key, nullable or not: how the runtime reaches its slot.
pub trait KeyField {
    /// The slot, unless the field is null.
    fn slot_mut(&mut self) -> Option<&mut KeySlot>;
}

impl<T: Model> ForeignKey<T> {
    /// Points at the row with this key, read or not.
    ///
    /// # Errors
    /// When the key cannot be stored.
    pub fn to_key(key: &T::Key) -> Result<Self> {
        key.encode().map(Self::from_value)
    }

    /// Points at an object, which is remembered. The object's row must exist when this one is saved.
    pub fn to(object: &T) -> Self {
        // A key that cannot be stored is found again, with its error, when the object itself is saved.
        let key = object.key().encode().unwrap_or(Value::Null);
        let slot = KeySlot::from_object(key, Arc::new(object.clone()), object.state().is_adding());
        ForeignKey { slot, target: PhantomData }
    }

    /// The object, when it was read already.
    pub fn cached(&self) -> Option<&T> {
        self.slot.object()
    }
}

impl<T> ForeignKey<T> {
    /// Points at the row with this key, in stored form.
    pub fn from_value(key: Value) -> Self {
        ForeignKey { slot: KeySlot::from_key(key), target: PhantomData }
    }

    /// The key, in stored form.
    pub fn value(&self) -> &Value {
        self.slot.key()
    }
}

impl<T: Model> FieldType for ForeignKey<T> {
    const KIND: FieldKind = FieldKind::ForeignKey;

    fn encode(&self) -> Result<Value> {
        Ok(self.slot.key().clone())
    }

    fn decode(column: ColumnRef<'_>) -> Result<Self> {
        T::Key::decode(column)?.encode().map(Self::from_value)
    }
}

/// Reads a foreign key to a field that is not the primary key, whose type is not known here.
#[doc(hidden)]
pub fn decode_to_field<T>(column: ColumnRef<'_>) -> Result<ForeignKey<T>> {
    Value::from_column(column).map(ForeignKey::from_value)
}

impl<T: Model> From<&T> for ForeignKey<T> {
    fn from(object: &T) -> Self {
        ForeignKey::to(object)
    }
}

impl<T> KeyField for ForeignKey<T> {
    fn slot_mut(&mut self) -> Option<&mut KeySlot> {
        Some(&mut self.slot)
    }
}

impl<F: KeyField> KeyField for Option<F> {
    fn slot_mut(&mut self) -> Option<&mut KeySlot> {
        self.as_mut().and_then(KeyField::slot_mut)
    }
}

impl<T> Clone for ForeignKey<T> {
    fn clone(&self) -> Self {
        ForeignKey { slot: self.slot.clone(), target: PhantomData }
    }
}

impl<T> fmt::Debug for ForeignKey<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ForeignKey({:?})", self.slot)
    }
}

/// Two foreign keys are equal when their keys are.
impl<T> PartialEq for ForeignKey<T> {
    fn eq(&self, other: &Self) -> bool {
        self.slot.key() == other.slot.key()
    }
}
