//! What a database driver is: it sees SQL text and parameters, never the query tree.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use crate::{Error, RowSink, Value};

/// A boxed future, as the driver traits give it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// SQL text with its parameters, ready to run.
#[derive(Clone, PartialEq)]
pub struct Statement {
    /// The text. Placeholders are the dialect's own.
    pub sql: Arc<str>,
    /// The parameters, in placeholder order.
    pub parameters: Vec<Value>,
    /// Whether the statement only reads.
    pub effect: Effect,
    /// The table whose rows it changes, where that is known.
    pub table: Option<Arc<str>>,
}

impl Statement {
    /// A statement that reads.
    pub fn read(sql: impl Into<Arc<str>>, parameters: Vec<Value>) -> Self {
        Statement { sql: sql.into(), parameters, effect: Effect::Read, table: None }
    }

    /// A statement that writes.
    pub fn write(sql: impl Into<Arc<str>>, parameters: Vec<Value>) -> Self {
        Statement { sql: sql.into(), parameters, effect: Effect::Write, table: None }
    }

    /// The statement, which changes rows of this table.
    #[must_use]
    pub fn changing(self, table: &str) -> Self {
        Statement { table: Some(table.into()), ..self }
    }

    /// A statement that changes the schema; it is not kept prepared.
    pub fn schema(sql: impl Into<Arc<str>>) -> Self {
        Statement { sql: sql.into(), parameters: Vec::new(), effect: Effect::Schema, table: None }
    }
}

/// The parameters may be private, so only their number is shown.
impl fmt::Debug for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Statement({:?}, {} parameters)", self.sql, self.parameters.len())
    }
}

/// What a statement does to the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It only reads, so it may be run again from the start.
    Read,
    /// It changes rows.
    Write,
    /// It changes the schema.
    Schema,
}

/// What came of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Outcome {
    /// Rows changed by a write; rows given by a read.
    pub rows: u64,
}

/// The database behind a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerInfo {
    /// The dialect that the server speaks, as the driver names it: the key of a dialect in the compiler.
    pub dialect: &'static str,
    /// The server's version: major, minor, patch.
    pub version: (u32, u32, u32),
}

/// Where a database is, without anything secret: what telemetry says of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Endpoint {
    /// The host, or the directory of its sockets; `None` for a database in this program.
    pub address: Option<String>,
    /// The port.
    pub port: Option<u16>,
    /// The database's name on the server, or its file's name.
    pub namespace: Option<String>,
}

/// Makes connections to one database.
pub trait Driver: Send + Sync + fmt::Debug {
    /// Opens a connection.
    fn connect(&self) -> BoxFuture<'_, Result<Box<dyn Connection>, Error>>;

    /// How many connections make sense at most; `None` leaves the choice to the pool. A private in-memory database
    /// says 1.
    fn max_connections(&self) -> Option<usize> {
        None
    }

    /// Where the database is.
    fn endpoint(&self) -> Endpoint {
        Endpoint::default()
    }

    /// Which database this is, as far as what is kept of it elsewhere is concerned. It holds no password.
    fn identity(&self) -> Identity;
}

/// What tells a database from others.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Identity {
    /// The database: what is written by one is read by all that have the same.
    pub database: String,
    /// How it is seen: whose rights, which schemas. Those with another one may see other rows.
    pub view: String,
}

/// One connection, used by one task at a time.
///
/// A future of this trait may be dropped at any point. The connection then remembers that it was left in the middle,
/// and [`Connection::reset`] makes it clean again, or says that it cannot.
pub trait Connection: Send + Sync {
    /// The server at the other end.
    fn server(&self) -> &ServerInfo;

    /// Runs one statement and hands each row to `sink`, which comes back with the outcome.
    fn execute<'a>(
        &'a mut self,
        statement: &'a Statement,
        sink: Box<dyn RowSink>,
    ) -> BoxFuture<'a, (Box<dyn RowSink>, Result<Outcome, Error>)>;

    /// Runs statements one after the other, each with a sink of its own, and stops after the first that fails: there are
    /// as many results as statements were run. All sinks come back.
    ///
    /// A driver that can sends them together, so that the server is waited for once. They read, or stand in a
    /// transaction: whether those before one that fails have an effect otherwise is not said.
    fn execute_all<'a>(&'a mut self, work: Vec<(&'a Statement, Box<dyn RowSink>)>) -> BoxFuture<'a, Executed>;

    /// Runs a statement that takes rows from the client (`COPY … FROM STDIN`). `source` gives, piece by piece, what a file
    /// would hold of the format that the statement names; where it gives an error, nothing is copied. The outcome tells how
    /// many rows were.
    ///
    /// As long as `source` gives at once what it has, nothing else of the same task runs meanwhile but what is sent.
    fn copy_in<'a>(
        &'a mut self,
        _statement: &'a Statement,
        _source: &'a mut CopySource<'_>,
    ) -> BoxFuture<'a, Result<Outcome, Error>> {
        Box::pin(std::future::ready(Err(copies_nothing())))
    }

    /// Runs a statement that gives rows to the client (`COPY … TO STDOUT`). `sink` is given, piece by piece, what a file
    /// would hold of the format that the statement names; its error ends it. The outcome tells how many rows there were.
    fn copy_out<'a>(
        &'a mut self,
        _statement: &'a Statement,
        _sink: &'a mut CopySink<'_>,
    ) -> BoxFuture<'a, Result<Outcome, Error>> {
        Box::pin(std::future::ready(Err(copies_nothing())))
    }

    /// Opens a cursor over the rows of a statement that reads, which [`fetch`](Connection::fetch) gives in chunks of
    /// `rows`. Numbers of cursors are made by the runtime, each once in a transaction.
    ///
    /// A cursor stands in a transaction and ends with it, or with the return to a mark that was set before it was opened.
    /// Other statements may run in between. Where the future is dropped, [`close_cursor`](Connection::close_cursor) is
    /// still in order.
    fn open_cursor<'a>(
        &'a mut self,
        cursor: u32,
        statement: &'a Statement,
        rows: usize,
    ) -> BoxFuture<'a, Result<(), Error>>;

    /// Hands the next chunk of a cursor's rows to `sink`. Fewer rows than the chunk holds mean that there are no more.
    fn fetch(
        &mut self,
        cursor: u32,
        sink: Box<dyn RowSink>,
    ) -> BoxFuture<'_, (Box<dyn RowSink>, Result<Outcome, Error>)>;

    /// Closes a cursor. One that has ended, or was never opened, is closed already.
    fn close_cursor(&mut self, cursor: u32) -> BoxFuture<'_, Result<(), Error>>;

    /// Begins, ends or marks a place in a transaction.
    fn control<'a>(&'a mut self, control: &'a Control) -> BoxFuture<'a, Result<(), Error>>;

    /// Makes the connection ready for its next user: stops what a dropped future left running and rolls back what
    /// it left open. Cheap when there is nothing to do: no round trip.
    fn reset(&mut self) -> BoxFuture<'_, Result<(), Error>>;

    /// Whether [`reset`](Connection::reset) has nothing to do, so that it need not be called. A driver whose `reset` also finds
    /// out, without a round trip, that the server has gone finds it out here as well.
    fn is_clean(&mut self) -> bool {
        false
    }

    /// Whether the connection can no longer be used, as far as is known without asking the server.
    fn is_broken(&self) -> bool;
}

/// What [`Connection::copy_in`] sends.
pub type CopySource<'a> = dyn Iterator<Item = Result<Vec<u8>, Error>> + Send + 'a;

/// What [`Connection::copy_out`] gives pieces to.
pub type CopySink<'a> = dyn FnMut(&[u8]) -> Result<(), Error> + Send + 'a;

fn copies_nothing() -> Error {
    Error::NotSupported("copying rows to or from the client (COPY) is not supported by this database".into())
}

/// What comes of [`Connection::execute_all`]: all sinks, and the results of the statements that were run.
pub type Executed = (Vec<Box<dyn RowSink>>, Vec<Result<Outcome, Error>>);

/// A step of a transaction. Savepoint names are made by the runtime.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Control {
    /// Begin a transaction.
    Begin,
    /// Begin a transaction that only reads, and sees one state of the database as long as it lasts. It keeps nobody
    /// from writing.
    BeginReading,
    /// Make it last.
    Commit,
    /// Undo it.
    Rollback,
    /// Mark the place `n` in the transaction.
    Savepoint(u32),
    /// Forget the mark `n`, keeping what was done since.
    Release(u32),
    /// Undo what was done since the mark `n`.
    RollbackTo(u32),
}
