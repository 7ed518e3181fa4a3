//! Query sets: lazy, cloneable, typed by what their rows are.

mod selection;

pub use selection::{Selection, Whole};
