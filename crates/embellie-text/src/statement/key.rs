//! Keys of dictionaries and members of sets: values that Python can hash, equal when Python says so.

use embellie_core::Value;
use jiff::civil::{Date, DateTime, Time};
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;

use super::shared::{Held, Shared};
use crate::{Error, Py, Result};

/// How deep tuples may be nested in a key.
const DEEPEST: u32 = 40;

/// What a key is told by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    None,
    Integer(i128),
    Float(u64),
    Decimal(Decimal),
    Text(String),
    Bytes(Vec<u8>),
    Date(Date),
    Time(Time),
    DateTime(DateTime),
    Timestamp(Timestamp),
    Delta(SignedDuration),
    Uuid(uuid::Uuid),
    Tuple(Vec<Key>),
    Object(String, Box<Key>),
    /// A value that is equal to itself alone.
    Identity(usize),
    Name(String),
}

impl Key {
    /// The key of a value.
    ///
    /// # Errors
    /// A `TypeError` when the value can change, as a list can.
    pub(crate) fn of(value: &Py) -> Result<Key> {
        Key::at(value, DEEPEST)
    }

    fn at(value: &Py, levels: u32) -> Result<Key> {
        let Some(left) = levels.checked_sub(1) else {
            return Err(Error::python("RecursionError", "the key is nested too deeply"));
        };
        Ok(match value {
            Py::None => Key::None,
            Py::Bool(value) => Key::Integer((*value).into()),
            Py::Int(value) => Key::Integer(*value),
            Py::Float(value) if value.fract() == 0.0 && value.abs() < 1e30 => Key::Integer(*value as i128),
            Py::Float(value) => Key::Float(value.to_bits()),
            Py::Decimal(value) => match value.is_integer() {
                true => Key::Integer(value.trunc().mantissa()),
                false => Key::Decimal(value.normalize()),
            },
            Py::Str(value) => Key::Text(value.clone()),
            Py::Bytes(value) => Key::Bytes(value.clone()),
            Py::Date(value) => Key::Date(*value),
            Py::Time(value) => Key::Time(*value),
            Py::DateTime(value) => Key::DateTime(*value),
            Py::Timestamp(value) => Key::Timestamp(*value),
            Py::Delta(value) => Key::Delta(*value),
            Py::Uuid(value) => Key::Uuid(*value),
            Py::Zone(name) => Key::Name(name.clone()),
            Py::Name(name) => Key::Name((*name).to_owned()),
            Py::Model(label) => Key::Name(label.clone()),
            Py::Tuple(values) => Key::Tuple(values.iter().map(|value| Key::at(value, left)).collect::<Result<_>>()?),
            Py::Shared(shared) => Key::of_shared(shared, left)?,
            other => return Err(Error::type_error(format!("unhashable type: '{}'", other.type_name()))),
        })
    }

    fn of_shared(shared: &Shared, levels: u32) -> Result<Key> {
        let parts = match &*shared.lock() {
            Held::Tuple(values) => values.clone(),
            Held::Object(held) => {
                let object = &held.object;
                if object.key().is_null() {
                    return Err(Error::type_error("Model instances without primary key value are unhashable"));
                }
                let key = match object.key() {
                    Value::List(values) => Py::Tuple(values.into_iter().map(Py::from_value).collect()),
                    value => Py::from_value(value),
                };
                return Ok(Key::Object(object.label().to_owned(), Box::new(Key::at(&key, levels)?)));
            }
            Held::Thing(thing) => match &thing.value {
                Some(value) => return Key::at(value, levels),
                None => return Ok(Key::Name(thing.repr.clone())),
            },
            Held::Function(_) | Held::Exception(_) | Held::Cursor(_) => return Ok(Key::Identity(shared.identity())),
            Held::List(_) => return Err(Error::type_error("unhashable type: 'list'")),
            Held::Set(_) => return Err(Error::type_error("unhashable type: 'set'")),
            Held::Dict(_) => return Err(Error::type_error("unhashable type: 'dict'")),
            Held::Rows(_) => return Ok(Key::Identity(shared.identity())),
        };
        Ok(Key::Tuple(parts.iter().map(|value| Key::at(value, levels)).collect::<Result<_>>()?))
    }
}
