//! Several statements at once: written together, with one Sync, and answered in their order.

use std::sync::Arc;

use bytes::BytesMut;
use embellie_core::{Effect, Error, Executed, Outcome, RowSink, Statement};

use super::PostgresConnection;
use super::rows::takes_rows;
use super::run::{Answer, fit, is_outdated, write, write_close};
use crate::cache::{Handle, Prepared};
use crate::link::{Malformed, Sent, Unanswered, Unsendable, unexpected};
use crate::transaction::Spoken;

/// Statements, and what takes their rows.
type Work<'a> = Vec<(&'a Statement, Box<dyn RowSink>)>;
type Results = Vec<Result<Outcome, Error>>;

/// The statements of a batch, prepared.
struct Batch {
    /// One for each.
    uses: Vec<Arc<Prepared>>,
    /// Those that were not known before, with their texts.
    new: Vec<(Arc<str>, Arc<Prepared>)>,
}

impl PostgresConnection {
    pub(super) async fn run_all(&mut self, mut work: Work<'_>) -> Executed {
        let mut results = Vec::with_capacity(work.len());
        // What may change the meaning of what follows goes alone.
        let alone = |statement: &Statement| {
            statement.effect == Effect::Schema || Spoken::of(&statement.sql).is_some() || takes_rows(statement)
        };
        if work.len() > 1 && !work.iter().any(|(statement, _)| alone(statement)) {
            self.run_together(&mut work, &mut results).await;
        }
        // All of it, or what is left behind a statement that was outdated.
        for (statement, sink) in work.iter_mut().skip(results.len()) {
            if results.last().is_some_and(Result::is_err) {
                break;
            }
            results.push(self.run(statement, &mut **sink).await);
        }
        (work.into_iter().map(|(_, sink)| sink).collect(), results)
    }

    async fn run_together(&mut self, work: &mut Work<'_>, results: &mut Results) {
        if let Err(error) = self.ready().await {
            return results.push(Err(error));
        }
        let statements: Vec<&Statement> = work.iter().map(|(statement, _)| *statement).collect();
        match self.prepare_all(&statements).await {
            Ok(batch) => {
                let misfit = self.exchange(work, &batch, results).await;
                let good = results.iter().all(Result::is_ok);
                results.extend(misfit.filter(|_| good).map(Err));
            }
            // None was run. One by one, the first ones may do; but in a transaction that has failed with it, none will.
            Err(error) if self.link.has_ended() || self.link.has_failed() => results.push(Err(error)),
            Err(_) => {}
        }
    }

    /// All statements, prepared; those that are not yet are prepared together.
    async fn prepare_all(&mut self, statements: &[&Statement]) -> Result<Batch, Error> {
        let mut unknown: Vec<&Statement> = Vec::new();
        let mut known = Vec::with_capacity(statements.len());
        for statement in statements {
            let cached = self.cache.get(&statement.sql);
            if cached.is_none() && !unknown.iter().any(|other| other.sql == statement.sql) {
                unknown.push(statement);
            }
            known.push(cached);
        }
        let mut new = Vec::new();
        if !unknown.is_empty() {
            let drafts = unknown.iter().map(|statement| self.draft(statement, true)).collect();
            let prepared = self.prepare(drafts).await?.into_iter().map(Arc::new);
            new = unknown.iter().map(|statement| Arc::clone(&statement.sql)).zip(prepared).collect();
        }
        let uses = known.into_iter().zip(statements).filter_map(|(known, statement)| {
            known.or_else(|| new.iter().find(|(sql, _)| *sql == statement.sql).map(|(_, made)| Arc::clone(made)))
        });
        Ok(Batch { uses: uses.collect(), new })
    }

    /// Sends all statements and hands on their rows. The error of one that cannot be sent, behind those that could, is
    /// given back.
    async fn exchange(&mut self, work: &mut Work<'_>, batch: &Batch, results: &mut Results) -> Option<Error> {
        let ahead = &self.ahead;
        let (mut count, mut misfit) = (0, None);
        let written = self.link.send(Sent::Several, |out| {
            ahead.write(out)?;
            for ((statement, sink), prepared) in work.iter_mut().zip(&batch.uses) {
                if let Err(error) = add(statement, &mut **sink, prepared, out) {
                    misfit = Some(error);
                    break;
                }
                count += 1;
            }
            let once = batch.new.iter().filter(|(_, made)| matches!(made.handle, Handle::Once(_)));
            once.into_iter().try_for_each(|(_, made)| write_close(made, out))?;
            if count == 0 { Err(Unsendable(Error::Interface("there is nothing to send".into()))) } else { Ok(()) }
        });
        if let Err(unsendable) = written {
            batch.new.iter().for_each(|(_, made)| self.ahead.close(&made.handle));
            return misfit.or(Some(unsendable.0));
        }
        let commands = self.ahead.sent();
        // Until they are known to be in use, they are to be closed.
        batch.new.iter().for_each(|(_, made)| self.ahead.close(&made.handle));
        let mut answer = Answer::after(commands);
        let places = &mut self.places;
        let answered = self.link.answers(|kind, body| {
            if kind == b'3' {
                return Ok(());
            }
            let place = results.len();
            let (Some((_, sink)), Some(prepared)) = (work.get_mut(place), batch.uses.get(place)) else {
                return Err(unexpected(kind).into());
            };
            answer.take(kind, body, prepared, places, &mut **sink)?;
            if answer.is_complete() {
                results.push(Ok(answer.outcome));
                answer = Answer::after(0);
            }
            Ok(())
        });
        let answered = answered.await;
        let outdated = matches!(&answered, Err(Unanswered::Server(error)) if is_outdated(error));
        match self.concluded(answered) {
            Ok(()) if results.len() == count => {
                for (sql, made) in &batch.new {
                    self.ahead.keep(made.handle.name());
                    self.keep(sql, made);
                }
            }
            Ok(()) => {
                self.link.damaged(Malformed("a statement was not answered".into()));
                results.push(Err(self.lost()));
            }
            // Once more, one by one, from this one on.
            Err(_) if outdated && !self.is_in_transaction() => {
                if let Some((statement, _)) = work.get(results.len()) {
                    self.forget(&statement.sql);
                }
            }
            Err(error) => results.push(Err(error)),
        }
        misfit
    }
}

/// Adds the use of a statement, or nothing.
fn add(statement: &Statement, sink: &mut dyn RowSink, prepared: &Prepared, out: &mut BytesMut) -> Result<(), Error> {
    fit(prepared, &statement.parameters)?;
    sink.columns(prepared)?;
    let before = out.len();
    write(prepared, &statement.parameters, out).map_err(|unsendable| {
        out.truncate(before);
        unsendable.0
    })
}
