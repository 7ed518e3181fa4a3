//! The SQLite driver of embellie.
//!
//! [`SqliteDriver`] makes connections from [`SqliteOptions`]; everything else is reached through the traits
//! [`Driver`](embellie_core::Driver) and [`Connection`](embellie_core::Connection).
//!
//! ```
//! use embellie_core::{Discard, Driver, Statement};
//! use embellie_sqlite::{SqliteDriver, SqliteOptions};
//!
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! let driver = SqliteDriver::new(SqliteOptions::in_memory());
//! let mut connection = driver.connect().await?;
//! let create = Statement::schema("CREATE TABLE note (id integer PRIMARY KEY, body text)");
//! connection.execute(&create, Box::new(Discard)).await.1?;
//! let insert = Statement::write("INSERT INTO note (body) VALUES (?1)", vec!["hello".into()]);
//! assert_eq!(connection.execute(&insert, Box::new(Discard)).await.1?.rows, 1);
//! # Ok::<(), embellie_core::Error>(())
//! # }).unwrap();
//! ```
//!
//! # Where a statement runs
//!
//! Most statements of SQLite take microseconds, less than a change of threads. A statement is therefore run at once,
//! on the thread that polls the future, and watched: when it takes longer than
//! [`inline_budget`](SqliteOptions::inline_budget),
//!
//! - on tokio's multi-thread runtime the thread leaves the runtime to another one and goes on with the statement;
//! - on its current-thread runtime the statement is given up and started anew on a blocking thread, if it reads or
//!   stands outside a transaction. A write inside a transaction is left to finish, because giving it up would undo
//!   the transaction;
//! - without a runtime it is left to finish.
//!
//! The driver remembers the text of a statement that took too long and starts it on a blocking thread the next time,
//! where it can also be cancelled while it runs. What waits for the disk (a commit, or a write outside a transaction,
//! with [`Synchronous::Full`]) or for another connection's lock is always done there. The lock of another connection is waited for
//! [`busy_timeout`](SqliteOptions::busy_timeout) long.

mod connection;
mod driver;
mod encode;
mod error;
mod functions;
mod open;
mod options;
mod place;
mod row;
mod session;
mod slow;
mod turn;
mod watch;

pub use driver::SqliteDriver;
pub use options::{JournalMode, SqliteOptions, Synchronous, TransactionMode};
