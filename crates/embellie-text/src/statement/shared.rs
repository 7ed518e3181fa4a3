//! Values that several names may hold, and that all of them see change: lists, dictionaries, objects, query sets.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use indexmap::IndexMap;

use super::key::Key;
use crate::query_set::Set;
use crate::{Error, Object, Py, Result};

/// How deep values may be nested that leave the statements: arguments of queries, results.
const DEEPEST: u32 = 40;

/// A value that is the same one wherever it is: Python's objects with an identity.
#[derive(Clone)]
pub struct Shared(Arc<Cell>);

struct Cell {
    /// The name of the value's Python type, which does not change.
    type_name: Box<str>,
    held: Mutex<Held>,
}

/// What is shared.
#[derive(Clone)]
pub(crate) enum Held {
    List(Vec<Py>),
    Tuple(Vec<Py>),
    Set(IndexMap<Key, Py>),
    Dict(Dict),
    Object(Box<Kept>),
    Rows(Box<Rows>),
    Function(Arc<super::function::Function>),
    /// An exception that was caught, or one that is to be raised.
    Exception(Error),
    /// A value with attributes that do not change.
    Thing(Box<super::thing::Thing>),
    /// A cursor.
    Cursor(Box<super::cursor::Cursor>),
}

/// A dictionary.
#[derive(Clone, Default)]
pub(crate) struct Dict {
    pub(crate) items: IndexMap<Key, (Py, Py)>,
    /// What makes the value of a key that is not there: `defaultdict`.
    pub(crate) default: Option<Box<Py>>,
    /// Whether a key that is not there counts as zero: `Counter`.
    pub(crate) counts: bool,
}

/// An object of a model, with what was set on it that is no field, and the objects that its relations gave.
#[derive(Clone)]
pub(crate) struct Kept {
    pub(crate) object: Object,
    pub(crate) attributes: Vec<(String, Py)>,
}

/// A query set, and its rows once they are read.
#[derive(Clone)]
pub(crate) struct Rows {
    pub(crate) set: Set,
    pub(crate) read: Option<Vec<Py>>,
}

impl Shared {
    pub(crate) fn new(held: Held) -> Self {
        let type_name = held.type_name().into();
        Shared(Arc::new(Cell { type_name, held: Mutex::new(held) }))
    }

    /// What is shared. Nothing that may look at other values is done while this is held.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Held> {
        self.0.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A copy of what is shared, as it is now.
    pub(crate) fn held(&self) -> Held {
        self.lock().clone()
    }

    pub(crate) fn is(&self, other: &Shared) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// What tells it from others as long as it is held.
    pub(crate) fn identity(&self) -> usize {
        Arc::as_ptr(&self.0) as usize
    }

    /// The name of the value's Python type.
    pub(crate) fn type_name(&self) -> String {
        self.0.type_name.to_string()
    }

    /// Whether Python would take the value for true; `None` when rows have to be read to know.
    pub(crate) fn is_true(&self) -> Option<bool> {
        Some(match &*self.lock() {
            Held::List(values) | Held::Tuple(values) => !values.is_empty(),
            Held::Set(values) => !values.is_empty(),
            Held::Dict(dict) => !dict.items.is_empty(),
            Held::Rows(rows) => return rows.read.as_ref().map(|read| !read.is_empty()),
            Held::Thing(thing) => return thing.value.as_ref().map_or(Some(true), |value| Some(value.is_true())),
            Held::Object(_) | Held::Function(_) | Held::Exception(_) | Held::Cursor(_) => true,
        })
    }
}

impl Held {
    fn type_name(&self) -> &str {
        match self {
            Held::List(_) => "list",
            Held::Tuple(_) => "tuple",
            Held::Set(_) => "set",
            Held::Dict(Dict { counts: true, .. }) => "Counter",
            Held::Dict(Dict { default: Some(_), .. }) => "defaultdict",
            Held::Dict(_) => "dict",
            Held::Object(kept) => kept.object.model(),
            Held::Rows(_) => "QuerySet",
            Held::Function(_) => "function",
            Held::Exception(error) => error.class(),
            Held::Thing(thing) => &thing.type_name,
            Held::Cursor(_) => "CursorWrapper",
        }
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} at {:#x}>", self.type_name(), self.identity())
    }
}

/// Chains of values as long as memory has room for are dropped one by one, not one within the other.
impl Drop for Cell {
    fn drop(&mut self) {
        let mut left = Vec::new();
        take_parts(self.held.get_mut().unwrap_or_else(PoisonError::into_inner), &mut left);
        while let Some(value) = left.pop() {
            match value {
                Py::Shared(Shared(cell)) => {
                    if let Some(mut cell) = Arc::into_inner(cell) {
                        take_parts(cell.held.get_mut().unwrap_or_else(PoisonError::into_inner), &mut left);
                    }
                }
                Py::Method(bound) => left.push(bound.0),
                _ => {}
            }
        }
    }
}

/// Moves what may hold further values out of a value.
fn take_parts(held: &mut Held, into: &mut Vec<Py>) {
    let holds = |value: &Py| matches!(value, Py::Shared(_) | Py::Method(_));
    match held {
        Held::List(values) | Held::Tuple(values) => into.extend(values.drain(..).filter(holds)),
        Held::Set(values) => into.extend(values.drain(..).map(|(_, value)| value).filter(holds)),
        Held::Dict(dict) => {
            into.extend(dict.items.drain(..).flat_map(|(_, (key, value))| [key, value]).filter(holds));
            into.extend(dict.default.take().map(|default| *default));
        }
        Held::Object(held) => into.extend(held.attributes.drain(..).map(|(_, value)| value).filter(holds)),
        Held::Rows(rows) => into.extend(rows.read.take().into_iter().flatten().filter(holds)),
        Held::Function(function) => {
            if let Some(function) = Arc::get_mut(function) {
                into.extend(function.captured.drain(..).map(|(_, value)| value).filter(holds));
                into.extend(function.defaults.drain(..).map(|(_, value)| value).filter(holds));
            }
        }
        Held::Exception(_) => {}
        Held::Thing(thing) => {
            into.extend(thing.attributes.drain(..).map(|(_, value)| value).filter(holds));
            into.extend(thing.members.take().into_iter().flatten().map(|(_, value)| value).filter(holds));
        }
        Held::Cursor(cursor) => into.extend(cursor.take_rows().into_iter().filter(holds)),
    }
}

impl Py {
    pub(crate) fn list(values: Vec<Py>) -> Py {
        Py::Shared(Shared::new(Held::List(values)))
    }

    pub(crate) fn tuple(values: Vec<Py>) -> Py {
        Py::Shared(Shared::new(Held::Tuple(values)))
    }

    pub(crate) fn dict(items: impl IntoIterator<Item = (Py, Py)>) -> Result<Py> {
        let mut dict = Dict::default();
        for (key, value) in items {
            dict.insert(key, value)?;
        }
        Ok(Py::Shared(Shared::new(Held::Dict(dict))))
    }

    pub(crate) fn set(values: impl IntoIterator<Item = Py>) -> Result<Py> {
        let mut set = IndexMap::new();
        for value in values {
            set.entry(Key::of(&value)?).or_insert(value);
        }
        Ok(Py::Shared(Shared::new(Held::Set(set))))
    }

    /// The value as statements have it: what can change is shared.
    pub(crate) fn shared(self) -> Result<Py> {
        Ok(match self {
            Py::List(values) => Py::list(values.into_iter().map(Py::shared).collect::<Result<_>>()?),
            Py::Tuple(values) => Py::tuple(values.into_iter().map(Py::shared).collect::<Result<_>>()?),
            Py::Set(values) => Py::set(values.into_iter().map(Py::shared).collect::<Result<Vec<_>>>()?)?,
            Py::Dict(items) => {
                let shared = items.into_iter().map(|(key, value)| Ok((key.shared()?, value.shared()?)));
                Py::dict(shared.collect::<Result<Vec<_>>>()?)?
            }
            Py::Object(object) => {
                Py::Shared(Shared::new(Held::Object(Box::new(Kept { object: *object, attributes: Vec::new() }))))
            }
            Py::QuerySet(set) => Py::Shared(Shared::new(Held::Rows(Box::new(Rows { set: *set, read: None })))),
            Py::Json(document) => from_json(*document),
            other => other,
        })
    }

    /// The value as queries take it, apart from all that shares it.
    pub(crate) fn plain(self) -> Result<Py> {
        self.plain_at(DEEPEST)
    }

    fn plain_at(self, levels: u32) -> Result<Py> {
        let shared = match self {
            Py::Shared(shared) => shared,
            Py::Method(bound) => {
                let (of, name) = *bound;
                return Ok(Py::Method(Box::new((of.plain_at(levels)?, name))));
            }
            other => return Ok(other),
        };
        let Some(left) = levels.checked_sub(1) else {
            return Err(Error::python("RecursionError", format!("values are nested more than {DEEPEST} deep")));
        };
        let held = shared.held();
        let all = |values: Vec<Py>| values.into_iter().map(|value| value.plain_at(left)).collect::<Result<Vec<Py>>>();
        Ok(match held {
            Held::List(values) => Py::List(all(values)?),
            Held::Tuple(values) => Py::Tuple(all(values)?),
            Held::Set(values) => Py::Set(all(values.into_values().collect())?),
            Held::Dict(dict) => {
                let plain = |(key, value): (Py, Py)| Ok((key.plain_at(left)?, value.plain_at(left)?));
                Py::Dict(dict.items.into_values().map(plain).collect::<Result<_>>()?)
            }
            Held::Object(held) => Py::Object(Box::new(held.object)),
            Held::Rows(rows) => Py::QuerySet(Box::new(rows.set)),
            Held::Thing(thing) if thing.value.is_some() => thing.value.unwrap_or(Py::None),
            Held::Function(_) | Held::Exception(_) | Held::Thing(_) | Held::Cursor(_) => Py::Shared(shared),
        })
    }

    /// A dictionary apart from those that share it, with its values as they are; all else as it is.
    pub(crate) fn items_apart(self) -> Py {
        match &self {
            Py::Shared(shared) => match &*shared.lock() {
                Held::Dict(dict) => Py::Dict(dict.items.values().cloned().collect()),
                _ => self.clone(),
            },
            _ => self,
        }
    }

    /// The shared list, dictionary or object.
    pub(crate) fn as_shared(&self) -> Option<&Shared> {
        match self {
            Py::Shared(shared) => Some(shared),
            _ => None,
        }
    }
}

/// A document as Python has it.
pub(crate) fn from_json(document: serde_json::Value) -> Py {
    use serde_json::Value as Json;
    match document {
        Json::Null => Py::None,
        Json::Bool(value) => Py::Bool(value),
        Json::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(value), _) => Py::Int(value.into()),
            (_, Some(value)) => Py::Int(value.into()),
            _ => Py::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        Json::String(text) => Py::Str(text),
        Json::Array(items) => Py::list(items.into_iter().map(from_json).collect()),
        Json::Object(items) => {
            let mut dict = Dict::default();
            for (name, item) in items {
                dict.items.insert(Key::Text(name.clone()), (Py::Str(name), from_json(item)));
            }
            Py::Shared(Shared::new(Held::Dict(dict)))
        }
    }
}

impl Dict {
    pub(crate) fn insert(&mut self, key: Py, value: Py) -> Result<()> {
        let hashed = Key::of(&key)?;
        self.put(hashed, key, value);
        Ok(())
    }

    /// Lets a key have a value, and gives back what it had.
    pub(crate) fn put(&mut self, hashed: Key, key: Py, value: Py) -> Option<Py> {
        match self.items.get_mut(&hashed) {
            Some((_, known)) => Some(std::mem::replace(known, value)),
            None => {
                self.items.insert(hashed, (key, value));
                None
            }
        }
    }
}
