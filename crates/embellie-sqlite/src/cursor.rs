//! Cursors: statements that are suspended between chunks of their rows.

use std::collections::BTreeMap;

use embellie_core::{Control, Error, Outcome, RowSink, Statement};

use crate::raw::Prepared;
use crate::session::{Failure, Place, Session, from_sqlite_busy};
use crate::watch::OverBudget;

/// The cursors of a session, by their numbers.
pub(crate) struct Cursors<'s> {
    session: &'s Session,
    open: BTreeMap<u32, Cursor<'s>>,
    /// The savepoint that was set last. Later ones have higher numbers.
    savepoint: u32,
}

struct Cursor<'s> {
    statement: Prepared<'s>,
    rows: usize,
    /// The savepoint that had been set last when it was opened.
    savepoint: u32,
    stage: Stage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Opened,
    Begun,
    Ended,
}

impl<'s> Cursors<'s> {
    pub(crate) fn new(session: &'s Session, savepoint: u32) -> Self {
        Cursors { session, open: BTreeMap::new(), savepoint }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// Opens one. Nothing is read yet.
    pub(crate) fn open(&mut self, number: u32, statement: &Statement, rows: usize) -> Result<(), Error> {
        let session = self.session;
        session.transaction_stands()?;
        session.watch().start(OverBudget::Continue);
        let prepared = session.database().prepare(&statement.sql).map_err(from_sqlite_busy);
        let mut prepared = prepared.map_err(Failure::into_error)?;
        if !prepared.is_readonly() {
            return Err(Error::NotSupported(
                "only a statement that reads can be streamed: its rows are read one after the other, while others may \
                 change them"
                    .into(),
            ));
        }
        prepared.bind_copies(&statement.parameters)?;
        let cursor = Cursor { statement: prepared, rows, savepoint: self.savepoint, stage: Stage::Opened };
        self.open.insert(number, cursor);
        Ok(())
    }

    /// Reads the next rows of one.
    pub(crate) fn fetch(&mut self, number: u32, sink: &mut dyn RowSink, place: Place) -> Result<Outcome, Error> {
        let Some(cursor) = self.open.get_mut(&number) else { return Err(ended()) };
        self.session.transaction_stands()?;
        self.session.watch().start(OverBudget::Continue);
        let fetched = self.session.until_not_busy(place, |_| cursor.fetch(sink));
        if fetched.is_err() {
            cursor.stage = Stage::Ended;
        }
        fetched.map_err(Failure::into_error)
    }

    pub(crate) fn close(&mut self, number: u32) {
        self.open.remove(&number);
    }

    /// What a step of the transaction does to them.
    pub(crate) fn control(&mut self, control: &Control) {
        match control {
            Control::Commit | Control::Rollback => self.open.clear(),
            Control::Savepoint(mark) => self.savepoint = *mark,
            Control::RollbackTo(mark) => self.open.retain(|_, cursor| cursor.savepoint < *mark),
            Control::Begin | Control::BeginReading | Control::Release(_) => {}
        }
    }
}

impl Cursor<'_> {
    fn fetch(&mut self, sink: &mut dyn RowSink) -> Result<Outcome, Failure> {
        let mut count = 0;
        if self.stage == Stage::Ended {
            return Ok(Outcome::default());
        }
        let limit = self.rows;
        let mut rows = self.statement.resume()?;
        while count < limit {
            match rows.next() {
                Ok(Some(row)) => {
                    if self.stage == Stage::Opened {
                        sink.columns(&row)?;
                        self.stage = Stage::Begun;
                    }
                    count += 1;
                    sink.row(&row)?;
                }
                Ok(None) => {
                    if self.stage == Stage::Opened {
                        sink.columns(&rows.header())?;
                    }
                    self.stage = Stage::Ended;
                    return Ok(Outcome { rows: count as u64 });
                }
                // A lock that another holds stands in the way of the first row alone: that one is tried again.
                Err(error) if self.stage == Stage::Opened => {
                    rows.start_again();
                    return Err(from_sqlite_busy(error));
                }
                Err(error) => return Err(Failure::Error(from_sqlite_busy(error).into_error())),
            }
        }
        Ok(Outcome { rows: count as u64 })
    }
}

fn ended() -> Error {
    Error::TransactionManagement("the cursor has ended: what it was opened in was rolled back".into())
}
