//! Cursors: rows that the server keeps until they are fetched.

use std::collections::BTreeMap;
use std::sync::Arc;

use embellie_core::{Discard, Error, Outcome, RowSink, Statement};

use super::{Failure, Flight, PostgresConnection};
use crate::cache::Prepared;
use crate::readable;

/// The cursors of a transaction, by their numbers.
#[derive(Default)]
pub(super) struct Cursors(BTreeMap<u32, Cursor>);

struct Cursor {
    /// The savepoint that had been set last when it was declared: it ends with that one.
    savepoint: u32,
    /// Whether the server is known to have it.
    known: bool,
    /// What takes its next chunk, once that is prepared.
    fetch: Option<Arc<Prepared>>,
    /// Whether the first chunk is still to come.
    untouched: bool,
}

impl Cursors {
    /// The server has closed those that were declared since a savepoint.
    pub(super) fn forget_since(&mut self, savepoint: u32) {
        self.0.retain(|_, cursor| cursor.savepoint < savepoint);
    }
}

impl PostgresConnection {
    pub(super) async fn declare(&mut self, cursor: u32, statement: &Statement, rows: usize) -> Result<(), Error> {
        self.usable()?;
        if !self.transaction.open {
            return Err(Error::TransactionManagement("a cursor is opened in a transaction".into()));
        }
        let savepoint = self.transaction.savepoint;
        self.cursors.0.insert(cursor, Cursor { savepoint, known: false, fetch: None, untouched: true });
        let declared = self.declare_readable(cursor, statement, rows).await;
        match (declared, self.cursors.0.get_mut(&cursor)) {
            (Ok(fetch), Some(cursor)) => {
                cursor.known = true;
                cursor.fetch = Some(fetch);
                Ok(())
            }
            (Err(error), _) => {
                self.cursors.0.remove(&cursor);
                Err(error)
            }
            (Ok(_), None) => Err(ended()),
        }
    }

    /// Declares a cursor, once more if its columns are of types that have to be cast.
    async fn declare_readable(
        &mut self,
        cursor: u32,
        statement: &Statement,
        rows: usize,
    ) -> Result<Arc<Prepared>, Error> {
        let fetch = format!("FETCH FORWARD {rows} FROM e{cursor}");
        self.run(&declaration(cursor, &statement.sql, statement), &mut Discard).await?;
        let parsed = self.parse(&fetch).await?;
        let Some(readable) = readable::rewrite(&statement.sql, parsed.columns()) else {
            return Ok(Arc::new(Prepared::new(parsed)));
        };
        self.tell(&format!("CLOSE e{cursor}")).await?;
        self.run(&declaration(cursor, &readable, statement), &mut Discard).await?;
        Ok(Arc::new(Prepared::new(self.parse(&fetch).await?)))
    }

    async fn parse(&mut self, sql: &str) -> Result<tokio_postgres::Statement, Error> {
        let before = std::mem::replace(&mut self.flight, Flight::Statement);
        let parsed = self.client.prepare(sql).await.map_err(Failure::from);
        self.landed(before, parsed)
    }

    async fn tell(&mut self, sql: &str) -> Result<(), Error> {
        let before = std::mem::replace(&mut self.flight, Flight::Statement);
        let told = self.client.batch_execute(sql).await.map_err(Failure::from);
        self.landed(before, told)
    }

    pub(super) async fn fetch_rows(&mut self, cursor: u32, sink: &mut dyn RowSink) -> Result<Outcome, Error> {
        self.usable()?;
        let known = self.cursors.0.get_mut(&cursor);
        let Some((fetch, first)) = known.and_then(|cursor| {
            let first = std::mem::take(&mut cursor.untouched);
            cursor.fetch.clone().map(|fetch| (fetch, first))
        }) else {
            return Err(ended());
        };
        if first {
            sink.columns(&*fetch)?;
        }
        let before = std::mem::replace(&mut self.flight, Flight::Statement);
        let fetched = self.hand_on(&fetch, &[], sink).await;
        self.landed(before, fetched)
    }

    pub(super) async fn close(&mut self, number: u32) -> Result<(), Error> {
        let Some(cursor) = self.cursors.0.get_mut(&number) else { return Ok(()) };
        // It ends with its transaction, which is all that is left to do with one that has failed.
        if !self.transaction.open || self.transaction.failed {
            self.cursors.0.remove(&number);
            return Ok(());
        }
        // Whether it is closed is not known once this future was dropped. To close what is not there would end the
        // transaction.
        let known = std::mem::replace(&mut cursor.known, false);
        if known || self.is_declared(number).await? {
            self.tell(&format!("CLOSE e{number}")).await?;
        }
        self.cursors.0.remove(&number);
        Ok(())
    }

    async fn is_declared(&mut self, number: u32) -> Result<bool, Error> {
        let before = std::mem::replace(&mut self.flight, Flight::Statement);
        let asked = format!("SELECT 1 FROM pg_catalog.pg_cursors WHERE name = 'e{number}'");
        let answered = self.client.simple_query(&asked).await.map_err(Failure::from);
        match self.landed(before, answered) {
            Ok(messages) => {
                Ok(messages.iter().any(|message| matches!(message, tokio_postgres::SimpleQueryMessage::Row(_))))
            }
            // What a dropped future has left has failed, and all cursors with it.
            Err(_) if self.transaction.failed => Ok(false),
            Err(error) => Err(error),
        }
    }
}

fn declaration(cursor: u32, sql: &str, statement: &Statement) -> Statement {
    let sql = sql.trim_end_matches(|c: char| c == ';' || c.is_whitespace());
    Statement::read(format!("DECLARE e{cursor} NO SCROLL CURSOR FOR {sql}"), statement.parameters.clone())
}

fn ended() -> Error {
    Error::TransactionManagement("the cursor has ended: what it was opened in was rolled back".into())
}
