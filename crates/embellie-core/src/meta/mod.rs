//! Metadata: what the models are, wherever they come from.
//!
//! A [`ModelMeta`] is a declaration, made by a macro, a reader of `models.py`, introspection or by hand. A
//! [`Registry`] links declarations to each other: names to members, relations to models.

mod check;
mod field;
mod index;
mod link;
mod model;
mod names;
mod registry;
mod relation;
mod virtual_relation;

pub use check::{CheckMessage, Level};
pub use field::{Choice, Default, FieldMeta, Generated, Validator};
pub use index::{ConstraintMeta, Deferrable, IndexKind, IndexMeta, IndexTerm};
pub use link::{Along, ContentType, End, Hop, ManyToMany, Member, Model, ModelId, Relation, Reverse, ReverseSource};
pub use model::ModelMeta;
pub use names::link_name;
pub use registry::{Registry, RegistryBuilder};
pub use relation::{ForeignKeyMeta, ManyToManyMeta, OnDelete, RelationBy, RelationMeta};
