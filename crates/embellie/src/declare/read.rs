//! Reading objects from rows, and their fields one by one.

use embellie_core::field::{FieldKind, FieldType};
use embellie_core::{ColumnRef, Result, Row, Value};

use crate::model::{Model, RelationSlot};
use crate::related::{KeyField, ManyToMany};
use crate::typed::Paths;

/// Reads the fields of an object from a row.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    row: &'a dyn Row,
    start: usize,
    model: &'static str,
    names: &'static [&'static str],
    places: &'static [Option<u16>],
}

impl<'a> Reader<'a> {
    /// A reader of the columns that begin at `start`.
    pub fn new<M: Paths>(row: &'a dyn Row, start: usize) -> Self {
        Reader { row, start, model: M::LABEL, names: M::NAMES, places: M::DECIMAL_PLACES }
    }

    /// The field at a place of the model.
    ///
    /// # Errors
    /// When the column holds what the field cannot.
    pub fn get<T: FieldType>(&self, place: usize) -> Result<T> {
        let value = self.read(place, T::decode)?;
        Ok(match self.places.get(place).copied().flatten() {
            Some(places) => value.with_decimal_places(places),
            None => value,
        })
    }

    pub(super) fn read<T>(&self, place: usize, decode: impl Fn(ColumnRef<'_>) -> Result<T>) -> Result<T> {
        self.row.column(self.start + place).and_then(decode).map_err(|error| self.told(error, place))
    }

    #[cold]
    fn told(&self, error: embellie_core::Error, place: usize) -> embellie_core::Error {
        let name = self.model.rsplit('.').next().unwrap_or(self.model);
        error.for_field(name, self.names.get(place).copied().unwrap_or_default())
    }
}

impl std::fmt::Debug for Reader<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader").field("model", &self.model).field("start", &self.start).finish_non_exhaustive()
    }
}

/// The decimal places of a kind of field, if it has some.
pub const fn decimal_places(kind: FieldKind) -> Option<u16> {
    match kind {
        FieldKind::Decimal { decimal_places, .. } => Some(decimal_places),
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

/// Shows a foreign key, unless it is null.
pub fn key(place: usize, field: &mut dyn KeyField, visit: &mut dyn FnMut(RelationSlot<'_>)) {
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
    let key = object.key().encode()?;
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
