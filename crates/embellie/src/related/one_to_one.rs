//! `OneToOne<T>`.

use std::fmt;
use std::ops::Deref;

use embellie_core::field::{FieldKind, FieldType};
use embellie_core::{ColumnRef, Result, Value};

use super::{ForeignKey, KeyField, KeySlot};
use crate::model::Model;

/// A foreign key that at most one object of this model has: Django's `OneToOneField`.
///
/// It does all that a [`ForeignKey`] does; the way back leads to one object instead of several.
pub struct OneToOne<T>(ForeignKey<T>);

impl<T: Model> OneToOne<T> {
    /// Points at an object, which is remembered.
    pub fn to(object: &T) -> Self {
        OneToOne(ForeignKey::to(object))
    }
}

impl<T> OneToOne<T> {
    /// Points at the row with this key, in stored form.
    pub fn from_value(key: Value) -> Self {
        OneToOne(ForeignKey::from_value(key))
    }
}

impl<T> Deref for OneToOne<T> {
    type Target = ForeignKey<T>;

    fn deref(&self) -> &ForeignKey<T> {
        &self.0
    }
}

impl<T: Model> FieldType for OneToOne<T> {
    const KIND: FieldKind = FieldKind::ForeignKey;

    fn encode(&self) -> Result<Value> {
        self.0.encode()
    }

    fn decode(column: ColumnRef<'_>) -> Result<Self> {
        ForeignKey::decode(column).map(OneToOne)
    }
}

impl<T> From<ForeignKey<T>> for OneToOne<T> {
    fn from(key: ForeignKey<T>) -> Self {
        OneToOne(key)
    }
}

impl<T: Model> From<&T> for OneToOne<T> {
    fn from(object: &T) -> Self {
        OneToOne::to(object)
    }
}

impl<T> KeyField for OneToOne<T> {
    fn slot_mut(&mut self) -> Option<&mut KeySlot> {
        self.0.slot_mut()
    }
}

impl<T> Clone for OneToOne<T> {
    fn clone(&self) -> Self {
        OneToOne(self.0.clone())
    }
}

impl<T> fmt::Debug for OneToOne<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OneToOne({:?})", self.0.slot)
    }
}

impl<T> PartialEq for OneToOne<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
