//! A database connection as seen by one thread: what it does, it does at once.

use std::cell::Cell;
use std::sync::Arc;
use std::time::{Duration, Instant};

use embellie_core::{Columns, Control, Effect, Error, Outcome, RowSink, Statement};

use crate::error::{from_sqlite, is_busy};
use crate::options::SqliteOptions;
use crate::raw::{Database, Prepared};
use crate::turn::Turn;
use crate::watch::{OverBudget, Watch};

/// Where a statement is being run, which decides how it may wait and how long it may take.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Place {
    /// On the thread of a task: it does not wait for a lock, and makes room for other tasks when it takes long.
    Inline,
    /// Where it may take its time: it waits for locks until then.
    Patient(Instant),
}

/// Why a statement did not come to its end.
#[derive(Debug)]
pub(crate) enum Failure {
    /// It never will.
    Error(Error),
    /// Another connection holds a lock.
    Busy(Error),
    /// It took too long here and was given up; it can be started again elsewhere.
    OverBudget,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::Error(error)
    }
}

impl Failure {
    pub(crate) fn into_error(self) -> Error {
        match self {
            Failure::Error(error) | Failure::Busy(error) => error,
            Failure::OverBudget => Error::Interface("the statement was given up".into()),
        }
    }
}

/// An open connection with its state.
pub(crate) struct Session {
    database: Database,
    watch: Arc<Watch>,
    turn: Arc<Turn>,
    steps: Steps,
    /// Whether [`Control::Begin`] was done and neither `Commit` nor `Rollback` since.
    transaction: Cell<bool>,
}

/// The texts of a transaction's steps, each the same one in memory whenever it is prepared.
struct Steps {
    begin: Arc<str>,
    begin_reading: Arc<str>,
    commit: Arc<str>,
}

impl Steps {
    fn new(options: &SqliteOptions) -> Self {
        Steps { begin: options.begin_sql().into(), begin_reading: "BEGIN DEFERRED".into(), commit: "COMMIT".into() }
    }
}

impl Session {
    pub(crate) fn new(database: Database, watch: Arc<Watch>, turn: Arc<Turn>, options: &SqliteOptions) -> Self {
        Session { database, watch, turn, steps: Steps::new(options), transaction: Cell::new(false) }
    }

    pub(crate) fn watch(&self) -> &Arc<Watch> {
        &self.watch
    }

    pub(crate) fn interrupt_handle(&self) -> rusqlite::InterruptHandle {
        self.database.connection().get_interrupt_handle()
    }

    pub(crate) fn database(&self) -> &Database {
        &self.database
    }

    pub(crate) fn in_transaction(&self) -> bool {
        !self.database.is_autocommit()
    }

    /// Runs a statement and hands its rows to `sink`.
    pub(crate) fn run(&self, statement: &Statement, sink: &mut dyn RowSink, place: Place) -> Result<Outcome, Failure> {
        self.transaction_stands()?;
        if statement.effect == Effect::Schema {
            return self.run_batch(statement, sink, place);
        }
        self.until_not_busy(place, |session| {
            session.watch_preparation(place);
            let mut prepared = session.database.prepare(&statement.sql).map_err(from_sqlite_busy)?;
            let outcome = session.step(&mut prepared, statement, sink, place);
            if matches!(outcome, Err(Failure::Busy(_) | Failure::OverBudget)) {
                sink.restart();
            }
            outcome
        })
    }

    /// Runs one or more statements that change the schema, none of which is kept.
    fn run_batch(&self, statement: &Statement, sink: &mut dyn RowSink, place: Place) -> Result<Outcome, Failure> {
        let mut rest = &*statement.sql;
        let mut outcome = Outcome::default();
        loop {
            let (next, behind) = self.until_not_busy(place, |_| {
                self.watch_preparation(place);
                self.database.prepare_first(rest).map_err(from_sqlite_busy)
            })?;
            rest = behind;
            let Some(mut prepared) = next else {
                if rest.is_empty() {
                    return Ok(outcome);
                }
                continue;
            };
            outcome = self.until_not_busy(place, |session| session.step(&mut prepared, statement, sink, place))?;
        }
    }

    /// SQLite calls the handler while it reads a long text, too; the clock of the statement before must not count then.
    fn watch_preparation(&self, place: Place) {
        self.watch.start(match place {
            Place::Inline => OverBudget::MakeRoom,
            Place::Patient(_) => OverBudget::Continue,
        });
    }

    fn step(
        &self,
        prepared: &mut Prepared<'_>,
        statement: &Statement,
        sink: &mut dyn RowSink,
        place: Place,
    ) -> Result<Outcome, Failure> {
        let reads = prepared.is_readonly();
        self.watch.start(match place {
            Place::Inline if reads || self.database.is_autocommit() => OverBudget::MakeRoomOrAbort,
            Place::Inline => OverBudget::MakeRoom,
            Place::Patient(_) => OverBudget::Continue,
        });
        let changes_before = if reads { 0 } else { self.database.total_changes() };
        let mut count = 0;
        // What changes rows is not begun before the sink agrees to its columns. Others are told when they are stepped:
        // SQLite prepares a statement again then, if the schema has changed since.
        if !reads && let Err(error) = sink.columns(&prepared.header()) {
            let anew = self.database.prepare_once(&statement.sql).map_err(from_sqlite_busy)?;
            if Columns::of(&anew.header()) == Columns::of(&prepared.header()) {
                return Err(error.into());
            }
            sink.columns(&anew.header())?;
        }
        let preparations = prepared.header().preparations();
        let mut rows = prepared.bind(&statement.parameters)?;
        loop {
            match rows.next() {
                Ok(Some(row)) => {
                    if count == 0 && (reads || row.preparations() != preparations) {
                        sink.columns(&row)?;
                    }
                    count += 1;
                    sink.row(&row)?;
                }
                Ok(None) => break,
                Err(error) => {
                    let interrupted = error.sqlite_error_code() == Some(rusqlite::ErrorCode::OperationInterrupted);
                    let may_abort = matches!(place, Place::Inline);
                    return Err(match interrupted && may_abort && self.watch.exceeded() {
                        true => Failure::OverBudget,
                        false => from_sqlite_busy(error),
                    });
                }
            }
        }
        if count == 0 && reads {
            sink.columns(&rows.header())?;
        }
        drop(rows);
        if !reads {
            let changed = self.database.total_changes() != changes_before;
            count = if changed { self.database.changes() } else { 0 };
            if self.database.is_autocommit() {
                self.turn.end();
            }
        }
        Ok(Outcome { rows: count })
    }

    /// Does `attempt` again while another connection holds a lock, as long as the place allows.
    pub(crate) fn until_not_busy<T>(
        &self,
        place: Place,
        mut attempt: impl FnMut(&Self) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let mut pause = Duration::from_millis(1);
        loop {
            match (attempt(self), place) {
                (Err(Failure::Busy(_)), Place::Patient(deadline))
                    if Instant::now() < deadline && !self.watch.is_cancelled() =>
                {
                    self.turn.wait(pause);
                    pause = (pause * 2).min(Duration::from_millis(20));
                }
                (result, _) => return result,
            }
        }
    }

    /// Begins, ends or marks a place in a transaction.
    pub(crate) fn control(&self, control: &Control, place: Place) -> Result<(), Failure> {
        let sql = match control {
            Control::Begin => Arc::clone(&self.steps.begin),
            Control::BeginReading => Arc::clone(&self.steps.begin_reading),
            Control::Commit => Arc::clone(&self.steps.commit),
            Control::Rollback => return self.roll_back().map_err(Failure::Error),
            Control::Savepoint(n) => format!("SAVEPOINT s{n}").into(),
            Control::Release(n) => format!("RELEASE s{n}").into(),
            Control::RollbackTo(n) => format!("ROLLBACK TO s{n}").into(),
        };
        self.transaction_stands()?;
        self.until_not_busy(place, |session| {
            session.watch.start(OverBudget::Continue);
            session.take_step(&sql)
        })?;
        match control {
            Control::Begin | Control::BeginReading => self.transaction.set(true),
            Control::Commit => {
                self.transaction.set(false);
                self.turn.end();
            }
            _ => {}
        }
        Ok(())
    }

    /// Begins a transaction that only reads, for statements that come at once. It is no transaction of anybody's.
    pub(crate) fn begin_reads(&self) -> Result<(), Failure> {
        self.transaction_stands()?;
        self.watch.start(OverBudget::Continue);
        self.take_step(&self.steps.begin_reading)
    }

    /// Ends it.
    pub(crate) fn end_reads(&self) -> Result<(), Error> {
        self.watch.start(OverBudget::Continue);
        match self.take_step(&self.steps.commit) {
            Ok(()) => Ok(()),
            Err(_) => self.roll_back(),
        }
    }

    fn take_step(&self, sql: &Arc<str>) -> Result<(), Failure> {
        let mut prepared = self.database.prepare(sql).map_err(from_sqlite_busy)?;
        prepared.run().map_err(from_sqlite_busy)
    }

    /// Whether [`roll_back`](Session::roll_back) has nothing to do.
    pub(crate) fn is_clean(&self) -> bool {
        !self.in_transaction() && !self.transaction.get()
    }

    /// Undoes the open transaction, if there is one.
    pub(crate) fn roll_back(&self) -> Result<(), Error> {
        if self.in_transaction() {
            self.watch.start(OverBudget::Continue);
            self.database.connection().execute_batch("ROLLBACK").map_err(from_sqlite)?;
            self.turn.end();
        }
        self.transaction.set(false);
        Ok(())
    }

    /// SQLite ends a transaction by itself on some errors (a full disk, an input/output error). What was meant for the
    /// transaction must then not be done outside it.
    pub(crate) fn transaction_stands(&self) -> Result<(), Error> {
        if self.transaction.get() && !self.in_transaction() {
            return Err(Error::TransactionManagement(
                "the database has already rolled this transaction back; roll back before you go on".into(),
            ));
        }
        Ok(())
    }
}

pub(crate) fn from_sqlite_busy(error: rusqlite::Error) -> Failure {
    match is_busy(&error) {
        true => Failure::Busy(from_sqlite(error)),
        false => Failure::Error(from_sqlite(error)),
    }
}
