//! Keys of several fields and generated fields, as `#[model]` declares them.

use embellie::model::Instance;
use embellie::prelude::*;
use embellie::{Registry, Value};
use embellie_core::Expr;
use embellie_core::expr::Function;
use embellie_core::meta::Generated;

#[model(app = "shop")]
struct Order {
    #[field(unique)]
    code: i32,
}

#[model(app = "shop", primary_key = ["order", "number"])]
struct Line {
    #[field(on_delete = Cascade, related_name = "lines")]
    order: ForeignKey<Order>,
    number: i32,
    #[field(default = 1)]
    amount: i64,
    price: i64,
    #[field(generated = F(price) * F(amount) + 5, stored)]
    total: i64,
    #[field(generated = F(price) / 2, stored = false, column = "half_price")]
    half: Option<i64>,
}

// Of two foreign keys, one to a field that is not the primary key.
#[model(app = "shop", primary_key = ["order_id", "by_code", "day"])]
struct Visit {
    #[field(on_delete = Cascade)]
    order: ForeignKey<Order>,
    #[field(on_delete = Cascade, to_field = "code", related_name = "+")]
    by_code: OneToOne<Order>,
    day: civil::Date,
    lines: ManyToMany<Order>,
}

#[test]
fn several_fields_are_the_key() {
    let meta = Line::meta();
    assert_eq!(meta.composite_primary_key, Some(vec!["order".to_owned(), "number".to_owned()]));
    assert!(meta.fields.iter().all(|field| field.name != "id" && !field.primary_key));
    let registry = Registry::build([Order::meta(), meta]).unwrap();
    assert_eq!(registry.model("shop.Line").unwrap().key_fields(), [0, 1]);

    let line = new!(Line { order: 7, number: 3, price: 10 });
    let key: (i64, i32) = line.key().unwrap();
    assert_eq!(key, (7, 3));
    let line = new!(Line { order: ForeignKey::from_value("x".into()), number: 3, price: 10 });
    assert_eq!(line.key().unwrap_err().class(), "DecodeError");
    let day = civil::date(2024, 2, 29);
    let order = new!(Order { id: 1, code: 99 });
    let visit = new!(Visit { order: &order, by_code: OneToOne::to(&order), day: day });
    let key: (i64, i32, civil::Date) = visit.key().unwrap();
    assert_eq!(key, (1, 99, day));
}

#[test]
fn keys_are_compared_with_tuples() {
    let order = new!(Order { id: 1, code: 99 });
    let say = |q: Q<Line>| q.to_string();
    assert_eq!(say(Line::pk.eq((1, 2))), "Q(pk=[1, 2])");
    let keys = vec![(order.id, 2)];
    let first: &(i64, i32) = &keys[0];
    assert_eq!(say(Line::pk.eq(first)), "Q(pk=[1, 2])");
    assert_eq!(say(q!(pk = (order.id, 2_i64))), "Q(pk=[1, 2])");
    assert_eq!(say(q!(pk__gte = (1, 2) | pk__lt = (0, 0))), "Q(pk__gte=[1, 2]) | Q(pk__lt=[0, 0])");
    assert_eq!(say(Line::pk.ne((Line::price, 2))), "~Q(pk=[F('price'), 2])");
    assert_eq!(say(q!(pk__in = [(1, 2), (3, 4)])), "Q(pk__in=[[1, 2], [3, 4]])");
    assert_eq!(say(Line::pk.in_(&keys)), "Q(pk__in=[[1, 2]])");
    assert_eq!(say(Line::pk.in_(Line::objects().filter(q!(amount = 1)))), "Q(pk__in=<query of shop.Line>)");
    let of_order = q!(Order, lines__pk = (1, 2)) & Order::lines().pk.lte((1, 2));
    assert_eq!(of_order.to_string(), "Q(lines__pk=[1, 2]) & Q(lines__pk__lte=[1, 2])");
    let far = Line::objects().order_by((Line::pk, Line::pk.desc())).query().order_by.clone().unwrap();
    assert_eq!(far.len(), 2);
}

#[test]
fn generated_fields_are_declared() {
    let meta = Line::meta();
    let total = Expr::path("price") * Expr::path("amount") + 5;
    let field = |name: &str| meta.fields.iter().find(|field| field.name == name).unwrap();
    assert_eq!(field("total").generated, Some(Generated::stored(total)));
    assert_eq!(field("half").generated, Some(Generated::unstored(Expr::path("price") / 2)));
    assert_eq!(field("half").column, "half_price");
    assert!(field("total").blank && !field("total").null && field("half").null);
    let line = new!(Line { order: 7, number: 3, price: 10 });
    assert_eq!((line.total, line.half), (0, None), "before the database tells");
    let registry = Registry::build([Order::meta(), meta]).unwrap();
    line.validate(&registry).unwrap();
    assert_eq!(line.value(4).unwrap(), Value::Int(0));
}

/// Fields that the database fills in or computes by functions.
#[model(app = "shop", indexes(index(name = "by_name", expression = Lower(F(name)))))]
struct Word {
    #[field(max_length = 20, db_default = Concat("a", Upper("b")))]
    name: String,
    #[field(db_default = Now())]
    at: Timestamp,
    #[field(generated = Coalesce(Length(Trim(F(name))), 0) * 2, stored)]
    size: i64,
    #[field(generated = KT(F(data__a)), stored)]
    data_a: Option<String>,
    data: serde_json::Value,
}

#[test]
fn functions_are_named_as_in_django() {
    let call = |function, arguments: Vec<Expr>| Expr::call(function, arguments);
    let meta = Word::meta();
    let field = |name: &str| meta.fields.iter().find(|field| field.name == name).unwrap();
    let said = call(Function::Concat, vec!["a".into(), call(Function::Upper, vec!["b".into()])]);
    assert_eq!(field("name").db_default, Some(said));
    assert_eq!(field("at").db_default, Some(call(Function::Now, Vec::new())));
    let length = call(Function::Length, vec![call(Function::Trim, vec![Expr::path("name")])]);
    let size = call(Function::Coalesce, vec![length, 0.into()]) * 2;
    assert_eq!(field("size").generated, Some(Generated::stored(size)));
    assert_eq!(meta.indexes[0].terms[0].expr, call(Function::Lower, vec![Expr::path("name")]));
    let _ = new!(Word { data: serde_json::json!({}) });
}

/// The macros know core's functions by a list of their own.
#[test]
fn the_macros_know_every_function() {
    let known = include_str!("../../embellie-macros/src/model/functions.rs");
    // Those with another sign than letters in their name are forms of others.
    let is_named = |function: &&Function| function.name().chars().all(char::is_alphanumeric);
    for function in Function::ALL.iter().filter(|function| !function.is_window()).filter(is_named) {
        let entry = format!("(\"{}\", \"{function:?}\")", function.name());
        assert!(known.contains(&entry), "{entry} is missing");
    }
}
