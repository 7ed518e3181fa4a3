//! Databases for the test suites of embellie.
//!
//! [`postgres_url`] gives the URL of a PostgreSQL server to test with: the one in the environment variable
//! [`POSTGRES_URL`], or a [`PrivatePostgres`] started for this process. [`TestDatabase`] is a fresh database in it. [`PrivateRedis`] is a
//! Redis server for caches.
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
mod install;
mod postgres;
mod redis;
mod watchdog;

pub use error::Error;
#[cfg(feature = "database")]
pub use postgres::TestDatabase;
pub use postgres::{POSTGRES_URL, PrivatePostgres, Settings, postgres_url};
pub use redis::PrivateRedis;

/// A password that nobody guesses in a test's lifetime, made without another dependency.
pub(crate) fn password() -> String {
    use std::hash::{BuildHasher, RandomState};
    (0..2).map(|salt: u8| format!("{:016x}", RandomState::new().hash_one((salt, std::process::id())))).collect()
}
