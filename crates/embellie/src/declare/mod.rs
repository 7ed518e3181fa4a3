//! What `#[model]` says of a model, as constants, and how it becomes metadata.
//!
//! Generated code holds tables; all work on them is done here, so that a model costs little to compile.

mod choices;
mod pointer;
mod read;

pub use choices::{choice_of_integer, choice_of_text, choices};
pub use pointer::{FromSlot, Pointed, Pointer, Target, decode_key, encode_key, part_of_key};
pub use read::{Reader, bind, decimal_places, decode_into, encode, int, key, link, name, stored, unbound};

use embellie_core::field::{FieldKind, FieldType};
use embellie_core::meta::{Choice, FieldMeta, ManyToManyMeta, ModelMeta, OnDelete};
use embellie_core::{Value, meta};

/// A model.
#[derive(Debug, Clone, Copy)]
pub struct ModelSpec {
    /// The app.
    pub app: &'static str,
    /// The model's name.
    pub name: &'static str,
    /// The fields with columns.
    pub fields: &'static [FieldSpec],
    /// The many-to-many relations.
    pub links: &'static [LinkSpec],
    /// The rest of its options.
    pub more: Option<fn(ModelMeta) -> ModelMeta>,
}

/// A field.
#[derive(Debug, Clone, Copy)]
pub struct FieldSpec {
    /// The name.
    pub name: &'static str,
    /// What the type is stored as.
    pub kind: FieldKind,
    /// What the options say that it is, or that the elements of the array are.
    pub said: Option<FieldKind>,
    /// Whether the type is an `Option`.
    pub null: bool,
    /// The greatest length of a text.
    pub max_length: Option<u32>,
    /// Whether it is the primary key.
    pub primary_key: bool,
    /// Whether the database counts it up.
    pub auto: bool,
    /// Whether it is unique.
    pub unique: bool,
    /// The choices that the type has.
    pub choices: fn() -> Vec<Choice>,
    /// What it points at.
    pub relation: Option<RelationSpec>,
    /// The rest of its options.
    pub more: Option<fn(FieldMeta) -> FieldMeta>,
}

/// What a foreign key or one-to-one points at.
#[derive(Debug, Clone, Copy)]
pub struct RelationSpec {
    to: &'static str,
    one_to_one: bool,
    on_delete: OnDeleteSpec,
    related_name: Option<&'static str>,
}

/// What happens when the row pointed at is deleted.
#[derive(Debug, Clone, Copy)]
pub enum OnDeleteSpec {
    /// The rows are deleted.
    Cascade,
    /// They forbid it.
    Protect,
    /// They forbid it, unless they are deleted too.
    Restrict,
    /// Their foreign key becomes null.
    SetNull,
    /// Their foreign key becomes its default.
    SetDefault,
    /// Their foreign key becomes this.
    Set(fn() -> Value),
    /// Nothing.
    DoNothing,
}

/// A many-to-many relation.
#[derive(Debug, Clone, Copy)]
pub struct LinkSpec {
    name: &'static str,
    to: &'static str,
    related_name: Option<&'static str>,
    more: Option<fn(ManyToManyMeta) -> ManyToManyMeta>,
}

impl FieldSpec {
    /// A field of type `T`.
    pub const fn of<T: FieldType>(name: &'static str) -> Self {
        FieldSpec {
            name,
            kind: T::KIND,
            said: None,
            null: T::NULLABLE,
            max_length: T::MAX_LENGTH,
            primary_key: false,
            auto: false,
            unique: false,
            choices: T::choices,
            relation: None,
            more: None,
        }
    }

    /// A foreign key or one-to-one relation, whose type is `Option` or not.
    pub const fn key(name: &'static str, null: bool, relation: RelationSpec) -> Self {
        FieldSpec { kind: FieldKind::ForeignKey, null, relation: Some(relation), ..FieldSpec::of::<i64>(name) }
    }

    /// The primary key that a model has when it declares none.
    pub const ID: FieldSpec = FieldSpec { primary_key: true, auto: true, ..FieldSpec::of::<i64>("id") };

    fn meta(&self) -> FieldMeta {
        let mut field = match self.relation {
            None => FieldMeta::new(self.name, self.kind()),
            Some(relation) => {
                let on_delete = relation.on_delete.meta();
                let mut field = match relation.one_to_one {
                    true => FieldMeta::one_to_one(self.name, relation.to, on_delete),
                    false => FieldMeta::foreign_key(self.name, relation.to, on_delete),
                };
                if let (Some(meta), Some(name)) = (&mut field.relation, relation.related_name) {
                    meta.related_name = Some(name.to_owned());
                }
                field
            }
        };
        field.null = self.null;
        // What may be null may be left out.
        field.blank = self.null;
        field.max_length = self.max_length.or(field.max_length);
        field.primary_key = self.primary_key;
        field.unique |= self.unique;
        field.choices = (self.choices)();
        match self.more {
            Some(more) => more(field),
            None => field,
        }
    }

    fn kind(&self) -> FieldKind {
        self.kind_of(self.kind)
    }

    /// The kind with what the options say of it, or of the elements of an array.
    fn kind_of(&self, kind: FieldKind) -> FieldKind {
        match (kind, self.said, self.auto, self.max_length) {
            (FieldKind::Array(elements), ..) => self.kind_of(*elements).array(),
            (_, Some(said), ..) => said,
            (FieldKind::SmallInteger, _, true, _) => FieldKind::SmallAuto,
            (FieldKind::Integer, _, true, _) => FieldKind::Auto,
            (FieldKind::BigInteger, _, true, _) => FieldKind::BigAuto,
            (FieldKind::Text, _, _, Some(_)) => FieldKind::Char,
            (kind, ..) => kind,
        }
    }
}

impl RelationSpec {
    /// A foreign key.
    pub const fn foreign_key(to: Pointed, on_delete: OnDeleteSpec, related_name: Option<&'static str>) -> Self {
        RelationSpec { to: to.label, one_to_one: false, on_delete, related_name }
    }

    /// A one-to-one relation.
    pub const fn one_to_one(to: Pointed, on_delete: OnDeleteSpec, related_name: Option<&'static str>) -> Self {
        RelationSpec { one_to_one: true, ..RelationSpec::foreign_key(to, on_delete, related_name) }
    }
}

impl OnDeleteSpec {
    fn meta(self) -> OnDelete {
        match self {
            OnDeleteSpec::Cascade => OnDelete::Cascade,
            OnDeleteSpec::Protect => OnDelete::Protect,
            OnDeleteSpec::Restrict => OnDelete::Restrict,
            OnDeleteSpec::SetNull => OnDelete::SetNull,
            OnDeleteSpec::SetDefault => OnDelete::SetDefault,
            OnDeleteSpec::Set(value) => OnDelete::Set(meta::Default::Function(value)),
            OnDeleteSpec::DoNothing => OnDelete::DoNothing,
        }
    }
}

impl LinkSpec {
    /// A many-to-many relation.
    pub const fn new(
        name: &'static str,
        to: Pointed,
        related_name: Option<&'static str>,
        more: Option<fn(ManyToManyMeta) -> ManyToManyMeta>,
    ) -> Self {
        LinkSpec { name, to: to.label, related_name, more }
    }

    fn meta(&self, owner: &str) -> ManyToManyMeta {
        let mut link = ManyToManyMeta::new(self.name, self.to);
        link.symmetrical = self.to == owner;
        link.related_name = self.related_name.map(str::to_owned);
        match self.more {
            Some(more) => more(link),
            None => link,
        }
    }
}

/// A model's metadata.
pub fn describe(spec: &ModelSpec) -> ModelMeta {
    let mut model = ModelMeta::new(spec.app, spec.name);
    let label = model.label();
    model.fields = spec.fields.iter().map(FieldSpec::meta).collect();
    model.many_to_many = spec.links.iter().map(|link| link.meta(&label)).collect();
    match spec.more {
        Some(more) => more(model),
        None => model,
    }
}
