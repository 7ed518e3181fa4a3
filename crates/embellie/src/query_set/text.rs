//! Query sets over models without a Rust type, and rows of paths given as text.

use std::sync::Arc;

use embellie_core::{Path, Query, Result};

use super::selection::{TextValues, Whole, WholeRecord};
use super::{QuerySet, Selection};
use crate::database::Database;
use crate::model::Model;
use crate::record::{Record, RecordModel};

impl Database {
    /// All objects of a model given by its label `app.Model`, or by its name where only one app has it.
    ///
    /// ```no_run
    /// # async fn spam(db: embellie::Database) -> embellie::Result<()> {
    /// use embellie::Q;
    /// let spam = db.objects("blog.Comment")?.filter(Q::text("body__icontains", "buy now")).count(&db).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// When there is no such model; the message names the nearest.
    pub fn objects(&self, model: &str) -> Result<QuerySet<Record, WholeRecord>> {
        let model = self.record_model(model)?;
        Ok(QuerySet::new(model.label().to_owned(), WholeRecord::new(model)))
    }

    /// The objects that a query built as data gives. What it annotates is told by [`Record::annotations`].
    ///
    /// ```no_run
    /// # async fn spam(db: embellie::Database) -> embellie::Result<()> {
    /// use embellie_core::{Expr, Query, expr::Function};
    /// let query = Query::new("blog.Comment").annotate("size", Expr::call(Function::Length, [Expr::path("body")]));
    /// for comment in db.query_set(query)?.all(&db).await? {
    ///     println!("{:?}", comment.annotations().collect::<Vec<_>>());
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// When there is no model of the query's label; the message names the nearest.
    pub fn query_set(&self, query: Query) -> Result<QuerySet<Record, WholeRecord>> {
        let model = self.record_model(&query.model)?;
        Ok(QuerySet { query, ..QuerySet::new("", WholeRecord::new(model)) })
    }

    /// The rows of values that a query built as data gives, by the names of its values and annotations.
    pub fn query_values(&self, query: Query) -> QuerySet<Record, TextValues> {
        QuerySet { query, ..QuerySet::new("", TextValues::default()) }
    }

    /// A new object of a model given as for [`objects`](Database::objects), with its defaults. It has no row yet.
    ///
    /// # Errors
    /// When there is no such model; the message names the nearest.
    pub fn record(&self, model: &str) -> Result<Record> {
        self.record_model(model).map(Record::new)
    }

    fn record_model(&self, model: &str) -> Result<Arc<RecordModel>> {
        let id = self.registry().find(model)?.id();
        Ok(Arc::new(RecordModel::new(Arc::clone(self.registry()), id)))
    }
}

impl QuerySet<Record, WholeRecord> {
    /// Reads only these fields, and the primary key: Django's `only`. Fields of related objects (`author__name`) speak of
    /// those that come by [`select_related`](QuerySet::select_related). What was left out is read by [`Record::load`].
    ///
    /// ```no_run
    /// # async fn titles(db: embellie::Database) -> embellie::Result<()> {
    /// for post in db.objects("blog.Post")?.select_related("author").only(["title", "author__name"]).all(&db).await? {
    ///     println!("{}", post.get("title")?);
    ///     assert!(post.get("views").is_err());
    /// }
    /// # Ok(()) }
    /// ```
    pub fn only(mut self, fields: impl IntoIterator<Item = impl Into<Path>>) -> Self {
        self.query.loading = std::mem::take(&mut self.query.loading).only(fields);
        self
    }

    /// Reads all fields but these: Django's `defer`. [`Record::load`] reads them later.
    pub fn defer(mut self, fields: impl IntoIterator<Item = impl Into<Path>>) -> Self {
        self.query.loading = std::mem::take(&mut self.query.loading).all_but(fields);
        self
    }
}

impl<M: Model> QuerySet<M, Whole<M>> {
    /// All objects of `M`.
    pub fn objects() -> Self {
        QuerySet::new(M::LABEL, Whole::new())
    }
}

impl<M, S: Selection<M>> QuerySet<M, S> {
    /// Rows of the values at paths given as text (`author__name`), by name and in their order: Django's `values` and
    /// `values_list`. No paths at all give every column of the model.
    pub fn text_values(self, paths: impl IntoIterator<Item = impl Into<Path>>) -> QuerySet<M, TextValues> {
        let paths: Vec<Path> = paths.into_iter().map(Into::into).collect();
        self.chosen(paths, TextValues::default())
    }
}
