use embellie::prelude::*;

#[model(app = "keys")]
pub struct Item {
    #[field(max_length = 30)]
    pub name: String,
    pub price: i64,
    #[field(default = 1)]
    pub amount: i64,
    #[field(index, generated = F(price) * F(amount), stored)]
    pub total: i64,
    #[field(column = "twice_the_price", unique, generated = F(price) * 2, stored)]
    pub twice: Option<i64>,
    #[field(max_length = 40, generated = Concat(Lower(F(name)), "!"), stored)]
    pub cry: String,
    #[field(db_default = 3)]
    pub stars: i64,
    #[field(db_default = Now())]
    pub made: Timestamp,
    #[field(max_length = 10, db_default = Upper(Concat("a", "b")))]
    pub said: String,
}
