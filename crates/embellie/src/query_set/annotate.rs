//! Annotations: expressions that rows are given, and that are used again.

use std::borrow::Cow;

use embellie_core::query::{Aggregation, Annotation, Step};
use embellie_core::{Error, Expr, Path, Query, Result};
use embellie_sql::{self as sql, Reading};

use super::{QuerySet, Selection, TextRow, TextValues};
use crate::database::Executor;
use crate::log::called;
use crate::typed::{Annotate, Annotations, Cells, Made, Places, Row, Select, Selected};

impl<M, S> QuerySet<M, S> {
    /// Adds one expression or several to each row: Django's `annotate`.
    ///
    /// Rows become tuples: the object and the value. The expressions can be used again in conditions, orderings, other
    /// expressions and the values of rows; they mean the same column then.
    ///
    /// ```
    /// # use embellie::prelude::*;
    /// # #[model(app = "blog")] pub struct User { name: String }
    /// # #[model(app = "blog")] pub struct Post {
    /// #     views: i64,
    /// #     #[field(on_delete = Cascade, related_name = "posts")] author: ForeignKey<User>,
    /// # }
    /// # async fn example(db: &Database) -> embellie::Result<()> {
    /// let (posts, top) = (Count(User::posts()), Max(User::posts().views));
    /// let busy = User::objects().annotate((&posts, &top)).filter(posts.gte(10)).order_by(top.desc());
    /// let rows: Vec<(User, i64, Option<i64>)> = busy.all(db).await?;
    ///
    /// // After `values`, an aggregate is computed for each different row of values.
    /// let n = Count(Post::id);
    /// let views: Vec<(i64, i64)> = Post::objects().values_list(Post::views).annotate(&n).all(db).await?;
    /// # Ok(()) }
    /// ```
    pub fn annotate<A: Annotations<M>>(mut self, expressions: A) -> QuerySet<M, S::Rows>
    where
        S: Annotate<A::Cells>,
    {
        let names = expressions.annotations().into_iter().map(|selected| self.add(selected, true)).collect();
        self.map(|selection| selection.annotated(names))
    }

    /// Names expressions without adding them to the rows: Django's `alias`.
    ///
    /// ```
    /// # use embellie::prelude::*;
    /// # #[model(app = "blog")] pub struct User { name: String }
    /// # #[model(app = "blog")] pub struct Post {
    /// #     #[field(on_delete = Cascade, related_name = "posts")] author: ForeignKey<User>,
    /// # }
    /// # async fn example(db: &Database) -> embellie::Result<()> {
    /// let n = Count(User::posts());
    /// let silent: Vec<User> = User::objects().alias(&n).filter(n.eq(0)).all(db).await?;
    /// # Ok(()) }
    /// ```
    pub fn alias<A: Annotations<M>>(mut self, expressions: A) -> Self {
        for selected in expressions.annotations() {
            self.add(selected, false);
        }
        self
    }

    /// Computes one value or several of all rows together: Django's `aggregate`.
    ///
    /// ```
    /// # use embellie::prelude::*;
    /// # #[model(app = "blog")] pub struct Post { views: i64 }
    /// # async fn example(db: &Database) -> embellie::Result<()> {
    /// let (count, mean): (i64, Option<f64>) = Post::objects().aggregate((Count(Post::id), Avg(Post::views)), db).await?;
    /// let top: i64 = Post::objects().aggregate(Max(Post::views).default(0), db).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error::Type`] when an expression is no aggregate; else as
    /// [`all`](QuerySet::all).
    #[track_caller]
    pub fn aggregate<A: Annotations<M>>(
        &self,
        aggregates: A,
        db: &dyn Executor,
    ) -> impl Future<Output = Result<A::Output>> {
        called(async move {
            let aggregates = self.named(aggregates.annotations())?;
            let places = Places::default().and(aggregates.iter().map(|annotation| annotation.alias.clone()).collect());
            let values = self.aggregated(&aggregates, db, |columns| {
                let places = places.find(columns);
                move |row: &dyn embellie_core::Row| A::Cells::read(row, &places)
            });
            values.await.map(A::output)
        })
    }

    /// Computes aggregates that are data, each under a name.
    ///
    /// ```no_run
    /// # async fn counted(db: embellie::Database) -> embellie::Result<()> {
    /// use embellie::expr::{Aggregate, AggregateFunction};
    /// let top = Aggregate::of(AggregateFunction::Max, "views");
    /// let row = db.objects("blog.Post")?.aggregate_expr([("top", top)], &db).await?;
    /// println!("{:?}", row.get("top"));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As [`aggregate`](QuerySet::aggregate).
    #[track_caller]
    pub fn aggregate_expr(
        &self,
        aggregates: impl IntoIterator<Item = (impl Into<Cow<'static, str>>, impl Into<Expr>)>,
        db: &dyn Executor,
    ) -> impl Future<Output = Result<TextRow>> {
        called(async move {
            let aggregates = aggregates
                .into_iter()
                .map(|(name, expr)| Selected { expr: Ok(expr.into()), name: Some(name.into()) })
                .collect();
            let aggregates = self.named(aggregates)?;
            let rows = self.aggregated(&aggregates, db, |columns| {
                let rows = Selection::<()>::with_columns(TextValues::default(), columns);
                move |row: &dyn embellie_core::Row| Selection::<()>::decode(&rows, row)
            });
            rows.await
        })
    }

    /// The aggregates with their names.
    fn named(&self, aggregates: Vec<Selected>) -> Result<Vec<Annotation>> {
        let mut named: Vec<Annotation> = Vec::with_capacity(aggregates.len());
        for Selected { expr, name } in aggregates {
            let expr = self.reused(expr?);
            let alias = name.unwrap_or_else(|| unused(&self.query, &named, &expr));
            named.push(Annotation::new(alias, expr));
        }
        Ok(named)
    }

    async fn aggregated<T, R>(
        &self,
        aggregates: &[Annotation],
        db: &dyn Executor,
        reader: impl FnOnce(&[sql::OutputColumn]) -> R,
    ) -> Result<T>
    where
        T: Send + 'static,
        R: Fn(&dyn embellie_core::Row) -> Result<T> + Send + 'static,
    {
        let (query, session) = (self.checked()?, db.session().caching(self.cached.as_deref()));
        let database = session.database();
        super::fetch::warn_of_distortion(query, aggregates, session);
        let compiled = sql::aggregate(query, aggregates, database.registry(), database.target())?;
        let reading = Reading::Aggregate(query, aggregates);
        let rows = session.gather_read(&compiled.statement, reading, reader(&compiled.columns)).await?;
        rows.into_iter().next().ok_or_else(|| Error::Interface("the database gave no row of aggregates".into()))
    }

    /// Adds an expression under a name: `annotate` for expressions that are data. Rows that are [`Record`]s and
    /// [`TextRow`]s give its value by that name.
    ///
    /// [`Record`]: crate::Record
    /// [`TextRow`]: crate::query_set::TextRow
    ///
    /// ```no_run
    /// # async fn counted(db: embellie::Database) -> embellie::Result<()> {
    /// use embellie::expr::{Aggregate, AggregateFunction};
    /// let n = Aggregate::of(AggregateFunction::Count, "posts");
    /// for user in db.objects("blog.User")?.annotate_expr("n", n).order_by("-n").all(&db).await? {
    ///     println!("{} {}", user.get("name")?, user.get("n")?);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn annotate_expr(mut self, name: impl Into<Cow<'static, str>>, expr: impl Into<Expr>) -> Self {
        self.add(Selected { expr: Ok(expr.into()), name: Some(name.into()) }, true);
        self
    }

    /// Names an expression that is data without adding it to the rows.
    pub fn alias_expr(mut self, name: impl Into<Cow<'static, str>>, expr: impl Into<Expr>) -> Self {
        self.add(Selected { expr: Ok(expr.into()), name: Some(name.into()) }, false);
        self
    }

    /// Rows of one value (`Post::title`) or a tuple of them (`(Post::title, Post::author.name, &n)`) instead of objects:
    /// Django's `values_list`.
    pub fn values_list<V: Select<M>>(mut self, values: V) -> QuerySet<M, V::Rows> {
        let mut paths = Vec::with_capacity(4);
        values.select(&mut |selected| paths.push(self.path_of(selected, None)));
        self.chosen(paths, V::Rows::default())
    }

    /// Rows of named values instead of objects, as `row!` names them: Django's `values`.
    ///
    /// ```
    /// # use embellie::prelude::*;
    /// # #[model(app = "blog")] pub struct User { name: String }
    /// # #[model(app = "blog")] pub struct Post {
    /// #     views: i64,
    /// #     #[field(on_delete = Cascade, related_name = "posts")] author: ForeignKey<User>,
    /// # }
    /// # async fn example(db: &Database) -> embellie::Result<()> {
    /// for s in User::objects().values(row!(name, posts = Count(posts), top = Max(posts__views))).all(db).await? {
    ///     println!("{} {} {:?}", s.name, s.posts, s.top);
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// As in Django, aggregates written among the values are computed for each object; those that are annotated after
    /// `values`, for each different row of values.
    pub fn values<C: Annotations<M>, R: Send + 'static>(
        mut self,
        row: Row<M, C, R>,
    ) -> QuerySet<M, Made<M, C::Cells, R>> {
        let (values, names, rows) = row.into_parts();
        let paths = values.into_iter().zip(names).map(|(selected, name)| self.path_of(selected, Some(name))).collect();
        self.chosen(paths, rows)
    }

    /// Computes aggregates that reach different multi-valued relations in one query over all joins, as Django does: each
    /// row then counts once for every combination. Otherwise each has a query of its own, which gives right numbers.
    pub fn joined_aggregates(mut self) -> Self {
        self.query.aggregation = Aggregation::Joined;
        self
    }

    /// Reads the parts of points in time by the clock of a time zone, such as `Europe/Berlin`; otherwise by UTC's.
    pub fn in_time_zone(mut self, zone: impl Into<Cow<'static, str>>) -> Self {
        self.query.time_zone = Some(zone.into());
        self
    }

    /// Rows of the values at some paths.
    pub(crate) fn chosen<T>(mut self, paths: Vec<Path>, selection: T) -> QuerySet<M, T> {
        self.query.steps.push(Step::Values(paths));
        self.map(|_| selection)
    }

    /// Replaces what each row gives.
    pub(crate) fn map<T>(self, change: impl FnOnce(S) -> T) -> QuerySet<M, T> {
        let QuerySet { query, selection, fetch_mode, prefetches, cached, mistake, model } = self;
        QuerySet { query, selection: change(selection), fetch_mode, prefetches, cached, mistake, model }
    }

    /// The path of a value: its own, or that of an annotation that is made for it.
    fn path_of(&mut self, selected: Selected, name: Option<&str>) -> Path {
        let Selected { expr, name: own } = selected;
        let expr = match expr {
            Ok(expr) => self.reused(expr),
            Err(mistake) => {
                self.mistake.get_or_insert_with(|| Box::new(mistake));
                return Path::default();
            }
        };
        match (expr, own) {
            (Expr::Path(path), None) => path,
            (Expr::Path(path), Some(own)) if path.names().eq([&*own]) => path,
            // The name of a value in a row of Rust is no name of the query's, which a field may have.
            (expr, own) => {
                let own = own.or(name.map(|name| format!("_{name}").into()));
                Path::new([self.add(Selected { expr: Ok(expr), name: own }, true)])
            }
        }
    }

    /// Adds an annotation and gives its name.
    fn add(&mut self, Selected { expr, name }: Selected, selected: bool) -> Cow<'static, str> {
        match expr {
            Ok(expr) => {
                let expr = self.reused(expr);
                let alias = name.unwrap_or_else(|| unused(&self.query, &[], &expr));
                self.query.steps.push(Step::Annotate(Annotation { alias: alias.clone(), expr, selected }));
                alias
            }
            Err(mistake) => {
                self.mistake.get_or_insert_with(|| Box::new(mistake));
                Cow::Borrowed("")
            }
        }
    }

    /// The expression with the annotations made so far in the place of what equals them.
    pub(crate) fn reused(&self, expr: Expr) -> Expr {
        if self.has_annotations() { expr.rewrite(&mut |expr| annotated(&self.query, expr)) } else { expr }
    }

    /// The condition with the annotations made so far in the place of what equals them.
    pub(crate) fn reused_in(&self, q: embellie_core::Q) -> embellie_core::Q {
        if self.has_annotations() { q.rewrite(&mut |expr| annotated(&self.query, expr)) } else { q }
    }

    fn has_annotations(&self) -> bool {
        self.query.steps.iter().any(|step| matches!(step, Step::Annotate(_)))
    }
}

/// The path of the annotation that an expression equals, or the expression itself.
fn annotated(query: &Query, expr: Expr) -> Expr {
    if matches!(expr, Expr::Path(_) | Expr::Outer { .. } | Expr::Value(_) | Expr::Star) {
        return expr;
    }
    let known = query.steps.iter().find_map(|step| match step {
        Step::Annotate(annotation) if annotation.expr == expr => Some(&annotation.alias),
        _ => None,
    });
    known.map_or(expr, |alias| Expr::Path(Path::new([alias.clone()])))
}

/// A name for an annotation that has none: the same for the same query, and none that a field has.
fn unused(query: &Query, others: &[Annotation], expr: &Expr) -> Cow<'static, str> {
    let kind = match expr {
        Expr::Aggregate(aggregate) => aggregate.function.name().to_lowercase(),
        Expr::Call { function, .. } => function.name().to_lowercase(),
        Expr::Window(_) => "window".into(),
        Expr::Case { .. } => "case".into(),
        Expr::Condition(_) | Expr::Exists(_) => "condition".into(),
        Expr::Subquery(_) | Expr::ArraySubquery(_) => "subquery".into(),
        _ => "value".into(),
    };
    let taken = |name: &str| {
        query.steps.iter().any(|step| matches!(step, Step::Annotate(a) if a.alias == *name))
            || others.iter().any(|other| other.alias == *name)
    };
    let mut number = 1_u32;
    loop {
        let name = format!("_{kind}{number}");
        if !taken(&name) {
            return name.into();
        }
        number += 1;
    }
}
