//! What is known of an object's row.

/// What is known of the row that an object stands for: Django's `_state`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct State {
    adding: bool,
}

impl State {
    /// The object has no row yet.
    pub const NEW: State = State { adding: true };

    /// The object was read from a row, or written to one.
    pub const SAVED: State = State { adding: false };

    /// Whether the object has no row yet.
    pub fn is_adding(&self) -> bool {
        self.adding
    }
}

impl Default for State {
    fn default() -> Self {
        State::NEW
    }
}
