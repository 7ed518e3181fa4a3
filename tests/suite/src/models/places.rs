//! Models that add columns to others.

use embellie::Registry;
use embellie_core::field::FieldKind;
use embellie_core::meta::{FieldMeta, ManyToManyMeta, ModelMeta, OnDelete, RelationMeta};

/// Places; restaurants, which are places; bars, which are restaurants; and visits to any place.
pub fn places() -> Registry {
    let link = |name: &str, to: &str| {
        FieldMeta::one_to_one(name, to, OnDelete::Cascade).primary_key().relation(|relation| relation.parent_link())
    };
    let place = ModelMeta::new("places", "Place").field(FieldMeta::new("name", FieldKind::Char).max_length(50));
    let restaurant = ModelMeta::new("places", "Restaurant")
        .field(link("place_ptr", "Place"))
        .field(FieldMeta::new("stars", FieldKind::Integer).default(0));
    let bar = ModelMeta::new("places", "Bar")
        .field(link("restaurant_ptr", "Restaurant"))
        .field(FieldMeta::new("drinks", FieldKind::Char).max_length(50));
    let visit = ModelMeta::new("places", "Visit")
        .field(
            FieldMeta::foreign_key("place", "Place", OnDelete::Cascade)
                .relation(|relation| relation.related_name("visits")),
        )
        .field(FieldMeta::new("day", FieldKind::Date));
    Registry::build([place, restaurant, bar, visit]).unwrap()
}

/// Places with a relation of every kind, and halls and stages, which are places.
pub fn venues() -> Registry {
    let text = |name: &str| FieldMeta::new(name, FieldKind::Char).max_length(50);
    let number = |name: &str| FieldMeta::new(name, FieldKind::Integer);
    let part = |name: &str, to: &str| {
        FieldMeta::one_to_one(name, to, OnDelete::Cascade).primary_key().relation(|relation| relation.parent_link())
    };
    let to_place = |back: &'static str| {
        FieldMeta::foreign_key("place", "Place", OnDelete::Cascade).relation(|relation| relation.related_name(back))
    };
    Registry::build([
        ModelMeta::new("contenttypes", "ContentType").field(text("app_label")).field(text("model")),
        ModelMeta::new("venues", "City").field(text("name")),
        ModelMeta::new("venues", "Tag").field(text("word")),
        ModelMeta::new("venues", "Place")
            .field(text("name"))
            .field(text("code").unique())
            .field(number("floor"))
            .field(FieldMeta::foreign_key("city", "City", OnDelete::Cascade))
            .many_to_many(ManyToManyMeta::new("tags", "Tag"))
            .relation(RelationMeta::generic("marks", "Mark", "kind", "object_id")),
        ModelMeta::new("venues", "Hall").field(part("place_ptr", "Place")).field(number("seats")),
        ModelMeta::new("venues", "Stage").field(part("hall_ptr", "Hall")).field(number("width")),
        ModelMeta::new("venues", "Visit").field(to_place("visits")).field(text("word")),
        ModelMeta::new("venues", "Review")
            .field(to_place("reviews").relation(|relation| relation.to_field("code")))
            .field(text("word")),
        ModelMeta::new("venues", "Permit")
            .field(FieldMeta::one_to_one("place", "Place", OnDelete::Cascade))
            .field(text("word")),
        ModelMeta::new("venues", "Guide")
            .field(text("word"))
            .many_to_many(ManyToManyMeta::new("places", "Place").related_name("guides")),
        ModelMeta::new("venues", "Survey").field(text("code")).field(number("floor")).field(text("word")).relation(
            RelationMeta::new("place", "Place", [("code", "code"), ("floor", "floor")]).related_name("surveys"),
        ),
        ModelMeta::new("venues", "Mark")
            .field(FieldMeta::foreign_key("kind", "contenttypes.ContentType", OnDelete::Cascade))
            .field(number("object_id"))
            .field(text("word")),
    ])
    .unwrap()
}
