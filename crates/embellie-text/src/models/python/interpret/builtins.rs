//! Python's builtin functions, as far as declarations use them.

use std::rc::Rc;

use super::Interpreter;
use super::operator::{order, shown};
use crate::Py;
use crate::models::python::value::{Given, Link, Place, Val};

pub(super) const NAMES: &[&str] = &[
    "ArithmeticError",
    "AssertionError",
    "AttributeError",
    "BaseException",
    "Exception",
    "ImportError",
    "IndexError",
    "KeyError",
    "LookupError",
    "ModuleNotFoundError",
    "NameError",
    "NotImplementedError",
    "OSError",
    "RuntimeError",
    "StopIteration",
    "SyntaxError",
    "TypeError",
    "UnicodeDecodeError",
    "ValueError",
    "ZeroDivisionError",
    "abs",
    "all",
    "any",
    "bool",
    "bytes",
    "callable",
    "classmethod",
    "dict",
    "enumerate",
    "filter",
    "float",
    "frozenset",
    "getattr",
    "hasattr",
    "hash",
    "id",
    "int",
    "isinstance",
    "issubclass",
    "iter",
    "len",
    "list",
    "map",
    "max",
    "min",
    "next",
    "object",
    "open",
    "ord",
    "print",
    "property",
    "range",
    "repr",
    "reversed",
    "round",
    "set",
    "setattr",
    "sorted",
    "staticmethod",
    "str",
    "sum",
    "super",
    "tuple",
    "type",
    "vars",
    "zip",
];

/// How many numbers a range has.
const LONGEST: i128 = 10_000;

impl Interpreter {
    pub(super) fn builtin(&mut self, name: &str, given: Given, place: &Place) -> Val {
        self.known_builtin(name, &given, place).unwrap_or_else(|| match name {
            "property" | "classmethod" | "staticmethod" | "object" | "type" => Val::Unknown,
            // An exception that is made, or what is not known of a call.
            _ => Val::Unknown,
        })
    }

    fn known_builtin(&mut self, name: &str, given: &Given, place: &Place) -> Option<Val> {
        let one = || given.args.first();
        let elements = || match given.args.first() {
            None => Some(Vec::new()),
            Some(value) => value.elements(),
        };
        Some(match name {
            "list" => Val::list(elements()?),
            "tuple" => Val::tuple(elements()?),
            "iter" => Val::list(elements()?),
            "set" | "frozenset" => Val::Set(elements()?.into()),
            "reversed" => Val::list(elements()?.into_iter().rev().collect()),
            "dict" => {
                let mut items = match one() {
                    None => Vec::new(),
                    Some(Val::Dict(items)) => items.borrow().clone(),
                    Some(pairs) => pairs
                        .elements()?
                        .iter()
                        .map(|pair| match pair.elements()?.as_slice() {
                            [key, value] => Some((key.clone(), value.clone())),
                            _ => None,
                        })
                        .collect::<Option<_>>()?,
                };
                items.extend(given.keywords.iter().map(|(name, value)| (Val::text(name), value.clone())));
                Val::dict(items)
            }
            "str" => match one() {
                None => Val::text(""),
                Some(value) => Val::text(&shown(value)?),
            },
            "int" => match one()? {
                Val::Py(Py::Str(text)) => Val::Py(Py::Int(text.trim().parse().ok()?)),
                Val::Py(Py::Float(value)) => Val::Py(Py::Int(*value as i128)),
                value => Val::Py(Py::Int(value.as_int()?)),
            },
            "float" => match one()? {
                Val::Py(Py::Str(text)) => Val::Py(Py::Float(text.trim().parse().ok()?)),
                Val::Py(Py::Float(value)) => Val::Py(Py::Float(*value)),
                value => Val::Py(Py::Float(value.as_int()? as f64)),
            },
            "bool" => Val::bool(one().map_or(Some(false), Val::truth)?),
            "len" => match one()? {
                Val::Dict(items) => Val::int(items.borrow().len()),
                value => Val::int(value.elements()?.len()),
            },
            "range" => {
                let numbers = given.args.iter().map(Val::as_int).collect::<Option<Vec<i128>>>()?;
                let (start, stop, step) = match numbers[..] {
                    [stop] => (0, stop, 1),
                    [start, stop] => (start, stop, 1),
                    [start, stop, step] if step != 0 => (start, stop, step),
                    _ => return None,
                };
                let mut values = Vec::new();
                let mut at = start;
                while (step > 0 && at < stop) || (step < 0 && at > stop) {
                    if values.len() as i128 >= LONGEST {
                        return None;
                    }
                    values.push(Val::Py(Py::Int(at)));
                    at = at.checked_add(step)?;
                }
                Val::list(values)
            }
            "enumerate" => {
                let start = given.argument(1, "start").map_or(Some(0), Val::as_int)?;
                let pairs = elements()?.into_iter().enumerate();
                Val::list(
                    pairs.map(|(at, value)| Val::tuple(vec![Val::Py(Py::Int(start + at as i128)), value])).collect(),
                )
            }
            "zip" => {
                let lists = given.args.iter().map(Val::elements).collect::<Option<Vec<_>>>()?;
                let shortest = lists.iter().map(Vec::len).min().unwrap_or_default();
                let row = |at: usize| lists.iter().filter_map(|list| list.get(at).cloned()).collect();
                Val::list((0..shortest).map(|at| Val::tuple(row(at))).collect())
            }
            "map" => {
                let (function, list) = (given.args.first()?.clone(), given.args.get(1)?.elements()?);
                let each = |value| self.call(function.clone(), Given { args: vec![value], ..Given::default() }, place);
                Val::list(list.into_iter().map(each).collect())
            }
            "sorted" => {
                let mut values = elements()?;
                if given.keyword("key").is_some() {
                    // In some order, which nobody can tell.
                    return Some(Val::list(values));
                }
                let known = values.iter().all(|a| values.iter().all(|b| order(a, b).is_some()));
                if !known {
                    return None;
                }
                values.sort_by(|a, b| order(a, b).unwrap_or(std::cmp::Ordering::Equal));
                if given.keyword("reverse").and_then(Val::truth) == Some(true) {
                    values.reverse();
                }
                Val::list(values)
            }
            "max" | "min" => {
                let values = if given.args.len() == 1 { elements()? } else { given.args.clone() };
                if given.keyword("key").is_some() {
                    return None;
                }
                let mut values = values.into_iter();
                let mut best = values.next()?;
                for value in values {
                    let wanted = order(&value, &best)?;
                    if (name == "max" && wanted.is_gt()) || (name == "min" && wanted.is_lt()) {
                        best = value;
                    }
                }
                best
            }
            "sum" => {
                let mut sum: i128 = 0;
                for value in elements()? {
                    sum = sum.checked_add(value.as_int()?)?;
                }
                Val::Py(Py::Int(sum))
            }
            "any" => Val::bool(elements()?.iter().map(Val::truth).collect::<Option<Vec<_>>>()?.contains(&true)),
            "all" => Val::bool(!elements()?.iter().map(Val::truth).collect::<Option<Vec<_>>>()?.contains(&false)),
            "getattr" => self.getattr(given)?,
            "hasattr" => match (given.args.first()?, given.args.get(1)?.as_text()?) {
                (Val::Outside(name), setting) if &**name == "django.conf.settings" => match self.setting(&setting) {
                    Some(_) => Val::bool(true),
                    None if self.lacks_setting(&setting) => Val::bool(false),
                    None => return None,
                },
                (Val::Class(class), name) if class.outside().next().is_none() => Val::bool(class.find(&name).is_some()),
                _ => return None,
            },
            "setattr" => {
                if let [of, name, value] = given.args.as_slice() {
                    super::statement::set_attribute(of, &name.as_text()?, value.clone());
                }
                Val::none()
            }
            "callable" => match one()? {
                Val::Function(_) | Val::Class(_) | Val::Bound(_) => Val::bool(true),
                Val::Py(_) | Val::List(_) | Val::Tuple(_) | Val::Dict(_) => Val::bool(false),
                _ => return None,
            },
            "isinstance" => {
                let classes = match given.args.get(1)? {
                    Val::Tuple(classes) => classes.to_vec(),
                    class => vec![class.clone()],
                };
                let mut holds = Some(false);
                for class in classes {
                    match is_instance(one()?, &class) {
                        Some(true) => return Some(Val::bool(true)),
                        Some(false) => {}
                        None => holds = None,
                    }
                }
                Val::bool(holds?)
            }
            "issubclass" => match (one()?, given.args.get(1)?) {
                (Val::Class(class), Val::Class(other)) => Val::bool(class.is_a(other)),
                _ => return None,
            },
            "type" => match given.args.as_slice() {
                [Val::Object(object)] => object.class.clone(),
                [name, bases, attributes] => {
                    let bases = bases.elements()?;
                    let bases = bases.iter().map(|base| match base {
                        Val::Class(class) => Link::Read(Rc::clone(class)),
                        Val::Outside(name) => Link::Outside(name.clone()),
                        _ => Link::Outside("?".into()),
                    });
                    let bases = bases.collect();
                    let attrs = Rc::new(crate::models::python::value::Names::default());
                    if let Val::Dict(items) = attributes {
                        for (key, value) in items.borrow().iter() {
                            attrs.set(&key.as_text()?, value.clone());
                        }
                    }
                    let module = attrs.get("__module__").and_then(|module| module.as_text()).unwrap_or_default();
                    let class =
                        self.make_class(&name.as_text()?, module.as_str().into(), place.clone(), bases, attrs, None);
                    Val::Class(class)
                }
                _ => return None,
            },
            "print" => Val::none(),
            _ => return None,
        })
    }

    fn getattr(&mut self, given: &Given) -> Option<Val> {
        let (of, name) = (given.args.first()?.clone(), given.args.get(1)?.as_text()?);
        if let Val::Outside(dotted) = &of
            && &**dotted == "django.conf.settings"
        {
            return self.setting(&name).or_else(|| given.args.get(2).cloned());
        }
        match self.attribute(of, &name) {
            Val::Unknown | Val::Attribute(_) if given.args.len() > 2 => given.args.get(2).cloned(),
            value => Some(value),
        }
    }
}

fn is_instance(value: &Val, class: &Val) -> Option<bool> {
    match (value, class) {
        (Val::Object(object), Val::Class(class)) => match &object.class {
            Val::Class(own) => Some(own.is_a(class)),
            _ => None,
        },
        (Val::Unknown, _) => None,
        (value, Val::Outside(name)) => {
            let is = |names: &[&str]| names.iter().any(|known| **name == **known);
            Some(match value {
                Val::Py(Py::Str(_)) => is(&["builtins.str"]),
                Val::Py(Py::Int(_)) => is(&["builtins.int"]),
                Val::Py(Py::Bool(_)) => is(&["builtins.bool", "builtins.int"]),
                Val::Py(Py::None) => false,
                Val::List(_) => is(&["builtins.list"]),
                Val::Tuple(_) => is(&["builtins.tuple"]),
                Val::Dict(_) => is(&["builtins.dict"]),
                _ => return None,
            })
        }
        (Val::Py(_) | Val::List(_) | Val::Tuple(_) | Val::Dict(_), Val::Class(_)) => Some(false),
        _ => None,
    }
}
