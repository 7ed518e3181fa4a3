//! Where a statement runs: on a connection of the pool, or in a transaction.

use embellie_core::{Discard, Error, Executed, Outcome, Result, Row, RowSink, Statement};
use embellie_sql::Reading;

use super::Database;
use super::pool::Lease;
use super::round::Round;
use super::run::{Around, execute, execute_all};
use crate::cache::{self, Cached, Pending};
use crate::raw::Cursor;
use crate::transaction::Transaction;

/// What statements can run on: a [`Database`] or a [`Transaction`].
pub trait Executor: Send + Sync {
    /// Where statements run.
    fn session(&self) -> Session<'_>;

    /// A cursor, which runs SQL that you write: Django's `connection.cursor()`.
    fn cursor(&self) -> Cursor<'_> {
        Cursor::new(self.session())
    }
}

impl Executor for Database {
    fn session(&self) -> Session<'_> {
        Session { database: self, transaction: None, cached: None, round: None }
    }
}

impl Executor for Transaction {
    fn session(&self) -> Session<'_> {
        Session { database: self.database(), transaction: Some(self), cached: None, round: None }
    }
}

impl<E: Executor + ?Sized> Executor for &E {
    fn session(&self) -> Session<'_> {
        (**self).session()
    }
}

/// A place where statements run.
#[derive(Debug, Clone, Copy)]
pub struct Session<'a> {
    database: &'a Database,
    transaction: Option<&'a Transaction>,
    /// Whether and how what is read is kept.
    cached: Option<&'a Cached>,
    /// Where statements wait for others that are sent with them.
    round: Option<&'a Round>,
}

/// A statement, and what takes its rows.
pub(super) type Work<'a> = (&'a Statement, Box<dyn RowSink>);

impl<'a> Session<'a> {
    /// The database.
    pub fn database(&self) -> &'a Database {
        self.database
    }

    /// The transaction, where one was begun.
    pub(crate) fn transaction(&self) -> Option<&'a Transaction> {
        self.transaction
    }

    /// Whether a transaction was begun.
    pub(crate) fn is_in_transaction(&self) -> bool {
        self.transaction.is_some()
    }

    /// Whether anything was written in the transaction.
    pub(crate) fn has_written(&self) -> bool {
        self.transaction.is_some_and(Transaction::has_written)
    }

    /// The same place, where what is read is kept as a query set says, or as before where it says nothing.
    pub(crate) fn caching(self, cached: Option<&'a Cached>) -> Self {
        Session { cached: cached.or(self.cached), ..self }
    }

    /// Whether what is read is kept.
    pub(crate) fn is_caching(&self) -> bool {
        self.cached.is_some()
    }

    /// The same place, where what is read waits for what is read side by side with it: what is in a round already, stays
    /// in that one.
    pub(crate) fn in_round<'r>(self, round: &'r Round) -> Session<'r>
    where
        'a: 'r,
    {
        Session { round: self.round.or(Some(round)), ..self }
    }

    /// Runs a statement that reads a query, or gives what is kept of it.
    pub(crate) async fn read(
        &self,
        statement: &Statement,
        reading: Reading<'_>,
        sink: Box<dyn RowSink>,
    ) -> (Box<dyn RowSink>, Result<Outcome>) {
        match self.cached {
            None => self.run(statement, sink).await,
            // What is seldom needed is boxed, which keeps this future small.
            Some(cached) => Box::pin(cache::read(cached, statement, reading, sink, *self)).await,
        }
    }

    /// Runs a statement and hands its rows to `sink`.
    pub(crate) async fn run(
        &self,
        statement: &Statement,
        sink: Box<dyn RowSink>,
    ) -> (Box<dyn RowSink>, Result<Outcome>) {
        if let Some(round) = self.round {
            return Box::pin(round.ask(statement.clone(), sink)).await;
        }
        match self.transaction {
            Some(transaction) => transaction.run(statement, sink).await,
            None => {
                let (mut lease, waited) = match self.database.acquire().await {
                    Ok((connection, waited)) => (Lease::new(connection, self.database, statement), waited),
                    Err(error) => return (sink, Err(error)),
                };
                let Some(connection) = lease.connection() else {
                    return (sink, Err(Error::Interface("no connection".into())));
                };
                let around = Around { waited, transaction: None };
                let done = execute(self.database, connection, statement, sink, around).await;
                let changed = lease.keep(self.database);
                if done.1.is_ok()
                    && let Some(cache) = changed.and_then(Pending::note)
                {
                    cache.tell().await;
                }
                done
            }
        }
    }

    /// Runs statements that only read, sent together where the driver can, and hands the rows of each to its sink. There
    /// are as many results as statements were run: none comes after one that failed.
    pub(super) async fn run_all(&self, work: Vec<Work<'_>>) -> Executed {
        if let Some(transaction) = self.transaction {
            return transaction.run_all(work).await;
        }
        let (mut lease, waited) = match self.database.acquire().await {
            Ok((connection, waited)) => (Lease::reading(connection), waited),
            Err(error) => return (work.into_iter().map(|(_, sink)| sink).collect(), vec![Err(error)]),
        };
        let Some(connection) = lease.connection() else {
            let error = Error::Interface("no connection".into());
            return (work.into_iter().map(|(_, sink)| sink).collect(), vec![Err(error)]);
        };
        let done = execute_all(self.database, connection, work, Around { waited, transaction: None }).await;
        lease.keep(self.database);
        done
    }

    /// Runs a statement whose rows, if any, are of no interest.
    pub(crate) async fn write(&self, statement: &Statement) -> Result<Outcome> {
        self.run(statement, Box::new(Discard)).await.1
    }

    /// Runs a statement and gathers what `read` makes of each row.
    pub(crate) async fn gather<T, F>(&self, statement: &Statement, read: F) -> Result<Vec<T>>
    where
        T: Send + 'static,
        F: FnMut(&dyn Row) -> Result<T> + Send + 'static,
    {
        Gather::<T, F>::finish(self.run(statement, Gather::new(read)).await)
    }

    /// Runs a statement that reads a query, or takes what is kept of it, and gathers what `decode` makes of each row.
    pub(crate) async fn gather_read<T, F>(&self, statement: &Statement, of: Reading<'_>, decode: F) -> Result<Vec<T>>
    where
        T: Send + 'static,
        F: FnMut(&dyn Row) -> Result<T> + Send + 'static,
    {
        let mut gather = Gather::new(decode);
        if let Reading::Rows(query) = of {
            let most = AT_ONCE / size_of::<T>().max(1);
            let wanted = query.slice.limit.map_or(0, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
            gather.rows.reserve_exact(wanted.min(most));
        }
        Gather::<T, F>::finish(self.read(statement, of, gather).await)
    }

    /// Runs `work` in a transaction of its own, or at a savepoint of the one that is open.
    ///
    /// # Errors
    /// What `work` fails with; or what the database says of the transaction.
    pub async fn atomic<T, E>(&self, work: impl AsyncFnOnce(&Transaction) -> Result<T, E>) -> Result<T, E>
    where
        E: From<Error>,
    {
        match self.transaction {
            Some(transaction) => transaction.atomic(work).await,
            None => self.database.atomic(work).await,
        }
    }
}

/// The rows of a query that has a limit have room before they come, but for no more bytes than this: what is not used
/// is given back, and no memory was touched for it.
const AT_ONCE: usize = 4 << 20;

/// Room for so many rows is not worth giving back.
const FEW: usize = 32;

/// Gathers what a function makes of each row.
pub(crate) struct Gather<T, F> {
    rows: Vec<T>,
    read: F,
}

impl<T, F> Gather<T, F>
where
    T: Send + 'static,
    F: FnMut(&dyn Row) -> Result<T> + Send + 'static,
{
    pub(crate) fn new(read: F) -> Box<Self> {
        Box::new(Gather { rows: Vec::new(), read })
    }

    pub(crate) fn finish((sink, outcome): (Box<dyn RowSink>, Result<Outcome>)) -> Result<Vec<T>> {
        outcome?;
        match sink.into_any().downcast::<Self>() {
            Ok(mut gather) => {
                if gather.rows.capacity() > FEW && gather.rows.capacity() / 2 > gather.rows.len() {
                    gather.rows.shrink_to_fit();
                }
                Ok(gather.rows)
            }
            Err(_) => Err(Error::Interface("the driver gave back another sink than it was given".into())),
        }
    }
}

impl<T, F> RowSink for Gather<T, F>
where
    T: Send + 'static,
    F: FnMut(&dyn Row) -> Result<T> + Send + 'static,
{
    fn row(&mut self, row: &dyn Row) -> Result<()> {
        // One row has room for one, a few hundred rows are moved seldom, and of many no more room is taken than twice what
        // they need.
        let rows = self.rows.len();
        if rows == self.rows.capacity() && rows < 512 {
            self.rows.reserve_exact(1.max(rows * 3));
        }
        self.rows.push((self.read)(row)?);
        Ok(())
    }

    fn restart(&mut self) {
        self.rows.clear();
    }

    fn into_any(self: Box<Self>) -> Box<dyn std::any::Any> {
        self
    }
}
