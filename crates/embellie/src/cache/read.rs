//! Reading rows through the cache.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use embellie_core::{Error, Outcome, Result, RowSink, Statement};
use embellie_sql::{self as sql, Reading};
use sha2::{Digest, Sha256};

use super::changes::EVERY_TABLE;
use super::entry::{self, Recorder};
use super::turns::Mark;
use super::{Bytes, Cache};
use crate::codec;
use crate::database::{Database, Session};

/// How the results of a query set are cached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cached {
    pub(crate) ttl: Option<Duration>,
    /// What tells this use of the query set from others.
    pub(crate) key: Option<Arc<str>>,
    /// Whether the database is asked in any case, and what it says is kept.
    pub(crate) renew: bool,
}

/// What comes of looking into the cache.
struct Found {
    /// Rows that are good.
    rows: Option<Bytes>,
    /// The time of the clock.
    now: u64,
}

type Answer = (Box<dyn RowSink>, Result<Outcome>);

/// Runs a statement that reads, or hands on what it gave before.
pub(crate) async fn read(
    cached: &Cached,
    statement: &Statement,
    reading: Reading<'_>,
    sink: Box<dyn RowSink>,
    session: Session<'_>,
) -> Answer {
    let locks = matches!(reading, Reading::Rows(query) if query.lock.is_some());
    if locks || cached.ttl == Some(Duration::ZERO) || session.has_written() {
        return session.run(statement, sink).await;
    }
    let database = session.database();
    let cache = database.cache();
    let place = match Place::of(cached, statement, reading, &cache, database) {
        Ok(place) => place,
        Err(error) => return (sink, Err(error)),
    };
    if !cache.tell_untold().await {
        return session.run(statement, sink).await;
    }
    if !cached.renew {
        match place.look().await {
            Ok(Found { rows: Some(rows), .. }) => return replayed(&rows, sink, statement, session).await,
            Ok(_) => {}
            Err(error) => {
                warn(&error);
                return session.run(statement, sink).await;
            }
        }
    }
    // Nobody is waited for with a connection in hand, which the other one may need; and what is read there may be older
    // than the clock says.
    if session.is_in_transaction() {
        return session.run(statement, sink).await;
    }
    let _turn = cache.0.turns.of(&place.key).await;
    let (mut mark, since) = (Mark::new(&cache, &place.key), Instant::now());
    let now = loop {
        // Marked first: who had the mark before has kept what it found.
        let marked = cached.renew || mark.set(since).await;
        match place.look().await {
            Ok(Found { rows: Some(rows), .. }) if !cached.renew => {
                mark.remove().await;
                return replayed(&rows, sink, statement, session).await;
            }
            Ok(found) if marked => break Some(found.now),
            Ok(_) => {}
            Err(error) => {
                warn(&error);
                break None;
            }
        }
    };
    let answer = match now {
        Some(now) => kept(&place, now, statement, sink, session, cached.ttl).await,
        None => session.run(statement, sink).await,
    };
    mark.remove().await;
    answer
}

/// Runs the statement, and keeps what it gives.
async fn kept(
    place: &Place,
    now: u64,
    statement: &Statement,
    sink: Box<dyn RowSink>,
    session: Session<'_>,
    ttl: Option<Duration>,
) -> Answer {
    let (recorder, outcome) = session.run(statement, Recorder::new(sink)).await;
    let (sink, rows) = match Recorder::finish(recorder, now) {
        Ok(finished) => finished,
        Err(error) => return (Box::new(embellie_core::Discard), Err(error)),
    };
    if let (Ok(_), Some(rows)) = (&outcome, rows)
        && let Err(error) = place.cache.store().set(&place.key, rows, ttl).await
    {
        warn(&error);
    }
    (sink, outcome)
}

/// Hands on rows that were kept; what cannot be read is asked for again.
async fn replayed(rows: &[u8], mut sink: Box<dyn RowSink>, statement: &Statement, session: Session<'_>) -> Answer {
    match entry::replay(rows, &mut *sink) {
        Ok(outcome) => (sink, Ok(outcome)),
        Err(error) => {
            warn(&error);
            sink.restart();
            session.run(statement, sink).await
        }
    }
}

fn warn(error: &Error) {
    tracing::warn!(%error, "the cache failed: the database is asked instead");
}

/// Where the rows of a statement are kept.
struct Place {
    cache: Cache,
    key: String,
    clock: String,
    tables: Arc<[String]>,
}

/// So many texts are known before they are found out anew.
const KNOWN: usize = 2_048;

/// The tables that statements read, by their texts: the same for all statements of one text.
#[derive(Default)]
pub(super) struct Tables(Mutex<HashMap<Arc<str>, Arc<[String]>>>);

impl Tables {
    fn of(&self, sql: &Arc<str>, find: impl FnOnce() -> Result<Vec<String>>) -> Result<Arc<[String]>> {
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(sql) {
            return Ok(Arc::clone(known));
        }
        let found: Arc<[String]> = find()?.into();
        let mut known = lock();
        if known.len() >= KNOWN {
            known.clear();
        }
        known.insert(Arc::clone(sql), Arc::clone(&found));
        Ok(found)
    }
}

impl Place {
    fn of(
        cached: &Cached,
        statement: &Statement,
        reading: Reading<'_>,
        cache: &Cache,
        database: &Database,
    ) -> Result<Self> {
        let tables = cache.0.tables.of(&statement.sql, || {
            let (mut tables, _) = sql::tables(reading, database.registry(), database.target())?;
            tables.push(EVERY_TABLE.to_owned());
            Ok(tables)
        })?;
        let identity = database.identity();
        let mut bytes = Vec::new();
        let mut part = |text: &str| codec::write(&mut bytes, embellie_core::ColumnRef::Text(text));
        part(&identity.database)?;
        part(&identity.view)?;
        part(&statement.sql)?;
        match &cached.key {
            Some(key) => part(key)?,
            None => codec::write(&mut bytes, embellie_core::ColumnRef::Null)?,
        }
        for parameter in &statement.parameters {
            codec::write_value(&mut bytes, parameter)?;
        }
        let digest = URL_SAFE_NO_PAD.encode(Sha256::digest(&bytes));
        let key = format!("{}:rows:{digest}", cache.0.prefix);
        Ok(Place { cache: cache.clone(), key, clock: database.clock(cache), tables })
    }

    async fn look(&self) -> Result<Found> {
        let look = self.cache.store().look(&self.key, &self.clock, &self.tables).await?;
        let good = |rows: &Bytes| entry::stamp(rows).is_some_and(|stamp| stamp >= look.changed);
        Ok(Found { rows: look.entry.filter(good), now: look.now })
    }
}
