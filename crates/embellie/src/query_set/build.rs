//! Refining a query set: filters, ordering, slices. Nothing here does I/O.

use embellie_core::query::{Distinct, Extra, Step};
use embellie_core::{Error, Expr, OrderBy};

use super::{FetchMode, QuerySet};
use crate::typed::{IntoOrdering, Q};

impl<M, S> QuerySet<M, S> {
    /// Keeps the rows for which `q` holds.
    ///
    /// Conditions of one call speak of the same related row; those of another call may be met by another one, as in
    /// Django.
    pub fn filter(self, q: Q<M>) -> Self {
        self.step("filter", q, Step::Filter)
    }

    /// Keeps the rows for which `q` does not hold.
    pub fn exclude(self, q: Q<M>) -> Self {
        self.step("exclude", q, Step::Exclude)
    }

    fn step(mut self, call: &str, q: Q<M>, step: fn(embellie_core::Q) -> Step) -> Self {
        let q = match q.checked() {
            Ok(q) => self.reused_in(q),
            Err(mistake) => return self.mistaken(mistake),
        };
        if self.query.slice.is_whole() {
            self.query.steps.push(step(q));
            return self;
        }
        self.mistaken(Error::Type(format!("Cannot {call} a query once a slice has been taken.")))
    }

    /// Orders the rows, instead of the model's own ordering. No terms at all mean no order.
    pub fn order_by(mut self, terms: impl IntoOrdering<M>) -> Self {
        if !self.query.slice.is_whole() {
            return self.mistaken(Error::Type("Cannot reorder a query once a slice has been taken.".into()));
        }
        match terms.into_ordering() {
            Ok(terms) => {
                let terms = terms.into_iter().map(|term| OrderBy { expr: self.reused(term.expr), ..term }).collect();
                self.query.order_by = Some(terms);
                self.query.reversed = false;
                self
            }
            Err(mistake) => self.mistaken(mistake),
        }
    }

    /// Turns the order around.
    pub fn reverse(mut self) -> Self {
        if !self.query.slice.is_whole() {
            return self.mistaken(Error::Type("Cannot reverse a query once a slice has been taken.".into()));
        }
        self.query.reversed = !self.query.reversed;
        self
    }

    /// Gives equal rows once.
    pub fn distinct(mut self) -> Self {
        if !self.query.slice.is_whole() {
            return self.mistaken(Error::Type("Cannot create distinct fields once a slice has been taken.".into()));
        }
        self.query.distinct = Distinct::Rows;
        self
    }

    /// Of the rows that are equal in these fields, gives the first: Django's `distinct("author")`. The ordering begins with
    /// the same fields.
    ///
    /// ```
    /// # use embellie::prelude::*;
    /// # #[model(app = "blog")] pub struct User { name: String }
    /// # #[model(app = "blog")] pub struct Post {
    /// #     views: i64,
    /// #     #[field(on_delete = Cascade, related_name = "posts")] author: ForeignKey<User>,
    /// # }
    /// // The post of each author that is read most.
    /// let top = Post::objects().order_by((Post::author_id, Post::views.desc())).distinct_on(Post::author_id);
    /// ```
    pub fn distinct_on(mut self, fields: impl IntoOrdering<M>) -> Self {
        if !self.query.slice.is_whole() {
            return self.mistaken(Error::Type("Cannot create distinct fields once a slice has been taken.".into()));
        }
        let terms = match fields.into_ordering() {
            Ok(terms) => terms,
            Err(mistake) => return self.mistaken(mistake),
        };
        let mut paths = Vec::with_capacity(terms.len());
        for term in terms {
            match self.reused(term.expr) {
                Expr::Path(path) => paths.push(path),
                other => {
                    let message = format!("distinct_on() takes fields and annotations: annotate {other} first");
                    return self.mistaken(Error::Type(message));
                }
            }
        }
        self.query.distinct = if paths.is_empty() { Distinct::Rows } else { Distinct::On(paths) };
        self
    }

    /// Puts pieces of SQL into the query: Django's `extra`. Values are parameters.
    ///
    /// ```no_run
    /// # async fn run(db: embellie::Database) -> embellie::Result<()> {
    /// use embellie::query_set::Extra;
    /// let extra = Extra::new().column("twice", "views * %s", (2,)).condition("views > %s", (10,));
    /// for post in db.objects("blog.Post")?.extra(extra).all(&db).await? {
    ///     println!("{:?}", post.get("twice")?);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn extra(mut self, extra: Extra) -> Self {
        if !self.query.slice.is_whole() {
            return self.mistaken(Error::Type("Cannot change a query once a slice has been taken.".into()));
        }
        self.query.steps.push(Step::Extra(Box::new(extra)));
        self
    }

    /// Gives `rows` rows at most: Django's `[:rows]`.
    pub fn limit(mut self, rows: u64) -> Self {
        self.query.slice = self.query.slice.then(0, Some(rows));
        self
    }

    /// Passes over the first `rows` rows: Django's `[rows:]`.
    pub fn offset(mut self, rows: u64) -> Self {
        self.query.slice = self.query.slice.then(rows, None);
        self
    }

    /// Gives the rows of a range, as Django's slices do: `slice(5..10)`, `slice(..3)`.
    ///
    /// ```
    /// # use embellie::{Q, query_set::QuerySet};
    /// # fn page<M>(rows: QuerySet<M>) -> QuerySet<M> {
    /// rows.slice(20..40)
    /// # }
    /// ```
    pub fn slice(self, range: impl std::ops::RangeBounds<u64>) -> Self {
        use std::ops::Bound;
        let start = match range.start_bound() {
            Bound::Included(start) => *start,
            Bound::Excluded(start) => start.saturating_add(1),
            Bound::Unbounded => 0,
        };
        let end = match range.end_bound() {
            Bound::Included(end) => Some(end.saturating_add(1)),
            Bound::Excluded(end) => Some(*end),
            Bound::Unbounded => None,
        };
        let rows = self.offset(start);
        match end {
            Some(end) => rows.limit(end.saturating_sub(start)),
            None => rows,
        }
    }

    /// Gives no rows, and reaches no database.
    pub fn none(mut self) -> Self {
        self.query.none = true;
        self
    }

    /// How the relations of the rows are read on first access.
    ///
    /// ```
    /// # use blog::*;
    /// # use embellie::prelude::*;
    /// # async fn example(db: &Database) -> embellie::Result<()> {
    /// // A loop that reads what was not read before is refused, with what to add.
    /// for post in &Post::objects().fetch_mode(FetchMode::Raise).all(db).await? {
    ///     assert!(post.author.get(db).await.is_err());
    /// }
    /// # Ok(()) }
    /// ```
    pub fn fetch_mode(mut self, mode: FetchMode) -> Self {
        self.fetch_mode = mode;
        self
    }

    pub(crate) fn ordered(mut self, terms: Vec<OrderBy>) -> Self {
        self.query.order_by = Some(terms);
        self
    }

    pub(crate) fn mistaken(mut self, error: Error) -> Self {
        self.mistake.get_or_insert_with(|| Box::new(error));
        self
    }
}
