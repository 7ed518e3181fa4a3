//! Methods and items of values that are no query: texts, lists, dictionaries, times, and objects as they change.

mod container;
mod moment;
mod object;
mod text;

use embellie_core::BoxFuture;

use super::expression::value_type;
use super::key::Key;
use super::run::Run;
use super::shared::{Held, Shared};
use super::show;
use crate::arguments::Arguments;
use crate::evaluate::Evaluator;
use crate::{Error, Py, Result};

/// Whether objects of models have a method of this name.
pub(super) fn is_of_objects(name: &str) -> bool {
    matches!(name, "save" | "delete" | "refresh_from_db" | "full_clean")
        || (name.starts_with("get_") && name.ends_with("_display"))
}

/// Whether texts have a method of this name.
pub(super) fn is_of_text(name: &str) -> bool {
    text::METHODS.contains(&name)
}

/// What a method gives; the arguments again when the value has no such method here.
pub(super) fn call<'s>(
    on: &'s Evaluator<'_>,
    run: &'s Run<'_>,
    of: &'s Py,
    name: &'s str,
    arguments: Arguments,
) -> BoxFuture<'s, Result<Result<Py, Arguments>>> {
    Box::pin(async move {
        match of {
            Py::Str(value) => text::call(on, run, value, name, arguments).await.map(Ok),
            Py::Date(_) | Py::Time(_) | Py::DateTime(_) | Py::Timestamp(_) | Py::Delta(_) | Py::Name(_) => {
                moment::call(on, of, name, arguments)
            }
            Py::Decimal(value) => moment::of_decimal(*value, name, arguments),
            Py::Float(value) if name == "is_integer" => Ok(Ok(Py::Bool(value.fract() == 0.0))),
            Py::Shared(shared) => {
                let kind = match &*shared.lock() {
                    Held::Object(_) => 0,
                    Held::Rows(_) => 1,
                    Held::Function(_) | Held::Exception(_) => 2,
                    Held::Thing(_) => 3,
                    Held::Cursor(_) => 4,
                    _ => 5,
                };
                match kind {
                    0 => object::of_object(on, run, shared, name, arguments).await,
                    1 => object::of_rows(on, run, shared, name, arguments).await,
                    2 => Err(show::lacks(of, name)),
                    3 => of_thing(on, of, name, arguments).map(Ok),
                    4 => super::cursor::call(on, run, shared, name, arguments).await.map(Ok),
                    _ => container::call(on, run, shared, name, arguments).await.map(Ok),
                }
            }
            // What is created together is told its keys.
            Py::Manager(_) | Py::Related(_) if name == "bulk_create" => {
                object::bulk_create(on, of, arguments).await.map(Ok)
            }
            _ => Ok(Err(arguments)),
        }
    })
}

/// What a method of a thing gives.
fn of_thing(on: &Evaluator<'_>, of: &Py, name: &str, arguments: Arguments) -> Result<Py> {
    let Some(thing) = of.as_thing() else { return Err(show::lacks(of, name)) };
    if let (Some(label), "get_field") = (&thing.options, name) {
        let [field] = arguments.bind("get_field", ["field_name"])?;
        let field = crate::arguments::required("get_field", "field_name", field)?.into_text("a field's name")?;
        return on.field_named(label, &field);
    }
    let Some(given) = thing.method(name) else { return Err(thing.lacks(name)) };
    // Which fields `get_fields()` gives may be said otherwise.
    for (option, value) in &arguments.keywords {
        let is_default = match option.as_str() {
            "include_parents" => value.is_true(),
            "include_hidden" => !value.is_true(),
            _ => false,
        };
        if !is_default {
            return Err(Error::Unknown(format!("{name}() is understood without {option}")));
        }
    }
    match arguments.positional.is_empty() {
        true => Ok(given),
        false => Err(Error::type_error(format!("{name}() takes no positional arguments here"))),
    }
}

/// An attribute of a value that is no object of a model; `None` when it may be a method.
pub(super) fn attribute(of: &Py, name: &str) -> Option<Result<Py>> {
    match of {
        Py::Date(_) | Py::Time(_) | Py::DateTime(_) | Py::Timestamp(_) | Py::Delta(_) | Py::Uuid(_) => {
            moment::attribute(of, name).map(Ok)
        }
        Py::Name("connection") => Some(Err(Error::Unknown(format!(
            "connection.{name} is not here: connection.cursor() runs SQL, connection.queries and `.log` show statements"
        )))),
        Py::Name("transaction") => Some(Err(Error::Unknown(format!(
            "transaction.{name} is not here: `with transaction.atomic():` begins a transaction, or a savepoint within one"
        )))),
        _ => None,
    }
}

/// The place in a list that an index means.
pub(super) fn place(index: &Py, length: usize, wrong: &str) -> Result<usize> {
    let index = match index {
        Py::Int(index) => *index,
        Py::Bool(index) => i128::from(*index),
        other => {
            return Err(Error::type_error(format!(
                "list indices must be integers or slices, not {}",
                value_type(other)
            )));
        }
    };
    let place = if index < 0 { index + length as i128 } else { index };
    usize::try_from(place).map_err(|_| Error::python("IndexError", wrong))
}

/// The places that a slice means.
fn slice(start: Option<i64>, stop: Option<i64>, step: Option<i64>, length: usize) -> Result<Vec<usize>> {
    let (length, step) = (i64::try_from(length).unwrap_or(i64::MAX), step.unwrap_or(1));
    if step == 0 {
        return Err(Error::value_error("slice step cannot be zero"));
    }
    let bound = |at: i64, low: i64, high: i64| if at < 0 { (at.saturating_add(length)).max(low) } else { at.min(high) };
    let (mut at, stop) = match step > 0 {
        true => (start.map_or(0, |at| bound(at, 0, length)), stop.map_or(length, |at| bound(at, 0, length))),
        false => {
            (start.map_or(length - 1, |at| bound(at, -1, length - 1)), stop.map_or(-1, |at| bound(at, -1, length - 1)))
        }
    };
    let mut places = Vec::new();
    while (step > 0 && at < stop) || (step < 0 && at > stop) {
        places.extend(usize::try_from(at));
        at = at.saturating_add(step);
    }
    Ok(places)
}

/// An item of a value; `None` when it is one of a query set, or missing from a dictionary that makes it.
pub(super) fn item(of: &Py, index: &Py) -> Result<Option<Py>> {
    let range = |wrong: &str| Error::python("IndexError", wrong);
    let chosen = |values: &[Py], places: Vec<usize>| -> Vec<Py> {
        places.into_iter().filter_map(|place| values.get(place).cloned()).collect()
    };
    match (of, index) {
        (Py::Str(text), Py::Slice(start, stop, step)) => {
            let chars: Vec<char> = text.chars().collect();
            let places = slice(*start, *stop, *step, chars.len())?;
            Ok(Some(Py::Str(places.into_iter().filter_map(|place| chars.get(place)).collect())))
        }
        (Py::Str(text), Py::Int(_)) => {
            let wrong = "string index out of range";
            let place = place(index, text.chars().count(), wrong)?;
            text.chars().nth(place).map(|c| Some(Py::Str(c.to_string()))).ok_or_else(|| range(wrong))
        }
        (Py::Shared(shared), index) => {
            // The key is told before the dictionary is looked at, which may be in it.
            let is_dict = matches!(&*shared.lock(), Held::Dict(_));
            let key = if is_dict { Some(Key::of(index)?) } else { None };
            match &*shared.lock() {
                Held::List(values) | Held::Tuple(values) => match index {
                    Py::Slice(start, stop, step) => {
                        Ok(Some(Py::list(chosen(values, slice(*start, *stop, *step, values.len())?))))
                    }
                    index => {
                        let place = place(index, values.len(), "list index out of range")?;
                        values.get(place).cloned().map(Some).ok_or_else(|| range("list index out of range"))
                    }
                },
                Held::Dict(dict) => match key.and_then(|key| dict.items.get(&key)) {
                    Some((_, value)) => Ok(Some(value.clone())),
                    None if dict.counts => Ok(Some(Py::Int(0))),
                    None if dict.default.is_some() => Ok(None),
                    None => Err(Error::python("KeyError", show::repr(index))),
                },
                Held::Rows(_) => Ok(None),
                _ => Err(Error::type_error(format!("'{}' object is not subscriptable", value_type(of)))),
            }
        }
        _ => Ok(None),
    }
}

/// What makes the value of a key that a dictionary lacks.
pub(super) fn missing(shared: &Shared, _index: &Py) -> Result<Option<(Shared, Py)>> {
    Ok(match &*shared.lock() {
        Held::Dict(dict) => dict.default.as_ref().map(|default| (shared.clone(), (**default).clone())),
        _ => None,
    })
}

/// Deletes an attribute that is no field.
pub(super) fn delete_attribute(of: &Py, name: &str) -> Result<()> {
    if let Some(shared) = of.as_shared()
        && let Held::Object(held) = &mut *shared.lock()
    {
        let before = held.attributes.len();
        held.attributes.retain(|(known, _)| known != name);
        if held.attributes.len() < before {
            return Ok(());
        }
    }
    Err(show::lacks(of, name))
}
