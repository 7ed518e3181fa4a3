//! Foreign keys, without the type of the model that they point at.

use embellie_core::field::FieldType;
use embellie_core::{ColumnRef, Result, Value};

use super::Reader;
use crate::model::Model;
use crate::related::{ForeignKey, KeySlot, OneToOne};
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
}

impl Pointed {
    /// The primary key of a model.
    pub const fn primary_key<To: Model>() -> Self {
        Pointed { label: To::LABEL, decode: decode::<To::Key>, place: None, field: |_| None }
    }

    /// A unique field of a model.
    pub const fn unique_field<To: UniqueField<NAME>, const NAME: u64>() -> Self {
        Pointed { label: To::LABEL, decode: decode::<To::Type>, place: Some(To::PLACE), field: field::<To, NAME> }
    }
}

fn field<To: UniqueField<NAME>, const NAME: u64>(slot: &KeySlot) -> Option<Result<Value>> {
    slot.object::<To>().map(|object| object.value(To::PLACE))
}

fn decode<T: FieldType>(column: ColumnRef<'_>) -> Result<Value> {
    T::decode(column)?.encode()
}

/// A field that points at an object: a foreign key or one-to-one field, nullable or not.
pub trait Pointer: Sized {
    /// What is known of the other end, unless the field is null.
    fn slot(&self) -> Option<&KeySlot>;

    /// The field with a key in stored form: a value of the field at this place at the other end, or of its primary key.
    fn pointing_at(key: Value, place: Option<usize>) -> Self;

    /// The null field, if it may be null.
    fn null() -> Option<Self> {
        None
    }
}

impl<To> Pointer for ForeignKey<To> {
    fn slot(&self) -> Option<&KeySlot> {
        Some(&self.slot)
    }

    fn pointing_at(key: Value, place: Option<usize>) -> Self {
        ForeignKey::from_value_of(key, place)
    }
}

impl<To> Pointer for OneToOne<To> {
    fn slot(&self) -> Option<&KeySlot> {
        Some(&self.slot)
    }

    fn pointing_at(key: Value, place: Option<usize>) -> Self {
        ForeignKey::from_value_of(key, place).into()
    }
}

impl<F: Pointer> Pointer for Option<F> {
    fn slot(&self) -> Option<&KeySlot> {
        self.as_ref().and_then(F::slot)
    }

    fn pointing_at(key: Value, place: Option<usize>) -> Self {
        Some(F::pointing_at(key, place))
    }

    fn null() -> Option<Self> {
        Some(None)
    }
}

/// The stored form of a foreign key.
///
/// # Errors
/// When the value cannot be stored.
pub fn encode_key<F: Pointer>(field: &F, pointed: Pointed) -> Result<Value> {
    let Some(slot) = field.slot() else { return Ok(Value::Null) };
    (pointed.field)(slot).unwrap_or_else(|| Ok(slot.key().clone()))
}

/// Sets a foreign key from a column.
///
/// # Errors
/// When the column holds what the field cannot.
pub fn decode_key<F: Pointer>(field: &mut F, column: ColumnRef<'_>, pointed: Pointed) -> Result<()> {
    *field = read_key(column, pointed)?;
    Ok(())
}

fn read_key<F: Pointer>(column: ColumnRef<'_>, pointed: Pointed) -> Result<F> {
    match (column, F::null()) {
        (ColumnRef::Null, Some(null)) => Ok(null),
        _ => (pointed.decode)(column).map(|key| F::pointing_at(key, pointed.place)),
    }
}

impl Reader<'_> {
    /// The foreign key at a place of the model.
    ///
    /// # Errors
    /// When the column holds what the field cannot.
    pub fn key<F: Pointer>(&self, place: usize, pointed: Pointed) -> Result<F> {
        self.read(place, |column| read_key(column, pointed))
    }
}
