//! Connections, kept and handed out.

mod at_hand;

use std::sync::Arc;
use std::time::Duration;

use deadpool::managed::{self, Metrics, PoolError, RecycleError, RecycleResult, TimeoutType, Timeouts};
use embellie_core::{Connection, DatabaseError, Driver, Error, Result, Statement};

use self::at_hand::AtHand;
use super::Database;
use super::driver::PoolOptions;
use crate::cache::Pending;

const DEFAULT_SIZE: usize = 10;
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

/// A connection of the pool, given back when it is dropped.
pub(crate) type Pooled = managed::Object<Manager>;

#[derive(Debug)]
pub(crate) struct Manager(Arc<dyn Driver>);

impl managed::Manager for Manager {
    type Type = Box<dyn Connection>;
    type Error = Error;

    async fn create(&self) -> Result<Box<dyn Connection>> {
        self.0.connect().await
    }

    /// No round trip for a connection that was left clean; one that was not is cleaned, or replaced.
    async fn recycle(&self, connection: &mut Box<dyn Connection>, _: &Metrics) -> RecycleResult<Error> {
        if connection.is_broken() {
            return Err(RecycleError::message("broken"));
        }
        if connection.is_clean() {
            return Ok(());
        }
        connection.reset().await.map_err(RecycleError::Backend)
    }
}

#[derive(Clone)]
pub(crate) struct Pool {
    pool: managed::Pool<Manager>,
    timeout: Duration,
    at_hand: Arc<AtHand>,
}

impl Pool {
    pub(crate) fn new(driver: Arc<dyn Driver>, options: PoolOptions) -> Result<Self> {
        let size = options.size.unwrap_or(DEFAULT_SIZE).max(1);
        let size = driver.max_connections().map_or(size, |most| size.min(most));
        let pool = managed::Pool::builder(Manager(driver))
            .max_size(size)
            .runtime(deadpool::Runtime::Tokio1)
            .build()
            .map_err(|e| Error::ImproperlyConfigured(format!("The connection pool cannot be made: {e}")))?;
        let timeout = options.timeout.unwrap_or(DEFAULT_TIMEOUT);
        Ok(Pool { pool, timeout, at_hand: Arc::default() })
    }

    pub(crate) async fn get(&self) -> Result<Pooled> {
        match self.at_hand.take() {
            Some(connection) => Ok(connection),
            // What is seldom needed is boxed, which keeps this future small.
            None => Box::pin(self.acquire()).await,
        }
    }

    async fn acquire(&self) -> Result<Pooled> {
        // The time is for waiting alone: how long connecting may take is the driver's to say. Who need not wait needs no
        // timer, and so no runtime with a clock.
        let wait = |time| Timeouts { wait: Some(time), ..Timeouts::new() };
        let acquired = match self.pool.timeout_get(&wait(Duration::ZERO)).await {
            Err(PoolError::Timeout(TimeoutType::Wait)) if !self.timeout.is_zero() => {
                let _waits = self.at_hand.wait();
                // It may have been put there since.
                match self.at_hand.take() {
                    Some(connection) => return Ok(connection),
                    None => self.pool.timeout_get(&wait(self.timeout)).await,
                }
            }
            acquired => acquired,
        };
        acquired.map_err(|e| match e {
            PoolError::Backend(error) => error,
            PoolError::Timeout(_) => Error::Operational(DatabaseError {
                message: format!(
                    "no connection became free within {:?}: all {} are in use (is one held while another is asked for?)",
                    self.timeout,
                    self.pool.status().max_size
                ),
                retryable: true,
                ..DatabaseError::default()
            }),
            PoolError::Closed => Error::Interface("the database was closed".into()),
            other => Error::Interface(other.to_string()),
        })
    }

    /// Gives a connection back.
    pub(crate) fn give_back(&self, connection: Pooled) {
        self.at_hand.put(connection);
    }

    pub(crate) fn close(&self) {
        self.pool.close();
        self.at_hand.close();
    }
}

/// Makes a connection clean that was left in the middle of something: now, where there is a runtime to do it, so that
/// what still runs and what is still locked is let go; else before its next use.
///
/// What may have been changed meanwhile is told to the cache when that is over.
pub(crate) fn abandon(mut connection: Pooled, changed: Option<Pending>) {
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        runtime.spawn(async move {
            let _ = connection.reset().await;
            if let Some(cache) = changed.and_then(Pending::note) {
                cache.tell().await;
            }
        });
    } else if let Some(changed) = changed {
        changed.note();
    }
}

/// A connection that is abandoned unless it is [kept](Lease::keep): what a dropped future leaves.
pub(crate) struct Lease {
    connection: Option<Pooled>,
    /// What the statement changes that runs on it.
    changed: Option<Pending>,
}

impl Lease {
    /// A connection for a statement outside of transactions.
    pub(crate) fn new(connection: Pooled, database: &Database, statement: &Statement) -> Self {
        Lease { connection: Some(connection), changed: Pending::of(statement, database) }
    }

    /// A connection for statements that only read.
    pub(crate) fn reading(connection: Pooled) -> Self {
        Lease { connection: Some(connection), changed: None }
    }

    pub(crate) fn connection(&mut self) -> Option<&mut (dyn Connection + 'static)> {
        self.connection.as_mut().map(|connection| &mut ***connection)
    }

    /// Gives the connection back to the pool as it is, and says what was changed.
    pub(crate) fn keep(mut self, database: &Database) -> Option<Pending> {
        if let Some(connection) = self.connection.take() {
            database.0.pool.give_back(connection);
        }
        self.changed.take()
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            abandon(connection, self.changed.take());
        }
    }
}
