//! The names that a text may use: Django's classes, and what little of Python's library queries need.

mod aggregates;
mod expressions;
mod fields;
mod functions;
mod python;

pub(crate) use expressions::{conditions, is_conditional, nulls, ordering, value_or_expression};
pub(crate) use fields::field_kind;
pub(crate) use python::{attribute, zone};

use crate::arguments::Arguments;
use crate::models::Settings;
use crate::{Py, Result};

/// The modules and builtins, and the classes that take part in queries but are no expressions.
const NAMES: &[&str] = &[
    "Decimal",
    "WindowFrameExclusion",
    "bool",
    "bytes",
    "datetime",
    "dict",
    "float",
    "frozenset",
    "int",
    "list",
    "range",
    "set",
    "str",
    "tuple",
    "uuid",
    "zoneinfo",
];

/// What a name stands for.
pub(crate) fn lookup(name: &str) -> Option<Py> {
    let known = NAMES.iter().chain(expressions::NAMES).chain(aggregates::NAMES).chain(functions::NAMES);
    let known = known.chain(fields::NAMES).chain(functions::LOOKUPS.iter().map(|(class, _)| class));
    known.copied().find(|known| *known == name).map(Py::Name)
}

/// All names of Django's.
pub(crate) fn all() -> impl Iterator<Item = &'static str> {
    let classes = expressions::NAMES.iter().chain(aggregates::NAMES).chain(functions::NAMES);
    classes.copied().filter(|name| name.starts_with(char::is_uppercase))
}

/// What a call of a class or function gives.
pub(crate) fn call(name: &'static str, arguments: Arguments, settings: &Settings) -> Result<Py> {
    if let Some(value) = python::call(name, &arguments)? {
        return Ok(value);
    }
    if fields::NAMES.contains(&name) {
        return fields::field(name, arguments, settings);
    }
    if aggregates::NAMES.contains(&name) {
        return aggregates::aggregate(name, arguments);
    }
    if expressions::NAMES.contains(&name) {
        return expressions::expression(name, arguments);
    }
    functions::function(name, arguments)
}
