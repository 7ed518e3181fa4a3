//! Methods of lists, tuples, sets and dictionaries.

use crate::arguments::{Arguments, required};
use crate::evaluate::Evaluator;
use crate::statement::builtin::{only, pairs, sort};
use crate::statement::key::Key;
use crate::statement::run::Run;
use crate::statement::shared::{Dict, Held, Shared};
use crate::statement::{compare, show};
use crate::{Error, Py, Result};

pub(super) async fn call(
    on: &Evaluator<'_>,
    run: &Run<'_>,
    of: &Shared,
    name: &str,
    arguments: Arguments,
) -> Result<Py> {
    let kind = match &*of.lock() {
        Held::Dict(_) => 0,
        Held::Set(_) => 1,
        Held::Tuple(_) => 2,
        _ => 3,
    };
    match kind {
        0 => of_dict(on, run, of, name, arguments).await,
        1 => of_set(on, run, of, name, arguments).await,
        kind => of_list(on, run, of, name, arguments, kind == 2).await,
    }
}

fn lacks(of: &Shared, name: &str) -> Error {
    show::lacks(&Py::Shared(of.clone()), name)
}

fn with_list<T>(of: &Shared, change: impl FnOnce(&mut Vec<Py>) -> T) -> Option<T> {
    match &mut *of.lock() {
        Held::List(values) => Some(change(values)),
        _ => None,
    }
}

async fn of_list(
    on: &Evaluator<'_>,
    run: &Run<'_>,
    of: &Shared,
    name: &str,
    mut arguments: Arguments,
    is_tuple: bool,
) -> Result<Py> {
    match name {
        "count" | "index" => {
            let value = only(name, arguments)?;
            let mut found = 0;
            for (place, known) in on.rows_of(run, &Py::Shared(of.clone())).await?.iter().enumerate() {
                if compare::equal(known, &value)? {
                    if name == "index" {
                        return Ok(Py::Int(place as i128));
                    }
                    found += 1;
                }
            }
            return match name {
                "count" => Ok(Py::Int(found)),
                _ => Err(Error::value_error(format!("{} is not in list", on.repr(run, &value).await?))),
            };
        }
        _ if is_tuple => return Err(lacks(of, name)),
        _ => {}
    }
    Ok(match name {
        "append" => {
            let value = only("append", arguments)?;
            run.charge_elements(1)?;
            with_list(of, |values| values.push(value));
            Py::None
        }
        "extend" => {
            let more = on.rows_of(run, &only("extend", arguments)?).await?;
            run.charge_elements(more.len())?;
            with_list(of, |values| values.extend(more));
            Py::None
        }
        "insert" => {
            let [place, value] = arguments.bind("insert", ["index", "object"])?;
            let place = required("insert", "index", place)?.into_int("index")?;
            let value = required("insert", "object", value)?;
            run.charge_elements(1)?;
            with_list(of, |values| {
                let length = i64::try_from(values.len()).unwrap_or(i64::MAX);
                let place = if place < 0 { (place + length).max(0) } else { place.min(length) };
                values.insert(usize::try_from(place).unwrap_or_default(), value);
            });
            Py::None
        }
        "pop" => {
            let [index] = arguments.bind("pop", ["index"])?;
            let index = index.unwrap_or(Py::Int(-1));
            let popped = match &mut *of.lock() {
                Held::List(values) if values.is_empty() => {
                    return Err(Error::python("IndexError", "pop from empty list"));
                }
                Held::List(values) => {
                    let place = super::place(&index, values.len(), "pop index out of range")?;
                    (place < values.len()).then(|| values.remove(place))
                }
                _ => None,
            };
            popped.ok_or_else(|| Error::python("IndexError", "pop index out of range"))?
        }
        "remove" => {
            let value = only("remove", arguments)?;
            let values = on.rows_of(run, &Py::Shared(of.clone())).await?;
            for (place, known) in values.iter().enumerate() {
                if compare::equal(known, &value)? {
                    let old = with_list(of, |values| (place < values.len()).then(|| values.remove(place)));
                    drop(old);
                    return Ok(Py::None);
                }
            }
            return Err(Error::value_error("list.remove(x): x not in list"));
        }
        "clear" => {
            let old = with_list(of, std::mem::take);
            drop(old);
            Py::None
        }
        "copy" => Py::list(on.rows_of(run, &Py::Shared(of.clone())).await?),
        "reverse" => {
            with_list(of, |values| values.reverse());
            Py::None
        }
        "sort" => {
            let (key, reverse) = (arguments.keyword("key"), arguments.keyword("reverse"));
            arguments.none("sort")?;
            let values = on.rows_of(run, &Py::Shared(of.clone())).await?;
            let values = sort(on, run, values, key, reverse.is_some_and(|reverse| reverse.is_true())).await?;
            let old = with_list(of, |known| std::mem::replace(known, values));
            drop(old);
            Py::None
        }
        _ => return Err(lacks(of, name)),
    })
}

fn dict_of(of: &Shared) -> Dict {
    match &*of.lock() {
        Held::Dict(dict) => dict.clone(),
        _ => Dict::default(),
    }
}

async fn of_dict(on: &Evaluator<'_>, run: &Run<'_>, of: &Shared, name: &str, arguments: Arguments) -> Result<Py> {
    Ok(match name {
        "keys" => Py::list(dict_of(of).items.into_values().map(|(key, _)| key).collect()),
        "values" => Py::list(dict_of(of).items.into_values().map(|(_, value)| value).collect()),
        "items" => {
            let items = dict_of(of).items;
            run.charge_elements(items.len() * 3)?;
            Py::list(items.into_values().map(|(key, value)| Py::tuple(vec![key, value])).collect())
        }
        "get" | "setdefault" | "pop" => {
            let [key, default] = arguments.bind(name, ["key", "default"])?;
            let key = required(name, "key", key)?;
            let hashed = Key::of(&key)?;
            match &mut *of.lock() {
                Held::Dict(dict) => match (name, dict.items.get(&hashed)) {
                    ("pop", Some(_)) => dict.items.shift_remove(&hashed).map_or(Py::None, |(_, value)| value),
                    (_, Some((_, value))) => value.clone(),
                    ("get", None) => default.unwrap_or(Py::None),
                    ("pop", None) => match default {
                        Some(default) => default,
                        None => return Err(Error::python("KeyError", show::repr(&key))),
                    },
                    (_, None) => {
                        let value = default.unwrap_or(Py::None);
                        dict.items.insert(hashed, (key, value.clone()));
                        value
                    }
                },
                _ => Py::None,
            }
        }
        "update" => {
            let mut more = match arguments.positional.first() {
                Some(given) => {
                    let counts = dict_of(of).counts;
                    if counts {
                        let counted = Arguments { positional: vec![given.clone()], keywords: Vec::new() };
                        let counted = crate::statement::builtin::call(on, run, "collections.Counter", counted).await?;
                        let counted = counted.as_shared().map(dict_of).unwrap_or_default();
                        let known = dict_of(of);
                        let mut sums = Dict::default();
                        for (key, (value, count)) in counted.items {
                            let before = known.items.get(&key).map_or(Py::Int(0), |(_, count)| count.clone());
                            let sum = on.combined(run, ruff_python_ast::Operator::Add, before, count)?;
                            sums.items.insert(key, (value, sum));
                        }
                        sums
                    } else {
                        pairs(on, run, given).await?
                    }
                }
                None => Dict::default(),
            };
            for (name, value) in arguments.keywords {
                more.insert(Py::Str(name), value)?;
            }
            run.charge_elements(more.items.len() * 2)?;
            let mut old = Vec::new();
            if let Held::Dict(dict) = &mut *of.lock() {
                for (key, pair) in more.items {
                    old.push(dict.items.insert(key, pair));
                }
            }
            drop(old);
            Py::None
        }
        "copy" => Py::Shared(Shared::new(Held::Dict(dict_of(of)))),
        "clear" => {
            let old = match &mut *of.lock() {
                Held::Dict(dict) => std::mem::take(&mut dict.items),
                _ => Default::default(),
            };
            drop(old);
            Py::None
        }
        "most_common" if dict_of(of).counts => {
            let [most] = arguments.bind("most_common", ["n"])?;
            let items = dict_of(of).items.into_values();
            let keyed: Vec<Py> = items.map(|(key, count)| Py::tuple(vec![key, count])).collect();
            let mut ranked: Vec<(Py, Py)> = Vec::new();
            for pair in keyed {
                let count = super::item(&pair, &Py::Int(1))?.unwrap_or(Py::None);
                ranked.push((count, pair));
            }
            let mut ranked = crate::statement::builtin::sorted(ranked, true)?;
            if let Some(most) = most.filter(|most| !matches!(most, Py::None)) {
                ranked.truncate(usize::try_from(most.into_int("n")?).unwrap_or_default());
            }
            Py::list(ranked)
        }
        _ => return Err(lacks(of, name)),
    })
}

async fn of_set(on: &Evaluator<'_>, run: &Run<'_>, of: &Shared, name: &str, arguments: Arguments) -> Result<Py> {
    use ruff_python_ast::Operator as O;
    let own = Py::Shared(of.clone());
    Ok(match name {
        "add" => {
            let value = only("add", arguments)?;
            let key = Key::of(&value)?;
            run.charge_elements(1)?;
            if let Held::Set(values) = &mut *of.lock() {
                values.entry(key).or_insert(value);
            }
            Py::None
        }
        "discard" | "remove" => {
            let value = only(name, arguments)?;
            let key = Key::of(&value)?;
            let old = match &mut *of.lock() {
                Held::Set(values) => values.shift_remove(&key),
                _ => None,
            };
            if old.is_none() && name == "remove" {
                return Err(Error::python("KeyError", show::repr(&value)));
            }
            Py::None
        }
        "update" => {
            for values in &arguments.positional {
                for value in on.rows_of(run, values).await? {
                    let key = Key::of(&value)?;
                    run.charge_elements(1)?;
                    if let Held::Set(known) = &mut *of.lock() {
                        known.entry(key).or_insert(value);
                    }
                }
            }
            Py::None
        }
        "union" | "intersection" | "difference" | "symmetric_difference" => {
            let op = match name {
                "union" => O::BitOr,
                "intersection" => O::BitAnd,
                "difference" => O::Sub,
                _ => O::BitXor,
            };
            let mut made = Py::set(on.rows_of(run, &own).await?)?;
            for values in &arguments.positional {
                let other = Py::set(on.rows_of(run, values).await?)?;
                made = on.combined(run, op, made, other)?;
            }
            made
        }
        "issubset" | "issuperset" | "isdisjoint" => {
            let other = Py::set(on.rows_of(run, &only(name, arguments)?).await?)?;
            match name {
                "issubset" => Py::Bool(compare::order(&own, &other, "<=")?.is_some_and(std::cmp::Ordering::is_le)),
                "issuperset" => Py::Bool(compare::order(&own, &other, ">=")?.is_some_and(std::cmp::Ordering::is_ge)),
                _ => {
                    let both = on.combined(run, O::BitAnd, own, other)?;
                    Py::Bool(!on.is_true(run, &both).await?)
                }
            }
        }
        "copy" => Py::set(on.rows_of(run, &own).await?)?,
        "clear" => {
            let old = match &mut *of.lock() {
                Held::Set(values) => std::mem::take(values),
                _ => Default::default(),
            };
            drop(old);
            Py::None
        }
        _ => return Err(lacks(of, name)),
    })
}
