//! Connecting: from a URL to a [`Database`].

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use embellie_core::lookup::{CustomLookup, Transform};
use embellie_core::{Error, Registry, Result};
use embellie_sql::Target;

use super::driver::{PoolOptions, driver_for};
use super::plans::Plans;
use super::writes::Writes;
use super::{Database, Inner, pool};
use crate::cache::Cache;
use crate::log::{Recorders, called};
use crate::model::declared_models;

/// How to connect to a database.
///
/// ```no_run
/// # async fn connect() -> embellie::Result<()> {
/// use embellie::Database;
/// let db = Database::builder("sqlite://shop.sqlite3").pool_size(4).connect().await?;
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
#[must_use = "nothing happens before `connect` is awaited"]
pub struct DatabaseBuilder {
    url: Redacted,
    registry: Option<Arc<Registry>>,
    transforms: Vec<Transform>,
    lookups: Vec<CustomLookup>,
    pool: PoolOptions,
    cache: Option<Cache>,
}

/// A URL whose password is not shown.
#[derive(Clone)]
struct Redacted(String);

impl std::fmt::Debug for Redacted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

impl DatabaseBuilder {
    pub(crate) fn new(url: &str) -> Self {
        DatabaseBuilder {
            url: Redacted(url.to_owned()),
            registry: None,
            transforms: Vec::new(),
            lookups: Vec::new(),
            pool: PoolOptions::default(),
            cache: None,
        }
    }

    /// Uses these models instead of those that the program declares.
    pub fn registry(mut self, registry: impl Into<Arc<Registry>>) -> Self {
        self.registry = Some(registry.into());
        self
    }

    /// Adds a transform to those that paths know: Django's `register_lookup`.
    ///
    /// ```no_run
    /// # async fn connect() -> embellie::Result<()> {
    /// use embellie::expr::Function;
    /// use embellie::field::FieldKind;
    /// use embellie::lookup::Transform;
    /// use embellie::{Database, Q};
    ///
    /// let db = Database::builder("sqlite://blog.sqlite3")
    ///     .transform(Transform::function("length", Function::Length).on(FieldKind::Char))
    ///     .connect()
    ///     .await?;
    /// let long = db.objects("blog.Post")?.filter(Q::text("title__length__gt", 80)).count(&db).await?;
    /// # Ok(()) }
    /// ```
    pub fn transform(mut self, transform: Transform) -> Self {
        self.transforms.push(transform);
        self
    }

    /// Adds a lookup to those that paths know: Django's `register_lookup`.
    ///
    /// ```no_run
    /// # async fn connect() -> embellie::Result<()> {
    /// use embellie::lookup::CustomLookup;
    /// use embellie::{Database, Q};
    ///
    /// let not_equal = CustomLookup::template("ne", "{0} <> {1}");
    /// let db = Database::builder("sqlite://blog.sqlite3").lookup(not_equal).connect().await?;
    /// let others = db.objects("blog.Post")?.filter(Q::text("views__ne", 0)).count(&db).await?;
    /// # Ok(()) }
    /// ```
    pub fn lookup(mut self, lookup: CustomLookup) -> Self {
        self.lookups.push(lookup);
        self
    }

    /// How many connections there may be at a time.
    pub fn pool_size(mut self, connections: usize) -> Self {
        self.pool.size = Some(connections);
        self
    }

    /// How long to wait for a free connection before giving up.
    pub fn pool_timeout(mut self, timeout: Duration) -> Self {
        self.pool.timeout = Some(timeout);
        self
    }

    /// Keeps what query sets cache there, instead of in this database's own memory.
    ///
    /// ```no_run
    /// # async fn connect() -> embellie::Result<()> {
    /// use embellie::{Database, cache::Cache};
    /// // Both see each other's changes.
    /// let cache = Cache::memory();
    /// let reader = Database::builder("sqlite://blog.sqlite3").cache(cache.clone()).connect().await?;
    /// let writer = Database::builder("sqlite://blog.sqlite3").cache(cache).connect().await?;
    /// # Ok(()) }
    /// ```
    pub fn cache(mut self, cache: Cache) -> Self {
        self.cache = Some(cache);
        self
    }

    /// Connects.
    ///
    /// # Errors
    /// When the URL or an option is unknown, a transform or lookup has no proper name, the models fail the system checks, or the database cannot be reached.
    #[track_caller]
    pub fn connect(self) -> impl Future<Output = Result<Database>> {
        called(async move {
            let registry = match self.registry {
                Some(registry) => registry,
                None => declared_models()?,
            };
            let registry = with_lookups(registry, self.transforms, self.lookups)?;
            let (driver, options) = driver_for(&self.url.0)?;
            let endpoint = driver.endpoint();
            let pool = pool::Pool::new(Arc::clone(&driver), self.pool.or(options))?;
            let server = pool.get().await?.server().clone();
            let target = Target::for_server(&server)?;
            // A file is there once it was connected to.
            let identity = driver.identity();
            Ok(Database(Arc::new(Inner {
                registry,
                pool,
                server,
                target,
                plans: Plans::default(),
                endpoint,
                logs: Arc::<Recorders>::default(),
                writes: Arc::<Writes>::default(),
                identity,
                cache: Arc::new(self.cache.map_or_else(OnceLock::new, OnceLock::from)),
            })))
        })
    }
}

/// The models, with more transforms and lookups.
fn with_lookups(
    registry: Arc<Registry>,
    transforms: Vec<Transform>,
    lookups: Vec<CustomLookup>,
) -> Result<Arc<Registry>> {
    if transforms.is_empty() && lookups.is_empty() {
        return Ok(registry);
    }
    let registry = transforms.into_iter().try_fold((*registry).clone(), Registry::with_transform)?;
    lookups.into_iter().try_fold(registry, Registry::with_lookup).map(Arc::new)
}

impl PoolOptions {
    /// These options, and `other`'s where these say nothing.
    fn or(self, other: PoolOptions) -> PoolOptions {
        PoolOptions { size: self.size.or(other.size), timeout: self.timeout.or(other.timeout) }
    }

    /// Takes the pool's options out of a URL's query.
    pub(super) fn take(pairs: &mut Vec<(String, String)>) -> Result<PoolOptions> {
        let mut options = PoolOptions::default();
        let mut rest = Vec::new();
        for (name, value) in pairs.drain(..) {
            match name.as_str() {
                "pool_size" => match value.parse() {
                    Ok(size @ 1..) => options.size = Some(size),
                    _ => return Err(wrong_option(&name, &value, "a whole number from 1 on")),
                },
                "pool_timeout" => match value.parse::<f64>() {
                    Ok(seconds) if (0.0..1e9).contains(&seconds) => {
                        options.timeout = Some(Duration::from_secs_f64(seconds));
                    }
                    _ => return Err(wrong_option(&name, &value, "a number of seconds")),
                },
                _ => rest.push((name, value)),
            }
        }
        *pairs = rest;
        Ok(options)
    }
}

fn wrong_option(name: &str, value: &str, right: &str) -> Error {
    Error::ImproperlyConfigured(format!("The database option '{name}' is '{value}', but must be {right}"))
}
