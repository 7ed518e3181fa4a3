//! Rows that other rows add columns to: Django's multi-table inheritance.

use std::collections::VecDeque;

use embellie_core::Registry;
use embellie_core::meta::{Member, Model, ModelId, ReverseSource};

/// A model that another one adds columns to, which has what that one lacks.
pub(crate) struct Parent {
    /// The place of the parent link, of the model that adds columns, that leads to it or to one between.
    pub(crate) link: usize,
    pub(crate) ancestor: ModelId,
    /// Whether the parent link holds its primary key.
    pub(crate) by_key: bool,
}

impl Parent {
    /// The nearest that has a relation of a name, as objects have it.
    pub(crate) fn with(model: &Model, name: &str, registry: &Registry) -> Option<Parent> {
        let mut left: VecDeque<Parent> = VecDeque::new();
        let mut seen: Vec<ModelId> = vec![model.id()];
        add_parents(model, None, &mut left, registry);
        while let Some(parent) = left.pop_front() {
            let model = registry.get(parent.ancestor);
            if has_relation(model, name, registry) {
                return Some(parent);
            }
            if !seen.contains(&parent.ancestor) {
                seen.push(parent.ancestor);
                add_parents(model, Some(&parent), &mut left, registry);
            }
        }
        None
    }
}

/// Adds what a model adds columns to; `by` is how it was come to itself.
fn add_parents(model: &Model, by: Option<&Parent>, found: &mut VecDeque<Parent>, registry: &Registry) {
    let is_link = |place: &usize| model.fields[*place].relation.as_ref().is_some_and(|relation| relation.parent_link);
    for place in (0..model.fields.len()).filter(is_link) {
        let Some((ancestor, to_field)) = model.target(place) else { continue };
        let holds_key = registry.get(ancestor).key_fields() == [to_field];
        found.push_back(match by {
            None => Parent { link: place, ancestor, by_key: holds_key },
            Some(by) => {
                let by_key = by.by_key && holds_key && model.key_fields() == [place];
                Parent { link: by.link, ancestor, by_key }
            }
        });
    }
}

/// Whether objects of a model have a relation of a name.
fn has_relation(model: &Model, name: &str, registry: &Registry) -> bool {
    let is_parent_link = |source: &Model, field: usize| {
        source.fields[field].relation.as_ref().is_some_and(|relation| relation.parent_link)
    };
    let back = model.reverse().iter().find(|reverse| reverse.accessor.as_deref() == Some(name));
    match (back, model.member(name)) {
        // The way down to what adds columns is not inherited.
        (Some(back), _) => match back.relation {
            ReverseSource::Field(field) => !is_parent_link(registry.get(back.source), field),
            ReverseSource::ManyToMany(_) | ReverseSource::Relation(_) => true,
        },
        (None, Some(Member::Field(field))) => model.fields[field].name == name && model.target(field).is_some(),
        (None, Some(Member::ManyToMany(_) | Member::Relation(_))) => true,
        (None, _) => false,
    }
}
