//! The models that a text may name, and what Django's settings say.

mod expression;
mod json;
mod python;
mod remarks;

use std::collections::HashMap;
use std::sync::Arc;

use embellie_core::expr::Function;
use embellie_core::meta::{Member, Model, ModelId, Reverse, ReverseSource};
use embellie_core::{Expr, OrderBy, Path, Registry};

use crate::{Error, Py, Result};

pub(crate) use python::{Classes, Does, Found, Method};
pub use python::{Finding, Project, Report};

/// The settings of Django that say what a text means.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Settings {
    /// `USE_TZ`: whether a `DateTimeField` holds points in time.
    pub use_tz: bool,
    /// The name of the current time zone, where `use_tz` is set.
    pub time_zone: Option<String>,
    /// `SITE_ID`: the site whose rows a `CurrentSiteManager` gives. Without it, the one that Django makes first.
    pub site_id: Option<i64>,
}

/// The models that a text may name.
#[derive(Debug, Clone)]
pub struct Models {
    registry: Arc<Registry>,
    settings: Settings,
    /// What the registry does not know of each model, by label; proxies among them.
    declared: HashMap<String, Declared>,
    /// Models by the name that a text calls them.
    names: HashMap<String, String>,
    transforms: Vec<Transform>,
    classes: Classes,
    /// The enumerations of choices that stand in modules.
    enumerations: Vec<Choices>,
}

/// A function that paths may call by a name of its own: Django's `register_lookup`.
#[derive(Debug, Clone, PartialEq)]
struct Transform {
    /// The class of the fields that know it.
    field: String,
    function: Function,
    name: String,
}

/// What a model declares besides its table.
#[derive(Debug, Clone, Default)]
pub(crate) struct Declared {
    /// The label of the model with the table: another's for a proxy.
    pub(crate) concrete: String,
    /// The managers by name, and whether they give all rows.
    pub(crate) managers: HashMap<String, ManagerKind>,
    /// The default manager.
    pub(crate) default_manager: Option<String>,
    /// The ordering of a proxy, where it is another than that of the model with the table.
    pub(crate) ordering: Option<Vec<OrderBy>>,
    /// The fields that a constraint of their own makes unique.
    pub(crate) unique: Vec<String>,
    /// The relation within which rows have an order of their own, kept in a field `_order`.
    pub(crate) order_with_respect_to: Option<String>,
    /// The fields without columns.
    pub(crate) without_columns: Vec<String>,
    /// What else is said of fields that neither the registry nor a query needs.
    pub(crate) lost: Vec<(String, String)>,
    /// The enumerations of choices that the class holds.
    pub(crate) choices: Vec<Choices>,
    /// The generic relations.
    pub(crate) generic: Vec<Generic>,
    /// The generic foreign keys: their names, and the fields of the content type and the key.
    pub(crate) generic_keys: Vec<(String, String, String)>,
}

/// A generic relation: the way back of a generic foreign key.
#[derive(Debug, Clone)]
pub(crate) struct Generic {
    pub(crate) name: String,
    /// The label of the model that points here.
    pub(crate) to: String,
    pub(crate) content_type_field: String,
    pub(crate) object_id_field: String,
}

/// An enumeration of choices within a model's class: `class Status(models.TextChoices)`.
#[derive(Debug, Clone)]
pub(crate) struct Choices {
    pub(crate) name: String,
    /// The members: names, values and labels.
    pub(crate) members: Vec<(String, Py, String)>,
}

impl Choices {
    /// A member's value, or what the class tells of all of them.
    pub(crate) fn attribute(&self, name: &str) -> Option<Py> {
        let all = |each: &dyn Fn(&(String, Py, String)) -> Py| Py::List(self.members.iter().map(each).collect());
        Some(match name {
            "choices" => all(&|(_, value, label)| Py::Tuple(vec![value.clone(), Py::Str(label.clone())])),
            "values" => all(&|(_, value, _)| value.clone()),
            "labels" => all(&|(_, _, label)| Py::Str(label.clone())),
            "names" => all(&|(name, _, _)| Py::Str(name.clone())),
            _ => return self.members.iter().find(|(known, ..)| known == name).map(|(_, value, _)| value.clone()),
        })
    }
}

/// What a manager is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ManagerKind {
    /// Django's own, or one that adds methods to it.
    Plain,
    /// Django's `CurrentSiteManager`, with the field that leads to the site where one is given.
    Site {
        /// The field's name.
        field: Option<String>,
    },
    /// One of a project's own.
    Python {
        /// The class's name.
        class: String,
        /// Whether it gives all rows.
        plain: bool,
    },
}

impl Models {
    /// The models that a registry has, with Django's default settings.
    pub fn of_registry(registry: impl Into<Arc<Registry>>, settings: Settings) -> Self {
        let registry = registry.into();
        let declared = registry.models().iter().map(|model| {
            let managers = [("objects".to_owned(), ManagerKind::Plain)].into();
            let declared = Declared {
                concrete: model.label().to_owned(),
                managers,
                default_manager: Some("objects".to_owned()),
                ..Declared::default()
            };
            (model.label().to_owned(), declared)
        });
        let declared = declared.collect();
        let mut names: HashMap<String, String> = HashMap::new();
        for model in registry.models() {
            names.entry(model.name.clone()).or_insert_with(|| model.label().to_owned());
        }
        Models {
            registry,
            settings,
            declared,
            names,
            transforms: Vec::new(),
            classes: Classes::default(),
            enumerations: Vec::new(),
        }
    }

    /// The registry of the models with tables.
    pub fn registry(&self) -> &Arc<Registry> {
        &self.registry
    }

    /// Django's settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The label of the model that a text calls `name`.
    pub(crate) fn label_of(&self, name: &str) -> Option<&str> {
        self.names.get(name).map(String::as_str)
    }

    /// The names that a text may call models, and their labels.
    pub(crate) fn model_names(&self) -> impl Iterator<Item = (&str, &str)> {
        self.names.iter().map(|(name, label)| (name.as_str(), label.as_str()))
    }

    /// The names of a model's managers.
    pub(crate) fn managers(&self, label: &str) -> Vec<String> {
        let mut names: Vec<String> =
            self.declared(label).map(|declared| declared.managers.keys().cloned().collect()).unwrap_or_default();
        names.sort();
        names
    }

    pub(crate) fn declared(&self, label: &str) -> Option<&Declared> {
        self.declared.get(label)
    }

    /// The model with the table of a label's model.
    pub(crate) fn model(&self, label: &str) -> Result<&Model> {
        let concrete = self.declared.get(label).map_or(label, |declared| declared.concrete.as_str());
        Ok(self.registry.model(concrete)?)
    }

    pub(crate) fn classes(&self) -> &Classes {
        &self.classes
    }

    /// The models with a function that paths to fields of a class may call by a name:
    /// `CharField.register_lookup(Length, "length")`.
    ///
    /// # Errors
    /// When there is no function of that class.
    pub fn register_lookup(mut self, field: &str, class: &str, name: &str) -> Result<Models> {
        let function = Function::ALL.iter().find(|function| function.name() == class);
        let function = *function.ok_or_else(|| Error::Unknown(format!("there is no function {class} to register")))?;
        self.transforms.push(Transform { field: field.to_owned(), function, name: name.to_owned() });
        Ok(self)
    }

    /// What a path means that calls registered functions: the call, and the names after it.
    pub(crate) fn transformed(&self, model: &Model, path: &Path) -> Option<(Expr, Path)> {
        if self.transforms.is_empty() {
            return None;
        }
        let at = self.follow(model, path.names())?;
        let Member::Field(place) = at.member else { return None };
        let kind = self.registry.get(at.model).fields[place].kind;
        let known = |name: &str| self.transforms.iter().find(|transform| transform.name == name);
        let names: Vec<&str> = path.names().collect();
        let (field, mut rest) = names.split_at_checked(names.len() - at.rest)?;
        let mut expr = Expr::Path(Path::new(field.iter().map(|name| (*name).to_owned())));
        let first = known(rest.first()?)?;
        let class = crate::names::field_kind(&first.field, self.settings.use_tz);
        if first.field != kind.django_name() && !class.is_some_and(|class| kind.is_a(class)) {
            return None;
        }
        while let Some((name, after)) = rest.split_first()
            && let Some(transform) = known(name)
        {
            expr = Expr::call(transform.function, [expr]);
            rest = after;
        }
        Some((expr, Path::new(rest.iter().map(|name| (*name).to_owned()))))
    }

    /// The expression with the calls that its paths stand for.
    pub(crate) fn with_transforms(&self, model: &Model, expr: Expr) -> Expr {
        if self.transforms.is_empty() {
            return expr;
        }
        expr.rewrite(&mut |expr| match &expr {
            Expr::Path(path) => match self.transformed(model, path) {
                Some((call, rest)) if rest.is_empty() => call,
                _ => expr,
            },
            _ => expr,
        })
    }

    /// A path that means a column, where it leads to a relation.
    pub(crate) fn column(&self, model: &Model, path: &Path) -> Path {
        let relation = self.follow(model, path.names()).filter(|at| at.rest == 0 && at.target.is_some());
        let Some(Followed { model, member: Member::Field(place), .. }) = relation else { return path.clone() };
        let names: Vec<&str> = path.names().collect();
        let before = names.split_last().map_or(&[][..], |(_, before)| before);
        let attname = self.registry.get(model).fields[place].attname();
        Path::new(before.iter().map(|name| (*name).to_owned())).then(attname)
    }

    /// The enumeration of a name within a model's class.
    pub(crate) fn choices(&self, label: &str, name: &str) -> Option<&Choices> {
        self.declared(label)?.choices.iter().find(|choices| choices.name == name)
    }

    /// The enumeration of a name that stands in a module.
    pub(crate) fn enumeration(&self, name: &str) -> Option<&Choices> {
        self.enumerations.iter().find(|choices| choices.name == name)
    }

    /// The generic relation of a name.
    pub(crate) fn generic(&self, label: &str, name: &str) -> Option<&Generic> {
        self.declared(label)?.generic.iter().find(|generic| generic.name == name)
    }

    /// The fields of a generic foreign key: the content type, and the key.
    pub(crate) fn generic_key(&self, label: &str, name: &str) -> Option<(&str, &str)> {
        let mut keys = self.declared(label)?.generic_keys.iter();
        keys.find(|(known, _, _)| known == name).map(|(_, kind, key)| (kind.as_str(), key.as_str()))
    }

    /// What the content type of a model says: its app, and its name.
    pub(crate) fn content_type(&self, label: &str) -> (String, String) {
        let concrete = self.declared(label).map_or(label, |declared| declared.concrete.as_str());
        let (app, name) = concrete.split_once('.').unwrap_or(("", concrete));
        (app.to_owned(), name.to_lowercase())
    }

    /// The name that objects have for the way back of a foreign key.
    pub(crate) fn accessor(&self, target: ModelId, source: ModelId, field: usize) -> Option<String> {
        let mut reverse = self.registry.get(target).reverse().iter();
        let back = reverse.find(|back| back.source == source && back.relation == ReverseSource::Field(field))?;
        back.accessor.clone()
    }

    /// The fields that a relation points at, by its way back.
    pub(crate) fn pointed_at(&self, reverse: &Reverse) -> Vec<usize> {
        let source = self.registry.get(reverse.source);
        match reverse.relation {
            ReverseSource::Field(field) => source.target(field).into_iter().map(|(_, to_field)| to_field).collect(),
            ReverseSource::Relation(place) => match source.relations().get(place) {
                Some(relation) if !relation.meta.is_generic() => {
                    relation.pairs.iter().map(|&(_, there)| there).collect()
                }
                _ => Vec::new(),
            },
            ReverseSource::ManyToMany(_) => Vec::new(),
        }
    }

    /// Whether a name is a field without a column.
    pub(crate) fn is_virtual(&self, label: &str, name: &str) -> bool {
        self.declared(label).is_some_and(|declared| declared.without_columns.iter().any(|known| known == name))
    }

    /// The models that a model adds columns to, the nearest first, with the paths of links that lead there.
    pub(crate) fn ancestors(&self, model: &Model) -> Vec<(Vec<String>, &Model)> {
        let mut found: Vec<(Vec<String>, &Model)> = Vec::new();
        let mut left = vec![(Vec::new(), model.id())];
        while let Some((path, at)) = left.pop() {
            let at = self.registry.get(at);
            for (place, field) in at.fields.iter().enumerate().rev() {
                let is_link = field.relation.as_ref().is_some_and(|relation| relation.parent_link);
                let Some((parent, _)) = at.target(place).filter(|_| is_link) else { continue };
                let path: Vec<String> = path.iter().cloned().chain([field.name.clone()]).collect();
                if found.iter().all(|(_, known)| known.id() != parent) {
                    found.push((path.clone(), self.registry.get(parent)));
                    left.push((path, parent));
                }
            }
        }
        found
    }

    /// Whether a model is another with more columns: multi-table inheritance.
    pub(crate) fn inherits(&self, model: &Model, from: &Model) -> bool {
        self.ancestors(model).iter().any(|(_, ancestor)| ancestor.id() == from.id())
    }

    /// A date and time in the current time zone as a point in time, where the settings ask for it.
    pub(crate) fn aware(&self, value: Py) -> Result<Py> {
        if !self.settings.use_tz {
            return Ok(value);
        }
        let datetime = match &value {
            Py::DateTime(datetime) => *datetime,
            Py::Date(date) => date.to_datetime(jiff::civil::Time::midnight()),
            Py::List(values) | Py::Tuple(values) | Py::Set(values) => {
                return Ok(Py::List(values.iter().map(|value| self.aware(value.clone())).collect::<Result<_>>()?));
            }
            _ => return Ok(value),
        };
        let zone = crate::names::zone(self.settings.time_zone.as_deref().unwrap_or("UTC"))?;
        let zoned = zone.to_zoned(datetime).map_err(|_| Error::python("OverflowError", "date value out of range"))?;
        Ok(Py::Timestamp(zoned.timestamp()))
    }

    /// A point in time as the date that it is in the current time zone.
    pub(crate) fn local_date(&self, value: Py) -> Result<Py> {
        match value {
            Py::Timestamp(timestamp) => {
                let zone = crate::names::zone(self.settings.time_zone.as_deref().unwrap_or("UTC"))?;
                Ok(Py::Date(zone.to_datetime(timestamp).date()))
            }
            other => Ok(other),
        }
    }

    /// What the names of a path lead to, and how many of them are left: lookups and transforms.
    pub(crate) fn follow<'p>(&self, model: &Model, names: impl Iterator<Item = &'p str>) -> Option<Followed> {
        let mut model = model.id();
        let mut at: Option<Followed> = None;
        for name in names {
            if let Some(followed) = &mut at
                && (followed.rest > 0 || followed.target.is_none())
            {
                followed.rest += 1;
                continue;
            }
            if let Some(target) = at.as_ref().and_then(|followed| followed.target) {
                model = target;
            }
            while let Some(link) = self.registry.get(model).inherited(name)
                && let Some((parent, _)) = self.registry.get(model).target(link)
            {
                model = parent;
            }
            let Some(member) = self.registry.get(model).member(name) else {
                at.as_mut()?.rest += 1;
                continue;
            };
            let target = self.registry.hops(model, member).last().map(|hop| hop.to);
            at = Some(Followed { model, member, target, rest: 0 });
        }
        at
    }
}

/// Where a path leads.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Followed {
    /// The model of the last member.
    pub(crate) model: ModelId,
    /// The last member of a model on the path.
    pub(crate) member: Member,
    /// The model that the member leads to, for a relation.
    pub(crate) target: Option<ModelId>,
    /// How many names come after it.
    pub(crate) rest: usize,
}

impl Followed {
    /// The fields that the last relation's objects are told by: those which it points at, or the key.
    pub(crate) fn told_by(&self, registry: &Registry) -> Option<(ModelId, Vec<usize>)> {
        let target = self.target?;
        match self.member {
            Member::Field(field) => {
                let (target, field) = registry.get(self.model).target(field)?;
                Some((target, vec![field]))
            }
            Member::Relation(place) if !registry.get(self.model).relations()[place].meta.is_generic() => {
                let pairs = &registry.get(self.model).relations()[place].pairs;
                Some((target, pairs.iter().map(|&(_, there)| there).collect()))
            }
            _ => Some((target, registry.get(target).key_fields().to_vec())),
        }
    }
}

pub(crate) fn unreadable(what: impl std::fmt::Display) -> Error {
    Error::Unknown(format!("the models cannot be read: {what}"))
}
