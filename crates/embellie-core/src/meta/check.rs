//! System checks: what is wrong with a set of models, found before any I/O.

use std::fmt;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Works, but is likely a mistake.
    Warning,
    /// Cannot work.
    Error,
}

/// One finding of the system checks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckMessage {
    /// How bad it is.
    pub level: Level,
    /// Django's id where it has one (`fields.E304`), one that starts with `embellie.` otherwise.
    pub id: &'static str,
    /// What it is about: `blog.Post.author`.
    pub object: String,
    /// What is wrong.
    pub message: String,
    /// What would be right.
    pub hint: String,
}

impl fmt::Display for CheckMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ({}) {}", self.object, self.id, self.message)?;
        if self.hint.is_empty() { Ok(()) } else { write!(f, " {}", self.hint) }
    }
}

/// All findings of the system checks on linked models.
pub(crate) fn run(_registry: &super::Registry) -> Vec<CheckMessage> {
    Vec::new()
}
