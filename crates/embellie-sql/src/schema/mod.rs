//! Models as tables: the statements that create and drop them, as Django's schema editor writes them.

mod names;

pub use names::{constraint_name, index_name};
