use embellie::prelude::*;

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
    #[field(on_delete = SetNull, related_name = "sent")]
    pub sender: Option<ForeignKey<Shop>>,
}

#[model(app = "keys", primary_key = ["day", "order_id", "nth"])]
pub struct Visit {
    pub day: civil::Date,
    #[field(on_delete = Cascade, to_field = "code", related_name = "visits")]
    pub order: ForeignKey<Order>,
    #[field(default = 1)]
    pub nth: i16,
}

#[model(app = "keys", primary_key = ["a", "b"])]
pub struct Pair {
    #[field(default = 7)]
    pub a: i64,
    #[field(db_default = 8)]
    pub b: i64,
}

#[model(app = "keys")]
pub struct Chosen {
    #[field(primary_key, db_default = Abs(-40))]
    pub id: i64,
    #[field(db_default = 0)]
    pub nothing: i64,
}
