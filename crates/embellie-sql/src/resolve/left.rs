//! The left-hand side of a comparison.

use std::borrow::Cow;

use embellie_core::field::{FieldKind, prepare};
use embellie_core::lookup::Transform;
use embellie_core::{Error, Result, Value};

use super::BASE;
use super::joins::Place;
use super::names::{Field, Relation, Trimmed};
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
    /// The field that it is.
    pub(super) end: Option<Field<'r>>,
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
        if matches!(value, Value::List(_)) && self.kind != Some(FieldKind::List) {
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

    pub(super) fn is_null(&self, expected: bool) -> Condition<'r> {
        match &self.scalar {
            Scalar::Tuple(parts) => super::tuple::is_null(parts, expected),
            scalar => Condition::Null { expr: scalar.clone(), expected },
        }
    }
}

impl<'r> From<Trimmed<'r>> for Left<'r> {
    fn from(trimmed: Trimmed<'r>) -> Self {
        let Trimmed { column, key, places, end, relation } = trimmed;
        if !key.is_empty() {
            return Left { places, relation, null: false, ..Left::of_scalar(Scalar::of_key(key), "pk") };
        }
        Left {
            scalar: Scalar::Column(column),
            kind: Some(column.kind),
            name: Cow::Borrowed(&end.model.fields[end.index].name),
            null: column.null,
            places,
            end: Some(end),
            relation,
            bilateral: Vec::new(),
        }
    }
}
