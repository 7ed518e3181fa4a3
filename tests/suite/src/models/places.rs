//! Models that add columns to others.

use embellie::Registry;
use embellie_core::field::FieldKind;
use embellie_core::meta::{FieldMeta, ModelMeta, OnDelete};

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
