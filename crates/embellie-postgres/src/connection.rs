//! The connection that a task uses.

mod ahead;
mod batch;
mod control;
mod copy;
mod cursor;
mod prepare;
mod rows;
mod run;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use embellie_core::{
    BoxFuture, Connection, Control, CopySink, CopySource, Error, Executed, Outcome, RowSink, ServerInfo, Statement,
};
use tokio::runtime::Handle;
use tokio::time::timeout;

use crate::cache::StatementCache;
use crate::cancel::Canceller;
use crate::error::{from_server, lost};
use crate::link::{Link, Place, Unanswered};
use crate::types::Types;
use ahead::Ahead;
use cursor::Cursors;

/// How long a statement that a dropped future has left may take to end by itself before it is cancelled.
const GRACE: Duration = Duration::from_millis(5);
/// How long the server may take to act on a request to cancel, and then to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a commit may take to end. It is not cancelled: its outcome would be open.
const COMMIT_PATIENCE: Duration = Duration::from_secs(30);

/// A connection to a PostgreSQL database.
pub(crate) struct PostgresConnection {
    link: Link,
    server: ServerInfo,
    canceller: Canceller,
    cache: StatementCache,
    types: Types,
    /// Whether the rows of statements that copy are to be inserted instead, by their texts.
    copies: HashMap<Arc<str>, bool>,
    /// What goes in front of whatever is sent next.
    ahead: Ahead,
    /// How many statements were given a name.
    named: u64,
    /// Where the columns of the current row are.
    places: Vec<Place>,
    /// Whether a commit is under way.
    commits: bool,
    /// Whether what was sent may have changed the schema.
    changes_schema: bool,
    /// Whether the open transaction has.
    changed_schema: bool,
    /// The savepoint that was set last. Later ones have higher numbers.
    savepoint: u32,
    /// The cursors of the transaction.
    cursors: Cursors,
}

impl PostgresConnection {
    pub(crate) fn new(link: Link, server: ServerInfo, canceller: Canceller, statement_cache: usize) -> Self {
        PostgresConnection {
            link,
            server,
            canceller,
            cache: StatementCache::new(statement_cache),
            types: Types::default(),
            copies: HashMap::new(),
            ahead: Ahead::default(),
            named: 0,
            places: Vec::new(),
            commits: false,
            changes_schema: false,
            changed_schema: false,
            savepoint: 0,
            cursors: Cursors::default(),
        }
    }

    fn usable(&self) -> Result<(), Error> {
        if self.link.has_ended() { Err(self.lost()) } else { Ok(()) }
    }

    fn lost(&self) -> Error {
        lost(self.link.reason())
    }

    /// Whether a transaction is open, or will be with the next statement.
    fn is_in_transaction(&self) -> bool {
        self.link.is_in_transaction() || self.ahead.begins()
    }

    /// Waits for what a dropped future has left, and makes sure that there is still somebody to talk to.
    async fn ready(&mut self) -> Result<(), Error> {
        self.usable()?;
        if self.link.owes() {
            let drained = self.link.drain().await;
            drained.map_err(|_| self.lost())?;
            self.landed();
        } else if self.link.glance().is_err() {
            return Err(self.lost());
        }
        Ok(())
    }

    /// Notes what has become of the transaction and the schema, now that the server is ready.
    fn landed(&mut self) {
        self.commits = false;
        if std::mem::take(&mut self.changes_schema) {
            self.changed_schema = true;
            self.forget_statements();
        }
        if self.link.is_in_transaction() {
            return;
        }
        self.savepoint = 0;
        self.cursors.forget_all();
        // Statements that were prepared since may know a schema that is undone.
        if std::mem::take(&mut self.changed_schema) {
            self.forget_statements();
        }
    }

    /// Statements that were prepared before may give other columns now.
    fn forget_statements(&mut self) {
        for prepared in self.cache.clear() {
            self.ahead.close(&prepared.handle);
        }
        self.types.clear();
        self.copies.clear();
    }

    /// Notes how an exchange has ended, and gives its error in embellie's terms.
    fn concluded(&mut self, answered: Result<(), Unanswered>) -> Result<(), Error> {
        if !self.link.owes() && !self.link.has_ended() {
            self.landed();
        }
        answered.map_err(|unanswered| match unanswered {
            Unanswered::Server(error) => from_server(&error),
            Unanswered::Stopped(error) => error,
            Unanswered::Copies => Error::NotSupported(
                "COPY to or from the client is no statement to execute: the driver's copy_in and copy_out do it".into(),
            ),
            Unanswered::Lost => self.lost(),
            Unanswered::Malformed(malformed) => {
                self.link.damaged(malformed);
                self.lost()
            }
        })
    }

    /// Waits until the server is done with what a dropped future has left, and cancels it if it does not end at once.
    async fn settle(&mut self) -> Result<(), Error> {
        if !self.link.owes() {
            return self.ready().await;
        }
        let patience = if self.commits { COMMIT_PATIENCE } else { PATIENCE };
        if timeout(GRACE, self.link.drain()).await.is_err() {
            if !self.commits {
                // Whether it was heard shows in the answer.
                let _ = timeout(PATIENCE, self.canceller.clone().cancel()).await;
            }
            if timeout(patience, self.link.drain()).await.is_err() {
                self.link.end("the server did not stop a statement that was given up");
            }
        }
        self.usable()?;
        self.landed();
        Ok(())
    }

    async fn clean_up(&mut self) -> Result<(), Error> {
        self.usable()?;
        self.settle().await?;
        self.ahead.controls.clear();
        if self.link.is_in_transaction() {
            match timeout(PATIENCE, self.send_control(&Control::Rollback)).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => {
                    self.link.end("it did not roll back");
                    return Err(error);
                }
                Err(_) => {
                    self.link.end("the server did not roll back");
                    return Err(self.lost());
                }
            }
        }
        Ok(())
    }
}

impl Connection for PostgresConnection {
    fn server(&self) -> &ServerInfo {
        &self.server
    }

    fn execute<'a>(
        &'a mut self,
        statement: &'a Statement,
        mut sink: Box<dyn RowSink>,
    ) -> BoxFuture<'a, (Box<dyn RowSink>, Result<Outcome, Error>)> {
        Box::pin(async move {
            let result = self.run(statement, &mut *sink).await;
            (sink, result)
        })
    }

    fn execute_all<'a>(&'a mut self, work: Vec<(&'a Statement, Box<dyn RowSink>)>) -> BoxFuture<'a, Executed> {
        Box::pin(self.run_all(work))
    }

    fn copy_in<'a>(
        &'a mut self,
        statement: &'a Statement,
        source: &'a mut CopySource<'_>,
    ) -> BoxFuture<'a, Result<Outcome, Error>> {
        Box::pin(self.take_in(statement, source))
    }

    fn copy_out<'a>(
        &'a mut self,
        statement: &'a Statement,
        sink: &'a mut CopySink<'_>,
    ) -> BoxFuture<'a, Result<Outcome, Error>> {
        Box::pin(self.give_out(statement, sink))
    }

    fn open_cursor<'a>(
        &'a mut self,
        cursor: u32,
        statement: &'a Statement,
        rows: usize,
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(self.declare(cursor, statement, rows))
    }

    fn fetch(
        &mut self,
        cursor: u32,
        mut sink: Box<dyn RowSink>,
    ) -> BoxFuture<'_, (Box<dyn RowSink>, Result<Outcome, Error>)> {
        Box::pin(async move {
            let result = self.fetch_rows(cursor, &mut *sink).await;
            (sink, result)
        })
    }

    fn close_cursor(&mut self, cursor: u32) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(self.close(cursor))
    }

    fn control<'a>(&'a mut self, control: &'a Control) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(self.run_control(control))
    }

    fn reset(&mut self) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(self.clean_up())
    }

    fn is_clean(&mut self) -> bool {
        !self.link.has_ended()
            && !self.link.owes()
            && !self.link.is_in_transaction()
            && self.ahead.controls.is_empty()
            && self.link.glance().is_ok()
    }

    fn is_broken(&self) -> bool {
        self.link.has_ended()
    }
}

impl Drop for PostgresConnection {
    /// What still runs for nobody is stopped, but for a commit.
    fn drop(&mut self) {
        if !self.link.has_ended()
            && self.link.owes()
            && !self.commits
            && let Ok(runtime) = Handle::try_current()
        {
            let canceller = self.canceller.clone();
            runtime.spawn(timeout(PATIENCE, canceller.cancel()));
        }
    }
}
