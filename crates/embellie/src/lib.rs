//! Django's ORM, in Rust.

pub mod database;
mod declare;
pub mod model;
pub mod query_set;
pub mod record;
pub mod related;
pub mod transaction;
pub mod typed;
pub mod write;

pub use database::{Database, Executor};
pub use embellie_core::{ColumnRef, Error, Registry, Result, Value, field, meta};
#[doc = include_str!("docs/choices.md")]
pub use embellie_macros::Choices;
#[doc = include_str!("docs/model.md")]
pub use embellie_macros::model;
#[doc = include_str!("docs/new.md")]
pub use embellie_macros::new;
#[doc = include_str!("docs/q.md")]
pub use embellie_macros::q;
#[doc = include_str!("docs/row.md")]
pub use embellie_macros::row;
#[doc = include_str!("docs/set.md")]
pub use embellie_macros::set;
pub use model::Model;
pub use query_set::{FetchMode, QuerySet};
pub use record::Record;
pub use related::{ForeignKey, ManyToMany, OneToOne, Related};
pub use transaction::Transaction;
pub use typed::{F, Q, Set};

/// What most programs use: `use embellie::prelude::*;`.
pub mod prelude {
    pub use crate::{
        Choices, Database, Error, Executor, F, FetchMode, ForeignKey, ManyToMany, Model, OneToOne, Q, QuerySet,
        Related, Set, Transaction, model, new, q, row, set,
    };
    pub use embellie_core::field::{FieldType, Json};
    pub use jiff::{SignedDuration, Timestamp, civil};
    pub use rust_decimal::Decimal;
    pub use uuid::Uuid;
}

/// The README, so that its code is compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;

/// What generated code refers to.
#[doc(hidden)]
pub mod __private {
    pub use crate::declare::*;
    pub use crate::model::{Declaration, Instance, Model, RelationSlot, State};
    pub use crate::related::{ForeignKey, ManyToMany, OneToOne};
    pub use crate::typed::*;
    pub use crate::typed::{check_new, left, required};
    pub use embellie_core as core;
    pub use embellie_core::field::{FieldKind, FieldType};
    pub use embellie_core::meta;
    pub use inventory;
}
