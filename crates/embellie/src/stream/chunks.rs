//! Reading one chunk after the other, each by a future that owns what it needs.

use embellie_core::{BoxFuture, Effect, Error, Result, Statement};

use super::sink::ChunkSink;
use crate::database::{Database, Executor, Session};
use crate::transaction::{OpenCursor, Transaction};

/// Where rows come from.
pub(crate) trait Source: Send + Sync + 'static {
    type Item: Send + 'static;

    /// The statement, and what gathers its rows; `None` when it is known to have none.
    fn open(&self, session: Session<'_>) -> Result<Option<Opening<Self::Item>>>;

    /// Tells the rows of a chunk of each other, and reads what comes with them.
    fn finish<'s>(&'s self, _rows: &'s mut Vec<Self::Item>, _session: Session<'s>) -> BoxFuture<'s, Result<()>> {
        Box::pin(async { Ok(()) })
    }
}

pub(crate) struct Opening<T> {
    pub(crate) statement: Statement,
    pub(crate) sink: Box<ChunkSink<T>>,
}

/// Chunks that are still to be read.
pub(super) trait Chunks<'a, T>: Send {
    fn read(self: Box<Self>) -> BoxFuture<'a, Turn<'a, T>>;
}

/// What came of reading a chunk.
pub(super) struct Turn<'a, T> {
    pub(super) rows: Result<Vec<T>>,
    /// What reads the next one, unless this was the last.
    pub(super) next: Option<Box<dyn Chunks<'a, T> + 'a>>,
}

/// Reads the chunks of a source.
pub(super) struct Reader<'a, S: Source> {
    source: S,
    chunk_size: usize,
    place: Place<'a>,
    /// The cursor, once it is being opened, and until it is closed.
    cursor: Option<OpenCursor>,
    sink: Option<Box<ChunkSink<S::Item>>>,
}

/// Where it reads.
enum Place<'a> {
    /// In a transaction that somebody else has begun.
    In(&'a Transaction),
    /// In one that is still to be begun.
    Outside(Database),
    Own(Box<Transaction>),
}

impl Place<'_> {
    fn session(&self) -> Session<'_> {
        match self {
            Place::In(transaction) => transaction.session(),
            Place::Outside(database) => database.session(),
            Place::Own(transaction) => transaction.session(),
        }
    }
}

impl<'a, S: Source> Reader<'a, S> {
    pub(super) fn new(source: S, chunk_size: usize, session: Session<'a>) -> Self {
        let place = match session.transaction() {
            Some(transaction) => Place::In(transaction),
            None => Place::Outside(session.database().clone()),
        };
        Reader { source, chunk_size, place, cursor: None, sink: None }
    }

    pub(super) fn owned(source: S, chunk_size: usize, database: Database) -> Self {
        Reader { source, chunk_size, place: Place::Outside(database), cursor: None, sink: None }
    }

    /// Reads a chunk, and says whether there may be another one.
    async fn next(&mut self) -> Result<(Vec<S::Item>, bool)> {
        let (sink, outcome) = match self.sink.take() {
            Some(sink) => {
                let (Some(transaction), Some(cursor)) = (self.place.session().transaction(), &self.cursor) else {
                    return Err(Error::Interface("the stream has no cursor".into()));
                };
                transaction.fetch(cursor, sink).await
            }
            None => {
                let Some(Opening { statement, sink }) = self.opening()? else { return Ok((Vec::new(), false)) };
                if let Place::Outside(database) = &self.place {
                    self.place = Place::Own(Box::new(Transaction::begin_reading(database).await?));
                }
                let Some(transaction) = self.place.session().transaction() else {
                    return Err(Error::Interface("the stream has no transaction".into()));
                };
                let cursor = self.cursor.insert(transaction.new_cursor());
                transaction.open_cursor(cursor, &statement, self.chunk_size, sink).await
            }
        };
        outcome?;
        let (sink, mut rows) = ChunkSink::<S::Item>::emptied(sink)?;
        let more = rows.len() >= self.chunk_size;
        if more {
            self.sink = Some(sink);
        }
        self.source.finish(&mut rows, self.place.session()).await?;
        if !more {
            self.end().await?;
        }
        Ok((rows, more))
    }

    /// What can be told to be wrong before anything is sent.
    fn opening(&self) -> Result<Option<Opening<S::Item>>> {
        if self.chunk_size == 0 {
            return Err(Error::Value("Chunk size must be strictly positive.".into()));
        }
        let opening = self.source.open(self.place.session())?;
        if opening.as_ref().is_some_and(|opening| opening.statement.effect != Effect::Read) {
            return Err(Error::NotSupported(
                "Only statements that read can be streamed: one that writes is done at once, or not at all.".into(),
            ));
        }
        Ok(opening)
    }

    async fn end(&mut self) -> Result<()> {
        if let Place::Own(transaction) = &self.place {
            self.cursor = None;
            let database = transaction.database().clone();
            if let Place::Own(transaction) = std::mem::replace(&mut self.place, Place::Outside(database)) {
                transaction.commit().await?;
            }
        } else if let (Place::In(transaction), Some(cursor)) = (&self.place, &self.cursor) {
            transaction.close_cursor(cursor).await?;
            self.cursor = None;
        }
        Ok(())
    }
}

impl<'a, S: Source> Chunks<'a, S::Item> for Reader<'a, S> {
    fn read(mut self: Box<Self>) -> BoxFuture<'a, Turn<'a, S::Item>> {
        Box::pin(async move {
            match self.next().await {
                Ok((rows, true)) => Turn { rows: Ok(rows), next: Some(self) },
                Ok((rows, false)) => Turn { rows: Ok(rows), next: None },
                Err(error) => Turn { rows: Err(error), next: None },
            }
        })
    }
}

/// A transaction of its own ends with the stream.
impl<S: Source> Drop for Reader<'_, S> {
    fn drop(&mut self) {
        if let (Place::In(transaction), Some(cursor)) = (&self.place, &self.cursor) {
            transaction.drop_cursor(cursor);
        }
    }
}
