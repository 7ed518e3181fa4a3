//! From what was read to the registry, and what the registry does not know.

mod constraint;
mod field;
mod kind;
mod manager;
mod relation;
mod shape;
mod value;

use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use embellie_core::Registry;
use embellie_core::meta::ModelMeta;

use self::shape::{Member, Role, Shape, Source};
use super::django;
use super::interpret::Interpreter;
use super::managers::Classes;
use super::project::App;
use super::value::{Class, Module, Val};
use crate::models::{Choices, Declared, ManagerKind, Models, Settings};

/// Makes models of what was read.
pub(super) struct Builder<'a> {
    read: &'a mut Interpreter,
    apps: &'a [App],
    settings: Settings,
    /// How long the names of tables may be, where the database says so.
    longest_name: Option<usize>,
    shapes: HashMap<*const Class, Rc<Shape>>,
    /// The places of labels in lower case among the models with tables, and of their proxies.
    labels: HashMap<String, Rc<Class>>,
    /// The order of fields that nobody declared: before all others, the last one first.
    auto: i64,
    classes: Classes,
    /// What a registry has no place for: labels of models, fields, sentences.
    lost: Vec<(String, String, String)>,
    /// Classes of managers and query sets by their names.
    named: HashMap<String, *const Class>,
}

impl<'a> Builder<'a> {
    pub(super) fn new(
        read: &'a mut Interpreter,
        apps: &'a [App],
        settings: Settings,
        longest_name: Option<usize>,
    ) -> Builder<'a> {
        Builder {
            read,
            apps,
            settings,
            longest_name,
            shapes: HashMap::new(),
            labels: HashMap::new(),
            auto: 0,
            classes: Classes::default(),
            lost: Vec::new(),
            named: HashMap::new(),
        }
    }

    /// The models of the apps.
    pub(super) fn models(mut self) -> crate::Result<Models> {
        self.tell_of_doubts();
        let mut shapes = Vec::new();
        for class in self.read.models.clone() {
            let shape = self.shape(&class);
            if class.is_abstract.get() || shape.swapped || shape.app.is_empty() {
                if !class.is_abstract.get() && shape.app.is_empty() && self.read.sources.is_own(&class.place.file) {
                    let why = "the model is in no app of INSTALLED_APPS, and is left out";
                    self.read.add(&class.place, &*class.name, why);
                }
                continue;
            }
            if !self.apps.iter().any(|app| app.label == shape.app) {
                continue;
            }
            // A model that is declared again is another one of the same name.
            match self.labels.insert(shape.label().to_lowercase(), Rc::clone(&class)) {
                None => shapes.push(shape),
                Some(before) => {
                    if let Some(slot) =
                        shapes.iter_mut().find(|known: &&mut Rc<Shape>| Rc::ptr_eq(&known.class, &before))
                    {
                        *slot = shape;
                    }
                }
            }
        }
        let mut metas = Vec::new();
        let mut declared = HashMap::new();
        let mut names: HashMap<String, String> = HashMap::new();
        let mut labelled: Vec<(String, String)> = Vec::new();
        for shape in &shapes {
            let mut said = self.said(shape);
            if !shape.proxy {
                metas.push(self.meta_of(shape, &mut said));
            }
            labelled.push((shape.class.name.to_string(), shape.label()));
            declared.insert(shape.label(), said);
        }
        for shape in shapes.iter().filter(|shape| shape.proxy && shape.option("ordering").is_some()) {
            let Some(said) = declared.get_mut(&shape.label()) else { continue };
            if let Some(meta) = metas.iter().find(|meta| meta.label() == said.concrete) {
                said.ordering = Some(self.ordering(shape, &meta.fields)).filter(|own| *own != meta.ordering);
            }
        }
        let place = |label: &str| {
            let app = label.split('.').next().unwrap_or_default();
            self.apps.iter().position(|known| &*known.label == app).unwrap_or(usize::MAX)
        };
        labelled.sort_by_key(|(_, label)| place(label));
        for (name, label) in labelled {
            names.entry(name).or_insert(label);
        }
        let registry = self.link(metas, &mut declared)?;
        for (label, field, what) in std::mem::take(&mut self.lost) {
            if let Some(said) = declared.get_mut(&label) {
                said.lost.push((field, what));
            }
        }
        for link in registry.models().iter().filter(|model| model.auto_created) {
            let objects = [("objects".to_owned(), ManagerKind::Plain)].into();
            let default_manager = Some("objects".to_owned());
            let said = Declared {
                concrete: link.label().to_owned(),
                managers: objects,
                default_manager,
                ..Declared::default()
            };
            declared.insert(link.label().to_owned(), said);
        }
        let enumerations = self.enumerations();
        Ok(Models {
            registry: Arc::new(registry),
            settings: self.settings,
            declared,
            names,
            transforms: Vec::new(),
            classes: self.classes,
            enumerations,
        })
    }

    /// The enumerations that stand in modules, by the names of their classes.
    fn enumerations(&self) -> Vec<Choices> {
        let mut modules: Vec<&Rc<Module>> = self.read.modules.values().flatten().collect();
        modules.sort_by(|a, b| a.name.cmp(&b.name));
        let mut found: Vec<Choices> = Vec::new();
        for module in modules.into_iter().filter(|module| self.read.sources.is_own(&module.file)) {
            for (name, value) in module.names.all() {
                if let Val::Class(class) = &value
                    && class.module == module.name
                    && let members = relation::members_of(class)
                    && !members.is_empty()
                    && found.iter().all(|known| *known.name != *name)
                {
                    found.push(Choices { name: name.to_string(), members });
                }
            }
        }
        found
    }

    /// Says which models extend what is not there.
    fn tell_of_doubts(&mut self) {
        for class in std::mem::take(&mut self.read.doubtful) {
            if self.read.app_of(&class).is_empty() {
                continue;
            }
            let names: Vec<&str> =
                class.outside().map(|name| &**name).filter(|name| django::is_named_like_a_model(name)).collect();
            let why = match names.contains(&"?") {
                true => "the class extends what cannot be told: no model is made of it".to_owned(),
                false => format!(
                    "the class extends '{}', which cannot be read: fields that it has from there are missing",
                    names.join("', '")
                ),
            };
            self.read.add(&class.place.clone(), &*class.name, why);
        }
    }

    /// The registry; what does not fit is left out and reported.
    fn link(&mut self, mut metas: Vec<ModelMeta>, declared: &mut HashMap<String, Declared>) -> crate::Result<Registry> {
        let most = metas.len() + 1;
        for _ in 0..most {
            let findings = match Registry::link(metas.clone()) {
                Ok(registry) => return Ok(registry),
                Err(embellie_core::Error::SystemCheck(findings)) => findings,
                Err(other) => return Err(other.into()),
            };
            let mut changed = false;
            let errors = findings.iter().filter(|finding| finding.level == embellie_core::meta::Level::Error);
            for finding in errors {
                let label = metas.iter().map(ModelMeta::label).find(|label| {
                    finding
                        .object
                        .strip_prefix(label.as_str())
                        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
                });
                let Some(label) = label else { continue };
                if let Some(class) = self.labels.get(&label.to_lowercase()) {
                    let (place, message) = (class.place.clone(), format!("{} It is left out.", finding.message));
                    self.read.add(&place, finding.object.as_str(), message);
                }
                let part = finding.object.strip_prefix(&format!("{label}.")).map(str::to_owned);
                match part {
                    Some(part) => {
                        for meta in metas.iter_mut().filter(|meta| meta.label() == label) {
                            let before = meta.fields.len() + meta.many_to_many.len() + meta.relations.len();
                            meta.fields.retain(|field| field.name != part);
                            meta.many_to_many.retain(|relation| relation.name != part);
                            meta.relations.retain(|relation| relation.name != part);
                            changed |= meta.fields.len() + meta.many_to_many.len() + meta.relations.len() < before;
                        }
                    }
                    None => {
                        metas.retain(|meta| meta.label() != label);
                        declared.remove(&label);
                        changed = true;
                    }
                }
            }
            if !changed {
                return Err(embellie_core::Error::SystemCheck(findings).into());
            }
        }
        Ok(Registry::link(metas)?)
    }

    fn meta_of(&mut self, shape: &Rc<Shape>, declared: &mut Declared) -> ModelMeta {
        let mut meta = ModelMeta::new(&*shape.app, &*shape.class.name);
        let text = |name: &str| shape.option(name).and_then(|value| value.as_text());
        meta.table = self.table(shape);
        meta.managed = shape.option("managed").and_then(|value| value.as_bool()) != Some(false);
        meta.verbose_name = text("verbose_name");
        meta.verbose_name_plural = text("verbose_name_plural");
        meta.default_related_name = text("default_related_name");
        let mut composite = None;
        for member in &shape.members {
            match member.role {
                Role::Column => {
                    let field = self.field(shape, member);
                    meta.fields.push(field);
                }
                Role::ManyToMany => {
                    let table = meta.table.clone();
                    meta.many_to_many.extend(self.many_to_many(shape, member, &table));
                }
                Role::Virtual => {
                    if let Source::Declared(object) = &member.source
                        && self.is_composite_key(member)
                    {
                        composite =
                            Some(object.given.borrow().args.iter().filter_map(Val::as_text).collect::<Vec<_>>());
                    }
                }
            }
        }
        meta.composite_primary_key = composite.map(|names| {
            let fields = &meta.fields;
            let known = |name: String| {
                fields.iter().find(|field| field.attname() == name).map(|field| field.name.clone()).unwrap_or(name)
            };
            names.into_iter().map(known).collect()
        });
        for member in shape.members.iter().filter(|member| member.role == Role::Virtual) {
            if let Source::Declared(object) = &member.source {
                let relation = self.relation(shape, member, object, &meta.fields);
                meta.relations.extend(relation);
            }
        }
        self.options(shape, &mut meta, declared);
        // What other options name must be there.
        let known: HashSet<String> =
            meta.fields.iter().flat_map(|field| [field.name.clone(), field.attname()]).collect();
        meta.unique_together.retain(|names| names.iter().all(|name| known.contains(name)));
        meta
    }

    /// The name of a model's table.
    fn table(&mut self, shape: &Rc<Shape>) -> String {
        let said = shape.option("db_table");
        let named = said.as_ref().and_then(Val::as_text).filter(|table| !table.is_empty());
        if let Some(table) = named.or_else(|| said.and_then(|value| self.table_of_another(&value))) {
            return table;
        }
        self.shortened(&format!("{}_{}", shape.app, shape.class.name.to_lowercase()))
    }

    /// The table of another model, or of a relation of its: `Author._meta.db_table`, `Book.authors.through._meta.db_table`.
    fn table_of_another(&mut self, value: &Val) -> Option<String> {
        let part = |value: &Val, name: &str| match value {
            Val::Attribute(attribute) if *attribute.1 == *name => Some(attribute.0.clone()),
            _ => None,
        };
        let of = part(&part(value, "db_table")?, "_meta")?;
        if let Val::Class(class) = &of {
            let concrete = self.concrete(class);
            let shape = self.shape(&concrete);
            return Some(self.table(&shape));
        }
        let Val::Object(relation) = part(&of, "through")? else { return None };
        for class in self.labels.values().cloned().collect::<Vec<_>>() {
            let shape = self.shape(&class);
            let is_it =
                |member: &&Member| matches!(&member.source, Source::Declared(object) if Rc::ptr_eq(object, &relation));
            if let Some(member) = shape.members.iter().find(is_it).cloned() {
                let table = self.table(&shape);
                return self.many_to_many(&shape, &member, &table)?.table;
            }
        }
        None
    }

    /// A name of a table as Django cuts it: too long a one ends in a part of its hash.
    pub(super) fn shortened(&self, name: &str) -> String {
        use md5::Digest as _;
        let Some(longest) = self.longest_name.filter(|longest| name.chars().count() > *longest) else {
            return name.to_owned();
        };
        let hash: String = md5::Md5::digest(name).iter().map(|byte| format!("{byte:02x}")).collect();
        name.chars().take(longest.saturating_sub(4)).chain(hash.chars().take(4)).collect()
    }
}
