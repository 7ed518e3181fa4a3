//! Rows that are objects of which some fields are read.

// What rows are is said by their type.
#![allow(clippy::type_complexity)]

use std::marker::PhantomData;
use std::sync::Arc;

use embellie_core::meta::Model as MetaModel;
use embellie_core::query::{Loading, SelectRelated};
use embellie_core::{Error, Path, Query, Registry, Result, Row};
use embellie_sql::Compiled;

use super::fields::loading;
use super::{AllBut, Fields, Listed, Only, Partial, Shape};
use crate::model::{Instance, Model, State};
use crate::query_set::{QuerySet, Selection, Whole};
use crate::typed::With;

/// Rows that are objects of `M` with the fields of `F`.
pub struct PartialRows<M, F = AllBut<()>> {
    shape: Option<Arc<Shape>>,
    types: PhantomData<fn() -> (M, F)>,
}

impl<M, F> PartialRows<M, F> {
    pub(super) const fn new() -> Self {
        PartialRows { shape: None, types: PhantomData }
    }
}

impl<M, F> Clone for PartialRows<M, F> {
    fn clone(&self) -> Self {
        PartialRows { shape: self.shape.clone(), types: PhantomData }
    }
}

impl<M, F> std::fmt::Debug for PartialRows<M, F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PartialRows")
    }
}

impl<M: Model, F: Fields<M>> Selection<M> for PartialRows<M, F> {
    type Output = Partial<M, F>;

    fn with_result(
        self,
        query: &Query,
        compiled: &Compiled,
        model: &MetaModel,
        registry: &Arc<Registry>,
    ) -> Result<Self> {
        let asked = (query.loading.clone(), query.select_related.clone());
        let shape = Shape::of(compiled, model, registry, F::paths().as_deref(), asked)?;
        Ok(PartialRows { shape: Some(Arc::new(shape)), types: PhantomData })
    }

    fn decode(&self, row: &dyn Row) -> Result<Partial<M, F>> {
        let unknown = || Error::Interface("the columns of the rows are not known".into());
        let shape = self.shape.as_ref().ok_or_else(unknown)?;
        let mut state = State::SAVED;
        shape.absent.iter().for_each(|&place| state.lack(place));
        Ok(Partial {
            key: shape.key(row)?,
            values: F::read(row, shape)?,
            assigned: Vec::new(),
            shape: Arc::clone(shape),
            state,
            model: PhantomData,
        })
    }

    fn object<'r>(&self, row: &'r mut Partial<M, F>) -> Option<&'r mut (dyn Instance + 'static)> {
        Some(row)
    }
}

/// Rows that begin with whole objects, of which fewer fields can be read.
pub trait Narrow<M> {
    /// The rows with `R` in the place of the objects.
    type To<R>;

    /// The same rows with others in the place of the objects.
    #[doc(hidden)]
    fn narrow<R>(self, rows: R) -> Self::To<R>;
}

impl<M> Narrow<M> for Whole<M> {
    type To<R> = R;

    fn narrow<R>(self, rows: R) -> R {
        rows
    }
}

impl<M, S: Narrow<M>, C> Narrow<M> for With<S, C> {
    type To<R> = With<S::To<R>, C>;

    fn narrow<R>(self, rows: R) -> Self::To<R> {
        self.with_rows(|before| before.narrow(rows))
    }
}

impl<M: Model, F: Fields<M>> QuerySet<M, PartialRows<M, F>> {
    /// The same rows, of a type that does not say which fields are read: one that functions and structs can name. They say
    /// it at run time.
    ///
    /// ```
    /// # use blog::Post;
    /// # use embellie::Partial;
    /// # use embellie::partial::PartialRows;
    /// # use embellie::prelude::*;
    /// fn headlines() -> QuerySet<Post, PartialRows<Post>> {
    ///     Post::objects().only((Post::title, Post::author.name)).erased()
    /// }
    ///
    /// fn show(post: &Partial<Post>) -> embellie::Result<()> {
    ///     println!("{} by {}", post.get(Post::title)?, post.get(Post::author.name)?);
    ///     assert!(post.get(Post::views).is_err());
    ///     Ok(())
    /// }
    /// ```
    pub fn erased(self) -> QuerySet<M, PartialRows<M>> {
        self.map(|_| PartialRows::new())
    }
}

impl<M: Model, S: Narrow<M>> QuerySet<M, S> {
    /// Reads only these fields, and the primary key: Django's `only`. Fields of objects that foreign keys lead to come by
    /// joins. Rows are [`Partial`] objects, which cannot be asked by mistake for what was not read.
    ///
    /// ```
    /// # use blog::*;
    /// # use embellie::prelude::*;
    /// # async fn example(db: &Database) -> embellie::Result<()> {
    /// for post in Post::objects().only((Post::title, Post::author.name)).all(db).await? {
    ///     let (title, author): (&String, &String) = (post.get(Post::title), post.get(Post::author.name));
    /// }
    /// // A foreign key is read as itself, and a path that may lead nowhere as an `Option`.
    /// let comment = Comment::objects().only((Comment::post, Comment::author.name)).get(db).await?;
    /// let (post, author) = (comment.get(Comment::post).get(db).await?, comment.get(Comment::author.name).as_deref());
    /// # Ok(()) }
    /// ```
    pub fn only<F: Listed<M>>(mut self, fields: F) -> QuerySet<M, S::To<PartialRows<M, Only<F::List>>>>
    where
        Only<F::List>: Fields<M>,
    {
        let mut relations: Vec<Path> = Vec::new();
        for path in fields.paths() {
            let names: Vec<String> = path.names().map(str::to_owned).collect();
            if let Some((_, before)) = names.split_last()
                && !before.is_empty()
            {
                relations.push(Path::new(before.iter().cloned()));
            }
        }
        self.query.loading = loading::<M, Only<F::List>>(Vec::new());
        self.query.select_related = match relations.is_empty() {
            true => SelectRelated::No,
            false => SelectRelated::Paths(relations),
        };
        self.map(|rows| rows.narrow(PartialRows::new()))
    }

    /// Reads all fields but these: Django's `defer`. Rows are [`Partial`] objects, which cannot be asked by mistake for what
    /// was put off.
    ///
    /// ```
    /// # use blog::*;
    /// # use embellie::prelude::*;
    /// # async fn example(db: &Database) -> embellie::Result<()> {
    /// let posts = Post::objects().select_related(Post::author).defer((Post::subtitle, Post::author.email));
    /// for post in posts.all(db).await? {
    ///     println!("{} by {}", post.get(Post::title)?, post.get(Post::author.name)?);
    ///     let subtitle: Option<String> = post.load(Post::subtitle, db).await?;
    /// }
    /// # Ok(()) }
    /// ```
    pub fn defer<F: Listed<M>>(mut self, fields: F) -> QuerySet<M, S::To<PartialRows<M, AllBut<F::List>>>> {
        self.query.loading = Loading::AllBut(fields.paths());
        self.map(|rows| rows.narrow(PartialRows::new()))
    }
}
