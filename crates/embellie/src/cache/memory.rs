//! Entries in this process.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use embellie_core::{BoxFuture, Error, Result};
use moka::Expiry;
use moka::ops::compute::Op;
use moka::sync::Cache;

use super::store::{Bytes, Look, Store};

/// Keeps entries in this process, those that are asked for most where there is not room for all.
pub(super) struct Memory {
    entries: Cache<String, Entry>,
    /// The clocks, with when each table changed last.
    clocks: Mutex<HashMap<String, Clock>>,
}

#[derive(Clone)]
struct Entry {
    bytes: Bytes,
    ttl: Option<Duration>,
}

#[derive(Default)]
struct Clock {
    now: u64,
    changed: HashMap<String, u64>,
}

impl Memory {
    /// At most so many bytes of entries.
    pub(super) fn new(capacity: u64) -> Self {
        let size = |key: &String, entry: &Entry| u32::try_from(key.len() + entry.bytes.len()).unwrap_or(u32::MAX);
        let entries = Cache::builder().max_capacity(capacity).weigher(size).expire_after(ByEntry).build();
        Memory { entries, clocks: Mutex::default() }
    }

    fn clocks(&self) -> MutexGuard<'_, HashMap<String, Clock>> {
        self.clocks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory").field("entries", &self.entries.entry_count()).finish_non_exhaustive()
    }
}

/// How long an entry is kept, it says itself.
struct ByEntry;

impl Expiry<String, Entry> for ByEntry {
    fn expire_after_create(&self, _: &String, entry: &Entry, _: Instant) -> Option<Duration> {
        entry.ttl
    }

    fn expire_after_update(&self, _: &String, entry: &Entry, _: Instant, _: Option<Duration>) -> Option<Duration> {
        entry.ttl
    }
}

/// What is done at once.
fn done<'a, T: Send + 'a>(result: Result<T>) -> BoxFuture<'a, Result<T>> {
    Box::pin(std::future::ready(result))
}

impl Store for Memory {
    fn is_shared(&self) -> bool {
        false
    }

    fn get<'a>(&'a self, keys: &'a [String]) -> BoxFuture<'a, Result<Vec<Option<Bytes>>>> {
        done(Ok(keys.iter().map(|key| self.entries.get(key).map(|entry| entry.bytes)).collect()))
    }

    fn set<'a>(&'a self, key: &'a str, bytes: Bytes, ttl: Option<Duration>) -> BoxFuture<'a, Result<()>> {
        self.entries.insert(key.to_owned(), Entry { bytes, ttl });
        done(Ok(()))
    }

    fn add<'a>(&'a self, key: &'a str, bytes: Bytes, ttl: Option<Duration>) -> BoxFuture<'a, Result<bool>> {
        let entry = self.entries.entry(key.to_owned()).or_insert_with(|| Entry { bytes, ttl });
        done(Ok(entry.is_fresh()))
    }

    fn delete<'a>(&'a self, keys: &'a [String]) -> BoxFuture<'a, Result<u64>> {
        done(Ok(keys.iter().filter(|key| self.entries.remove(*key).is_some()).count() as u64))
    }

    fn delete_if<'a>(&'a self, key: &'a str, bytes: &'a [u8]) -> BoxFuture<'a, Result<()>> {
        self.entries.entry_by_ref(key).and_compute_with(|entry| match entry {
            Some(entry) if *entry.value().bytes == *bytes => Op::Remove,
            _ => Op::Nop,
        });
        done(Ok(()))
    }

    fn touch<'a>(&'a self, key: &'a str, ttl: Option<Duration>) -> BoxFuture<'a, Result<bool>> {
        let mut there = false;
        self.entries.entry_by_ref(key).and_compute_with(|entry| match entry {
            Some(entry) => {
                there = true;
                Op::Put(Entry { ttl, ..entry.into_value() })
            }
            None => Op::Nop,
        });
        done(Ok(there))
    }

    fn increment<'a>(&'a self, key: &'a str, by: i64) -> BoxFuture<'a, Result<Option<i64>>> {
        let mut result = Ok(None);
        self.entries.entry_by_ref(key).and_compute_with(|entry| {
            let Some(entry) = entry.map(moka::Entry::into_value) else { return Op::Nop };
            let number = std::str::from_utf8(&entry.bytes).ok().and_then(|text| text.parse::<i64>().ok());
            match number.and_then(|number| number.checked_add(by)) {
                Some(number) => {
                    result = Ok(Some(number));
                    Op::Put(Entry { bytes: number.to_string().into_bytes().into(), ..entry })
                }
                None => {
                    result = Err(Error::Value("the cached value is no integer that this can be added to".into()));
                    Op::Nop
                }
            }
        });
        done(result)
    }

    fn clear<'a>(&'a self, prefix: &'a str) -> BoxFuture<'a, Result<()>> {
        let keys: Vec<String> =
            self.entries.iter().map(|(key, _)| (*key).clone()).filter(|key| key.starts_with(prefix)).collect();
        keys.iter().for_each(|key| self.entries.invalidate(key));
        done(Ok(()))
    }

    fn look<'a>(&'a self, key: &'a str, clock: &'a str, tables: &'a [String]) -> BoxFuture<'a, Result<Look>> {
        let clocks = self.clocks();
        let entry = self.entries.get(key).map(|entry| entry.bytes);
        let (now, changed) = clocks.get(clock).map_or((0, 0), |clock| {
            let changed = tables.iter().filter_map(|table| clock.changed.get(table)).max();
            (clock.now, changed.copied().unwrap_or_default())
        });
        done(Ok(Look::new(entry, now, changed)))
    }

    fn change<'a>(&'a self, clock: &'a str, tables: &'a [String]) -> BoxFuture<'a, Result<()>> {
        let mut clocks = self.clocks();
        let clock = clocks.entry(clock.to_owned()).or_default();
        clock.now += 1;
        for table in tables {
            clock.changed.insert(table.clone(), clock.now);
        }
        done(Ok(()))
    }
}
