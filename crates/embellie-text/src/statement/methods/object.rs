//! Methods that change objects, and those of query sets whose rows are known.

use crate::arguments::Arguments;
use crate::evaluate::Evaluator;
use crate::query_set::reload;
use crate::statement::expression::known_rows;
use crate::statement::run::Run;
use crate::statement::shared::{Held, Shared};
use crate::{Error, Object, Py, Result};

/// A method of an object.
pub(super) async fn of_object(
    on: &Evaluator<'_>,
    _run: &Run<'_>,
    of: &Shared,
    name: &str,
    arguments: Arguments,
) -> Result<Result<Py, Arguments>> {
    let mut object = match &*of.lock() {
        Held::Object(held) => held.object.clone(),
        _ => return Ok(Err(arguments)),
    };
    match name {
        "save" | "delete" => {
            let mut plain = Arguments::default();
            for value in arguments.positional {
                plain.positional.push(value.plain()?);
            }
            for (name, value) in arguments.keywords {
                plain.keywords.push((name, value.plain()?));
            }
            let value = on.of_object(&mut object, name, plain).await?;
            keep(of, object, false);
            value.shared().map(Ok)
        }
        "refresh_from_db" => {
            let _ = arguments;
            let fresh = reload(&object, on).await?;
            keep(of, fresh, true);
            Ok(Ok(Py::None))
        }
        "full_clean" => {
            object.record().validate()?;
            Ok(Ok(Py::None))
        }
        _ => match display_of(name, &object) {
            Some(value) => Ok(Ok(value)),
            None => Ok(Err(arguments)),
        },
    }
}

/// What `get_status_display()` says: the label of the field's choice.
fn display_of(name: &str, object: &Object) -> Option<Py> {
    let field = name.strip_prefix("get_")?.strip_suffix("_display")?;
    let model = object.record().model();
    let meta = model.fields.get(model.field_index(field)?)?;
    let value = object.field(field);
    let label = meta.choices.iter().find(|choice| choice.value == value).map(|choice| choice.label.to_string());
    Some(match label {
        Some(label) => Py::Str(label),
        None => Py::from_value(value),
    })
}

fn keep(of: &Shared, object: Object, forget: bool) {
    let mut old = Vec::new();
    if let Held::Object(held) = &mut *of.lock() {
        held.object = object;
        if forget {
            old = std::mem::take(&mut held.attributes);
        }
    }
    drop(old);
}

/// A method of a query set: what its rows tell needs no statement once they are read, as in Django.
pub(super) async fn of_rows(
    on: &Evaluator<'_>,
    _run: &Run<'_>,
    of: &Shared,
    name: &str,
    arguments: Arguments,
) -> Result<Result<Py, Arguments>> {
    let is_plain = arguments.positional.is_empty() && arguments.keywords.is_empty();
    if let Some(rows) = known_rows(of).filter(|_| is_plain) {
        match name {
            "count" => return Ok(Ok(Py::Int(rows.len() as i128))),
            "exists" => return Ok(Ok(Py::Bool(!rows.is_empty()))),
            _ => {}
        }
    }
    if name == "bulk_create" {
        return bulk_create(on, &Py::Shared(of.clone()), arguments).await.map(Ok);
    }
    Ok(Err(arguments))
}

/// Inserts objects together, and tells them their keys.
pub(super) async fn bulk_create(on: &Evaluator<'_>, of: &Py, arguments: Arguments) -> Result<Py> {
    let given = arguments.positional.first().cloned();
    let mut plain = Arguments::default();
    for value in arguments.positional {
        plain.positional.push(value.plain()?);
    }
    for (name, value) in arguments.keywords {
        plain.keywords.push((name, value.plain()?));
    }
    let method = Py::Method(Box::new((of.clone().plain()?, "bulk_create".to_owned())));
    let made = on.call_later(method, plain).await?;
    let Some(Py::Shared(given)) = given else { return made.shared() };
    let objects = match &*given.lock() {
        Held::List(objects) | Held::Tuple(objects) => objects.clone(),
        _ => return made.shared(),
    };
    let Py::List(made) = made else {
        return Err(Error::type_error("bulk_create() gave no list"));
    };
    for (object, made) in objects.iter().zip(made) {
        if let (Py::Shared(object), Py::Object(made)) = (object, made) {
            keep(object, *made, false);
        }
    }
    Ok(Py::list(objects))
}
