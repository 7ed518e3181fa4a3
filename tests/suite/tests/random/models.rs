//! The models that are asked about: every kind of field, with and without null, and every kind of relation.

use embellie::Registry;
use embellie_core::field::FieldKind;
use embellie_core::meta::{FieldMeta, ManyToManyMeta, ModelMeta, OnDelete};

/// What a value is, as far as it matters for what can be done with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sort {
    Int,
    Float,
    Decimal,
    Text,
    Bool,
    Date,
    Time,
    Moment,
    Naive,
    Duration,
    Uuid,
    Ip,
    Json,
    /// An array of texts.
    Words,
    /// An array of numbers.
    Numbers,
}

impl Sort {
    /// What an array holds.
    pub(crate) fn element(self) -> Option<Sort> {
        match self {
            Sort::Words => Some(Sort::Text),
            Sort::Numbers => Some(Sort::Int),
            _ => None,
        }
    }
}

/// A model, as the queries see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Model {
    Thing,
    Person,
    Note,
    Tag,
    Town,
}

/// The names of a model's fields and relations.
pub(crate) struct Shape {
    pub(crate) label: &'static str,
    pub(crate) fields: &'static [(&'static str, Sort)],
    /// Relations to one row at most.
    pub(crate) ones: &'static [(&'static str, Model)],
    /// Relations to any number of rows.
    pub(crate) many: &'static [(&'static str, Model)],
}

impl Model {
    pub(crate) fn shape(self) -> Shape {
        match self {
            Model::Thing => Shape {
                label: "world.Thing",
                fields: &[
                    ("int", Sort::Int),
                    ("id", Sort::Int),
                    ("count", Sort::Int),
                    ("small", Sort::Int),
                    ("big", Sort::Int),
                    ("char", Sort::Text),
                    ("label", Sort::Text),
                    ("text", Sort::Text),
                    ("bool", Sort::Bool),
                    ("live", Sort::Bool),
                    ("float", Sort::Float),
                    ("decimal", Sort::Decimal),
                    ("price", Sort::Decimal),
                    ("date", Sort::Date),
                    ("time", Sort::Time),
                    ("moment", Sort::Moment),
                    ("since", Sort::Moment),
                    ("naive", Sort::Naive),
                    ("duration", Sort::Duration),
                    ("uuid", Sort::Uuid),
                    ("ip", Sort::Ip),
                    ("json", Sort::Json),
                    ("words", Sort::Words),
                    ("numbers", Sort::Numbers),
                ],
                ones: &[("owner", Model::Person), ("maker", Model::Person), ("parent", Model::Thing)],
                many: &[("notes", Model::Note), ("tags", Model::Tag), ("parts", Model::Thing)],
            },
            Model::Person => Shape {
                label: "world.Person",
                fields: &[("age", Sort::Int), ("id", Sort::Int), ("name", Sort::Text), ("born", Sort::Date)],
                ones: &[("boss", Model::Person), ("home", Model::Town)],
                many: &[
                    ("things", Model::Thing),
                    ("made", Model::Thing),
                    ("staff", Model::Person),
                    ("idols", Model::Person),
                    ("fans", Model::Person),
                    ("notes", Model::Note),
                ],
            },
            Model::Note => Shape {
                label: "world.Note",
                fields: &[
                    ("stars", Sort::Int),
                    ("id", Sort::Int),
                    ("body", Sort::Text),
                    ("at", Sort::Moment),
                    ("weight", Sort::Float),
                ],
                ones: &[("thing", Model::Thing), ("author", Model::Person)],
                many: &[],
            },
            Model::Tag => Shape {
                label: "world.Tag",
                fields: &[("rank", Sort::Int), ("id", Sort::Int), ("word", Sort::Text)],
                ones: &[],
                many: &[("things", Model::Thing)],
            },
            Model::Town => Shape {
                label: "world.Town",
                fields: &[("size", Sort::Int), ("id", Sort::Int), ("name", Sort::Text), ("capital", Sort::Bool)],
                ones: &[],
                many: &[("people", Model::Person)],
            },
        }
    }

    /// The names of its fields of a sort.
    pub(crate) fn fields(self, sort: Sort) -> Vec<&'static str> {
        self.shape().fields.iter().filter(|(_, of)| *of == sort).map(|(name, _)| *name).collect()
    }
}

pub(crate) fn world() -> Registry {
    let town = ModelMeta::new("world", "Town")
        .field(FieldMeta::new("name", FieldKind::Char).max_length(20))
        .field(FieldMeta::new("size", FieldKind::Integer).null())
        .field(FieldMeta::new("capital", FieldKind::Bool).default(false));
    let person = ModelMeta::new("world", "Person")
        .field(FieldMeta::new("name", FieldKind::Char).max_length(20))
        .field(FieldMeta::new("age", FieldKind::PositiveSmallInteger).null())
        .field(FieldMeta::new("born", FieldKind::Date).null())
        .field(to_one("boss", "self", "staff").null())
        .field(to_one("home", "Town", "people").null())
        .many_to_many(ManyToManyMeta::new("idols", "self").symmetrical(false).related_name("fans"));
    let tag = ModelMeta::new("world", "Tag")
        .field(FieldMeta::new("word", FieldKind::Char).max_length(20))
        .field(FieldMeta::new("rank", FieldKind::Integer).default(0));
    let thing = ModelMeta::new("world", "Thing")
        .field(FieldMeta::new("label", FieldKind::Char).max_length(20))
        .field(FieldMeta::new("count", FieldKind::Integer).default(0))
        .field(FieldMeta::new("live", FieldKind::Bool).default(true))
        .field(FieldMeta::new("price", FieldKind::Decimal { max_digits: 8, decimal_places: 2 }))
        .field(FieldMeta::new("since", FieldKind::DateTime))
        .field(FieldMeta::new("char", FieldKind::Char).max_length(20).null())
        .field(FieldMeta::new("text", FieldKind::Text).null())
        .field(FieldMeta::new("bool", FieldKind::Bool).null())
        .field(FieldMeta::new("small", FieldKind::SmallInteger).null())
        .field(FieldMeta::new("int", FieldKind::Integer).null())
        .field(FieldMeta::new("big", FieldKind::BigInteger).null())
        .field(FieldMeta::new("float", FieldKind::Float).null())
        .field(FieldMeta::new("decimal", FieldKind::Decimal { max_digits: 8, decimal_places: 2 }).null())
        .field(FieldMeta::new("date", FieldKind::Date).null())
        .field(FieldMeta::new("time", FieldKind::Time).null())
        .field(FieldMeta::new("moment", FieldKind::DateTime).null())
        .field(FieldMeta::new("naive", FieldKind::NaiveDateTime).null())
        .field(FieldMeta::new("duration", FieldKind::Duration).null())
        .field(FieldMeta::new("uuid", FieldKind::Uuid).null())
        .field(FieldMeta::new("ip", FieldKind::GenericIpAddress).null())
        .field(FieldMeta::new("json", FieldKind::Json).null())
        .field(FieldMeta::new("words", FieldKind::Text.array()).null())
        .field(FieldMeta::new("numbers", FieldKind::Integer.array()).null())
        .field(to_one("owner", "Person", "things"))
        .field(to_one("maker", "Person", "made").null())
        .field(to_one("parent", "self", "parts").null())
        .many_to_many(ManyToManyMeta::new("tags", "Tag").related_name("things"));
    let note = ModelMeta::new("world", "Note")
        .field(to_one("thing", "Thing", "notes"))
        .field(to_one("author", "Person", "notes").null())
        .field(FieldMeta::new("body", FieldKind::Text))
        .field(FieldMeta::new("stars", FieldKind::Integer).null())
        .field(FieldMeta::new("weight", FieldKind::Float).null())
        .field(FieldMeta::new("at", FieldKind::DateTime).null());
    Registry::build([town, person, tag, thing, note]).unwrap()
}

fn to_one(name: &str, to: &str, related_name: &str) -> FieldMeta {
    FieldMeta::foreign_key(name, to, OnDelete::Cascade).relation(|relation| relation.related_name(related_name))
}
