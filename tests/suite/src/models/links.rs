//! Relations of every shape.

use embellie::Registry;
use embellie_core::field::FieldKind;
use embellie_core::meta::{FieldMeta, ManyToManyMeta, ModelMeta, OnDelete};

/// People with friends (both ways), idols (one way), clubs (through a model with more to say), towns of countries that
/// are known by their code, and passports of one person each.
pub fn links() -> Registry {
    let name = || FieldMeta::new("name", FieldKind::Char).max_length(30);
    let country = ModelMeta::new("links", "Country")
        .field(name())
        .field(FieldMeta::new("code", FieldKind::Char).max_length(2).unique());
    let town = ModelMeta::new("links", "Town").field(name()).field(
        FieldMeta::foreign_key("country", "Country", OnDelete::Cascade)
            .null()
            .relation(|r| r.to_field("code").related_name("towns")),
    );
    let person = ModelMeta::new("links", "Person")
        .field(name())
        .field(FieldMeta::foreign_key("home", "Town", OnDelete::SetNull).null())
        .many_to_many(ManyToManyMeta::new("friends", "self"))
        .many_to_many(ManyToManyMeta::new("idols", "self").symmetrical(false).related_name("fans"))
        .many_to_many(
            ManyToManyMeta::new("clubs", "Club")
                .through("Membership")
                .through_fields("person", "club")
                .related_name("members"),
        );
    let club = ModelMeta::new("links", "Club").field(name());
    let membership = ModelMeta::new("links", "Membership")
        .field(FieldMeta::foreign_key("person", "Person", OnDelete::Cascade))
        .field(FieldMeta::foreign_key("club", "Club", OnDelete::Cascade))
        .field(
            FieldMeta::foreign_key("invited_by", "Person", OnDelete::SetNull).null().relation(|r| r.related_name("+")),
        )
        .field(FieldMeta::new("role", FieldKind::Char).max_length(20).default("member"));
    let passport = ModelMeta::new("links", "Passport")
        .field(FieldMeta::new("number", FieldKind::Char).max_length(20).primary_key())
        .field(FieldMeta::one_to_one("person", "Person", OnDelete::Cascade));
    Registry::build([country, town, person, club, membership, passport]).unwrap()
}

/// Questions, and answers that have an order among those of one question.
pub fn ordered() -> Registry {
    let text = || FieldMeta::new("text", FieldKind::Char).max_length(30);
    let question = ModelMeta::new("ordered", "Question").field(text());
    let answer = ModelMeta::new("ordered", "Answer")
        .field(
            FieldMeta::foreign_key("question", "Question", OnDelete::Cascade).relation(|r| r.related_name("answers")),
        )
        .field(text())
        .field(FieldMeta::new("_order", FieldKind::Integer))
        .ordering(["_order"]);
    Registry::build([question, answer]).unwrap()
}
