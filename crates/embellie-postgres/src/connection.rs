//! The connection that a task uses.

mod cursor;

use std::pin::pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use embellie_core::{
    BoxFuture, Connection, Control, DatabaseError, Effect, Error, Outcome, RowSink, ServerInfo, Statement, Value,
};
use futures_util::StreamExt;
use tokio::runtime::Handle;
use tokio::task::AbortHandle;
use tokio::time::timeout;
use tokio_postgres::Client;

use crate::cache::{Prepared, StatementCache};
use crate::cancel::Canceller;
use crate::encode::Parameter;
use crate::error::{from_postgres, is_fatal, lost, unsent};
use crate::readable;
use crate::row::WireRow;
use crate::transaction::{self, Spoken, Transaction};
use cursor::Cursors;

/// How long a statement that a dropped future has left may take to end by itself before it is cancelled.
const GRACE: Duration = Duration::from_millis(5);
/// How long the server may take to act on a request to cancel, and then to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a commit may take to end. It is not cancelled: its outcome would be open.
const COMMIT_PATIENCE: Duration = Duration::from_secs(30);

/// A connection to a PostgreSQL database.
pub(crate) struct PostgresConnection {
    client: Client,
    server: ServerInfo,
    canceller: Canceller,
    task: AbortHandle,
    /// Why the connection ended, once it has.
    last_words: Arc<OnceLock<String>>,
    cache: StatementCache,
    transaction: Transaction,
    /// The cursors of the transaction.
    cursors: Cursors,
    flight: Flight,
    broken: bool,
}

/// What a connection is made of.
pub(crate) struct Parts {
    pub(crate) client: Client,
    pub(crate) server: ServerInfo,
    pub(crate) canceller: Canceller,
    pub(crate) task: AbortHandle,
    pub(crate) last_words: Arc<OnceLock<String>>,
}

/// Whether the server may still be at work. It is set before anything is sent, and stays when a future is dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flight {
    Idle,
    Statement,
    Commit,
}

/// Why a statement did not end well.
enum Failure {
    /// It was not sent.
    Unsent(Error),
    Server(tokio_postgres::Error),
    /// The sink refused a row: more may be on their way.
    Sink(Error),
}

impl From<tokio_postgres::Error> for Failure {
    fn from(error: tokio_postgres::Error) -> Self {
        match unsent(&error) {
            Some(reason) => Failure::Unsent(reason),
            None => Failure::Server(error),
        }
    }
}

impl PostgresConnection {
    pub(crate) fn new(parts: Parts, statement_cache: usize) -> Self {
        let Parts { client, server, canceller, task, last_words } = parts;
        PostgresConnection {
            client,
            server,
            canceller,
            task,
            last_words,
            cache: StatementCache::new(statement_cache),
            transaction: Transaction::default(),
            cursors: Cursors::default(),
            flight: Flight::Idle,
            broken: false,
        }
    }

    fn usable(&self) -> Result<(), Error> {
        if self.is_broken() { Err(self.lost()) } else { Ok(()) }
    }

    fn lost(&self) -> Error {
        lost(self.last_words.get().map_or("it was closed", String::as_str))
    }

    /// Notes what an error means for the connection and its transaction.
    fn note(&mut self, error: tokio_postgres::Error) -> Error {
        self.broken |= is_fatal(&error);
        self.transaction.failed |= self.transaction.open && error.as_db_error().is_some();
        if error.is_closed() { self.lost() } else { from_postgres(error) }
    }

    async fn run(&mut self, statement: &Statement, sink: &mut dyn RowSink) -> Result<Outcome, Error> {
        self.usable()?;
        let before = self.flight;
        self.flight = Flight::Statement;
        let spoken = match statement.effect {
            Effect::Schema => {
                self.transaction.suspected |= Spoken::may_begin(&statement.sql);
                None
            }
            _ => Spoken::of(&statement.sql),
        };
        if spoken == Some(Spoken::Begins) && !self.transaction.open {
            self.transaction = Transaction::begun();
        }
        let result = if statement.effect == Effect::Schema && statement.parameters.is_empty() {
            self.run_script(&statement.sql).await
        } else {
            self.run_prepared(statement, sink).await
        };
        let outcome = self.landed(before, result)?;
        match spoken {
            Some(Spoken::Ends) => self.transaction = Transaction::default(),
            Some(Spoken::RollsBackTo) => self.transaction.failed = false,
            Some(Spoken::ChangesSchema) => self.schema_has_changed(),
            _ => {}
        }
        Ok(outcome)
    }

    /// Notes what came of what was sent, where `before` was on its way when it was.
    fn landed<T>(&mut self, before: Flight, result: Result<T, Failure>) -> Result<T, Error> {
        match result {
            Ok(outcome) => {
                self.flight = Flight::Idle;
                Ok(outcome)
            }
            Err(Failure::Unsent(error)) => {
                self.flight = before;
                Err(error)
            }
            Err(Failure::Server(error)) => {
                self.flight = Flight::Idle;
                Err(self.note(error))
            }
            Err(Failure::Sink(error)) => Err(error),
        }
    }

    /// Runs statements that take no parameters and give no rows.
    async fn run_script(&mut self, sql: &str) -> Result<Outcome, Failure> {
        self.client.batch_execute(sql).await?;
        self.schema_has_changed();
        Ok(Outcome::default())
    }

    /// Statements that were prepared before may give other columns now.
    fn schema_has_changed(&mut self) {
        self.forget_statements();
        self.transaction.schema_changed |= self.transaction.open;
    }

    fn forget_statements(&mut self) {
        self.cache.clear();
        self.client.clear_type_cache();
    }

    async fn run_prepared(&mut self, statement: &Statement, sink: &mut dyn RowSink) -> Result<Outcome, Failure> {
        let (prepared, was_kept) = match self.cache.get(&statement.sql) {
            Some(prepared) => (prepared, true),
            None => (self.prepare(statement).await?, false),
        };
        match self.run_once(&prepared, statement, sink).await {
            Err(Failure::Server(error)) if was_kept && is_outdated(&error) => {
                self.cache.remove(&statement.sql);
                self.client.clear_type_cache();
                drop(prepared);
                // In a transaction, the error has already undone what was done.
                if self.transaction.open {
                    return Err(Failure::Server(error));
                }
                let prepared = self.prepare(statement).await?;
                self.run_once(&prepared, statement, sink).await
            }
            result => result,
        }
    }

    async fn prepare(&mut self, statement: &Statement) -> Result<Arc<Prepared>, Failure> {
        let mut parsed = self.client.prepare(&statement.sql).await?;
        if let Some(readable) = readable::rewrite(&statement.sql, parsed.columns()) {
            parsed = self.client.prepare(&readable).await?;
        }
        let prepared = Arc::new(Prepared::new(parsed));
        if statement.effect != Effect::Schema {
            self.cache.insert(&statement.sql, &prepared);
        }
        Ok(prepared)
    }

    /// Runs a statement that is prepared. Nothing has reached the sink when the server refuses a statement
    /// that is no longer valid.
    async fn run_once(
        &mut self,
        prepared: &Prepared,
        statement: &Statement,
        sink: &mut dyn RowSink,
    ) -> Result<Outcome, Failure> {
        fit(prepared, &statement.parameters).map_err(Failure::Unsent)?;
        sink.columns(prepared).map_err(Failure::Unsent)?;
        self.hand_on(prepared, &statement.parameters, sink).await
    }

    /// Sends the parameters and hands on the rows.
    async fn hand_on(
        &self,
        prepared: &Prepared,
        parameters: &[Value],
        sink: &mut dyn RowSink,
    ) -> Result<Outcome, Failure> {
        let parameters = parameters.iter().enumerate();
        let parameters = parameters.map(|(i, value)| Parameter { place: i + 1, value });
        let mut rows = pin!(self.client.query_raw(&prepared.statement, parameters).await?);
        while let Some(row) = rows.next().await {
            let row = WireRow { row: &row?, columns: &prepared.columns };
            sink.row(&row).map_err(Failure::Sink)?;
        }
        Ok(Outcome { rows: rows.rows_affected().unwrap_or(0) })
    }

    async fn run_control(&mut self, control: &Control) -> Result<(), Error> {
        self.usable()?;
        match control {
            Control::Begin | Control::BeginReading if self.transaction.open => {
                return Err(Error::TransactionManagement("a transaction is already open on this connection".into()));
            }
            Control::Begin | Control::BeginReading => {
                self.transaction = Transaction::begun();
                self.cursors = Cursors::default();
            }
            _ if !self.transaction.open => {
                return Err(Error::TransactionManagement("no transaction is open on this connection".into()));
            }
            Control::Commit => return self.commit().await,
            Control::Rollback | Control::RollbackTo(_) => {
                self.settle().await?;
                // Statements that were prepared since may know a schema that is undone.
                if self.transaction.schema_changed {
                    self.forget_statements();
                }
            }
            Control::Savepoint(mark) => self.transaction.savepoint = *mark,
            Control::Release(_) => {}
        }
        self.flight = Flight::Statement;
        let result = self.client.batch_execute(&transaction::sql(control)).await;
        self.flight = Flight::Idle;
        match (result, control) {
            (Ok(()), Control::Rollback) => self.transaction = Transaction::default(),
            (Ok(()), Control::RollbackTo(mark)) => {
                self.transaction.failed = false;
                self.cursors.forget_since(*mark);
            }
            (Ok(()), _) => {}
            (Err(error), Control::Begin | Control::BeginReading) => {
                self.transaction = Transaction::default();
                return Err(self.note(error));
            }
            (Err(error), _) => return Err(self.note(error)),
        }
        Ok(())
    }

    async fn commit(&mut self) -> Result<(), Error> {
        if self.flight != Flight::Idle {
            // Whether what a dropped future has left has failed is not known, and COMMIT would not say so.
            if let Err(error) = self.client.batch_execute("SELECT 1").await {
                self.note(error);
                self.usable()?;
            }
            self.flight = Flight::Idle;
        }
        let failed = self.transaction.failed;
        self.flight = if failed { Flight::Statement } else { Flight::Commit };
        let result = self.client.batch_execute(if failed { "ROLLBACK" } else { "COMMIT" }).await;
        self.flight = Flight::Idle;
        if failed && self.transaction.schema_changed {
            self.forget_statements();
        }
        if let Err(error) = result {
            let error = self.note(error);
            // A commit that the server refuses has rolled back.
            self.transaction = Transaction::default();
            return Err(error);
        }
        self.transaction = Transaction::default();
        if failed {
            return Err(Error::TransactionManagement(
                "the transaction was rolled back instead of committed, because a statement in it had failed".into(),
            ));
        }
        Ok(())
    }

    /// Waits until the server is done with what a dropped future has left, and cancels it if it does not end at once.
    async fn settle(&mut self) -> Result<(), Error> {
        let patience = match self.flight {
            Flight::Idle => return Ok(()),
            Flight::Statement => PATIENCE,
            Flight::Commit => COMMIT_PATIENCE,
        };
        let answered = {
            // It is answered after all that was sent before.
            let mut answer = pin!(self.client.check_connection());
            match timeout(GRACE, &mut answer).await {
                Ok(answered) => Ok(answered),
                Err(_) => {
                    if self.flight == Flight::Statement {
                        // Whether it was heard shows in the answer.
                        let _ = timeout(PATIENCE, self.canceller.clone().cancel()).await;
                    }
                    timeout(patience, answer).await
                }
            }
        };
        match answered {
            Ok(Ok(())) => {
                self.flight = Flight::Idle;
                Ok(())
            }
            Ok(Err(error)) => Err(self.note(error)),
            Err(_) => {
                self.give_up();
                Err(lost("the server did not stop a statement that was given up"))
            }
        }
    }

    fn give_up(&mut self) {
        self.broken = true;
        self.task.abort();
    }

    async fn clean_up(&mut self) -> Result<(), Error> {
        self.usable()?;
        self.settle().await?;
        if self.transaction.open || self.transaction.suspected {
            if self.transaction.schema_changed {
                self.forget_statements();
            }
            self.flight = Flight::Statement;
            match timeout(PATIENCE, self.client.batch_execute("ROLLBACK")).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => {
                    self.broken = true;
                    return Err(self.note(error));
                }
                Err(_) => {
                    self.give_up();
                    return Err(lost("the server did not roll back"));
                }
            }
            self.flight = Flight::Idle;
            self.transaction = Transaction::default();
            self.cursors = Cursors::default();
        }
        Ok(())
    }
}

/// Refuses parameters that are not as many as the placeholders.
fn fit(prepared: &Prepared, parameters: &[Value]) -> Result<(), Error> {
    let (expected, given) = (prepared.statement.params().len(), parameters.len());
    if expected == given {
        return Ok(());
    }
    let message = format!("the statement has {expected} placeholders, but {given} parameters were given");
    Err(Error::Programming(DatabaseError { message, ..DatabaseError::default() }))
}

/// Whether the server refuses a prepared statement because of what has changed since it was prepared.
fn is_outdated(error: &tokio_postgres::Error) -> bool {
    error.as_db_error().is_some_and(|server| match server.code().code() {
        // "cached plan must not change result type", in any language.
        "0A000" => server.routine() == Some("RevalidateCachedQuery"),
        // The statement is gone (DISCARD, a pooler), or a type that it names is.
        "26000" => true,
        "XX000" => server.message().starts_with("cache lookup failed for type"),
        _ => false,
    })
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

    fn is_broken(&self) -> bool {
        self.broken || self.client.is_closed()
    }
}

impl Drop for PostgresConnection {
    /// What still runs for nobody is stopped; the session ends when it is done.
    fn drop(&mut self) {
        if self.is_broken() {
            self.task.abort();
        } else if self.flight == Flight::Statement
            && let Ok(runtime) = Handle::try_current()
        {
            let canceller = self.canceller.clone();
            runtime.spawn(timeout(PATIENCE, canceller.cancel()));
        }
    }
}
