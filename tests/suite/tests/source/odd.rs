//! Models that are hard to write.

use embellie::Registry;
use embellie_core::expr::RawSql;
use embellie_core::field::FieldKind;
use embellie_core::meta::{
    Choice, ConstraintMeta, FieldMeta, Generated, IndexMeta, IndexTerm, ManyToManyMeta, ModelMeta, OnDelete, Validator,
};
use embellie_core::{Expr, Q, Sql, Value};

fn text(name: &str) -> FieldMeta {
    FieldMeta::new(name, FieldKind::Text)
}

fn choice(value: impl Into<Value>, label: &str) -> Choice {
    Choice { value: value.into(), label: label.into() }
}

/// Models called as types are, in two apps; fields called as paths' methods, keywords and other relations' traits are;
/// choices of all sorts.
pub(crate) fn registry() -> Registry {
    let option = ModelMeta::new("left", "Option")
        .table("left \"option\"\n")
        .verbose_name("an option; \"quoted\"")
        .field(text("string").null().column("str\u{202e}ing"))
        .field(text("path"))
        .field(FieldMeta::new("type", FieldKind::Char).max_length(3).default("'\"\\"))
        .field(text("self").default(""))
        .field(FieldMeta::new("vec", FieldKind::Binary).null())
        .field(FieldMeta::new("any", FieldKind::Any))
        .field(
            FieldMeta::new("size", FieldKind::Char)
                .max_length(5)
                .choices(vec![choice("S", "Small"), choice("small", "small"), choice("🦀", "🦀"), choice("-1", "-1")])
                .default("🦀"),
        )
        .field(
            FieldMeta::new("rank", FieldKind::SmallInteger)
                .choices(vec![choice(-1, "No"), choice(0, "self"), choice(1, "1st")])
                .null(),
        )
        .field(
            FieldMeta::new("mood", FieldKind::Char).max_length(9).blank().choices(vec![choice("ok", "OK")]).default(""),
        )
        .field(
            FieldMeta::new("state", FieldKind::Char)
                .max_length(3)
                .choices(vec![choice("new", "New")])
                .db_default("new"),
        )
        .field(text("loud").generated(Generated::stored(RawSql::new(Sql::trusted("upper(\"path\")"), ()))))
        .field(
            FieldMeta::new("code", FieldKind::Char)
                .max_length(9)
                .unique()
                .validator(Validator::Regex("^\"\\d+$".into())),
        )
        .many_to_many(ManyToManyMeta::new("strings", "right.String").related_name("options"))
        .ordering(["path", "-type"])
        .index(IndexMeta { name: Some("by_path".into()), ..IndexMeta::fields(["path", "-self"]) })
        .constraint(ConstraintMeta::Check {
            name: "kind".into(),
            condition: Q::new("path__startswith", "\"") | Q::new("self", ""),
        })
        .constraint(ConstraintMeta::Unique {
            name: "no form".into(),
            terms: vec![
                IndexTerm::field("code"),
                IndexTerm { expr: Expr::path("path") + 1, descending: true, opclass: None },
            ],
            condition: None,
            include: Vec::new(),
            deferrable: None,
            nulls_distinct: None,
        });
    let string = ModelMeta::new("right", "String")
        .field(text("name"))
        .field(
            FieldMeta::foreign_key("option", "left.Option", OnDelete::Protect)
                .relation(|r| r.to_field("code").related_name("texts")),
        )
        .field(FieldMeta::foreign_key("x_y", "self", OnDelete::SetNull).null().relation(|r| r.related_name("type")));
    // `StringXYReverse` is wanted twice.
    let string_x = ModelMeta::new("right", "StringX")
        .field(FieldMeta::foreign_key("y", "String", OnDelete::Cascade).relation(|r| r.related_name("xs")));
    // As those of another program, which has other rules for names.
    Registry::link([option, string, string_x]).unwrap()
}
