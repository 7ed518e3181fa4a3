//! Values with attributes that do not change: enumerations and their members, `_meta`, fields.

use super::shared::{Held, Shared};
use crate::models::Choices;
use crate::{Error, Py, Result};

/// A value with attributes that do not change.
#[derive(Clone)]
pub(crate) struct Thing {
    pub(crate) type_name: String,
    /// The value as an expression would make it.
    pub(crate) repr: String,
    /// The value as text, where that is another.
    pub(crate) text: Option<String>,
    /// The attributes; those whose names end with `()` are what methods without arguments give.
    pub(crate) attributes: Vec<(String, Py)>,
    /// The plain value that it stands for: a member's.
    pub(crate) value: Option<Py>,
    /// The members of an enumeration, with their names.
    pub(crate) members: Option<Vec<(String, Py)>>,
    /// The model whose `_meta` it is, by its label.
    pub(crate) options: Option<String>,
}

impl Thing {
    pub(crate) fn new(type_name: impl Into<String>, repr: impl Into<String>) -> Self {
        Thing {
            type_name: type_name.into(),
            repr: repr.into(),
            text: None,
            attributes: Vec::new(),
            value: None,
            members: None,
            options: None,
        }
    }

    pub(crate) fn with(mut self, name: &str, value: Py) -> Self {
        self.attributes.push((name.to_owned(), value));
        self
    }

    pub(crate) fn into_py(self) -> Py {
        Py::Shared(Shared::new(Held::Thing(Box::new(self))))
    }

    /// An attribute.
    pub(crate) fn attribute(&self, name: &str) -> Option<Py> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    }

    /// What a method without arguments gives.
    pub(crate) fn method(&self, name: &str) -> Option<Py> {
        self.attribute(&format!("{name}()"))
    }

    /// The error for an attribute that is not there.
    pub(crate) fn lacks(&self, name: &str) -> Error {
        let known = self.attributes.iter().map(|(known, _)| known.trim_end_matches("()"));
        let hint = embellie_core::did_you_mean(name, known);
        let of = match &self.members {
            Some(_) => format!("type object '{}'", self.repr.trim_start_matches("<enum '").trim_end_matches("'>")),
            None => format!("'{}' object", self.type_name),
        };
        Error::python("AttributeError", format!("{of} has no attribute '{name}'{hint}"))
    }

    /// The member of a value: `Status("live")`.
    ///
    /// # Errors
    /// A `ValueError` when no member has it.
    pub(crate) fn member_of(&self, value: &Py) -> Result<Py> {
        for (_, member) in self.members.iter().flatten() {
            if super::compare::equal(&member.clone().bare(), &value.clone().bare())? {
                return Ok(member.clone());
            }
        }
        Err(Error::value_error(format!("{} is not a valid {}", super::show::repr(&value.clone().bare()), self.name())))
    }

    /// The member of a name: `Status["LIVE"]`.
    ///
    /// # Errors
    /// A `KeyError` when no member has it.
    pub(crate) fn member_named(&self, name: &str) -> Result<Py> {
        let member = self.members.iter().flatten().find(|(known, _)| known == name);
        member.map(|(_, member)| member.clone()).ok_or_else(|| Error::python("KeyError", super::show::quoted(name)))
    }

    fn name(&self) -> &str {
        self.repr.trim_start_matches("<enum '").trim_end_matches("'>")
    }
}

/// An enumeration, by the name that Python calls it: `Post.Status`.
pub(super) fn enumeration(choices: &Choices, qualified: &str) -> Py {
    let class = qualified.rsplit('.').next().unwrap_or(qualified);
    let members: Vec<(String, Py)> = choices
        .members
        .iter()
        .map(|(name, value, label)| {
            let mut member = Thing::new(class, format!("{qualified}.{name}"))
                .with("name", Py::Str(name.clone()))
                .with("label", Py::Str(label.clone()))
                .with("value", value.clone());
            member.text = Some(super::show::text(value));
            member.value = Some(value.clone());
            (name.clone(), member.into_py())
        })
        .collect();
    let mut made = Thing::new("ChoicesType", format!("<enum '{class}'>"));
    for told in ["choices", "values", "labels", "names"] {
        made = made.with(told, choices.attribute(told).and_then(|told| told.shared().ok()).unwrap_or(Py::None));
    }
    made = made.with("__name__", Py::Str(class.to_owned()));
    made.attributes.extend(members.iter().cloned());
    made.members = Some(members);
    made.into_py()
}

impl Py {
    /// The value that a member of an enumeration stands for; all else as it is.
    pub(crate) fn bare(self) -> Py {
        let value = match &self {
            Py::Shared(shared) => match &*shared.lock() {
                Held::Thing(thing) => thing.value.clone(),
                _ => None,
            },
            _ => None,
        };
        value.unwrap_or(self)
    }

    /// A copy of the thing that it is, if it is one.
    pub(crate) fn as_thing(&self) -> Option<Thing> {
        match self {
            Py::Shared(shared) => match &*shared.lock() {
                Held::Thing(thing) => Some((**thing).clone()),
                _ => None,
            },
            _ => None,
        }
    }
}
