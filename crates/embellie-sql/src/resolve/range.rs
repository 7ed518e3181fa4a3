//! Lookups and transforms of ranges: Django's `contrib/postgres/fields/ranges.py`.

use embellie_core::expr::Function as F;
use embellie_core::field::{FieldKind, RangeKind, prepare};
use embellie_core::lookup::Lookup;
use embellie_core::{Error, Result, Value};

use super::left::Left;
use super::operand::{Element, Operand};
use super::{Scope, array};
use crate::Capability;
use crate::resolved::{Condition, Scalar};

/// The kind of range that a left-hand side is.
pub(super) fn of(left: &Left<'_>) -> Option<RangeKind> {
    match left.kind {
        Some(FieldKind::Range(of)) if left.relation.is_none() => Some(of),
        _ => None,
    }
}

/// A right-hand side that is compared with a range: two values in a list are its ends.
pub(super) fn operand<'q, 'r>(operand: Operand<'q, 'r>) -> Result<Operand<'q, 'r>> {
    let Operand::List(elements) = operand else { return Ok(operand) };
    let ends: Option<Vec<Value>> = elements
        .into_iter()
        .map(|element| match element {
            Element::Value(value) => Some(value),
            Element::Expr(_) => None,
        })
        .collect();
    match ends {
        Some(ends) => Ok(Operand::Value(Value::List(ends))),
        None => Err(Error::NotSupported("the ends of a range in a lookup are values, not expressions".into())),
    }
}

/// The function that a lookup of ranges is, and whether it is asked the other way round.
fn function(lookup: Lookup) -> Option<(F, bool)> {
    Some(match lookup {
        Lookup::Contains => (F::RangeContains, false),
        Lookup::ContainedBy => (F::RangeContains, true),
        Lookup::Overlap => (F::RangeOverlap, false),
        Lookup::FullyLt => (F::RangeFullyLess, false),
        Lookup::FullyGt => (F::RangeFullyGreater, false),
        Lookup::NotLt => (F::RangeNotLess, false),
        Lookup::NotGt => (F::RangeNotGreater, false),
        Lookup::AdjacentTo => (F::RangeAdjacent, false),
        _ => return None,
    })
}

impl<'r> Scope<'_, 'r> {
    /// A lookup of ranges, or `contained_by` of a value that may lie in one; `None` when it is another lookup.
    pub(super) fn range_lookup(
        &mut self,
        left: &Left<'r>,
        lookup: Lookup,
        operand: &Operand<'_, 'r>,
    ) -> Result<Option<Condition<'r>>> {
        let Some((function, turned)) = function(lookup) else { return Ok(None) };
        let own = match (of(left), left.kind) {
            (Some(of), _) => Ok(of),
            (None, Some(kind)) if lookup == Lookup::ContainedBy && left.relation.is_none() => match RangeKind::of(kind)
            {
                Some(of) => Err(of),
                None => return Ok(None),
            },
            _ => return Ok(None),
        };
        self.context.target.require(Capability::Ranges)?;
        let kind = FieldKind::Range(own.unwrap_or_else(|of| of));
        let other = match self::operand(operand.clone())? {
            Operand::Value(Value::Null) => return Err(Error::Value("Cannot use None as a query value".into())),
            // A value that is in the range.
            Operand::Value(value)
                if lookup == Lookup::Contains
                    && !matches!(value, Value::Range(_) | Value::List(_))
                    && !is_range(&value) =>
            {
                let ends = own.map_or(FieldKind::Any, RangeKind::ends);
                // Of dates, a point in time is one of its day.
                Scalar::Value { value: prepare(ends, &left.name, value)?, kind: Some(ends) }
            }
            Operand::Value(value) => Scalar::Value { value: prepare(kind, &left.name, value)?, kind: Some(kind) },
            Operand::Expr(expr) => expr,
            Operand::Query(query) => self.single_value(left, query, lookup)?,
            Operand::List(_) => return Ok(Some(Condition::Never)),
        };
        let value = match (own, left.kind) {
            // There are no ranges of these but of what they are made.
            (Err(of), Some(of_left)) if of_left != of.ends() => {
                Scalar::Cast { expr: Box::new(left.scalar.clone()), kind: of.ends(), max_length: None }
            }
            _ => left.scalar.clone(),
        };
        let arguments = if turned { vec![other, value] } else { vec![value, other] };
        Ok(Some(array::holds(function, arguments)))
    }
}

/// Whether a text is a range as the database writes it.
fn is_range(value: &Value) -> bool {
    matches!(value, Value::Text(text) if text.starts_with(['[', '(']) || text == "empty")
}

/// What a name after a range means: one of its ends, or something that is true of it or not.
pub(super) fn transform<'r>(range: Scalar<'r>, of: RangeKind, name: &str) -> Option<Scalar<'r>> {
    let (function, kind) = match name {
        "startswith" => (F::RangeLower, of.ends()),
        "endswith" => (F::RangeUpper, of.ends()),
        "isempty" => (F::RangeIsEmpty, FieldKind::Bool),
        "lower_inc" => (F::RangeLowerIncluded, FieldKind::Bool),
        "lower_inf" => (F::RangeLowerInfinite, FieldKind::Bool),
        "upper_inc" => (F::RangeUpperIncluded, FieldKind::Bool),
        "upper_inf" => (F::RangeUpperInfinite, FieldKind::Bool),
        _ => return None,
    };
    Some(Scalar::Call { function, arguments: vec![range], kind })
}
