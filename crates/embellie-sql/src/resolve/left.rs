//! The left-hand side of a comparison.

use std::borrow::Cow;

use embellie_core::field::{FieldKind, prepare};
use embellie_core::lookup::Transform;
use embellie_core::{Error, Result, Value};

use super::BASE;
use super::joins::Place;
use super::names::{Field, Fields, Relation, Trimmed};
use crate::resolved::{Condition, Scalar};

/// What is compared: a field that was reached, or any other expression.
#[derive(Debug, Clone)]
pub(super) struct Left<'r> {
    pub(super) scalar: Scalar<'r>,
    /// What it gives, where that is known.
    pub(super) kind: Option<FieldKind>,
    /// By which name messages call it.
    pub(super) name: Cow<'r, str>,
    /// Whether it may be null, whatever the joins.
    pub(super) null: bool,
    /// The tables on the way to it, for a field.
    pub(super) places: Vec<Place>,
    /// The field that it is; the first, where it is several.
    pub(super) end: Option<Field<'r>>,
    /// All fields that it is, where they are several.
    pub(super) ends: Vec<usize>,
    /// The relation that it is.
    pub(super) relation: Option<Relation<'r>>,
    /// The transforms in it that are done to what it is compared with, too.
    pub(super) bilateral: Vec<&'r Transform>,
}

impl<'r> Left<'r> {
    /// An expression.
    pub(super) fn of_scalar(scalar: Scalar<'r>, name: impl Into<Cow<'r, str>>) -> Self {
        let kind = scalar.kind();
        Left {
            scalar,
            kind,
            name: name.into(),
            null: true,
            places: Vec::new(),
            end: None,
            ends: Vec::new(),
            relation: None,
            bilateral: Vec::new(),
        }
    }

    /// A transform of this one: no longer the field itself, but reached by the same tables.
    pub(super) fn transformed(&self, scalar: Scalar<'r>) -> Self {
        Left {
            places: self.places.clone(),
            name: self.name.clone(),
            null: self.null,
            bilateral: self.bilateral.clone(),
            ..Left::of_scalar(scalar, "")
        }
    }

    /// The last table on the way.
    pub(super) fn last(&self) -> Place {
        self.places.last().copied().unwrap_or(BASE)
    }

    /// The class of Django's field, for messages.
    pub(super) fn class(&self) -> &'static str {
        match (&self.relation, &self.end) {
            (Some(relation), _) => relation.class,
            (None, Some(end)) => end.kind().django_name(),
            (None, None) => self.kind.map_or("Field", FieldKind::django_name),
        }
    }

    /// A value as it is stored or computed here.
    pub(super) fn prepare(&self, value: Value) -> Result<Value> {
        let takes_lists = |kind: FieldKind| kind.is_array() || matches!(kind, FieldKind::Range(_));
        if matches!(value, Value::List(_)) && !self.kind.is_some_and(takes_lists) {
            return Err(Error::Type(format!("Field '{}' takes one value, not a list.", self.name)));
        }
        match self.kind {
            Some(kind) => prepare(kind, &self.name, value),
            None => Ok(value),
        }
    }

    pub(super) fn constant(&self, value: Value) -> Scalar<'r> {
        Scalar::Value { value, kind: self.kind }
    }

    /// The fields of the model at its end that tell the rows there, for a relation.
    pub(super) fn told_by(&self) -> Option<Fields<'r>> {
        let Field { model, index } = self.relation.and(self.end)?;
        let places = if self.ends.is_empty() { vec![index] } else { self.ends.clone() };
        Some(Fields { model, places })
    }

    /// That its first column has a value: what Django rules out inside a negation.
    pub(super) fn has_value(&self) -> Condition<'r> {
        let first = self.scalar.clone().into_parts().into_iter().next();
        first.map_or(Condition::Always, |expr| Condition::Null { expr, expected: false })
    }

    pub(super) fn is_null(&self, expected: bool) -> Condition<'r> {
        match &self.scalar {
            Scalar::Tuple(parts) => super::tuple::is_null(parts, expected),
            scalar => Condition::Null { expr: scalar.clone(), expected },
        }
    }
}

impl<'r> From<Trimmed<'r>> for Left<'r> {
    fn from(trimmed: Trimmed<'r>) -> Self {
        let Trimmed { column, several, places, end, ends, relation } = trimmed;
        if !several.is_empty() {
            let name = relation.map_or("pk", |relation| relation.name);
            let (end, null) = (relation.map(|_| end), column.null);
            return Left { places, relation, null, end, ends, ..Left::of_scalar(Scalar::of_key(several), name) };
        }
        Left {
            scalar: Scalar::Column(column),
            kind: Some(column.kind),
            name: Cow::Borrowed(&end.model.fields[end.index].name),
            null: column.null,
            places,
            end: Some(end),
            ends,
            relation,
            bilateral: Vec::new(),
        }
    }
}
