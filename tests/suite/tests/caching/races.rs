//! Reads and writes that cross each other, forced to do so.

use std::future::{Future, poll_fn};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Duration;

use blog::*;
use embellie::cache::{Bytes, Cache, Look, Store};
use embellie::prelude::*;
use embellie::{Database, Result};
use embellie_core::BoxFuture;
use embellie_suite::models::documented;
use embellie_suite::{Kind, Outcome};
use tokio::sync::Semaphore;

use super::{caches, runtime, seen_twice};

const HOUR: Duration = Duration::from_secs(3600);

/// A store whose entries of rows, or notes of changes, wait at a gate.
#[derive(Debug)]
struct Gated {
    store: Arc<dyn Store>,
    gate: Arc<Gate>,
}

#[derive(Debug)]
struct Gate {
    closed_to: std::sync::Mutex<&'static str>,
    reached: AtomicBool,
    passes: Semaphore,
}

impl Gate {
    async fn pass(&self, what: &'static str) {
        if *self.closed_to.lock().unwrap() == what {
            self.reached.store(true, Ordering::Relaxed);
            self.passes.acquire().await.expect("it is never closed").forget();
        }
    }

    fn close(&self, what: &'static str) {
        *self.closed_to.lock().unwrap() = what;
        self.reached.store(false, Ordering::Relaxed);
    }

    fn open(&self) {
        *self.closed_to.lock().unwrap() = "";
        self.passes.add_permits(1);
    }
}

impl Store for Gated {
    fn get<'a>(&'a self, keys: &'a [String]) -> BoxFuture<'a, Result<Vec<Option<Bytes>>>> {
        self.store.get(keys)
    }

    fn set<'a>(&'a self, key: &'a str, entry: Bytes, ttl: Option<Duration>) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            self.gate.pass("set").await;
            self.store.set(key, entry, ttl).await
        })
    }

    fn add<'a>(&'a self, key: &'a str, entry: Bytes, ttl: Option<Duration>) -> BoxFuture<'a, Result<bool>> {
        self.store.add(key, entry, ttl)
    }

    fn delete<'a>(&'a self, keys: &'a [String]) -> BoxFuture<'a, Result<u64>> {
        self.store.delete(keys)
    }

    fn delete_if<'a>(&'a self, key: &'a str, entry: &'a [u8]) -> BoxFuture<'a, Result<()>> {
        self.store.delete_if(key, entry)
    }

    fn touch<'a>(&'a self, key: &'a str, ttl: Option<Duration>) -> BoxFuture<'a, Result<bool>> {
        self.store.touch(key, ttl)
    }

    fn increment<'a>(&'a self, key: &'a str, by: i64) -> BoxFuture<'a, Result<Option<i64>>> {
        self.store.increment(key, by)
    }

    fn clear<'a>(&'a self, prefix: &'a str) -> BoxFuture<'a, Result<()>> {
        self.store.clear(prefix)
    }

    fn look<'a>(&'a self, key: &'a str, clock: &'a str, tables: &'a [String]) -> BoxFuture<'a, Result<Look>> {
        Box::pin(async move {
            let look = self.store.look(key, clock, tables).await;
            self.gate.pass("look").await;
            look
        })
    }

    fn change<'a>(&'a self, clock: &'a str, tables: &'a [String]) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            self.gate.pass("change").await;
            self.store.change(clock, tables).await
        })
    }
}

/// Runs a test with a gated store, on every database with every cache.
fn gated(test: impl AsyncFn(&Database, &Gate) -> Outcome) -> Outcome {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        for (cache, _) in caches() {
            let gate = Arc::new(Gate {
                closed_to: std::sync::Mutex::new(""),
                reached: AtomicBool::new(false),
                passes: Semaphore::new(0),
            });
            let prefix = format!("{cache:?}")
                .split("prefix: \"")
                .nth(1)
                .and_then(|rest| rest.split('"').next())
                .unwrap()
                .to_owned();
            let cache = Cache::with_store(Gated { store: cache.store().clone(), gate: gate.clone() }).prefix(prefix);
            runtime().block_on(async {
                let (db, other, _fresh) = seen_twice(kind, documented, (cache.clone(), cache)).await?;
                let outcome = test(&db, &gate).await;
                db.close();
                other.close();
                outcome
            })?;
        }
    }
    Ok(())
}

/// Runs both until the gate is reached by the first one.
async fn until_reached<F: Future>(work: &mut std::pin::Pin<Box<F>>, gate: &Gate) {
    let reached = poll_fn(|context| {
        if work.as_mut().poll(context).is_ready() {
            panic!("it did not wait at the gate");
        }
        if gate.reached.load(Ordering::Relaxed) { Poll::Ready(()) } else { Poll::Pending }
    });
    tokio::time::timeout(Duration::from_secs(60), reached).await.expect("the gate is reached");
}

#[test]
fn what_was_read_before_a_commit_is_not_kept_after_it() -> Outcome {
    // Before it reads, and before it keeps what it read.
    for place in ["set", "look"] {
        gated(async |db, gate| {
            new!(Tag { word: "old" }).create(db).await?;
            let tags = Tag::objects().cache(HOUR);
            gate.close(place);
            let mut reader = Box::pin(tags.get(db));
            until_reached(&mut reader, gate).await;
            *gate.closed_to.lock().unwrap() = "";
            // A whole write in between.
            Tag::objects().update(set!(word = "new"), db).await?;
            gate.open();
            let read = reader.await?.word;
            assert!(read == "old" || place == "look", "{read}");
            for _ in 0..2 {
                assert_eq!(tags.get(db).await?.word, "new", "after {place}");
            }
            Ok(())
        })?;
    }
    Ok(())
}

#[test]
fn what_waits_to_be_told_is_not_taken_from_the_cache() -> Outcome {
    gated(async |db, gate| {
        new!(Tag { word: "old" }).create(db).await?;
        let tags = Tag::objects().cache(HOUR);
        assert_eq!(tags.get(db).await?.word, "old");
        gate.close("change");
        let update = Tag::objects();
        let mut writer = Box::pin(update.update(set!(word = "new"), db));
        until_reached(&mut writer, gate).await;
        // It is committed, and its future is dropped before the cache was told.
        drop(writer);
        gate.open();
        assert_eq!(tags.get(db).await?.word, "new");
        Ok(())
    })
}

/// Polls `work` so many times and drops it then, unless it was done before.
async fn cut<F: Future>(work: F, polls: usize) -> Option<F::Output> {
    let mut work = Box::pin(work);
    let mut left = polls;
    poll_fn(move |context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        work.as_mut().poll(context).map(Some)
    })
    .await
}

#[test]
fn writes_that_are_dropped_anywhere() -> Outcome {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        for caches in caches() {
            runtime().block_on(async {
                let (keep, _, fresh) = seen_twice(kind, documented, caches.clone()).await?;
                let db = Database::builder(&format!("{}&pool_size=1", fresh.url()));
                let db = db.registry(documented()).cache(caches.0.clone()).connect().await?;
                new!(Tag { word: "0" }).create(&db).await?;
                let tags = Tag::objects().cache(HOUR);
                for polls in 1..200 {
                    let word = polls.to_string();
                    assert!(!tags.get(&db).await?.word.is_empty());
                    let alone = cut(Tag::objects().update(set!(word = &word), &db), polls).await.is_some();
                    // The pool's one connection is free when all is over.
                    let truth = Tag::objects().get(&db).await?.word;
                    assert_eq!(tags.get(&db).await?.word, truth, "alone, after {polls} polls");
                    let word = format!("tx {polls}");
                    let together = db.atomic(async |tx| {
                        Tag::objects().update(set!(word = &word), tx).await?;
                        tokio::task::yield_now().await;
                        Outcome::Ok(())
                    });
                    let together = cut(together, polls).await.is_some();
                    let truth = Tag::objects().get(&db).await?.word;
                    assert_eq!(tags.get(&db).await?.word, truth, "in a transaction, after {polls} polls");
                    if alone && together {
                        keep.close();
                        return Outcome::Ok(());
                    }
                }
                panic!("it is never done")
            })?;
        }
    }
    Ok(())
}

/// Many ask for the same at the same time.
#[test]
fn one_asks_the_database() -> Outcome {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        for caches in caches() {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
            runtime.block_on(async {
                let (db, other, _fresh) = seen_twice(kind, documented, caches).await?;
                let mut tags: Vec<Tag> = (0..300).map(|n| new!(Tag { word: format!("{n}") })).collect();
                Tag::objects().bulk_create(&mut tags, &db).await?;
                let (here, there) = (db.capture(), other.capture());
                let mut tasks = tokio::task::JoinSet::new();
                for n in 0..40 {
                    let db = if n % 2 == 0 { db.clone() } else { other.clone() };
                    tasks.spawn(async move { Tag::objects().cache(HOUR).all(&db).await.map(|tags| tags.len()) });
                }
                while let Some(read) = tasks.join_next().await {
                    assert_eq!(read??, 300);
                }
                assert_eq!(here.len() + there.len(), 1);
                Outcome::Ok(())
            })?;
        }
    }
    Ok(())
}
