//! Python's builtin functions, and those of its library that queries are written with.

mod convert;
mod library;
mod sequence;

pub(super) use sequence::pairs;

use embellie_core::BoxFuture;

use super::expression::value_type;
use super::run::Run;
use super::shared::{Held, Shared};
use super::{compare, format, module};
use crate::arguments::{Arguments, required};
use crate::evaluate::Evaluator;
use crate::{Error, Py, Result};

/// The functions that need no import.
pub(super) const NAMES: &[&str] = &[
    "abs",
    "all",
    "any",
    "bool",
    "chr",
    "dict",
    "divmod",
    "enumerate",
    "filter",
    "float",
    "format",
    "frozenset",
    "getattr",
    "hasattr",
    "int",
    "isinstance",
    "iter",
    "len",
    "list",
    "map",
    "max",
    "min",
    "next",
    "ord",
    "pow",
    "print",
    "range",
    "repr",
    "reversed",
    "round",
    "set",
    "setattr",
    "sorted",
    "str",
    "sum",
    "tuple",
    "type",
    "zip",
];

/// The functions of modules, as [`module`] names them.
const OF_MODULES: &[&str] = &[
    "collections.Counter",
    "collections.defaultdict",
    "connection.cursor",
    "functools.reduce",
    "itertools.chain",
    "json.dumps",
    "json.loads",
    "math.ceil",
    "math.floor",
    "math.sqrt",
    "operator.and_",
    "operator.or_",
    "reset_queries",
    "time.monotonic",
    "time.time",
    "timezone.localdate",
    "timezone.now",
    "transaction.atomic",
    "transaction.get_rollback",
    "transaction.on_commit",
    "transaction.savepoint",
    "transaction.savepoint_commit",
    "transaction.savepoint_rollback",
    "transaction.set_rollback",
    "uuid.uuid4",
];

/// The function of a name.
pub(super) fn find(name: &str) -> Option<&'static str> {
    let known = NAMES.iter().chain(OF_MODULES).copied().find(|known| *known == name);
    known.or_else(|| module::exception(name))
}

/// The name, when it is one of a function.
pub(super) fn name(name: &str) -> &'static str {
    find(name).unwrap_or("object")
}

/// What a call gives.
pub(super) fn call<'s>(
    on: &'s Evaluator<'_>,
    run: &'s Run<'_>,
    name: &'static str,
    mut arguments: Arguments,
) -> BoxFuture<'s, Result<Py>> {
    Box::pin(async move {
        if module::is_exception(name) {
            let message = match arguments.positional.first() {
                Some(key) if name == "KeyError" => on.repr(run, key).await?,
                Some(message) => on.text(run, message).await?,
                None => String::new(),
            };
            return Ok(Py::Shared(Shared::new(Held::Exception(Error::python(name, message)))));
        }
        Ok(match name {
            "print" => {
                let sep = arguments.keyword("sep");
                let end = arguments.keyword("end");
                let _ = arguments.keyword("flush");
                arguments.no_keywords("print")?;
                let or = |given: Option<Py>, default: &str| match given {
                    None | Some(Py::None) => Ok(default.to_owned()),
                    Some(text) => text.into_text("sep"),
                };
                let (sep, end) = (or(sep, " ")?, or(end, "\n")?);
                let mut line = String::new();
                for (place, value) in arguments.positional.iter().enumerate() {
                    if place > 0 {
                        line.push_str(&sep);
                    }
                    line.push_str(&on.text(run, value).await?);
                }
                line.push_str(&end);
                run.charge(line.len())?;
                run.print(&line);
                Py::None
            }
            "len" => Py::Int(sequence::length(on, run, only("len", arguments)?).await? as i128),
            "repr" => Py::Str(on.repr(run, &only("repr", arguments)?).await?),
            "str" => match arguments.bind("str", ["object"])? {
                [None] => Py::Str(String::new()),
                [Some(value)] => Py::Str(on.text(run, &value).await?),
            },
            "bool" => match arguments.bind("bool", ["x"])? {
                [None] => Py::Bool(false),
                [Some(value)] => Py::Bool(on.is_true(run, &value).await?),
            },
            "format" => {
                let [value, spec] = arguments.bind("format", ["value", "format_spec"])?;
                let value = required("format", "value", value)?;
                let spec = spec.map_or_else(|| Ok(String::new()), |spec| spec.into_text("format_spec"))?;
                match (&value, spec.is_empty()) {
                    (Py::Shared(_), true) => Py::Str(on.text(run, &value).await?),
                    _ => Py::Str(format::formatted(&value, &spec)?),
                }
            }
            "getattr" | "hasattr" => {
                let [of, attribute, default] = arguments.bind(name, ["object", "name", "default"])?;
                let of = required(name, "object", of)?;
                let attribute = required(name, "name", attribute)?.into_text("attribute name")?;
                let found = on.attribute_of(of, &attribute).await;
                // What is no attribute is a method that would be looked for when it is called.
                let is_missing = match &found {
                    Err(error) => {
                        module::is_of(error.class(), "AttributeError")
                            || module::is_of(error.class(), "ObjectDoesNotExist")
                    }
                    Ok(Py::Method(bound)) => matches!(&bound.0, Py::Shared(of) if is_object(of)),
                    Ok(_) => false,
                };
                match (name, is_missing) {
                    ("hasattr", missing) => Py::Bool(!missing),
                    (_, true) if default.is_some() => default.unwrap_or(Py::None),
                    _ => found?,
                }
            }
            "setattr" => {
                let [of, attribute, value] = arguments.bind("setattr", ["object", "name", "value"])?;
                let attribute = required("setattr", "name", attribute)?.into_text("attribute name")?;
                let (of, value) = (required("setattr", "object", of)?, required("setattr", "value", value)?);
                on.set_attribute(&of, &attribute, value)?;
                Py::None
            }
            "isinstance" => {
                let [of, classes] = arguments.bind("isinstance", ["object", "classinfo"])?;
                let (of, classes) =
                    (required("isinstance", "object", of)?, required("isinstance", "classinfo", classes)?);
                let classes = match &classes {
                    Py::Shared(_) => on.rows_of(run, &classes).await?,
                    one => vec![one.clone()],
                };
                Py::Bool(classes.iter().any(|class| is_instance(&of, class)))
            }
            "type" => library::type_of(only("type", arguments)?),
            "abs" | "round" | "divmod" | "pow" | "int" | "float" | "chr" | "ord" | "math.ceil" | "math.floor"
            | "math.sqrt" => convert::call(run, name, arguments)?,
            "min" | "max" | "sorted" | "sum" | "any" | "all" | "reversed" | "enumerate" | "zip" | "map" | "filter"
            | "iter" | "next" | "list" | "tuple" | "set" | "frozenset" | "dict" | "range" | "functools.reduce"
            | "itertools.chain" => sequence::call(on, run, name, arguments).await?,
            _ => library::call(on, run, name, arguments).await?,
        })
    })
}

fn is_object(shared: &Shared) -> bool {
    matches!(&*shared.lock(), Held::Object(_))
}

fn is_instance(of: &Py, class: &Py) -> bool {
    let own = value_type(of);
    match class {
        Py::Model(label) => label.rsplit('.').next() == Some(own.as_str()),
        Py::Name(name) => {
            let name = name.rsplit('.').next().unwrap_or(name);
            own == name
                || (name == "int" && own == "bool")
                || (name == "date" && own == "datetime")
                || (name == "dict" && matches!(own.as_str(), "Counter" | "defaultdict"))
                || module::is_exception(&own) && module::is_of(&own, name)
        }
        _ => false,
    }
}

/// The only argument of a function.
pub(super) fn only(function: &str, arguments: Arguments) -> Result<Py> {
    arguments.no_keywords(function)?;
    let given = arguments.positional.len();
    let mut positional = arguments.positional.into_iter();
    match (positional.next(), given) {
        (Some(value), 1) => Ok(value),
        _ => Err(Error::type_error(format!("{function}() takes exactly one argument ({given} given)"))),
    }
}

/// The values in order, by keys of theirs.
pub(super) fn sorted(mut keyed: Vec<(Py, Py)>, reverse: bool) -> Result<Vec<Py>> {
    let mut wrong = None;
    let mut compare = |(a, _): &(Py, Py), (b, _): &(Py, Py)| match compare::order(a, b, "<") {
        Ok(order) => order.unwrap_or(std::cmp::Ordering::Equal),
        Err(error) => {
            wrong.get_or_insert(error);
            std::cmp::Ordering::Equal
        }
    };
    match reverse {
        false => keyed.sort_by(&mut compare),
        true => keyed.sort_by(|a, b| compare(b, a)),
    }
    match wrong {
        Some(error) => Err(error),
        None => Ok(keyed.into_iter().map(|(_, value)| value).collect()),
    }
}

/// Sorts values, as `sorted()` and `list.sort()` do.
pub(super) async fn sort(
    on: &Evaluator<'_>,
    run: &Run<'_>,
    values: Vec<Py>,
    key: Option<Py>,
    reverse: bool,
) -> Result<Vec<Py>> {
    let mut keyed = Vec::with_capacity(values.len());
    for value in values {
        let key = match &key {
            None | Some(Py::None) => value.clone(),
            Some(key) => {
                let arguments = Arguments { positional: vec![value.clone()], keywords: Vec::new() };
                on.invoke(run, key.clone(), arguments).await?
            }
        };
        run.step()?;
        keyed.push((key, value));
    }
    sorted(keyed, reverse)
}
