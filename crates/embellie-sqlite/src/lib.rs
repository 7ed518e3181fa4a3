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
//! where it can also be cancelled while it runs. What waits for the disk (a commit, or a write outside a
//! transaction, with [`Synchronous::Full`]), what changes the schema, and what waits for another connection's lock is
//! done there too. A lock is waited for [`busy_timeout`](SqliteOptions::busy_timeout) long.
//!
//! Reads that come together ([`execute_all`](embellie_core::Connection::execute_all)) are one transaction, and see one
//! state of the database: its file is locked once.
//!
//! A future that is dropped leaves its statement to be stopped by
//! [`reset`](embellie_core::Connection::reset), which also rolls back what was left open. A commit that is under way
//! when its future is dropped may or may not happen; nothing happens by half.
//!
//! # Cursors
//!
//! The rows of [`open_cursor`](embellie_core::Connection::open_cursor) are read chunk by chunk, by a statement that is
//! suspended in between. As long as a connection has cursors, all of its work is done on a thread of its own, which
//! sleeps while nobody asks for rows.
//!
//! A suspended statement keeps its state of the database in sight. With the write-ahead log, the default, others go on
//! writing; the log grows until the cursor is closed. With another [`journal_mode`](SqliteOptions::journal_mode), they
//! wait for it, and give up after their [`busy_timeout`](SqliteOptions::busy_timeout).
//!
//! # Transactions
//!
//! A transaction begins with `BEGIN IMMEDIATE`, unless [`transaction_mode`](SqliteOptions::transaction_mode) says
//! otherwise: it waits for the write lock at its start. With Django's default, `DEFERRED`, a transaction that reads
//! and then writes fails at once, whatever the time-out, when another one has written in between. The price is that
//! transactions that only read wait for each other; reads outside transactions never wait.
//!
//! Some errors, such as a full disk, make SQLite end the transaction by itself. Statements meant for it are then
//! refused until it is rolled back, instead of being done outside it.
//!
//! # Memory
//!
//! Unless the program has used SQLite before, the first connection has it not count the memory that it uses
//! (`SQLITE_CONFIG_MEMSTATUS`), since the count is kept under a lock of the whole program. SQLite's `memory_used` and its
//! limits of the heap then know nothing.
//!
//! # Values
//!
//! Values are stored as Django stores them: booleans as 0 and 1, dates and times as text (a point in time in UTC),
//! durations as microseconds, UUIDs as 32 hexadecimal digits, decimals as text that the column's affinity makes a
//! number of, JSON as Python's `json.dumps` writes it. As in Django, a float that is not a number is stored as `NULL`,
//! and decimals are kept with a float's precision.
//!
//! # Functions
//!
//! Each connection has the functions that Django gives SQLite, under the same names:
//!
//! | functions | what differs from Django |
//! |---|---|
//! | `django_date_extract`, `django_datetime_trunc` and the others of dates and times | text of ISO 8601 is read too, and the offset in it heeded |
//! | `REGEXP` | conditionals and `\N{…}` are errors; a pattern that backtracks for too long is one |
//! | `LPAD`, `RPAD`, `REPEAT`, `REVERSE`, `BITXOR`, `MD5`, `SHA1`, `SHA224`, `SHA256`, `SHA384`, `SHA512` | numbers are taken as text |
//! | `ACOS`, `ASIN`, `ATAN`, `ATAN2`, `CEILING`, `COS`, `COT`, `DEGREES`, `EXP`, `FLOOR`, `LN`, `LOG`, `MOD`, `PI`, `POWER`, `RADIANS`, `SIN`, `SQRT`, `TAN`, `RAND` | `NULL` where there is no result |
//! | `STDDEV_POP`, `STDDEV_SAMP`, `VAR_POP`, `VAR_SAMP`, `ANY_VALUE` | `NULL`s are passed over; those of spread are window functions too |
//!
//! SQLite's own `LIKE`, `LOWER` and `UPPER`, which Django uses and which know the case of ASCII letters only, are left
//! as they are. For all letters there are `embellie_like(text, pattern)` (heeds case), `embellie_ilike(text, pattern)`
//! (does not), both with `\` as the escape character, `embellie_lower(text)` and `embellie_upper(text)`.

mod connection;
mod cursor;
mod driver;
mod encode;
mod error;
mod functions;
mod open;
mod options;
mod place;
mod raw;
mod session;
mod slow;
mod statements;
mod thread;
mod turn;
mod watch;

pub use driver::SqliteDriver;
pub use options::{JournalMode, SqliteOptions, Synchronous, TransactionMode};
