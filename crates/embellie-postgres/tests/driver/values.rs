//! Values of every kind go there and come back.

use embellie_core::{Error, Value};
use serde_json::json;

use crate::support::{Link, fresh, one, read, schema, write};

fn parsed<T: std::str::FromStr<Err: std::fmt::Debug> + Into<Value>>(text: &str) -> Value {
    text.parse::<T>().unwrap().into()
}

fn decimal(text: &str) -> Value {
    parsed::<rust_decimal::Decimal>(text)
}

fn timestamp(text: &str) -> Value {
    parsed::<jiff::Timestamp>(text)
}

fn datetime(text: &str) -> Value {
    parsed::<jiff::civil::DateTime>(text)
}

/// Type, value, and the text that PostgreSQL itself makes of it.
fn samples() -> Vec<(&'static str, Value, &'static str)> {
    vec![
        ("bool", true.into(), "true"),
        ("bool", false.into(), "false"),
        ("int2", (-32768).into(), "-32768"),
        ("int4", 2147483647.into(), "2147483647"),
        ("int8", i64::MIN.into(), "-9223372036854775808"),
        ("oid", 4294967295i64.into(), "4294967295"),
        ("float8", 0.1.into(), "0.1"),
        ("float8", f64::NAN.into(), "NaN"),
        ("float8", f64::NEG_INFINITY.into(), "-Infinity"),
        ("float4", 1.5.into(), "1.5"),
        ("numeric", decimal("0"), "0"),
        ("numeric", decimal("0.00"), "0.00"),
        ("numeric", decimal("-12345.6700"), "-12345.6700"),
        ("numeric", decimal("0.0000000000000000000000000001"), "0.0000000000000000000000000001"),
        ("numeric", decimal("79228162514264337593543950335"), "79228162514264337593543950335"),
        ("numeric", decimal("100000000"), "100000000"),
        ("numeric(10,2)", decimal("10000.50"), "10000.50"),
        ("text", "née 🌤 'quoted' \\ \"x\"".into(), "née 🌤 'quoted' \\ \"x\""),
        ("text", "".into(), ""),
        ("varchar(5)", "abcde".into(), "abcde"),
        ("bpchar", "ab".into(), "ab"),
        ("name", "ab".into(), "ab"),
        ("mood", "happy".into(), "happy"),
        ("short", "happy".into(), "happy"),
        ("bytea", vec![0u8, 255, 1].as_slice().into(), "\\x00ff01"),
        ("date", parsed::<jiff::civil::Date>("2024-02-29"), "2024-02-29"),
        ("date", parsed::<jiff::civil::Date>("9999-12-31"), "9999-12-31"),
        ("date", parsed::<jiff::civil::Date>("0001-01-01"), "0001-01-01"),
        ("time", parsed::<jiff::civil::Time>("23:59:59.999999"), "23:59:59.999999"),
        ("time", parsed::<jiff::civil::Time>("00:00:00"), "00:00:00"),
        ("timestamp", datetime("1999-12-31T23:59:59.000001"), "1999-12-31 23:59:59.000001"),
        ("timestamptz", timestamp("1969-07-20T20:17:40.5Z"), "1969-07-20 20:17:40.5+00"),
        ("interval", jiff::SignedDuration::from_micros(90_061_000_001).into(), "1 day 01:01:01.000001"),
        ("interval", jiff::SignedDuration::from_micros(-1).into(), "-1 days +23:59:59.999999"),
        ("uuid", parsed::<uuid::Uuid>("67e55044-10b1-426f-9247-bb680e5fe0c8"), "67e55044-10b1-426f-9247-bb680e5fe0c8"),
        ("json", json!({"b": [1, null, "x"], "a": 1.5}).into(), r#"{"b":[1,null,"x"],"a":1.5}"#),
        ("jsonb", json!({"a": {"b": true}}).into(), r#"{"a": {"b": true}}"#),
        ("jsonb", json!(null).into(), "null"),
        ("inet", parsed::<std::net::IpAddr>("192.168.0.1"), "192.168.0.1/32"),
        ("inet", parsed::<std::net::IpAddr>("2001:db8::1"), "2001:db8::1/128"),
    ]
}

async fn with_types() -> (embellie_testing::TestDatabase, Link) {
    let (database, mut link) = fresh().await;
    schema(&mut link, "CREATE TYPE mood AS ENUM ('happy', 'sad'); CREATE DOMAIN short AS varchar(5)").await;
    (database, link)
}

/// As values are compared here: a NaN is equal to itself, a decimal to one with as many decimals.
fn same(a: &Value, b: &Value) -> bool {
    format!("{a:?}") == format!("{b:?}")
}

#[tokio::test]
async fn values_come_back_as_they_went() {
    let (_database, mut link) = with_types().await;
    for (ty, value, text) in samples() {
        schema(&mut link, &format!("CREATE TABLE sample (v {ty})")).await;
        write(&mut link, "INSERT INTO sample VALUES ($1)", vec![value.clone()]).await.unwrap();
        let rows = read(&mut link, "SELECT v, v::text FROM sample", vec![]).await.unwrap();
        assert!(same(&rows[0][0], &value), "{ty}: {:?} became {:?}", value, rows[0][0]);
        assert_eq!(rows[0][1], Value::from(text), "{ty}");
        write(&mut link, "UPDATE sample SET v = $1", vec![Value::Null]).await.unwrap();
        assert_eq!(one(&mut link, "SELECT v FROM sample", vec![]).await.unwrap(), Value::Null, "{ty}");
        schema(&mut link, "DROP TABLE sample").await;
    }
}

#[tokio::test]
async fn lists_become_arrays_of_what_the_server_expects() {
    let (_database, mut link) = with_types().await;
    for (ty, value, text) in samples() {
        if text == "NaN" || ty == "json" {
            continue; // not equal to itself
        }
        let sql = format!("SELECT v::text FROM (VALUES (CAST($1 AS {ty})), (NULL)) AS t (v) WHERE v = ANY($2)");
        let list = Value::List(vec![Value::Null, value.clone()]);
        assert_eq!(one(&mut link, &sql, vec![value, list]).await.unwrap(), Value::from(text), "{ty}");
    }
    let none = one(&mut link, "SELECT count(*) FROM pg_class WHERE oid = ANY($1)", vec![Value::List(vec![])]).await;
    assert_eq!(none.unwrap(), Value::Int(0));
    let two = one(
        &mut link,
        "SELECT array_to_string($1::int8[], ',', '-')",
        vec![Value::List(vec![1.into(), Value::Null, 3.into()])],
    );
    assert_eq!(two.await.unwrap(), Value::from("1,-,3"));
}

#[tokio::test]
async fn what_does_not_fit_is_refused_without_its_value() {
    let (_database, mut link) = with_types().await;
    let list = |value: Value| Value::List(vec![value]);
    let cases: Vec<(&str, Value, &str)> = vec![
        ("$1::int2", 40_000.into(), "parameter 1, of the kind integer, is out of range for int2"),
        ("$1::int4", i64::MAX.into(), "out of range for int4"),
        ("$1::oid", (-1).into(), "out of range for oid"),
        ("$1::float4", 1e300.into(), "out of range for float4"),
        ("$1::int4", "secret".into(), "parameter 1 is of the kind text, but the statement needs the type int4 there"),
        ("$1::text", 7.into(), "of the kind integer, but the statement needs the type text"),
        ("$1::bool", 1.into(), "needs the type bool"),
        ("$1::int8", decimal("1.5"), "of the kind decimal, but the statement needs the type int8"),
        ("$1::text", "a\0b".into(), "holds a NUL character"),
        ("$1::int4", list(1.into()), "of the kind list, but the statement needs the type int4"),
        (
            "$1::int4[]",
            list("secret".into()),
            "a list that holds a value of the kind text, but the statement needs elements of the type int4",
        ),
        ("$1::int2[]", list(40_000.into()), "out of range for int2"),
    ];
    for (expression, value, expected) in cases {
        match one(&mut link, &format!("SELECT ({expression}) IS NULL"), vec![value]).await {
            Err(Error::Data(error)) => {
                assert!(error.message.contains(expected), "{expression}: {error}");
                assert!(!error.message.contains("secret"), "{error}");
            }
            other => panic!("{expression}: {other:?}"),
        }
        assert!(!link.is_broken());
    }
    let error = read(&mut link, "SELECT $1::int4", vec![]).await.unwrap_err();
    assert!(matches!(&error, Error::Programming(e) if e.message.contains("1 placeholders, but 0")), "{error}");
}

#[tokio::test]
async fn values_are_sent_as_other_types_that_hold_them() {
    let (_database, mut link) = with_types().await;
    let utc = "2020-06-01T12:00:00";
    let cases: Vec<(&str, Value, &str)> = vec![
        ("numeric", (-70_000).into(), "-70000"),
        ("float8", 3.into(), "3"),
        ("numeric", 0.1.into(), "0.1"),
        ("numeric", 1e22.into(), "10000000000000000000000"),
        ("numeric", f64::NAN.into(), "NaN"),
        ("float8", decimal("2.50"), "2.5"),
        ("int4", decimal("12.00"), "12"),
        ("timestamptz", datetime(utc), "2020-06-01 12:00:00+00"),
        ("timestamp", timestamp("2020-06-01T12:00:00Z"), "2020-06-01 12:00:00"),
        ("timestamp", parsed::<jiff::civil::Date>("2020-06-01"), "2020-06-01 00:00:00"),
        ("jsonb", r#"{"a":1}"#.into(), r#"{"a": 1}"#),
        ("inet", "10.0.0.0/8".into(), "10.0.0.0/8"),
        ("int4range", "[1,5)".into(), "[1,5)"),
        ("regclass", "pg_class".into(), "pg_class"),
        ("regclass", 1259.into(), "pg_class"),
        ("tsquery", "a & b".into(), "'a' & 'b'"),
    ];
    for (ty, value, expected) in cases {
        let sql = format!("SELECT CAST($1 AS {ty})::text");
        assert_eq!(one(&mut link, &sql, vec![value]).await.unwrap(), Value::from(expected), "{ty}");
    }
}

#[tokio::test]
async fn numbers_are_rounded_only_when_they_are_computed() {
    let (_database, mut link) = fresh().await;
    let third = one(&mut link, "SELECT round(1000000000000000::numeric / 3, 20) ", vec![]).await.unwrap();
    assert_eq!(third, decimal("333333333333333.33330000000000"), "shown as far as it fits");
    let computed = one(&mut link, "SELECT 0.12345678901234567890123456785::numeric", vec![]).await.unwrap();
    assert_eq!(computed, decimal("0.1234567890123456789012345678"), "half to even");
    schema(&mut link, "CREATE TABLE t (n numeric); INSERT INTO t VALUES (0.12345678901234567890123456785)").await;
    let error = one(&mut link, "SELECT n FROM t", vec![]).await.unwrap_err();
    assert_eq!(error.to_string(), "column \"n\" (numeric) holds a number with more digits than the 28 of a decimal");
    for large in ["1e30", "-1e300", "79228162514264337593543950336"] {
        let error = one(&mut link, &format!("SELECT {large}::numeric"), vec![]).await.unwrap_err();
        assert!(error.to_string().contains("too large for a decimal"), "{error}");
    }
}

#[tokio::test]
async fn what_has_no_counterpart_is_named() {
    let (_database, mut link) = fresh().await;
    for (sql, expected) in [
        ("'NaN'::numeric AS n", "column \"n\" (numeric) holds NaN"),
        ("'infinity'::date AS d", "(date) holds infinity"),
        ("'-infinity'::timestamp AS d", "(timestamp) holds -infinity"),
        ("'infinity'::timestamptz AS d", "(timestamptz) holds infinity"),
        ("'20000-01-01'::date AS d", "outside the years"),
        ("'1 month'::interval AS i", "months or years"),
        ("'24:00'::time AS t", "24:00:00"),
        ("'10:00+02'::timetz AS t", "another zone"),
        ("'10.0.0.0/8'::inet AS i", "a network"),
    ] {
        let error = one(&mut link, &format!("SELECT {sql}"), vec![]).await.unwrap_err();
        assert!(matches!(error, Error::Decode(_)) && error.to_string().contains(expected), "{sql}: {error}");
        assert!(!link.is_broken());
        assert_eq!(one(&mut link, "SELECT 1", vec![]).await.unwrap(), Value::Int(1), "it goes on");
    }
    assert_eq!(one(&mut link, "SELECT pg_sleep(0)", vec![]).await.unwrap(), Value::Null);
}
