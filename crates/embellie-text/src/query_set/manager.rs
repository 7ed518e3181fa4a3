//! Managers.

use crate::models::{ManagerKind, Models};
use crate::{Error, Result, Set};

/// A manager of a model: where its query sets begin.
#[derive(Debug, Clone)]
pub struct Manager {
    pub(crate) label: String,
    set: Set,
}

impl Manager {
    /// The manager of a name; `None` when the model has none of that name.
    pub(crate) fn named(models: &Models, label: &str, name: &str) -> Result<Option<Manager>> {
        let Some(declared) = models.declared(label) else { return Ok(None) };
        let name = match name {
            "_default_manager" => declared.default_manager.as_deref().unwrap_or("objects"),
            other => other,
        };
        match declared.managers.get(name) {
            Some(ManagerKind::Python(class)) => {
                Err(Error::Unknown(format!("the rows of '{name}' are chosen by Python code, in {class}")))
            }
            Some(ManagerKind::Plain) => Manager::all_rows(models, label).map(Some),
            None if name == "_base_manager" => Manager::all_rows(models, label).map(Some),
            None => Ok(None),
        }
    }

    fn all_rows(models: &Models, label: &str) -> Result<Manager> {
        Ok(Manager { label: label.to_owned(), set: Set::all(models, label)? })
    }

    /// All rows that the manager gives.
    pub(crate) fn all(&self) -> Result<Set> {
        Ok(self.set.clone())
    }
}
