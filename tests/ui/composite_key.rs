use embellie::prelude::*;

#[model(app = "shop", primary_key = ["order", "numbre"])]
struct Misspelled {
    order: i64,
    number: i32,
}

#[model(app = "shop", primary_key = ["id"])]
struct Alone {
    id: i64,
}

#[model(app = "shop", primary_key = ["order", "number", "order"])]
struct Nullable {
    order: i64,
    number: Option<i32>,
}

#[model(app = "shop", primary_key = ["order", "number"])]
struct Both {
    order: i64,
    number: i32,
    #[field(primary_key)]
    code: i64,
}

fn main() {}
