//! Streaming objects read by SQL that you write.

use embellie_core::{BoxFuture, Columns, FromRow, Result, Row};

use super::mapping::Mapping;
use super::query_set::{AnnotatedRawQuerySet, Nothing, Objects, RawQuerySet};
use super::read::{Reader, Streamed};
use crate::database::{Executor, Session};
use crate::query_set::{Selection, link};
use crate::stream::{CHUNK, ChunkSink, Opening, RowStream, Source};

impl<M: 'static, S: Selection<M>> RawQuerySet<M, S> {
    /// Reads the objects one after the other, without holding more than some of them. See [`RowStream`].
    ///
    /// ```no_run
    /// # use blog::Post;
    /// # use embellie::prelude::*;
    /// # async fn run(db: Database) -> embellie::Result<()> {
    /// let mut posts = Post::raw("SELECT * FROM blog_post WHERE views > %s", (10,)).stream(&db);
    /// while let Some(post) = posts.next().await {
    ///     println!("{}", post?.title);
    /// }
    /// # Ok(()) }
    /// ```
    #[track_caller]
    pub fn stream<'a>(&self, db: &'a dyn Executor) -> RowStream<'a, S::Output> {
        self.iterator(CHUNK, db)
    }

    /// Reads the objects one after the other, `chunk_size` at a time: Django's `iterator()`.
    #[track_caller]
    pub fn iterator<'a>(&self, chunk_size: usize, db: &'a dyn Executor) -> RowStream<'a, S::Output> {
        RowStream::new(Alone(self.clone()), chunk_size, db.session())
    }
}

impl<M: 'static, X: FromRow, S: Selection<M>> AnnotatedRawQuerySet<M, X, S> {
    /// Reads the objects and what stands beside them one after the other. See [`RowStream`].
    #[track_caller]
    pub fn stream<'a>(&self, db: &'a dyn Executor) -> RowStream<'a, (S::Output, X)> {
        self.iterator(CHUNK, db)
    }

    /// Reads the objects and what stands beside them one after the other, `chunk_size` at a time: Django's
    /// `iterator()`.
    #[track_caller]
    pub fn iterator<'a>(&self, chunk_size: usize, db: &'a dyn Executor) -> RowStream<'a, (S::Output, X)> {
        RowStream::new(Beside(self.clone()), chunk_size, db.session())
    }
}

/// Objects to be streamed.
struct Alone<M, S>(RawQuerySet<M, S>);

impl<M: 'static, S: Selection<M>> Source for Alone<M, S> {
    type Item = S::Output;

    fn open(&self, session: Session<'_>) -> Result<Option<Opening<S::Output>>> {
        let (statement, objects) = self.0.objects::<Nothing>(session)?;
        Ok(Some(Opening { statement, sink: ChunkSink::new(Streamed::new(Bare(objects))) }))
    }

    fn finish<'s>(&'s self, rows: &'s mut Vec<S::Output>, session: Session<'s>) -> BoxFuture<'s, Result<()>> {
        let set = &self.0;
        let linked = link(&set.selection, &set.model, rows.iter_mut(), set.fetch_mode, session);
        Box::pin(std::future::ready(linked))
    }
}

/// Reads objects with nothing beside them.
struct Bare<M, S>(Objects<M, S, Nothing>);

impl<M: 'static, S: Selection<M>> Reader for Bare<M, S> {
    type Plan = (Mapping, ());
    type Output = S::Output;

    fn plan(&self, columns: &Columns) -> Result<Self::Plan> {
        self.0.plan(columns)
    }

    fn read(&self, plan: &Self::Plan, row: &dyn Row) -> Result<S::Output> {
        self.0.read(plan, row).map(|(object, Nothing)| object)
    }
}

/// Objects and what stands beside them, to be streamed.
struct Beside<M, X, S>(AnnotatedRawQuerySet<M, X, S>);

impl<M: 'static, X: FromRow, S: Selection<M>> Source for Beside<M, X, S> {
    type Item = (S::Output, X);

    fn open(&self, session: Session<'_>) -> Result<Option<Opening<Self::Item>>> {
        let (statement, objects) = self.0.set.objects::<X>(session)?;
        Ok(Some(Opening { statement, sink: ChunkSink::new(Streamed::new(objects)) }))
    }

    fn finish<'s>(&'s self, rows: &'s mut Vec<Self::Item>, session: Session<'s>) -> BoxFuture<'s, Result<()>> {
        let (set, mut objects) = (&self.0.set, rows.iter_mut().map(|(object, _)| object));
        let linked = link(&set.selection, &set.model, &mut objects, set.fetch_mode, session);
        Box::pin(std::future::ready(linked))
    }
}
