//! Relations without a column of their own: those over several columns, and generic ones.

use super::link::{Along, ContentType, Hop, Member, Model, ModelId, Relation};
use super::registry::{missing_model, parent_links};
use super::{CheckMessage, Level, Registry, RelationBy, RelationMeta};
use crate::lookup::Lookup;
use crate::{Path, Q, Query, Value};

/// What is wrong with a declaration.
struct Mistake {
    id: &'static str,
    message: String,
}

impl Registry {
    /// The fields that a hop joins by: of the model where it begins, and of that where it ends. There is at least one
    /// pair.
    pub fn pairs(&self, hop: Hop) -> impl Iterator<Item = (usize, usize)> + use<'_> {
        let further = hop.along.map_or(&[][..], |along| self.relation(along).pairs.get(1..).unwrap_or_default());
        let back = hop.along.is_some_and(|along| along.back);
        let further = further.iter().map(move |&(here, there)| if back { (there, here) } else { (here, there) });
        std::iter::once((hop.from_field, hop.to_field)).chain(further)
    }

    /// What must hold besides for a generic relation, and whether the field that says it is at the end of the hop.
    pub fn content_type(&self, hop: Hop) -> Option<(&ContentType, bool)> {
        let along = hop.along?;
        self.relation(along).content_type.as_ref().map(|content_type| (content_type, !along.back))
    }

    /// The name of the relation that a hop follows forward.
    pub fn name_of_hop(&self, hop: Hop) -> &str {
        match hop.along {
            Some(along) => &self.relation(along).meta.name,
            None => self.get(hop.from).fields.get(hop.from_field).map_or("", |field| &field.name),
        }
    }

    /// A query for the content type that rows of `holder` have which point at rows of a model generically: what their
    /// foreign key holds.
    pub fn content_type_key(&self, holder: &Model, content_type: &ContentType) -> Query {
        let types = self.get(content_type.types);
        let key = holder.target(content_type.field).map_or(types.primary_key_index(), |(_, field)| field);
        let of = Q::new("app_label", content_type.app_label.as_str()) & Q::new("model", content_type.model.as_str());
        let key = Path::new([types.fields[key].name.clone()]);
        let mut query = Query::new(types.label.clone()).filter(of).values([key]);
        query.slice.limit = Some(1);
        query
    }

    /// The condition that rows point at rows with some keys by a relation of the model that has these: rows of
    /// [`holder`](Relation::holder).
    pub fn pointing_at(&self, relation: &Relation, keys: Vec<Value>) -> Q {
        let holder = self.get(relation.holder);
        let field = |place: usize| Path::new([holder.fields[place].name.clone()]);
        let there = relation.pairs.first().map_or(0, |&(_, there)| there);
        let of_keys = Q::lookup(field(there), Lookup::In, Value::List(keys));
        match &relation.content_type {
            Some(content_type) => {
                of_keys & Q::new(field(content_type.field), self.content_type_key(holder, content_type))
            }
            None => of_keys,
        }
    }

    /// The relation that a hop follows.
    fn relation(&self, along: Along) -> &Relation {
        &self.models[along.model.0].relations[along.relation]
    }

    /// The joins that a relation, or its way back, stands for.
    pub(super) fn relation_hops(&self, model: ModelId, place: usize, back: bool) -> Vec<Hop> {
        let Some(relation) = self.get(model).relations.get(place) else { return Vec::new() };
        let Some(&(here, there)) = relation.pairs.first() else { return Vec::new() };
        let generic = relation.content_type.is_some();
        let along = Some(Along { model, relation: place, back });
        let (from, to) = (model, relation.holder);
        // As with foreign keys, whether an object is at the other end is not known from there.
        let hop = match back {
            false => Hop {
                from,
                to,
                from_field: here,
                to_field: there,
                along,
                multiple: generic,
                forward: !generic,
                nullable: generic || relation.meta.null,
            },
            true => Hop {
                from: to,
                to: from,
                from_field: there,
                to_field: here,
                along,
                multiple: true,
                forward: false,
                nullable: true,
            },
        };
        let links = self.links_to(relation.target, relation.holder);
        match back {
            false => {
                let down = links.into_iter().rev().filter_map(|(model, link)| self.backward_hop(model, link));
                std::iter::once(hop).chain(down).collect()
            }
            true => {
                let up = links.into_iter().filter_map(|(model, link)| self.forward_hop(model, link));
                up.chain([hop]).collect()
            }
        }
    }

    /// The links from a model to one that it adds columns to.
    pub(super) fn links_to(&self, model: ModelId, ancestor: ModelId) -> Vec<(ModelId, usize)> {
        self.way_up(model, &|model| model.id == ancestor).unwrap_or_default()
    }

    /// The links from a model to the first of those that it adds columns to for which something holds.
    fn way_up(&self, model: ModelId, holds: &dyn Fn(&Model) -> bool) -> Option<Vec<(ModelId, usize)>> {
        let mut ways = std::collections::VecDeque::from([(model, Vec::new())]);
        while let Some((at, way)) = ways.pop_front() {
            let at = self.get(at);
            if holds(at) {
                return Some(way);
            }
            // A circle of links ends after every model was visited.
            if way.len() <= self.models.len() {
                for (link, parent) in parent_links(at) {
                    ways.push_back((parent, way.iter().copied().chain([(at.id, link)]).collect()));
                }
            }
        }
        None
    }

    pub(super) fn link_relations(&mut self, findings: &mut Vec<CheckMessage>) {
        for index in 0..self.models.len() {
            let model = &self.models[index];
            let mut linked = Vec::new();
            for meta in &model.meta.relations {
                let object = format!("{}.{}", model.label, meta.name);
                let Some(target) = self.referred(&model.meta, &meta.to) else {
                    findings.push(missing_model(object, &meta.to, self.labels.keys()));
                    continue;
                };
                let made = match &meta.by {
                    RelationBy::Fields(fields) => self.by_fields(model, meta, target, fields),
                    RelationBy::Generic { content_type, object_id, content_type_of } => {
                        self.generic(model, meta, target, (content_type, object_id), content_type_of.as_deref())
                    }
                };
                match made {
                    Ok(relation) => linked.push(relation),
                    Err(Mistake { id, message }) => {
                        findings.push(CheckMessage { level: Level::Error, id, object, message, hint: String::new() });
                    }
                }
            }
            self.models[index].relations = linked;
        }
    }

    fn by_fields(
        &self,
        model: &Model,
        meta: &RelationMeta,
        target: ModelId,
        fields: &[(String, String)],
    ) -> Result<Relation, Mistake> {
        let there = self.get(target);
        let pair = |(here, other): &(String, String)| {
            let here = place(model, here).ok_or_else(|| Mistake {
                id: "embellie.E016",
                message: format!("The relation goes by '{here}', which '{}' does not have.", model.label),
            })?;
            let other = place(there, other).ok_or_else(|| Mistake {
                id: "fields.E312",
                message: format!("The to_field '{other}' doesn't exist on the related model '{}'.", there.label),
            })?;
            Ok((here, other))
        };
        let pairs: Vec<(usize, usize)> = fields.iter().map(pair).collect::<Result<_, Mistake>>()?;
        if pairs.is_empty() {
            let message = "The relation goes by no field.".to_owned();
            return Err(Mistake { id: "embellie.E016", message });
        }
        Ok(Relation { meta: meta.clone(), target, holder: target, pairs, content_type: None })
    }

    fn generic(
        &self,
        model: &Model,
        meta: &RelationMeta,
        target: ModelId,
        (content_type, object_id): (&str, &str),
        content_type_of: Option<&str>,
    ) -> Result<Relation, Mistake> {
        let label = &self.get(target).label;
        let way = self.way_up(target, &|model| place(model, object_id).is_some()).ok_or_else(|| Mistake {
            id: "contenttypes.E001",
            message: format!("The generic relation goes by '{object_id}', which '{label}' does not have."),
        })?;
        let holder = way.last().and_then(|&(model, link)| self.get(model).target(link)).map_or(target, |(id, _)| id);
        let holding = self.get(holder);
        let field = place(holding, content_type).ok_or_else(|| Mistake {
            id: "contenttypes.E002",
            message: format!("The generic relation goes by '{content_type}', which '{label}' does not have."),
        })?;
        let (types, _) = holding.target(field).ok_or_else(|| Mistake {
            id: "contenttypes.E003",
            message: format!("'{}.{content_type}' is not a foreign key.", holding.label),
        })?;
        if ["app_label", "model"].iter().any(|name| place(self.get(types), name).is_none()) {
            let message = format!("'{}.{content_type}' is not a foreign key to a content type.", holding.label);
            return Err(Mistake { id: "contenttypes.E004", message });
        }
        if model.has_composite_key() {
            let message = format!("The primary key of '{}' is composite, so that nothing points at it.", model.label);
            return Err(Mistake { id: "fields.E347", message });
        }
        let there = place(holding, object_id).unwrap_or_default();
        let (app_label, name) = content_type_of.unwrap_or(&model.label).rsplit_once('.').unwrap_or_default();
        let content_type = ContentType { field, types, app_label: app_label.to_owned(), model: name.to_lowercase() };
        Ok(Relation {
            meta: meta.clone(),
            target,
            holder,
            pairs: vec![(model.primary_key_index(), there)],
            content_type: Some(content_type),
        })
    }
}

/// The place of a field, before members have their names.
fn place(model: &Model, name: &str) -> Option<usize> {
    let by_name = model.fields.iter().position(|field| field.name == name);
    by_name.or_else(|| model.fields.iter().position(|field| field.attname() == name))
}

impl Model {
    /// The name of a member that is declared here; `pk` for a composite key.
    pub fn name_of(&self, member: Member) -> &str {
        let name = match member {
            Member::Field(place) => self.fields.get(place).map(|field| field.name.as_str()),
            Member::ManyToMany(place) => self.many_to_many.get(place).map(|link| link.meta.name.as_str()),
            Member::Relation(place) => self.relations.get(place).map(|relation| relation.meta.name.as_str()),
            Member::Reverse(place) => self.reverse.get(place).map(|reverse| reverse.query_name.as_str()),
            Member::Key => None,
        };
        name.unwrap_or("pk")
    }
}
