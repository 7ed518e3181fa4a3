//! Lists of many values, on SQLite: each value must be found as it is stored.

use embellie_core::meta::{FieldMeta, ModelMeta};
use embellie_core::{Q, Query, Registry, Statement, Value, field::FieldKind};

use crate::blog::*;

fn bind(value: &Value) -> rusqlite::types::Value {
    match value {
        Value::Int(v) => rusqlite::types::Value::Integer(*v),
        Value::Bool(v) => rusqlite::types::Value::Integer((*v).into()),
        Value::Float(v) => rusqlite::types::Value::Real(*v),
        Value::Text(v) => rusqlite::types::Value::Text(v.clone()),
        Value::Decimal(v) => rusqlite::types::Value::Text(v.to_string()),
        Value::Date(v) => rusqlite::types::Value::Text(v.to_string()),
        Value::Uuid(v) => rusqlite::types::Value::Text(v.simple().to_string()),
        Value::Timestamp(v) => {
            let at = jiff::tz::TimeZone::UTC.to_datetime(*v);
            rusqlite::types::Value::Text(format!("{} {}", at.date(), at.time()))
        }
        other => unreachable!("{other}"),
    }
}

fn run(connection: &rusqlite::Connection, statement: &Statement) -> Vec<i64> {
    let mut prepared = connection.prepare(&statement.sql).unwrap();
    let parameters = statement.parameters.iter().map(bind);
    let rows = prepared.query_map(rusqlite::params_from_iter(parameters), |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

/// The value for a number.
type Make = fn(i64) -> Value;

#[test]
fn long_lists_find_what_short_ones_find() {
    let cases: [(FieldKind, &str, Make); 9] = [
        (FieldKind::Integer, "integer", Value::Int),
        (FieldKind::Char, "varchar(20)", |i| i.to_string().into()),
        (FieldKind::Text, "text", |i| format!("\"é\\{i}").into()),
        (FieldKind::Bool, "bool", |i| (i % 2 == 0).into()),
        (FieldKind::Float, "real", |i| (i as f64 / 3.0).into()),
        (FieldKind::Decimal { max_digits: 9, decimal_places: 2 }, "decimal", |i| {
            Value::Decimal(rust_decimal::Decimal::new(i * 5, 2))
        }),
        (FieldKind::Date, "date", |i| {
            Value::Date(jiff::civil::date(2000, 1, 1).checked_add(jiff::Span::new().days(i)).unwrap())
        }),
        (FieldKind::DateTime, "datetime", |i| Value::Timestamp(jiff::Timestamp::from_second(i * 1000).unwrap())),
        (FieldKind::Uuid, "char(32)", |i| Value::Uuid(uuid::Uuid::from_u128(i as u128))),
    ];
    for (kind, column, value) in cases {
        let registry = Registry::build([ModelMeta::new("x", "T").field(FieldMeta::new("f", kind))]).unwrap();
        let connection = rusqlite::Connection::open_in_memory().unwrap();
        connection.execute_batch(&format!("CREATE TABLE x_t (id integer PRIMARY KEY, f {column})")).unwrap();
        for i in 0..5 {
            connection.execute("INSERT INTO x_t (f) VALUES (?)", [bind(&value(i))]).unwrap();
        }
        let found = |values: Vec<Value>| {
            let query = Query::new("x.T").filter(Q::new("f__in", Value::List(values))).values(["id"]);
            run(&connection, &embellie_sql::select(&query, &registry, &sqlite()).unwrap().unwrap().statement)
        };
        let short = found((2..4).map(value).collect());
        let long = found((2..4).chain(10..2000).map(value).collect());
        assert!(short.len() >= 2, "{kind:?}");
        assert_eq!(if kind == FieldKind::Bool { vec![1, 2, 3, 4, 5] } else { short }, long, "{kind:?}");
    }
}
