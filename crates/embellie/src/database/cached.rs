//! What of a database is cached.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use embellie_core::{Identity, Result};
use sha2::{Digest, Sha256};

use super::Database;
use crate::cache::{Cache, Pending};

impl Database {
    /// The cache: the one that the database was [built with](super::DatabaseBuilder::cache), or one of its own in this
    /// process. It keeps what query sets say, and any other values.
    pub fn cache(&self) -> Cache {
        self.0.cache.get_or_init(Cache::memory).clone()
    }

    /// The cache, if it was ever used.
    pub(crate) fn cache_in_use(&self) -> Option<&Cache> {
        self.0.cache.get()
    }

    pub(crate) fn identity(&self) -> &Identity {
        &self.0.identity
    }

    /// The name of the clock of this database's tables.
    pub(crate) fn clock(&self, cache: &Cache) -> String {
        let digest = Sha256::digest(&self.0.identity.database);
        let mark = URL_SAFE_NO_PAD.encode(digest.get(..12).unwrap_or_default());
        cache.clock(&mark)
    }

    /// Tells the cache that rows of these models (`app.Model`) were changed by what it cannot see: raw SQL, another
    /// program, a trigger. See [`cache`](crate::cache). In a transaction, it is
    /// [`Transaction::invalidate`](crate::Transaction::invalidate) that does it, once that is committed.
    ///
    /// # Errors
    /// When there is no such model; the message names the nearest.
    pub async fn invalidate(&self, models: &[&str]) -> Result<()> {
        let pending = Pending::of_tables(self.tables_of(models)?, self);
        if let Some(cache) = pending.note() {
            cache.tell().await;
        }
        Ok(())
    }

    pub(crate) fn tables_of(&self, models: &[&str]) -> Result<Vec<Arc<str>>> {
        let table = |label: &&str| Ok(self.registry().find(label)?.table.as_str().into());
        models.iter().map(table).collect()
    }
}
