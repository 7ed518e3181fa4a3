//! Reading rows chunk by chunk: Django's `iterator()`.

use embellie_core::{BoxFuture, Error, Result};
use embellie_sql::plan::Purpose;

use super::fetch::{compile, own_columns};
use super::row::reader;
use super::{QuerySet, Selection};
use crate::database::{Database, Executor, Session};
use crate::stream::{CHUNK, ChunkSink, Opening, RowStream, Source};

impl<M: 'static, S: Selection<M>> QuerySet<M, S> {
    /// Reads the rows one after the other, without holding more than some of them: Django's `iterator()`, with its 2000
    /// rows to a chunk. See [`RowStream`].
    ///
    /// ```
    /// # use embellie::prelude::*;
    /// # #[model(app = "blog")] pub struct Post { title: String, views: i64 }
    /// # async fn example(db: &Database) -> embellie::Result<()> {
    /// let mut posts = Post::objects().order_by("-views").stream(db);
    /// while let Some(post) = posts.next().await {
    ///     println!("{}", post?.title);
    /// }
    /// # Ok(()) }
    /// ```
    #[track_caller]
    pub fn stream<'a>(&self, db: &'a dyn Executor) -> RowStream<'a, S::Output> {
        self.iterator(CHUNK, db)
    }

    /// Reads the rows one after the other, `chunk_size` at a time. Related objects that are read beforehand
    /// ([`prefetch`](QuerySet::prefetch)) are read for each chunk, and the rows of a chunk are peers. See [`RowStream`].
    ///
    /// ```
    /// # use embellie::prelude::*;
    /// # #[model(app = "blog")] pub struct User { name: String }
    /// # #[model(app = "blog")] pub struct Post {
    /// #     title: String,
    /// #     #[field(on_delete = Cascade, related_name = "posts")] author: ForeignKey<User>,
    /// # }
    /// # async fn example(db: &Database) -> embellie::Result<()> {
    /// let mut users = User::objects().prefetch(User::posts()).iterator(500, db);
    /// while let Some(user) = users.next().await {
    ///     let user = user?;
    ///     println!("{}: {}", user.name, User::posts().of(&user).all(db).await?.len());
    /// }
    /// # Ok(()) }
    /// ```
    #[track_caller]
    pub fn iterator<'a>(&self, chunk_size: usize, db: &'a dyn Executor) -> RowStream<'a, S::Output> {
        RowStream::new(Rows(self.clone()), chunk_size, db.session())
    }

    /// Reads the rows as [`iterator`](QuerySet::iterator) does, in a stream that borrows nothing: the body of an answer
    /// to a request, say.
    #[track_caller]
    pub fn into_stream(self, chunk_size: usize, db: Database) -> RowStream<'static, S::Output> {
        RowStream::owned(Rows(self), chunk_size, db)
    }
}

struct Rows<M, S>(QuerySet<M, S>);

impl<M: 'static, S: Selection<M>> Source for Rows<M, S> {
    type Item = S::Output;

    fn open(&self, session: Session<'_>) -> Result<Option<Opening<S::Output>>> {
        let query = self.0.checked()?;
        let Some(compiled) = compile(Purpose::Select, query, session)? else { return Ok(None) };
        let selection = self.0.told(query, &compiled, own_columns(&compiled), session)?;
        let read = reader(&compiled, move |row| selection.decode(row));
        Ok(Some(Opening { statement: compiled.statement, sink: ChunkSink::new(read) }))
    }

    fn finish<'s>(&'s self, rows: &'s mut Vec<S::Output>, session: Session<'s>) -> BoxFuture<'s, Result<(), Error>> {
        Box::pin(async move {
            self.0.link(rows.iter_mut(), session)?;
            self.0.prefetched(&mut rows.iter_mut(), session).await
        })
    }
}
