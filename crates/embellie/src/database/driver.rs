//! Which driver a URL asks for: the one place that knows them all.

use std::sync::Arc;
use std::time::Duration;

use embellie_core::{Driver, Error, Result, did_you_mean};

/// The pool's options.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct PoolOptions {
    /// Connections at most.
    pub(crate) size: Option<usize>,
    /// How long to wait for one.
    pub(crate) timeout: Option<Duration>,
}

type Opened = Result<(Arc<dyn Driver>, PoolOptions)>;

/// The beginnings of database URLs, each with the cargo feature that has its driver.
const SCHEMES: [(&str, &str); 3] = [("sqlite", "sqlite"), ("postgres", "postgres"), ("postgresql", "postgres")];

/// The driver for a URL, and what the URL says of the pool.
pub(crate) fn driver_for(url: &str) -> Opened {
    // A URL may hold a password, so messages show no more of it than its scheme.
    let Some((scheme, _)) = url.split_once(':') else {
        return Err(Error::ImproperlyConfigured(
            "A database URL begins with its kind: sqlite://path, sqlite::memory: or postgres://user@host/name".into(),
        ));
    };
    match SCHEMES.iter().find(|(known, _)| *known == scheme).map(|&(_, feature)| feature) {
        #[cfg(feature = "sqlite")]
        Some("sqlite") => sqlite(url),
        #[cfg(feature = "postgres")]
        Some("postgres") => postgres(url),
        Some(feature) => Err(Error::ImproperlyConfigured(format!(
            "This program was built without the driver for '{scheme}' databases: embellie's feature '{feature}'"
        ))),
        None => {
            let known = SCHEMES.map(|(scheme, _)| scheme);
            Err(Error::ImproperlyConfigured(format!(
                "There is no driver for '{scheme}' databases{}. Choices are: {}",
                did_you_mean(scheme, known),
                known.join(", ")
            )))
        }
    }
}

/// What follows `sqlite:` is a path, in which a percent sign and two digits stand for a character, as in any URL; other
/// characters may stand as they are.
#[cfg(feature = "sqlite")]
fn sqlite(url: &str) -> Opened {
    use embellie_sqlite::{SqliteDriver, SqliteOptions};

    let rest = url.strip_prefix("sqlite:").unwrap_or(url);
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let mut pairs: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let pool = PoolOptions::take(&mut pairs)?;
    let path =
        percent_encoding::percent_decode_str(path.strip_prefix("//").unwrap_or(path)).decode_utf8().map_err(|_| {
            Error::ImproperlyConfigured("The path of the SQLite URL is not UTF-8 after percent-decoding.".into())
        })?;
    let options = SqliteOptions::from_path_and_query(&path, pairs)?;
    Ok((Arc::new(SqliteDriver::new(options)), pool))
}

#[cfg(feature = "postgres")]
fn postgres(url: &str) -> Opened {
    use embellie_postgres::{PostgresDriver, PostgresOptions};

    let mut url = url::Url::parse(url)
        .map_err(|e| Error::ImproperlyConfigured(format!("The database URL cannot be read: {e}")))?;
    let mut pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let pool = PoolOptions::take(&mut pairs)?;
    url.set_query(None);
    if !pairs.is_empty() {
        url.query_pairs_mut().extend_pairs(pairs);
    }
    Ok((Arc::new(PostgresDriver::new(PostgresOptions::from_url(&url)?)), pool))
}
