//! The data of embellie: models, expressions, lookups, queries and values.
//!
//! Nothing here does I/O or depends on a runtime.

mod driver;
mod error;
mod row;
mod value;

pub mod field;
pub mod meta;

pub use driver::{BoxFuture, Connection, Control, Driver, Effect, Outcome, ServerInfo, Statement};
pub use error::{DatabaseError, Error, Result, did_you_mean};
pub use row::{ColumnRef, Discard, FromColumn, Row, RowSink};
pub use value::Value;
