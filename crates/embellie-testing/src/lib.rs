//! Databases for the test suites of embellie.
//!
//! [`postgres_url`] gives the URL of a PostgreSQL server to test with: the one in the environment variable
//! [`POSTGRES_URL`], or a [`PrivatePostgres`] started for this process. [`TestDatabase`] is a fresh database in it.
//!
//! A test runner that runs many test processes starts one server for all of them and hands its URL on:
//!
//! ```no_run
//! use std::process::Command;
//! use embellie_testing::{POSTGRES_URL, PrivatePostgres};
//!
//! let server = PrivatePostgres::start()?;
//! let status = Command::new("cargo").args(["test", "--workspace"]).env(POSTGRES_URL, server.url()).status();
//! # Ok::<(), embellie_testing::Error>(())
//! ```

mod error;
mod postgres;

pub use error::Error;
#[cfg(feature = "database")]
pub use postgres::TestDatabase;
pub use postgres::{POSTGRES_URL, PrivatePostgres, Settings, postgres_url};
