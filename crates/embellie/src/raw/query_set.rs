//! Objects read by SQL that you write.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use embellie_core::meta::ModelId;
use embellie_core::{Columns, FromRow, IntoParams, Params, Registry, Result, Row, Sql, Statement};
use embellie_sql as sql;

use super::mapping::{Arranged, Mapping};
use super::read::{Reader, gather};
use crate::database::{Executor, Session};
use crate::log::called;
use crate::model::Model;
use crate::query_set::{FetchMode, QuerySet, Selection, Whole, WholeRecord, link};
use crate::record::Record;

/// Objects of `M` that SQL reads which you write: Django's `RawQuerySet`. Nothing is read before
/// [`all`](RawQuerySet::all) is awaited.
///
/// Columns are found by their names, in any order. Columns that are no fields are passed over, unless
/// [`annotated`](RawQuerySet::annotated) asks for them; a [`Record`] has them as annotations.
#[must_use = "a raw query set does nothing before one of its methods is awaited"]
pub struct RawQuerySet<M, S = Whole<M>> {
    pub(super) model: Cow<'static, str>,
    sql: Sql,
    params: Params,
    translations: Vec<(String, String)>,
    pub(super) selection: S,
    pub(super) fetch_mode: FetchMode,
    object: PhantomData<fn() -> M>,
}

impl<M: 'static, S: Selection<M>> RawQuerySet<M, S> {
    fn new(set: QuerySet<M, S>, sql: Sql, params: Params) -> Self {
        RawQuerySet {
            model: set.query.model,
            sql,
            params,
            translations: Vec::new(),
            selection: set.selection,
            fetch_mode: set.fetch_mode,
            object: PhantomData,
        }
    }

    /// Takes a column of the result for a field of another name: Django's `translations`. Columns that the result does
    /// not have are passed over.
    ///
    /// ```no_run
    /// # use blog::Tag;
    /// # use embellie::prelude::*;
    /// # async fn run(db: Database) -> embellie::Result<()> {
    /// let tags = Tag::raw("SELECT nr, term FROM old_tags", ()).translate("nr", "id").translate("term", "word");
    /// # let tags = tags.all(&db).await?;
    /// # Ok(()) }
    /// ```
    pub fn translate(mut self, column: impl Into<String>, field: impl Into<String>) -> Self {
        let (column, field) = (column.into(), field.into());
        self.translations.retain(|(known, _)| *known != column);
        self.translations.push((column, field));
        self
    }

    /// How the relations of the objects are read on first access.
    pub fn fetch_mode(mut self, mode: FetchMode) -> Self {
        self.fetch_mode = mode;
        self
    }

    /// Gives the columns that are no fields as well, beside each object: as a tuple in their order, as a struct of
    /// `#[derive(Row)]` by their names, or as [`TextRow`](crate::query_set::TextRow) whatever they are.
    ///
    /// ```no_run
    /// # use blog::Post;
    /// # use embellie::prelude::*;
    /// # use embellie::query_set::TextRow;
    /// # async fn run(db: Database) -> embellie::Result<()> {
    /// let sql = "SELECT p.*, u.name AS author_name FROM blog_post p JOIN blog_user u ON u.id = p.author_id";
    /// for (post, extra) in Post::raw(sql, ()).annotated::<TextRow>().all(&db).await? {
    ///     println!("{} by {:?}", post.title, extra.get("author_name"));
    /// }
    /// # Ok(()) }
    /// ```
    pub fn annotated<X: FromRow>(self) -> AnnotatedRawQuerySet<M, X, S> {
        AnnotatedRawQuerySet { set: self, others: PhantomData }
    }

    /// Reads the objects.
    ///
    /// # Errors
    /// [`Error::FieldDoesNotExist`](embellie_core::Error::FieldDoesNotExist) when a field has no column;
    /// [`Error::Programming`](embellie_core::Error::Programming) when the parameters are not those of the placeholders,
    /// and when the database does not understand the SQL; else as [`QuerySet::all`].
    #[track_caller]
    pub fn all(&self, db: &dyn Executor) -> impl Future<Output = Result<Vec<S::Output>>> {
        called(async move {
            let rows = self.read::<Nothing>(db).await?;
            Ok(rows.into_iter().map(|(object, Nothing)| object).collect())
        })
    }

    async fn read<X: FromRow>(&self, db: &dyn Executor) -> Result<Vec<(S::Output, X)>> {
        let session = db.session();
        let (statement, objects) = self.objects::<X>(session)?;
        let mut rows = gather(session, &statement, objects).await?.rows;
        let mut objects = rows.iter_mut().map(|(object, _)| object);
        link(&self.selection, &self.model, &mut objects, self.fetch_mode, session)?;
        Ok(rows)
    }
}

impl<M: 'static, S: Selection<M>> RawQuerySet<M, S> {
    /// The statement, and what reads its rows.
    pub(super) fn objects<X: FromRow>(&self, session: Session<'_>) -> Result<(Statement, Objects<M, S, X>)> {
        let database = session.database();
        let statement = sql::raw(self.sql.as_str(), &self.params, database.target())?;
        let objects = Objects {
            registry: Arc::clone(database.registry()),
            model: database.registry().model(&self.model)?.id(),
            selection: self.selection.clone(),
            translations: self.translations.clone(),
            row: PhantomData::<fn() -> (M, X)>,
        };
        Ok((statement, objects))
    }
}

impl<M: Model> QuerySet<M, Whole<M>> {
    /// Objects read by SQL that you write, whatever the query set says otherwise: Django's `raw`. See [`Model::raw`].
    pub fn raw(self, sql: impl Into<Sql>, params: impl IntoParams) -> RawQuerySet<M> {
        RawQuerySet::new(self, sql.into(), params.into_params())
    }
}

impl QuerySet<Record, WholeRecord> {
    /// Objects of a model without a Rust type, read by SQL that you write, whatever the query set says otherwise:
    /// Django's `raw`.
    ///
    /// ```no_run
    /// # async fn run(db: embellie::Database) -> embellie::Result<()> {
    /// let tags = db.objects("blog.Tag")?.raw("SELECT id, word FROM blog_tag WHERE word < %s", ("m",)).all(&db).await?;
    /// # Ok(()) }
    /// ```
    pub fn raw(self, sql: impl Into<Sql>, params: impl IntoParams) -> RawQuerySet<Record, WholeRecord> {
        RawQuerySet::new(self, sql.into(), params.into_params())
    }
}

/// Objects with the columns beside them that are no fields, as [`RawQuerySet::annotated`] gives them.
#[must_use = "a raw query set does nothing before one of its methods is awaited"]
pub struct AnnotatedRawQuerySet<M, X, S = Whole<M>> {
    pub(super) set: RawQuerySet<M, S>,
    others: PhantomData<fn() -> X>,
}

impl<M: 'static, X: FromRow, S: Selection<M>> AnnotatedRawQuerySet<M, X, S> {
    /// Reads the objects and what stands beside them.
    ///
    /// # Errors
    /// As [`RawQuerySet::all`], and [`Error::Decode`](embellie_core::Error::Decode) when the columns are not those of
    /// `X`.
    #[track_caller]
    pub fn all(&self, db: &dyn Executor) -> impl Future<Output = Result<Vec<(S::Output, X)>>> {
        called(async move { self.set.read::<X>(db).await })
    }
}

/// Reads objects, and what stands beside them.
pub(super) struct Objects<M, S, X> {
    registry: Arc<Registry>,
    model: ModelId,
    selection: S,
    translations: Vec<(String, String)>,
    row: PhantomData<fn() -> (M, X)>,
}

impl<M: 'static, S: Selection<M>, X: FromRow> Reader for Objects<M, S, X> {
    type Plan = (Mapping, X::Plan);
    type Output = (S::Output, X);

    fn plan(&self, columns: &Columns) -> Result<Self::Plan> {
        let mapping = Mapping::new(self.registry.get(self.model), columns, &self.translations)?;
        let others = X::plan(&mapping.other_names)?;
        Ok((mapping, others))
    }

    fn read(&self, (mapping, others): &Self::Plan, row: &dyn Row) -> Result<Self::Output> {
        let object = self.selection.decode(&Arranged { row, places: &mapping.fields })?;
        let beside = Arranged { row, places: &mapping.others };
        Ok((self.selection.annotated(object, &mapping.other_names, &beside)?, X::from_row(others, &beside)?))
    }
}

/// No interest in other columns.
pub(super) struct Nothing;

impl FromRow for Nothing {
    type Plan = ();

    fn plan(_: &Columns) -> Result<()> {
        Ok(())
    }

    fn from_row((): &(), _: &dyn Row) -> Result<Self> {
        Ok(Nothing)
    }
}

impl<M, S: Clone> Clone for RawQuerySet<M, S> {
    fn clone(&self) -> Self {
        RawQuerySet {
            model: self.model.clone(),
            sql: self.sql.clone(),
            params: self.params.clone(),
            translations: self.translations.clone(),
            selection: self.selection.clone(),
            fetch_mode: self.fetch_mode,
            object: PhantomData,
        }
    }
}

impl<M, X, S: Clone> Clone for AnnotatedRawQuerySet<M, X, S> {
    fn clone(&self) -> Self {
        AnnotatedRawQuerySet { set: self.set.clone(), others: PhantomData }
    }
}

impl<M, S> fmt::Debug for RawQuerySet<M, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawQuerySet").field("model", &self.model).field("sql", &self.sql).finish_non_exhaustive()
    }
}

impl<M, X, S> fmt::Debug for AnnotatedRawQuerySet<M, X, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.set.fmt(f)
    }
}
