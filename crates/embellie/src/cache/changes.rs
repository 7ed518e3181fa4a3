//! Changes of tables: gathered while they are not committed, told to the cache when they are.

use std::collections::BTreeSet;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use embellie_core::{Effect, Statement};

use super::Cache;
use crate::database::Database;

/// Stands for every table: changes of the schema.
pub(super) const EVERY_TABLE: &str = "*";

/// The tables that were changed, in order.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    tables: Vec<Arc<str>>,
    /// Whether anything was written, known tables or not.
    any: bool,
}

impl Changes {
    /// Notes what a statement is about to change.
    pub(crate) fn note(&mut self, statement: &Statement) {
        match (statement.effect, &statement.table) {
            (Effect::Read, _) => {}
            (Effect::Schema, _) => self.add(EVERY_TABLE.into()),
            (Effect::Write, Some(table)) => self.add(Arc::clone(table)),
            (Effect::Write, None) => self.any = true,
        }
    }

    pub(crate) fn add(&mut self, table: Arc<str>) {
        self.any = true;
        if self.tables.last() != Some(&table) {
            self.tables.push(table);
        }
    }

    /// Whether anything was written, also if it was undone since: it cost little to ask the database then.
    pub(crate) fn any(&self) -> bool {
        self.any
    }

    /// How many changes there were.
    pub(crate) fn len(&self) -> usize {
        self.tables.len()
    }

    /// The changes since then were undone.
    pub(crate) fn truncate(&mut self, len: usize) {
        self.tables.truncate(len);
    }

    /// The changes, to be told to the cache of a database.
    pub(crate) fn pending(&mut self, database: &Database) -> Option<Pending> {
        let tables = std::mem::take(&mut self.tables);
        (!tables.is_empty()).then(|| Pending::of_tables(tables, database))
    }
}

/// Changes that the cache has to be told of.
pub(crate) struct Pending {
    database: Database,
    tables: Vec<Arc<str>>,
}

impl Pending {
    pub(crate) fn of_tables(tables: Vec<Arc<str>>, database: &Database) -> Self {
        Pending { database: database.clone(), tables }
    }

    /// What a statement outside of transactions changes.
    pub(crate) fn of(statement: &Statement, database: &Database) -> Option<Self> {
        if statement.effect == Effect::Read {
            return None;
        }
        let mut changes = Changes::default();
        changes.note(statement);
        changes.pending(database)
    }

    /// Notes the changes: from now on, nothing is taken from the cache before it was told of them. A cache in this process
    /// is told at once; another one is given back, [to be told](Cache::tell).
    pub(crate) fn note(self) -> Option<Cache> {
        let cache = self.database.cache_in_use()?.clone();
        let tables: Vec<String> = self.tables.iter().map(ToString::to_string).collect();
        cache.0.untold.add(&self.database.clock(&cache), &tables);
        if cache.store().is_shared() {
            return Some(cache);
        }
        let told = pin!(cache.tell_untold());
        match told.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(true) => None,
            _ => Some(cache.clone()),
        }
    }
}

/// Changes that the store could not be told of, with their clocks.
#[derive(Default)]
pub(super) struct Untold(Mutex<BTreeSet<(String, String)>>);

impl Untold {
    fn add(&self, clock: &str, tables: &[String]) {
        let mut untold = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        untold.extend(tables.iter().map(|table| (clock.to_owned(), table.clone())));
    }

    fn of_one_clock(&self) -> Option<(String, Vec<String>)> {
        let untold = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (clock, _) = untold.first()?;
        let tables = untold.iter().filter(|(other, _)| other == clock).map(|(_, table)| table.clone()).collect();
        Some((clock.clone(), tables))
    }

    fn remove(&self, clock: &str, tables: &[String]) {
        let mut untold = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        untold.retain(|(other, table)| other != clock || !tables.contains(table));
    }
}

impl Cache {
    /// Tells the store what has changed.
    pub(crate) async fn tell(&self) {
        if !self.tell_untold().await {
            tracing::error!(
                "the cache could not be told that tables have changed: other processes may get what is out of date, \
                 until its time is over",
            );
        }
    }

    /// Tells the store what it could not be told before, and says whether it was.
    pub(super) async fn tell_untold(&self) -> bool {
        while let Some((clock, tables)) = self.0.untold.of_one_clock() {
            if self.store().change(&clock, &tables).await.is_err() {
                return false;
            }
            self.0.untold.remove(&clock, &tables);
        }
        true
    }
}
