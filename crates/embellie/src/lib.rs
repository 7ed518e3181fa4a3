//! Django's ORM, in Rust.

pub mod model;
pub mod query_set;
pub mod related;

pub use embellie_core::{Error, Registry, Result, Value};
pub use model::Model;
pub use related::{ForeignKey, ManyToMany, OneToOne};

/// What generated code refers to.
#[doc(hidden)]
pub mod __private {
    pub use crate::related::foreign_key::decode_to_field;
    pub use embellie_core;
    pub use inventory;
}
