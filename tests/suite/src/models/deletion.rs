//! One model for each way to answer a deletion.

use embellie::Registry;
use embellie_core::Value;
use embellie_core::field::FieldKind;
use embellie_core::meta::{Default, FieldMeta, ManyToManyMeta, ModelMeta, OnDelete};

/// `Target`, a model for each `on_delete` that points at it, a chain, a circle and a tree.
pub fn deletion() -> Registry {
    let to = |name: &str, target: &str, on_delete: OnDelete| FieldMeta::foreign_key(name, target, on_delete);
    let model = |name: &str| {
        ModelMeta::new("del", name).field(FieldMeta::new("label", FieldKind::Char).max_length(20).default(""))
    };
    Registry::build([
        model("Target").many_to_many(ManyToManyMeta::new("labels", "Label")),
        model("Label"),
        model("Cascading").field(to("target", "Target", OnDelete::Cascade)),
        model("Protecting").field(to("target", "Target", OnDelete::Protect)),
        model("Restricting")
            .field(to("target", "Target", OnDelete::Restrict))
            .field(to("holder", "Cascading", OnDelete::Cascade).null()),
        model("Nulling").field(to("target", "Target", OnDelete::SetNull).null()),
        model("Defaulting").field(to("target", "Target", OnDelete::SetDefault).default(1)),
        model("Setting").field(to("target", "Target", OnDelete::Set(Default::Value(Value::Int(1))))),
        model("Ignoring").field(to("target", "Target", OnDelete::DoNothing).relation(|r| r.db_constraint(false))),
        model("Deep").field(to("above", "Cascading", OnDelete::Cascade)),
        model("Deepest").field(to("above", "Deep", OnDelete::Cascade)),
        model("Egg").field(to("hen", "Hen", OnDelete::Cascade).null().relation(|r| r.related_name("eggs"))),
        model("Hen").field(to("egg", "Egg", OnDelete::Cascade).null().relation(|r| r.related_name("hens"))),
        model("Node").field(to("parent", "self", OnDelete::Cascade).null()),
        model("Fussy").field(to("boss", "self", OnDelete::Protect).null()),
        model("Wary").field(to("boss", "self", OnDelete::Restrict).null()),
    ])
    .unwrap()
}
