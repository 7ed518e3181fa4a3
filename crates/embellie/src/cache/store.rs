//! Where what is cached is kept.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use embellie_core::{BoxFuture, Result};

/// What is kept.
pub type Bytes = Arc<[u8]>;

/// Where a cache keeps its entries: in this process ([`Cache::memory`](super::Cache::memory)), in Redis, or where you
/// like.
///
/// Besides entries, it keeps a clock that each change of tables moves on, and for each table when that was last. An
/// entry that holds rows is stamped with the time of the clock before they were read, and is good as long as none of
/// its tables changed after that.
pub trait Store: Send + Sync + fmt::Debug {
    /// Whether other processes may have the same entries, and so compute the same at the same time.
    fn is_shared(&self) -> bool {
        true
    }

    /// The entries of some keys; `None` where there is none, or no longer.
    fn get<'a>(&'a self, keys: &'a [String]) -> BoxFuture<'a, Result<Vec<Option<Bytes>>>>;

    /// Keeps an entry so long; for ever without a time.
    fn set<'a>(&'a self, key: &'a str, entry: Bytes, ttl: Option<Duration>) -> BoxFuture<'a, Result<()>>;

    /// Keeps an entry unless there is one, and says whether it did.
    fn add<'a>(&'a self, key: &'a str, entry: Bytes, ttl: Option<Duration>) -> BoxFuture<'a, Result<bool>>;

    /// Forgets entries, and says how many there were.
    fn delete<'a>(&'a self, keys: &'a [String]) -> BoxFuture<'a, Result<u64>>;

    /// Forgets an entry if it is this one.
    fn delete_if<'a>(&'a self, key: &'a str, entry: &'a [u8]) -> BoxFuture<'a, Result<()>>;

    /// Changes how long an entry is kept, and says whether there is one.
    fn touch<'a>(&'a self, key: &'a str, ttl: Option<Duration>) -> BoxFuture<'a, Result<bool>>;

    /// Adds to a number that is kept as text, and gives what it is then; `None` where there is none.
    ///
    /// # Errors
    /// [`Error::Value`](embellie_core::Error::Value) when the entry is no integer.
    fn increment<'a>(&'a self, key: &'a str, by: i64) -> BoxFuture<'a, Result<Option<i64>>>;

    /// Forgets all entries whose keys begin so.
    fn clear<'a>(&'a self, prefix: &'a str) -> BoxFuture<'a, Result<()>>;

    /// The entry of a key, and what the clock says of its tables, all of one moment.
    fn look<'a>(&'a self, key: &'a str, clock: &'a str, tables: &'a [String]) -> BoxFuture<'a, Result<Look>>;

    /// Moves the clock on, and notes that these tables changed then, all at once.
    fn change<'a>(&'a self, clock: &'a str, tables: &'a [String]) -> BoxFuture<'a, Result<()>>;
}

/// An entry, and what the clock says of its tables.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Look {
    /// The entry, if there is one.
    pub entry: Option<Bytes>,
    /// The time of the clock.
    pub now: u64,
    /// When one of the tables changed last.
    pub changed: u64,
}

impl Look {
    /// What was found.
    pub fn new(entry: Option<Bytes>, now: u64, changed: u64) -> Self {
        Look { entry, now, changed }
    }
}
