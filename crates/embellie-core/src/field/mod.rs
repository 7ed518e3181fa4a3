//! Field types: what a column may hold, and how Rust types map to it.

mod key;
mod kind;
mod prepare;
mod types;
mod validate;

pub use kind::FieldKind;
pub use prepare::{json_array, prepare};
pub use types::{FieldType, Json};
pub(crate) use validate::compile;
pub use validate::{full_clean, validate};
