//! Managers, and the classes that they are of.

use std::rc::Rc;

use super::Builder;
use super::shape::Shape;
use crate::models::python::django;
use crate::models::python::managers;
use crate::models::python::value::{Body, Class, FunctionKind, Link, Object, Val};
use crate::models::{Declared, ManagerKind};

impl Builder<'_> {
    /// The managers of a model, by the rules of Django's `Options.managers`.
    pub(super) fn managers(&mut self, shape: &Rc<Shape>, said: &mut Declared) {
        let mut found: Vec<(usize, i64, String, Rc<Object>)> = Vec::new();
        let models = shape.class.read_above().filter(|class| self.is_model(class)).collect::<Vec<_>>();
        for (depth, class) in models.iter().enumerate() {
            for (name, value) in class.attrs.all() {
                let known = found.iter().any(|(_, _, known, _)| *known == *name);
                // What another class set to something else is no manager any more.
                let hidden = shape.class.find(&name).is_none_or(|(_, owner)| !Rc::ptr_eq(&owner, class));
                if known || hidden {
                    continue;
                }
                if let Val::Object(object) = self.read.follow(value)
                    && is_manager(&object)
                {
                    found.push((depth, object.counter, name.to_string(), object));
                }
            }
        }
        found.sort_by_key(|(depth, counter, ..)| (*depth, *counter));
        for (_, _, name, object) in &found {
            let kind = self.manager_kind(object);
            said.managers.insert(name.clone(), kind);
        }
        if found.is_empty() {
            said.managers.insert("objects".to_owned(), ManagerKind::Plain);
        }
        let mut named = shape.option("default_manager_name").and_then(|name| name.as_text());
        let has_own = found.iter().any(|(depth, ..)| *depth == 0);
        if named.is_none() && !has_own {
            let above = models.get(1).cloned();
            named =
                above.map(|class| self.shape(&class)).and_then(|shape| shape.option("default_manager_name")?.as_text());
        }
        let first = found.first().map(|(_, _, name, _)| name.clone());
        said.default_manager = Some(named.or(first).unwrap_or_else(|| "objects".to_owned()));
    }

    fn manager_kind(&mut self, object: &Rc<Object>) -> ManagerKind {
        let Val::Class(class) = &object.class else { return ManagerKind::Plain };
        if &*class.module == "django.contrib.sites.managers" {
            let field = object.attrs.get("field_name").and_then(|name| name.as_text());
            return ManagerKind::Site { field };
        }
        let own = class.read_above().find(|class| class.rows.is_none());
        let rows = class.read_above().find_map(|class| class.rows.clone());
        let is_plain = class.find("get_queryset").is_none()
            && rows.as_ref().is_none_or(|rows| rows.find("get_queryset").is_none());
        if let Some((_, owner)) = class.find("get_queryset")
            && let Val::Function(function) = owner.attrs.get("get_queryset").unwrap_or(Val::Unknown)
            && !is_understood(&function)
        {
            let why = "the rows that this manager gives are chosen by Python code that is not understood: queries by it are errors";
            let place = owner.place.clone();
            self.read.add(&place, &*owner.name, why);
        }
        let base = match own {
            Some(own) => self.named(&own),
            None => "Manager".to_owned(),
        };
        let name = match rows {
            Some(rows) => format!("{base}From{}", self.named(&rows)),
            None => base,
        };
        ManagerKind::Python { class: name, plain: is_plain }
    }

    /// The name by which a class of managers or query sets is known, with those above it.
    fn named(&mut self, class: &Rc<Class>) -> String {
        let key = Rc::as_ptr(class);
        if let Some((name, _)) = self.named.iter().find(|(_, known)| **known == key) {
            return name.clone();
        }
        let mut name = class.name.to_string();
        if self.named.contains_key(&name) {
            name = format!("{}.{}", class.module, class.name);
        }
        self.named.insert(name.clone(), key);
        let mut bases = Vec::new();
        for base in &class.bases {
            match base {
                // A class that is made of a query set's has the methods of both.
                Link::Read(base) => match &base.rows {
                    Some(rows) => {
                        for base in base.bases.clone() {
                            if let Link::Read(base) = base {
                                bases.push(self.named(&base));
                            }
                        }
                        bases.push(self.named(&rows.clone()));
                    }
                    None => bases.push(self.named(base)),
                },
                Link::Outside(name) => bases.push(name.rsplit('.').next().unwrap_or_default().to_owned()),
            }
        }
        let mut described = managers::Class::new(bases);
        for (attribute, value) in class.attrs.all() {
            match (&value, attribute.split_once('.')) {
                (value, Some((method, "queryset_only"))) => {
                    if let Some(only) = value.as_bool() {
                        described.say_queryset_only(method, only);
                    }
                }
                (Val::Function(function), _) => {
                    if let Body::Def(def) = &function.body {
                        let place = function.module.place(def.range.start().to_u32());
                        let place = format!("{}:{}", place.file.display(), place.line);
                        described.add_method(&attribute, (**def).clone(), &place);
                    }
                }
                _ => {}
            }
        }
        self.classes.add(&name, described);
        for rows in self.query_sets_named_in(class) {
            self.named(&rows);
        }
        name
    }

    /// The classes of query sets that the methods of a class may make: those of its module.
    fn query_sets_named_in(&mut self, class: &Rc<Class>) -> Vec<Rc<Class>> {
        let functions = class.attrs.all().into_iter().filter_map(|(_, value)| match value {
            Val::Function(function) => Some(function),
            _ => None,
        });
        let Some(function) = functions.into_iter().next() else { return Vec::new() };
        let mut found = Vec::new();
        for (name, value) in function.module.names.all() {
            if matches!(value, Val::Later(_)) && !name.ends_with("QuerySet") {
                continue;
            }
            if let Val::Class(other) = self.read.follow(value)
                && other.outside().any(|name| django::is_query_set(name))
                && !self.named.values().any(|known| *known == Rc::as_ptr(&other))
            {
                found.push(other);
            }
        }
        found
    }
}

fn is_manager(object: &Object) -> bool {
    match &object.class {
        Val::Outside(name) => django::is_manager(name),
        Val::Class(class) => {
            class.outside().any(|name| django::is_manager(name))
                && !class.outside().any(|name| django::is_query_set(name))
        }
        _ => false,
    }
}

fn is_understood(function: &crate::models::python::value::Function) -> bool {
    match &function.body {
        Body::Def(def) if function.kind == FunctionKind::Plain => managers::is_understood((**def).clone()),
        _ => false,
    }
}
