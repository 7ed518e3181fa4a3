//! What relations hold, without the type at their other end.
//!
//! Models refer to each other in circles. A relation that held its model's type would make the compiler follow those
//! circles to find out whether an object may move to another thread, so what is held is erased.

use std::any::Any;
use std::sync::{Arc, OnceLock};

use embellie_core::Value;

use super::held::Held;
use super::kept::Late;
use super::peers::{Object, Peers, What, used};

/// What a foreign key holds: the key, and the object when it is known.
#[derive(Clone)]
pub struct KeySlot {
    key: Value,
    object: Known,
    /// Whether the object at the other end had no row when it was assigned.
    unsaved: bool,
    /// The place of the field at the other end that the key is a value of; the primary key when `None`.
    to_field: Option<u32>,
    /// The place of its own field, where it came with other rows.
    field: u32,
    /// The rows that it came with.
    peers: Option<Arc<Peers>>,
}

/// The object at the other end.
#[derive(Clone)]
enum Known {
    /// It came with the key.
    Given(Object),
    /// It is made when somebody asks: that of a number.
    Late(Arc<Late>, u32),
    /// It is read when somebody asks.
    Asked(OnceLock<Object>),
}

impl Known {
    fn get(&self) -> Option<&Object> {
        match self {
            Known::Given(object) => Some(object),
            Known::Late(late, number) => late.object(*number as usize),
            Known::Asked(object) => object.get(),
        }
    }

    /// Whether somebody who asks gets it without reading.
    #[inline]
    fn is_there(&self) -> bool {
        match self {
            Known::Given(_) | Known::Late(..) => true,
            Known::Asked(object) => object.get().is_some(),
        }
    }
}

/// The place of a field, as it takes little room: there are never so many.
fn small(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

impl KeySlot {
    /// A slot that knows only the key.
    pub fn from_key(key: Value) -> Self {
        KeySlot { key, object: Known::Asked(OnceLock::new()), unsaved: false, to_field: None, field: 0, peers: None }
    }

    /// A slot that knows the object too: its primary key, and whether it has no row yet.
    pub fn from_object(key: Value, object: Arc<dyn Any + Send + Sync>, unsaved: bool) -> Self {
        KeySlot { key, object: Known::Given(object), unsaved, to_field: None, field: 0, peers: None }
    }

    /// The slot, with a key that is a value of the field at a place of the other end.
    #[must_use]
    pub fn of_field(self, place: Option<usize>) -> Self {
        KeySlot { to_field: place.map(small), ..self }
    }

    /// The place of the field at the other end that the key is a value of; the primary key when `None`.
    pub fn target_field(&self) -> Option<usize> {
        self.to_field.map(|place| place as usize)
    }

    #[inline]
    pub(crate) fn join(&mut self, peers: Arc<Peers>, field: usize) {
        (self.peers, self.field) = (Some(peers), small(field));
    }

    /// The rows that it came with, and the place of its field in them.
    pub(crate) fn peers(&self) -> Option<(&Arc<Peers>, usize)> {
        self.peers.as_ref().map(|peers| (peers, self.field as usize))
    }

    /// The key, as it is stored.
    pub fn key(&self) -> &Value {
        &self.key
    }

    /// Whether the object at the other end had no row when it was assigned.
    pub fn is_unsaved(&self) -> bool {
        self.unsaved
    }

    /// The same, of one that is made when somebody asks: that of a number.
    pub(crate) fn give_late(&mut self, late: &Arc<Late>, number: usize) {
        if !self.knows_object()
            && number < late.len()
            && let Ok(number) = u32::try_from(number)
        {
            self.object = Known::Late(Arc::clone(late), number);
        }
    }

    /// The object, when it is known and of this type.
    pub fn object<T: 'static>(&self) -> Option<&T> {
        let object = self.object.get()?;
        used(self.peers.as_ref(), || What::Key(self.field as usize));
        object.downcast_ref()
    }

    /// Whether the object is known.
    #[inline]
    pub(crate) fn knows_object(&self) -> bool {
        self.object.is_there()
    }

    /// Gives the object away, when it is known.
    pub(crate) fn take_object(&mut self) -> Option<Object> {
        match std::mem::replace(&mut self.object, Known::Asked(OnceLock::new())) {
            Known::Given(object) => Some(object),
            Known::Late(late, number) => late.object(number as usize).cloned(),
            Known::Asked(object) => object.into_inner(),
        }
    }

    /// Takes the object that came with the key; one that is known already stays.
    pub(crate) fn give(&mut self, object: Object) {
        if !self.knows_object() {
            self.object = Known::Given(object);
        }
    }

    /// Remembers the object; one that is known already stays.
    pub fn remember(&self, object: Arc<dyn Any + Send + Sync>) {
        if let Known::Asked(asked) = &self.object {
            let _ = asked.set(object);
        }
    }
}

impl std::fmt::Debug for KeySlot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let known = if self.object.is_there() { ", known" } else { "" };
        write!(f, "{}{known}", self.key)
    }
}

/// What a many-to-many relation holds: whose it is.
#[derive(Clone)]
pub struct LinkSlot {
    /// The model that declares the relation, `app.Model`.
    pub model: &'static str,
    /// The relation's name.
    pub name: &'static str,
    /// The key of the object that the relation belongs to; null before it has one.
    pub owner: Value,
    /// The objects at the other end, when they were read beforehand.
    pub(crate) held: Option<Arc<Held>>,
    /// The rows that its owner came with.
    pub(crate) peers: Option<Arc<Peers>>,
}

impl LinkSlot {
    #[inline]
    pub(crate) fn join(&mut self, peers: Arc<Peers>) {
        self.peers = Some(peers);
    }
}

impl std::fmt::Debug for LinkSlot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{} of {}", self.model, self.name, self.owner)
    }
}

/// Two relations are equal when they are of the same object.
impl PartialEq for LinkSlot {
    fn eq(&self, other: &Self) -> bool {
        (self.model, self.name, &self.owner) == (other.model, other.name, &other.owner)
    }
}
