//! Related objects that are read after the rows.

use embellie_core::meta::{Member, Model};

use super::{Set, reverse};
use crate::models::Models;
use crate::{Error, Result};

/// Related objects that are read after the rows: Django's `Prefetch`.
#[derive(Debug, Clone)]
pub struct Prefetch {
    pub(crate) lookup: String,
    /// The query sets that are read: none, one, or for generic foreign keys one for each of some models.
    pub(crate) querysets: Vec<Set>,
    pub(crate) to_attr: Option<String>,
}

impl Prefetch {
    /// The relations that lead to the objects, by their names with `__` between.
    pub fn lookup(&self) -> &str {
        &self.lookup
    }

    /// The query sets that are read in the place of all rows: one at most, and of a generic foreign key one for each of
    /// some models.
    pub fn sets(&self) -> &[Set] {
        &self.querysets
    }

    /// The attribute that holds the objects, apart from the relation.
    pub fn to_attr(&self) -> Option<&str> {
        self.to_attr.as_deref()
    }

    /// Refuses what leads nowhere from the objects of a model; `others` are looked for before this one.
    pub(super) fn check(&self, models: &Models, model: &Model, others: &[Prefetch]) -> Result<()> {
        let mut at = model;
        let mut done = String::new();
        for part in self.lookup.split("__") {
            // What another prefetch put there leads on in a way of its own.
            let so_far = if done.is_empty() { part.to_owned() } else { format!("{done}__{part}") };
            if others.iter().any(|other| other.ends_at(&so_far)) || models.is_virtual(at.label(), part) {
                return Ok(());
            }
            at = match step(models, at, part) {
                Some(next) => next,
                None => {
                    return Err(Error::python(
                        if at.member(part).is_some() { "ValueError" } else { "AttributeError" },
                        format!(
                            "Cannot find '{part}' on {} object, '{}' is an invalid parameter to prefetch_related()",
                            at.name, self.lookup
                        ),
                    ));
                }
            };
            done = so_far;
        }
        if let Some(to_attr) = &self.to_attr
            && model.field_index(to_attr).is_some()
        {
            return Err(Error::value_error(format!(
                "to_attr={to_attr} conflicts with a field on the {} model.",
                model.name
            )));
        }
        match &self.querysets[..] {
            [set] if models.model(&set.label)?.id() != at.id() && !models.inherits(at, models.model(&set.label)?) => {
                Err(Error::value_error(format!(
                    "the query set of the prefetch '{}' is of {}, not of {}",
                    self.lookup, set.label, at.name
                )))
            }
            _ => Ok(()),
        }
    }

    /// Whether the objects are put where a path leads.
    fn ends_at(&self, path: &str) -> bool {
        match (&self.to_attr, self.lookup.rsplit_once("__")) {
            (None, _) => false,
            (Some(name), None) => name == path,
            (Some(name), Some((way, _))) => {
                path.strip_prefix(way).is_some_and(|rest| rest.strip_prefix("__") == Some(name))
            }
        }
    }
}

/// The model that a relation leads to, by its name on objects: one of the model, or of one that it adds columns to.
fn step<'m>(models: &'m Models, model: &Model, name: &str) -> Option<&'m Model> {
    let registry = models.registry();
    let target = match (model.member(name), reverse(model, name)) {
        (_, Some(reverse)) => reverse.source,
        (Some(Member::Field(place)), _) if model.fields[place].name == name => model.target(place)?.0,
        (Some(Member::Relation(index)), _) => model.relations()[index].target,
        (Some(Member::ManyToMany(index)), _) => model.many_to_many()[index].target,
        _ => {
            let is_link = |place: &usize| model.fields[*place].relation.as_ref().is_some_and(|link| link.parent_link);
            let parents = (0..model.fields.len()).filter(is_link).filter_map(|place| model.target(place));
            return parents.map(|(parent, _)| registry.get(parent)).find_map(|parent| step(models, parent, name));
        }
    };
    Some(registry.get(target))
}
