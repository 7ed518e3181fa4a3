//! Field types: what a column may hold, and how Rust types map to it.

mod kind;
mod types;

pub use kind::FieldKind;
pub use types::{FieldType, Json};
