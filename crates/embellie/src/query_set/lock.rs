//! Locks on rows.

use std::marker::PhantomData;

use embellie_core::query::Lock;
use embellie_core::{Error, Path};

use super::QuerySet;
use crate::typed::{Rel, Trail};

/// How rows are locked: the options of Django's `select_for_update`.
///
/// ```
/// # use embellie::prelude::*;
/// # use embellie::query_set::ForUpdate;
/// # #[model(app = "blog")] pub struct User { name: String }
/// # #[model(app = "blog")] pub struct Post {
/// #     title: String,
/// #     #[field(on_delete = Cascade, related_name = "posts")] author: ForeignKey<User>,
/// # }
/// # async fn example(db: &Database) -> embellie::Result<()> {
/// db.atomic(async |tx| {
///     let free = Post::objects().select_for_update_with(ForUpdate::new().skip_locked().of_self()).limit(1);
///     if let Some(mut post) = free.first(tx).await? {
///         post.title = "taken".into();
///         post.save(tx).await?;
///     }
///     Ok(())
/// })
/// .await
/// # }
/// ```
#[must_use = "nothing is locked before a query set is told so by `select_for_update_with`"]
pub struct ForUpdate<M> {
    lock: Lock,
    model: PhantomData<fn() -> M>,
}

impl<M> ForUpdate<M> {
    /// Locks the rows of all tables that the query reads, and waits for those that another has locked.
    pub fn new() -> Self {
        ForUpdate { lock: Lock::default(), model: PhantomData }
    }

    /// Fails instead of waiting for another's lock.
    pub fn nowait(mut self) -> Self {
        self.lock.nowait = true;
        self
    }

    /// Leaves out the rows that another has locked.
    pub fn skip_locked(mut self) -> Self {
        self.lock.skip_locked = true;
        self
    }

    /// Locks the rows of `M` itself, and of no other table but those said by [`of`](ForUpdate::of).
    pub fn of_self(self) -> Self {
        self.of_path("self")
    }

    /// Locks the rows at the end of a relation that is followed by `select_related`, and of no other table but those said.
    pub fn of<P: Trail<Root = M>, N>(self, relation: Rel<P, N>) -> Self {
        self.of_path(relation.path())
    }

    /// As [`of`](ForUpdate::of), for a relation given by text; `self` stands for the query's own rows.
    pub fn of_path(mut self, relation: impl Into<Path>) -> Self {
        self.lock.of.push(relation.into());
        self
    }

    /// Lets others point at the rows meanwhile: `FOR NO KEY UPDATE`.
    pub fn no_key(mut self) -> Self {
        self.lock.no_key = true;
        self
    }
}

impl<M> Default for ForUpdate<M> {
    fn default() -> Self {
        ForUpdate::new()
    }
}

impl<M> Clone for ForUpdate<M> {
    fn clone(&self) -> Self {
        ForUpdate { lock: self.lock.clone(), model: PhantomData }
    }
}

impl<M> std::fmt::Debug for ForUpdate<M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.lock.fmt(f)
    }
}

impl<M, S> QuerySet<M, S> {
    /// Locks the rows until the transaction ends: Django's `select_for_update`. A database without locks on rows ignores
    /// it, as in Django.
    ///
    /// The rows are read in a transaction, or it is an error.
    pub fn select_for_update(self) -> Self {
        self.select_for_update_with(ForUpdate::new())
    }

    /// Locks the rows until the transaction ends, as `lock` says. A database that lacks an option refuses it.
    pub fn select_for_update_with(mut self, lock: ForUpdate<M>) -> Self {
        if lock.lock.nowait && lock.lock.skip_locked {
            return self.mistaken(Error::Value("The nowait option cannot be used with skip_locked.".into()));
        }
        self.query.lock = Some(lock.lock);
        self
    }
}
