//! The connection that a task uses.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use embellie_core::{
    BoxFuture, Connection, Control, Discard, Effect, Error, Executed, Outcome, RowSink, ServerInfo, Statement,
};
use rusqlite::InterruptHandle;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use crate::options::{Location, SqliteOptions};
use crate::place::lost;
use crate::session::{Failure, Place, Session};
use crate::slow::SlowStatements;
use crate::thread::{Answer, CursorThread, Job};
use crate::watch::Watch;

/// A connection to an SQLite database.
pub(crate) struct SqliteConnection {
    home: Home,
    server: ServerInfo,
    watch: Arc<Watch>,
    interrupt: InterruptHandle,
    slow: Arc<SlowStatements>,
    busy_timeout: Duration,
    syncs_on_commit: bool,
    /// Whether each read that stands alone takes and gives back a lock of the file.
    locks: bool,
    /// The savepoint that was set last.
    savepoint: u32,
}

/// Where the session is.
enum Home {
    /// Here. The mutex is never locked: it makes the session `Sync`.
    Here(Mutex<Box<Session>>),
    /// On a blocking thread, from where it comes back.
    Away {
        work: JoinHandle<Finished>,
        /// Whether the work may be interrupted without harm to an open transaction.
        reads: bool,
    },
    /// On the thread of its cursors.
    WithCursors(CursorThread),
    /// It did not come back.
    Lost,
}

/// What comes back from a blocking thread.
struct Finished {
    session: Box<Session>,
    sink: Box<dyn RowSink>,
    result: Result<Outcome, Error>,
}

impl SqliteConnection {
    pub(crate) fn new(session: Box<Session>, options: &SqliteOptions, slow: &Arc<SlowStatements>) -> Self {
        let number = rusqlite::version_number().unsigned_abs();
        SqliteConnection {
            server: ServerInfo {
                dialect: "sqlite",
                version: (number / 1_000_000, number / 1000 % 1000, number % 1000),
            },
            watch: Arc::clone(session.watch()),
            interrupt: session.interrupt_handle(),
            slow: Arc::clone(slow),
            busy_timeout: options.busy_timeout,
            syncs_on_commit: options.syncs_on_commit(),
            locks: options.location != Location::Memory,
            savepoint: 0,
            home: Home::Here(Mutex::new(session)),
        }
    }

    /// Waits until the session is back from a thread where a dropped future left it, or at least idle there, where it has
    /// cursors. Work that only reads is cut short; other work, and the rows of a cursor, only if `cancel` says so.
    async fn come_home(&mut self, cancel: bool) -> Result<(), Error> {
        if let Home::Away { work, reads } = &mut self.home {
            if cancel || *reads {
                self.watch.cancel(true);
                self.interrupt.interrupt();
            }
            let finished = work.await;
            self.watch.cancel(false);
            self.home = match finished {
                Ok(finished) => Home::Here(Mutex::new(finished.session)),
                Err(_) => Home::Lost,
            };
        }
        if let Home::WithCursors(thread) = &mut self.home {
            if thread.is_at_work() {
                if cancel {
                    self.watch.cancel(true);
                    self.interrupt.interrupt();
                }
                let answered = thread.answer().await;
                self.watch.cancel(false);
                self.settle(answered).1?;
            }
            return Ok(());
        }
        self.here().map(drop)
    }

    /// Takes an answer of the cursors' thread, and the session if it comes with it.
    fn settle(
        &mut self,
        answered: Result<Answer, Error>,
    ) -> (Box<dyn RowSink>, Result<(), Error>, Result<Outcome, Error>) {
        match answered {
            Ok(Answer { sink, result, session }) => {
                if let Some(session) = session {
                    self.home = Home::Here(Mutex::new(session));
                }
                (sink, Ok(()), result)
            }
            Err(error) => {
                self.home = Home::Lost;
                (Box::new(Discard), Err(error.clone()), Err(error))
            }
        }
    }

    /// Has the cursors' thread do something.
    async fn order(&mut self, job: Job, sink: Box<dyn RowSink>) -> (Box<dyn RowSink>, Result<Outcome, Error>) {
        let Home::WithCursors(thread) = &mut self.home else { return (sink, Err(lost())) };
        thread.order(job, sink);
        let answered = thread.answer().await;
        let (sink, _, result) = self.settle(answered);
        (sink, result)
    }

    async fn open(&mut self, cursor: u32, statement: &Statement, rows: usize) -> Result<(), Error> {
        self.come_home(false).await?;
        if !matches!(self.home, Home::WithCursors(_)) {
            if !self.here()?.in_transaction() {
                return Err(Error::TransactionManagement("a cursor is opened in a transaction".into()));
            }
            let Home::Here(session) = std::mem::replace(&mut self.home, Home::Lost) else { return Err(lost()) };
            let session = session.into_inner().unwrap_or_else(PoisonError::into_inner);
            self.home = Home::WithCursors(CursorThread::start(session, self.savepoint, self.busy_timeout)?);
        }
        let job = Job::Open { cursor, statement: statement.clone(), rows };
        self.order(job, Box::new(Discard)).await.1.map(drop)
    }

    async fn run_fetch(&mut self, cursor: u32, sink: Box<dyn RowSink>) -> (Box<dyn RowSink>, Result<Outcome, Error>) {
        if let Err(error) = self.come_home(false).await {
            return (sink, Err(error));
        }
        match self.home {
            Home::WithCursors(_) => self.order(Job::Fetch(cursor), sink).await,
            _ => (sink, Err(ended())),
        }
    }

    async fn close(&mut self, cursor: u32) -> Result<(), Error> {
        self.come_home(false).await?;
        match self.home {
            Home::WithCursors(_) => self.order(Job::Close(cursor), Box::new(Discard)).await.1.map(drop),
            _ => Ok(()),
        }
    }

    fn here(&mut self) -> Result<&mut Session, Error> {
        match &mut self.home {
            Home::Here(session) => Ok(session.get_mut().unwrap_or_else(PoisonError::into_inner)),
            Home::Away { .. } | Home::WithCursors(_) | Home::Lost => Err(lost()),
        }
    }

    /// Does `job` where it may take its time, and waits for it.
    async fn elsewhere<J>(
        &mut self,
        runtime: &Handle,
        reads: bool,
        sink: Box<dyn RowSink>,
        job: J,
    ) -> (Box<dyn RowSink>, Result<Outcome, Error>)
    where
        J: FnOnce(&mut Session, &mut dyn RowSink) -> Result<Outcome, Error> + Send + 'static,
    {
        let mut session = match std::mem::replace(&mut self.home, Home::Lost) {
            Home::Here(session) => session.into_inner().unwrap_or_else(PoisonError::into_inner),
            elsewhere => {
                self.home = elsewhere;
                return (sink, Err(lost()));
            }
        };
        let work = runtime.spawn_blocking(move || {
            let mut sink = sink;
            let result = job(&mut session, &mut *sink);
            Finished { session, sink, result }
        });
        self.home = Home::Away { work, reads };
        let Home::Away { work, .. } = &mut self.home else { return (Box::new(Discard), Err(lost())) };
        match work.await {
            Ok(finished) => {
                self.home = Home::Here(Mutex::new(finished.session));
                (finished.sink, finished.result)
            }
            Err(error) => {
                self.home = Home::Lost;
                match error.try_into_panic() {
                    Ok(panic) => std::panic::resume_unwind(panic),
                    Err(_) => (Box::new(Discard), Err(lost())),
                }
            }
        }
    }

    /// Runs a statement that could not be done here, where it may take its time.
    async fn run_elsewhere(
        &mut self,
        statement: &Statement,
        mut sink: Box<dyn RowSink>,
    ) -> (Box<dyn RowSink>, Result<Outcome, Error>) {
        let deadline = Instant::now() + self.busy_timeout;
        let Ok(runtime) = Handle::try_current() else {
            let result = self.run_inline(statement, &mut *sink, Place::Patient(deadline));
            return (sink, result.map_err(Failure::into_error));
        };
        let owned = statement.clone();
        let slow = Arc::clone(&self.slow);
        let reads = statement.effect == Effect::Read;
        self.elsewhere(&runtime, reads, sink, move |session, sink| {
            let result = session.run(&owned, sink, Place::Patient(deadline));
            if result.is_ok() && !session.watch().exceeded() && slow.contains(&owned.sql) {
                slow.set(&owned.sql, false);
            }
            result.map_err(Failure::into_error)
        })
        .await
    }

    /// Whether it is known beforehand that the statement takes long or waits for the disk.
    fn starts_elsewhere(&mut self, statement: &Statement) -> bool {
        let waits = match statement.effect {
            Effect::Read => false,
            Effect::Write => self.syncs_on_commit && self.here().is_ok_and(|session| !session.in_transaction()),
            Effect::Schema => true,
        };
        waits || self.slow.contains(&statement.sql)
    }

    fn run_inline(&mut self, statement: &Statement, sink: &mut dyn RowSink, place: Place) -> Result<Outcome, Failure> {
        let result = self.here()?.run(statement, sink, place);
        if self.watch.exceeded() {
            self.slow.set(&statement.sql, true);
        }
        result
    }

    /// Whether these statements are better read in one transaction: the file is locked once then.
    fn reads_together(&mut self, work: &[Work<'_>]) -> bool {
        self.locks
            && work.len() > 1
            && self.here().is_ok_and(|session| !session.in_transaction())
            && work.iter().all(|(statement, _)| statement.effect == Effect::Read && !self.starts_elsewhere(statement))
    }

    /// Reads in one transaction, as far as that goes here and now. What it leaves has to be begun anew elsewhere, and the
    /// transaction is over then: nothing is awaited in it.
    fn read_together(&mut self, work: &mut std::vec::IntoIter<Work<'_>>, done: &mut Executed) -> Result<(), Error> {
        if self.here()?.begin_reads().is_err() {
            return Ok(());
        }
        for (statement, sink) in work.as_mut_slice() {
            match self.run_inline(statement, &mut **sink, Place::Inline) {
                Err(Failure::OverBudget | Failure::Busy(_)) => break,
                Err(Failure::Error(error)) => {
                    done.1.push(Err(error));
                    break;
                }
                Ok(outcome) => done.1.push(Ok(outcome)),
            }
        }
        done.0.extend(work.by_ref().take(done.1.len()).map(|(_, sink)| sink));
        self.here()?.end_reads()
    }

    async fn run_control(&mut self, control: &Control) -> Result<(), Error> {
        match control {
            Control::Savepoint(mark) => self.savepoint = *mark,
            Control::Begin | Control::BeginReading => self.savepoint = 0,
            _ => {}
        }
        if let Home::WithCursors(_) = self.home {
            return self.order(Job::Control(control.clone()), Box::new(Discard)).await.1.map(drop);
        }
        if !(self.syncs_on_commit && *control == Control::Commit) {
            match self.here()?.control(control, Place::Inline) {
                Err(Failure::Busy(_) | Failure::OverBudget) => {}
                result => return result.map_err(Failure::into_error),
            }
        }
        let deadline = Instant::now() + self.busy_timeout;
        let Ok(runtime) = Handle::try_current() else {
            return self.here()?.control(control, Place::Patient(deadline)).map_err(Failure::into_error);
        };
        let owned = control.clone();
        let job = move |session: &mut Session, _: &mut dyn RowSink| {
            let result = session.control(&owned, Place::Patient(deadline));
            result.map(|()| Outcome::default()).map_err(Failure::into_error)
        };
        self.elsewhere(&runtime, false, Box::new(Discard), job).await.1.map(drop)
    }
}

/// A statement, and who takes its rows.
type Work<'a> = (&'a Statement, Box<dyn RowSink>);

impl Connection for SqliteConnection {
    fn server(&self) -> &ServerInfo {
        &self.server
    }

    fn execute<'a>(
        &'a mut self,
        statement: &'a Statement,
        mut sink: Box<dyn RowSink>,
    ) -> BoxFuture<'a, (Box<dyn RowSink>, Result<Outcome, Error>)> {
        Box::pin(async move {
            // What is seldom needed is boxed, which keeps this future small.
            if let Home::Away { .. } | Home::WithCursors(_) = self.home {
                if let Err(error) = Box::pin(self.come_home(false)).await {
                    return (sink, Err(error));
                }
                if let Home::WithCursors(_) = self.home {
                    return Box::pin(self.order(Job::Execute(statement.clone()), sink)).await;
                }
            }
            if !self.starts_elsewhere(statement) {
                match self.run_inline(statement, &mut *sink, Place::Inline) {
                    Err(Failure::OverBudget | Failure::Busy(_)) => {}
                    Err(Failure::Error(error)) => return (sink, Err(error)),
                    Ok(outcome) => return (sink, Ok(outcome)),
                }
            }
            Box::pin(self.run_elsewhere(statement, sink)).await
        })
    }

    fn execute_all<'a>(&'a mut self, work: Vec<(&'a Statement, Box<dyn RowSink>)>) -> BoxFuture<'a, Executed> {
        Box::pin(async move {
            let mut done: Executed = (Vec::with_capacity(work.len()), Vec::with_capacity(work.len()));
            let together = self.reads_together(&work);
            let mut work = work.into_iter();
            if together && let Err(error) = self.read_together(&mut work, &mut done) {
                done.1.pop();
                done.1.push(Err(error));
            }
            for (statement, sink) in work {
                if done.1.last().is_some_and(Result::is_err) {
                    done.0.push(sink);
                    continue;
                }
                let (sink, result) = self.execute(statement, sink).await;
                done.0.push(sink);
                done.1.push(result);
            }
            done
        })
    }

    fn open_cursor<'a>(
        &'a mut self,
        cursor: u32,
        statement: &'a Statement,
        rows: usize,
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(self.open(cursor, statement, rows))
    }

    fn fetch(
        &mut self,
        cursor: u32,
        sink: Box<dyn RowSink>,
    ) -> BoxFuture<'_, (Box<dyn RowSink>, Result<Outcome, Error>)> {
        Box::pin(self.run_fetch(cursor, sink))
    }

    fn close_cursor(&mut self, cursor: u32) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(self.close(cursor))
    }

    fn control<'a>(&'a mut self, control: &'a Control) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            self.come_home(*control == Control::Rollback).await?;
            self.run_control(control).await
        })
    }

    fn reset(&mut self) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(async {
            self.come_home(true).await?;
            if let Home::WithCursors(_) = self.home {
                self.order(Job::Control(Control::Rollback), Box::new(Discard)).await.1?;
            }
            self.here()?.roll_back()
        })
    }

    fn is_clean(&mut self) -> bool {
        self.here().is_ok_and(|session| session.is_clean())
    }

    fn is_broken(&self) -> bool {
        matches!(self.home, Home::Lost)
    }
}

impl Drop for SqliteConnection {
    /// What still runs for nobody is stopped; the session closes with the thread it is on.
    fn drop(&mut self) {
        if let Home::Away { .. } | Home::WithCursors(_) = self.home {
            self.watch.cancel(true);
            self.interrupt.interrupt();
        }
    }
}

fn ended() -> Error {
    Error::TransactionManagement("the cursor has ended: what it was opened in was rolled back".into())
}
