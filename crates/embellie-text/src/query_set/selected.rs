//! The related objects that come with a row by joins: Django's `select_related`.

use std::collections::BTreeSet;

use embellie::record::Record;
use embellie_core::meta::{Member, Model, ReverseSource};
use embellie_core::query::{SelectRelated, Step};
use embellie_core::{Expr, Path, Query};

use super::{Loaded, Set};
use crate::models::Models;
use crate::{Object, Result};

/// The fields of models that related ones add columns to, which are read along.
pub(super) struct Inherited<'m> {
    /// The relations that lead to the object.
    pub(super) way: Vec<String>,
    /// The links from there to the model.
    pub(super) links: Vec<String>,
    pub(super) model: &'m Model,
}

impl Set {
    /// The models that those of the rows and of the objects that come with them add columns to, the query with their
    /// fields, and how many these are.
    pub(super) fn with_inherited<'m>(&self, models: &'m Models) -> Result<(Query, Vec<Inherited<'m>>, usize)> {
        let mut query = self.query.clone();
        let mut found: Vec<Inherited<'m>> = Vec::new();
        if query.compound.is_some() {
            return Ok((query, found, 0));
        }
        let root = models.model(&self.label)?;
        let mut ways: Vec<(Vec<String>, &Model)> = vec![(Vec::new(), root)];
        if query.select_related == SelectRelated::All {
            every_one(models, root, &mut Vec::new(), &mut ways);
        }
        if let SelectRelated::Paths(paths) = &query.select_related {
            for path in paths {
                let (mut way, mut at) = (Vec::new(), root);
                for name in path.names() {
                    let Some(next) = target(models, at, name) else { break };
                    way.push(name.to_owned());
                    at = next;
                    if ways.iter().all(|(known, _)| *known != way) {
                        ways.push((way.clone(), at));
                    }
                }
            }
        }
        let mut fields = 0;
        for (way, at) in ways {
            for (links, model) in models.ancestors(at) {
                for field in &model.fields {
                    let path = Path::new(way.iter().chain(&links).cloned()).then(field.attname());
                    query = query.annotate(path.to_string(), Expr::Path(path));
                    fields += 1;
                }
                found.push(Inherited { way: way.clone(), links, model });
            }
        }
        Ok((query, found, fields))
    }

    /// The objects that came with a row, of which some fields were not read.
    pub(super) fn selected(
        &self,
        record: &Record,
        deferred: &BTreeSet<String>,
        models: &Models,
    ) -> Vec<(String, Option<Box<Object>>)> {
        if matches!(self.query.select_related, SelectRelated::No) {
            return Vec::new();
        }
        let aliases = self.query.steps.iter().filter_map(|step| match step {
            Step::Relation(relation) => Some(relation.alias.to_string()),
            _ => None,
        });
        let aliases: Vec<String> = aliases.collect();
        self.related_of((record, deferred), "", &aliases, models)
    }

    fn related_of(
        &self,
        (record, deferred): (&Record, &BTreeSet<String>),
        before: &str,
        aliases: &[String],
        models: &Models,
    ) -> Vec<(String, Option<Box<Object>>)> {
        let mut found = Vec::new();
        for (name, held_as, back) in one_by_one(models, record.model(), aliases) {
            let Some(related) = record.selected(&name) else { continue };
            let path = if before.is_empty() { name.clone() } else { format!("{before}__{name}") };
            let object = related.map(|related| {
                let model = related.model();
                let mut object = Object::new(model.label().to_owned(), related.clone(), false);
                object.deferred = self.deferred_at(models, model, &path);
                if models.inherits(model, record.model()) {
                    // What is read of a row is read of one that adds columns to it.
                    let owner = record.model();
                    let above = models.ancestors(owner).into_iter().map(|(_, ancestor)| ancestor);
                    let names = std::iter::once(owner).chain(above).flat_map(|model| &model.fields);
                    let read: BTreeSet<String> = names.map(|field| field.attname()).collect();
                    object.deferred.retain(|name| deferred.contains(name) || !read.contains(name));
                }
                object.related = self.related_of((related, &object.deferred), &path, &[], models);
                if let Some(back) = &back
                    && !object.holds(back)
                {
                    let label = if before.is_empty() { &self.label } else { record.model().label() };
                    let owner = Object::new(label.to_owned(), record.clone(), false);
                    object.related.push((back.clone(), Some(Box::new(owner.holder()))));
                }
                Box::new(object)
            });
            found.push((held_as, object));
        }
        found
    }

    /// The fields of a related object that are not read, by attname.
    fn deferred_at(&self, models: &Models, model: &Model, path: &str) -> BTreeSet<String> {
        let (names, only) = match &self.loaded {
            Loaded::All => return BTreeSet::new(),
            Loaded::AllBut(names) => (names, false),
            Loaded::Only(names) => (names, true),
        };
        let ancestors = models.ancestors(model);
        let all = || std::iter::once(model).chain(ancestors.iter().map(|(_, ancestor)| *ancestor));
        let within = names.iter().filter_map(|name| name.strip_prefix(path)?.strip_prefix("__"));
        let named: BTreeSet<String> = within
            .filter_map(|name| {
                let (name, rest) = name.split_once("__").map_or((name, false), |(name, _)| (name, true));
                let (model, place) = all().find_map(|model| Some((model, model.field_index(name)?)))?;
                (only || !rest).then(|| model.fields[place].attname())
            })
            .collect();
        if named.is_empty() {
            return BTreeSet::new();
        }
        let keys: Vec<String> = model.key_fields().iter().map(|place| model.fields[*place].attname()).collect();
        let all = all().flat_map(|model| model.fields.iter().map(|field| field.attname()));
        all.filter(|name| named.contains(name) != only && !keys.contains(name)).collect()
    }
}

/// The relations of a model that lead to one object: their names in queries and on objects, and the name by which the
/// object knows the other, where it does.
fn one_by_one(models: &Models, model: &Model, aliases: &[String]) -> Vec<(String, String, Option<String>)> {
    let registry = models.registry();
    let mut found = Vec::new();
    let own = std::iter::once(model).chain(models.ancestors(model).into_iter().map(|(_, ancestor)| ancestor));
    for model in own {
        for (place, field) in model.fields.iter().enumerate() {
            let (Some(relation), Some((target, _))) = (&field.relation, model.target(place)) else { continue };
            let accessor = || models.accessor(target, model.id(), place);
            let back = if relation.one_to_one || field.unique { accessor() } else { None };
            found.push((field.name.clone(), field.name.clone(), back));
        }
        for relation in model.relations().iter().filter(|relation| !relation.meta.is_generic()) {
            found.push((relation.meta.name.clone(), relation.meta.name.clone(), None));
        }
        for reverse in model.reverse().iter().filter(|reverse| !reverse.multiple) {
            let ReverseSource::Field(field) = reverse.relation else { continue };
            let held_as = reverse.accessor.clone().unwrap_or_else(|| reverse.query_name.clone());
            let back = registry.get(reverse.source).fields[field].name.clone();
            found.push((reverse.query_name.clone(), held_as, Some(back)));
        }
    }
    found.extend(aliases.iter().map(|alias| (alias.clone(), alias.clone(), None)));
    found
}

/// The ways that foreign keys lead which may not be null, as far as the compiler follows them.
fn every_one<'m>(
    models: &'m Models,
    model: &'m Model,
    way: &mut Vec<String>,
    ways: &mut Vec<(Vec<String>, &'m Model)>,
) {
    const DEEPEST: usize = 5;
    if way.len() == DEEPEST {
        return;
    }
    for (place, field) in model.fields.iter().enumerate().filter(|(_, field)| !field.null) {
        let Some((target, _)) = model.target(place) else { continue };
        let target = models.registry().get(target);
        way.push(field.name.clone());
        ways.push((way.clone(), target));
        every_one(models, target, way, ways);
        way.pop();
    }
}

/// The model that a name leads to.
fn target<'m>(models: &'m Models, model: &'m Model, name: &str) -> Option<&'m Model> {
    let registry = models.registry();
    let own = std::iter::once(model).chain(models.ancestors(model).into_iter().map(|(_, ancestor)| ancestor));
    let (model, member) = own.filter_map(|model| Some((model, model.member(name)?))).next()?;
    match member {
        Member::Field(_) | Member::Relation(_) | Member::Reverse(_) => {
            registry.hops(model.id(), member).last().map(|hop| registry.get(hop.to))
        }
        Member::Key | Member::ManyToMany(_) => None,
    }
}
