//! `ForeignKey<T>`.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use embellie_core::field::{FieldKind, FieldType};
use embellie_core::lookup::Lookup;
use embellie_core::{ColumnRef, Error, Path, Result, Value};

use super::KeySlot;
use super::peers::{Found, Key, Object, Wanted, What};
use crate::database::{Executor, Session};
use crate::log::called;
use crate::model::Model;
use crate::query_set::{FetchMode, QuerySet};
use crate::typed::Q;

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
        let key = object.key().and_then(|key| key.encode()).unwrap_or(Value::Null);
        let slot = KeySlot::from_object(key, Arc::new(object.clone()), object.state().is_adding());
        ForeignKey { slot, target: PhantomData }
    }

    /// The primary key of the object that this points at, read or not: Django's `post.author_id`.
    ///
    /// ```
    /// # use blog::Post;
    /// # use embellie::prelude::*;
    /// # async fn example(db: &Database) -> embellie::Result<()> {
    /// for post in &Post::objects().all(db).await? {
    ///     let author: i64 = post.author.key()?;
    ///     println!("{author}: {}", post.title);
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error::Field`] where the key is a value of another field than the primary key, which
    /// [`value`](ForeignKey::value) gives; [`Error::Value`] where it points at an object that has no row yet;
    /// [`Error::Decode`] where it was made of a value that is no key of `T`.
    pub fn key(&self) -> Result<T::Key> {
        if self.slot.target_field().is_some() {
            return Err(Error::Field(format!(
                "The key of this {} is that of another field than its primary key: `value()` gives it.",
                T::LABEL
            )));
        }
        if self.slot.is_unsaved() {
            return Err(Error::Value(format!("The {} that this points at has no row yet: save it first.", T::LABEL)));
        }
        T::Key::decode(self.slot.key().as_column())
    }

    /// The object, when it was read already.
    pub fn cached(&self) -> Option<&T> {
        self.slot.object()
    }

    /// The object: read when it was not before, and then for all rows of the result that this one came with, as their
    /// [`FetchMode`] says. A loop over rows takes one statement for all, not one for each.
    ///
    /// # Errors
    /// [`Error::DoesNotExist`] when there is no row with the key; [`Error::Field`] when the fetch mode forbids reading;
    /// and what the database says.
    #[track_caller]
    pub fn get(&self, db: &dyn Executor) -> impl Future<Output = Result<&T>> {
        called(async move {
            if let Some(object) = self.cached() {
                return Ok(object);
            }
            let missing = || Error::DoesNotExist { model: T::LABEL.to_owned() };
            self.slot.remember(self.read(db.session()).await?.ok_or_else(missing)?);
            self.cached().ok_or_else(missing)
        })
    }

    /// The object: read for all rows that this one came with.
    async fn read(&self, session: Session<'_>) -> Result<Option<Object>> {
        let key = self.slot.key();
        let Some((peers, field)) = self.slot.peers() else {
            return Ok(self.fetch(vec![key.clone()], FetchMode::Peers, session).await?.remove(&Key(key.clone())));
        };
        let wanted = Wanted { what: What::Key(field), tables: &[], typed: true };
        peers.find(wanted, key, session, &mut |keys, mode| Box::pin(self.fetch(keys, mode, session))).await
    }

    /// The place of the field at the other end that the key is a value of.
    fn target_place(&self, session: Session<'_>) -> Result<usize> {
        match self.slot.target_field() {
            Some(place) => Ok(place),
            None => session.database().registry().model(T::LABEL).map(|model| model.primary_key_index()),
        }
    }

    async fn fetch(&self, keys: Vec<Value>, mode: FetchMode, session: Session<'_>) -> Result<Found> {
        let place = self.target_place(session)?;
        let field = session.database().registry().model(T::LABEL)?.fields[place].attname();
        let wanted = Q::from(embellie_core::Q::lookup(Path::new([field]), Lookup::In, Value::List(keys)));
        let rows = QuerySet::<T>::objects().filter(wanted).fetch_mode(mode).ordered(Vec::new());
        let rows = rows.read(rows.checked()?, session).await?;
        rows.into_iter().map(|row| Ok((Key(row.value(place)?), Arc::new(row) as Object))).collect()
    }
}

impl<T> ForeignKey<T> {
    /// Points at the row with this key, in stored form.
    pub fn from_value(key: Value) -> Self {
        ForeignKey { slot: KeySlot::from_key(key), target: PhantomData }
    }

    pub(crate) fn from_slot(slot: KeySlot) -> Self {
        ForeignKey { slot, target: PhantomData }
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
