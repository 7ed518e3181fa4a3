//! Django's ORM, in Rust: models declared once, lazy query sets that mean what they mean in Django, related objects
//! without N+1, and transactions that survive a dropped future.
//!
//! ```standalone_crate
//! use embellie::prelude::*;
//!
//! #[model(app = "blog")]
//! pub struct Post {
//!     #[field(max_length = 200)]
//!     pub title: String,
//!     #[field(default = 0)]
//!     pub views: i64,
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> embellie::Result<()> {
//! let db = Database::connect("sqlite::memory:").await?;
//! db.create_tables(&[]).await?;
//! new!(Post { title: "Clouds", views: 3 }).create(&db).await?;
//! let read = Post::objects().filter(q!(title__icontains = "cloud", views__gt = 2)).order_by("-views").all(&db).await?;
//! assert_eq!(read[0].title, "Clouds");
//! # Ok(()) }
//! ```
//!
//! Where to look:
//!
//! - [`model`](macro@model) declares a model, [`new!`] makes an object of it, and [`Model`] says what objects can do.
//! - [`Database`] connects, creates tables and begins transactions ([`Database::atomic`]).
//! - [`QuerySet`] asks: with typed paths (`Post::title.icontains("x")`), with Django's keywords ([`q!`], [`set!`],
//!   [`row!`]) or with text ([`Q::text`]). All make the same query.
//! - [`ForeignKey`], [`OneToOne`], [`ManyToMany`] and [`Related`] lead from object to object.
//! - [`Record`] is an object of a model that has no Rust type; [`Database::objects`] begins its queries.
//! - [`RowStream`] gives the rows of big results one after the other, in little memory.
//! - [`page`] gives rows in pages, by their numbers or by where the last one ended.
//! - [`cache`] keeps what was read until its tables change, and any other values.
//! - [`Cursor`](raw::Cursor) runs SQL that you write, and [`Model::raw`] reads objects with it.
//! - [`log`] is what the database does, seen: N+1, repeated and slow statements; [`profile`] says what could be better.
//! - [`Error`] has Django's exception classes as its variants.
//!
//! Databases are cargo features, `sqlite` and `postgres`, both on by default.

pub mod cache;
mod codec;
pub mod database;
mod declare;
pub mod explain;
#[doc = include_str!("docs/language.md")]
pub mod language {}
pub mod log;
pub mod model;
pub mod page;
pub mod partial;
pub mod profile;
pub mod query_set;
pub mod raw;
pub mod record;
pub mod related;
pub mod stream;
pub mod transaction;
pub mod typed;
pub mod write;

pub use database::{Database, Executor};
pub use embellie_core::{
    ColumnRef, Columns, DatabaseError, Error, Expr, FromColumn, FromRow, IntoParams, OrderBy, Params, Path, Range,
    Registry, Result, ServerInfo, Sql, Value, expr, field, lookup, meta,
};
#[doc = include_str!("docs/choices.md")]
pub use embellie_macros::Choices;
#[doc = include_str!("docs/derive_row.md")]
pub use embellie_macros::Row;
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
pub use partial::Partial;
pub use query_set::{FetchMode, QuerySet};
pub use record::Record;
pub use related::{ForeignKey, ManyToMany, OneToOne, Related};
pub use stream::RowStream;
pub use transaction::Transaction;
pub use typed::{F, Prefetch, Q, Set, Value, function as functions, prefetch_related_objects};

/// What most programs use: `use embellie::prelude::*;`.
pub mod prelude {
    pub use crate::typed::function::{Cast, Coalesce};
    pub use crate::typed::{
        AnyValue, ArrayAgg, ArraySubquery, Avg, BitAnd, BitOr, BitXor, BoolAnd, BoolOr, Case, Corr, Count, CovarPop,
        CovarSample, CumeDist, DenseRank, Exists, FirstValue, JsonArrayAgg, Lag, LastValue, Lead, Max, Min, NthValue,
        Ntile, OuterRef, PercentRank, Rank, RegrAvgX, RegrAvgY, RegrCount, RegrIntercept, RegrR2, RegrSlope, RegrSxx,
        RegrSxy, RegrSyy, RowNumber, Star, StdDev, StdDevSample, StringAgg, Subquery, Sum, Value, Variance,
        VarianceSample,
    };
    pub use crate::{
        Choices, Database, Error, Executor, F, FetchMode, ForeignKey, ManyToMany, Model, OneToOne, Params, Prefetch, Q,
        QuerySet, Related, Row, Set, Transaction, model, new, q, row, set,
    };
    pub use embellie_core::Range;
    pub use embellie_core::field::{FieldType, Json, SearchVector};
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
    pub use crate::query_set::{RowPaths, column};
    pub use crate::related::{ForeignKey, ManyToMany, OneToOne, Step};
    pub use crate::typed::*;
    pub use crate::typed::{check_new, left, required};
    pub use embellie_core as core;
    pub use embellie_core::field::{ArrayElement, FieldKind, FieldType};
    pub use embellie_core::meta;
    pub use inventory;
}
