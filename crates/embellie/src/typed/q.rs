//! Typed conditions.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::ops::{BitAnd, BitAndAssign, BitOr, BitOrAssign, BitXor, BitXorAssign, Not};

use embellie_core::lookup::Lookup;
use embellie_core::query::Operand;
use embellie_core::{Error, Expr, Path, Result, query};

use super::{Rel, Root};

/// A condition on rows of `M`: Django's `Q`.
///
/// Typed paths and the macro `q!` make conditions that the compiler checks; [`Q::text`] makes them from Django's
/// keywords. Conditions combine with `&`, `|`, `^` and `!`, whatever made them.
pub struct Q<M> {
    condition: query::Q,
    /// The first value that could not be stored.
    mistake: Option<Box<Error>>,
    /// The name as a value of rows.
    name: Option<Cow<'static, str>>,
    model: PhantomData<fn() -> M>,
}

impl<M> Q<M> {
    /// The condition that Django writes `path=value`; the path is checked when the query runs.
    ///
    /// ```
    /// # struct Post;
    /// use embellie::Q;
    /// let q = Q::<Post>::text("author__name__icontains", "ann") & !Q::text("subtitle__isnull", true);
    /// assert_eq!(q.to_string(), "Q(author__name__icontains='ann') & ~Q(subtitle__isnull=True)");
    /// ```
    pub fn text(path: impl Into<Path>, operand: impl Into<Operand>) -> Self {
        query::Q::new(path, operand).into()
    }

    /// What is always true: Django's `Q()`.
    pub fn all() -> Self {
        query::Q::all().into()
    }

    /// The same condition under a name that text and other rows know it by, where it is a value of rows: Django's
    /// `annotate(name=Q(…))`.
    ///
    /// ```
    /// # use embellie::prelude::*;
    /// # #[model(app = "blog")] pub struct Post { views: i64 }
    /// # async fn example(db: &Database) -> embellie::Result<()> {
    /// let read = q!(Post, views__gt = 100).named("read");
    /// let rows: Vec<(Post, bool)> = Post::objects().annotate(&read).order_by("-read").all(db).await?;
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn named(self, name: impl Into<Cow<'static, str>>) -> Self {
        Q { name: Some(name.into()), ..self }
    }

    /// The name that the condition was given.
    pub(super) fn name(&self) -> Option<Cow<'static, str>> {
        self.name.clone()
    }

    /// The condition that `q!` writes: `build` is given the beginning of all paths, and the values.
    #[doc(hidden)]
    pub fn of<V>(values: V, build: &dyn Fn(Rel<Root<M>, M>, V) -> Q<M>) -> Self {
        build(Rel::NEW, values)
    }

    /// A comparison; without a lookup, `exact`.
    pub(crate) fn compare(left: Result<Expr>, lookup: Option<Lookup>, operand: Result<Operand>) -> Self {
        let lookups = match (lookup, &left) {
            (Some(lookup), _) => Path::new([lookup.name()]),
            // A key of JSON that is called as a lookup is.
            (None, Ok(Expr::Path(path))) if ends_as_lookup(path) => Path::new([Lookup::Exact.name()]),
            (None, Ok(Expr::Transform { names, .. })) if ends_as_lookup(names) => Path::new([Lookup::Exact.name()]),
            (None, _) => Path::default(),
        };
        Q::looked_up(left, lookups, operand)
    }

    /// A comparison by a lookup that has a name.
    pub(crate) fn looked_up(left: Result<Expr>, lookups: Path, operand: Result<Operand>) -> Self {
        match (left, operand) {
            (Ok(left), Ok(operand)) => left.lookup(lookups, operand).into(),
            (Err(error), _) | (_, Err(error)) => Q::wrong(error),
        }
    }

    /// The condition that an expression is true.
    pub(crate) fn expr(expr: Result<Expr>) -> Self {
        match expr {
            Ok(expr) => query::Q::expr(expr).into(),
            Err(error) => Q::wrong(error),
        }
    }

    fn wrong(error: Error) -> Self {
        Q { mistake: Some(Box::new(error)), ..Q::all() }
    }

    /// The condition as a truth value, unless a value in it cannot be stored.
    pub(crate) fn into_expr(self) -> Result<Expr> {
        match (self.mistake, self.condition) {
            (Some(mistake), _) => Err(*mistake),
            (None, query::Q::Expr(expr)) => Ok(*expr),
            (None, condition) => Ok(condition.into()),
        }
    }

    /// The condition as data, unless a value in it cannot be stored.
    pub(crate) fn checked(self) -> Result<query::Q> {
        match self.mistake {
            Some(mistake) => Err(*mistake),
            None => Ok(self.condition),
        }
    }

    /// The condition as data, without its model's type.
    pub fn into_core(self) -> query::Q {
        self.condition
    }

    /// What is wrong with a value in the condition, if something is: it cannot be stored, say since it is out of range.
    pub fn mistake(&self) -> Option<&Error> {
        self.mistake.as_deref()
    }

    fn join(self, other: Self, join: fn(query::Q, query::Q) -> query::Q) -> Self {
        Q {
            condition: join(self.condition, other.condition),
            mistake: self.mistake.or(other.mistake),
            name: None,
            model: PhantomData,
        }
    }
}

impl<M> From<query::Q> for Q<M> {
    fn from(condition: query::Q) -> Self {
        Q { condition, mistake: None, name: None, model: PhantomData }
    }
}

/// The condition that an expression, as data, is true.
///
/// ```
/// # struct Post;
/// use embellie::{Expr, Q};
/// use embellie::expr::RawSql;
/// let long = Q::<Post>::from(Expr::from(RawSql::new("LENGTH(title) > %s", [40])));
/// ```
impl<M> From<Expr> for Q<M> {
    fn from(expr: Expr) -> Self {
        query::Q::expr(expr).into()
    }
}

impl<M> BitAnd for Q<M> {
    type Output = Q<M>;

    fn bitand(self, other: Q<M>) -> Q<M> {
        self.join(other, BitAnd::bitand)
    }
}

impl<M> BitOr for Q<M> {
    type Output = Q<M>;

    fn bitor(self, other: Q<M>) -> Q<M> {
        self.join(other, BitOr::bitor)
    }
}

impl<M> BitXor for Q<M> {
    type Output = Q<M>;

    fn bitxor(self, other: Q<M>) -> Q<M> {
        self.join(other, BitXor::bitxor)
    }
}

/// `q &= other`: conditions that come one by one, as a form gives them.
///
/// ```
/// # use embellie::Q;
/// let mut q = Q::<()>::text("views__gt", 2);
/// q &= Q::text("published", true);
/// q |= Q::text("pinned", true);
/// ```
impl<M> BitAndAssign for Q<M> {
    fn bitand_assign(&mut self, other: Q<M>) {
        *self = self.clone() & other;
    }
}

impl<M> BitOrAssign for Q<M> {
    fn bitor_assign(&mut self, other: Q<M>) {
        *self = self.clone() | other;
    }
}

impl<M> BitXorAssign for Q<M> {
    fn bitxor_assign(&mut self, other: Q<M>) {
        *self = self.clone() ^ other;
    }
}

impl<M> Not for Q<M> {
    type Output = Q<M>;

    fn not(self) -> Q<M> {
        Q { condition: !self.condition, name: None, ..self }
    }
}

impl<M> Clone for Q<M> {
    fn clone(&self) -> Self {
        Q {
            condition: self.condition.clone(),
            mistake: self.mistake.clone(),
            name: self.name.clone(),
            model: PhantomData,
        }
    }
}

impl<M> fmt::Debug for Q<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.condition, f)
    }
}

impl<M> fmt::Display for Q<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.condition, f)
    }
}

impl<M> PartialEq for Q<M> {
    fn eq(&self, other: &Self) -> bool {
        self.condition == other.condition && self.mistake == other.mistake
    }
}

fn ends_as_lookup(path: &Path) -> bool {
    path.names().next_back().is_some_and(|name| Lookup::from_name(name).is_some())
}
