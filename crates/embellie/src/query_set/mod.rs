//! Query sets: lazy, cloneable, typed by what their rows are.

mod annotate;
mod build;
mod cached;
mod combine;
mod cte;
mod dates;
mod fetch;
mod fetch_mode;
mod lock;
mod relation;
mod row;
mod selection;
mod stream;
mod text;
mod text_row;
mod values_as;
mod write;

pub use cte::{Cte, CteJoin};
pub use embellie_core::query::{Extra, Operand};
pub(crate) use fetch::link;
pub use fetch_mode::FetchMode;
pub use lock::ForUpdate;
pub use relation::{Alias, Aliased, FilteredRelation};
pub(crate) use row::{Decode, gather};
pub use selection::{Selection, TextValues, Whole, WholeRecord};
pub use text_row::TextRow;
#[doc(hidden)]
pub use values_as::column;
pub use values_as::{As, RowPaths};

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use embellie_core::{Error, Query, Result};

use crate::cache::Cached;
use crate::related::Prefetches;

/// Rows of `M` that are not read yet: Django's `QuerySet`.
///
/// Methods that refine it take it and give it back; nothing reaches the database before a method that takes `&db` is
/// awaited. A clone is an independent query set. What is wrong with it (a filter after a slice, a name that leads
/// nowhere) is told by the method that would reach the database.
#[must_use = "a query set does nothing before one of its methods is awaited"]
pub struct QuerySet<M, S = Whole<M>> {
    pub(crate) query: Query,
    pub(crate) selection: S,
    pub(crate) fetch_mode: FetchMode,
    /// The related objects that are read with the rows, by statements of their own.
    pub(crate) prefetches: Prefetches,
    /// Whether and how what is read is kept.
    pub(crate) cached: Option<Arc<Cached>>,
    /// The first mistake made in building it.
    pub(crate) mistake: Option<Box<Error>>,
    pub(crate) model: PhantomData<fn() -> M>,
}

impl<M, S> QuerySet<M, S> {
    pub(crate) fn new(model: impl Into<std::borrow::Cow<'static, str>>, selection: S) -> Self {
        QuerySet {
            query: Query::new(model),
            selection,
            fetch_mode: FetchMode::default(),
            prefetches: Prefetches::default(),
            cached: None,
            mistake: None,
            model: PhantomData,
        }
    }

    /// The query that was built so far.
    pub fn query(&self) -> &Query {
        &self.query
    }

    /// The query, unless something went wrong in building it.
    pub(crate) fn into_checked(self) -> Result<Query> {
        match self.mistake {
            Some(mistake) => Err(*mistake),
            None => Ok(self.query),
        }
    }

    /// The query, unless something went wrong in building it.
    pub(crate) fn checked(&self) -> Result<&Query> {
        match &self.mistake {
            Some(mistake) => Err((**mistake).clone()),
            None => Ok(&self.query),
        }
    }
}

impl<M, S: Clone> Clone for QuerySet<M, S> {
    fn clone(&self) -> Self {
        QuerySet {
            query: self.query.clone(),
            selection: self.selection.clone(),
            fetch_mode: self.fetch_mode,
            prefetches: self.prefetches.clone(),
            cached: self.cached.clone(),
            mistake: self.mistake.clone(),
            model: PhantomData,
        }
    }
}

impl<M, S> fmt::Debug for QuerySet<M, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("QuerySet").field(&self.query).finish()
    }
}

impl<M, S> From<QuerySet<M, S>> for embellie_core::query::Operand {
    fn from(query_set: QuerySet<M, S>) -> Self {
        query_set.query.into()
    }
}
