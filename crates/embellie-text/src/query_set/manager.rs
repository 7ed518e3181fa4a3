//! Managers.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use embellie_core::Q;

use crate::arguments::Arguments;
use crate::evaluate::Evaluator;
use crate::models::{Does, Found, ManagerKind, Method};
use crate::{Error, Py, Result, Set};

/// The key of the site that Django makes, where no setting names another.
const FIRST_SITE: i64 = 1;

/// A manager of a model: where its query sets begin.
#[derive(Debug, Clone)]
pub struct Manager {
    pub(crate) label: String,
    /// The class, when it is a project's own.
    pub(crate) class: Option<String>,
    set: Result<Set>,
}

impl Manager {
    /// The manager of a name; `None` when the model has none of that name.
    pub(crate) fn named(on: &Evaluator<'_>, label: &str, name: &str) -> Result<Option<Manager>> {
        let Some(declared) = on.models.declared(label) else { return Ok(None) };
        let name = match name {
            "_default_manager" => declared.default_manager.as_deref().unwrap_or("objects"),
            other => other,
        };
        let base = Manager { label: label.to_owned(), class: None, set: Set::all(on.models, label) };
        Ok(match declared.managers.get(name) {
            Some(ManagerKind::Python { class, plain }) => {
                // A manager made of a query set's class is named after both.
                let (class, rows) = match class.split_once("From") {
                    Some((class, rows)) if on.models.classes().knows(rows) => (class, Some(rows.to_owned())),
                    _ => (class.as_str(), None),
                };
                let set = base.set.map(|set| Set { class: rows, ..set });
                let manager = Manager { label: base.label, class: Some(class.to_owned()), set };
                let set = match plain {
                    true => manager.set.clone(),
                    false => manager.rows(on, class),
                };
                Some(Manager { set, ..manager })
            }
            Some(ManagerKind::Plain) => Some(base),
            Some(ManagerKind::Site { field }) => {
                let is_there = |name: &str| on.models.model(label).is_ok_and(|model| model.member(name).is_some());
                let field = field.as_deref().unwrap_or(if is_there("site") { "site" } else { "sites" });
                let site = on.models.settings().site_id.unwrap_or(FIRST_SITE);
                let condition = Q::new(format!("{field}__id"), site);
                Some(Manager { set: base.set.map(|set| Set { query: set.query.filter(condition), ..set }), ..base })
            }
            None if name == "_base_manager" => Some(base),
            None => None,
        })
    }

    /// All rows that the manager gives.
    pub(crate) fn all(&self) -> Result<Set> {
        self.set.clone()
    }

    /// What the manager's own `get_queryset()` gives.
    fn rows(&self, on: &Evaluator<'_>, class: &str) -> Result<Set> {
        let unknown = || Error::Unknown(format!("the rows of a manager are chosen by Python code, in {class}"));
        if !on.models.classes().knows(class) {
            return Err(unknown());
        }
        match at_once(on.own_method(Py::Manager(self.clone()), class, "get_queryset", Arguments::default())) {
            Some(Ok(Some(Py::QuerySet(set)))) => Ok(*set),
            Some(Err(error)) => Err(error),
            _ => Err(unknown()),
        }
    }

    /// The manager as it is before a class of a project's own has its say.
    pub(crate) fn plain(&self, on: &Evaluator<'_>) -> Manager {
        let rows = self.set.as_ref().ok().and_then(|set| set.class.clone());
        let set = Set::all(on.models, &self.label).map(|set| Set { class: rows, ..set });
        Manager { label: self.label.clone(), class: None, set }
    }
}

/// What a future gives that waits for nothing.
fn at_once<T>(future: impl Future<Output = T>) -> Option<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}

/// A method of a project's own class, with what it is called on.
#[derive(Debug, Clone)]
pub struct Above {
    /// The object.
    pub(crate) this: Py,
    /// The class whose method asks for what is above it.
    pub(crate) class: String,
}

impl Evaluator<'_> {
    /// Calls a method of a project's own class; `None` when the class has none that is understood.
    pub(crate) async fn own_method(
        &self,
        this: Py,
        class: &str,
        method: &str,
        arguments: Arguments,
    ) -> Result<Option<Py>> {
        self.run(this, self.models.classes().find(class, method), method, arguments).await
    }

    /// Calls a method of the classes above a project's own.
    pub(crate) async fn method_above(&self, above: Above, method: &str, arguments: Arguments) -> Result<Py> {
        let found = self.models.classes().find_above(&above.class, method);
        if let Some(value) = self.run(above.this.clone(), found, method, arguments.clone()).await? {
            return Ok(value);
        }
        // Django's own method.
        let (this, class) = match above.this {
            Py::Manager(manager) => (Py::Manager(manager.plain(self)), None),
            Py::QuerySet(mut set) => {
                let class = set.class.take();
                (Py::QuerySet(set), class)
            }
            other => (other, None),
        };
        let value = self.call_later(Py::Method(Box::new((this, method.to_owned()))), arguments).await?;
        Ok(match (value, class) {
            (Py::QuerySet(mut set), Some(class)) => {
                set.class = Some(class);
                Py::QuerySet(set)
            }
            (value, _) => value,
        })
    }

    async fn run(&self, this: Py, found: Found, method: &str, arguments: Arguments) -> Result<Option<Py>> {
        let (class, body) = match found {
            Found::Nowhere => return Ok(None),
            Found::Opaque(class, place) => return Err(not_understood(&class, method, &place, "")),
            Found::Understood(class, body) => (class, body),
        };
        let mut locals = vec![("self".to_owned(), this.clone())];
        let above = Above { this, class: class.clone() };
        locals.push(("super".to_owned(), Py::Above(Box::new(above))));
        let mut within = Evaluator { locals, depth: self.depth + 1, ..*self };
        if within.depth > MOST_CALLS {
            return Err(Error::python("RecursionError", "maximum recursion depth exceeded"));
        }
        let bound = within.bound(method, &body, arguments).await?;
        let (names, result) = match &body.does {
            Does::Returns(names, result) => (names, result),
            Does::Runs(statements) => {
                let value = within.run_method(bound, statements).await;
                return value.map(Some).map_err(|error| match error {
                    Error::Unknown(why) | Error::Python { class: "NameError", message: why } => {
                        not_understood(&class, method, &body.place, &why)
                    }
                    other => other,
                });
            }
        };
        within.locals.extend(bound);
        for (name, value) in names {
            let value = within.value(value).await?;
            within.locals.push((name.clone(), value));
        }
        within.value(result).await.map(Some).map_err(|error| match error {
            Error::Python { class: "NameError", message } => not_understood(&class, method, &body.place, &message),
            other => other,
        })
    }

    /// The parameters of a method and their values.
    async fn bound(&self, method: &str, body: &Method, arguments: Arguments) -> Result<Vec<(String, Py)>> {
        let mut bound = Vec::new();
        let Arguments { positional, mut keywords } = arguments;
        let mut positional = positional.into_iter();
        for (name, default) in &body.parameters {
            let named = keywords.iter().position(|(known, _)| known == name);
            match (positional.next().or_else(|| named.map(|place| keywords.remove(place).1)), default) {
                (Some(value), _) => bound.push((name.clone(), value)),
                (None, Some(default)) => bound.push((name.clone(), self.value(default).await?)),
                (None, None) => {
                    return Err(Error::type_error(format!("{method}() missing a required argument: '{name}'")));
                }
            }
        }
        let (list, dict) = &body.further;
        let more: Vec<Py> = positional.collect();
        if (list.is_none() && !more.is_empty()) || (dict.is_none() && !keywords.is_empty()) {
            return Err(Error::type_error(format!("{method}() got arguments that it does not take")));
        }
        if let Some(name) = list {
            bound.push((name.clone(), Py::Tuple(more)));
        }
        if let Some(name) = dict {
            let items = keywords.into_iter().map(|(key, value)| (Py::Str(key), value));
            bound.push((name.clone(), Py::Dict(items.collect())));
        }
        Ok(bound)
    }
}

fn not_understood(class: &str, method: &str, place: &str, why: &str) -> Error {
    let place = if place.is_empty() { String::new() } else { format!(" ({place})") };
    let why = if why.is_empty() { String::new() } else { format!(": {why}") };
    Error::Unknown(format!("{class}.{method}(){place} is Python code that does more than a query{why}"))
}

/// How deep methods of a project's own may call each other.
const MOST_CALLS: usize = 8;
