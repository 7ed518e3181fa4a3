//! PostgreSQL for tests.

use std::env;
use std::sync::{Mutex, OnceLock, PoisonError};

use crate::Error;

mod account;
mod binaries;
#[cfg(feature = "tls")]
mod certificates;
#[cfg(feature = "database")]
mod database;
mod server;

#[cfg(feature = "database")]
pub use database::TestDatabase;
pub use server::{PrivatePostgres, Settings};

/// The environment variable that names the server to test with.
pub const POSTGRES_URL: &str = "EMBELLIE_TEST_POSTGRES_URL";

/// The URL of a PostgreSQL server where tests may make databases: the value of [`POSTGRES_URL`] when it is set and
/// not empty, else of a [`PrivatePostgres`] that is started by the first call and lives as long as this process.
///
/// # Errors
/// When PostgreSQL's programs are missing and may not be installed, or the server does not start. The message says
/// what to do. The first outcome is kept: later calls do not try again.
pub fn postgres_url() -> Result<String, Error> {
    static SERVER: OnceLock<Result<Mutex<PrivatePostgres>, Error>> = OnceLock::new();
    match env::var(POSTGRES_URL) {
        Ok(url) if !url.is_empty() => return Ok(url),
        _ => {}
    }
    match SERVER.get_or_init(|| PrivatePostgres::start().map(Mutex::new)) {
        Ok(server) => Ok(server.lock().unwrap_or_else(PoisonError::into_inner).url()),
        Err(error) => Err(error.clone()),
    }
}
