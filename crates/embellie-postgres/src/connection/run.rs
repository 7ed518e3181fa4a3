//! Running statements.

use std::sync::Arc;

use bytes::BytesMut;
use embellie_core::{DatabaseError, Effect, Error, Outcome, RowSink, Statement, Value};
use postgres_protocol::message::frontend;

use super::PostgresConnection;
use super::prepare::Draft;
use super::rows::takes_rows;
use crate::cache::{Handle, Prepared};
use crate::link::{
    Malformed, Place, Sent, ServerError, Unanswered, Unsendable, bind, execute, places, rows, unexpected,
};
use crate::row::WireRow;
use crate::transaction::Spoken;

/// Why a statement did not end well.
pub(super) enum Failure {
    /// What it was prepared for is not there any more; nothing was done.
    Outdated(Error),
    Other(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::Other(error)
    }
}

impl PostgresConnection {
    pub(super) async fn run(&mut self, statement: &Statement, sink: &mut dyn RowSink) -> Result<Outcome, Error> {
        self.ready().await?;
        if statement.effect == Effect::Schema && statement.parameters.is_empty() {
            return self.run_script(&statement.sql).await;
        }
        if takes_rows(statement) {
            return self.run_rows(statement).await;
        }
        if let Some(prepared) = self.cache.get(&statement.sql) {
            match self.run_prepared(&prepared, statement, sink).await {
                Err(Failure::Outdated(error)) => {
                    self.forget(&statement.sql);
                    // In a transaction, the error has already undone what was done.
                    if self.is_in_transaction() {
                        return Err(error);
                    }
                }
                Err(Failure::Other(error)) => return Err(error),
                Ok(outcome) => return Ok(outcome),
            }
        }
        let keep = statement.effect != Effect::Schema;
        self.run_new(statement, keep, sink).await
    }

    /// Runs a statement that is not prepared.
    pub(super) async fn run_new(
        &mut self,
        statement: &Statement,
        keep: bool,
        sink: &mut dyn RowSink,
    ) -> Result<Outcome, Error> {
        let draft = self.draft(statement, keep);
        let prepared = self.prepare(vec![draft]).await?;
        let Some(prepared) = prepared.into_iter().next().map(Arc::new) else { return Ok(Outcome::default()) };
        self.keep(&statement.sql, &prepared);
        let result = self.run_prepared(&prepared, statement, sink).await;
        if result.is_err() && matches!(prepared.handle, Handle::Once(_)) {
            // It may never have been sent.
            self.ahead.close(&prepared.handle);
        }
        result.map_err(|failure| match failure {
            Failure::Outdated(error) | Failure::Other(error) => error,
        })
    }

    pub(super) fn draft(&mut self, statement: &Statement, keep: bool) -> Draft {
        let name = self.new_name();
        let handle = if keep && self.cache.keeps() { Handle::Kept(name) } else { Handle::Once(name) };
        Draft { sql: Arc::clone(&statement.sql), handle }
    }

    /// Keeps a statement for the next time, if it is to be kept.
    pub(super) fn keep(&mut self, sql: &Arc<str>, prepared: &Arc<Prepared>) {
        if let Handle::Kept(_) = prepared.handle
            && let Some(gone) = self.cache.insert(sql, prepared)
        {
            self.ahead.close(&gone.handle);
        }
    }

    pub(super) fn forget(&mut self, sql: &str) {
        if let Some(gone) = self.cache.remove(sql) {
            self.ahead.close(&gone.handle);
        }
        self.types.clear();
    }

    /// Runs statements that take no parameters and give no rows.
    async fn run_script(&mut self, sql: &str) -> Result<Outcome, Error> {
        self.send_ahead().await?;
        let sent = self.link.send(Sent::Script, |out| Ok::<(), Unsendable>(frontend::query(sql, out)?));
        sent.map_err(|unsendable| unsendable.0)?;
        self.changes_schema = true;
        let answered = self.link.answers(|kind, _| match kind {
            b'T' | b'D' | b'C' | b'I' => Ok(()),
            kind => Err(unexpected(kind).into()),
        });
        let answered = answered.await;
        self.concluded(answered)?;
        Ok(Outcome::default())
    }

    /// Runs a statement that is prepared. Nothing has reached the sink but the columns when the server refuses a
    /// statement that is no longer valid.
    pub(super) async fn run_prepared(
        &mut self,
        prepared: &Prepared,
        statement: &Statement,
        sink: &mut dyn RowSink,
    ) -> Result<Outcome, Failure> {
        fit(prepared, &statement.parameters)?;
        sink.columns(prepared)?;
        let changes_schema = Spoken::of(&statement.sql) == Some(Spoken::Schema);
        self.hand_on(prepared, &statement.parameters, changes_schema, sink).await
    }

    /// Sends the parameters and hands on the rows.
    pub(super) async fn hand_on(
        &mut self,
        prepared: &Prepared,
        parameters: &[Value],
        changes_schema: bool,
        sink: &mut dyn RowSink,
    ) -> Result<Outcome, Failure> {
        let ahead = &self.ahead;
        let once = matches!(prepared.handle, Handle::Once(_));
        let written = self.link.send(if once { Sent::Several } else { Sent::Statement }, |out| {
            ahead.write(out)?;
            write(prepared, parameters, out)?;
            if once { write_close(prepared, out) } else { Ok(()) }
        });
        written.map_err(|unsendable| unsendable.0)?;
        let commands = self.ahead.sent();
        // Until it is known to be closed, it is to be.
        if once {
            self.ahead.close(&prepared.handle);
        }
        self.changes_schema = changes_schema;
        let mut answer = Answer::after(commands);
        let places = &mut self.places;
        let answered = self.link.answers(|kind, body| answer.take(kind, body, prepared, places, sink)).await;
        if answered.is_ok() {
            if let Handle::Once(name) = &prepared.handle {
                self.ahead.keep(name);
            }
            if !answer.is_complete() {
                self.link.damaged(Malformed("a statement was not answered".into()));
                return Err(self.lost().into());
            }
        }
        let outdated = matches!(&answered, Err(Unanswered::Server(error)) if is_outdated(error));
        match self.concluded(answered) {
            Ok(()) => Ok(answer.outcome),
            Err(error) if outdated => Err(Failure::Outdated(error)),
            Err(error) => Err(Failure::Other(error)),
        }
    }
}

/// Writes the use of a statement.
pub(super) fn write(prepared: &Prepared, parameters: &[Value], out: &mut BytesMut) -> Result<(), Unsendable> {
    let name = prepared.handle.name();
    if let Handle::Text(sql) = &prepared.handle {
        frontend::parse(name, sql, [], out)?;
    }
    bind(name, &prepared.parameters, parameters, out)?;
    execute(out);
    Ok(())
}

/// Writes that a statement is not used any more.
pub(super) fn write_close(prepared: &Prepared, out: &mut BytesMut) -> Result<(), Unsendable> {
    Ok(frontend::close(b'S', prepared.handle.name(), out)?)
}

/// What has come of one statement so far.
pub(super) struct Answer {
    /// How many commands before it are still to end.
    before: usize,
    complete: bool,
    pub(super) outcome: Outcome,
}

impl Answer {
    pub(super) fn after(commands: usize) -> Self {
        Answer { before: commands, complete: false, outcome: Outcome::default() }
    }

    pub(super) fn is_complete(&self) -> bool {
        self.complete
    }

    /// Takes a message, and hands on a row.
    pub(super) fn take(
        &mut self,
        kind: u8,
        body: &[u8],
        prepared: &Prepared,
        found: &mut Vec<Place>,
        sink: &mut dyn RowSink,
    ) -> Result<(), Unanswered> {
        match kind {
            b'D' if self.before == 0 && !self.complete => {
                places(body, prepared.columns.len(), found)?;
                sink.row(&WireRow { body, places: found, prepared }).map_err(Unanswered::Stopped)
            }
            b'1' | b'2' | b'3' => Ok(()),
            b'C' if self.before > 0 => {
                self.before -= 1;
                Ok(())
            }
            b'C' | b'I' if !self.complete => {
                self.complete = true;
                if kind == b'C' {
                    self.outcome.rows = rows(body)?;
                }
                Ok(())
            }
            kind => Err(unexpected(kind).into()),
        }
    }
}

/// Refuses parameters that are not as many as the placeholders.
pub(super) fn fit(prepared: &Prepared, parameters: &[Value]) -> Result<(), Error> {
    let (expected, given) = (prepared.parameters.len(), parameters.len());
    if expected == given {
        return Ok(());
    }
    let message = format!("the statement has {expected} placeholders, but {given} parameters were given");
    Err(Error::Programming(DatabaseError { message, ..DatabaseError::default() }))
}

/// Whether the server refuses a prepared statement because of what has changed since it was prepared.
pub(super) fn is_outdated(error: &ServerError) -> bool {
    match error.code.as_str() {
        // "cached plan must not change result type", in any language.
        "0A000" => error.routine.as_deref() == Some("RevalidateCachedQuery"),
        // The statement is gone (DISCARD, a pooler), or a type that it names is.
        "26000" => true,
        "XX000" => error.message.starts_with("cache lookup failed for type"),
        _ => false,
    }
}
