//! Relations: foreign keys, many-to-many relations and generic ones.

use std::rc::Rc;

use embellie_core::field::FieldKind;
use embellie_core::meta::{Default, FieldMeta, ForeignKeyMeta, ManyToManyMeta, OnDelete, RelationMeta};

use super::Builder;
use super::field::Options;
use super::kind::FieldClass;
use super::shape::{Member, Role, Shape, Source};
use crate::Py;
use crate::models::python::managers;
use crate::models::python::value::{Body, Class, Object, Val};
use crate::models::{Choices, Declared, Generic};

impl Builder<'_> {
    /// Whether a one-to-one field says that it leads to the model that its own adds columns to.
    pub(super) fn is_parent_link(&mut self, object: &Rc<Object>) -> bool {
        matches!(self.field_class(object), Some(FieldClass::Django("OneToOneField")))
            && Options::of(object, "OneToOneField").is("parent_link")
    }

    /// The label of the model that a link leads to.
    pub(super) fn link_target(&mut self, object: &Rc<Object>, app: &str, class: &Rc<Class>) -> Option<String> {
        let to = Options::of(object, "OneToOneField").get("to")?;
        let to = self.read.follow(to);
        match to {
            Val::Class(to) => {
                let concrete = self.concrete(&to);
                Some(self.shape(&concrete).label())
            }
            other => {
                let name = other.as_text()?;
                Some(match name.as_str() {
                    "self" => format!("{app}.{}", class.name),
                    name if name.contains('.') => name.to_owned(),
                    name => format!("{app}.{name}"),
                })
            }
        }
    }

    /// The label of the model with the table that a declaration names.
    pub(super) fn target(&mut self, shape: &Rc<Shape>, to: &Val) -> Option<String> {
        let to = self.read.follow(to.clone());
        let class = match &to {
            Val::Class(class) => {
                let target = self.shape(class);
                match target.swapped {
                    true => {
                        let name = target.option("swappable")?.as_text()?;
                        let label = self.read.setting(&name)?.as_text()?;
                        self.labels.get(&label.to_lowercase()).cloned()?
                    }
                    false => Rc::clone(class),
                }
            }
            other => {
                let label = match other.as_text()?.as_str() {
                    "self" => shape.label(),
                    name if name.contains('.') => name.to_owned(),
                    name => format!("{}.{name}", shape.app),
                };
                self.labels.get(&label.to_lowercase()).cloned()?
            }
        };
        let concrete = self.concrete(&class);
        let label = self.shape(&concrete).label();
        self.labels.contains_key(&label.to_lowercase()).then_some(label)
    }

    fn told(to: Option<&Val>) -> String {
        match to {
            Some(Val::Class(class)) => format!("{}.{}", class.module, class.name),
            Some(Val::Outside(name)) => name.to_string(),
            Some(value) => value.as_text().unwrap_or_else(|| "what is not known".to_owned()),
            None => "nothing".to_owned(),
        }
    }

    /// A foreign key or one-to-one field; where it leads nowhere, its column.
    pub(super) fn foreign_key(
        &mut self,
        shape: &Rc<Shape>,
        member: &Member,
        object: &Rc<Object>,
        one_to_one: bool,
    ) -> FieldMeta {
        let options = Options::of(object, if one_to_one { "OneToOneField" } else { "ForeignKey" });
        let to = options.get("to").map(|to| self.read.follow(to));
        let Some(target) = to.as_ref().and_then(|to| self.target(shape, to)) else {
            let label = format!("{}.{}", shape.label(), member.name);
            let why = format!(
                "the relation leads to {}, which is no model that is known: its column is there, and holds anything",
                Self::told(to.as_ref())
            );
            self.read.add(&object.place, label, why);
            return FieldMeta::new(format!("{}_id", member.name), FieldKind::Any);
        };
        let on_delete = self.on_delete(options.get("on_delete"));
        if matches!((&on_delete, options.get("on_delete")), (OnDelete::DoNothing, Some(Val::Object(_)))) {
            self.lost(shape, &member.name, "What is set when the other row is deleted is made by Python.".to_owned());
        }
        let relation = ForeignKeyMeta {
            to_field: options.text("to_field"),
            related_name: way_back(shape, options.text("related_name")),
            related_query_name: way_back(shape, options.text("related_query_name")),
            one_to_one,
            db_constraint: options.get("db_constraint").and_then(|value| value.as_bool()) != Some(false),
            parent_link: one_to_one && options.is("parent_link"),
            ..ForeignKeyMeta::new(target.clone(), on_delete.clone())
        };
        let mut field = match one_to_one {
            true => FieldMeta::one_to_one(&*member.name, target, on_delete),
            false => FieldMeta::foreign_key(&*member.name, target, on_delete),
        };
        // A class of its own may be a foreign key of which there is one for each.
        if options.is("unique") && !one_to_one {
            field.unique = true;
            field.index = false;
        }
        field.relation = Some(relation);
        field
    }

    fn on_delete(&mut self, value: Option<Val>) -> OnDelete {
        match value {
            Some(Val::Outside(name)) => match name.rsplit('.').next().unwrap_or_default() {
                "CASCADE" | "DB_CASCADE" => OnDelete::Cascade,
                "PROTECT" => OnDelete::Protect,
                "RESTRICT" => OnDelete::Restrict,
                "SET_NULL" | "DB_SET_NULL" => OnDelete::SetNull,
                "SET_DEFAULT" | "DB_SET_DEFAULT" => OnDelete::SetDefault,
                _ => OnDelete::DoNothing,
            },
            Some(Val::Object(object)) => {
                let value = object.given.borrow().args.first().and_then(Val::to_py);
                match value.and_then(|value| value.to_value().ok()) {
                    Some(value) => OnDelete::Set(Default::Value(value)),
                    // `SET(…)` of what Python computes.
                    None => OnDelete::DoNothing,
                }
            }
            _ => OnDelete::DoNothing,
        }
    }

    pub(super) fn many_to_many(&mut self, shape: &Rc<Shape>, member: &Member, table: &str) -> Option<ManyToManyMeta> {
        let Source::Declared(object) = &member.source else { return None };
        let label = format!("{}.{}", shape.label(), member.name);
        let options = Options::of(object, "ManyToManyField");
        let to = options.get("to");
        let Some(target) = to.as_ref().and_then(|to| self.target(shape, to)) else {
            let why = format!(
                "the relation leads to {}, which is no model that is known: it is left out",
                Self::told(to.as_ref())
            );
            self.read.add(&object.place, label, why);
            return None;
        };
        let to_itself = to.as_ref().and_then(Val::as_text).as_deref() == Some("self");
        let mut meta = ManyToManyMeta::new(&*member.name, target.clone());
        let through = options.get("through").filter(|through| !through.is_none());
        meta.related_name = way_back(shape, options.text("related_name"));
        meta.related_query_name = way_back(shape, options.text("related_query_name"));
        if options.get("limit_choices_to").is_some() {
            self.lost(shape, &member.name, "Django's option `limit_choices_to` has no counterpart.".to_owned());
        }
        meta.verbose_name = options.text("verbose_name");
        meta.symmetrical = to_itself && options.get("symmetrical").and_then(|value| value.as_bool()) != Some(false);
        meta.db_constraint = options.get("db_constraint").and_then(|value| value.as_bool()) != Some(false);
        match through {
            Some(through) => match self.target(shape, &through) {
                Some(between) => {
                    let fields = options.get("through_fields").and_then(|fields| fields.elements());
                    let fields: Vec<String> = fields.unwrap_or_default().iter().filter_map(Val::as_text).collect();
                    meta.through_fields = match fields.as_slice() {
                        [source, target] => Some((source.clone(), target.clone())),
                        _ => self.ends(&between, &shape.label(), &target),
                    };
                    meta.through = Some(between);
                }
                None => {
                    let why = format!(
                        "the relation goes through {}, which is no model that is known: it is left out",
                        Self::told(Some(&through))
                    );
                    self.read.add(&object.place, label, why);
                    return None;
                }
            },
            None => {
                let named = options.text("db_table").filter(|table| !table.is_empty());
                let own = format!("{table}_{}", member.name);
                meta.table = Some(named.unwrap_or_else(|| self.shortened(&own)));
            }
        }
        Some(meta)
    }

    /// A relation without a column of its own. One of a project's own class joins by what its code says, which is not run.
    pub(super) fn relation(
        &mut self,
        shape: &Rc<Shape>,
        member: &Member,
        object: &Rc<Object>,
        fields: &[FieldMeta],
    ) -> Option<RelationMeta> {
        let Some(FieldClass::Django(class)) = self.field_class(object) else { return None };
        let options = Options::of(object, class);
        let to = options.get("to")?;
        match class {
            "GenericRelation" => {
                // What leads nowhere is told where the model is described.
                let to = self.target(shape, &to)?;
                let content_type = options.text("content_type_field").unwrap_or_else(|| "content_type".to_owned());
                let object_id = options.text("object_id_field").unwrap_or_else(|| "object_id".to_owned());
                let related_query_name = way_back(shape, options.text("related_query_name")).filter(|name| name != "+");
                let relation = RelationMeta::generic(&*member.name, to, content_type, object_id);
                Some(RelationMeta { related_query_name, ..relation })
            }
            "ForeignObject" if matches!(object.class, Val::Outside(_)) => {
                let to = self.target(shape, &to)?;
                let names = |value: Option<Val>| -> Vec<String> {
                    value
                        .and_then(|value| value.elements())
                        .unwrap_or_default()
                        .iter()
                        .filter_map(Val::as_text)
                        .collect()
                };
                let (here, there) = (names(options.get("from_fields")), names(options.get("to_fields")));
                let own = |name: &String| fields.iter().find(|field| field.name == *name || field.attname() == *name);
                if here.is_empty() || here.len() != there.len() || here.iter().any(|name| own(name).is_none()) {
                    return None;
                }
                let null = here.iter().filter_map(own).any(|field| field.null);
                let here: Vec<String> = here.iter().filter_map(own).map(|field| field.name.clone()).collect();
                let there: Vec<String> = there.iter().map(|name| self.field_named(&to, name)).collect();
                let on_delete = self.on_delete(options.get("on_delete"));
                Some(RelationMeta {
                    related_name: way_back(shape, options.text("related_name")),
                    related_query_name: way_back(shape, options.text("related_query_name")),
                    on_delete,
                    null,
                    ..RelationMeta::new(&*member.name, to, here.into_iter().zip(there))
                })
            }
            _ => None,
        }
    }

    /// The name of a field of a model, which may be given by that of its stored value: `tenant_id`.
    fn field_named(&mut self, label: &str, name: &str) -> String {
        let Some(class) = self.labels.get(&label.to_lowercase()).cloned() else { return name.to_owned() };
        let shape = self.shape(&class);
        let has = |name: &str| shape.members.iter().any(|member| *member.name == *name);
        match name.strip_suffix("_id") {
            Some(stem) if !has(name) && has(stem) => stem.to_owned(),
            _ => name.to_owned(),
        }
    }

    /// The foreign keys of a model between that lead to the ends of a relation: as in Django, the first ones.
    fn ends(&mut self, between: &str, source: &str, target: &str) -> Option<(String, String)> {
        let class = self.labels.get(&between.to_lowercase()).cloned()?;
        let shape = self.shape(&class);
        let mut keys = Vec::new();
        for member in &shape.members {
            let Source::Declared(object) = &member.source else { continue };
            if !matches!(self.field_class(object), Some(FieldClass::Django("ForeignKey" | "OneToOneField"))) {
                continue;
            }
            let to = Options::of(object, "ForeignKey").get("to");
            if let Some(to) = to.and_then(|to| self.target(&shape, &to)) {
                keys.push((member.name.to_string(), to));
            }
        }
        let mut to_source = keys.iter().filter(|(_, to)| to == source);
        let mut to_target = keys.iter().filter(|(_, to)| to == target);
        let first = to_source.next()?;
        let second = if source == target { to_source.next()? } else { to_target.next()? };
        Some((first.0.clone(), second.0.clone()))
    }

    /// What a model declares besides its table.
    pub(super) fn said(&mut self, shape: &Rc<Shape>) -> Declared {
        let concrete = self.concrete(&shape.class);
        let concrete = self.shape(&concrete).label();
        let mut said = Declared { concrete, ..Declared::default() };
        for member in shape.members.iter().filter(|member| member.role == Role::Virtual) {
            let Source::Declared(object) = &member.source else { continue };
            let class = match self.field_class(object) {
                Some(FieldClass::Django(class)) => class,
                _ => "",
            };
            said.without_columns.push(member.name.to_string());
            let given = object.given.borrow().clone();
            let text = |place, name, default: &str| {
                given.argument(place, name).and_then(Val::as_text).unwrap_or_else(|| default.to_owned())
            };
            match class {
                "GenericForeignKey" => said.generic_keys.push((
                    member.name.to_string(),
                    text(0, "ct_field", "content_type"),
                    text(1, "fk_field", "object_id"),
                )),
                "GenericRelation" => {
                    let to = given.argument(0, "to").cloned();
                    match to.as_ref().and_then(|to| self.target(shape, to)) {
                        Some(to) => said.generic.push(Generic {
                            name: member.name.to_string(),
                            to,
                            content_type_field: text(2, "content_type_field", "content_type"),
                            object_id_field: text(1, "object_id_field", "object_id"),
                        }),
                        None => {
                            let label = format!("{}.{}", shape.label(), member.name);
                            let why = format!(
                                "the relation leads to {}, which is no model that is known: it is left out",
                                Self::told(to.as_ref())
                            );
                            self.read.add(&object.place, label, why);
                        }
                    }
                }
                _ => {}
            }
        }
        self.managers(shape, &mut said);
        self.choices_within(shape, &mut said);
        self.text_method(shape);
        said
    }

    /// The enumerations that the class of a model holds.
    fn choices_within(&mut self, shape: &Rc<Shape>, said: &mut Declared) {
        for class in shape.class.read_above() {
            for (name, value) in class.attrs.all() {
                let Val::Class(within) = &value else { continue };
                let members = members_of(within);
                if !members.is_empty() && said.choices.iter().all(|known| *known.name != *name) {
                    said.choices.push(Choices { name: name.to_string(), members });
                }
            }
        }
    }

    /// What a model says of its objects as text.
    fn text_method(&mut self, shape: &Rc<Shape>) {
        if let Some((Val::Function(function), _)) = shape.class.find("__str__")
            && let Body::Def(def) = &function.body
        {
            let place = function.module.place(def.range.start().to_u32());
            let mut described = managers::Class::new(Vec::new());
            described.add_method("__str__", (**def).clone(), &format!("{}:{}", place.file.display(), place.line));
            self.classes.add(&shape.class.name, described);
        }
    }
}

/// The name of a way back, in which an abstract model may leave room for the class.
fn way_back(shape: &Shape, name: Option<String>) -> Option<String> {
    let name = name.filter(|name| !name.is_empty())?;
    let (class, app) = (shape.class.name.to_lowercase(), shape.app.to_lowercase());
    Some(name.replace("%(class)s", &class).replace("%(model_name)s", &class).replace("%(app_label)s", &app))
}

/// The members of an enumeration: names, values and labels.
pub(super) fn members_of(class: &Rc<Class>) -> Vec<(String, Py, String)> {
    let members = Val::Class(Rc::clone(class)).elements().unwrap_or_default();
    let members = members.into_iter().filter_map(|member| match member {
        Val::Member(member) => Some((member.name.to_string(), member.value.to_py()?, member.label.to_string())),
        _ => None,
    });
    members.collect()
}
