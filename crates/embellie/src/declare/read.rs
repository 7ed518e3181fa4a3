//! Reading objects from rows, and their fields one by one.

use std::any::Any;
use std::cell::Cell;

use embellie_core::field::{FieldKind, FieldType};
use embellie_core::{ColumnRef, Error, Result, Row, Value};

use crate::model::{Model, RelationSlot};
use crate::related::{KeyField, ManyToMany};
use crate::typed::Paths;

/// Reads the fields of an object from a row. It keeps the first mistake, so that generated code has one way out.
pub struct Reader<'a> {
    row: &'a dyn Row,
    start: usize,
    model: &'static str,
    names: &'static [&'static str],
    places: &'static [Option<u16>],
    mistake: Cell<Option<Error>>,
}

impl<'a> Reader<'a> {
    /// A reader of the columns that begin at `start`.
    #[inline]
    pub fn new<M: Paths>(row: &'a dyn Row, start: usize) -> Self {
        Reader { row, start, model: M::LABEL, names: M::NAMES, places: M::DECIMAL_PLACES, mistake: Cell::new(None) }
    }

    /// The field at a place of the model, unless the column holds what the field cannot.
    #[inline]
    pub fn get<T: FieldType>(&self, place: usize) -> Option<T> {
        let value = self.keep(place, self.column(place).and_then(T::decode))?;
        match self.places.get(place) {
            Some(Some(places)) => Some(value.with_decimal_places(*places)),
            _ => Some(value),
        }
    }

    #[inline]
    pub(super) fn column(&self, place: usize) -> Result<ColumnRef<'a>> {
        self.row.column(self.start + place)
    }

    #[inline]
    pub(super) fn keep<T>(&self, place: usize, read: Result<T>) -> Option<T> {
        match read {
            Ok(value) => Some(value),
            Err(error) => {
                self.is_wrong(place, error);
                None
            }
        }
    }

    #[cold]
    fn is_wrong(&self, place: usize, error: Error) {
        let model = self.model.rsplit('.').next().unwrap_or(self.model);
        self.mistake.set(Some(error.for_field(model, self.names.get(place).copied().unwrap_or_default())));
    }

    /// What was wrong with a field.
    #[cold]
    pub fn mistake(self) -> Error {
        self.mistake.into_inner().unwrap_or_else(|| Error::Decode(format!("a row does not fit {}", self.model)))
    }
}

impl std::fmt::Debug for Reader<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader").field("model", &self.model).field("start", &self.start).finish_non_exhaustive()
    }
}

/// The decimal places of a kind of field, or of the elements of an array, if they have some.
pub const fn decimal_places(kind: FieldKind) -> Option<u16> {
    match kind {
        // As many as it has.
        FieldKind::Decimal { max_digits: 0, decimal_places: 0 } => None,
        FieldKind::Decimal { decimal_places, .. } => Some(decimal_places),
        FieldKind::Array(elements) => decimal_places(*elements),
        _ => None,
    }
}

/// The stored form of a field.
///
/// # Errors
/// When the value cannot be stored.
pub fn encode<T: FieldType>(value: &T) -> Result<Value> {
    value.encode()
}

/// Sets a field from a column.
///
/// # Errors
/// When the column holds what the field cannot.
pub fn decode_into<T: FieldType>(field: &mut T, column: ColumnRef<'_>) -> Result<()> {
    *field = T::decode(column)?;
    Ok(())
}

/// The name of the field of a model at a place.
pub fn name<M: Paths>(place: usize) -> &'static str {
    M::NAMES.get(place).copied().unwrap_or_default()
}

/// The value of a primary key that is a plain integer.
#[inline]
pub fn int<T: 'static>(key: &T) -> Option<i64> {
    let key: &dyn Any = key;
    let small = || key.downcast_ref::<i32>().map(|key| i64::from(*key));
    key.downcast_ref::<i64>().copied().or_else(small)
}

/// Shows a foreign key, unless it is null.
#[inline]
pub fn key(place: usize, field: &mut impl KeyField, visit: &mut dyn FnMut(RelationSlot<'_>)) {
    if let Some(slot) = field.slot_mut() {
        visit(RelationSlot::Key(place, slot));
    }
}

/// Shows a many-to-many relation.
pub fn link<T>(field: &mut ManyToMany<T>, visit: &mut dyn FnMut(RelationSlot<'_>)) {
    visit(RelationSlot::Link(field.slot_mut()));
}

/// The many-to-many relation `name` of an object of `M` whose key is not told yet.
pub fn unbound<M: Model, T>(name: &'static str) -> ManyToMany<T> {
    ManyToMany::of(M::LABEL, name, Value::Null)
}

/// Tells the many-to-many relations of an object its key.
///
/// # Errors
/// When the key cannot be stored.
pub fn bind<M: Model>(mut object: M) -> Result<M> {
    let key = object.key()?.encode()?;
    object.visit_relations(&mut |relation| {
        if let RelationSlot::Link(slot) = relation {
            slot.owner = key.clone();
        }
    });
    Ok(object)
}

/// A value in stored form; null when it cannot be stored.
pub fn stored<T: FieldType>(value: &T) -> Value {
    value.encode().unwrap_or_default()
}
