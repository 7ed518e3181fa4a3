//! Functions that choose one of their arguments, and what makes another type of a value.

use embellie_core::expr::{Expr, Function as F};
use embellie_core::field::FieldKind;
use embellie_core::{Error, Result};

use super::super::Scope;
use super::super::joins::Places;
use super::Call;
use crate::Capability;
use crate::resolved::Scalar;

pub(super) fn call(call: Call<'_>) -> Result<Scalar<'_>> {
    match call.function {
        F::NullIf => call.takes(2..=2)?,
        _ => call.takes_several()?,
    }
    let kind = call.common()?.unwrap_or(FieldKind::Char);
    Ok(call.gives(kind))
}

impl<'r> Scope<'_, 'r> {
    /// Text compared by the rules of a collation.
    pub(in crate::resolve) fn collate(
        &mut self,
        expr: &Expr,
        collation: &str,
        shared: &mut Option<&mut Places>,
        joins: bool,
    ) -> Result<Scalar<'r>> {
        let named = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
        if collation.is_empty() || !collation.chars().all(named) {
            return Err(Error::Value(format!(
                "Invalid collation name: '{}'. It may hold letters, digits, underscores and hyphens.",
                collation.escape_debug()
            )));
        }
        let expr = self.scalar_in(expr, shared, joins)?;
        Ok(Scalar::Collate { expr: Box::new(expr), collation: collation.to_owned() })
    }

    /// A value made another type.
    pub(in crate::resolve) fn cast(
        &self,
        expr: Scalar<'r>,
        kind: FieldKind,
        max_length: Option<u32>,
    ) -> Result<Scalar<'r>> {
        if let FieldKind::ForeignKey | FieldKind::CompositePrimaryKey | FieldKind::List | FieldKind::Any = kind {
            return Err(Error::Value(format!("Nothing can be cast to a {}.", kind.django_name())));
        }
        let target = self.context.target;
        match kind {
            FieldKind::Array(_) if !expr.kind().is_some_and(FieldKind::is_array) => {
                target.require(Capability::Arrays)?
            }
            FieldKind::Range(_) => target.require(Capability::Ranges)?,
            FieldKind::SearchVector => target.require(Capability::FullTextSearch)?,
            _ => {}
        }
        Ok(Scalar::Cast { expr: Box::new(expr), kind, max_length })
    }

    /// A part of a text or an array, from a place counted from 0.
    pub(in crate::resolve) fn slice_of(
        &self,
        scalar: Scalar<'r>,
        start: u64,
        length: Option<u64>,
    ) -> Result<Scalar<'r>> {
        let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        match scalar.kind() {
            Some(kind_of_text) if kind_of_text.is_text() => {
                let constant = |n: i64| Scalar::Value { value: n.into(), kind: None };
                let mut arguments = vec![scalar, constant(number(start).saturating_add(1))];
                arguments.extend(length.map(|length| constant(number(length))));
                Ok(Scalar::Call { function: F::Substr, arguments, kind: kind_of_text })
            }
            Some(kind) if kind.is_array() => {
                let end = length.map(|length| number(start.saturating_add(length)));
                Ok(crate::resolve::array::slice(scalar, kind, number(start), end))
            }
            _ => Err(Error::NotSupported("This field does not support slicing.".into())),
        }
    }
}
