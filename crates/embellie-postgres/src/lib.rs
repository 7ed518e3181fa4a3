//! The PostgreSQL driver of embellie, for PostgreSQL 13 and newer.
//!
//! [`PostgresDriver`] makes connections from [`PostgresOptions`]; everything else is reached through the traits
//! [`Driver`](embellie_core::Driver) and [`Connection`](embellie_core::Connection).
//!
//! ```no_run
//! use embellie_core::{Discard, Driver, Statement, Value};
//! use embellie_postgres::{PostgresDriver, PostgresOptions};
//!
//! # async fn run() -> Result<(), embellie_core::Error> {
//! let options: PostgresOptions = "postgres://ann:secret@localhost/shop".parse()?;
//! let mut connection = PostgresDriver::new(options).connect().await?;
//! let update = Statement::write("UPDATE note SET body = $1 WHERE id = ANY($2)", vec![
//!     "hello".into(),
//!     Value::List(vec![1.into(), 2.into()]),
//! ]);
//! let (_, outcome) = connection.execute(&update, Box::new(Discard)).await;
//! println!("{} rows", outcome?.rows);
//! # Ok(())
//! # }
//! ```
//!
//! # Statements
//!
//! Each connection prepares a statement once and keeps it, up to
//! [`statement_cache`](PostgresOptions::statement_cache) of them. The server finds the type of each placeholder from
//! its place, and each parameter is sent in that type's binary form: an integer as `int2`, `int8` or `numeric`, text
//! as `varchar` or an enum, a list as an array. What does not fit is an [`Error::Data`](embellie_core::Error::Data)
//! before anything is sent.
//!
//! Columns come in the binary form of their types, arrays as lists of what they hold. What has no counterpart among
//! [`Value`](embellie_core::Value)s (a range, a point, a composite type) comes as the server's own text of it.
//!
//! Several statements ([`Connection::execute_all`](embellie_core::Connection::execute_all)) are sent together and waited for
//! once.
//!
//! # Transactions
//!
//! [`Control::Begin`](embellie_core::Control::Begin) and [`Control::Savepoint`](embellie_core::Control::Savepoint) send
//! nothing by themselves: they go with the next statement, which takes no longer for it. A transaction without a statement
//! is never sent.
//!
//! # Cursors
//!
//! [`Connection::open_cursor`](embellie_core::Connection::open_cursor) declares a cursor of the server's and each fetch
//! takes a chunk of its rows, so that neither side holds more than that. A cursor stands in a transaction: it is not
//! declared `WITH HOLD`, for which the server would first compute and store all rows.
//!
//! # Futures that are dropped
//!
//! A future may be dropped at any point. What was begun by then goes on at the server until the connection is used
//! again, if it has been sent: the next statement waits for it, while [`Connection::reset`](embellie_core::Connection::reset) and a
//! rollback cancel it.

mod cache;
mod calendar;
mod cancel;
mod connection;
mod decode;
mod driver;
mod encode;
mod error;
mod link;
mod options;
mod readable;
mod row;
mod socket;
mod tls;
mod transaction;
mod types;
mod wire;

pub use driver::PostgresDriver;
pub use options::{PostgresOptions, TlsMode};
