use embellie::prelude::*;

#[model(app = "shop", primary_key = ["order", "number"])]
struct Line {
    order: i64,
    number: i32,
}

fn main() {
    let _ = Line::objects().filter(Line::pk.eq((1, "x")));
    let _ = Line::objects().filter(q!(pk = 1));
    let _ = Line::objects().filter(q!(pk__in = [(1, 2, 3)]));
}
