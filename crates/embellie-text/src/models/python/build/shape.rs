//! What a model is made of: its own fields, and those that it takes from the models above it.

use std::rc::Rc;

use super::Builder;
use crate::models::python::value::{Class, Link, Object, Place, Text, Val};

/// A model, before its fields are looked at.
pub(super) struct Shape {
    pub(super) class: Rc<Class>,
    pub(super) app: Text,
    /// The class of options, own or inherited.
    pub(super) meta: Option<Rc<Class>>,
    pub(super) proxy: bool,
    /// Whether a setting names another model in its place.
    pub(super) swapped: bool,
    pub(super) members: Vec<Member>,
    /// The models with tables that it adds columns to, and the field that leads there.
    pub(super) parents: Vec<(Rc<Class>, Option<Text>)>,
}

/// A field, or what is declared like one.
#[derive(Clone)]
pub(super) struct Member {
    pub(super) name: Text,
    pub(super) source: Source,
    /// Fields come in the order of these.
    pub(super) order: i64,
    pub(super) role: Role,
    pub(super) primary_key: bool,
}

/// Where a field comes from.
#[derive(Clone)]
pub(super) enum Source {
    Declared(Rc<Object>),
    /// The link to a model that this one adds columns to.
    Link(Rc<Class>),
    /// The key of a model without one.
    Key,
    /// What `order_with_respect_to` adds.
    Order,
}

/// What a declaration is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Role {
    Column,
    ManyToMany,
    /// It has no column.
    Virtual,
}

impl Shape {
    pub(super) fn label(&self) -> String {
        format!("{}.{}", self.app, self.class.name)
    }

    pub(super) fn place(&self) -> &Place {
        &self.class.place
    }

    /// An option, own or inherited.
    pub(super) fn option(&self, name: &str) -> Option<Val> {
        self.meta.as_ref()?.find(name).map(|(value, _)| value)
    }
}

impl Builder<'_> {
    /// The class of a model's options.
    pub(super) fn meta(&mut self, class: &Rc<Class>) -> Option<Rc<Class>> {
        for (place, above) in class.read_above().enumerate() {
            let is_model = self.is_model(&above);
            if place > 0 && is_model && !above.is_abstract.get() {
                continue;
            }
            if let Some(value) = above.attrs.get("Meta")
                && let Val::Class(meta) = self.read.follow(value)
            {
                return Some(meta);
            }
        }
        None
    }

    pub(super) fn is_model(&self, class: &Rc<Class>) -> bool {
        self.read.models.iter().any(|known| Rc::ptr_eq(known, class))
    }

    /// What a model is made of, by the rules of Django's `ModelBase`.
    pub(super) fn shape(&mut self, class: &Rc<Class>) -> Rc<Shape> {
        let key = Rc::as_ptr(class);
        if let Some(known) = self.shapes.get(&key) {
            return Rc::clone(known);
        }
        let meta = self.meta(class);
        let option = |name: &str| meta.as_ref().and_then(|meta| meta.find(name)).map(|(value, _)| value);
        let app = match option("app_label").and_then(|label| label.as_text()) {
            Some(label) => label.as_str().into(),
            None => self.read.app_of(class),
        };
        let proxy = !class.is_abstract.get() && option("proxy").and_then(|value| value.as_bool()) == Some(true);
        let swappable = option("swappable").and_then(|name| name.as_text());
        let mut shape = Shape {
            class: Rc::clone(class),
            app,
            meta,
            proxy,
            swapped: false,
            members: Vec::new(),
            parents: Vec::new(),
        };
        if let Some(name) = swappable {
            let set = self.read.setting(&name).and_then(|label| label.as_text());
            shape.swapped = set.is_some_and(|label| !label.eq_ignore_ascii_case(&shape.label()));
        }
        let own = self.declared(class);
        shape.members = own.clone();
        self.inherit(&mut shape, &own);
        self.contributed(&mut shape);
        if !class.is_abstract.get() && !proxy {
            self.complete(&mut shape);
        }
        shape.members.sort_by_key(|member| member.order);
        let shape = Rc::new(shape);
        self.shapes.insert(key, Rc::clone(&shape));
        shape
    }

    /// The fields that a class body declares.
    fn declared(&mut self, class: &Rc<Class>) -> Vec<Member> {
        let mut members = Vec::new();
        for (name, value) in class.attrs.all() {
            if name.contains('.') || name.starts_with("__") {
                continue;
            }
            let Val::Object(object) = self.read.follow(value) else { continue };
            let Some(role) = self.role(&object) else { continue };
            let primary_key = object.given.borrow().keyword("primary_key").and_then(Val::truth) == Some(true);
            let order = object.counter;
            let named = object.given.borrow().keyword("name").and_then(Val::as_text);
            let name = named.map_or(name, |name| name.as_str().into());
            members.push(Member { name, source: Source::Declared(object), order, role, primary_key });
        }
        members
    }

    fn inherit(&mut self, shape: &mut Shape, own: &[Member]) {
        let class = Rc::clone(&shape.class);
        let bases: Vec<Rc<Class>> = class
            .bases
            .iter()
            .filter_map(|base| match base {
                Link::Read(base) if self.is_model(base) => Some(Rc::clone(base)),
                _ => None,
            })
            .collect();
        // Links to models with tables that are declared here, or by an abstract model above.
        let mut links: Vec<(String, Text)> = Vec::new();
        for base in bases.iter().rev().filter(|base| base.is_abstract.get()).chain([&class]) {
            let members = if Rc::ptr_eq(base, &class) { own.to_vec() } else { self.shape(base).members.clone() };
            for member in members {
                if let Source::Declared(object) = &member.source
                    && self.is_parent_link(object)
                    && let Some(label) = self.link_target(object, &shape.app, &class)
                {
                    links.retain(|(known, _)| *known != label);
                    links.push((label, member.name.clone()));
                }
            }
        }
        let mut taken: Vec<Text> = class.attrs.all().into_iter().map(|(name, _)| name).collect();
        for base in class.read_above().skip(1) {
            if !bases.iter().any(|known| Rc::ptr_eq(known, &base)) {
                taken.extend(base.attrs.all().into_iter().map(|(name, _)| name));
                continue;
            }
            let above = self.shape(&base);
            if base.is_abstract.get() {
                for member in &above.members {
                    let is_known =
                        taken.contains(&member.name) || shape.members.iter().any(|known| known.name == member.name);
                    if !is_known {
                        shape.members.push(member.clone());
                    }
                }
                for (parent, link) in &above.parents {
                    if !shape.parents.iter().any(|(known, _)| Rc::ptr_eq(known, parent)) {
                        shape.parents.push((Rc::clone(parent), link.clone()));
                    }
                }
                continue;
            }
            taken.extend(
                above.members.iter().filter(|member| member.role != Role::Virtual).map(|member| member.name.clone()),
            );
            let concrete = self.concrete(&base);
            let target = self.shape(&concrete);
            if !shape.proxy {
                let named = links.iter().find(|(label, _)| *label == target.label()).map(|(_, name)| name.clone());
                let name = named.unwrap_or_else(|| {
                    let name: Text = format!("{}_ptr", concrete.name.to_lowercase()).into();
                    if !class.attrs.has(&name) && !shape.members.iter().any(|member| member.name == name) {
                        self.auto -= 1;
                        shape.members.push(Member {
                            name: name.clone(),
                            source: Source::Link(Rc::clone(&concrete)),
                            order: self.auto,
                            role: Role::Column,
                            primary_key: false,
                        });
                    }
                    name
                });
                shape.parents.push((concrete, Some(name)));
            } else {
                shape.parents.push((concrete, None));
            }
            for member in above.members.iter().filter(|member| member.role == Role::Virtual) {
                let is_known =
                    taken.contains(&member.name) || shape.members.iter().any(|known| known.name == member.name);
                if !is_known {
                    shape.members.push(member.clone());
                }
            }
        }
    }

    /// Adds the fields that fields of a project's own add: `contribute_to_class`.
    fn contributed(&mut self, shape: &mut Shape) {
        for member in shape.members.clone() {
            let Source::Declared(object) = &member.source else { continue };
            let Val::Class(class) = &object.class else { continue };
            if class.find("contribute_to_class").is_none() {
                continue;
            }
            let before: Vec<Text> = shape.class.attrs.all().into_iter().map(|(name, _)| name).collect();
            let given = vec![Val::Class(Rc::clone(&shape.class)), Val::text(&member.name)];
            self.asked(object, "contribute_to_class", given);
            for added in self.declared(&shape.class) {
                let is_known =
                    before.contains(&added.name) || shape.members.iter().any(|known| known.name == added.name);
                if !is_known {
                    shape.members.push(added);
                }
            }
        }
    }

    /// Adds what a model with a table of its own has in any case: a key, and the place in an order.
    fn complete(&mut self, shape: &mut Shape) {
        if shape.option("order_with_respect_to").is_some_and(|value| !value.is_none())
            && !shape.members.iter().any(|member| &*member.name == "_order")
        {
            shape.members.push(Member {
                name: "_order".into(),
                source: Source::Order,
                order: i64::MAX,
                role: Role::Column,
                primary_key: false,
            });
        }
        let composite = shape.members.iter().any(|member| self.is_composite_key(member));
        if composite || shape.members.iter().any(|member| member.primary_key) {
            return;
        }
        if let Some((_, Some(link))) = shape.parents.first() {
            let link = link.clone();
            if let Some(member) = shape.members.iter_mut().find(|member| member.name == link) {
                member.primary_key = true;
                return;
            }
        }
        self.auto -= 1;
        shape.members.push(Member {
            name: "id".into(),
            source: Source::Key,
            order: self.auto,
            role: Role::Column,
            primary_key: true,
        });
    }

    /// The model with the table of a class.
    pub(super) fn concrete(&mut self, class: &Rc<Class>) -> Rc<Class> {
        let mut at = Rc::clone(class);
        for _ in 0..32 {
            let shape = self.shape(&at);
            match shape.parents.first() {
                Some((parent, _)) if shape.proxy => at = Rc::clone(parent),
                _ => break,
            }
        }
        at
    }
}
