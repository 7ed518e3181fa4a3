//! Rows of big results, one after the other.

mod chunks;
mod sink;

pub(crate) use chunks::{Opening, Source};
pub(crate) use sink::{ChunkSink, ReadRow};

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use embellie_core::{BoxFuture, Result};
use futures_core::Stream;

use crate::database::{Database, Session};
use crate::log::CallSite;
use chunks::{Chunks, Reader, Turn};

/// How many rows a chunk has where nobody says it, as in Django.
pub(crate) const CHUNK: usize = 2000;

/// Rows that are read chunk by chunk, as they are asked for: what [`QuerySet::stream`], [`QuerySet::iterator`] and those of
/// raw SQL give. It is a [`Stream`] too.
///
/// No more than one chunk is held at a time, here and by the driver, and the next one is read when the last one was given
/// away. All rows, and the related objects that are read with them, are of one state of the database.
///
/// ```standalone_crate
/// use blog::{Tag, User};
/// use embellie::prelude::*;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> embellie::Result<()> {
/// # let db = Database::connect("sqlite::memory:").await?;
/// # db.create_tables(&[]).await?;
/// let mut tags: Vec<Tag> = (0..5000).map(|n| new!(Tag { word: format!("{n:04}") })).collect();
/// Tag::objects().bulk_create(&mut tags, &db).await?;
///
/// let mut words = Tag::objects().order_by("word").values_list(Tag::word).iterator(100, &db);
/// let mut last = None;
/// while let Some(word) = words.next().await {
///     last = Some(word?);
/// }
/// assert_eq!(last.as_deref(), Some("4999"));
/// # Ok(()) }
/// ```
///
/// # Where it reads
///
/// Within [`atomic`](Database::atomic), it reads on the transaction's connection; other statements, and other streams,
/// may run in between. Outside, it takes a connection of the pool for itself, and reads in a transaction of its own that
/// writes nothing and locks nobody out, from its first row to its last one or to its drop. Rows that are locked or
/// changed by the query itself need `atomic`.
///
/// A database that has one connection, as SQLite in memory, has none left for other statements meanwhile: stream within
/// `atomic` there, if you do other things on the way.
///
/// # Dropping it
///
/// A stream may be dropped at any point, and so may the future of [`next`](RowStream::next), which loses no rows. What is
/// open is closed before its connection is used again.
///
/// [`QuerySet::stream`]: crate::QuerySet::stream
/// [`QuerySet::iterator`]: crate::QuerySet::iterator
#[must_use = "no row is read before it is asked for"]
pub struct RowStream<'a, T> {
    rows: std::vec::IntoIter<T>,
    state: State<'a, T>,
    site: CallSite,
}

enum State<'a, T> {
    Idle(Box<dyn Chunks<'a, T> + 'a>),
    Reading(BoxFuture<'a, Turn<'a, T>>),
    Ended,
}

impl<'a, T: Send + 'static> RowStream<'a, T> {
    #[track_caller]
    pub(crate) fn new(source: impl Source<Item = T>, chunk_size: usize, session: Session<'a>) -> Self {
        RowStream::of(Reader::new(source, chunk_size, session))
    }

    #[track_caller]
    pub(crate) fn owned(source: impl Source<Item = T>, chunk_size: usize, database: Database) -> Self {
        RowStream::of(Reader::owned(source, chunk_size, database))
    }

    #[track_caller]
    fn of(reader: impl Chunks<'a, T> + 'a) -> Self {
        let state = State::Idle(Box::new(reader));
        RowStream { rows: Vec::new().into_iter(), state, site: CallSite::here() }
    }

    /// The next row; `None` after the last one, and after an error.
    ///
    /// # Errors
    /// As [`QuerySet::all`](crate::QuerySet::all); [`Error::Value`](embellie_core::Error::Value) when a chunk has no
    /// rows.
    pub async fn next(&mut self) -> Option<Result<T>> {
        std::future::poll_fn(|context| self.poll_row(context)).await
    }

    /// The rest of the rows of a chunk, which is read where none is left; `None` when there are no more.
    ///
    /// # Errors
    /// As [`next`](RowStream::next).
    pub async fn next_chunk(&mut self) -> Option<Result<Vec<T>>> {
        match self.next().await? {
            Ok(first) => Some(Ok(std::iter::once(first).chain(&mut self.rows).collect())),
            Err(error) => Some(Err(error)),
        }
    }

    fn poll_row(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<T>>> {
        loop {
            if let Some(row) = self.rows.next() {
                return Poll::Ready(Some(Ok(row)));
            }
            self.state = match std::mem::replace(&mut self.state, State::Ended) {
                State::Ended => return Poll::Ready(None),
                State::Idle(chunks) => State::Reading(Box::pin(self.site.around(chunks.read()))),
                State::Reading(mut reading) => match reading.as_mut().poll(context) {
                    Poll::Pending => {
                        self.state = State::Reading(reading);
                        return Poll::Pending;
                    }
                    Poll::Ready(Turn { rows: Err(error), .. }) => return Poll::Ready(Some(Err(error))),
                    Poll::Ready(Turn { rows: Ok(rows), next }) => {
                        self.rows = rows.into_iter();
                        next.map_or(State::Ended, State::Idle)
                    }
                },
            };
        }
    }
}

impl<T: Send + 'static> Stream for RowStream<'_, T> {
    type Item = Result<T>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<T>>> {
        self.get_mut().poll_row(context)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.rows.len(), matches!(self.state, State::Ended).then_some(self.rows.len()))
    }
}

/// The rows are never pinned.
impl<T> Unpin for RowStream<'_, T> {}

impl<T> fmt::Debug for RowStream<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RowStream").field("rows_at_hand", &self.rows.len()).finish_non_exhaustive()
    }
}
