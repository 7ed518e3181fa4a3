//! Common table expressions: queries with names, whose rows other queries read and join. Django has none.

use std::borrow::Cow;
use std::marker::PhantomData;

use embellie_core::query::{self, SetOperator, Step};
use embellie_core::{Error, Expr, Path, Query, Result};

use super::QuerySet;
use crate::typed::{Expression, Like, Scalar, Selected};

/// A query with a name: SQL's `WITH`. Its rows are objects or values of `M`, read as `S`.
///
/// ```
/// # use embellie::prelude::*;
/// # use embellie::query_set::Cte;
/// # #[model(app = "blog")] pub struct User { name: String }
/// # #[model(app = "blog")] pub struct Post {
/// #     views: i64,
/// #     #[field(on_delete = Cascade, related_name = "posts")] author: ForeignKey<User>,
/// # }
/// # async fn example(db: &Database) -> embellie::Result<()> {
/// let views = Sum(Post::views).default(0);
/// let totals = Cte::new("totals", Post::objects().values_list(Post::author).annotate(&views));
/// let total = totals.column(&views);
/// let busy: Vec<(User, i64)> =
///     User::objects().with(&totals).join(totals.on(User::id, Post::author)).annotate(&total).filter(total.gt(100)).all(db).await?;
/// # Ok(()) }
/// ```
pub struct Cte<M, S> {
    name: Cow<'static, str>,
    set: QuerySet<M, S>,
    recursive: bool,
    materialized: Option<bool>,
}

impl<M, S: Clone> Cte<M, S> {
    /// A query set under a name.
    pub fn new(name: impl Into<Cow<'static, str>>, rows: QuerySet<M, S>) -> Self {
        Cte { name: name.into(), set: rows, recursive: false, materialized: None }
    }

    /// Rows to begin with, and the rows that follow from those that there are, again and again until none follow.
    ///
    /// ```
    /// # use embellie::prelude::*;
    /// # use embellie::query_set::Cte;
    /// #[model(app = "shop")]
    /// pub struct Category {
    ///     name: String,
    ///     #[field(on_delete = Cascade, related_name = "children")]
    ///     parent: Option<ForeignKey<Category>>,
    /// }
    ///
    /// # async fn example(db: &Database) -> embellie::Result<()> {
    /// let depth = Value(0_i64).named("depth");
    /// let roots = Category::objects().filter(q!(parent__isnull = true)).annotate(&depth);
    /// let tree = Cte::recursive("tree", roots, |tree| {
    ///     let deeper = (tree.column(&depth) + 1).named("depth");
    ///     Category::objects().join(tree.on(Category::parent_id, Category::id)).annotate(&deeper)
    /// });
    /// // Every category with its depth, in one query.
    /// let rows: Vec<(Category, i64)> = tree.rows().order_by(("depth", "name")).all(db).await?;
    /// # Ok(()) }
    /// ```
    pub fn recursive(
        name: impl Into<Cow<'static, str>>,
        first: QuerySet<M, S>,
        following: impl FnOnce(&Self) -> QuerySet<M, S>,
    ) -> Self {
        let begun = Cte { recursive: true, ..Cte::new(name, first) };
        let following = following(&begun);
        let mut whole = begun;
        whole.set.mistake = whole.set.mistake.take().or(following.mistake);
        whole.set.query = Query::compound(SetOperator::UnionAll, vec![whole.set.query, following.query]);
        whole
    }

    /// Computes the rows once and keeps them, or computes them as part of each query that uses them; otherwise the
    /// database chooses.
    #[must_use]
    pub fn materialized(self, materialized: bool) -> Self {
        Cte { materialized: Some(materialized), ..self }
    }

    /// A column, given by what it is in the query: a field or an expression. It is an expression in any query that joins
    /// the rows, or reads them.
    pub fn column<N, V: Scalar<M>>(&self, value: V) -> Expression<N, V::Type, V::Null> {
        Expression::new(
            self.name_of(value.scalar()).map(|name| Expr::Path(Path::new([self.name.clone(), name.into()]))),
        )
    }

    /// How the rows are joined: where a field of the other query equals a column.
    pub fn on<N, A, B>(&self, field: A, column: B) -> CteJoin<N, M>
    where
        A: Scalar<N>,
        B: Scalar<M>,
        A::Type: Like<B::Type>,
    {
        let join = CteJoin {
            name: self.name.clone(),
            on: Ok(Vec::new()),
            outer: false,
            columns: columns(self.first()),
            types: PhantomData,
        };
        join.and(field, column)
    }

    /// The rows themselves, as a query set that reads them in the place of the model's table.
    pub fn rows(&self) -> QuerySet<M, S> {
        let mut rows = self.set.clone();
        let first = self.first();
        let mut query = Query::new(first.model.clone());
        query.ctes = vec![self.declaration()];
        query.from = Some(self.name.clone());
        if let Some(values) = first.selected() {
            query = query.values(values.iter().map(|path| Path::new([path.to_string()])));
            // The model's own ordering is by columns that are not there.
            query.order_by = Some(Vec::new());
        }
        for step in &first.steps {
            if let Step::Annotate(annotation) = step
                && annotation.selected
                && first.selected().is_none_or(|values| values.iter().all(|path| path.names().ne([&*annotation.alias])))
            {
                let column = Path::new([annotation.alias.clone()]);
                query = query.annotate(annotation.alias.clone(), Expr::Path(column));
            }
        }
        rows.query = query;
        rows
    }

    fn declaration(&self) -> query::Cte {
        query::Cte {
            name: self.name.clone(),
            query: self.set.query.clone(),
            recursive: self.recursive,
            materialized: self.materialized,
        }
    }

    /// The query whose columns give the columns their names.
    fn first(&self) -> &Query {
        match &self.set.query.compound {
            Some(compound) => compound.queries.first().unwrap_or(&self.set.query),
            None => &self.set.query,
        }
    }

    fn name_of(&self, selected: Selected) -> Result<String> {
        named(&columns(self.first()), &self.name, selected)
    }
}

/// What is known of the columns of a query: its annotations, and whether all fields are among them.
#[derive(Debug, Clone)]
struct Columns {
    annotations: Vec<(Cow<'static, str>, Expr)>,
    values: Option<Vec<String>>,
}

fn columns(query: &Query) -> Columns {
    let annotations = query.steps.iter().filter_map(|step| match step {
        Step::Annotate(annotation) if annotation.selected => Some((annotation.alias.clone(), annotation.expr.clone())),
        _ => None,
    });
    let values = query.selected().map(|paths| paths.iter().map(ToString::to_string).collect());
    Columns { annotations: annotations.collect(), values }
}

/// The name of a column, given by what it is.
fn named(columns: &Columns, cte: &str, Selected { expr, name }: Selected) -> Result<String> {
    let expr = expr?;
    if let Some((alias, _)) = columns.annotations.iter().find(|(_, known)| *known == expr) {
        return Ok(alias.to_string());
    }
    if let Some(name) = name.filter(|name| columns.annotations.iter().any(|(alias, _)| alias == name)) {
        return Ok(name.into_owned());
    }
    match (&expr, &columns.values) {
        (Expr::Path(path), Some(values)) if values.contains(&path.to_string()) => Ok(path.to_string()),
        (Expr::Path(path), None) if path.len() == 1 => Ok(path.to_string()),
        _ => Err(Error::Field(format!(
            "the common table expression '{cte}' has no column {expr}: annotate its query with it"
        ))),
    }
}

/// How the rows of a common table expression over `M` are joined to those of a query over `N`.
#[must_use = "nothing is joined before a query set is told so by `join`"]
pub struct CteJoin<N, M> {
    name: Cow<'static, str>,
    on: Result<Vec<(Path, Cow<'static, str>)>>,
    outer: bool,
    columns: Columns,
    types: PhantomData<fn() -> (N, M)>,
}

impl<N, M> CteJoin<N, M> {
    /// And where another field equals another column.
    pub fn and<A, B>(self, field: A, column: B) -> Self
    where
        A: Scalar<N>,
        B: Scalar<M>,
        A::Type: Like<B::Type>,
    {
        let on = self.on.and_then(|mut on| {
            let column = named(&self.columns, &self.name, column.scalar())?;
            match field.scalar().expr? {
                Expr::Path(path) => on.push((path, column.into())),
                other => {
                    let message = format!("rows are joined where a field equals a column, and {other} is no field");
                    return Err(Error::Field(message));
                }
            }
            Ok(on)
        });
        CteJoin { on, ..self }
    }

    /// Keeps rows for which there is nothing to join; the columns are null then.
    pub fn outer(self) -> Self {
        CteJoin { outer: true, ..self }
    }
}

impl<M, S> QuerySet<M, S> {
    /// Lets the query use a common table expression: SQL's `WITH`.
    pub fn with<N, R: Clone>(self, cte: &Cte<N, R>) -> Self {
        let mistake = cte.set.mistake.clone();
        let set = self.with_query(cte.declaration());
        match mistake {
            Some(mistake) => set.mistaken(*mistake),
            None => set,
        }
    }

    /// Joins the rows of a common table expression, whose columns can be used from then on.
    pub fn join<N>(self, join: CteJoin<M, N>) -> Self {
        match join.on {
            Ok(on) => self.join_query(query::CteJoin { cte: join.name, on, outer: join.outer }),
            Err(mistake) => self.mistaken(mistake),
        }
    }

    /// As [`with`](QuerySet::with), for an expression that is data.
    pub fn with_query(mut self, cte: query::Cte) -> Self {
        if self.query.ctes.iter().all(|known| *known != cte) {
            self.query.ctes.push(cte);
        }
        self
    }

    /// As [`join`](QuerySet::join), for a join that is data: the columns are then `name__column`.
    pub fn join_query(mut self, join: query::CteJoin) -> Self {
        self.query.steps.push(Step::Join(join));
        self
    }
}

impl<M, S: Clone> Clone for Cte<M, S> {
    fn clone(&self) -> Self {
        Cte {
            name: self.name.clone(),
            set: self.set.clone(),
            recursive: self.recursive,
            materialized: self.materialized,
        }
    }
}

impl<M, S: Clone> std::fmt::Debug for Cte<M, S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.declaration().fmt(f)
    }
}
