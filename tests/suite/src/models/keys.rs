//! Keys of several fields, and fields that the database computes.
#![allow(missing_docs)]

use embellie::Registry;
use embellie::prelude::*;
use embellie_core::expr::Function;
use embellie_core::field::FieldKind;
use embellie_core::meta::{FieldMeta, Generated, ModelMeta};
use embellie_core::{Expr, Q as Condition};

/// Shops with orders, whose numbers are each shop's own, and the lines of orders.
pub fn keys() -> Registry {
    Registry::build([Shop::meta(), Order::meta(), Visit::meta(), Pair::meta(), Chosen::meta()]).unwrap()
}

/// Models with fields that the database computes.
pub fn generated() -> Registry {
    // Without a Rust type, and with expressions of several kinds.
    let text = |name: &str| FieldMeta::new(name, FieldKind::Char).max_length(40);
    let lower = Expr::call(Function::Lower, [Expr::path("name")]);
    let dynamic = ModelMeta::new("keys", "Dynamic")
        .field(text("name"))
        .field(FieldMeta::new("size", FieldKind::Integer).null())
        .field(text("lower").generated(Generated::stored(lower)))
        .field(FieldMeta::new("next", FieldKind::Integer).null().generated(Generated::stored(Expr::path("size") + 1)))
        .field(
            FieldMeta::new("large", FieldKind::Bool)
                .null()
                .generated(Generated::stored(Expr::Condition(Box::new(Condition::new("size__gt", 10))))),
        );
    Registry::build([Item::meta(), dynamic]).unwrap()
}

#[model(app = "keys", ordering = ["name"])]
pub struct Shop {
    #[field(max_length = 30)]
    pub name: String,
}

#[model(app = "keys", primary_key = ["shop", "number"])]
pub struct Order {
    #[field(on_delete = Cascade, related_name = "orders")]
    pub shop: ForeignKey<Shop>,
    pub number: i32,
    #[field(unique)]
    pub code: Uuid,
    #[field(max_length = 30, default = "")]
    pub note: String,
    #[field(default = 0)]
    pub paid: i64,
    /// Who sent it on, which is no part of the key.
    #[field(on_delete = SetNull, related_name = "sent")]
    pub sender: Option<ForeignKey<Shop>>,
}

/// What points at an order does so by its code.
#[model(app = "keys", primary_key = ["day", "order_id", "nth"])]
pub struct Visit {
    pub day: civil::Date,
    #[field(on_delete = Cascade, to_field = "code", related_name = "visits")]
    pub order: ForeignKey<Order>,
    #[field(default = 1)]
    pub nth: i16,
}

/// Nothing but a key, of which a part has a default.
#[model(app = "keys", primary_key = ["a", "b"])]
pub struct Pair {
    #[field(default = 7)]
    pub a: i64,
    #[field(db_default = 8)]
    pub b: i64,
}

/// A key of its own default, which SQLite would count up.
#[model(app = "keys")]
pub struct Chosen {
    #[field(primary_key, db_default = Abs(-40))]
    pub id: i64,
    #[field(db_default = 0)]
    pub nothing: i64,
}

#[model(app = "keys")]
pub struct Item {
    #[field(max_length = 30)]
    pub name: String,
    pub price: i64,
    #[field(default = 1)]
    pub amount: i64,
    #[field(generated = F(price) * F(amount), stored, index)]
    pub total: i64,
    #[field(generated = F(price) * 2, stored, column = "twice_the_price", unique)]
    pub twice: Option<i64>,
    #[field(generated = Concat(Lower(F(name)), "!"), max_length = 40, stored)]
    pub cry: String,
    #[field(db_default = 3)]
    pub stars: i64,
    #[field(db_default = Now())]
    pub made: Timestamp,
    #[field(db_default = Upper(Concat("a", "b")), max_length = 10)]
    pub said: String,
}
