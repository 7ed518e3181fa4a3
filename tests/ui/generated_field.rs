use embellie::prelude::*;

#[model(app = "shop")]
struct Line {
    price: i64,
    #[field(generated = F(price) * 2)]
    undecided: i64,
    #[field(stored)]
    nothing: i64,
    #[field(generated = F(price) * 2, stored, default = 1)]
    filled: i64,
}

fn main() {}
