//! What everything is called.

use std::collections::{HashMap, HashSet};

use embellie_core::meta::{Member, Model, ModelId};
use embellie_core::{Path, Registry};

use super::choices::Variants;
use crate::word::{camel_of_snake, ident, is_identifier};

/// Names that the paths of relations have of themselves, so that no field may have them.
const OF_PATHS: [&str; 16] = [
    "_state", "asc", "clone", "desc", "eq", "exact", "f", "in_", "into", "isnull", "ne", "objects", "of", "path",
    "to_owned", "try_into",
];

/// Names of types that generated code counts on.
const OF_TYPES: [&str; 3] = ["Self", "Sized", "Box"];

/// The names of the models and fields that are written.
pub(crate) struct Names {
    modules: HashMap<String, String>,
    models: HashMap<ModelId, String>,
    apps: HashMap<ModelId, String>,
    /// The fields and relations whose names are changed.
    fields: HashMap<(ModelId, String), String>,
    /// The relations whose ways back would clash.
    without_way_back: HashSet<(ModelId, String)>,
    /// The enums of fields with choices.
    enums: HashMap<(ModelId, String), String>,
    /// The names of all models, enums and traits, by app.
    types: HashMap<String, HashSet<String>>,
}

impl Names {
    pub(crate) fn new(models: &[&Model]) -> Self {
        let mut names = Names {
            modules: HashMap::new(),
            models: HashMap::new(),
            apps: HashMap::new(),
            fields: HashMap::new(),
            without_way_back: HashSet::new(),
            enums: HashMap::new(),
            types: HashMap::new(),
        };
        for model in models {
            let taken: HashSet<String> = names.modules.values().cloned().collect();
            names.modules.entry(model.app.clone()).or_insert_with(|| unique(ident(&model.app), &taken));
            let types = names.types.entry(model.app.clone()).or_default();
            let wished = match OF_TYPES.contains(&model.name.as_str()) || !is_identifier(&model.name) {
                true => ident(&format!("{}Model", model.name)),
                false => model.name.clone(),
            };
            let name = unique(wished, types);
            types.insert(name.clone());
            names.models.insert(model.id(), name);
            names.apps.insert(model.id(), model.app.clone());
            names.name_fields(model);
        }
        for model in models {
            names.name_enums(model);
        }
        for model in models {
            names.name_ways_back(model);
        }
        names
    }

    fn name_fields(&mut self, model: &Model) {
        let fields = model.fields.iter().map(|field| &field.name);
        let all: Vec<&String> = fields.chain(model.meta().many_to_many.iter().map(|relation| &relation.name)).collect();
        let mut taken: HashSet<String> = all.iter().map(|name| (*name).clone()).collect();
        taken.extend(model.fields.iter().map(embellie_core::meta::FieldMeta::attname));
        let usable = |name: &str| {
            is_identifier(name)
                && !OF_PATHS.contains(&name)
                && !name.ends_with('_')
                && !name.contains("__")
                && name != "pk"
        };
        for name in all {
            if !usable(name) {
                let plain = ident(name.trim_matches('_'));
                let plain = plain.strip_prefix("r#").unwrap_or(&plain);
                let mut wished = plain.strip_suffix("_name").filter(|known| name == known).unwrap_or(plain).to_owned();
                while wished.contains("__") {
                    wished = wished.replace("__", "_");
                }
                let made = unique(if wished.is_empty() { "field".into() } else { format!("{wished}_field") }, &taken);
                taken.insert(made.clone());
                self.fields.insert((model.id(), name.clone()), made);
            }
        }
    }

    fn name_enums(&mut self, model: &Model) {
        for field in model.fields.iter().filter(|field| Variants::of(field).is_some()) {
            let wished = format!("{}{}", self.model(model.id()), camel_of_snake(self.field(model.id(), &field.name)));
            let types = self.types.entry(model.app.clone()).or_default();
            let name = unique(wished, types);
            types.insert(name.clone());
            self.enums.insert((model.id(), field.name.clone()), name);
        }
    }

    /// The traits of ways back share the module with the models.
    fn name_ways_back(&mut self, model: &Model) {
        let fields = (model.fields.iter().enumerate()).filter(|(place, _)| model.target(*place).is_some());
        let relations =
            fields.map(|(_, field)| (&field.name, field.relation.as_ref().and_then(|r| r.related_name.as_ref())));
        let links = model.meta().many_to_many.iter().map(|relation| (&relation.name, relation.related_name.as_ref()));
        for (name, related) in relations.chain(links) {
            if related.is_some_and(|related| related.ends_with('+')) {
                continue;
            }
            let of = format!("{}{}Reverse", self.model(model.id()), camel_of_snake(self.field(model.id(), name)));
            let path = format!("{of}Path");
            let types = self.types.entry(model.app.clone()).or_default();
            if types.contains(&of) || types.contains(&path) {
                self.without_way_back.insert((model.id(), name.clone()));
                continue;
            }
            types.extend([of, path]);
        }
    }

    pub(crate) fn module(&self, app: &str) -> &str {
        self.modules.get(app).map_or("app", String::as_str)
    }

    /// The name of a model's struct.
    pub(crate) fn model(&self, id: ModelId) -> &str {
        self.models.get(&id).map_or("Model", String::as_str)
    }

    /// A model as the models of an app name it; `None` when it is not written.
    pub(crate) fn path_to(&self, id: ModelId, app: &str) -> Option<String> {
        let name = ident(self.models.get(&id)?);
        let of = self.apps.get(&id)?;
        Some(if of == app { name } else { format!("super::{}::{name}", self.module(of)) })
    }

    /// The name of a field or relation.
    pub(crate) fn field<'n>(&'n self, model: ModelId, name: &'n str) -> &'n str {
        self.fields.get(&(model, name.to_owned())).map_or(name, String::as_str)
    }

    pub(crate) fn has_way_back(&self, model: ModelId, relation: &str) -> bool {
        !self.without_way_back.contains(&(model, relation.to_owned()))
    }

    /// A type of the prelude or the standard library, by its path where a model has its name.
    pub(crate) fn standard(&self, app: &str, name: &str, path: &str) -> String {
        let taken = self.types.get(app).is_some_and(|types| types.contains(name));
        if taken { format!("{path}::{name}") } else { name.to_owned() }
    }

    /// A path of a query from a model, with the names that fields have in Rust.
    pub(crate) fn path(&self, registry: &Registry, model: ModelId, path: &Path) -> String {
        let mut at = Some(model);
        let mut renamed = Vec::new();
        for name in path.names() {
            let member = at.and_then(|id| registry.get(id).member(name).map(|member| (id, member)));
            let Some((id, member)) = member else {
                renamed.push(name.to_owned());
                at = None;
                continue;
            };
            renamed.push(match member {
                // `author_id` of a foreign key that has another name now.
                Member::Field(place) => match registry.get(id).fields.get(place) {
                    Some(field) if name != "pk" && name != field.name => format!("{}_id", self.field(id, &field.name)),
                    _ => self.field(id, name).to_owned(),
                },
                _ => self.field(id, name).to_owned(),
            });
            at = registry.hops(id, member).last().map(|hop| hop.to);
        }
        renamed.join("__")
    }

    /// The enum of a field's choices.
    pub(crate) fn enumeration(&self, model: ModelId, field: &str) -> Option<&str> {
        self.enums.get(&(model, field.to_owned())).map(String::as_str)
    }
}

/// A name, with a number where it is taken.
fn unique(wished: String, taken: &HashSet<String>) -> String {
    let free = |name: &String| !taken.contains(name);
    if free(&wished) {
        return wished;
    }
    (2_u32..).map(|number| format!("{wished}{number}")).find(free).unwrap_or(wished)
}
