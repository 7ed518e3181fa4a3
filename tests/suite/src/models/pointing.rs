//! Relations without a column of their own: over several columns, and to rows of any model.

use embellie::Registry;
use embellie_core::field::FieldKind;
use embellie_core::meta::{FieldMeta, ModelMeta, OnDelete, RelationMeta};

/// Orders by a key of two fields, parcels that go by both, and marks that stick to parcels and shops.
pub fn pointing() -> Registry {
    let number = |name: &str| FieldMeta::new(name, FieldKind::Integer);
    let text = |name: &str| FieldMeta::new(name, FieldKind::Char).max_length(50);
    let marks = |back: &str| RelationMeta::generic("marks", "Mark", "kind", "object_id").related_query_name(back);
    Registry::build([
        ModelMeta::new("contenttypes", "ContentType").field(text("app_label")).field(text("model")),
        ModelMeta::new("pointing", "Shop").field(text("name")).relation(marks("shops")),
        ModelMeta::new("pointing", "Order")
            .field(number("shop"))
            .field(number("number"))
            .field(text("buyer"))
            .composite_primary_key(["shop", "number"])
            .ordering(["buyer"]),
        ModelMeta::new("pointing", "Parcel")
            .field(number("shop"))
            .field(number("order_number").null())
            .field(text("street"))
            .relation(
                RelationMeta::new("order", "Order", [("shop", "shop"), ("order_number", "number")])
                    .related_name("parcels")
                    .null(),
            )
            .relation(marks("parcels")),
        // The keys of rows of any model are texts.
        ModelMeta::new("pointing", "Mark")
            .field(FieldMeta::foreign_key("kind", "contenttypes.ContentType", OnDelete::Cascade))
            .field(text("object_id"))
            .field(text("word")),
    ])
    .unwrap()
}
