//! Metadata: what the models are.

mod check;

pub use check::{CheckMessage, Level};
