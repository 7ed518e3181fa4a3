//! Transactions: begun, nested as savepoints, ended, and safe to abandon at any point.

mod batch;
mod cursor;
mod savepoint;

pub(crate) use batch::Batch;
pub(crate) use cursor::OpenCursor;
pub use savepoint::SavepointId;

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex as StdMutex, PoisonError};

use embellie_core::{Control, Effect, Error, Executed, Outcome, Result, RowSink, Statement};
use tokio::sync::Mutex;

use crate::cache::{Changes, Pending};
use crate::database::{self, Around, Database, Pooled, abandon, execute, execute_all};
use crate::log::CallSite;

type Hook = Box<dyn FnOnce() + Send>;

/// An open transaction. Hand it to every call that shall be part of it.
///
/// Abandoning it at any await is safe: what it did is rolled back before its connection is used again.
pub struct Transaction {
    database: Database,
    work: Mutex<Work>,
    /// What the next statement must undo first, left by savepoints whose future was dropped.
    abandoned: StdMutex<Option<Mark>>,
    hooks: StdMutex<Vec<Hook>>,
    /// What was changed, to be told to the cache once it is committed.
    changes: StdMutex<Changes>,
    /// Whether the commit was sent, so that it may happen whatever becomes of its future.
    committing: AtomicBool,
    /// How many cursors were opened.
    cursors: AtomicU32,
    /// What the next statement must close first, left by streams that were dropped.
    dropped_cursors: StdMutex<Vec<u32>>,
    /// Whether the innermost `atomic` shall undo what it did.
    rollback: AtomicBool,
    /// Which of the database's transactions it is.
    number: u64,
}

struct Work {
    /// `None` once the transaction has ended.
    connection: Option<Pooled>,
    savepoints: u32,
    /// Whether a statement failed and nothing was rolled back since: some databases then refuse to go on.
    failed: bool,
    /// Whether a statement wrote.
    wrote: bool,
}

/// A savepoint, and how many hooks and changes there were when it was set.
#[derive(Debug, Clone, Copy)]
struct Mark {
    savepoint: u32,
    hooks: usize,
    changes: usize,
}

impl Transaction {
    pub(crate) async fn begin(database: &Database) -> Result<Self> {
        Transaction::begun_by(&Control::Begin, database).await
    }

    /// A transaction that only reads: it keeps nobody from writing.
    pub(crate) async fn begin_reading(database: &Database) -> Result<Self> {
        Transaction::begun_by(&Control::BeginReading, database).await
    }

    async fn begun_by(control: &Control, database: &Database) -> Result<Self> {
        let (connection, waited) = database.acquire().await?;
        // The transaction exists before BEGIN is sent, so that a future dropped in between leaves nothing open.
        let transaction = Transaction {
            database: database.clone(),
            work: Mutex::new(Work { connection: Some(connection), savepoints: 0, failed: false, wrote: false }),
            abandoned: StdMutex::new(None),
            hooks: StdMutex::new(Vec::new()),
            changes: StdMutex::default(),
            committing: AtomicBool::new(false),
            cursors: AtomicU32::new(0),
            dropped_cursors: StdMutex::new(Vec::new()),
            rollback: AtomicBool::new(false),
            number: database.next_transaction(),
        };
        let around = Around { waited, ..transaction.around() };
        transaction.work.lock().await.control(database, control, around).await?;
        Ok(transaction)
    }

    /// The database that the transaction belongs to.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// Runs `work` at a savepoint: what it did is undone when it fails, and the transaction goes on.
    ///
    /// Savepoints of one transaction are used one inside the other, not side by side.
    ///
    /// # Errors
    /// What `work` fails with; or what the database says of the savepoint.
    #[track_caller]
    pub fn atomic<T, E, F>(&self, work: F) -> impl Future<Output = Result<T, E>>
    where
        F: AsyncFnOnce(&Transaction) -> Result<T, E>,
        E: From<Error>,
    {
        // What `work` does has call sites of its own.
        let site = CallSite::here();
        async move {
            let savepoint = site.around(Savepoint::set(self)).await?;
            match work(self).await {
                Ok(value) => {
                    site.around(savepoint.release()).await?;
                    Ok(value)
                }
                Err(error) => {
                    site.around(savepoint.undo()).await?;
                    Err(error)
                }
            }
        }
    }

    /// Runs `hook` once the outermost transaction is committed, and never when it is rolled back: Django's
    /// `transaction.on_commit`.
    pub fn on_commit(&self, hook: impl FnOnce() + Send + 'static) {
        lock(&self.hooks).push(Box::new(hook));
    }

    /// Says whether the innermost `atomic` that is open undoes what it did, though its work succeeds: Django's
    /// `transaction.set_rollback`. What the work gives is given all the same. Until then, no more statements are run;
    /// taking it back lets them run again.
    ///
    /// ```standalone_crate
    /// use blog::Tag;
    /// use embellie::prelude::*;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> embellie::Result<()> {
    /// # let db = Database::connect("sqlite::memory:").await?;
    /// # db.create_tables(&[]).await?;
    /// // How many rows there would be.
    /// let would_be = db
    ///     .atomic(async |tx| {
    ///         new!(Tag { word: "rain" }).create(tx).await?;
    ///         let count = Tag::objects().count(tx).await?;
    ///         tx.set_rollback(true);
    ///         Ok::<u64, embellie::Error>(count)
    ///     })
    ///     .await?;
    /// assert_eq!((would_be, Tag::objects().count(&db).await?), (1, 0));
    /// # Ok(()) }
    /// ```
    pub fn set_rollback(&self, rollback: bool) {
        self.rollback.store(rollback, Ordering::Relaxed);
    }

    /// Whether the innermost `atomic` undoes what it did, as [`set_rollback`](Transaction::set_rollback) said: Django's
    /// `transaction.get_rollback`.
    pub fn is_rollback_set(&self) -> bool {
        self.rollback.load(Ordering::Relaxed)
    }

    /// Refuses what is asked for after [`set_rollback`](Transaction::set_rollback).
    fn goes_on(&self) -> Result<()> {
        match self.is_rollback_set() {
            false => Ok(()),
            true => Err(Error::TransactionManagement(
                "`set_rollback(true)` was called: what this `atomic` did is undone when it ends, and until then no more \
                 statements are run. `set_rollback(false)` takes it back."
                    .into(),
            )),
        }
    }

    /// Tells the cache, once the transaction is committed, that rows of these models (`app.Model`) were changed by SQL
    /// that you wrote: see [`cache`](crate::cache).
    ///
    /// # Errors
    /// When there is no such model; the message names the nearest.
    pub fn invalidate(&self, models: &[&str]) -> Result<()> {
        let tables = self.database.tables_of(models)?;
        let mut changes = lock(&self.changes);
        tables.into_iter().for_each(|table| changes.add(table));
        Ok(())
    }

    /// Whether anything was written.
    pub(crate) fn has_written(&self) -> bool {
        lock(&self.changes).any()
    }

    pub(crate) async fn run(
        &self,
        statement: &Statement,
        sink: Box<dyn RowSink>,
    ) -> (Box<dyn RowSink>, Result<Outcome>) {
        let mut work = self.work.lock().await;
        if let Err(error) = self.clean(&mut work).await.and_then(|()| self.goes_on()) {
            return (sink, Err(error));
        }
        let Some(connection) = work.connection.as_mut() else { return (sink, Err(ended())) };
        lock(&self.changes).note(statement);
        let (sink, outcome) = execute(&self.database, &mut ***connection, statement, sink, self.around()).await;
        work.failed |= outcome.is_err();
        work.wrote |= statement.effect != Effect::Read;
        (sink, outcome)
    }

    /// Runs statements that only read, as [`Connection::execute_all`](embellie_core::Connection::execute_all) does.
    pub(crate) async fn run_all(&self, statements: Vec<(&Statement, Box<dyn RowSink>)>) -> Executed {
        let mut work = self.work.lock().await;
        let refused = self.clean(&mut work).await.and_then(|()| self.goes_on()).err();
        let (Some(connection), None) = (work.connection.as_mut(), &refused) else {
            let sinks = statements.into_iter().map(|(_, sink)| sink).collect();
            return (sinks, vec![Err(refused.unwrap_or_else(ended))]);
        };
        let done = execute_all(&self.database, &mut ***connection, statements, self.around()).await;
        work.failed |= done.1.iter().any(Result::is_err);
        done
    }

    /// Ends the transaction, when its work has succeeded.
    pub(crate) async fn commit(self) -> Result<()> {
        let mut work = self.work.lock().await;
        self.clean(&mut work).await?;
        if self.is_rollback_set() {
            drop(work);
            self.rollback().await;
            return Ok(());
        }
        if work.failed && !self.database.target().can(embellie_sql::Capability::GoOnAfterError) {
            drop(work);
            self.rollback().await;
            return Err(Error::TransactionManagement(
                "The transaction cannot be committed: one of its statements failed, after which the database undoes \
                 all of it. Give the error back from `atomic`, or run the statement that may fail in a nested \
                 `tx.atomic`."
                    .into(),
            ));
        }
        self.committing.store(true, Ordering::Relaxed);
        let committed = match work.connection {
            Some(_) => self.step(&mut work, Control::Commit).await,
            None => Ok(()),
        };
        self.committing.store(false, Ordering::Relaxed);
        // A connection that is lost does not tell whether it was committed.
        let changed = match &committed {
            Ok(()) | Err(Error::Operational(_) | Error::Interface(_)) => lock(&self.changes).pending(&self.database),
            Err(_) => None,
        };
        let cache = changed.and_then(Pending::note);
        if committed.is_ok() {
            work.ended(&self.database);
            drop(work);
            let hooks = std::mem::take(&mut *lock(&self.hooks));
            hooks.into_iter().for_each(|hook| hook());
        }
        if let Some(cache) = cache {
            cache.tell().await;
        }
        committed
    }

    /// Undoes everything. Should the database not answer, the connection is not used again before it is clean.
    pub(crate) async fn rollback(self) {
        let mut work = self.work.lock().await;
        if work.connection.is_some()
            && let Err(error) = self.step(&mut work, Control::Rollback).await
        {
            tracing::debug!(target: "embellie::transaction", %error, "the rollback was left to the connection's next use");
        }
        work.ended(&self.database);
    }

    fn around(&self) -> Around {
        Around { transaction: Some(self.number), ..Around::default() }
    }

    async fn step(&self, work: &mut Work, control: Control) -> Result<()> {
        work.control(&self.database, &control, self.around()).await
    }

    /// Sets a savepoint.
    async fn mark(&self) -> Result<Mark> {
        let mut work = self.work.lock().await;
        self.clean(&mut work).await?;
        self.goes_on()?;
        work.savepoints += 1;
        let mark =
            Mark { savepoint: work.savepoints, hooks: lock(&self.hooks).len(), changes: lock(&self.changes).len() };
        self.step(&mut work, Control::Savepoint(mark.savepoint)).await?;
        Ok(mark)
    }

    /// Does away with what dropped futures have left.
    async fn clean(&self, work: &mut Work) -> Result<()> {
        let abandoned = *lock(&self.abandoned);
        if let Some(mark) = abandoned {
            self.step(work, Control::RollbackTo(mark.savepoint)).await?;
            self.database.writes().note_anything();
            lock(&self.hooks).truncate(mark.hooks);
            lock(&self.changes).truncate(mark.changes);
            *lock(&self.abandoned) = None;
            self.set_rollback(false);
            work.failed = false;
        }
        self.close_dropped_cursors(work).await
    }
}

impl Work {
    /// What was written in the transaction is to be seen from now on, or to be seen no longer.
    fn ended(&mut self, database: &Database) {
        drop(self.connection.take());
        if self.wrote {
            database.writes().note_anything();
        }
    }

    async fn control(&mut self, database: &Database, control: &Control, around: Around) -> Result<()> {
        match self.connection.as_mut() {
            Some(connection) => database::control(database, &mut ***connection, control, around).await,
            None => Err(ended()),
        }
    }
}

/// Nothing is awaited in a drop: what the transaction did is undone before its connection is used again.
impl Drop for Transaction {
    fn drop(&mut self) {
        let work = self.work.get_mut();
        if let Some(connection) = work.connection.take() {
            let committing = self.committing.load(Ordering::Relaxed);
            let changed = if committing { lock(&self.changes).pending(&self.database) } else { None };
            abandon(connection, changed);
            work.ended(&self.database);
        }
    }
}

impl fmt::Debug for Transaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transaction").field("database", &self.database).finish_non_exhaustive()
    }
}

/// A savepoint that is undone unless it is released, also when its future is dropped.
struct Savepoint<'a> {
    transaction: &'a Transaction,
    mark: Mark,
    open: bool,
}

impl<'a> Savepoint<'a> {
    async fn set(transaction: &'a Transaction) -> Result<Self> {
        let mark = transaction.mark().await?;
        Ok(Savepoint { transaction, mark, open: true })
    }

    /// Ends it, when the work within has succeeded.
    async fn release(mut self) -> Result<()> {
        if self.transaction.is_rollback_set() {
            return self.undo().await;
        }
        let mut work = self.transaction.work.lock().await;
        self.transaction.clean(&mut work).await?;
        // Once it is sent it is carried out, also when this future is dropped: then there is nothing left to undo.
        self.open = false;
        let released = self.transaction.step(&mut work, Control::Release(self.mark.savepoint)).await;
        self.open = released.is_err();
        released
    }

    async fn undo(mut self) -> Result<()> {
        let mut work = self.transaction.work.lock().await;
        self.transaction.step(&mut work, Control::RollbackTo(self.mark.savepoint)).await?;
        work.failed = false;
        self.transaction.set_rollback(false);
        self.transaction.database.writes().note_anything();
        lock(&self.transaction.hooks).truncate(self.mark.hooks);
        lock(&self.transaction.changes).truncate(self.mark.changes);
        *lock(&self.transaction.abandoned) = None;
        self.open = false;
        self.transaction.step(&mut work, Control::Release(self.mark.savepoint)).await
    }
}

impl Drop for Savepoint<'_> {
    fn drop(&mut self) {
        if self.open {
            // The outermost abandoned savepoint undoes those inside it.
            let mut abandoned = lock(&self.transaction.abandoned);
            match *abandoned {
                Some(mark) if mark.savepoint < self.mark.savepoint => {}
                _ => *abandoned = Some(self.mark),
            }
        }
    }
}

fn ended() -> Error {
    Error::TransactionManagement("The transaction has ended".into())
}

fn lock<T>(mutex: &StdMutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
