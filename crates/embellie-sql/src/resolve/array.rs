//! Lookups and transforms of arrays: Django's `contrib/postgres/fields/array.py`.

use embellie_core::expr::Function as F;
use embellie_core::field::FieldKind;
use embellie_core::lookup::Lookup;
use embellie_core::{Result, Value};

use super::Scope;
use super::left::Left;
use super::operand::{Element, Operand};
use crate::Capability;
use crate::resolved::{Condition, Scalar};

/// Whether a left-hand side is an array.
pub(super) fn is_array(left: &Left<'_>) -> bool {
    left.relation.is_none() && left.kind.is_some_and(FieldKind::is_array)
}

/// A left-hand side that is compared. Beside another constant, the database must be told what an array is.
pub(super) fn compared<'r>(left: &Left<'r>) -> Scalar<'r> {
    match &left.scalar {
        Scalar::Value { .. } if is_array(left) => {
            let kind = left.kind.unwrap_or(FieldKind::List);
            Scalar::Typed { expr: Box::new(left.scalar.clone()), kind }
        }
        scalar => scalar.clone(),
    }
}

impl<'r> Scope<'_, 'r> {
    /// A right-hand side that is compared with an array: a list is one.
    pub(super) fn array_operand<'q>(&self, left: &Left<'r>, operand: Operand<'q, 'r>) -> Result<Operand<'q, 'r>> {
        let Operand::List(elements) = operand else { return Ok(operand) };
        let kind = left.kind.unwrap_or(FieldKind::List);
        if elements.iter().all(|element| matches!(element, Element::Value(_))) {
            let values = elements.into_iter().filter_map(|element| match element {
                Element::Value(value) => Some(value),
                Element::Expr(_) => None,
            });
            return Ok(Operand::Value(Value::List(values.collect())));
        }
        let base = kind.elements();
        let elements = elements.into_iter().map(|element| match element {
            Element::Expr(expr) => Ok(expr),
            Element::Value(value) => {
                let value = match base {
                    Some(base) => embellie_core::field::prepare(base, &left.name, value)?,
                    None => value,
                };
                Ok(Scalar::Value { value, kind: base })
            }
        });
        Ok(Operand::Expr(Scalar::Call { function: F::Array, arguments: elements.collect::<Result<_>>()?, kind }))
    }

    /// `contains`, `contained_by` and `overlap`.
    pub(super) fn array_lookup(
        &mut self,
        left: &Left<'r>,
        lookup: Lookup,
        operand: Operand<'_, 'r>,
    ) -> Result<Condition<'r>> {
        let own = left.scalar.clone();
        let other = match operand {
            Operand::Value(value) => left.constant(left.prepare(value)?),
            Operand::Expr(expr) => expr,
            // An array has something in common with the values of a query.
            Operand::Query(query) if lookup == Lookup::Overlap => {
                self.context.target.require(Capability::Arrays)?;
                self.array_query(query)?
            }
            Operand::Query(query) => self.single_value(left, query, lookup)?,
            Operand::List(_) => match self.array_operand(left, operand)? {
                Operand::Value(value) => left.constant(left.prepare(value)?),
                Operand::Expr(expr) => expr,
                _ => return Ok(Condition::Never),
            },
        };
        let (function, arguments) = match lookup {
            Lookup::Overlap => (F::ArrayOverlap, vec![own, other]),
            Lookup::ContainedBy => (F::ArrayContains, vec![other, own]),
            _ => (F::ArrayContains, vec![own, other]),
        };
        Ok(holds(function, arguments))
    }
}

/// The condition that a function gives true.
pub(super) fn holds(function: F, arguments: Vec<Scalar<'_>>) -> Condition<'_> {
    Condition::Truth { expr: Scalar::Call { function, arguments, kind: FieldKind::Bool }, expected: true }
}

/// What a name after an array means: its length, an element (`0`), or some of them (`0_2`).
pub(super) fn transform<'r>(array: Scalar<'r>, kind: FieldKind, name: &str) -> Option<Scalar<'r>> {
    if name == "len" {
        return Some(Scalar::Call { function: F::ArrayLength, arguments: vec![array], kind: FieldKind::Integer });
    }
    if let Some(place) = place(name) {
        let arguments = vec![array, number(place)];
        return Some(Scalar::Call { function: F::ArrayAt, arguments, kind: kind.elements().unwrap_or(FieldKind::Any) });
    }
    let (start, end) = name.split_once('_')?;
    Some(slice(array, kind, place(start)?, Some(place(end)?)))
}

/// The elements from a place up to another, which is left out.
pub(super) fn slice(array: Scalar<'_>, kind: FieldKind, start: i64, end: Option<i64>) -> Scalar<'_> {
    let arguments = [Some(array), Some(number(start)), end.map(number)].into_iter().flatten().collect();
    Scalar::Call { function: F::ArraySlice, arguments, kind }
}

/// A place as it is written in a name.
fn place(name: &str) -> Option<i64> {
    let digits = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
    // The greatest index that databases have.
    name.parse::<i32>().ok().filter(|place| digits && *place < i32::MAX).map(i64::from)
}

fn number<'r>(place: i64) -> Scalar<'r> {
    Scalar::Value { value: Value::Int(place.min(i32::MAX.into())), kind: Some(FieldKind::Integer) }
}
