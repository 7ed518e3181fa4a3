//! What is cached, what is forgotten, and what comes of it when things go wrong: on every database, in this process and in
//! Redis.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod changes;
mod general;
mod keys;
mod races;
mod shared;

use std::sync::{Mutex, OnceLock, PoisonError};

use embellie::cache::Cache;
use embellie::{Database, Registry};
use embellie_suite::{Fresh, Kind, Outcome, fresh};
use embellie_testing::PrivateRedis;
use tokio::runtime::{Builder, Runtime};

/// The URL of a Redis server that all tests share, or none where there is no Redis.
fn redis_url() -> Option<String> {
    static SERVER: OnceLock<Option<Mutex<PrivateRedis>>> = OnceLock::new();
    let server = SERVER.get_or_init(|| match PrivateRedis::start() {
        Ok(server) => Some(Mutex::new(server)),
        Err(error) => {
            eprintln!("tests with Redis are passed over: {error}");
            None
        }
    });
    Some(server.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner).url())
}

/// A cache that nobody else uses, as two processes would have it, for each kind of cache.
fn caches() -> Vec<(Cache, Cache)> {
    static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let memory = Cache::memory();
    let mut caches = vec![(memory.clone(), memory)];
    if let Some(url) = redis_url() {
        let prefix = format!("test{}", NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
        let one = || Cache::redis(&url).expect("the URL is right").prefix(prefix.clone());
        caches.push((one(), one()));
    }
    caches
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// A database as two programs see it which share a cache.
async fn seen_twice(
    kind: Kind,
    models: fn() -> Registry,
    caches: (Cache, Cache),
) -> Outcome<(Database, Database, Fresh)> {
    let fresh = fresh(kind).await?;
    fresh.connect(models()).await?.close();
    let seen = |cache| Database::builder(fresh.url()).registry(models()).cache(cache).connect();
    let (db, other) = (seen(caches.0).await?, seen(caches.1).await?);
    Ok((db, other, fresh))
}

/// Runs a test on every database with every cache.
fn everywhere(models: fn() -> Registry, test: impl AsyncFn(&Database, &Database) -> Outcome) -> Outcome {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        for caches in caches() {
            runtime().block_on(async {
                let (db, other, _fresh) = seen_twice(kind, models, caches).await?;
                let outcome = test(&db, &other).await;
                db.close();
                other.close();
                outcome
            })?;
        }
    }
    Ok(())
}
