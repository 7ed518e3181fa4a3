//! Windows.

use embellie_core::expr::{Function, Window};
use embellie_core::{Error, Expr, OrderBy, Result};

use super::Scope;
use super::joins::Places;
use crate::resolved::{Scalar, Term};

impl<'r> Scope<'_, 'r> {
    /// A function over rows around each row.
    pub(super) fn window(
        &mut self,
        _window: &Window,
        _shared: &mut Option<&mut Places>,
        _joins: bool,
    ) -> Result<Scalar<'r>> {
        Err(Error::NotSupported("Window is not known to the compiler".into()))
    }

    /// The terms of an ordering inside an expression.
    pub(super) fn window_terms(
        &mut self,
        terms: &[OrderBy],
        shared: &mut Option<&mut Places>,
        joins: bool,
    ) -> Result<Vec<Term<'r>>> {
        terms
            .iter()
            .map(|term| {
                let expr = match &term.expr {
                    Expr::Path(path) if path.names().eq(["?"]) => Scalar::Random,
                    expr => self.scalar_in(expr, shared, joins)?,
                };
                Ok(Term { expr, descending: term.descending, nulls: term.nulls })
            })
            .collect()
    }
}

/// A function that has a meaning in a window alone.
pub(super) fn window_function(function: Function, _arguments: Vec<Scalar<'_>>) -> Result<Scalar<'_>> {
    Err(Error::NotSupported(format!("{} is not known to the compiler", function.name())))
}
