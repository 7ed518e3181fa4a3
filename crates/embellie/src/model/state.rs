//! What is known of an object's row.

/// What is known of the row that an object stands for: Django's `_state`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    adding: bool,
    /// Fields of a new object that the database fills in.
    left: Vec<usize>,
}

impl State {
    /// The object has no row yet.
    pub const NEW: State = State { adding: true, left: Vec::new() };

    /// The object was read from a row, or written to one.
    pub const SAVED: State = State { adding: false, left: Vec::new() };

    /// Whether the object has no row yet.
    pub fn is_adding(&self) -> bool {
        self.adding
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
