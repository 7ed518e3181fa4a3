//! Relations under another name, with a condition on their rows.

use std::marker::PhantomData;
use std::ops::Deref;

use embellie_core::query::{FilteredRelation as Filtered, Step};
use embellie_core::{Path, Result};

use super::QuerySet;
use crate::typed::{Nullable, Paths, PrimaryKey, Q, Rel, Trail};

/// Names types without holding values of them.
type Types<M, To, A> = PhantomData<fn() -> (M, To, A)>;

/// A relation of `M` to rows of `To` under another name, with a condition that the rows meet: Django's
/// `FilteredRelation`. [`filtered_relation!`](crate::filtered_relation) makes one; the fields of the rows are reached
/// through it.
pub struct FilteredRelation<M, To, A> {
    relation: Path,
    condition: Result<embellie_core::Q>,
    types: Types<M, To, A>,
}

/// The name of a filtered relation, as a type.
pub trait Alias: Send + Sync + 'static {
    /// The name.
    const NAME: &'static str;
}

/// A trail along a filtered relation.
pub struct Aliased<M, To, A>(Types<M, To, A>);

impl<M, To, A> Clone for Aliased<M, To, A> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M, To, A> Copy for Aliased<M, To, A> {}

impl<M: Paths, To: Paths, A: Alias> Trail for Aliased<M, To, A> {
    type Root = M;
    type Model = To;
    type Null = Nullable;
    type Key = PrimaryKey;

    fn walk(path: &mut Path) {
        path.push(A::NAME);
    }
}

impl<M, To, A: Alias> FilteredRelation<M, To, A> {
    /// What `filtered_relation!` writes: the relation, and the condition on it.
    #[doc(hidden)]
    pub fn of<P: Trail<Root = M>>(_: A, relation: Rel<P, To>, condition: Q<M>) -> Self {
        FilteredRelation { relation: relation.path(), condition: condition.checked(), types: PhantomData }
    }

    /// The path to the rows: to count them, say.
    pub fn path(&self) -> Rel<Aliased<M, To, A>, To> {
        Rel::NEW
    }
}

impl<M: Paths, To: Paths, A: Alias> Deref for FilteredRelation<M, To, A> {
    type Target = Rel<Aliased<M, To, A>, To>;

    fn deref(&self) -> &Self::Target {
        const { &Rel::NEW }
    }
}

impl<M, To, A> Clone for FilteredRelation<M, To, A> {
    fn clone(&self) -> Self {
        FilteredRelation { relation: self.relation.clone(), condition: self.condition.clone(), types: PhantomData }
    }
}

impl<M, To, A: Alias> std::fmt::Debug for FilteredRelation<M, To, A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FilteredRelation({} as {})", self.relation, A::NAME)
    }
}

/// Names a relation whose rows meet a condition: Django's `FilteredRelation`.
///
/// ```
/// # use embellie::prelude::*;
/// # use embellie::filtered_relation;
/// # #[model(app = "blog")] pub struct User { name: String }
/// # #[model(app = "blog")] pub struct Post {
/// #     views: i64,
/// #     #[field(on_delete = Cascade, related_name = "posts")] author: ForeignKey<User>,
/// # }
/// # async fn example(db: &Database) -> embellie::Result<()> {
/// let read = filtered_relation!(read = User::posts(), q!(User, posts__views__gt = 100));
/// let n = Count(read.path());
/// let top = Max(read.views);
/// let rows: Vec<(User, i64, Option<i64>)> = User::objects().relation(&read).annotate((&n, &top)).all(db).await?;
/// # Ok(()) }
/// ```
#[macro_export]
macro_rules! filtered_relation {
    ($name:ident = $relation:expr, $condition:expr $(,)?) => {{
        struct Name;

        impl $crate::query_set::Alias for Name {
            const NAME: &'static str = stringify!($name);
        }

        $crate::query_set::FilteredRelation::of(Name, $relation, $condition)
    }};
}

impl<M, S> QuerySet<M, S> {
    /// Lets the query reach a relation by the name that it was given: Django's `annotate(name=FilteredRelation(…))`.
    pub fn relation<To, A: Alias>(self, relation: &FilteredRelation<M, To, A>) -> Self {
        match relation.condition.clone() {
            Ok(condition) => self.filtered_relation(A::NAME, relation.relation.clone(), condition),
            Err(mistake) => self.mistaken(mistake),
        }
    }

    /// As [`relation`](QuerySet::relation), for a relation and a condition that are data.
    ///
    /// ```no_run
    /// # async fn run(db: embellie::Database) -> embellie::Result<()> {
    /// use embellie::Q;
    /// use embellie::expr::{Aggregate, AggregateFunction};
    /// let read = Q::<()>::text("posts__views__gt", 100).into_core();
    /// let n = Aggregate::of(AggregateFunction::Count, "read");
    /// let users = db.objects("blog.User")?.filtered_relation("read", "posts", read).annotate_expr("n", n).all(&db).await?;
    /// # Ok(()) }
    /// ```
    pub fn filtered_relation(
        mut self,
        name: impl Into<std::borrow::Cow<'static, str>>,
        relation: impl Into<Path>,
        condition: embellie_core::Q,
    ) -> Self {
        let (alias, relation) = (name.into(), relation.into());
        self.query.steps.push(Step::Relation(Filtered { alias, relation, condition }));
        self
    }
}
