//! Django's ORM, in Rust.

mod declare;
pub mod model;
pub mod query_set;
pub mod related;
pub mod typed;

pub use embellie_core::{Error, Registry, Result, Value};
pub use embellie_macros::{Choices, model, new, q, row, set};
pub use model::Model;
pub use related::{ForeignKey, ManyToMany, OneToOne};
pub use typed::{F, Q, Set};

/// What generated code refers to.
#[doc(hidden)]
pub mod __private {
    pub use crate::declare::*;
    pub use crate::model::{Declaration, Instance, Model, RelationSlot, State};
    pub use crate::related::foreign_key::decode_to_field;
    pub use crate::related::{ForeignKey, ManyToMany, OneToOne};
    pub use crate::typed::*;
    pub use crate::typed::{check_new, left, required};
    pub use embellie_core as core;
    pub use embellie_core::field::{FieldKind, FieldType};
    pub use embellie_core::meta;
    pub use inventory;
}
