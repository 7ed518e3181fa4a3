//! What is known of an object's row.

use std::sync::Arc;

use crate::related::{Held, Peers, SetName, Sets};

/// What is known of the row that an object stands for: Django's `_state`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    adding: bool,
    /// Fields of a new object that the database fills in.
    left: Vec<usize>,
    /// The related objects that were read beforehand.
    sets: Sets,
    /// The rows that it came with.
    peers: Company,
}

/// The rows that a row came with, if it came with others: nothing that makes it another row.
#[derive(Clone)]
struct Company(Option<Arc<Peers>>);

impl PartialEq for Company {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Company {}

impl std::fmt::Debug for Company {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_some() { "peers" } else { "alone" })
    }
}

impl State {
    /// The object has no row yet.
    pub const NEW: State = State { adding: true, left: Vec::new(), sets: Sets::NONE, peers: Company(None) };

    /// The object was read from a row, or written to one.
    pub const SAVED: State = State { adding: false, left: Vec::new(), sets: Sets::NONE, peers: Company(None) };

    /// Whether the object has no row yet.
    pub fn is_adding(&self) -> bool {
        self.adding
    }

    /// The object was written to a row. What is known of its relations stays.
    pub(crate) fn saved(&mut self) {
        self.adding = false;
        self.left.clear();
    }

    pub(crate) fn join(&mut self, peers: Arc<Peers>) {
        self.peers = Company(Some(peers));
    }

    /// The rows that the object came with.
    pub(crate) fn peers(&self) -> Option<&Arc<Peers>> {
        self.peers.0.as_ref()
    }

    /// Leaves a field of a new object to the database's default.
    pub fn leave_to_database(&mut self, field: usize) {
        if !self.left.contains(&field) {
            self.left.push(field);
        }
    }

    /// Takes back [`leave_to_database`](State::leave_to_database): the field was given a value.
    pub fn given(&mut self, field: usize) {
        self.left.retain(|left| *left != field);
    }

    /// The related objects of this name, when they were read beforehand.
    pub(crate) fn held(&self, name: &SetName) -> Option<&Arc<Held>> {
        self.sets.get(name)
    }

    /// Keeps related objects.
    pub(crate) fn hold(&mut self, name: SetName, set: Arc<Held>) {
        self.sets.put(name, set);
    }

    /// Whether the database fills in a field.
    pub(crate) fn is_left_to_database(&self, field: usize) -> bool {
        self.left.contains(&field)
    }
}

impl Default for State {
    fn default() -> Self {
        State::NEW
    }
}
