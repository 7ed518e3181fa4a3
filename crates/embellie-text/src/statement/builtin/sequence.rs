//! Functions of what can be iterated over. Each gives all its values at once.

use super::{only, sort};
use crate::arguments::{Arguments, required};
use crate::evaluate::Evaluator;
use crate::statement::compare;
use crate::statement::expression::value_type;
use crate::statement::run::Run;
use crate::statement::shared::{Dict, Held, Shared};
use crate::{Error, Py, Result};

/// The most elements that a range may have.
const LONGEST: i128 = 10_000_000;

pub(super) async fn call(
    on: &Evaluator<'_>,
    run: &Run<'_>,
    name: &'static str,
    mut arguments: Arguments,
) -> Result<Py> {
    let call = async |function: &Py, values: Vec<Py>| {
        on.invoke(run, function.clone(), Arguments { positional: values, keywords: Vec::new() }).await
    };
    Ok(match name {
        "min" | "max" => {
            let (key, default) = (arguments.keyword("key"), arguments.keyword("default"));
            arguments.no_keywords(name)?;
            let values = match &arguments.positional[..] {
                [all] => on.rows_of(run, all).await?,
                several => several.to_vec(),
            };
            let mut best: Option<(Py, Py)> = None;
            for value in values {
                run.step()?;
                let key = match &key {
                    None | Some(Py::None) => value.clone(),
                    Some(key) => call(key, vec![value.clone()]).await?,
                };
                let better = match &best {
                    None => true,
                    Some((known, _)) if name == "min" => {
                        compare::order(&key, known, "<")?.is_some_and(std::cmp::Ordering::is_lt)
                    }
                    Some((known, _)) => compare::order(&key, known, ">")?.is_some_and(std::cmp::Ordering::is_gt),
                };
                if better {
                    best = Some((key, value));
                }
            }
            match (best, default) {
                (Some((_, value)), _) => value,
                (None, Some(default)) => default,
                (None, None) => return Err(Error::value_error(format!("{name}() arg is an empty sequence"))),
            }
        }
        "sorted" => {
            let (key, reverse) = (arguments.keyword("key"), arguments.keyword("reverse"));
            let values = on.rows_of(run, &only("sorted", arguments)?).await?;
            let reverse = reverse.is_some_and(|reverse| reverse.is_true());
            Py::list(sort(on, run, values, key, reverse).await?)
        }
        "sum" => {
            let [values, start] = arguments.bind("sum", ["iterable", "start"])?;
            let mut sum = start.unwrap_or(Py::Int(0));
            for value in on.rows_of(run, &required("sum", "iterable", values)?).await? {
                run.step()?;
                sum = on.combined(run, ruff_python_ast::Operator::Add, sum, value)?;
            }
            sum
        }
        "any" | "all" => {
            for value in on.rows_of(run, &only(name, arguments)?).await? {
                if on.is_true(run, &value).await? == (name == "any") {
                    return Ok(Py::Bool(name == "any"));
                }
            }
            Py::Bool(name == "all")
        }
        "reversed" => {
            let mut values = on.rows_of(run, &only("reversed", arguments)?).await?;
            values.reverse();
            Py::list(values)
        }
        "enumerate" => {
            let [values, start] = arguments.bind("enumerate", ["iterable", "start"])?;
            let start = start.map_or(Ok(0), |start| start.into_int("start"))?;
            let values = on.rows_of(run, &required("enumerate", "iterable", values)?).await?;
            run.charge_elements(values.len() * 3)?;
            let numbered = values.into_iter().zip(i128::from(start)..);
            Py::list(numbered.map(|(value, place)| Py::tuple(vec![Py::Int(place), value])).collect())
        }
        "zip" => {
            let strict = arguments.keyword("strict");
            arguments.no_keywords("zip")?;
            let mut columns = Vec::new();
            for values in &arguments.positional {
                columns.push(on.rows_of(run, values).await?);
            }
            let shortest = columns.iter().map(Vec::len).min().unwrap_or_default();
            if strict.is_some_and(|strict| strict.is_true()) && columns.iter().any(|column| column.len() != shortest) {
                return Err(Error::value_error("zip() arguments have different lengths"));
            }
            run.charge_elements(shortest.saturating_mul(columns.len() + 1))?;
            let row = |place: usize| columns.iter().filter_map(|column| column.get(place).cloned()).collect();
            Py::list((0..shortest).map(|place| Py::tuple(row(place))).collect())
        }
        "map" => {
            arguments.no_keywords("map")?;
            let mut positional = arguments.positional.into_iter();
            let function = required("map", "function", positional.next())?;
            let mut columns = Vec::new();
            for values in positional {
                columns.push(on.rows_of(run, &values).await?);
            }
            let shortest = columns.iter().map(Vec::len).min().unwrap_or_default();
            let mut made = Vec::new();
            for place in 0..shortest {
                let row = columns.iter().filter_map(|column| column.get(place).cloned()).collect();
                made.push(call(&function, row).await?);
            }
            Py::list(made)
        }
        "filter" => {
            let [function, values] = arguments.bind("filter", ["function", "iterable"])?;
            let function = required("filter", "function", function)?;
            let mut made = Vec::new();
            for value in on.rows_of(run, &required("filter", "iterable", values)?).await? {
                let test = match &function {
                    Py::None => value.clone(),
                    function => call(function, vec![value.clone()]).await?,
                };
                if on.is_true(run, &test).await? {
                    made.push(value);
                }
            }
            Py::list(made)
        }
        "functools.reduce" => {
            let [function, values, start] = arguments.bind("reduce", ["function", "iterable", "initial"])?;
            let function = required("reduce", "function", function)?;
            let mut values = on.rows_of(run, &required("reduce", "iterable", values)?).await?.into_iter();
            let empty = || Error::type_error("reduce() of empty iterable with no initial value");
            let mut made = start.or_else(|| values.next()).ok_or_else(empty)?;
            for value in values {
                made = call(&function, vec![made, value]).await?;
            }
            made
        }
        "itertools.chain" => {
            let mut made = Vec::new();
            for values in &arguments.positional {
                made.extend(on.rows_of(run, values).await?);
            }
            run.charge_elements(made.len())?;
            Py::list(made)
        }
        "iter" => {
            let values = on.rows_of(run, &only("iter", arguments)?).await?;
            Py::list(values)
        }
        "next" => {
            let [values, default] = arguments.bind("next", ["iterator", "default"])?;
            let values = required("next", "iterator", values)?;
            let Some(shared) = values.as_shared() else {
                return Err(Error::type_error(format!("'{}' object is not an iterator", value_type(&values))));
            };
            let first = match &mut *shared.lock() {
                Held::List(values) if values.is_empty() => None,
                Held::List(values) => Some(values.remove(0)),
                _ => {
                    return Err(Error::type_error("'next()' needs what iter() or a generator gives"));
                }
            };
            first.or(default).ok_or_else(|| Error::python("StopIteration", ""))?
        }
        "list" | "tuple" | "set" | "frozenset" => {
            let [values] = arguments.bind(name, ["iterable"])?;
            let values = match values {
                None => Vec::new(),
                Some(values) => on.rows_of(run, &values).await?,
            };
            run.charge_elements(values.len())?;
            match name {
                "list" => Py::list(values),
                "tuple" => Py::tuple(values),
                _ => Py::set(values)?,
            }
        }
        "dict" => {
            let mut dict = Dict::default();
            if arguments.positional.len() > 1 {
                return Err(Error::type_error(format!(
                    "dict expected at most 1 argument, got {}",
                    arguments.positional.len()
                )));
            }
            if let Some(given) = arguments.positional.first() {
                dict.items = pairs(on, run, given).await?.items;
            }
            for (name, value) in arguments.keywords {
                dict.insert(Py::Str(name), value)?;
            }
            Py::Shared(Shared::new(Held::Dict(dict)))
        }
        _ => range(run, arguments)?,
    })
}

/// A dictionary of another, or of pairs.
pub(in crate::statement) async fn pairs(on: &Evaluator<'_>, run: &Run<'_>, given: &Py) -> Result<Dict> {
    if let Py::Shared(shared) = given
        && let Held::Dict(dict) = &*shared.lock()
    {
        return Ok(Dict { items: dict.items.clone(), ..Dict::default() });
    }
    let mut dict = Dict::default();
    for pair in on.rows_of(run, given).await? {
        let [key, value]: [Py; 2] = on.rows_of(run, &pair).await?.try_into().map_err(|pair: Vec<Py>| {
            Error::value_error(format!("dictionary update sequence element has length {}; 2 is required", pair.len()))
        })?;
        dict.insert(key, value)?;
    }
    run.charge_elements(dict.items.len() * 2)?;
    Ok(dict)
}

/// How many elements a value has.
pub(super) async fn length(on: &Evaluator<'_>, run: &Run<'_>, value: Py) -> Result<usize> {
    Ok(match &value {
        Py::Str(text) => text.chars().count(),
        Py::Bytes(bytes) => bytes.len(),
        Py::Shared(_) => {
            if let Some(shared) = value.as_shared() {
                match &*shared.lock() {
                    Held::Thing(thing) if let Some(members) = &thing.members => return Ok(members.len()),
                    Held::List(values) | Held::Tuple(values) => return Ok(values.len()),
                    Held::Set(values) => return Ok(values.len()),
                    Held::Dict(dict) => return Ok(dict.items.len()),
                    Held::Rows(_) => {}
                    _ => {
                        return Err(Error::type_error(format!("object of type '{}' has no len()", value_type(&value))));
                    }
                }
            }
            on.rows_of(run, &value).await?.len()
        }
        other => return Err(Error::type_error(format!("object of type '{}' has no len()", value_type(other)))),
    })
}

fn range(run: &Run<'_>, arguments: Arguments) -> Result<Py> {
    arguments.no_keywords("range")?;
    let mut numbers = Vec::new();
    for value in arguments.positional {
        match value {
            Py::Int(_) | Py::Bool(_) => numbers.push(i128::from(value.into_int("an argument of range()")?)),
            other => {
                return Err(Error::type_error(format!(
                    "'{}' object cannot be interpreted as an integer",
                    value_type(&other)
                )));
            }
        }
    }
    let (start, stop, step) = match numbers[..] {
        [stop] => (0, stop, 1),
        [start, stop] => (start, stop, 1),
        [_, _, 0] => return Err(Error::value_error("range() arg 3 must not be zero")),
        [start, stop, step] => (start, stop, step),
        _ => return Err(Error::type_error("range expected from 1 to 3 arguments")),
    };
    let span = if step > 0 { stop - start } else { start - stop };
    let count = (span.max(0) + step.abs() - 1) / step.abs();
    if count > LONGEST {
        return Err(Error::python("MemoryError", format!("a range of more than {LONGEST} elements")));
    }
    run.charge_elements(usize::try_from(count).unwrap_or(usize::MAX))?;
    Ok(Py::list((0..count).map(|place| Py::Int(start + place * step)).collect()))
}
