//! The registry: all models of a program, linked once and never changed.

use std::collections::VecDeque;

use super::link::{End, Hop, ManyToMany, Member, Model, ModelId, Names, Relation, Reverse, ReverseSource};
use super::names::{ReverseNames, link_name};
use super::{CheckMessage, FieldMeta, Level, ManyToManyMeta, ModelMeta, OnDelete, RelationMeta};
use crate::error::did_you_mean;
use crate::field::FieldKind;
use crate::lookup::{CustomLookup, Registered, Transform};
use crate::{Error, Result};

/// All models of a program.
#[derive(Debug, Clone, Default)]
pub struct Registry {
    pub(super) models: Vec<Model>,
    pub(super) labels: Names<ModelId>,
    registered: Registered,
}

/// Gathers declarations for a [`Registry`].
#[derive(Debug, Clone, Default)]
pub struct RegistryBuilder {
    models: Vec<ModelMeta>,
}

impl RegistryBuilder {
    /// Adds a model.
    #[must_use]
    pub fn model(mut self, model: ModelMeta) -> Self {
        self.models.push(model);
        self
    }

    /// Links the models and runs the system checks.
    ///
    /// # Errors
    /// [`Error::SystemCheck`] with every finding when one of them is an error.
    pub fn build(self) -> Result<Registry> {
        Registry::build(self.models)
    }
}

impl Registry {
    /// Links declarations into a registry, adds primary keys (`id`) and link tables where they are not declared, and
    /// runs the system checks.
    ///
    /// # Errors
    /// [`Error::SystemCheck`] with every finding when one of them is an error.
    pub fn build(models: impl IntoIterator<Item = ModelMeta>) -> Result<Self> {
        let (registry, mut findings) = Self::linked(models);
        findings.extend(super::check::run(&registry));
        if findings.iter().any(|finding| finding.level == Level::Error) {
            return Err(Error::SystemCheck(findings));
        }
        Ok(registry)
    }

    /// Links declarations as [`build`](Registry::build) does, without the system checks: for models that another program
    /// declares and lives with, such as those of a Django project. [`warnings`](Registry::warnings) runs the checks.
    /// Many-to-many and generic relations whose two ends cannot be told are left out.
    ///
    /// # Errors
    /// [`Error::SystemCheck`] when a relation leads to no model or field, or names clash.
    pub fn link(models: impl IntoIterator<Item = ModelMeta>) -> Result<Self> {
        let (registry, mut findings) = Self::linked(models);
        findings.retain(|finding| {
            let of_ends = ["fields.E333", "fields.E334", "fields.E335", "fields.E338", "fields.E339"];
            !of_ends.contains(&finding.id) && !finding.id.starts_with("contenttypes.")
        });
        if findings.iter().any(|finding| finding.level == Level::Error) {
            return Err(Error::SystemCheck(findings));
        }
        Ok(registry)
    }

    fn linked(models: impl IntoIterator<Item = ModelMeta>) -> (Self, Vec<CheckMessage>) {
        let mut declared: Vec<ModelMeta> = models.into_iter().collect();
        let mut findings = Vec::new();
        declared.iter_mut().for_each(add_primary_key);
        add_link_models(&mut declared, &mut findings);

        let mut labels = Names::default();
        for (index, model) in declared.iter().enumerate() {
            if labels.insert(model.label(), ModelId(index)).is_some() {
                findings.push(CheckMessage {
                    level: Level::Error,
                    id: "embellie.E001",
                    object: model.label(),
                    message: "Two models have this label.".into(),
                    hint: "Rename one of them, or put it into another app.".into(),
                });
            }
        }
        let mut registry =
            Registry { models: Vec::with_capacity(declared.len()), labels, registered: Registered::default() };
        for (index, meta) in declared.into_iter().enumerate() {
            registry.models.push(Model {
                id: ModelId(index),
                label: meta.label(),
                key: key_places(&meta),
                targets: vec![None; meta.fields.len()],
                many_to_many: Vec::new(),
                relations: Vec::new(),
                reverse: Vec::new(),
                members: Names::default(),
                inherited: Names::default(),
                meta,
            });
        }
        registry.link_foreign_keys(&mut findings);
        registry.link_relations(&mut findings);
        registry.link_many_to_many(&mut findings);
        registry.link_reverse();
        registry.name_members();
        registry.name_inherited();
        (registry, findings)
    }

    /// Adds a transform to those that paths know. The one that is added last is meant by its name.
    ///
    /// ```
    /// use embellie_core::Registry;
    /// use embellie_core::expr::Function;
    /// use embellie_core::field::FieldKind;
    /// use embellie_core::lookup::Transform;
    /// # let models = [];
    /// let registry = Registry::build(models)?
    ///     .with_transform(Transform::function("length", Function::Length).on(FieldKind::Char))?;
    /// # Ok::<(), embellie_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::ImproperlyConfigured`] for a name that cannot stand in a path.
    pub fn with_transform(mut self, transform: Transform) -> Result<Self> {
        self.registered.add_transform(transform)?;
        Ok(self)
    }

    /// Adds a lookup to those that paths know. The one that is added last is meant by its name.
    ///
    /// # Errors
    /// As [`Registry::with_transform`].
    pub fn with_lookup(mut self, lookup: CustomLookup) -> Result<Self> {
        self.registered.add_lookup(lookup)?;
        Ok(self)
    }

    /// The transform of a name that was added for values of a kind.
    pub fn transform(&self, kind: Option<FieldKind>, name: &str) -> Option<&Transform> {
        self.registered.transform(kind, name)
    }

    /// The lookup of a name that was added for values of a kind.
    pub fn lookup(&self, kind: Option<FieldKind>, name: &str) -> Option<&CustomLookup> {
        self.registered.lookup(kind, name)
    }

    /// Gathers declarations one by one.
    pub fn builder() -> RegistryBuilder {
        RegistryBuilder::default()
    }

    /// All models, link tables included, in the order of their declaration.
    pub fn models(&self) -> &[Model] {
        &self.models
    }

    /// The model at a place that this registry gave.
    pub fn get(&self, id: ModelId) -> &Model {
        &self.models[id.0]
    }

    /// The model of a label `app.Model`.
    ///
    /// # Errors
    /// [`Error::ImproperlyConfigured`] when there is none; it names the nearest.
    pub fn model(&self, label: &str) -> Result<&Model> {
        self.labels.get(label).map(|id| self.get(*id)).ok_or_else(|| {
            let near = did_you_mean(label, self.labels.keys().map(String::as_str));
            Error::ImproperlyConfigured(format!("No model '{label}' is registered{near}"))
        })
    }

    /// The model of a label, or of a bare name that only one app has.
    ///
    /// # Errors
    /// As [`Registry::model`], or when several apps have a model of that name.
    pub fn find(&self, name: &str) -> Result<&Model> {
        if name.contains('.') {
            return self.model(name);
        }
        let mut found = self.models.iter().filter(|model| model.name == name);
        match (found.next(), found.next()) {
            (Some(model), None) => Ok(model),
            (Some(a), Some(b)) => Err(Error::ImproperlyConfigured(format!(
                "'{name}' may be '{}' or '{}': give the label",
                a.label(),
                b.label()
            ))),
            _ => {
                let near = did_you_mean(name, self.models.iter().map(|model| model.name.as_str()));
                Err(Error::ImproperlyConfigured(format!("No model '{name}' is registered{near}")))
            }
        }
    }

    /// What the system checks have to say that is not an error.
    pub fn warnings(&self) -> Vec<CheckMessage> {
        super::check::run(self)
    }

    /// What a field's column holds: for a foreign key, what the field at its end holds, without counting up.
    pub fn storage_kind(&self, model: ModelId, field: usize) -> FieldKind {
        self.storage(model, field).0
    }

    /// The field whose declaration says what a column holds: the field itself, or for a foreign key the field at
    /// its end.
    pub fn storage_field(&self, model: ModelId, field: usize) -> &FieldMeta {
        self.storage(model, field).1
    }

    fn storage(&self, model: ModelId, field: usize) -> (FieldKind, &FieldMeta) {
        let (mut model, mut field, mut followed) = (self.get(model), field, 0);
        // Keys that are foreign keys themselves lead on; a circle of them ends after every model was visited.
        while let Some((next, next_field)) = model.target(field)
            && followed <= self.models.len()
        {
            (model, field, followed) = (self.get(next), next_field, followed + 1);
        }
        let meta = &model.fields[field];
        let kind = match meta.kind {
            FieldKind::SmallAuto if followed > 0 => FieldKind::SmallInteger,
            FieldKind::Auto if followed > 0 => FieldKind::Integer,
            FieldKind::BigAuto if followed > 0 => FieldKind::BigInteger,
            kind => kind,
        };
        (kind, meta)
    }

    /// The joins that a member stands for: none for a plain field, one for a foreign key or its way back, two for a
    /// many-to-many relation.
    pub fn hops(&self, model: ModelId, member: Member) -> Vec<Hop> {
        let model = self.get(model);
        match member {
            Member::Field(field) => self.forward_hop(model.id, field).into_iter().collect(),
            Member::Key => Vec::new(),
            Member::ManyToMany(index) => {
                let m2m = &model.many_to_many[index];
                self.link_hops(m2m.through, m2m.source, m2m.other)
            }
            Member::Relation(index) => self.relation_hops(model.id, index, false),
            Member::Reverse(index) => {
                let reverse = &model.reverse[index];
                match reverse.relation {
                    ReverseSource::Field(field) => self.backward_hop(reverse.source, field).into_iter().collect(),
                    ReverseSource::Relation(relation) => self.relation_hops(reverse.source, relation, true),
                    ReverseSource::ManyToMany(index) => {
                        let m2m = &self.get(reverse.source).many_to_many[index];
                        self.link_hops(m2m.through, m2m.other, m2m.source)
                    }
                }
            }
        }
    }

    fn link_hops(&self, through: ModelId, near: End, far: End) -> Vec<Hop> {
        let mut hops = match near.key {
            Member::Field(field) => self.backward_hop(near.model, field).into_iter().collect(),
            Member::Relation(relation) => self.relation_hops(near.model, relation, true),
            _ => Vec::new(),
        };
        let down = self.links_to(through, near.model).into_iter().rev();
        hops.extend(down.filter_map(|(model, link)| self.backward_hop(model, link)));
        let up = self.links_to(through, far.model).into_iter();
        hops.extend(up.filter_map(|(model, link)| self.forward_hop(model, link)));
        hops.extend(self.hops(far.model, far.key));
        hops
    }

    /// The join that a foreign key stands for.
    pub fn forward_hop(&self, model: ModelId, field: usize) -> Option<Hop> {
        let (to, to_field) = self.get(model).target(field)?;
        let nullable = self.get(model).fields[field].null;
        Some(Hop {
            from: model,
            to,
            from_field: field,
            to_field,
            along: None,
            multiple: false,
            forward: true,
            nullable,
        })
    }

    /// The join that a foreign key's way back stands for.
    pub fn backward_hop(&self, model: ModelId, field: usize) -> Option<Hop> {
        let (from, from_field) = self.get(model).target(field)?;
        let multiple = !self.get(model).fields[field].relation.as_ref().is_some_and(|relation| relation.one_to_one);
        Some(Hop {
            from,
            to: model,
            from_field,
            to_field: field,
            along: None,
            multiple,
            forward: false,
            nullable: true,
        })
    }

    /// The model that a relation's declaration in `app` means: `app.Model`, `Model`; `self` is `model`.
    pub(super) fn referred(&self, model: &ModelMeta, name: &str) -> Option<ModelId> {
        self.labels.get(&full_label(model, name)).copied()
    }

    fn link_foreign_keys(&mut self, findings: &mut Vec<CheckMessage>) {
        for index in 0..self.models.len() {
            let model = &self.models[index];
            let mut targets = vec![None; model.fields.len()];
            for (place, field) in model.fields.iter().enumerate() {
                let Some(relation) = &field.relation else { continue };
                let object = format!("{}.{}", model.label, field.name);
                let Some(to) = self.referred(&model.meta, &relation.to) else {
                    findings.push(missing_model(object, &relation.to, self.labels.keys()));
                    continue;
                };
                let target = self.get(to);
                let to_field = match &relation.to_field {
                    None => Some(target.primary_key_index()),
                    Some(name) => target.fields.iter().position(|field| field.name == *name),
                };
                match to_field {
                    Some(to_field) => targets[place] = Some((to, to_field)),
                    None => findings.push(CheckMessage {
                        level: Level::Error,
                        id: "fields.E312",
                        object,
                        message: format!(
                            "The to_field '{}' doesn't exist on the related model '{}'.",
                            relation.to_field.as_deref().unwrap_or_default(),
                            target.label
                        ),
                        hint: String::new(),
                    }),
                }
            }
            self.models[index].targets = targets;
        }
    }

    fn link_many_to_many(&mut self, findings: &mut Vec<CheckMessage>) {
        for index in 0..self.models.len() {
            let model = &self.models[index];
            let mut linked = Vec::new();
            for meta in &model.meta.many_to_many {
                let object = format!("{}.{}", model.label, meta.name);
                let through = meta.through.clone().unwrap_or_else(|| link_model_name(&model.meta, meta));
                let target = self.referred(&model.meta, &meta.to);
                // A model that took the link table's name is no link table.
                let is_link = |id: &ModelId| meta.through.is_some() || self.get(*id).auto_created;
                let through_id = self.referred(&model.meta, &through).filter(is_link);
                let (Some(target), Some(through_id)) = (target, through_id) else {
                    match (target, &meta.through) {
                        (None, _) => findings.push(missing_model(object, &meta.to, self.labels.keys())),
                        (_, Some(through)) => findings.push(CheckMessage {
                            id: "fields.E331",
                            message: format!(
                                "The relation goes through the model '{through}', which is not registered."
                            ),
                            ..missing_model(object, through, self.labels.keys())
                        }),
                        // The link table could not be made, which is told already.
                        (_, None) => {}
                    }
                    continue;
                };
                match self.link_fields(model.id, meta, target, through_id) {
                    Ok((source, other)) => {
                        linked.push(ManyToMany { meta: meta.clone(), target, through: through_id, source, other })
                    }
                    Err((id, message, hint)) => {
                        findings.push(CheckMessage { level: Level::Error, id, object, message, hint });
                    }
                }
            }
            self.models[index].many_to_many = linked;
        }
    }

    /// The two foreign keys of the model between.
    fn link_fields(
        &self,
        model: ModelId,
        meta: &ManyToManyMeta,
        target: ModelId,
        through: ModelId,
    ) -> Result<(End, End), (&'static str, String, String)> {
        let between = self.get(through);
        let keys_to = |to: ModelId| {
            let keys = std::iter::once(through).chain(self.ancestors(through)).flat_map(move |model| {
                let between = self.get(model);
                let leads_there = move |field: &usize| between.target(*field).is_some_and(|(id, _)| id == to);
                let fields = (0..between.fields.len()).filter(leads_there).map(Member::Field);
                let leads = move |relation: &Relation| !relation.meta.is_generic() && relation.target == to;
                let relations = (0..between.relations.len()).filter(move |&place| leads(&between.relations[place]));
                fields.chain(relations.map(Member::Relation)).map(move |key| End { model, key })
            });
            // The link to a model that it adds columns to is no relation of the two.
            keys.filter(|end| !self.is_link_field(*end))
        };
        if let Some((source, other)) = &meta.through_fields {
            let find = |name: &str, to: ModelId| keys_to(to).find(|end| self.get(end.model).name_of(end.key) == name);
            return match (find(source, model), find(other, target)) {
                (Some(a), Some(b)) => Ok((a, b)),
                (a, _) => {
                    let (wrong, to) = if a.is_none() { (source, model) } else { (other, target) };
                    let to = self.get(to);
                    let hint = "Name the foreign keys of the model between: first to this model, then to the other.";
                    let relations = || between.meta.relations.iter().map(|relation| &relation.name);
                    Err(
                        if between.fields.iter().map(|field| &field.name).chain(relations()).any(|name| name == wrong) {
                            let message =
                                format!("'{}.{wrong}' is not a foreign key to '{}'.", between.label, to.label);
                            ("fields.E339", message, hint.into())
                        } else {
                            let message = format!("The model between, '{}', has no field '{wrong}'.", between.label);
                            ("fields.E338", message, hint.into())
                        },
                    )
                }
            };
        }
        let sources: Vec<End> = keys_to(model).collect();
        let targets: Vec<End> = keys_to(target).collect();
        let hint = || "Name the two with through_fields.".to_owned();
        match (model == target, sources.as_slice(), targets.as_slice()) {
            (true, [a, b], _) => Ok((*a, *b)),
            (true, [_, _, _, ..], _) => Err((
                "fields.E333",
                format!("The model '{}' has more than two foreign keys to '{}'.", between.label, self.get(model).label),
                hint(),
            )),
            (false, [a], [b]) => Ok((*a, *b)),
            (false, [_, _, ..], _) => Err((
                "fields.E334",
                format!(
                    "The model '{}' has more than one foreign key from '{}'.",
                    between.label,
                    self.get(model).label
                ),
                hint(),
            )),
            (false, _, [_, _, ..]) => Err((
                "fields.E335",
                format!("The model '{}' has more than one foreign key to '{}'.", between.label, self.get(target).label),
                hint(),
            )),
            _ => Err((
                "fields.E336",
                format!(
                    "The model '{}' is used between '{}' and '{}', but lacks a foreign key to one of them.",
                    between.label,
                    self.get(model).label,
                    self.get(target).label
                ),
                String::new(),
            )),
        }
    }

    fn link_reverse(&mut self) {
        let mut found: Vec<(ModelId, Reverse)> = Vec::new();
        for model in &self.models {
            for (place, field) in model.fields.iter().enumerate() {
                let (Some(relation), Some((to, _))) = (&field.relation, model.target(place)) else { continue };
                let names = ReverseNames::new(
                    model,
                    &field.name,
                    relation.related_name.as_deref(),
                    relation.related_query_name.as_deref(),
                    !relation.one_to_one,
                );
                found.push((to, names.into_reverse(model.id, ReverseSource::Field(place))));
            }
            for (place, m2m) in model.many_to_many.iter().enumerate() {
                // One that holds both ways is its own way back, but for the rows between.
                let own = m2m.meta.symmetrical && m2m.target == model.id;
                let names = ReverseNames::new(
                    model,
                    &m2m.meta.name,
                    if own { Some("+") } else { m2m.meta.related_name.as_deref() },
                    m2m.meta.related_query_name.as_deref(),
                    true,
                );
                found.push((m2m.target, names.into_reverse(model.id, ReverseSource::ManyToMany(place))));
            }
            for (place, relation) in model.relations.iter().enumerate() {
                let RelationMeta { name, related_name, related_query_name, .. } = &relation.meta;
                let related = match relation.meta.is_generic() {
                    true => related_query_name.as_deref().or(Some("+")),
                    false => related_name.as_deref(),
                };
                let names = ReverseNames::new(model, name, related, related_query_name.as_deref(), true);
                found.push((relation.target, names.into_reverse(model.id, ReverseSource::Relation(place))));
            }
        }
        for (to, reverse) in found {
            self.models[to.0].reverse.push(reverse);
        }
    }

    /// Gives every member its name. What is declared on a model wins over what points at it; clashes are for the
    /// system checks to tell.
    fn name_members(&mut self) {
        type Links = Vec<String>;
        let names = self.models.iter().map(|model| {
            let links = model.many_to_many.iter().map(|m2m| m2m.meta.name.clone()).collect();
            let relations = model.relations.iter().map(|relation| relation.meta.name.clone()).collect();
            (model.label.clone(), links, relations)
        });
        let names: Vec<(String, Links, Links)> = names.collect();
        for model in &mut self.models {
            let mut members = Names::default();
            for (place, field) in model.meta.fields.iter().enumerate() {
                members.entry(field.attname()).or_insert(Member::Field(place));
                members.insert(field.name.clone(), Member::Field(place));
            }
            for (place, m2m) in model.many_to_many.iter().enumerate() {
                members.entry(m2m.meta.name.clone()).or_insert(Member::ManyToMany(place));
            }
            for (place, relation) in model.relations.iter().enumerate() {
                members.entry(relation.meta.name.clone()).or_insert(Member::Relation(place));
            }
            for (place, reverse) in model.reverse.iter().enumerate() {
                members.entry(reverse.query_name.clone()).or_insert(Member::Reverse(place));
                let (label, links, relations) = &names[reverse.source.0];
                let known = match reverse.relation {
                    ReverseSource::ManyToMany(relation) => links.get(relation),
                    ReverseSource::Relation(relation) => relations.get(relation),
                    ReverseSource::Field(_) => None,
                };
                if let Some(name) = known {
                    members.insert(link_name(label, name), Member::Reverse(place));
                }
            }
            let key = match model.key[..] {
                [place] => Member::Field(place),
                _ => Member::Key,
            };
            members.insert("pk".to_owned(), key);
            model.members = members;
        }
    }
}

impl Registry {
    /// Tells each model the names of those that it adds columns to.
    fn name_inherited(&mut self) {
        for index in 0..self.models.len() {
            let mut names = Names::default();
            let mut links = parent_links(&self.models[index]);
            let mut followed = 0;
            // Parents of parents come after all parents; a circle of them ends after every model was visited.
            while let Some((link, parent)) = links.pop_front()
                && followed <= self.models.len()
            {
                followed += 1;
                let parent = self.get(parent);
                for (name, member) in &parent.members {
                    let back = matches!(member, Member::Reverse(place) if self.is_parent_link(&parent.reverse[*place]));
                    if !back && !self.models[index].members.contains_key(name) {
                        names.entry(name.clone()).or_insert(link);
                    }
                }
                links.extend(parent_links(parent).into_iter().map(|(_, grandparent)| (link, grandparent)));
            }
            self.models[index].inherited = names;
        }
    }

    fn is_link_field(&self, end: End) -> bool {
        let Member::Field(field) = end.key else { return false };
        self.get(end.model).fields[field].relation.as_ref().is_some_and(|relation| relation.parent_link)
    }

    /// The models that a model adds columns to, the nearest first.
    fn ancestors(&self, model: ModelId) -> Vec<ModelId> {
        let mut found: Vec<ModelId> = Vec::new();
        let mut left = parent_links(self.get(model));
        while let Some((_, parent)) = left.pop_front() {
            if !found.contains(&parent) {
                found.push(parent);
                left.extend(parent_links(self.get(parent)));
            }
        }
        found
    }

    fn is_parent_link(&self, reverse: &Reverse) -> bool {
        let ReverseSource::Field(field) = reverse.relation else { return false };
        self.get(reverse.source).fields[field].relation.as_ref().is_some_and(|relation| relation.parent_link)
    }
}

/// The fields that lead to the models which a model adds columns to, and those models.
pub(super) fn parent_links(model: &Model) -> VecDeque<(usize, ModelId)> {
    let fields = model.fields.iter().enumerate();
    let links = fields.filter(|(_, field)| field.relation.as_ref().is_some_and(|relation| relation.parent_link));
    links.filter_map(|(place, _)| Some((place, model.target(place)?.0))).collect()
}

fn full_label(model: &ModelMeta, name: &str) -> String {
    match name {
        "self" => model.label(),
        name if name.contains('.') => name.to_owned(),
        name => format!("{}.{name}", model.app),
    }
}

pub(super) fn missing_model<'a>(object: String, to: &str, labels: impl Iterator<Item = &'a String>) -> CheckMessage {
    CheckMessage {
        level: Level::Error,
        id: "fields.E300",
        object,
        message: format!("Field defines a relation with model '{to}', which is not registered."),
        hint: super::check::suggestion(to, labels.map(String::as_str)),
    }
}

/// The places of the fields that are the primary key. A composite one has those that exist and are not named twice:
/// the system checks tell of the others.
fn key_places(model: &ModelMeta) -> Vec<usize> {
    let mut places: Vec<usize> = Vec::new();
    for name in model.composite_primary_key.iter().flatten() {
        let found = model.fields.iter().position(|field| field.name == *name || field.attname() == *name);
        places.extend(found.filter(|place| !places.contains(place)));
    }
    if places.is_empty() {
        places.push(model.fields.iter().position(|field| field.primary_key).unwrap_or(0));
    }
    places
}

fn add_primary_key(model: &mut ModelMeta) {
    let composite = model.composite_primary_key.is_some() && !model.fields.is_empty();
    if !composite && !model.fields.iter().any(|field| field.primary_key) {
        model.fields.insert(0, FieldMeta::new("id", FieldKind::BigAuto).primary_key());
    }
}

/// The name of the model made for a many-to-many relation without one: `Post_tags`.
fn link_model_name(model: &ModelMeta, relation: &ManyToManyMeta) -> String {
    format!("{}_{}", model.name, relation.name)
}

/// Makes the models of link tables, with Django's names: `blog_post_tags (id, post_id, tag_id)`, unique together.
fn add_link_models(models: &mut Vec<ModelMeta>, findings: &mut Vec<CheckMessage>) {
    let mut made = Vec::new();
    for model in models.iter() {
        for relation in model.many_to_many.iter().filter(|relation| relation.through.is_none()) {
            let to = full_label(model, &relation.to);
            let Some(target) = models.iter().find(|other| other.label() == to) else {
                // Linking reports it, with the name of the relation.
                continue;
            };
            let (mut from_name, mut to_name) = (model.name.to_lowercase(), target.name.to_lowercase());
            if from_name == to_name {
                (from_name, to_name) = (format!("from_{from_name}"), format!("to_{to_name}"));
            }
            let key = |name: &str, to: String, way_back: String| {
                FieldMeta::foreign_key(name, to, OnDelete::Cascade)
                    .relation(|r| r.related_name(way_back).db_constraint(relation.db_constraint))
            };
            let name = link_model_name(model, relation);
            if models.iter().chain(&made).any(|other: &ModelMeta| other.app == model.app && other.name == name) {
                findings.push(CheckMessage {
                    level: Level::Error,
                    id: "embellie.E002",
                    object: format!("{}.{}", model.label(), relation.name),
                    message: format!("The link table needs the model name '{name}', which is taken."),
                    hint: "Rename the relation or the model.".into(),
                });
                continue;
            }
            let mut link = ModelMeta::new(model.app.clone(), name.clone())
                .table(relation.table.clone().unwrap_or_else(|| format!("{}_{}", model.table, relation.name)))
                .field(FieldMeta::new("id", FieldKind::BigAuto).primary_key())
                .field(key(&from_name, model.label(), format!("{name}+")))
                .field(key(&to_name, target.label(), format!("{name}+")))
                .unique_together([from_name.clone(), to_name.clone()])
                .managed(model.managed || target.managed);
            link.auto_created = true;
            made.push(link);
        }
    }
    models.append(&mut made);
}
