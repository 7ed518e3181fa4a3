//! Statements: assignments, loops, functions and what Python has around queries, so that a snippet of a Django project
//! runs as it stands.
//!
//! What names hold here is shared, as in Python: a list that is appended to is appended to for all that hold it, an
//! object that is changed is changed in the list that it came from. `shared` has these values; what goes into a query
//! is taken apart from them first.

mod arithmetic;
mod assign;
mod builtin;
mod compare;
mod cursor;
mod execute;
mod expression;
mod format;
mod function;
mod key;
mod meta;
mod methods;
mod module;
mod run;
mod session;
mod shared;
mod show;
mod thing;

pub use run::Limits;
pub use session::{Failure, Session};
pub use shared::Shared;
pub use show::{repr, text};

pub(crate) use run::Run;

/// Whether a name stands for something without an import: a function of Python's, say.
pub(crate) fn is_known(name: &str) -> bool {
    module::known(name).is_some()
}

/// The functions of Python that need no import.
pub(crate) fn builtins() -> impl Iterator<Item = &'static str> {
    builtin::NAMES.iter().copied()
}
