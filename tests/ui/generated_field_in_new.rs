use embellie::prelude::*;

#[model(app = "shop")]
struct Line {
    price: i64,
    #[field(generated = F(price) * 2, stored)]
    double: i64,
}

fn main() {
    let _ = new!(Line { price: 1, double: 2 });
}
