//! Foreign keys, without the type of the model that they point at.

use embellie_core::field::FieldType;
use embellie_core::{ColumnRef, Result, Value};

use super::Reader;
use crate::model::Model;
use crate::related::{ForeignKey, KeySlot, OneToOne, Step};
use crate::typed::UniqueField;

/// What a relation may lead to: every model.
///
/// Whatever generated code needs of the model at the other end is here, so that a target that is no model is one
/// mistake with one message.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a model",
    label = "not a model",
    note = "a model is a struct with the attribute `#[model]`"
)]
pub trait Target {
    /// The primary key.
    const POINTED: Pointed;
}

/// What a foreign key points at: a field of a model.
#[derive(Debug, Clone, Copy)]
pub struct Pointed {
    pub(super) label: &'static str,
    /// Reads a key and gives its stored form.
    decode: fn(ColumnRef<'_>) -> Result<Value>,
    /// The place of the field pointed at; the primary key when `None`.
    place: Option<usize>,
    /// The field pointed at of an object that is known, unless it is the primary key.
    field: fn(&KeySlot) -> Option<Result<Value>>,
    /// What follows a foreign key of a name and a place, for the objects at its end to come by a join.
    step: fn(&'static str, usize) -> Step,
}

impl Pointed {
    /// The primary key of a model.
    pub const fn primary_key<To: Model>() -> Self {
        Pointed { label: To::LABEL, decode: decode::<To::Key>, place: None, field: no_field, step: Step::to::<To> }
    }

    /// A unique field of a model.
    pub const fn unique_field<To: UniqueField<NAME>, const NAME: u64>() -> Self {
        Pointed {
            label: To::LABEL,
            decode: decode::<To::Type>,
            place: Some(To::PLACE),
            field: field::<To, NAME>,
            step: Step::to::<To>,
        }
    }

    /// The foreign key of a name and a place, as something to follow.
    pub fn step(&self, name: &'static str, place: usize) -> Step {
        (self.step)(name, place)
    }
}

fn no_field(_: &KeySlot) -> Option<Result<Value>> {
    None
}

fn field<To: UniqueField<NAME>, const NAME: u64>(slot: &KeySlot) -> Option<Result<Value>> {
    slot.object::<To>().map(|object| object.value(To::PLACE))
}

fn decode<T: FieldType>(column: ColumnRef<'_>) -> Result<Value> {
    T::decode(column)?.encode()
}

/// A field that points at an object: a foreign key or one-to-one field, nullable or not.
pub trait Pointer {
    /// What is known of the other end, unless the field is null.
    fn slot(&self) -> Option<&KeySlot>;

    /// Whether the field may be null.
    fn is_nullable(&self) -> bool;

    /// Points elsewhere, or nowhere if it may.
    fn point(&mut self, slot: Option<KeySlot>);
}

/// A field that is made of what it points at: a [`KeySlot`], or none where it may be null.
pub trait FromSlot<S> {
    /// The field.
    fn from_slot(slot: S) -> Self;
}

impl<To> Pointer for ForeignKey<To> {
    fn slot(&self) -> Option<&KeySlot> {
        Some(&self.slot)
    }

    fn is_nullable(&self) -> bool {
        false
    }

    fn point(&mut self, slot: Option<KeySlot>) {
        if let Some(slot) = slot {
            self.slot = slot;
        }
    }
}

impl<To> FromSlot<KeySlot> for ForeignKey<To> {
    fn from_slot(slot: KeySlot) -> Self {
        ForeignKey::from_slot(slot)
    }
}

impl<To> Pointer for OneToOne<To> {
    fn slot(&self) -> Option<&KeySlot> {
        Some(&self.slot)
    }

    fn is_nullable(&self) -> bool {
        false
    }

    fn point(&mut self, slot: Option<KeySlot>) {
        if let Some(slot) = slot {
            *self = OneToOne::from_slot(slot);
        }
    }
}

impl<To> FromSlot<KeySlot> for OneToOne<To> {
    fn from_slot(slot: KeySlot) -> Self {
        ForeignKey::from_slot(slot).into()
    }
}

impl<F: Pointer + FromSlot<KeySlot>> Pointer for Option<F> {
    fn slot(&self) -> Option<&KeySlot> {
        self.as_ref().and_then(F::slot)
    }

    fn is_nullable(&self) -> bool {
        true
    }

    fn point(&mut self, slot: Option<KeySlot>) {
        *self = slot.map(F::from_slot);
    }
}

impl<F: FromSlot<KeySlot>> FromSlot<Option<KeySlot>> for Option<F> {
    fn from_slot(slot: Option<KeySlot>) -> Self {
        slot.map(F::from_slot)
    }
}

/// The stored form of a foreign key.
///
/// # Errors
/// When the value cannot be stored.
pub fn encode_key(field: &dyn Pointer, pointed: Pointed) -> Result<Value> {
    let Some(slot) = field.slot() else { return Ok(Value::Null) };
    (pointed.field)(slot).unwrap_or_else(|| Ok(slot.key().clone()))
}

/// The value that a foreign key gives to the primary key which it is a part of.
///
/// # Errors
/// When the foreign key holds what is no key of its model.
pub fn part_of_key<K: FieldType>(field: &dyn Pointer, pointed: Pointed) -> Result<K> {
    K::decode(encode_key(field, pointed)?.as_column())
}

/// Sets a foreign key from a column.
///
/// # Errors
/// When the column holds what the field cannot.
pub fn decode_key(field: &mut dyn Pointer, column: ColumnRef<'_>, pointed: Pointed) -> Result<()> {
    let slot = match column {
        ColumnRef::Null if field.is_nullable() => None,
        _ => Some(pointed.slot(column)?),
    };
    field.point(slot);
    Ok(())
}

impl Pointed {
    #[inline]
    fn slot(&self, column: ColumnRef<'_>) -> Result<KeySlot> {
        (self.decode)(column).map(|key| KeySlot::from_key(key).of_field(self.place))
    }
}

impl Reader<'_> {
    /// What the foreign key at a place of the model points at, unless the column holds what the field cannot.
    pub fn key(&self, place: usize, pointed: Pointed) -> Option<KeySlot> {
        self.keep(place, self.column(place).and_then(|column| pointed.slot(column)))
    }

    /// The same for a foreign key that may be null.
    pub fn key_or_null(&self, place: usize, pointed: Pointed) -> Option<Option<KeySlot>> {
        let slot = self.column(place).and_then(|column| match column {
            ColumnRef::Null => Ok(None),
            _ => pointed.slot(column).map(Some),
        });
        self.keep(place, slot)
    }
}
