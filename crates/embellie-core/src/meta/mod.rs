//! Metadata: what the models are, wherever they come from.
//!
//! A [`ModelMeta`] is a declaration, made by a macro, a reader of `models.py`, introspection or by hand. A
//! [`Registry`] links declarations to each other: names to members, relations to models.

mod check;
mod field;
mod index;
mod link;
mod model;
mod registry;
mod relation;

pub use check::{CheckMessage, Level};
pub use field::{Choice, Default, FieldMeta, Generated, Validator};
pub use index::{ConstraintMeta, Deferrable, IndexKind, IndexMeta, IndexTerm};
pub use link::{Hop, ManyToMany, Member, Model, ModelId, Reverse, ReverseSource};
pub use model::ModelMeta;
pub use registry::{Registry, RegistryBuilder, link_name};
pub use relation::{ForeignKeyMeta, ManyToManyMeta, OnDelete};
