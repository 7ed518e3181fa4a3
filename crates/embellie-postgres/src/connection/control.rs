//! The steps of a transaction.

use std::mem;

use embellie_core::{Control, Error};

use super::PostgresConnection;
use super::ahead::write_control;
use crate::link::{Sent, tag, unexpected};

impl PostgresConnection {
    /// Takes a step. One that the server need not be asked about goes in front of the next statement: there it costs
    /// nothing, and where there is none, it is never sent.
    pub(super) async fn run_control(&mut self, control: &Control) -> Result<(), Error> {
        match control {
            // What is to be undone is not waited for.
            Control::Rollback | Control::RollbackTo(_) => {
                self.usable()?;
                self.settle().await?;
            }
            _ => self.ready().await?,
        }
        match (control, self.is_in_transaction()) {
            (Control::Begin | Control::BeginReading, true) => {
                Err(Error::TransactionManagement("a transaction is already open on this connection".into()))
            }
            (Control::Begin | Control::BeginReading, false) => {
                self.ahead.controls.push(control.clone());
                Ok(())
            }
            (_, false) => Err(Error::TransactionManagement("no transaction is open on this connection".into())),
            (Control::Commit, true) => self.commit().await,
            (Control::Rollback, true) => {
                self.ahead.controls.clear();
                if self.link.is_in_transaction() { self.send_control(control).await } else { self.over() }
            }
            (Control::Savepoint(mark), true) => {
                self.savepoint = *mark;
                self.put_ahead(control).await
            }
            (Control::Release(mark), true) => match self.ahead_since(*mark) {
                Some(place) => {
                    self.ahead.controls.truncate(place);
                    Ok(())
                }
                None => self.put_ahead(control).await,
            },
            (Control::RollbackTo(mark), true) => {
                match self.ahead_since(*mark) {
                    Some(place) => self.ahead.controls.truncate(place + 1),
                    None => {
                        self.send_control(control).await?;
                        // Statements that were prepared since may know a schema that is undone.
                        if self.changed_schema {
                            self.forget_statements();
                        }
                    }
                }
                self.cursors.forget_since(*mark);
                Ok(())
            }
        }
    }

    /// Where a savepoint is among the steps that were not sent yet.
    fn ahead_since(&self, mark: u32) -> Option<usize> {
        self.ahead.controls.iter().position(|control| *control == Control::Savepoint(mark))
    }

    async fn put_ahead(&mut self, control: &Control) -> Result<(), Error> {
        // The server refuses it, in its own words.
        if self.link.has_failed() {
            return self.send_control(control).await;
        }
        self.ahead.controls.push(control.clone());
        Ok(())
    }

    /// A transaction has ended of which the server was never told.
    fn over(&mut self) -> Result<(), Error> {
        self.savepoint = 0;
        Ok(())
    }

    async fn commit(&mut self) -> Result<(), Error> {
        self.ahead.controls.clear();
        if !self.link.is_in_transaction() {
            return self.over();
        }
        let mut undone = self.link.has_failed();
        if undone {
            self.send_control(&Control::Rollback).await?;
        } else {
            self.commits = true;
            let ended = self.send_step(&Control::Commit).await?;
            undone = ended == b"ROLLBACK";
        }
        if undone {
            return Err(Error::TransactionManagement(
                "the transaction was rolled back instead of committed, because a statement in it had failed".into(),
            ));
        }
        Ok(())
    }

    /// Sends a step, and whatever goes ahead of it.
    pub(super) async fn send_control(&mut self, control: &Control) -> Result<(), Error> {
        self.send_step(control).await.map(drop)
    }

    /// Sends a step. What the server says that it was is given back.
    async fn send_step(&mut self, control: &Control) -> Result<Vec<u8>, Error> {
        let ahead = &self.ahead;
        let written = self.link.send(Sent::Statement, |out| {
            ahead.write(out)?;
            write_control(control, out)
        });
        written.map_err(|unsendable| unsendable.0)?;
        self.ahead.sent();
        let mut last = Vec::new();
        let answered = self.link.answers(|kind, body| {
            match kind {
                b'1' | b'2' | b'3' => {}
                b'C' => last = tag(body)?.to_vec(),
                kind => return Err(unexpected(kind).into()),
            }
            Ok(())
        });
        let answered = answered.await;
        self.concluded(answered)?;
        Ok(mem::take(&mut last))
    }

    /// Sends what goes ahead, with nothing behind it.
    pub(super) async fn send_ahead(&mut self) -> Result<(), Error> {
        if self.ahead.controls.is_empty() {
            return Ok(());
        }
        let ahead = &self.ahead;
        self.link.send(Sent::Statement, |out| ahead.write(out)).map_err(|unsendable| unsendable.0)?;
        self.ahead.sent();
        let answered = self.link.answers(|kind, _| match kind {
            b'1' | b'2' | b'3' | b'C' => Ok(()),
            kind => Err(unexpected(kind).into()),
        });
        let answered = answered.await;
        self.concluded(answered)
    }
}
