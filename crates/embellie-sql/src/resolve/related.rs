//! Related objects that come with the rows of a model: Django's `get_related_selections`.

use embellie_core::meta::{Hop, Member, Model};
use embellie_core::query::SelectRelated;
use embellie_core::{Error, Query, Result, did_you_mean};

use super::joins::{Place, Reuse};
use super::loading::Mask;
use super::{BASE, Scope};
use crate::resolved::{Output, RelatedColumns, Scalar};

/// How many relations are followed one after the other when none is named: models may refer to each other in circles.
const DEEPEST: usize = 5;

/// A model that was reached, and what it is reached from.
struct Node<'r> {
    names: Vec<String>,
    place: Place,
    model: &'r Model,
    mask: Mask,
}

impl<'r> Scope<'_, 'r> {
    /// Adds the columns of the related objects that a query asks for.
    pub(super) fn select_related(
        &mut self,
        query: &Query,
        outputs: &mut Vec<Output<'r>>,
    ) -> Result<Vec<RelatedColumns>> {
        if self.values.is_some() {
            return match query.select_related {
                SelectRelated::No => Ok(Vec::new()),
                _ => Err(Error::Type("Cannot call select_related() after .values() or .values_list()".into())),
            };
        }
        let mut nodes: Vec<Node<'r>> = Vec::new();
        match &query.select_related {
            SelectRelated::No => return Ok(Vec::new()),
            SelectRelated::All => {
                let mask = self.mask.clone();
                self.follow_all(BASE, self.model, &mask, &mut Vec::new(), &mut nodes)?;
            }
            SelectRelated::Paths(paths) => {
                for path in paths {
                    self.follow_path(&path.names().collect::<Vec<_>>(), &mut nodes)?;
                }
            }
        }
        self.followed = nodes.iter().map(|node| (node.names.join("__"), node.place)).collect();
        Ok(nodes
            .into_iter()
            .map(|Node { names, place, model, mask }| {
                let (start, places) = (outputs.len(), mask.places(model));
                outputs.extend(places.iter().map(|&field| {
                    self.output(model.fields[field].attname(), Scalar::Column(self.column(place, model, field)))
                }));
                let key = model.key_fields().first().and_then(|key| places.iter().position(|place| place == key));
                let fields = mask.fields().map(|_| places);
                RelatedColumns { path: names, model: model.id(), start, key: key.unwrap_or_default(), fields }
            })
            .collect())
    }

    /// Follows every foreign key that may not be null.
    fn follow_all(
        &mut self,
        from: Place,
        model: &'r Model,
        mask: &Mask,
        names: &mut Vec<String>,
        nodes: &mut Vec<Node<'r>>,
    ) -> Result<()> {
        if names.len() == DEEPEST {
            return Ok(());
        }
        let fields = model.fields.iter().enumerate().filter(|(_, meta)| !meta.null && meta.relation.is_some());
        let fields = fields.map(|(field, meta)| (Member::Field(field), &meta.name));
        let relations = model.relations().iter().enumerate();
        let relations = relations.filter(|(_, relation)| !relation.meta.null && !relation.meta.is_generic());
        let relations = relations.map(|(relation, linked)| (Member::Relation(relation), &linked.meta.name));
        for (member, name) in fields.chain(relations) {
            let Some(&hop) = self.registry().hops(model.id(), member).first() else { continue };
            let place = self.join(from, hop, Reuse::All);
            let target = self.registry().get(hop.to);
            let mask = mask.follow(name, member, model)?;
            names.push(name.clone());
            nodes.push(Node { names: names.clone(), place, model: target, mask: mask.clone() });
            self.follow_all(place, target, &mask, names, nodes)?;
            names.pop();
        }
        Ok(())
    }

    /// Follows a path, each of whose names leads to one object.
    fn follow_path(&mut self, path: &[&str], nodes: &mut Vec<Node<'r>>) -> Result<()> {
        let (mut place, mut model, mut mask) = (BASE, self.model, self.mask.clone());
        for length in 1..=path.len() {
            let known = nodes.iter().find(|node| node.names.iter().eq(&path[..length]));
            if let Some(node) = known {
                (place, model, mask) = (node.place, node.model, node.mask.clone());
                continue;
            }
            let name = path[length - 1];
            // What a model has of the one that it adds columns to comes by way of it.
            while model.member(name).is_none()
                && let Some(link) = model.inherited(name)
                && let Some(hop) = self.registry().forward_hop(model.id(), link)
            {
                place = self.join(place, hop, Reuse::All);
                model = self.registry().get(hop.to);
            }
            (place, model) = match self.relation_named(name).filter(|_| length == 1 && model.member(name).is_none()) {
                Some(relation) => {
                    let way = self.follow_relation(model, name, relation, true)?;
                    let target = way.end.model;
                    let joined = self.make_joins(place, way, Reuse::All)?;
                    mask = Mask::default();
                    (joined.places.last().copied().unwrap_or(place), target)
                }
                None => {
                    let (member, hop) = self.single_hop(model, name)?;
                    mask = mask.follow(name, member, model)?;
                    (self.join(place, hop, Reuse::All), self.registry().get(hop.to))
                }
            };
            let names = path[..length].iter().map(|name| (*name).to_owned()).collect();
            nodes.push(Node { names, place, model, mask: mask.clone() });
        }
        Ok(())
    }

    fn single_hop(&self, model: &'r Model, name: &str) -> Result<(Member, Hop)> {
        let choices = || {
            let fields = model.fields.iter().filter(|field| field.relation.is_some()).map(|field| field.name.as_str());
            let relations = model.relations().iter().filter(|relation| !relation.meta.is_generic());
            let forward = fields.chain(relations.map(|relation| relation.meta.name.as_str()));
            let back = model.reverse().iter().filter(|reverse| !reverse.multiple);
            forward.chain(back.map(|reverse| reverse.query_name.as_str())).collect::<Vec<&str>>()
        };
        let listed = || match choices() {
            none if none.is_empty() => "(none)".to_owned(),
            some => some.join(", "),
        };
        let refused = || {
            let near = did_you_mean(name, choices());
            Error::Field(format!(
                "Invalid field name(s) given in select_related: '{name}'{near}. Choices are: {}",
                listed()
            ))
        };
        // The attname of a foreign key is its value, not the object.
        let member = model.member(name).ok_or_else(refused)?;
        if let Member::Field(field) = member
            && (model.fields[field].relation.is_none() || model.fields[field].name != name)
        {
            return Err(match model.fields[field].relation.is_none() && name != "pk" {
                true => Error::Field(format!(
                    "Non-relational field given in select_related: '{name}'. Choices are: {}",
                    listed()
                )),
                false => refused(),
            });
        }
        match self.registry().hops(model.id(), member).as_slice() {
            [hop] if !hop.multiple => Ok((member, *hop)),
            _ => Err(refused()),
        }
    }
}
