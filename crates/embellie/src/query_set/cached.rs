//! Results that are kept: which, and how long.

use std::sync::Arc;
use std::time::Duration;

use embellie_core::{Error, Result};

use super::QuerySet;
use crate::cache::Cached;

impl<M, S> QuerySet<M, S> {
    /// Keeps what is read so long, for ever without a time, and gives what is kept instead of asking the database: until
    /// one of the tables changes. See [`cache`](crate::cache).
    ///
    /// ```
    /// # use embellie::prelude::*;
    /// # #[model(app = "blog")] pub struct Post { views: i64 }
    /// # async fn example(db: &Database) -> embellie::Result<()> {
    /// use std::time::Duration;
    ///
    /// let popular = Post::objects().filter(q!(views__gt = 100)).order_by("-views").cache(Duration::from_secs(300));
    /// let posts = popular.all(db).await?;
    /// # Ok(()) }
    /// ```
    pub fn cache(mut self, ttl: impl Into<Option<Duration>>) -> Self {
        let key = self.cached.as_ref().and_then(|cached| cached.key.clone());
        self.cached = Some(Arc::new(Cached { ttl: ttl.into(), key, renew: false }));
        self
    }

    /// Keeps what is read apart from what the same query set reads with another key: that of a user, say, where the
    /// database decides by itself who sees which rows.
    ///
    /// It means nothing without [`cache`](QuerySet::cache).
    pub fn cache_key(mut self, key: impl Into<String>) -> Self {
        let (ttl, renew) =
            self.cached.as_ref().map_or((Some(Duration::ZERO), false), |cached| (cached.ttl, cached.renew));
        self.cached = Some(Arc::new(Cached { ttl, key: Some(key.into().into()), renew }));
        self
    }

    /// The same, but the database is asked in any case.
    pub(crate) fn renewed(&self) -> Result<Self>
    where
        S: Clone,
    {
        let Some(cached) = &self.cached else {
            return Err(Error::Value("only a query set with `.cache(…)` can be warmed".into()));
        };
        let mut set = self.clone();
        set.cached = Some(Arc::new(Cached { renew: true, ..(**cached).clone() }));
        Ok(set)
    }
}
