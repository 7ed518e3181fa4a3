//! Rows as structs.

use std::marker::PhantomData;
use std::sync::Arc;

use embellie_core::field::FieldType;
use embellie_core::{Columns, Error, FromRow, Path, Result, Row};
use embellie_sql::OutputColumn;

use super::{QuerySet, Selection};

/// A struct that rows are read into, whose fields are paths: made by `#[derive(Row)]`.
#[diagnostic::on_unimplemented(
    message = "rows are not read into `{Self}`",
    label = "expected a struct with `#[derive(Row)]`"
)]
pub trait RowPaths: FromRow {
    /// The paths of the fields.
    const PATHS: &'static [&'static str];
}

/// Rows of `R`, a struct.
pub struct As<R: FromRow> {
    plan: Option<Arc<Result<R::Plan>>>,
    row: PhantomData<fn() -> R>,
}

impl<R: FromRow> Clone for As<R> {
    fn clone(&self) -> Self {
        As { plan: self.plan.clone(), row: PhantomData }
    }
}

impl<M, R: FromRow> Selection<M> for As<R> {
    type Output = R;

    fn with_columns(self, columns: &[OutputColumn]) -> Self {
        let columns = Columns::new(columns.iter().map(|column| column.name.as_str()));
        As { plan: Some(Arc::new(R::plan(&columns))), row: PhantomData }
    }

    fn fits(&self) -> Result<()> {
        match self.plan.as_deref() {
            Some(Err(error)) => Err(error.clone()),
            _ => Ok(()),
        }
    }

    fn decode(&self, row: &dyn Row) -> Result<R> {
        match self.plan.as_deref() {
            Some(Ok(plan)) => R::from_row(plan, row),
            Some(Err(error)) => Err(error.clone()),
            None => Err(Error::Interface("the columns of the rows are not known".into())),
        }
    }
}

impl<M, S> QuerySet<M, S> {
    /// Rows of a struct with `#[derive(Row)]`, whose fields are paths and annotations by their names.
    ///
    /// ```
    /// # use embellie::prelude::*;
    /// # #[model(app = "blog")] pub struct User { name: String }
    /// # #[model(app = "blog")] pub struct Post {
    /// #     title: String,
    /// #     #[field(on_delete = Cascade, related_name = "posts")] author: ForeignKey<User>,
    /// # }
    /// #[derive(Row)]
    /// struct Author {
    ///     name: String,
    ///     n: i64,
    ///     #[row(path = "posts__title")]
    ///     title: Option<String>,
    /// }
    ///
    /// # async fn example(db: &Database) -> embellie::Result<()> {
    /// let n = Count(User::posts()).named("n");
    /// let rows: Vec<Author> = User::objects().annotate(&n).values_as::<Author>().all(db).await?;
    /// # Ok(()) }
    /// ```
    pub fn values_as<R: RowPaths>(self) -> QuerySet<M, As<R>> {
        self.chosen(R::PATHS.iter().map(|path| Path::from(*path)).collect(), As { plan: None, row: PhantomData })
    }
}

/// Reads a field of a row.
#[doc(hidden)]
pub fn column<T: FieldType>(row: &dyn Row, place: usize) -> Result<T> {
    T::decode(row.column(place)?).map_err(|error| match (error, row.name(place)) {
        (Error::Decode(message), Some(name)) => Error::Decode(format!("column '{name}': {message}")),
        (error, _) => error,
    })
}
