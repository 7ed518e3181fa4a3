//! Models with their names and relations linked to each other.

use std::collections::HashMap;
use std::ops::Deref;

use foldhash::fast::RandomState;

use super::{ConstraintMeta, FieldMeta, ManyToManyMeta, ModelMeta, RelationMeta};
use crate::Expr;

/// What names lead to.
pub(crate) type Names<T> = HashMap<String, T, RandomState>;

/// A model's place in its registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ModelId(pub(crate) usize);

/// A model of a registry: its declaration, and what its names lead to.
#[derive(Debug, Clone)]
pub struct Model {
    pub(crate) id: ModelId,
    pub(crate) meta: ModelMeta,
    pub(crate) label: String,
    /// The places of the fields that are the primary key: one, or several together.
    pub(crate) key: Vec<usize>,
    pub(crate) targets: Vec<Option<(ModelId, usize)>>,
    pub(crate) many_to_many: Vec<ManyToMany>,
    pub(crate) relations: Vec<Relation>,
    pub(crate) reverse: Vec<Reverse>,
    pub(crate) members: Names<Member>,
    /// Names of models that this one adds columns to, with the field that leads there.
    pub(crate) inherited: Names<usize>,
}

/// What a name of a model leads to; the numbers are places in the model's lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Member {
    /// A field with a column, by its name, its attname, or `pk`.
    Field(usize),
    /// The fields that are the primary key together, by `pk`.
    Key,
    /// A many-to-many relation declared here.
    ManyToMany(usize),
    /// A relation declared here that has no column of its own.
    Relation(usize),
    /// The way back of a relation declared elsewhere.
    Reverse(usize),
}

/// A many-to-many relation, linked.
#[derive(Debug, Clone)]
pub struct ManyToMany {
    /// The declaration.
    pub meta: ManyToManyMeta,
    /// The model at the other end.
    pub target: ModelId,
    /// The model between.
    pub through: ModelId,
    /// The relation of the model between that leads to this side.
    pub source: End,
    /// The relation of the model between that leads to the other side.
    pub other: End,
}

/// A relation that the rows of a model between have: a foreign key, or one over several columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct End {
    /// The model that has it: that between, or one that it adds columns to.
    pub model: ModelId,
    /// The relation.
    pub key: Member,
}

impl End {
    /// The foreign key of a model between, where it is one of its own.
    pub fn field(&self, through: ModelId) -> Option<usize> {
        match self.key {
            Member::Field(place) if self.model == through => Some(place),
            _ => None,
        }
    }
}

/// A relation without a column of its own, linked.
#[derive(Debug, Clone)]
pub struct Relation {
    /// The declaration.
    pub meta: RelationMeta,
    /// The model at the other end.
    pub target: ModelId,
    /// The model there that has the fields: the target, or one that it adds columns to.
    pub holder: ModelId,
    /// The fields here, and those there that hold the same; at least one pair.
    pub pairs: Vec<(usize, usize)>,
    /// For a generic relation, what the rows there say of the kind of what they point at.
    pub content_type: Option<ContentType>,
}

/// What rows say that point at rows of a model generically.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContentType {
    /// The foreign key that says it, of the relation's holder.
    pub field: usize,
    /// The model of content types, which has the fields `app_label` and `model`.
    pub types: ModelId,
    /// The app of the model that is pointed at.
    pub app_label: String,
    /// Its name, in small letters.
    pub model: String,
}

/// The way back of a relation: what points at this model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reverse {
    /// Its name in queries.
    pub query_name: String,
    /// Its name on objects; `None` when it has none.
    pub accessor: Option<String>,
    /// The model that declares the relation.
    pub source: ModelId,
    /// The relation.
    pub relation: ReverseSource,
    /// Whether it leads to several rows: false for a one-to-one field's way back.
    pub multiple: bool,
}

/// The relation that a way back belongs to: a place in its model's lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReverseSource {
    /// A foreign key or one-to-one field.
    Field(usize),
    /// A many-to-many relation.
    ManyToMany(usize),
    /// A relation without a column of its own.
    Relation(usize),
}

/// One step of a relation: what one join follows (Django's `PathInfo`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hop {
    /// Where it begins.
    pub from: ModelId,
    /// Where it ends.
    pub to: ModelId,
    /// The column at the beginning, as a field of `from`; the first of several.
    pub from_field: usize,
    /// The column at the end, as a field of `to`; the first of several.
    pub to_field: usize,
    /// The relation without a column of its own that it follows, which may have more columns
    /// ([`Registry::pairs`](super::Registry::pairs)) and a condition.
    pub along: Option<Along>,
    /// Whether a row may have several at the other end.
    pub multiple: bool,
    /// Whether the foreign key is on the side of `from`: its columns there say as much as those at the end.
    pub forward: bool,
    /// Whether a row may have none at the other end.
    pub nullable: bool,
}

/// A relation that a hop follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Along {
    /// The model that declares it.
    pub model: ModelId,
    /// Its place there.
    pub relation: usize,
    /// Whether it is followed the other way round.
    pub back: bool,
}

impl Deref for Model {
    type Target = ModelMeta;

    fn deref(&self) -> &ModelMeta {
        &self.meta
    }
}

impl Model {
    /// The model's place in its registry.
    pub fn id(&self) -> ModelId {
        self.id
    }

    /// The declaration.
    pub fn meta(&self) -> &ModelMeta {
        &self.meta
    }

    /// The label `app.Model`.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// The primary key; the first field of a composite one.
    pub fn primary_key(&self) -> &FieldMeta {
        &self.meta.fields[self.primary_key_index()]
    }

    /// The primary key's place among the fields; that of the first field of a composite one.
    pub fn primary_key_index(&self) -> usize {
        self.key.first().copied().unwrap_or_default()
    }

    /// The places of the fields that are the primary key: Django's `pk_fields`. One, unless it is composite.
    pub fn key_fields(&self) -> &[usize] {
        &self.key
    }

    /// Whether no two rows have the same value in the field at a place, null apart: it is the primary key, is declared
    /// unique, or has a constraint of its own that says so for all rows.
    pub fn is_unique(&self, place: usize) -> bool {
        let Some(field) = self.fields.get(place) else { return false };
        let alone = |constraint: &ConstraintMeta| match constraint {
            ConstraintMeta::Unique { terms, condition: None, .. } => {
                matches!(terms.as_slice(), [only] if only.expr == Expr::path(field.name.as_str()))
            }
            _ => false,
        };
        field.unique || self.key == [place] || self.constraints.iter().any(alone)
    }

    /// Whether several fields are the primary key together.
    pub fn has_composite_key(&self) -> bool {
        self.key.len() > 1
    }

    /// What a name leads to: a field's name or attname, `pk`, a many-to-many relation or a way back.
    pub fn member(&self, name: &str) -> Option<Member> {
        self.members.get(name).copied()
    }

    /// The parent link that leads to a name which this model does not have itself, but a model that it adds columns to
    /// does: see [`ForeignKeyMeta::parent_link`](super::ForeignKeyMeta::parent_link).
    pub fn inherited(&self, name: &str) -> Option<usize> {
        self.inherited.get(name).copied()
    }

    /// The names that this model does not have itself, but a model that it adds columns to does.
    pub fn inherited_names(&self) -> impl Iterator<Item = &str> {
        self.inherited.keys().map(String::as_str)
    }

    /// The place of the field of a name or attname.
    pub fn field_index(&self, name: &str) -> Option<usize> {
        match self.member(name) {
            Some(Member::Field(index)) => Some(index),
            _ => None,
        }
    }

    /// The many-to-many relations declared here.
    pub fn many_to_many(&self) -> &[ManyToMany] {
        &self.many_to_many
    }

    /// The relations declared here that have no column of their own.
    pub fn relations(&self) -> &[Relation] {
        &self.relations
    }

    /// The ways back of the relations that point here.
    pub fn reverse(&self) -> &[Reverse] {
        &self.reverse
    }

    /// The model and field that the foreign key at `field` points at.
    pub fn target(&self, field: usize) -> Option<(ModelId, usize)> {
        self.targets.get(field).copied().flatten()
    }

    /// The names that may stand in a query here, sorted, as Django lists them: fields with `name` and `name_id`,
    /// relations and ways back.
    pub fn choices(&self) -> Vec<&str> {
        let mut names: Vec<&str> =
            self.members.keys().map(String::as_str).filter(|name| *name != "pk" && !name.ends_with('+')).collect();
        names.sort_unstable();
        names
    }
}
