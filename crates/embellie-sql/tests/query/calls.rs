//! How functions, dates, casts and documents are written, on each database.

use embellie_core::expr::{DatePart, Func, Function, TruncUnit};
use embellie_core::field::FieldKind;
use embellie_core::meta::{FieldMeta, ModelMeta};
use embellie_core::{Expr, Path, Q, Query, Registry, Value};
use embellie_sql::Target;

use crate::blog::{postgres, sqlite};

fn registry() -> Registry {
    let field = |name: &str, kind| FieldMeta::new(name, kind);
    let thing = ModelMeta::new("x", "T")
        .field(field("name", FieldKind::Char).max_length(20))
        .field(field("n", FieldKind::Integer))
        .field(field("ratio", FieldKind::Float))
        .field(field("price", FieldKind::Decimal { max_digits: 8, decimal_places: 2 }))
        .field(field("live", FieldKind::Bool))
        .field(field("day", FieldKind::Date))
        .field(field("at", FieldKind::DateTime))
        .field(field("clock", FieldKind::Time))
        .field(field("naive", FieldKind::NaiveDateTime))
        .field(field("data", FieldKind::Json));
    Registry::build([thing]).unwrap()
}

fn select(query: &Query, target: &Target) -> String {
    match embellie_sql::select(query, &registry(), target) {
        Ok(Some(compiled)) => {
            let sql = compiled.statement.sql.replace("\"x_t\".", "");
            match compiled.statement.parameters {
                parameters if parameters.is_empty() => sql,
                parameters => format!("{sql} -- {}", Value::List(parameters)),
            }
        }
        Ok(None) => "nothing".to_owned(),
        Err(error) => format!("{}: {error}", error.class()),
    }
}

/// Each query on each database.
fn written(queries: impl IntoIterator<Item = Query>) -> String {
    let mut text = String::new();
    for query in queries {
        let (one, other) = (select(&query, &sqlite()), select(&query, &postgres()));
        text.push_str(&format!("{one}\n{other}\n\n"));
    }
    text.replace("SELECT \"id\" FROM \"x_t\" WHERE ", "… ").replace(" FROM \"x_t\"", "")
}

fn values(exprs: impl IntoIterator<Item = Expr>) -> String {
    written(exprs.into_iter().map(|expr| Query::new("x.T").annotate("x", expr).values(["x"])))
}

fn conditions(conditions: impl IntoIterator<Item = Q>) -> String {
    written(conditions.into_iter().map(|q| Query::new("x.T").filter(q).values(["id"])))
}

fn f(path: &str) -> Expr {
    Expr::path(path)
}

fn call(function: Function, arguments: impl IntoIterator<Item = Expr>) -> Expr {
    Expr::call(function, arguments)
}

#[test]
fn functions() {
    use Function as F;
    insta::assert_snapshot!(values([
        call(F::Concat, [f("name"), " ".into(), f("name")]),
        call(F::Left, [f("name"), 2.into()]),
        call(F::Right, [f("name"), f("n") + 1]),
        call(F::LPad, [f("n"), 5.into(), "0".into()]),
        call(F::Sha256, [f("name")]),
        call(F::Round, [f("ratio"), 2.into()]),
        call(F::Mod, [f("price"), f("ratio")]),
        call(F::Sqrt, [f("price")]),
        call(F::Greatest, [f("n"), 3.into()]),
        call(F::JsonObject, ["name".into(), f("name"), "live".into(), f("live"), "data".into(), f("data")]),
        call(F::Now, []),
        Expr::Slice { expr: Box::new(f("name")), start: 2, length: Some(3) },
        Expr::Collate { expr: Box::new(f("name")), collation: "de-x-icu".into() },
        Func::new("soundex", [f("name")]).into(),
        Func::new("hex", [f("n")]).template("postgres", "to_hex({0})").kind(FieldKind::Text).into(),
        f("price") / f("n"),
        f("ratio") % 2,
    ]));
}

#[test]
fn dates() {
    let extract = |at: &str, part, zone: Option<&'static str>| Expr::Extract {
        expr: Box::new(f(at)),
        part,
        zone: zone.map(Into::into),
    };
    let trunc = |at: &str, unit, zone: Option<&'static str>| Expr::Trunc {
        expr: Box::new(f(at)),
        unit,
        zone: zone.map(Into::into),
    };
    insta::assert_snapshot!(values([
        extract("day", DatePart::WeekDay, None),
        extract("at", DatePart::Hour, None),
        extract("at", DatePart::Second, Some("Europe/Paris")),
        extract("at", DatePart::Hour, Some("+05:30")),
        extract("naive", DatePart::Week, Some("Europe/Paris")),
        extract("clock", DatePart::Minute, None),
        trunc("day", TruncUnit::Month, None),
        trunc("at", TruncUnit::Month, Some("Europe/Paris")),
        trunc("at", TruncUnit::Month, None).typed(FieldKind::Date),
        trunc("at", TruncUnit::Date, Some("Europe/Paris")),
        trunc("naive", TruncUnit::Hour, None),
        trunc("clock", TruncUnit::Hour, None),
    ]));
}

#[test]
fn years() {
    insta::assert_snapshot!(conditions([
        Q::new("day__year", 2024),
        Q::new("at__year__gte", 2024),
        Q::new("naive__iso_year__lt", 2024),
        Q::new("at__year__in", Value::List(vec![2023.into(), 2024.into()])),
        Q::new("at__year", f("n")),
        Q::new("at__date__year", 2024),
    ]));
}

#[test]
fn casts() {
    let cast = |path: &str, kind, max_length| Expr::Cast { expr: Box::new(f(path)), kind, max_length };
    insta::assert_snapshot!(values([
        cast("name", FieldKind::Integer, None),
        cast("n", FieldKind::Char, Some(3)),
        cast("name", FieldKind::Decimal { max_digits: 6, decimal_places: 2 }, None),
        cast("name", FieldKind::Date, None),
        cast("name", FieldKind::DateTime, None),
        cast("name", FieldKind::Json, None),
        cast("name", FieldKind::Uuid, None),
        cast("n", FieldKind::List, None),
    ]));
}

#[test]
fn documents() {
    let hostile = Path::new(["data", "a\"b' OR 1=1 --"]);
    insta::assert_snapshot!(conditions([
        Q::new("data__a", 1),
        Q::new("data__a__0__b", "x"),
        Q::new("data__a", Value::Null),
        Q::new("data__a__isnull", true),
        Q::new("data__a__gt", 1.5),
        Q::new("data__a__in", Value::List(vec![1.into(), "x".into()])),
        Q::new("data__a__range", Value::List(vec![1.into(), 2.into()])),
        Q::new("data__a__icontains", "x"),
        Q::new("data__has_key", "a"),
        Q::new("data__a__has_any_keys", Value::List(vec!["x".into(), "y".into()])),
        Q::new("data__contains", serde_json::json!({"a": 1})),
        Q::new("data__a__contained_by", serde_json::json!([1])),
        Q::new("data", serde_json::json!({"a": 1})),
        Q::new("data__a", f("n")),
        Q::new(hostile, 1),
    ]));
}
