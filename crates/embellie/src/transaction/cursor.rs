//! Cursors of a transaction: rows that are fetched chunk by chunk.

use std::sync::atomic::Ordering;

use embellie_core::{Error, Outcome, Result, RowSink, Statement};

use super::{Transaction, Work, ended, lock};
use crate::database::executed;

/// The number of a cursor that is open, or may be. It is closed unless [`Transaction::close_cursor`] has done so: before
/// the transaction's next statement, since nothing is awaited in a drop.
pub(crate) struct OpenCursor(u32);

impl Transaction {
    /// A cursor that nothing was sent of yet. It exists before it is opened, so that a future dropped in between leaves
    /// none behind.
    pub(crate) fn new_cursor(&self) -> OpenCursor {
        OpenCursor(self.cursors.fetch_add(1, Ordering::Relaxed) + 1)
    }

    /// Opens a cursor over a statement's rows, and hands its first chunk of `rows` to `sink`: what shows as the statement
    /// to traces and captures.
    pub(crate) async fn open_cursor(
        &self,
        cursor: &OpenCursor,
        statement: &Statement,
        rows: usize,
        sink: Box<dyn RowSink>,
    ) -> (Box<dyn RowSink>, Result<Outcome>) {
        let mut work = self.work.lock().await;
        if let Err(error) = self.clean(&mut work).await {
            return (sink, Err(error));
        }
        let Some(connection) = work.connection.as_mut() else { return (sink, Err(ended())) };
        let (sink, outcome) = executed(&self.database, statement, self.around(), async {
            match connection.open_cursor(cursor.0, statement, rows).await {
                Ok(()) => connection.fetch(cursor.0, sink).await,
                Err(error) => (sink, Err(error)),
            }
        })
        .await;
        work.failed |= outcome.is_err();
        (sink, outcome)
    }

    /// Hands the next chunk of a cursor's rows to `sink`.
    pub(crate) async fn fetch(
        &self,
        cursor: &OpenCursor,
        sink: Box<dyn RowSink>,
    ) -> (Box<dyn RowSink>, Result<Outcome>) {
        let mut work = self.work.lock().await;
        if let Err(error) = self.clean(&mut work).await {
            return (sink, Err(error));
        }
        let Some(connection) = work.connection.as_mut() else { return (sink, Err(ended())) };
        let (sink, outcome) = connection.fetch(cursor.0, sink).await;
        // A cursor that has ended asked nothing of the database.
        work.failed |= outcome.as_ref().is_err_and(|error| !matches!(error, Error::TransactionManagement(_)));
        (sink, outcome)
    }

    pub(crate) async fn close_cursor(&self, cursor: &OpenCursor) -> Result<()> {
        let mut work = self.work.lock().await;
        self.clean(&mut work).await?;
        match work.connection.as_mut() {
            Some(connection) => connection.close_cursor(cursor.0).await,
            None => Ok(()),
        }
    }

    /// Leaves a cursor to be closed before the next statement.
    pub(crate) fn drop_cursor(&self, cursor: &OpenCursor) {
        lock(&self.dropped_cursors).push(cursor.0);
    }

    pub(super) async fn close_dropped_cursors(&self, work: &mut Work) -> Result<()> {
        loop {
            let Some(cursor) = lock(&self.dropped_cursors).last().copied() else { return Ok(()) };
            let Some(connection) = work.connection.as_mut() else { return Ok(()) };
            connection.close_cursor(cursor).await?;
            lock(&self.dropped_cursors).retain(|dropped| *dropped != cursor);
        }
    }
}
