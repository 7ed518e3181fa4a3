//! `ManyToMany<T>`.

use std::fmt;
use std::marker::PhantomData;

use embellie_core::meta::link_name;
use embellie_core::{Result, Value};

use super::peers::{What, used};
use super::{LinkSlot, Related};
use crate::database::Executor;
use crate::log::called;
use crate::model::Model;
use crate::query_set::QuerySet;

/// A relation to several objects of `T` by a table between: Django's `ManyToManyField`.
///
/// The field has no column: it knows whose it is, and reaches the database when one of its methods is awaited.
pub struct ManyToMany<T> {
    pub(crate) slot: LinkSlot,
    target: PhantomData<fn() -> T>,
}

impl<T: Model> ManyToMany<T> {
    /// The objects at the other end, apart from the object whose relation this is.
    pub fn related(&self) -> Related<T> {
        let slot = &self.slot;
        Related::new(link_name(slot.model, slot.name), slot.owner.clone()).with(slot.held.clone(), slot.peers.clone())
    }

    /// The objects at the other end as a query set, to refine.
    pub fn objects(&self) -> QuerySet<T> {
        self.related().objects()
    }

    /// The objects at the other end, when they were read beforehand: see [`QuerySet::prefetch`].
    pub fn cached(&self) -> Option<&[T]> {
        let held = self.slot.held.as_ref()?;
        used(self.slot.peers.as_ref(), || What::Set(self.related().set_name()));
        held.rows()
    }

    /// Reads the objects at the other end, unless they were read beforehand. See [`Related::all`].
    ///
    /// # Errors
    /// When the object whose relation it is has no row, or the database refuses.
    #[track_caller]
    pub fn all(&self, db: &dyn Executor) -> impl Future<Output = Result<Vec<T>>> {
        called(async move { self.related().all(db).await })
    }

    /// Adds objects; those that are there already stay. See [`Related::add`].
    ///
    /// # Errors
    /// When an object has no row, or the database refuses.
    #[track_caller]
    pub fn add(&self, objects: &[&T], db: &dyn Executor) -> impl Future<Output = Result<()>> {
        called(async move { self.related().add(objects, db).await })
    }

    /// Takes objects out; they stay themselves. See [`Related::remove`].
    ///
    /// # Errors
    /// When an object has no row, or the database refuses.
    #[track_caller]
    pub fn remove(&self, objects: &[&T], db: &dyn Executor) -> impl Future<Output = Result<()>> {
        called(async move { self.related().remove(objects, db).await })
    }

    /// Takes all objects out. See [`Related::clear`].
    ///
    /// # Errors
    /// When the object whose relation it is has no row, or the database refuses.
    #[track_caller]
    pub fn clear(&self, db: &dyn Executor) -> impl Future<Output = Result<()>> {
        called(async move { self.related().clear(db).await })
    }

    /// Makes these objects all that there are. See [`Related::set`].
    ///
    /// # Errors
    /// As [`add`](ManyToMany::add) and [`remove`](ManyToMany::remove); nothing is changed then.
    #[track_caller]
    pub fn set(&self, objects: &[&T], db: &dyn Executor) -> impl Future<Output = Result<()>> {
        called(async move { self.related().set(objects, db).await })
    }

    /// Creates an object and adds it. See [`Related::create`].
    ///
    /// # Errors
    /// When the database refuses.
    #[track_caller]
    pub fn create(&self, object: T, db: &dyn Executor) -> impl Future<Output = Result<T>> {
        called(async move { self.related().create(object, db).await })
    }
}

impl<T> ManyToMany<T> {
    /// The relation `name` of the object of `model` whose key is `owner`; null before it has one. For generated code.
    #[doc(hidden)]
    pub fn of(model: &'static str, name: &'static str, owner: Value) -> Self {
        ManyToMany { slot: LinkSlot { model, name, owner, held: None, peers: None }, target: PhantomData }
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
