//! Cursors: rows that the server keeps until they are fetched.

use std::collections::BTreeMap;
use std::sync::Arc;

use embellie_core::{Discard, Error, Outcome, RowSink, Statement};

use super::PostgresConnection;
use super::prepare::Draft;
use super::run::Failure;
use crate::cache::{Handle, Prepared};
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

    /// The transaction has ended, and they with it.
    pub(super) fn forget_all(&mut self) {
        self.0.clear();
    }
}

impl PostgresConnection {
    pub(super) async fn declare(&mut self, cursor: u32, statement: &Statement, rows: usize) -> Result<(), Error> {
        self.ready().await?;
        if !self.is_in_transaction() {
            return Err(Error::TransactionManagement("a cursor is opened in a transaction".into()));
        }
        let savepoint = self.savepoint;
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
        let fetch = format!("FETCH FORWARD {rows} FROM e{cursor}").into();
        self.run_new(&declaration(cursor, &statement.sql, statement), false, &mut Discard).await?;
        let fetched = self.describe(&fetch).await?;
        let Some(readable) = readable::rewrite(&statement.sql, &fetched.columns) else { return Ok(fetched) };
        self.run_new(&closing(cursor), false, &mut Discard).await?;
        self.run_new(&declaration(cursor, &readable, statement), false, &mut Discard).await?;
        self.describe(&fetch).await
    }

    /// What a statement gives that is not kept at the server.
    async fn describe(&mut self, sql: &Arc<str>) -> Result<Arc<Prepared>, Error> {
        let draft = Draft { sql: Arc::clone(sql), handle: Handle::Text(Arc::clone(sql)) };
        let described = self.parse(&[draft]).await?;
        described.into_iter().next().map(Arc::new).ok_or_else(ended)
    }

    pub(super) async fn fetch_rows(&mut self, cursor: u32, sink: &mut dyn RowSink) -> Result<Outcome, Error> {
        self.ready().await?;
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
        self.hand_on(&fetch, &[], false, sink).await.map_err(|failure| match failure {
            Failure::Outdated(error) | Failure::Other(error) => error,
        })
    }

    pub(super) async fn close(&mut self, number: u32) -> Result<(), Error> {
        if !self.cursors.0.contains_key(&number) {
            return Ok(());
        }
        self.ready().await?;
        // It ends with its transaction, which is all that is left to do with one that has failed.
        let over = !self.link.is_in_transaction() || self.link.has_failed();
        let Some(cursor) = self.cursors.0.get_mut(&number).filter(|_| !over) else {
            self.cursors.0.remove(&number);
            return Ok(());
        };
        // Whether it is closed is not known once this future was dropped. To close what is not there would end the
        // transaction.
        let known = std::mem::replace(&mut cursor.known, false);
        if known || self.is_declared(number).await? {
            self.run_new(&closing(number), false, &mut Discard).await?;
        }
        self.cursors.0.remove(&number);
        Ok(())
    }

    async fn is_declared(&mut self, number: u32) -> Result<bool, Error> {
        let asked = format!("SELECT 1 FROM pg_catalog.pg_cursors WHERE name = 'e{number}'");
        let found = self.run_new(&Statement::read(asked, Vec::new()), false, &mut Discard).await?;
        Ok(found.rows > 0)
    }
}

fn closing(cursor: u32) -> Statement {
    Statement::read(format!("CLOSE e{cursor}"), Vec::new())
}

fn declaration(cursor: u32, sql: &str, statement: &Statement) -> Statement {
    let sql = sql.trim_end_matches(|c: char| c == ';' || c.is_whitespace());
    Statement::read(format!("DECLARE e{cursor} NO SCROLL CURSOR FOR {sql}"), statement.parameters.clone())
}

fn ended() -> Error {
    Error::TransactionManagement("the cursor has ended: what it was opened in was rolled back".into())
}
