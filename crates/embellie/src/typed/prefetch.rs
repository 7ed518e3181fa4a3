//! Related objects that are read with the rows, by statements of their own.

use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use embellie_core::{Error, Result};

use super::trail::{Back, KeyOf, Marker, Nullability, Root, Trail, Via};
use super::{Paths, Rel};
use crate::database::Executor;
use crate::log::called;
use crate::model::{Instance, Model};
use crate::query_set::{QuerySet, Selection, WholeRecord};
use crate::record::Record;
use crate::related::{Level, Load, Prefetches, RecordSet, SetName, TypedSet, What, used};

/// A trail whose relations can be followed one after the other.
pub trait Levels: Trail {
    /// Adds the relations, in order.
    #[doc(hidden)]
    fn levels(levels: &mut Vec<Level>);
}

/// A trail of one relation at least.
#[diagnostic::on_unimplemented(
    message = "this path follows no relation",
    label = "expected a relation, as in `User::posts()` or `Post::tags`"
)]
pub trait Leads: Levels {
    /// The model whose relation is the last.
    type Owner: Model;
}

impl<M: Paths> Levels for Root<M> {
    fn levels(_: &mut Vec<Level>) {}
}

impl<P: Levels, To: Paths, const I: usize, N: Nullability, K: KeyOf<To>> Levels for Via<P, To, I, N, K> {
    fn levels(levels: &mut Vec<Level>) {
        P::levels(levels);
        levels.push(Level::new::<P::Model, To>(P::Model::NAMES[I], whole::<To>));
    }
}

impl<P: Levels, From: Paths, const I: usize> Levels for Back<P, From, I> {
    fn levels(levels: &mut Vec<Level>) {
        P::levels(levels);
        levels.push(Level::new::<P::Model, From>(From::BACK_NAMES[I], whole::<From>));
    }
}

impl<P: Levels, To: Paths, const I: usize, N: Nullability, K: KeyOf<To>> Leads for Via<P, To, I, N, K> {
    type Owner = P::Model;
}

impl<P: Levels, From: Paths, const I: usize> Leads for Back<P, From, I> {
    type Owner = P::Model;
}

fn whole<M: Model>() -> Arc<dyn Load> {
    Arc::new(TypedSet { set: QuerySet::<M>::objects(), given: false })
}

/// The way to objects of `To`: typed paths that end in a relation and, for models without a Rust type, text
/// (`comments__author`).
pub trait Route<To> {
    /// The model where it begins.
    type Root;

    /// The model whose relation is the last.
    type Owner: Instance;

    /// The relations, in order.
    #[doc(hidden)]
    fn levels(self) -> Vec<Level>;
}

impl<P: Leads<Model = To>, To> Route<To> for Rel<P, To> {
    type Root = P::Root;
    type Owner = P::Owner;

    fn levels(self) -> Vec<Level> {
        let mut levels = Vec::new();
        P::levels(&mut levels);
        levels
    }
}

impl Route<Record> for &str {
    type Root = Record;
    type Owner = Record;

    fn levels(self) -> Vec<Level> {
        let level = |name: &str| Level::new::<Record, Record>(name.to_owned(), || Arc::new(RecordSet)).of_objects();
        self.split("__").map(level).collect()
    }
}

/// What `prefetch` takes: relations (`User::posts()`, `Post::tags`, `User::posts().comments()`), a relation with a query
/// set of its objects as a pair or as [`Prefetch`], a [`Handle`], and tuples of all these; for models without a Rust type,
/// paths as text.
#[diagnostic::on_unimplemented(
    message = "`{Self}` says no related objects of `{M}`",
    label = "expected relations of `{M}`, each alone or with a query set of its objects"
)]
pub trait IntoPrefetch<M> {
    /// Adds the relations.
    #[doc(hidden)]
    fn add_to(self, prefetches: &mut Prefetches) -> Result<()>;
}

impl<P: Leads<Model = To>, To> IntoPrefetch<P::Root> for Rel<P, To> {
    fn add_to(self, prefetches: &mut Prefetches) -> Result<()> {
        prefetches.add(self.levels(), None, None)
    }
}

impl IntoPrefetch<Record> for &str {
    fn add_to(self, prefetches: &mut Prefetches) -> Result<()> {
        prefetches.add(self.levels(), None, None)
    }
}

impl<R: IntoPrefetch<Record>, const LEN: usize> IntoPrefetch<Record> for [R; LEN] {
    fn add_to(self, prefetches: &mut Prefetches) -> Result<()> {
        self.into_iter().try_for_each(|relation| relation.add_to(prefetches))
    }
}

impl<R: IntoPrefetch<Record>> IntoPrefetch<Record> for Vec<R> {
    fn add_to(self, prefetches: &mut Prefetches) -> Result<()> {
        self.into_iter().try_for_each(|relation| relation.add_to(prefetches))
    }
}

/// A relation and the query set of its objects that are read: Django's `Prefetch`.
///
/// Given to [`prefetch`](QuerySet::prefetch) as it is, what it reads becomes what the relation has; a
/// [`handle`](Prefetch::handle) keeps it apart.
#[derive(Debug, Clone)]
pub struct Prefetch<R, M, S> {
    relation: R,
    set: QuerySet<M, S>,
    name: Option<String>,
}

impl<R: Route<M>, M, S> Prefetch<R, M, S> {
    /// The objects of `set` that a relation leads to. A slice of it is one of each owner's objects: `limit(5)` reads five
    /// for each.
    pub fn new(relation: R, set: QuerySet<M, S>) -> Self {
        Prefetch { relation, set, name: None }
    }

    /// Keeps what is read apart from the relation: Django's `to_attr`. Several handles of one relation can be used
    /// together, and their query sets may be annotated.
    ///
    /// ```
    /// # use blog::*;
    /// # use embellie::prelude::*;
    /// # async fn example(db: &Database) -> embellie::Result<()> {
    /// let published = Prefetch::new(User::posts(), Post::objects().filter(q!(published = true))).handle();
    /// let drafts = Prefetch::new(User::posts(), Post::objects().filter(q!(published = false))).handle();
    /// for user in User::objects().prefetch((&published, &drafts)).all(db).await? {
    ///     println!("{}: {} and {} drafts", user.name, published.of(&user)?.len(), drafts.of(&user)?.len());
    /// }
    /// # Ok(()) }
    /// ```
    pub fn handle(self) -> Handle<R::Root, R::Owner, S::Output>
    where
        M: 'static,
        S: Selection<M>,
        S::Output: Sync,
    {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Handle {
            levels: self.relation.levels(),
            load: Arc::new(TypedSet { set: self.set, given: true }),
            number: NEXT.fetch_add(1, Ordering::Relaxed),
            types: PhantomData,
        }
    }
}

impl Prefetch<&str, Record, WholeRecord> {
    /// Keeps what is read under a name of its own, apart from the relation: Django's `to_attr`. It is read by
    /// [`Record::prefetched`].
    #[must_use]
    pub fn to_attr(self, name: impl Into<String>) -> Self {
        Prefetch { name: Some(name.into()), ..self }
    }
}

impl<R: Route<M>, M: 'static, S: Selection<M, Output = M>> IntoPrefetch<R::Root> for Prefetch<R, M, S>
where
    M: Sync + Send,
{
    fn add_to(self, prefetches: &mut Prefetches) -> Result<()> {
        let load = Arc::new(TypedSet { set: self.set, given: true });
        prefetches.add(self.relation.levels(), Some(load), self.name.map(SetName::Named))
    }
}

/// Related objects of `Owner` that are read with rows of `M` and kept apart from their relation; rows of them are `Row`.
/// [`Prefetch::handle`] makes it.
pub struct Handle<M, Owner, Row> {
    levels: Vec<Level>,
    load: Arc<dyn Load>,
    number: u64,
    types: Marker<(M, Owner, Row)>,
}

impl<M, Owner: Instance, Row: 'static> Handle<M, Owner, Row> {
    /// What was read for an object.
    ///
    /// # Errors
    /// [`Error::Field`] when the object was not read by a query set with this handle.
    pub fn of<'o>(&self, owner: &'o Owner) -> Result<&'o [Row]> {
        let name = SetName::Handle(self.number);
        used(owner.state().peers(), || What::Set(name.clone()));
        let held = owner.state().held(&name);
        held.and_then(|held| held.rows()).ok_or_else(|| {
            Error::Field(format!(
                "Nothing was read for this object of {} by this handle. Add `.prefetch(&handle)` to its query set.",
                owner.label()
            ))
        })
    }
}

impl<M, Owner, Row> IntoPrefetch<M> for &Handle<M, Owner, Row> {
    fn add_to(self, prefetches: &mut Prefetches) -> Result<()> {
        prefetches.add(self.levels.clone(), Some(Arc::clone(&self.load)), Some(SetName::Handle(self.number)))
    }
}

impl<M, Owner, Row> Clone for Handle<M, Owner, Row> {
    fn clone(&self) -> Self {
        let (levels, load) = (self.levels.clone(), Arc::clone(&self.load));
        Handle { levels, load, number: self.number, types: PhantomData }
    }
}

impl<M, Owner, Row> std::fmt::Debug for Handle<M, Owner, Row> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Handle").field("number", &self.number).finish_non_exhaustive()
    }
}

/// What may stand beside a relation in a pair: a query set of its objects, or what else is to be read.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot stand beside a relation that leads to `{To}`",
    label = "expected a query set of objects of `{To}`, or another relation of `{M}`"
)]
pub trait Beside<M, To> {
    /// Adds the relation, and this.
    #[doc(hidden)]
    fn add_beside(self, levels: Vec<Level>, prefetches: &mut Prefetches) -> Result<()>;
}

impl<M, To: 'static, S> Beside<M, To> for QuerySet<To, S>
where
    To: Send + Sync,
    S: Selection<To, Output = To>,
{
    fn add_beside(self, levels: Vec<Level>, prefetches: &mut Prefetches) -> Result<()> {
        prefetches.add(levels, Some(Arc::new(TypedSet { set: self, given: true })), None)
    }
}

macro_rules! beside {
    ($([$($life:lifetime)? $($generics:ident)*] $type:ty;)+) => {$(
        impl<$($life,)? M, To, $($generics),*> Beside<M, To> for $type
        where
            $type: IntoPrefetch<M>,
        {
            fn add_beside(self, levels: Vec<Level>, prefetches: &mut Prefetches) -> Result<()> {
                prefetches.add(levels, None, None)?;
                self.add_to(prefetches)
            }
        }
    )+};
}
beside! {
    [P T] Rel<P, T>;
    [R T S] Prefetch<R, T, S>;
    ['h Root Owner Row] &'h Handle<Root, Owner, Row>;
    [A B] (A, B);
}

impl<P: Leads<Model = To>, To, B: Beside<P::Root, To>> IntoPrefetch<P::Root> for (Rel<P, To>, B) {
    fn add_to(self, prefetches: &mut Prefetches) -> Result<()> {
        self.1.add_beside(self.0.levels(), prefetches)
    }
}

macro_rules! tuples {
    ($([$($life:lifetime)? $($generics:ident)*] $first:ty, $($rest:ident)*;)+) => {$(
        impl<$($life,)? Model, $($generics,)* $($rest: IntoPrefetch<Model>),*> IntoPrefetch<Model> for ($first, $($rest,)*)
        where
            $first: IntoPrefetch<Model>,
        {
            #[allow(non_snake_case)]
            fn add_to(self, prefetches: &mut Prefetches) -> Result<()> {
                let (first, $($rest,)*) = self;
                first.add_to(prefetches)?;
                $($rest.add_to(prefetches)?;)*
                Ok(())
            }
        }
    )+};
}
tuples! {
    [R T S] Prefetch<R, T, S>, Second;
    ['h Root Owner Row] &'h Handle<Root, Owner, Row>, Second;
    [A B] (A, B), Second;
    [First] First, Second Third;
    [First] First, Second Third Fourth;
    [First] First, Second Third Fourth Fifth;
    [First] First, Second Third Fourth Fifth Sixth;
}

impl<M, S> QuerySet<M, S> {
    /// Reads related objects with the rows, one statement for each relation: Django's `prefetch_related`.
    ///
    /// What was read is what the relation has afterwards: `cached()` gives it, and `all(&db)` and `get(&db)` need no
    /// statement, until the relation is changed by the same object. Relations that follow each other are read one after
    /// the other; those that are there already, by `select_related` or an earlier prefetch, are not read again.
    ///
    /// ```standalone_crate
    /// use blog::*;
    /// use embellie::prelude::*;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> embellie::Result<()> {
    /// # let db = Database::connect("sqlite::memory:").await?;
    /// # db.create_tables(&[]).await?;
    /// # let ann = new!(User { name: "Ann", email: "ann@example.org" }).create(&db).await?;
    /// # new!(Post { title: "Clouds", author: &ann, published: true }).create(&db).await?;
    /// // Four statements, however many posts there are.
    /// let posts = Post::objects().prefetch((Post::author, Post::tags, Post::comments().author)).all(&db).await?;
    /// for post in &posts {
    ///     println!("{} by {}", post.title, post.author.get(&db).await?.name);
    ///     for comment in Post::comments().of(post).all(&db).await? {
    ///         println!("  {}", comment.body);
    ///     }
    /// }
    ///
    /// // The five newest posts of each user.
    /// let newest = Post::objects().filter(q!(published = true)).order_by(Post::created_at.desc()).limit(5);
    /// let users = User::objects().prefetch((User::posts(), newest)).all(&db).await?;
    /// assert_eq!(User::posts().of(&users[0]).cached().map(|posts| posts.len()), Some(1));
    /// # Ok(()) }
    /// ```
    ///
    /// A query set that annotates its rows needs a [`handle`](Prefetch::handle), which gives them.
    pub fn prefetch(mut self, relations: impl IntoPrefetch<M>) -> Self {
        match relations.add_to(&mut self.prefetches) {
            Ok(()) => self,
            Err(mistake) => self.mistaken(mistake),
        }
    }
}

/// Reads related objects for objects that were read before, as [`QuerySet::prefetch`] does with them: Django's
/// `prefetch_related_objects`.
///
/// ```
/// # use blog::*;
/// # use embellie::prelude::*;
/// # async fn example(db: &Database) -> embellie::Result<()> {
/// let mut users = User::objects().all(db).await?;
/// users.retain(|user| user.name.starts_with('A'));
/// embellie::prefetch_related_objects(&mut users, User::posts().comments(), db).await?;
/// # Ok(()) }
/// ```
///
/// # Errors
/// As [`QuerySet::all`].
#[track_caller]
pub fn prefetch_related_objects<M: Instance>(
    objects: &mut [M],
    relations: impl IntoPrefetch<M>,
    db: &dyn Executor,
) -> impl Future<Output = Result<()>> {
    called(async move {
        let mut prefetches = Prefetches::default();
        relations.add_to(&mut prefetches)?;
        let mut objects: Vec<_> = objects.iter_mut().map(|object| object as &mut (dyn Instance + 'static)).collect();
        prefetches.read(&mut objects, crate::FetchMode::default(), db.session()).await
    })
}
