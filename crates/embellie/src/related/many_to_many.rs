//! `ManyToMany<T>`.

use std::fmt;
use std::marker::PhantomData;

use embellie_core::Value;
use embellie_core::meta::link_name;

use super::{LinkSlot, Related};
use crate::model::Model;

/// A relation to several objects of `T` by a table between: Django's `ManyToManyField`.
///
/// The field has no column: it knows whose it is, and reaches the database when one of its methods is awaited.
pub struct ManyToMany<T> {
    pub(crate) slot: LinkSlot,
    target: PhantomData<fn() -> T>,
}

impl<T: Model> ManyToMany<T> {
    /// The objects at the other end: to read, add, remove and replace.
    pub fn set(&self) -> Related<T> {
        Related::new(link_name(self.slot.model, self.slot.name), self.slot.owner.clone())
    }
}

impl<T> ManyToMany<T> {
    /// The relation `name` of the object of `model` whose key is `owner`; null before it has one. For generated code.
    #[doc(hidden)]
    pub fn of(model: &'static str, name: &'static str, owner: Value) -> Self {
        ManyToMany { slot: LinkSlot { model, name, owner }, target: PhantomData }
    }

    /// The slot, for generated code.
    #[doc(hidden)]
    pub fn slot_mut(&mut self) -> &mut LinkSlot {
        &mut self.slot
    }
}

impl<T> Clone for ManyToMany<T> {
    fn clone(&self) -> Self {
        ManyToMany { slot: self.slot.clone(), target: PhantomData }
    }
}

impl<T> fmt::Debug for ManyToMany<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ManyToMany({}.{})", self.slot.model, self.slot.name)
    }
}

impl<T> PartialEq for ManyToMany<T> {
    fn eq(&self, other: &Self) -> bool {
        self.slot == other.slot
    }
}
