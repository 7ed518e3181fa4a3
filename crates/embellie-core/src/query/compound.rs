//! Set operations.

use super::{Distinct, Query, Step};
use crate::{Error, Result};

/// The rows of several queries, put together.
#[derive(Debug, Clone, PartialEq)]
pub struct Compound {
    /// How.
    pub operator: SetOperator,
    /// The queries; the first says what the rows are.
    pub queries: Vec<Query>,
}

/// How the rows of several queries are put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SetOperator {
    /// All rows, equal ones once.
    Union,
    /// All rows.
    UnionAll,
    /// The rows that every query has.
    Intersection,
    /// The rows of the first that no other has.
    Difference,
}

impl SetOperator {
    /// The name of Django's method.
    pub fn name(self) -> &'static str {
        match self {
            SetOperator::Union | SetOperator::UnionAll => "union",
            SetOperator::Intersection => "intersection",
            SetOperator::Difference => "difference",
        }
    }
}

impl Query {
    /// Refuses a call that makes no sense after a set operation, where only values, an ordering and a slice can be
    /// chosen: `call` is the method's name.
    ///
    /// ```
    /// use embellie_core::{Query, query::SetOperator};
    /// let all = Query::new("blog.Post");
    /// assert!(all.check_compound("filter").is_ok());
    /// let both = Query::compound(SetOperator::Union, vec![all.clone(), all]);
    /// assert_eq!(both.check_compound("filter").unwrap_err().class(), "NotSupportedError");
    /// ```
    ///
    /// # Errors
    /// [`Error::NotSupported`] when the query is a set operation.
    pub fn check_compound(&self, call: &str) -> Result<()> {
        let Some(compound) = &self.compound else { return Ok(()) };
        let after = compound.operator.name();
        Err(Error::NotSupported(format!(
            "Calling QuerySet.{call}() after {after}() is not supported: call it on each of the queries before"
        )))
    }

    /// Refuses a set operation on which a call was made that makes no sense there.
    ///
    /// # Errors
    /// As [`Query::check_compound`].
    pub fn check_compound_calls(&self) -> Result<()> {
        if self.compound.is_none() {
            return Ok(());
        }
        for step in &self.steps {
            match step {
                Step::Values(_) => {}
                Step::Filter(_) => self.check_compound("filter")?,
                Step::Exclude(_) => self.check_compound("exclude")?,
                Step::Annotate(annotation) if annotation.selected => self.check_compound("annotate")?,
                Step::Annotate(_) => self.check_compound("alias")?,
                Step::Relation(_) | Step::Group => self.check_compound("annotate")?,
                Step::Join(_) => self.check_compound("join")?,
                Step::Extra(_) => self.check_compound("extra")?,
            }
        }
        if self.distinct != Distinct::No {
            self.check_compound("distinct")?;
        }
        if self.lock.is_some() {
            self.check_compound("select_for_update")?;
        }
        Ok(())
    }
}
