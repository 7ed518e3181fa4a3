//! Query sets over models without a Rust type, and rows of paths given as text.

use std::sync::Arc;

use embellie_core::{Path, Result};

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
