//! Every kind of field, and every kind of primary key.

use embellie::{Registry, Value};
use embellie_core::field::FieldKind;
use embellie_core::meta::{Choice, ConstraintMeta, FieldMeta, IndexTerm, ModelMeta, OnDelete};
use embellie_core::{Expr, Q};

/// Models with every kind of field: once as it is and once with null, and as primary keys.
pub fn fields() -> Registry {
    let mut required = ModelMeta::new("zoo", "Required");
    let mut nullable = ModelMeta::new("zoo", "Nullable");
    for (name, field) in every_kind() {
        required = required.field(FieldMeta { name: name.to_owned(), column: name.to_owned(), ..field.clone() });
        nullable = nullable.field(FieldMeta { name: name.to_owned(), column: name.to_owned(), ..field.null() });
    }
    let label = || FieldMeta::new("label", FieldKind::Char).max_length(20);
    let uuid_key = ModelMeta::new("zoo", "UuidKey")
        .field(FieldMeta::new("id", FieldKind::Uuid).primary_key().default_fn(new_uuid))
        .field(label());
    let text_key = ModelMeta::new("zoo", "TextKey")
        .field(FieldMeta::new("code", FieldKind::Char).max_length(10).primary_key())
        .field(label());
    let keys = [("SmallKey", FieldKind::SmallAuto), ("IntKey", FieldKind::Auto), ("BigKey", FieldKind::BigAuto)]
        .map(|(name, kind)| ModelMeta::new("zoo", name).field(FieldMeta::new("id", kind).primary_key()).field(label()));
    let pointer = ModelMeta::new("zoo", "Pointer")
        .field(FieldMeta::foreign_key("uuid", "UuidKey", OnDelete::Cascade).null())
        .field(FieldMeta::foreign_key("text", "TextKey", OnDelete::Cascade).null())
        .field(FieldMeta::foreign_key("small", "SmallKey", OnDelete::Cascade).null());
    Registry::build([required, nullable, uuid_key, text_key, pointer, defaults(), limits()].into_iter().chain(keys))
        .unwrap()
}

/// A field of each kind, under its name.
pub fn every_kind() -> Vec<(&'static str, FieldMeta)> {
    let plain = |kind| FieldMeta::new("", kind);
    vec![
        ("char", plain(FieldKind::Char).max_length(30)),
        ("text", plain(FieldKind::Text)),
        ("email", plain(FieldKind::Email)),
        ("slug", plain(FieldKind::Slug)),
        ("url", plain(FieldKind::Url)),
        ("bool", plain(FieldKind::Bool)),
        ("small", plain(FieldKind::SmallInteger)),
        ("int", plain(FieldKind::Integer)),
        ("big", plain(FieldKind::BigInteger)),
        ("positive_small", plain(FieldKind::PositiveSmallInteger)),
        ("positive", plain(FieldKind::PositiveInteger)),
        ("positive_big", plain(FieldKind::PositiveBigInteger)),
        ("float", plain(FieldKind::Float)),
        ("decimal", plain(FieldKind::Decimal { max_digits: 12, decimal_places: 3 })),
        ("date", plain(FieldKind::Date)),
        ("time", plain(FieldKind::Time)),
        ("moment", plain(FieldKind::DateTime)),
        ("naive", plain(FieldKind::NaiveDateTime)),
        ("duration", plain(FieldKind::Duration)),
        ("uuid", plain(FieldKind::Uuid)),
        ("bytes", plain(FieldKind::Binary)),
        ("json", plain(FieldKind::Json)),
        ("ip", plain(FieldKind::GenericIpAddress)),
    ]
}

fn new_uuid() -> Value {
    Value::Uuid(uuid::Uuid::new_v4())
}

fn seven() -> Value {
    Value::Int(7)
}

/// What is filled in by itself: here, by the database, by the clock.
fn defaults() -> ModelMeta {
    ModelMeta::new("zoo", "Defaults")
        .field(FieldMeta::new("fixed", FieldKind::Char).max_length(10).default("fixed"))
        .field(FieldMeta::new("called", FieldKind::Integer).default_fn(seven))
        .field(FieldMeta::new("stored", FieldKind::Integer).db_default(42))
        .field(FieldMeta::new("noted", FieldKind::Char).max_length(10).db_default("it's"))
        .field(FieldMeta::new("created", FieldKind::DateTime).auto_now_add())
        .field(FieldMeta::new("changed", FieldKind::DateTime).auto_now())
        .field(FieldMeta::new("day", FieldKind::Date).auto_now())
}

/// What a database refuses.
fn limits() -> ModelMeta {
    let choice = |value: &str, label: &str| Choice { value: value.into(), label: label.into() };
    ModelMeta::new("zoo", "Limits")
        .field(FieldMeta::new("name", FieldKind::Char).max_length(5))
        .field(
            FieldMeta::new("size", FieldKind::Char)
                .max_length(1)
                .default("S")
                .choices(vec![choice("S", "small"), choice("L", "large")]),
        )
        .field(FieldMeta::new("low", FieldKind::Integer).default(0))
        .field(FieldMeta::new("high", FieldKind::Integer).default(1))
        .field(FieldMeta::new("live", FieldKind::Bool).default(true))
        .unique_together(["low", "high"])
        .constraint(ConstraintMeta::Unique {
            name: "one_live_name".into(),
            terms: vec![IndexTerm::field("name")],
            condition: Some(Q::new("live", true)),
            include: Vec::new(),
            deferrable: None,
            nulls_distinct: None,
        })
        .constraint(ConstraintMeta::Check {
            name: "low_below_high".into(),
            condition: Q::new("low__lt", Expr::path("high")),
        })
}
