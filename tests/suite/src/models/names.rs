//! Names that SQL has a use for itself.

use embellie::Registry;
use embellie_core::field::FieldKind;
use embellie_core::meta::{FieldMeta, ManyToManyMeta, ModelMeta, OnDelete};

/// Tables and columns whose names are keywords, hold quotes, spaces and other letters, or are very long.
pub fn names() -> Registry {
    let text = |name: &str, column: &str| FieldMeta::new(name, FieldKind::Char).max_length(50).column(column);
    let long = "long_".repeat(20);
    Registry::build([
        ModelMeta::new("names", "Order")
            .table("order")
            .field(FieldMeta::new("key", FieldKind::BigAuto).primary_key().column("primary"))
            .field(text("group", "group").index(true))
            .field(text("select", r#"it's "quoted""#).unique())
            .field(text("where", "wo ist's; DROP TABLE x --").null())
            .field(text("like", "größe %s ? $1").default("").index(true))
            .ordering(["group"]),
        ModelMeta::new("names", "Table")
            .table(r#"ta"ble"#)
            .field(
                FieldMeta::foreign_key("from", "Order", OnDelete::Cascade)
                    .column("from")
                    .relation(|r| r.related_name("join")),
            )
            .field(text("on", "on"))
            .many_to_many(ManyToManyMeta::new("union", "Order").table("un ion").related_name("having")),
        ModelMeta::new("names", "Long")
            .table(format!("table_{long}"))
            .field(text("value", &format!("column_{long}")).unique()),
    ])
    .unwrap()
}
