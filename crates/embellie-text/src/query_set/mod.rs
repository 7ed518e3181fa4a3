//! Query sets and managers, as a text has them.

mod annotate;
mod combine;
mod follow;
mod generic;
mod manager;
mod prefetch;
mod read;
mod refine;
mod related;
mod selected;
mod way;
mod write;

use std::collections::BTreeSet;

use embellie_core::Query;
use embellie_core::query::Aggregation;

use crate::models::Models;
use crate::{Error, Object, Result};

pub(crate) use generic::GenericManager;
pub(crate) use manager::{Above, Manager};
pub use prefetch::Prefetch;
pub(crate) use read::{read, reload};
pub(crate) use related::{RelatedManager, reverse};
pub(crate) use write::told;

/// Rows of a model that are not read yet: Django's `QuerySet`.
#[derive(Debug, Clone)]
pub struct Set {
    /// The label of the model that the text speaks of; a proxy's own.
    pub(crate) label: String,
    pub(crate) query: Query,
    pub(crate) rows: RowKind,
    pub(crate) loaded: Loaded,
    /// What is read after the rows, and kept with them.
    pub(crate) prefetches: Vec<Prefetch>,
    /// The class, when it is a project's own.
    pub(crate) class: Option<String>,
    /// Whether the next condition goes together with the last one.
    pub(crate) sticky: bool,
    /// Objects that rows are known to be related to, with the names of the relations.
    pub(crate) known: Vec<(String, Object)>,
    /// The name of a database other than the one there is.
    pub(crate) elsewhere: Option<String>,
    /// Expressions that `values_list()` was given were named so far.
    pub(crate) named_expressions: usize,
}

/// What each row of a query set is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowKind {
    /// An object.
    Objects,
    /// A dictionary: `values()`.
    Dicts,
    /// A tuple: `values_list()`.
    Tuples,
    /// A single value: `values_list(flat=True)`.
    Flat,
    /// A named tuple: `values_list(named=True)`.
    Named,
}

/// The fields that are read at once, as names or paths.
#[derive(Debug, Clone, Default)]
pub(crate) enum Loaded {
    #[default]
    All,
    AllBut(BTreeSet<String>),
    Only(BTreeSet<String>),
}

/// The objects that a text of SQL gives: Django's `RawQuerySet`.
#[derive(Debug, Clone)]
pub struct Raw {
    pub(crate) label: String,
    pub(crate) sql: String,
    pub(crate) parameters: Vec<embellie_core::Value>,
}

impl Set {
    /// All objects of a model.
    pub(crate) fn all(models: &Models, label: &str) -> Result<Set> {
        let model = models.model(label)?;
        let mut query = Query::new(model.label().to_owned());
        query.aggregation = Aggregation::Joined;
        if models.settings().use_tz {
            query.time_zone = models.settings().time_zone.clone().map(Into::into);
        }
        Ok(Set {
            label: label.to_owned(),
            query,
            rows: RowKind::Objects,
            loaded: Loaded::All,
            prefetches: Vec::new(),
            class: None,
            sticky: false,
            known: Vec::new(),
            elsewhere: None,
            named_expressions: 0,
        })
    }

    /// The query that was built so far.
    pub fn query(&self) -> &Query {
        &self.query
    }

    /// The query, which also says which fields its rows' objects are to have: `only()` and `defer()`.
    ///
    /// The rows of texts hold all fields that are read, and hide those that Python would have to read again.
    pub fn narrowed(&self) -> Query {
        let mut query = self.query.clone();
        let loading = std::mem::take(&mut query.loading);
        query.loading = match &self.loaded {
            Loaded::AllBut(names) | Loaded::Only(names) if names.is_empty() || !self.gives_objects() => loading,
            Loaded::All => loading,
            Loaded::AllBut(names) => loading.all_but(names.iter().map(String::as_str)),
            Loaded::Only(names) => loading.only(names.iter().map(String::as_str)),
        };
        query
    }

    /// What each row is.
    pub fn rows(&self) -> RowKind {
        self.rows
    }

    /// Whether more statements than the one of its query read what belongs to its rows: `prefetch_related()`.
    pub fn reads_more(&self) -> bool {
        !self.prefetches.is_empty()
    }

    /// What else is read with the rows: Django's `prefetch_related()`.
    pub fn prefetches(&self) -> &[Prefetch] {
        &self.prefetches
    }

    pub(crate) fn into_query(self) -> Query {
        self.query
    }

    pub(crate) fn gives_objects(&self) -> bool {
        self.rows == RowKind::Objects
    }

    pub(crate) fn is_combined(&self) -> bool {
        self.query.compound.is_some()
    }

    fn is_sliced(&self) -> bool {
        !self.query.slice.is_whole()
    }

    /// Refuses a method that does not work on the rows of several queries together.
    fn not_combined(&self, method: &str) -> Result<()> {
        match self.is_combined() {
            false => Ok(()),
            true => Err(Error::not_supported(format!(
                "Calling QuerySet.{method}() after {}() is not supported.",
                self.combinator()
            ))),
        }
    }

    fn combinator(&self) -> &'static str {
        use embellie_core::query::SetOperator as S;
        match self.query.compound.as_ref().map(|compound| compound.operator) {
            Some(S::Intersection) => "intersection",
            Some(S::Difference) => "difference",
            _ => "union",
        }
    }
}
