//! What is known of an object's row.

use std::sync::Arc;

use crate::related::{Held, KeptRow, Peers, SetName, Sets};

/// What is known of the row that an object stands for: Django's `_state`.
#[derive(Debug, Clone)]
pub struct State {
    adding: bool,
    /// The rows that it came with.
    peers: Company,
    /// What most objects have nothing of.
    more: Option<Box<More>>,
}

/// What is known of few objects.
#[derive(Debug, Clone, Default)]
struct More {
    /// Fields that the object has no value for: of a new one, those that the database fills in; of one that was read, those
    /// that were not read with it.
    lacks: Vec<usize>,
    /// The related objects that were read beforehand.
    sets: Sets,
    /// The row, while others are read that point back at it.
    kept: Option<KeptRow>,
}

/// Which rows it came with, and which related objects are known, makes an object no other.
impl PartialEq for State {
    fn eq(&self, other: &Self) -> bool {
        (self.adding, self.lacks()) == (other.adding, other.lacks())
    }
}

impl Eq for State {}

/// The rows that a row came with, if it came with others.
#[derive(Clone)]
struct Company(Option<Arc<Peers>>);

impl std::fmt::Debug for Company {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_some() { "peers" } else { "alone" })
    }
}

impl State {
    /// The object has no row yet.
    pub const NEW: State = State { adding: true, peers: Company(None), more: None };

    /// The object was read from a row, or written to one.
    pub const SAVED: State = State { adding: false, peers: Company(None), more: None };

    /// Whether the object has no row yet.
    pub fn is_adding(&self) -> bool {
        self.adding
    }

    /// The object was written to a row. What is known of its relations stays.
    pub(crate) fn saved(&mut self) {
        if self.adding
            && let Some(more) = &mut self.more
        {
            more.lacks.clear();
        }
        self.adding = false;
    }

    /// The object's row was deleted.
    pub(crate) fn deleted(&mut self) {
        if let Some(more) = &mut self.more {
            more.sets = Sets::default();
        }
        *self = State { more: self.more.take(), ..State::NEW };
    }

    /// The fields that the object has no value for.
    fn lacks(&self) -> &[usize] {
        self.more.as_ref().map_or(&[], |more| &more.lacks)
    }

    fn more(&mut self) -> &mut More {
        self.more.get_or_insert_default()
    }

    #[inline]
    pub(crate) fn join(&mut self, peers: Arc<Peers>) {
        self.peers = Company(Some(peers));
    }

    /// The rows that the object came with.
    pub(crate) fn peers(&self) -> Option<&Arc<Peers>> {
        self.peers.0.as_ref()
    }

    /// The row, as it was read just now.
    pub(crate) fn kept(&self) -> Option<&KeptRow> {
        self.more.as_ref()?.kept.as_ref()
    }

    pub(crate) fn keep(&mut self, row: Option<KeptRow>) {
        if row.is_some() || self.kept().is_some() {
            self.more().kept = row;
        }
    }

    /// Leaves a field of a new object to the database's default.
    pub fn leave_to_database(&mut self, field: usize) {
        self.lack(field);
    }

    /// The object has no value for a field.
    pub(crate) fn lack(&mut self, field: usize) {
        if !self.lacks().contains(&field) {
            self.more().lacks.push(field);
        }
    }

    /// Whether a field was not read with the object.
    pub(crate) fn is_deferred(&self, field: usize) -> bool {
        !self.adding && self.lacks().contains(&field)
    }

    /// Whether some field was not read with the object.
    pub(crate) fn has_deferred(&self) -> bool {
        !self.adding && !self.lacks().is_empty()
    }

    /// Takes back [`leave_to_database`](State::leave_to_database): the field was given a value.
    pub fn given(&mut self, field: usize) {
        if let Some(more) = &mut self.more {
            more.lacks.retain(|lacked| *lacked != field);
        }
    }

    /// The related objects of this name, when they were read beforehand.
    pub(crate) fn held(&self, name: &SetName) -> Option<&Arc<Held>> {
        self.more.as_ref()?.sets.get(name)
    }

    /// Keeps related objects.
    pub(crate) fn hold(&mut self, name: Arc<SetName>, set: Arc<Held>) {
        self.more().sets.put(name, set);
    }

    /// Whether the database fills in a field.
    pub(crate) fn is_left_to_database(&self, field: usize) -> bool {
        self.lacks().contains(&field)
    }
}

impl Default for State {
    fn default() -> Self {
        State::NEW
    }
}
