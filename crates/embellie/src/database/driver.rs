//! Which driver a URL asks for: the one place that knows them all.

use std::sync::Arc;
use std::time::Duration;

use embellie_core::{Driver, Error, Result};
use embellie_postgres::{PostgresDriver, PostgresOptions};
use embellie_sqlite::{SqliteDriver, SqliteOptions};
use url::Url;

/// The pool's options.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct PoolOptions {
    /// Connections at most.
    pub(crate) size: Option<usize>,
    /// How long to wait for one.
    pub(crate) timeout: Option<Duration>,
}

/// The driver for a URL, and what the URL says of the pool.
pub(crate) fn driver_for(text: &str) -> Result<(Arc<dyn Driver>, PoolOptions)> {
    // A URL may hold a password, so messages show no more of it than its scheme.
    let (scheme, rest) = text.split_once(':').ok_or_else(|| {
        Error::ImproperlyConfigured(
            "A database URL begins with its kind: sqlite://path, sqlite::memory: or postgres://user@host/name".into(),
        )
    })?;
    match scheme {
        "sqlite" => {
            let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
            let mut pairs: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
            let pool = PoolOptions::take(&mut pairs)?;
            let path = path.strip_prefix("//").unwrap_or(path);
            let options = SqliteOptions::from_path_and_query(path, pairs)?;
            Ok((Arc::new(SqliteDriver::new(options)), pool))
        }
        "postgres" | "postgresql" => {
            let mut url = Url::parse(text)
                .map_err(|e| Error::ImproperlyConfigured(format!("The database URL cannot be read: {e}")))?;
            let mut pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
            let pool = PoolOptions::take(&mut pairs)?;
            url.set_query(None);
            if !pairs.is_empty() {
                url.query_pairs_mut().extend_pairs(pairs);
            }
            Ok((Arc::new(PostgresDriver::new(PostgresOptions::from_url(&url)?)), pool))
        }
        other => {
            let known = ["sqlite", "postgres", "postgresql"];
            Err(Error::ImproperlyConfigured(format!(
                "There is no driver for '{other}' databases{}. Choices are: {}",
                embellie_core::did_you_mean(other, known),
                known.join(", ")
            )))
        }
    }
}
