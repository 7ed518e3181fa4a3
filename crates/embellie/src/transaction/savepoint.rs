//! Savepoints that are set and ended by hand: Django's `transaction.savepoint()`.

use embellie_core::{Error, Result};

use super::{Control, Mark, Transaction, lock};

/// A savepoint of a transaction: what Django calls `sid`. [`Transaction::savepoint`] gives it.
#[derive(Debug, Clone, Copy)]
pub struct SavepointId {
    mark: Mark,
    /// The transaction that has it.
    transaction: u64,
}

impl Transaction {
    /// Sets a savepoint, to which the transaction can be rolled back: Django's `transaction.savepoint()`.
    ///
    /// [`atomic`](Transaction::atomic) is what most programs want: it ends its savepoint whatever happens.
    ///
    /// ```standalone_crate
    /// # use blog::Tag;
    /// # use embellie::prelude::*;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> embellie::Result<()> {
    /// # let db = Database::connect("sqlite::memory:").await?;
    /// # db.create_tables(&[]).await?;
    /// db.atomic(async |tx| {
    ///     new!(Tag { word: "rain" }).create(tx).await?;
    ///     let before = tx.savepoint().await?;
    ///     new!(Tag { word: "snow" }).create(tx).await?;
    ///     tx.savepoint_rollback(before).await?;
    ///     tx.savepoint_commit(before).await
    /// })
    /// .await?;
    /// assert_eq!(Tag::objects().values_list(Tag::word).all(&db).await?, ["rain"]);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error::TransactionManagement`] when the transaction has ended or is to be rolled back, and what the database says.
    pub async fn savepoint(&self) -> Result<SavepointId> {
        Ok(SavepointId { mark: self.mark().await?, transaction: self.number })
    }

    /// Undoes what was done since a savepoint was set, which stays: Django's `transaction.savepoint_rollback()`. It also
    /// undoes [`set_rollback`](Transaction::set_rollback).
    ///
    /// # Errors
    /// [`Error::Value`] for a savepoint of another transaction, and what the database says of one that has ended.
    pub async fn savepoint_rollback(&self, savepoint: SavepointId) -> Result<()> {
        self.check_savepoint(savepoint)?;
        let mut work = self.work.lock().await;
        self.step(&mut work, Control::RollbackTo(savepoint.mark.savepoint)).await?;
        work.failed = false;
        self.set_rollback(false);
        self.database.writes().note_anything();
        lock(&self.hooks).truncate(savepoint.mark.hooks);
        lock(&self.changes).truncate(savepoint.mark.changes);
        // What dropped futures left since then is undone as well.
        let mut abandoned = lock(&self.abandoned);
        if abandoned.is_some_and(|mark| mark.savepoint > savepoint.mark.savepoint) {
            *abandoned = None;
        }
        Ok(())
    }

    /// Ends a savepoint and keeps what was done since: Django's `transaction.savepoint_commit()`.
    ///
    /// # Errors
    /// As of [`savepoint_rollback`](Transaction::savepoint_rollback).
    pub async fn savepoint_commit(&self, savepoint: SavepointId) -> Result<()> {
        self.check_savepoint(savepoint)?;
        let mut work = self.work.lock().await;
        self.clean(&mut work).await?;
        self.step(&mut work, Control::Release(savepoint.mark.savepoint)).await
    }

    fn check_savepoint(&self, savepoint: SavepointId) -> Result<()> {
        match savepoint.transaction == self.number {
            true => Ok(()),
            false => Err(Error::Value("the savepoint is one of another transaction".into())),
        }
    }
}
