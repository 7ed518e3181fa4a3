//! Caching: rows of query sets, forgotten when their tables change, and any other values under keys of your own.
//!
//! ```standalone_crate
//! use std::time::Duration;
//!
//! use blog::{Tag, User};
//! use embellie::prelude::*;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> embellie::Result<()> {
//! # let db = Database::connect("sqlite::memory:").await?;
//! # db.create_tables(&[]).await?;
//! let ann = new!(User { name: "Ann", email: "ann@example.org" }).create(&db).await?;
//! let users = User::objects().filter(q!(active = true)).cache(Duration::from_secs(60));
//! assert_eq!(users.all(&db).await?.len(), 1);
//! // From the cache: no statement is run.
//! assert_eq!(users.all(&db).await?.len(), 1);
//! // A change of the table is seen at once.
//! new!(User { name: "Bob", email: "bob@example.org" }).create(&db).await?;
//! assert_eq!(users.all(&db).await?.len(), 2);
//!
//! // Django's `cache.get_or_set` and the others.
//! let cache = db.cache();
//! let words = cache.get_or_set("words", Duration::from_secs(300), async || Tag::objects().count(&db).await).await?;
//! assert_eq!(cache.get::<u64>("words").await?, Some(words));
//! # Ok(()) }
//! ```
//!
//! # What is cached, and how long
//!
//! [`QuerySet::cache`](crate::QuerySet::cache) says that the results of a query set may be kept: those of `all`, `get`,
//! `first` and `last`, `count`, `exists` and `aggregate`, and those of what it prefetches. Columns are kept as the
//! database gave them and decoded again, so that any process reads what any other has kept. A key is made of the
//! statement with its parameters, the database with its user and schemas, and what
//! [`cache_key`](crate::QuerySet::cache_key) adds: what differs in any of these is another result.
//!
//! A result is good until its time is over, or one of the tables that it was read from changed: those of the query, of
//! its joins, subqueries and common table expressions. Changes are what embellie writes (saving, `update`, `delete` with
//! all that it takes along, the rows between many-to-many relations, changes of the schema). They count once they are
//! committed, and never when they are rolled back. What reads a table in the moment before a commit is not kept after
//! it. Raw SQL, other programs and triggers change tables unseen:
//! [`Database::invalidate`](crate::Database::invalidate) tells of them.
//!
//! In a transaction that has written, nothing comes from the cache; in one that has not, what is there is given, and
//! nothing is added. Streams are never cached.
//!
//! When many ask for what is not there, one asks the database, and the others wait for what it finds.
//!
//! # Where
//!
//! Without further ado, entries are in this process, up to 64 MiB for each [`Database`](crate::Database). Processes that
//! share a database see each other's changes in a cache that they share as well:
//! [`Cache::redis`](Cache::redis), with the cargo feature `redis`, given to
//! [`DatabaseBuilder::cache`](crate::database::DatabaseBuilder::cache). A [`Store`] of your own may be somewhere else.
//!
//! What is asked for most may be read before anybody asks: by a [`Warmup`].
//!
//! A cache that fails costs time and no more: rows are then read from the database, and a warning is logged. While it
//! cannot be told of a change, this process takes nothing from it.

mod changes;
mod entry;
mod general;
mod memory;
mod read;
#[cfg(feature = "redis")]
mod redis;
mod store;
mod turns;
mod warm;

pub use store::{Bytes, Look, Store};
pub use warm::{Report, Warmed, Warmup};

pub(crate) use changes::{Changes, Pending};
pub(crate) use read::{Cached, read};

use std::fmt;
use std::sync::Arc;

use changes::Untold;
use read::Tables;
use turns::Turns;

/// How many bytes of entries there is room for, where nobody says it.
const CAPACITY: u64 = 64 * 1024 * 1024;

/// A cache: cheap to clone, and shared by all clones. Each database has one ([`Database::cache`](crate::Database::cache));
/// several may share one.
#[derive(Clone)]
pub struct Cache(Arc<Inner>);

struct Inner {
    store: Arc<dyn Store>,
    prefix: String,
    /// Who computes what, that others wait for.
    turns: Turns,
    /// Changes that the store could not be told of.
    untold: Untold,
    tables: Tables,
}

impl Cache {
    /// A cache in this process, for 64 MiB of entries.
    pub fn memory() -> Self {
        Cache::memory_of(CAPACITY)
    }

    /// A cache in this process, for so many bytes of entries. Where there is not room for all, those stay that are asked
    /// for most.
    pub fn memory_of(bytes: u64) -> Self {
        Cache::with_store(memory::Memory::new(bytes))
    }

    /// A cache in Redis (or Valkey), which several processes share: `redis://:password@host:6379/0`. Nothing is sent
    /// before it is used.
    ///
    /// Entries that were read from tables are told from one another by the clock of the server, which must keep the keys
    /// that end in `:clock` and begin so, or lose all others with them; it does unless its `maxmemory-policy` is one of
    /// `allkeys-…`, and even then nothing out of date is given.
    ///
    /// # Errors
    /// [`Error::ImproperlyConfigured`](embellie_core::Error::ImproperlyConfigured) when the URL is none of a Redis server.
    #[cfg(feature = "redis")]
    pub fn redis(url: &str) -> embellie_core::Result<Self> {
        redis::Redis::new(url).map(Cache::with_store)
    }

    /// A cache whose entries are kept somewhere else.
    pub fn with_store(store: impl Store + 'static) -> Self {
        Cache::of(Arc::new(store), "embellie".into())
    }

    /// The same store for another application: its keys begin with this, and nothing of others is read or forgotten.
    /// Django's `KEY_PREFIX`.
    #[must_use]
    pub fn prefix(self, prefix: impl Into<String>) -> Self {
        Cache::of(Arc::clone(&self.0.store), prefix.into())
    }

    fn of(store: Arc<dyn Store>, prefix: String) -> Self {
        Cache(Arc::new(Inner {
            store,
            prefix,
            turns: Turns::default(),
            untold: Untold::default(),
            tables: Tables::default(),
        }))
    }

    /// The name of the clock of a database's tables.
    pub(crate) fn clock(&self, database: &str) -> String {
        format!("{}:{database}:clock", self.0.prefix)
    }

    /// Where the entries are kept.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.0.store
    }
}

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cache").field("store", &self.0.store).field("prefix", &self.0.prefix).finish_non_exhaustive()
    }
}
