//! The data of embellie: models, expressions, lookups, queries and values.
//!
//! Nothing here does I/O or depends on a runtime. A query is built as plain data ([`Query`]), turned into SQL by
//! `embellie-sql`, and run by a driver that sees only a [`Statement`].

mod driver;
mod error;
mod range;
mod raw;
mod row;
mod value;

pub mod expr;
pub mod field;
pub mod json;
pub mod lookup;
pub mod meta;
pub mod query;
pub mod regex;

pub use driver::{
    BoxFuture, Connection, Control, CopySink, CopySource, Driver, Effect, Endpoint, Executed, Identity, Outcome,
    ServerInfo, Statement,
};
pub use error::{DatabaseError, Error, Result, did_you_mean};
pub use expr::{Expr, Nulls, OrderBy, Path};
pub use meta::Registry;
pub use query::{Q, Query};
pub use range::{Range, RangeEnd};
pub use raw::{IntoParams, Params, Sql};
pub use row::{
    ColumnRef, Columns, DecodeList, Discard, Element, FromColumn, FromRow, Header, ListRef, Row, RowSink, each_element,
};
pub use value::Value;
