//! Field types: what a column may hold, and how Rust types map to it.

mod array;
mod key;
mod kind;
mod prepare;
mod range;
mod types;
mod validate;

pub use kind::{FieldKind, RangeKind};
pub use prepare::{json_array, prepare};
pub use types::{ArrayElement, FieldType, Json, RangeElement, SearchVector};
pub(crate) use validate::compile;
pub use validate::{full_clean, validate};
