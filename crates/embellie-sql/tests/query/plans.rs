//! Plans: what is kept for a shape is what each query of it would be compiled to.

use std::collections::BTreeMap;

use embellie_core::expr::{Aggregate, AggregateFunction, Function, Operator, Window};
use embellie_core::field::FieldKind;
use embellie_core::lookup::Lookup;
use embellie_core::meta::{FieldMeta, ModelMeta};
use embellie_core::query::{Assignment, Comparison, Operand, SetOperator, Slice};
use embellie_core::{Expr, OrderBy, Path, Q, Query, Registry, ServerInfo, Value};
use embellie_sql::plan::{Asked, Plan, Purpose, Shape};
use embellie_sql::{Compiled, Target};
use jiff::civil::{date, datetime, time};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use proptest::test_runner::Config;
use rust_decimal::Decimal;

use crate::{blog, property};

const DECIMAL: FieldKind = FieldKind::Decimal { max_digits: 8, decimal_places: 2 };

/// A field of every kind.
const KINDS: [(&str, FieldKind); 18] = [
    ("small", FieldKind::SmallInteger),
    ("medium", FieldKind::Integer),
    ("big", FieldKind::BigInteger),
    ("positive", FieldKind::PositiveInteger),
    ("word", FieldKind::Char),
    ("prose", FieldKind::Text),
    ("site", FieldKind::Url),
    ("truth", FieldKind::Bool),
    ("float", FieldKind::Float),
    ("price", DECIMAL),
    ("day", FieldKind::Date),
    ("hour", FieldKind::Time),
    ("moment", FieldKind::DateTime),
    ("naive", FieldKind::NaiveDateTime),
    ("span", FieldKind::Duration),
    ("number", FieldKind::Uuid),
    ("data", FieldKind::Json),
    ("address", FieldKind::GenericIpAddress),
];

const TRANSFORMS: [&str; 5] = ["year", "month", "date", "iso_year", "a__0"];

fn everything() -> Registry {
    let model = KINDS.iter().fold(ModelMeta::new("all", "Thing"), |model, (name, kind)| {
        let field = FieldMeta::new(*name, *kind).null();
        model.field(if kind.is_text() { field.max_length(30) } else { field })
    });
    Registry::build([model]).unwrap()
}

fn targets() -> [Target; 2] {
    [("sqlite", (3, 50, 0)), ("postgres", (16, 0, 0))]
        .map(|(dialect, version)| Target::for_server(&ServerInfo { dialect, version }).unwrap())
}

/// Values of every kind, those at the ends of columns and those that mean something in a pattern among them.
fn values() -> Vec<Value> {
    let integers = [
        -1,
        0,
        1,
        2,
        3,
        7,
        12,
        2024,
        32_767,
        32_768,
        -32_768,
        -32_769,
        2_147_483_647,
        2_147_483_648,
        -2_147_483_648,
        -2_147_483_649,
        4_294_967_296,
        i64::MAX,
        i64::MIN,
    ];
    let texts = [
        "",
        "a",
        "A",
        "50%",
        "a_b",
        "\\",
        "ß",
        " x ",
        "5",
        "5.5",
        "true",
        "2024-02-29",
        "2024-02-29 10:11:12",
        "10:11",
        "12 01:02:03",
        "6ba7b810-9dad-41d1-80b4-00c04fd430c8",
        "::1",
        "{\"a\": 1}",
        "null",
        "it's",
    ];
    let day = date(2024, 2, 29);
    let mut values: Vec<Value> = integers.into_iter().map(Value::Int).collect();
    values.extend(texts.into_iter().map(Value::from));
    values.extend([Value::Null, Value::Bool(true), Value::Bool(false)]);
    values.extend([0.0, -0.5, 2.5, 1e300, f64::NAN, f64::INFINITY].map(Value::Float));
    values.extend([Value::Date(day), Value::Date(date(1, 1, 1)), Value::Date(date(9999, 12, 31))]);
    values.extend([Value::DateTime(datetime(2024, 2, 29, 1, 2, 3, 456_789_000)), Value::DateTime(day.into())]);
    values.extend([time(0, 0, 0, 0), time(23, 59, 59, 999_999_999)].map(Value::Time));
    values.extend([Timestamp::UNIX_EPOCH, Timestamp::MAX].map(Value::Timestamp));
    values.extend([SignedDuration::ZERO, SignedDuration::new(-5, -1)].map(Value::Duration));
    values.extend([uuid::Uuid::nil(), uuid::Uuid::max()].map(Value::Uuid));
    values.extend([Value::Bytes(vec![0, 255]), Value::Json(Box::new(serde_json::json!({"a": [1]})))]);
    let decimals =
        ["0", "0.00", "5", "100", "-100", "2.5", "0.05", "12.50", "12.34", "10.00", "12.345", "9223372036854775808"];
    values.extend(decimals.map(|decimal| Value::Decimal(decimal.parse().unwrap())));
    values
}

/// Whether a plan of one query gives what the other is compiled to; `None` where they have no plan together.
fn agree(one: &Asked<'_>, other: &Asked<'_>, registry: &Registry, target: &Target) -> Option<bool> {
    let same_shape = Shape::of(one)?.key() == Shape::of(other)?.key();
    let plan = same_shape.then(|| plan(one, registry, target)).flatten()?;
    Some(gives(&plan, other, registry, target))
}

fn plan(asked: &Asked<'_>, registry: &Registry, target: &Target) -> Option<Plan> {
    let compiled: Compiled = asked.compile(registry, target).ok()??;
    Plan::find(asked, &compiled, registry, target)
}

fn gives(plan: &Plan, asked: &Asked<'_>, registry: &Registry, target: &Target) -> bool {
    let found = Shape::of(asked).map(|shape| plan.bind(&shape));
    let expected = asked.compile(registry, target);
    assert!(found.is_some() && Ok(&found) == expected.as_ref(), "{:?}\n{found:?}\n{expected:?}", asked.query.steps);
    // Equal decimals may have more places.
    let exactly = |compiled: &Option<Compiled>| format!("{:?}", compiled.as_ref().map(|c| &c.statement.parameters));
    assert_eq!(Ok(exactly(&found)), expected.as_ref().map(exactly), "{:?}", asked.query.steps);
    true
}

#[test]
fn every_lookup_of_every_kind_with_every_value() {
    let (registry, values) = (everything(), values());
    let mut planned = 0;
    for target in targets() {
        for (name, _) in KINDS {
            let path = Path::from(name);
            let transformed = TRANSFORMS.iter().map(|transform| path.clone().join(&Path::from(*transform)));
            for (path, lookup) in
                transformed.chain([path.clone()]).flat_map(|path| Lookup::names().map(move |l| (path.clone(), l)))
            {
                let query = |value: &Value| {
                    let value = match lookup {
                        "in" | "range" => Value::List(vec![value.clone(), value.clone()]),
                        _ => value.clone(),
                    };
                    Query::new("all.Thing").filter(Q::new(path.clone().then(lookup), value))
                };
                let queries: Vec<Query> = values.iter().map(query).collect();
                let mut alike: BTreeMap<Vec<u8>, Vec<Asked<'_>>> = BTreeMap::new();
                for asked in queries.iter().map(|query| Asked::of(Purpose::Select, query)) {
                    if let Some(shape) = Shape::of(&asked) {
                        alike.entry(shape.into_key()).or_default().push(asked);
                    }
                }
                for asked in alike.values().filter(|asked| asked.len() > 1) {
                    // The plan of the first is good for all, and that of the last for the first.
                    if let Some(plan) = plan(&asked[0], &registry, &target) {
                        planned += asked.iter().filter(|other| gives(&plan, other, &registry, &target)).count();
                    }
                    agree(&asked[asked.len() - 1], &asked[0], &registry, &target);
                }
            }
        }
    }
    assert!(planned > 5_000, "only {planned} queries had a plan");
}

#[test]
fn lists_have_plans_by_their_length() {
    let registry = everything();
    let list = |values: &[i64]| Value::List(values.iter().copied().map(Value::Int).collect());
    let query = |values: &[i64]| Query::new("all.Thing").filter(Q::new("medium__in", list(values)));
    for target in targets() {
        let plan = |one: &Query, other: &Query| {
            agree(&Asked::of(Purpose::Select, one), &Asked::of(Purpose::Select, other), &registry, &target)
        };
        assert_eq!(plan(&query(&[5, 6, 7]), &query(&[9, 8, 30_000])), Some(true));
        assert_eq!(plan(&query(&[5, 6, 7]), &query(&[9, 8])), None);
        // A number that no column of the kind holds makes another condition.
        assert_eq!(plan(&query(&[5, 6, 7]), &query(&[5, 6, i64::MAX])), None);
    }
}

#[test]
fn slices_updates_and_subqueries_have_plans() {
    let registry = blog::registry();
    let posts = |views: i64, limit: u64| Query {
        slice: Slice { offset: limit * 3, limit: Some(limit) },
        order_by: Some(vec![OrderBy::from("-views")]),
        ..Query::new("blog.Post")
            .filter(Q::new("views__gt", views) & !Q::new("author__name__icontains", format!("x{views}")))
    };
    let authors = |views: i64| {
        let count = Aggregate::of(AggregateFunction::Count, "posts").filter(Q::new("posts__views__gte", views));
        let name = Expr::call(Function::Coalesce, [Expr::path("name"), Expr::value(format!("nobody {views}"))]);
        let inner = Query::new("blog.Post").filter(Q::new("author", Expr::outer("pk")) & Q::new("views__lt", views));
        Query::new("blog.Author")
            .annotate("n", count)
            .annotate("who", name)
            .filter(Q::new("n__gt", views) & Q::expr(Expr::Exists(Box::new(inner))))
    };
    for target in targets() {
        let plan = |one: &Query, other: &Query, purpose| {
            agree(&Asked::of(purpose, one), &Asked::of(purpose, other), &registry, &target)
        };
        for purpose in [Purpose::Select, Purpose::Get, Purpose::Count, Purpose::Exists] {
            assert_eq!(plan(&posts(5, 10), &posts(77, 20), purpose), Some(true));
            assert_eq!(plan(&authors(5), &authors(60), purpose), Some(true));
        }
        let all = Query::new("blog.Post");
        let set = |views: i64, title: &str| {
            let more = Expr::path("views").combine(Operator::Add, views);
            [
                Assignment { field: "views".into(), value: more },
                Assignment { field: "title".into(), value: Expr::value(title) },
            ]
        };
        let (one, other) = (set(3, "a"), set(4, "b%"));
        let (one, other) = (Asked::update(&all, &one), Asked::update(&all, &other));
        assert_eq!(agree(&one, &other, &registry, &target), Some(true));
    }
}

#[test]
fn cases_windows_and_set_operations_have_plans() {
    let registry = blog::registry();
    let query = |views: i64, word: &str| {
        let rank = Window::over(Expr::call(Function::Rank, []))
            .partition_by([Expr::path("author")])
            .order_by([OrderBy::from("-views")]);
        let size = Expr::Case {
            whens: vec![
                (Q::new("views__gt", views), Expr::value(word)),
                (Q::new("title__startswith", word), Expr::value(format!("{word}s"))),
            ],
            otherwise: Some(Box::new(Expr::value(format!("no {word}")))),
        };
        let text = Expr::Cast { expr: Box::new(Expr::path("views")), kind: FieldKind::Text, max_length: None };
        let left = Expr::path("views").combine(Operator::Multiply, views);
        let twice = Comparison { left, lookups: Path::new(["gte"]), operand: Operand::Expr(Expr::value(views + 1)) };
        Query::new("blog.Post")
            .annotate("size", size)
            .annotate("rank", Expr::Window(Box::new(rank)))
            .annotate("text", text)
            .filter(Q::Lookup(Box::new(twice)))
            .filter(Q::new("rank__lte", views))
    };
    let both = |views: i64| {
        let one = |views: i64| Query::new("blog.Post").filter(Q::new("views", views)).values(["id", "title"]);
        let both = Query::compound(SetOperator::Union, vec![one(views), one(views * 2)]);
        Query { slice: Slice { offset: 0, limit: Some(views.unsigned_abs()) }, ..both }
    };
    for target in targets() {
        let plan = |one: &Query, other: &Query| {
            let asked = |query| Asked::of(Purpose::Select, query);
            agree(&asked(one), &asked(other), &registry, &target)
        };
        assert_eq!(plan(&query(5, "big"), &query(700, "50%")), Some(true));
        assert_eq!(plan(&both(7), &both(900)), Some(true));
    }
}

#[test]
fn decimals_have_plans_by_their_digits() {
    let registry = everything();
    let query = |price: &str| Query::new("all.Thing").filter(Q::new("price__gt", price.parse::<Decimal>().unwrap()));
    for target in targets() {
        let plan = |one: &str, other: &str| {
            let (one, other) = (query(one), query(other));
            let asked = |query| Asked::of(Purpose::Select, query);
            agree(&asked(&one), &asked(&other), &registry, &target)
        };
        assert_eq!(plan("12.34", "98.70"), Some(true));
        assert_eq!(plan("10.00", "25.00"), Some(true));
        assert_eq!(plan("5", "7"), Some(true));
        assert_eq!(plan("12.34", "12.345"), None);
        assert_eq!(plan("12.34", "-12.34"), None);
    }
}

#[test]
fn different_questions_have_different_shapes() {
    let posts = || Query::new("blog.Post");
    let queries = [
        posts(),
        posts().filter(Q::new("views", 5)),
        posts().exclude(Q::new("views", 5)),
        posts().filter(Q::new("views__gt", 5)),
        posts().filter(Q::new("views", Value::Null)),
        posts().filter(Q::new("views", "5")),
        posts().filter(Q::new("views", 5_000_000_000_i64)),
        posts().filter(Q::new("views", -5)),
        posts().filter(Q::new("views__isnull", true)),
        posts().filter(Q::new("views__isnull", false)),
        posts().filter(Q::new("views", 5)).filter(Q::new("id", 5)),
        posts().filter(Q::new("views", 5) & Q::new("id", 5)),
        posts().filter(Q::new("views", 5) | Q::new("id", 5)),
        posts().filter(!(Q::new("views", 5) & Q::new("id", 5))),
        posts().values(["views", "id"]),
        posts().values(["id", "views"]),
        posts().annotate("views2", Expr::path("views")),
        posts().alias("views2", Expr::path("views")),
        Query { slice: Slice { offset: 0, limit: Some(0) }, ..posts() },
        Query { slice: Slice { offset: 0, limit: Some(1) }, ..posts() },
        Query { slice: Slice { offset: 5, limit: None }, ..posts() },
        Query { slice: Slice { offset: 5, limit: Some(5) }, ..posts() },
        Query { order_by: Some(Vec::new()), ..posts() },
        Query { order_by: Some(vec![OrderBy::from("views")]), ..posts() },
        Query { order_by: Some(vec![OrderBy::from("-views")]), ..posts() },
        Query { order_by: Some(vec![OrderBy::from("views").nulls_last()]), ..posts() },
        Query { reversed: true, ..posts() },
        Query { time_zone: Some("Europe/Paris".into()), ..posts() },
        Query::new("blog.Author"),
    ];
    let mut keys: Vec<Vec<u8>> = Vec::new();
    for query in &queries {
        for purpose in [Purpose::Select, Purpose::Get, Purpose::Count, Purpose::Exists] {
            keys.push(Shape::of(&Asked::of(purpose, query)).unwrap().into_key());
        }
    }
    let all = keys.len();
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), all);
}

/// The query with other values: numbers and texts, each by one of `numbers` and `texts`.
fn changed(query: &Query, numbers: &[i64], texts: &[String]) -> Query {
    let mut query = query.clone();
    let mut place = 0;
    let mut next = |value: Value| {
        place += 1;
        match value {
            Value::Int(_) => Value::Int(numbers[place % numbers.len()]),
            Value::Text(_) => Value::Text(texts[place % texts.len()].clone()),
            other => other,
        }
    };
    let mut change = |expr: Expr| match expr {
        Expr::Value(Value::List(values)) => Expr::Value(Value::List(values.into_iter().map(&mut next).collect())),
        Expr::Value(value) => Expr::Value(next(value)),
        other => other,
    };
    for step in &mut query.steps {
        if let embellie_core::query::Step::Filter(q) | embellie_core::query::Step::Exclude(q) = step {
            *q = std::mem::replace(q, Q::all()).rewrite(&mut change);
        }
    }
    query
}

proptest! {
    #![proptest_config(Config { cases: 500, failure_persistence: None, ..Config::default() })]

    #[test]
    fn random_queries_agree_with_their_plans(
        query in property::queries(),
        numbers in prop::collection::btree_set(any::<i64>().prop_map(|n| n >> (n & 63)), 4..8),
        texts in prop::collection::btree_set("[ -~äß]{0,6}", 4..8),
    ) {
        // All different: a value that a list has twice may be there once or twice, which means the same.
        let (numbers, texts): (Vec<i64>, Vec<String>) = (numbers.into_iter().collect(), texts.into_iter().collect());
        let registry = blog::registry();
        let other = changed(&query, &numbers, &texts);
        for target in targets() {
            for purpose in [Purpose::Select, Purpose::Get, Purpose::Count, Purpose::Exists] {
                agree(&Asked::of(purpose, &query), &Asked::of(purpose, &other), &registry, &target);
            }
        }
    }
}
