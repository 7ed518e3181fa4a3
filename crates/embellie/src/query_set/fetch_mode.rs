//! How related objects are read on first access.

/// How the relations of a query set's rows are read on first access: Django 6.1's fetch modes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum FetchMode {
    /// For all rows of the result at once: a loop takes two statements, however long it is.
    #[default]
    Peers,
    /// For the one row alone.
    One,
    /// Not at all: an access to what was not read is an error that says what to add.
    Raise,
}
