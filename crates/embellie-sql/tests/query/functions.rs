//! Functions, casts, parts of dates: their SQL, their types on a real PostgreSQL, and what is refused.

use embellie_core::expr::{DatePart, Function, TruncUnit};
use embellie_core::field::FieldKind;
use embellie_core::{Expr, Q, Query, Value};

use crate::blog::*;
use crate::types::{check, connect};

fn f(path: &str) -> Expr {
    Expr::path(path)
}

fn call(function: Function, arguments: impl IntoIterator<Item = Expr>) -> Expr {
    Expr::call(function, arguments)
}

fn of(model: &str, expr: impl Into<Expr>) -> Query {
    Query { order_by: Some(Vec::new()), ..all(model).annotate("x", expr).values(["x"]) }
}

fn extract(expr: Expr, part: DatePart, zone: Option<&'static str>) -> Expr {
    Expr::Extract { expr: Box::new(expr), part, zone: zone.map(Into::into) }
}

fn trunc(expr: Expr, unit: TruncUnit, zone: Option<&'static str>) -> Expr {
    Expr::Trunc { expr: Box::new(expr), unit, zone: zone.map(Into::into) }
}

fn cast(expr: Expr, kind: FieldKind) -> Expr {
    Expr::Cast { expr: Box::new(expr), kind, max_length: None }
}

/// Some uses of every function that is none of a window.
fn uses(function: Function) -> Vec<(&'static str, Vec<Expr>)> {
    use Function as F;
    let post = |arguments: Vec<Expr>| ("Post", arguments);
    match function {
        F::Now | F::Pi | F::Random | F::Uuid4 | F::Uuid7 => vec![post(vec![])],
        F::Coalesce | F::Greatest | F::Least | F::NullIf => vec![
            post(vec![f("views"), f("rating")]),
            post(vec![f("views"), Expr::value(3)]),
            post(vec![f("subtitle"), Expr::value("x")]),
            post(vec![f("created"), call(F::Now, [])]),
            ("Sample", vec![f("day"), Value::Date(jiff::civil::date(2024, 2, 29)).into()]),
        ],
        F::JsonObject => vec![
            post(vec![]),
            post(vec!["title".into(), f("title"), "n".into(), f("views") + 1, "live".into(), f("published")]),
            post(vec!["null".into(), Value::Null.into(), "text".into(), "x".into()]),
        ],
        F::JsonArray => vec![post(vec![]), post(vec![f("title"), 1.into(), Value::Null.into(), true.into()])],
        F::KeyText => vec![],
        F::Chr => vec![post(vec![f("views")]), post(vec![65.into()]), post(vec![f("views") + 1])],
        F::Concat => vec![
            post(vec![f("title"), " ".into(), f("subtitle")]),
            post(vec![f("title"), Expr::value(1).typed(FieldKind::Text)]),
            post(vec![f("views"), f("rating")]),
        ],
        F::Left | F::Right | F::Repeat => vec![
            post(vec![f("title"), 2.into()]),
            post(vec![f("title"), f("views")]),
            post(vec![f("title"), call(F::Length, [f("title")]) - 1]),
            post(vec![f("views"), 2.into()]),
        ],
        F::LPad | F::RPad => vec![
            post(vec![f("title"), 2.into()]),
            post(vec![f("title"), f("views"), "xy".into()]),
            post(vec![f("title"), Value::Null.into(), f("subtitle")]),
        ],
        F::Replace => vec![post(vec![f("title"), "a".into()]), post(vec![f("title"), "a".into(), f("subtitle")])],
        F::StrIndex => vec![post(vec![f("title"), "a".into()]), post(vec![f("title"), f("subtitle")])],
        F::Substr => vec![
            post(vec![f("title"), 2.into()]),
            post(vec![f("title"), f("views"), 3.into()]),
            post(vec![f("title"), call(F::StrIndex, [f("title"), "x".into()]), 3.into()]),
        ],
        F::ATan2 | F::Log | F::Mod | F::Power => vec![
            post(vec![f("views"), f("rating")]),
            post(vec![f("price"), 3.into()]),
            post(vec![f("price"), f("views")]),
            ("Sample", vec![f("ratio"), f("small")]),
            ("Sample", vec![f("ratio"), 1.5.into()]),
        ],
        F::Round => vec![
            post(vec![f("price")]),
            post(vec![f("views"), 1.into()]),
            ("Sample", vec![f("ratio"), 2.into()]),
            ("Sample", vec![f("ratio"), f("small")]),
        ],
        F::Abs | F::Ceil | F::Floor | F::Sign => {
            vec![post(vec![f("price")]), post(vec![f("views") - 3]), ("Sample", vec![f("ratio")])]
        }
        _ if function.is_window() => vec![],
        // Of ranges, there is no field here; lookups of them are tried with the types.
        _ if function.is_of_ranges() => vec![],
        F::Array => vec![post(vec![f("title"), "x".into()]), post(vec![f("views"), f("rating")])],
        F::ArrayLength => vec![post(vec![array()])],
        F::ArrayAt | F::ArraySlice => vec![post(vec![array(), 1.into()])],
        F::ArrayContains | F::ArrayOverlap => vec![post(vec![array(), array()])],
        _ if function.is_search() => searches(function).into_iter().map(post).collect(),
        F::ACos
        | F::ASin
        | F::ATan
        | F::Cos
        | F::Cot
        | F::Degrees
        | F::Exp
        | F::Ln
        | F::Radians
        | F::Sin
        | F::Sqrt
        | F::Tan => vec![post(vec![f("price")]), post(vec![f("views")]), ("Sample", vec![f("ratio")])],
        _ => vec![post(vec![f("title")]), post(vec![f("views")]), post(vec!["x".into()]), post(vec![f("subtitle")])],
    }
}

fn array() -> Expr {
    call(Function::Array, vec![f("title"), f("subtitle")])
}

/// What functions of search are used with.
fn searches(function: Function) -> Vec<Vec<Expr>> {
    use Function as F;
    let vector = || call(F::SearchVector, vec![f("title")]);
    let query = || call(F::SearchQueryPlain, vec!["english".into(), "clouds".into()]);
    match function {
        F::SearchVectorWeighted => vec![vec![vector(), "B".into()]],
        F::SearchVectorCombined => vec![vec![vector(), vector()]],
        F::SearchQueryAnd | F::SearchQueryOr => vec![vec![query(), query()]],
        F::SearchQueryNot => vec![vec![query()]],
        F::SearchMatch | F::SearchRank | F::SearchRankCover => vec![vec![vector(), query()]],
        F::SearchHeadline => vec![vec![f("title"), query()], vec!["simple".into(), f("views"), query()]],
        F::TrigramSimilarity
        | F::TrigramWordSimilarity
        | F::TrigramStrictWordSimilarity
        | F::TrigramSimilar
        | F::TrigramWordSimilar
        | F::TrigramStrictWordSimilar => {
            vec![vec![f("title"), "x".into()], vec![f("views"), "x".into()]]
        }
        _ => vec![vec![f("title")], vec![f("views")], vec!["english".into(), f("subtitle")]],
    }
}

#[tokio::test]
async fn postgres_knows_the_types_of_every_function() {
    let (_database, client, _) = connect().await;
    let extensions = "CREATE EXTENSION IF NOT EXISTS pgcrypto; CREATE EXTENSION IF NOT EXISTS pg_trgm";
    client.batch_execute(extensions).await.unwrap();
    let registry = registry();
    let newest =
        embellie_sql::Target::for_server(&embellie_core::ServerInfo { dialect: "postgres", version: (18, 0, 0) });
    let target = newest.unwrap();
    for &function in Function::ALL {
        for (model, arguments) in uses(function) {
            let expr = call(function, arguments);
            let what = expr.to_string();
            let query = of(model, expr.clone()).annotate("y", expr.clone()).filter(Q::new("x__isnull", false));
            let compiled = embellie_sql::select(&query, &registry, &target).unwrap().unwrap();
            if function == Function::Uuid7 {
                continue; // The server may be older.
            }
            check(&client, &compiled.statement, &what).await;
            let query = Query { order_by: Some(vec![expr.desc()]), ..keys(model) };
            let compiled = embellie_sql::select(&query, &registry, &target).unwrap().unwrap();
            check(&client, &compiled.statement, &what).await;
        }
    }
}

#[tokio::test]
async fn postgres_knows_the_types_of_dates_and_casts() {
    let (_database, client, target) = connect().await;
    let registry = registry();
    let zones = [None, Some("Europe/Paris"), Some("+05:30")];
    let mut exprs = Vec::new();
    for zone in zones {
        exprs.extend(DatePart::ALL.iter().map(|&part| ("Post", extract(f("created"), part, zone))));
        exprs.extend(TruncUnit::ALL.iter().map(|&unit| ("Post", trunc(f("created"), unit, zone))));
    }
    for &part in DatePart::ALL {
        match part {
            DatePart::Hour | DatePart::Minute | DatePart::Second => {
                exprs.push(("Sample", extract(f("at"), part, None)));
                exprs.push(("Sample", extract(f("span"), part, None)));
            }
            _ => exprs.push(("Sample", extract(f("day"), part, None))),
        }
    }
    for unit in [TruncUnit::Year, TruncUnit::Quarter, TruncUnit::Month, TruncUnit::Week, TruncUnit::Day] {
        exprs.push(("Sample", trunc(f("day"), unit, None)));
        exprs.push(("Post", trunc(f("created"), unit, None).typed(FieldKind::Date)));
    }
    for unit in [TruncUnit::Hour, TruncUnit::Minute, TruncUnit::Second] {
        exprs.push(("Sample", trunc(f("at"), unit, None)));
        exprs.push(("Post", trunc(f("created"), unit, Some("Asia/Tokyo")).typed(FieldKind::Time)));
    }
    for kind in [FieldKind::Integer, FieldKind::BigInteger, FieldKind::Text, FieldKind::Char, FieldKind::Float] {
        exprs.push(("Post", cast(f("price"), kind)));
        exprs.push(("Post", cast("7".into(), kind)));
    }
    for kind in [FieldKind::Date, FieldKind::Time, FieldKind::DateTime, FieldKind::NaiveDateTime, FieldKind::Json] {
        exprs.push(("Post", cast(f("title"), kind)));
    }
    for kind in [FieldKind::Uuid, FieldKind::Bool, FieldKind::Duration, FieldKind::GenericIpAddress] {
        exprs.push(("Post", cast(f("title"), kind)));
    }
    exprs.push(("Post", cast(f("views"), FieldKind::Decimal { max_digits: 9, decimal_places: 3 })));
    exprs.push(("Post", cast(f("views"), FieldKind::DECIMAL)));
    for (model, expr) in exprs {
        let what = expr.to_string();
        let query = of(model, expr.clone()).annotate("y", expr.clone()).filter(Q::new("x", f("y")));
        let compiled = embellie_sql::select(&query, &registry, &target).unwrap().unwrap();
        check(&client, &compiled.statement, &what).await;
        let grouped = all(model).values(["pk"]).annotate("x", expr).values(["x"]);
        let count = embellie_core::expr::Aggregate::of(embellie_core::expr::AggregateFunction::Count, "pk");
        let grouped = Query { order_by: Some(Vec::new()), ..grouped.annotate("n", count) };
        let compiled = embellie_sql::select(&grouped, &registry, &target).unwrap().unwrap();
        check(&client, &compiled.statement, &what).await;
    }
}
