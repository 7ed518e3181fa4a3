//! Lookups of JSON documents: Django's `fields/json.py`.

use embellie_core::field::{FieldKind, json_array};
use embellie_core::lookup::Lookup;
use embellie_core::{Error, Result, Value};

use super::Scope;
use super::left::Left;
use super::lookup::elements;
use super::operand::{Element, Operand};
use crate::Capability;
use crate::resolved::{Comparison, Condition, Key, Scalar};

/// Whether a left-hand side is a document.
pub(super) fn is_document(left: &Left<'_>) -> bool {
    left.relation.is_none() && left.kind == Some(FieldKind::Json)
}

/// A right-hand side that is compared with a document, as one: a list is an array, and nothing is JSON's null.
pub(super) fn operand<'q, 'r>(lookup: Lookup, operand: Operand<'q, 'r>) -> Operand<'q, 'r> {
    match operand {
        Operand::Value(Value::Null) if lookup == Lookup::Exact => Operand::Value(Value::Json(Box::default())),
        Operand::List(elements) if elements.iter().all(|element| matches!(element, Element::Value(_))) => {
            let values = elements.into_iter().filter_map(|element| match element {
                Element::Value(value) => Some(value),
                Element::Expr(_) => None,
            });
            Operand::Value(json_array(values.collect()))
        }
        operand => operand,
    }
}

/// The text of what a path leads to, for lookups of text.
pub(super) fn as_text(scalar: Scalar<'_>) -> Scalar<'_> {
    match scalar {
        Scalar::Json { expr, path, .. } => Scalar::Json { expr, path, text: true },
        other => other,
    }
}

impl<'r> Scope<'_, 'r> {
    /// `contains` and `contained_by`.
    pub(super) fn holds(&mut self, left: &Left<'r>, lookup: Lookup, operand: Operand<'_, 'r>) -> Result<Condition<'r>> {
        if !self.context.target.can(Capability::DocumentsWithin) {
            return Err(Error::NotSupported(format!(
                "{lookup} lookup is not supported on this database backend: {} cannot tell whether a document holds \
                 another; compare what paths lead to, or their text (icontains)",
                self.context.target.product()
            )));
        }
        let other = match operand {
            Operand::Value(value) => left.constant(left.prepare(value)?),
            Operand::Expr(expr) => expr,
            Operand::Query(query) => self.single_value(left, query, lookup)?,
            Operand::List(_) => return Err(Error::Type(format!("'{lookup}' takes one document"))),
        };
        let own = left.scalar.clone();
        let (document, part) = if lookup == Lookup::ContainedBy { (other, own) } else { (own, other) };
        Ok(Condition::Holds { document, part })
    }

    /// `has_key`, `has_keys` and `has_any_keys`.
    pub(super) fn has_keys(&self, left: &Left<'r>, lookup: Lookup, operand: Operand<'_, 'r>) -> Result<Condition<'r>> {
        let document = left.scalar.clone();
        let wrong = || Error::Type(format!("'{lookup}' takes names of members: texts"));
        if lookup == Lookup::HasKey {
            return match operand {
                Operand::Value(value) => {
                    Ok(Condition::HasKeys { document, keys: vec![name(value).ok_or_else(wrong)?], all: true })
                }
                // The path that another expression takes.
                Operand::Expr(Scalar::Json { mut path, .. }) => {
                    let last = path.pop().ok_or_else(wrong)?;
                    let document = path.into_iter().fold(document, super::transform::step_by);
                    let key = match last {
                        Key::Name(name) => name,
                        Key::Index(index) => index.to_string(),
                    };
                    Ok(Condition::HasKeys { document, keys: vec![key], all: true })
                }
                _ => Err(wrong()),
            };
        }
        let keys: Option<Vec<String>> = elements(operand)?
            .into_iter()
            .map(|element| match element {
                Element::Value(value) => name(value),
                Element::Expr(_) => None,
            })
            .collect();
        let (keys, all) = (keys.ok_or_else(wrong)?, lookup == Lookup::HasKeys);
        Ok(match (keys.is_empty(), all) {
            (true, true) => left.is_null(false),
            (true, false) => Condition::Never,
            (false, _) => Condition::HasKeys { document, keys, all },
        })
    }

    /// Between two documents, both included.
    pub(super) fn document_range(&self, left: &Left<'r>, low: Scalar<'r>, high: Scalar<'r>) -> Condition<'r> {
        let compare = |comparison, right| Condition::Compare { left: super::array::compared(left), comparison, right };
        compare(Comparison::GreaterOrEqual, low).and(compare(Comparison::LessOrEqual, high))
    }
}

/// A name as Python's `str` makes it.
fn name(value: Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text),
        Value::Null | Value::List(_) | Value::Json(_) | Value::Bytes(_) => None,
        other => Some(other.to_string()),
    }
}
