//! Queries within queries: the query around them, `Exists`, `Subquery`, `ArraySubquery`.

#![allow(non_snake_case)]

use std::marker::PhantomData;

use embellie_core::field::FieldType;
use embellie_core::{Expr, Path};

use super::trail::{Marker, NotNull, Nullable, PrimaryKey, Trail, zero_sized};
use super::{Array, Expression, One, Paths, Q, Rel};
use crate::query_set::QuerySet;

/// The row of a query over `M`, seen from a query over `In` within it: Django's `OuterRef`.
///
/// [`Exists`], [`Subquery`] and [`ArraySubquery`] give it to their closures; its fields are reached as those of `M`.
/// Where the compiler cannot tell `M`, the closure names it: `|post: OuterRef<Post, _>| …`.
pub type OuterRef<M, In, L = Next> = Rel<Outer<M, In, L>, M>;

/// A trail that begins in the query around.
pub struct Outer<M, In, L = Next>(Marker<(M, In, L)>);

zero_sized!([M, In, L] Outer<M, In, L>);

/// How far out a query is: [`Next`], or [`Further`].
pub trait Level: 'static {
    /// As a number.
    const LEVELS: u32;
}

/// The next query around.
#[derive(Debug, Clone, Copy)]
pub enum Next {}

/// One query further out.
#[derive(Debug, Clone, Copy)]
pub struct Further<L>(PhantomData<L>);

impl Level for Next {
    const LEVELS: u32 = 1;
}

impl<L: Level> Level for Further<L> {
    const LEVELS: u32 = L::LEVELS + 1;
}

impl<M: Paths, In: Paths, L: Level> Trail for Outer<M, In, L> {
    type Root = In;
    type Model = M;
    type Null = NotNull;
    type Key = PrimaryKey;
    const LEVELS: u32 = L::LEVELS;

    fn walk(_: &mut Path) {}
}

impl<M: Paths, In: Paths, L: Level> Rel<Outer<M, In, L>, M> {
    /// The same row, seen from a query that is one further in: Django's `OuterRef(OuterRef(…))`.
    ///
    /// ```
    /// # use embellie::prelude::*;
    /// # #[model(app = "blog")] pub struct User { name: String }
    /// # #[model(app = "blog")] pub struct Post {
    /// #     #[field(on_delete = Cascade, related_name = "posts")] author: ForeignKey<User>,
    /// # }
    /// # #[model(app = "blog")] pub struct Comment {
    /// #     #[field(on_delete = Cascade, related_name = "comments")] post: ForeignKey<Post>,
    /// #     #[field(on_delete = Cascade, related_name = "comments")] author: ForeignKey<User>,
    /// # }
    /// // Users with a post on which they commented themselves.
    /// let users = User::objects().filter(Exists(&|user| {
    ///     Post::objects().filter(Exists(&|post| {
    ///         Comment::objects().filter(Comment::post.eq(post) & Comment::author.eq(user.within(post)))
    ///     }))
    /// }));
    /// ```
    pub fn within<Inner: Paths>(self, _nearer: OuterRef<In, Inner>) -> OuterRef<M, Inner, Further<L>> {
        Rel::NEW
    }
}

/// Whether a query over rows that belong to each row has any: Django's `Exists`.
///
/// ```
/// # use embellie::prelude::*;
/// # #[model(app = "blog")] pub struct Post { title: String }
/// # #[model(app = "blog")] pub struct Comment {
/// #     #[field(on_delete = Cascade, related_name = "comments")] post: ForeignKey<Post>,
/// # }
/// # async fn example(db: &Database) -> embellie::Result<()> {
/// let discussed = Post::objects().filter(Exists(&|p| Comment::objects().filter(Comment::post.eq(p))));
/// let silent = Post::objects().filter(!Exists(&|p| Comment::objects().filter(Comment::post.eq(p))));
/// let said = Exists(&|p: OuterRef<Post, _>| Comment::objects().filter(Comment::post.eq(p)));
/// let rows: Vec<(Post, bool)> = Post::objects().annotate(&said).all(db).await?;
/// # Ok(()) }
/// ```
pub fn Exists<M, N, S>(rows: &dyn Fn(OuterRef<M, N>) -> QuerySet<N, S>) -> Q<M> {
    Q::expr(rows(Rel::NEW).into_checked().map(|query| Expr::Exists(Box::new(query))))
}

/// The one value that a query gives for each row; null when it has no row: Django's `Subquery`.
///
/// ```
/// # use embellie::prelude::*;
/// # #[model(app = "blog")] pub struct Post { title: String }
/// # #[model(app = "blog")] pub struct Comment {
/// #     body: String,
/// #     #[field(on_delete = Cascade, related_name = "comments")] post: ForeignKey<Post>,
/// # }
/// # async fn example(db: &Database) -> embellie::Result<()> {
/// let last = Subquery(&|p: OuterRef<Post, _>| {
///     Comment::objects().filter(Comment::post.eq(p)).order_by("-id").values_list(Comment::body).limit(1)
/// });
/// let rows: Vec<(Post, Option<String>)> = Post::objects().annotate(&last).all(db).await?;
/// Post::objects().update(set!(title = Coalesce((&last, "nothing"))), db).await?;
/// # Ok(()) }
/// ```
pub fn Subquery<M, N, U, C>(rows: &dyn Fn(OuterRef<M, N>) -> QuerySet<N, One<U, C>>) -> Expression<M, U, Nullable> {
    Expression::new(rows(Rel::NEW).into_checked().map(|query| Expr::Subquery(Box::new(query))))
}

/// The values that a query gives for each row, as an array: Django's `ArraySubquery`.
///
/// ```
/// # use embellie::prelude::*;
/// # #[model(app = "blog")] pub struct Post { title: String }
/// # #[model(app = "blog")] pub struct Comment {
/// #     body: String,
/// #     #[field(on_delete = Cascade, related_name = "comments")] post: ForeignKey<Post>,
/// # }
/// # async fn example(db: &Database) -> embellie::Result<()> {
/// let said = ArraySubquery(&|p: OuterRef<Post, _>| {
///     Comment::objects().filter(Comment::post.eq(p)).order_by("id").values_list(Comment::body)
/// });
/// for (post, bodies) in Post::objects().annotate(&said).all(db).await? {
///     println!("{}: {}", post.title, bodies.join(" / "));
/// }
/// # Ok(()) }
/// ```
pub fn ArraySubquery<M, N, U, C: FieldType>(
    rows: &dyn Fn(OuterRef<M, N>) -> QuerySet<N, One<U, C>>,
) -> Expression<M, Array<C>> {
    Expression::new(rows(Rel::NEW).into_checked().map(|query| Expr::ArraySubquery(Box::new(query))))
}
