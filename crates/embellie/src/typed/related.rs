//! Which related objects come with rows.

use super::{Forward, Rel};
use crate::query_set::QuerySet;
use crate::record::Record;
use crate::related::{Gathered, IntoRelated, Joins};
use embellie_core::query::SelectRelated;

impl<P: Forward, To> IntoRelated<P::Root> for Rel<P, To> {
    fn add_to(self, related: &mut Gathered) {
        let mut steps = Vec::new();
        P::steps(&mut steps);
        related.paths.push(self.path());
        related.steps.push(steps);
    }
}

impl IntoRelated<Record> for &str {
    fn add_to(self, related: &mut Gathered) {
        related.paths.push(self.into());
    }
}

impl<R: IntoRelated<Record>, const LEN: usize> IntoRelated<Record> for [R; LEN] {
    fn add_to(self, related: &mut Gathered) {
        self.into_iter().for_each(|path| path.add_to(related));
    }
}

impl<R: IntoRelated<Record>> IntoRelated<Record> for Vec<R> {
    fn add_to(self, related: &mut Gathered) {
        self.into_iter().for_each(|path| path.add_to(related));
    }
}

macro_rules! tuples {
    ($($name:ident)+) => {
        impl<M, $($name: IntoRelated<M>),+> IntoRelated<M> for ($($name,)+) {
            #[allow(non_snake_case)]
            fn add_to(self, related: &mut Gathered) {
                let ($($name,)+) = self;
                $($name.add_to(related);)+
            }
        }
    };
}
tuples!(A);
tuples!(A B);
tuples!(A B C);
tuples!(A B C D);
tuples!(A B C D E);
tuples!(A B C D E F);

impl<M, S: Joins> QuerySet<M, S> {
    /// Reads related objects with the rows, by joins: Django's `select_related`. What is read so is there without
    /// another statement.
    ///
    /// Without it, the first access to a relation reads the objects of all rows with one statement, which is seldom
    /// slower; a join also makes one row of what is read at one time.
    ///
    /// ```standalone_crate
    /// use blog::{Comment, Post, User};
    /// use embellie::prelude::*;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> embellie::Result<()> {
    /// # let db = Database::connect("sqlite::memory:").await?;
    /// # db.create_tables(&[]).await?;
    /// # let ann = new!(User { name: "Ann", email: "ann@example.org" }).create(&db).await?;
    /// # new!(Post { title: "Clouds", author: &ann }).create(&db).await?;
    /// for post in Post::objects().select_related(Post::author).all(&db).await? {
    ///     assert_eq!(post.author.cached().map(|author| author.name.as_str()), Some("Ann"));
    /// }
    /// let comments = Comment::objects().select_related((Comment::post.author, Comment::author));
    /// # comments.all(&db).await?;
    /// # Ok(()) }
    /// ```
    pub fn select_related(mut self, relations: impl IntoRelated<M>) -> Self {
        let mut related = Gathered::default();
        relations.add_to(&mut related);
        for steps in &related.steps {
            self.selection.joined().add(steps);
        }
        match &mut self.query.select_related {
            SelectRelated::Paths(paths) => paths.extend(related.paths),
            other => *other = SelectRelated::Paths(related.paths),
        }
        self
    }

    /// Reads with the rows what their foreign keys lead to that may not be null, and what theirs lead to, five steps far:
    /// Django's `select_related()` without names.
    ///
    /// ```
    /// # use blog::Comment;
    /// # use embellie::prelude::*;
    /// # async fn example(db: &Database) -> embellie::Result<()> {
    /// let comments = Comment::objects().select_related_all().all(db).await?;
    /// let writer = comments[0].post.cached().and_then(|post| post.author.cached());
    /// # Ok(()) }
    /// ```
    pub fn select_related_all(mut self) -> Self {
        self.selection.join_all();
        self.query.select_related = SelectRelated::All;
        self
    }
}
