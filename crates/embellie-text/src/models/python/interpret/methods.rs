//! Methods of texts, lists and dictionaries.

use std::rc::Rc;

use super::Interpreter;
use super::operator::shown;
use crate::Py;
use crate::models::python::value::{Given, Val};

impl Interpreter {
    pub(super) fn container_method(&mut self, of: &Val, name: &str, given: Given) -> Val {
        let value = match of {
            Val::List(list) => of_list(list, name, &given),
            Val::Tuple(_) | Val::Set(_) => match name {
                "index" | "count" => None,
                "union" => {
                    let more: Vec<Val> = given.args.iter().filter_map(Val::elements).flatten().collect();
                    of.elements().map(|own| Val::Set(own.into_iter().chain(more).collect()))
                }
                _ => None,
            },
            Val::Dict(items) => of_dict(items, name, &given),
            Val::Py(Py::Str(text)) => of_text(text, name, &given),
            _ => None,
        };
        value.unwrap_or(Val::Unknown)
    }
}

type List = Rc<std::cell::RefCell<Vec<Val>>>;
type Dict = Rc<std::cell::RefCell<Vec<(Val, Val)>>>;

fn of_list(list: &List, name: &str, given: &Given) -> Option<Val> {
    let one = || given.args.first().cloned();
    match name {
        "append" => list.borrow_mut().push(one()?),
        "extend" => {
            let more = one()?.elements()?;
            list.borrow_mut().extend(more);
        }
        "insert" => {
            let at = usize::try_from(one()?.as_int()?).unwrap_or_default();
            let at = at.min(list.borrow().len());
            list.borrow_mut().insert(at, given.args.get(1)?.clone());
        }
        "remove" => {
            let wanted = one()?;
            let at = list.borrow().iter().position(|value| value.equals(&wanted) == Some(true))?;
            list.borrow_mut().remove(at);
        }
        "index" => {
            let wanted = one()?;
            return list.borrow().iter().position(|value| value.equals(&wanted) == Some(true)).map(Val::int);
        }
        "pop" => return list.borrow_mut().pop(),
        "copy" => return Some(Val::list(list.borrow().clone())),
        "reverse" => list.borrow_mut().reverse(),
        "sort" => {}
        _ => return None,
    }
    Some(Val::none())
}

fn of_dict(items: &Dict, name: &str, given: &Given) -> Option<Val> {
    let find = |key: &Val| items.borrow().iter().position(|(known, _)| known.equals(key) == Some(true));
    let other = || given.argument(1, "default").cloned().unwrap_or_else(Val::none);
    Some(match name {
        "get" => match find(given.args.first()?) {
            Some(at) => items.borrow().get(at)?.1.clone(),
            None => other(),
        },
        "pop" => match find(given.args.first()?) {
            Some(at) => items.borrow_mut().remove(at).1,
            None => other(),
        },
        "setdefault" => match find(given.args.first()?) {
            Some(at) => items.borrow().get(at)?.1.clone(),
            None => {
                items.borrow_mut().push((given.args.first()?.clone(), other()));
                other()
            }
        },
        "update" => {
            let mut more: Vec<(Val, Val)> = match given.args.first() {
                Some(Val::Dict(more)) => more.borrow().clone(),
                _ => Vec::new(),
            };
            more.extend(given.keywords.iter().map(|(name, value)| (Val::text(name), value.clone())));
            for (key, value) in more {
                match find(&key) {
                    Some(at) => items.borrow_mut()[at].1 = value,
                    None => items.borrow_mut().push((key, value)),
                }
            }
            Val::none()
        }
        "items" => {
            Val::list(items.borrow().iter().map(|(key, value)| Val::tuple(vec![key.clone(), value.clone()])).collect())
        }
        "keys" => Val::list(items.borrow().iter().map(|(key, _)| key.clone()).collect()),
        "values" => Val::list(items.borrow().iter().map(|(_, value)| value.clone()).collect()),
        "copy" => Val::dict(items.borrow().clone()),
        _ => return None,
    })
}

fn of_text(text: &str, name: &str, given: &Given) -> Option<Val> {
    let one = || given.args.first().and_then(Val::as_text);
    Some(match name {
        "lower" | "casefold" => Val::text(&text.to_lowercase()),
        "upper" => Val::text(&text.to_uppercase()),
        "strip" if given.args.is_empty() => Val::text(text.trim()),
        "capitalize" => {
            let mut chars = text.chars();
            let first = chars.next().map(|c| c.to_uppercase().collect::<String>()).unwrap_or_default();
            Val::text(&(first + &chars.as_str().to_lowercase()))
        }
        "replace" => Val::text(&text.replace(&one()?, &given.args.get(1)?.as_text()?)),
        "startswith" => Val::bool(text.starts_with(&one()?)),
        "endswith" => Val::bool(text.ends_with(&one()?)),
        "removeprefix" => Val::text(text.strip_prefix(one()?.as_str()).unwrap_or(text)),
        "removesuffix" => Val::text(text.strip_suffix(one()?.as_str()).unwrap_or(text)),
        "split" => match one() {
            Some(by) if !by.is_empty() && given.args.len() == 1 => Val::list(text.split(&by).map(Val::text).collect()),
            None if given.args.is_empty() => Val::list(text.split_whitespace().map(Val::text).collect()),
            _ => return None,
        },
        "rsplit" | "rpartition" if given.args.len() == 2 || name == "rpartition" => {
            let by = one()?;
            let parts = text.rsplit_once(by.as_str());
            match (name, parts) {
                ("rsplit", Some((a, b))) => Val::list(vec![Val::text(a), Val::text(b)]),
                ("rsplit", None) => Val::list(vec![Val::text(text)]),
                (_, Some((a, b))) => Val::tuple(vec![Val::text(a), Val::text(&by), Val::text(b)]),
                (_, None) => Val::tuple(vec![Val::text(""), Val::text(""), Val::text(text)]),
            }
        }
        "join" => {
            let parts = given.args.first()?.elements()?;
            Val::text(&parts.iter().map(shown).collect::<Option<Vec<_>>>()?.join(text))
        }
        "title" => Val::text(
            &text
                .split(' ')
                .map(|word| {
                    let mut chars = word.chars();
                    let first = chars.next().map(|c| c.to_uppercase().collect::<String>()).unwrap_or_default();
                    first + &chars.as_str().to_lowercase()
                })
                .collect::<Vec<_>>()
                .join(" "),
        ),
        "format" => format(&Val::text(text), given),
        _ => return None,
    })
}

/// `pattern.format(…)`, for plain placeholders.
pub(super) fn format(pattern: &Val, given: &Given) -> Val {
    let Some(pattern) = pattern.as_text() else { return Val::Unknown };
    let mut written = String::new();
    let mut rest = pattern.as_str();
    let mut next = 0;
    while let Some(at) = rest.find(['{', '}']) {
        written.push_str(&rest[..at]);
        let sign = &rest[at..=at];
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix(sign) {
            written.push_str(sign);
            rest = after;
            continue;
        }
        let Some((name, after)) = rest.split_once('}') else { return Val::Unknown };
        let value = match name.parse::<usize>() {
            Ok(place) => given.args.get(place),
            Err(_) if name.is_empty() => {
                next += 1;
                given.args.get(next - 1)
            }
            Err(_) => given.keyword(name),
        };
        match value.and_then(shown) {
            Some(text) => written.push_str(&text),
            None => return Val::Unknown,
        }
        rest = after;
    }
    written.push_str(rest);
    Val::text(&written)
}
