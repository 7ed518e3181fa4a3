//! Primary keys of several fields, and fields that the database computes.

use embellie_core::expr::{Aggregate, AggregateFunction};
use embellie_core::field::FieldKind;
use embellie_core::meta::{FieldMeta, Generated, ModelMeta, OnDelete};
use embellie_core::query::Assignment;
use embellie_core::{Error, Expr, Q, Query, Registry, Value};
use embellie_sql::{Target, update_returning};

use crate::blog::{postgres, sqlite};

fn registry() -> Registry {
    let total = Generated::stored(Expr::path("price") * 2);
    Registry::build([
        ModelMeta::new("shop", "Order").field(FieldMeta::new("note", FieldKind::Char).max_length(9)),
        ModelMeta::new("shop", "Line")
            .field(FieldMeta::foreign_key("order", "Order", OnDelete::Cascade).relation(|r| r.related_name("lines")))
            .field(FieldMeta::new("number", FieldKind::SmallInteger))
            .field(FieldMeta::new("price", FieldKind::Integer))
            .field(FieldMeta::new("total", FieldKind::Integer).generated(total))
            .composite_primary_key(["order", "number"]),
    ])
    .unwrap()
}

fn key(order: i64, number: i64) -> Value {
    Value::List(vec![order.into(), number.into()])
}

fn lines() -> Query {
    Query { order_by: Some(Vec::new()), ..Query::new("shop.Line").values(["price"]) }
}

fn on(query: &Query, target: &Target) -> Result<String, Error> {
    let compiled = embellie_sql::select(query, &registry(), target)?;
    Ok(compiled.map_or_else(|| "nothing".into(), |compiled| compiled.statement.sql.to_string()))
}

/// What follows `FROM "shop_line"`.
#[track_caller]
fn is(q: Q, expected: &str) {
    let sql = on(&lines().filter(q), &sqlite()).unwrap();
    let (_, condition) = sql.split_once(" WHERE ").unwrap_or(("", &sql));
    assert_eq!(condition.replace("\"shop_line\".", ""), expected);
}

#[test]
fn comparisons_are_written_out() {
    is(Q::new("pk", key(1, 2)), r#"("order_id" = ? AND "number" = ?)"#);
    is(!Q::new("pk", key(1, 2)), r#"NOT (("order_id" = ? AND "number" = ?))"#);
    is(Q::new("pk__gt", key(1, 2)), r#"("order_id" >= ? AND ("order_id" > ? OR ("order_id" = ? AND "number" > ?)))"#);
    is(Q::new("pk__lte", key(1, 2)), r#"("order_id" <= ? AND ("order_id" < ? OR ("order_id" = ? AND "number" <= ?)))"#);
    is(
        Q::new("pk__in", Value::List(vec![key(1, 2), key(1, 2), key(3, 4)])),
        r#"(("order_id" = ? AND "number" = ?) OR ("order_id" = ? AND "number" = ?))"#,
    );
    is(Q::new("pk__isnull", true), r#"("order_id" IS NULL OR "number" IS NULL)"#);
    is(Q::new("pk__in", Value::List(Vec::new())), "nothing");
    is(Q::new("pk", key(1, 1 << 20)), r#"("order_id" = ? AND "number" = ?)"#);
    let beyond = on(&lines().filter(Q::new("pk", key(1, 1 << 20))), &postgres()).unwrap();
    assert_eq!(beyond, "nothing", "no row can have it");
}

#[test]
fn queries_give_whole_keys() {
    let keys = Query::new("shop.Line").filter(Q::new("price", 1));
    is(
        Q::new("pk__in", keys),
        r#"("order_id", "number") IN (SELECT U0."order_id", U0."number" FROM "shop_line" U0 WHERE U0."price" = ?)"#
            .replace("U0", "\"U0\"")
            .as_str(),
    );
    let orders = Query::new("shop.Order").filter(Q::new("lines", key(1, 2))).exclude(Q::new("lines__pk", key(3, 4)));
    let sql = on(&Query { order_by: Some(Vec::new()), ..orders.values(["note"]) }, &postgres()).unwrap();
    insta::assert_snapshot!(sql);
}

#[test]
fn keys_are_selected_ordered_and_grouped_by() {
    let query = Query::new("shop.Line").values(["pk", "price"]);
    let query = Query { order_by: Some(vec!["-pk".into()]), ..query };
    let compiled = embellie_sql::select(&query, &registry(), &postgres()).unwrap().unwrap();
    assert_eq!(
        compiled.statement.sql.replace("\"shop_line\".", ""),
        r#"SELECT "order_id", "number", "price" FROM "shop_line" ORDER BY "order_id" DESC, "number" DESC"#
    );
    let columns: Vec<(&str, FieldKind, usize)> =
        compiled.columns.iter().map(|column| (column.name.as_str(), column.kind, column.parts.len())).collect();
    assert_eq!(columns, [("pk", FieldKind::CompositePrimaryKey, 2), ("price", FieldKind::Integer, 0)]);

    let count = Aggregate::of(AggregateFunction::Count, "order__note");
    let grouped = Query { order_by: Some(Vec::new()), ..Query::new("shop.Line") }.annotate("n", count);
    insta::assert_snapshot!(on(&grouped, &postgres()).unwrap());
    let by_key = Query { order_by: Some(Vec::new()), ..Query::new("shop.Line") }.values(["pk"]);
    let by_key = by_key.annotate("n", Aggregate::of(AggregateFunction::Sum, "price"));
    insta::assert_snapshot!(on(&by_key, &postgres()).unwrap());
}

#[test]
fn rows_of_other_tables_are_written_by_their_keys() {
    let query = Query::new("shop.Line").filter(Q::new("order__note", "x"));
    for target in [sqlite(), postgres()] {
        let deleted = embellie_sql::delete(&query, &registry(), &target).unwrap().unwrap();
        assert!(
            deleted.sql.contains(r#"WHERE ("shop_line"."order_id", "shop_line"."number") IN (SELECT "#),
            "{}",
            deleted.sql
        );
    }
}

#[test]
fn computed_fields_are_passed_over_and_given_back() {
    let set = |field: &'static str| Assignment { field: field.into(), value: Expr::value(3) };
    let query = Query::new("shop.Line").filter(Q::new("pk", key(1, 2)));
    let (registry, target) = (registry(), postgres());
    let update = update_returning(&query, &[set("total"), set("price")], &[3], &registry, &target).unwrap().unwrap();
    assert_eq!(
        update.sql.replace("\"shop_line\".", ""),
        r#"UPDATE "shop_line" SET "price" = $1 WHERE ("order_id" = $2 AND "number" = $3) RETURNING "total""#
    );
    assert_eq!(update_returning(&query, &[set("total")], &[], &registry, &target), Ok(None));
    let error = update_returning(&query, &[set("pk")], &[], &registry, &target).unwrap_err();
    assert_eq!(error, Error::Field("Composite primary key fields must be updated individually.".into()));
}
