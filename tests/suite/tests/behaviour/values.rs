//! Every kind of field takes its values to the database and back unchanged, extremes included.

use std::net::IpAddr;

use embellie::{Database, Value};
use embellie_suite::{Outcome, create, ids, int, list, q, rows, set};
use jiff::civil::{DateTime, Time, date, time};
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use serde_json::json;
use uuid::Uuid;

embellie_suite::on_every_database! { fields:
    values_come_back_and_are_found,
    values_are_ordered_as_they_are,
    values_in_long_lists,
    null_in_every_field,
    a_row_of_everything,
    values_that_a_column_cannot_hold,
}

/// Values of a kind, the least first.
pub(crate) fn ordered() -> Vec<(&'static str, Vec<Value>)> {
    let decimal = |text: &str| Value::Decimal(text.parse().unwrap());
    let datetime = |text: &str| text.parse::<DateTime>().unwrap();
    let moment = |text: &str| text.parse::<Timestamp>().unwrap();
    let micros = |n: i64| Value::Duration(SignedDuration::from_micros(n));
    vec![
        ("char", ["", " ", "A'\"\\%_;--", "Z", "a", "a ", "äöü", "日本語", "🦀"].map(Value::from).to_vec()),
        ("text", vec!["".into(), "\t\r\n".into(), "x".repeat(100_000).into(), "é".repeat(1000).into()]),
        ("email", vec!["a@x.org".into(), "b@x.org".into()]),
        ("slug", vec!["a-b".into(), "a_b".into()]),
        ("url", vec!["https://x.org/?q=1".into(), "https://ü.example/".into()]),
        ("bool", vec![false.into(), true.into()]),
        ("small", vec![i16::MIN.into(), (-1).into(), 0.into(), i16::MAX.into()]),
        ("int", vec![i32::MIN.into(), (-1).into(), 0.into(), i32::MAX.into()]),
        ("big", vec![i64::MIN.into(), (-1).into(), 0.into(), i64::MAX.into()]),
        ("positive_small", vec![0.into(), i16::MAX.into()]),
        ("positive", vec![0.into(), i32::MAX.into()]),
        ("positive_big", vec![0.into(), i64::MAX.into()]),
        (
            "float",
            [
                f64::NEG_INFINITY,
                f64::MIN,
                -1.5,
                0.0,
                f64::MIN_POSITIVE,
                1e-300,
                0.1,
                0.1 + 0.2,
                1.0,
                9_007_199_254_740_993.0,
                f64::MAX,
                f64::INFINITY,
            ]
            .map(Value::from)
            .to_vec(),
        ),
        (
            "decimal",
            ["-999999999.999", "-0.001", "0.000", "0.001", "1.500", "123456789.123", "999999999.999"]
                .map(decimal)
                .to_vec(),
        ),
        ("date", [date(1, 1, 1), date(1969, 12, 31), date(2024, 2, 29), date(9999, 12, 31)].map(Value::from).to_vec()),
        (
            "time",
            [Time::midnight(), time(0, 0, 0, 1_000), time(12, 34, 56, 500_000_000), time(23, 59, 59, 999_999_000)]
                .map(Value::from)
                .to_vec(),
        ),
        (
            "moment",
            [
                "0001-01-02T00:00:00Z",
                "1969-12-31T23:59:59.999999Z",
                "1970-01-01T00:00:00Z",
                "2024-03-31T01:30:00.000001Z",
                "9999-12-29T12:00:00Z",
            ]
            .map(|text| moment(text).into())
            .to_vec(),
        ),
        (
            "naive",
            ["0001-01-01T00:00:00", "1969-12-31T23:59:59.999999", "2024-03-31T02:30:00", "9999-12-31T23:59:59.999999"]
                .map(|text| datetime(text).into())
                .to_vec(),
        ),
        (
            "duration",
            vec![micros(-i64::MAX), micros(-1), micros(0), micros(1), micros(86_400_000_000), micros(i64::MAX)],
        ),
        (
            "bytes",
            vec![
                Value::Bytes(vec![]),
                Value::Bytes(vec![0]),
                Value::Bytes((0..=255).collect()),
                Value::Bytes(vec![255; 100_000]),
            ],
        ),
    ]
}

/// Values of kinds whose order is the database's own affair.
fn unordered() -> Vec<(&'static str, Vec<Value>)> {
    let ip = |text: &str| Value::Ip(text.parse::<IpAddr>().unwrap());
    vec![
        ("uuid", vec![Uuid::nil().into(), Uuid::max().into(), Uuid::new_v4().into()]),
        (
            "json",
            [
                json!(null),
                json!(true),
                json!(0),
                json!(-1.5),
                json!(12_345_678_901_234_567_890_u64),
                json!("text 'with' \"quotes\" and 日本語"),
                json!(""),
                json!([]),
                json!({}),
                json!([1, [2, {"three": [null, false]}]]),
                json!({"b": 1, "a": {"": "empty key", "ü": 0.1}}),
            ]
            .map(Value::from)
            .to_vec(),
        ),
        ("ip", ["127.0.0.1", "255.255.255.255", "::1", "2001:db8::", "::ffff:1.2.3.4"].map(ip).to_vec()),
    ]
}

/// Equal, with all bits of floats and all digits of decimals.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Float(a), Value::Float(b)) => a.to_bits() == b.to_bits(),
        (Value::Decimal(a), Value::Decimal(b)) => a == b && a.scale() == b.scale(),
        _ => a == b,
    }
}

async fn values_come_back_and_are_found(db: &Database) -> Outcome {
    for (field, values) in ordered().into_iter().chain(unordered()) {
        for value in values {
            let shown: String = value.to_string().chars().take(60).collect();
            let created = create(db, "zoo.Nullable", &[(field, value.clone())]).await?;
            let this = || rows(db, "zoo.Nullable").filter(q("pk", created.key().clone()));
            let found = this().get(db).await?;
            assert!(same(found.get(field)?, &value), "{field}: {shown} came back as {}", found.get(field)?);
            assert_eq!(this().filter(q(field, value.clone())).count(db).await?, 1, "{field}={shown}");
            assert_eq!(
                this().filter(q(&format!("{field}__in"), Value::List(vec![value.clone()]))).count(db).await?,
                1,
                "{field}__in=[{shown}]"
            );
            assert_eq!(this().exclude(q(field, value.clone())).count(db).await?, 0, "exclude {field}={shown}");
            let other = create(db, "zoo.Nullable", &[]).await?;
            let other = rows(db, "zoo.Nullable").filter(q("pk", other.key().clone()));
            other.update(set(field, value.clone()), db).await?;
            assert!(same(other.get(db).await?.get(field)?, &value), "{field}: {shown} by update()");
        }
    }
    Ok(())
}

async fn values_are_ordered_as_they_are(db: &Database) -> Outcome {
    for (field, values) in ordered() {
        rows(db, "zoo.Nullable").delete(db).await?;
        // The greatest is inserted first, so that an order by key is another one.
        let mut keys = Vec::new();
        for value in values.iter().rev() {
            keys.insert(0, int(create(db, "zoo.Nullable", &[(field, value.clone())]).await?.key()));
        }
        let all = || rows(db, "zoo.Nullable").order_by(field);
        assert_eq!(ids(all(), db).await?, keys, "{field}");
        for (place, value) in values.iter().enumerate() {
            let shown: String = value.to_string().chars().take(60).collect();
            let compared =
                async |lookup: &str| ids(all().filter(q(&format!("{field}__{lookup}"), value.clone())), db).await;
            assert_eq!(compared("lt").await?, keys[..place], "{field}__lt={shown}");
            assert_eq!(compared("lte").await?, keys[..=place], "{field}__lte={shown}");
            assert_eq!(compared("gt").await?, keys[place + 1..], "{field}__gt={shown}");
            assert_eq!(compared("gte").await?, keys[place..], "{field}__gte={shown}");
        }
        let ends = list([values[0].clone(), values[values.len() - 1].clone()]);
        assert_eq!(ids(all().filter(q(&format!("{field}__range"), ends)), db).await?, keys, "{field}__range");
    }
    Ok(())
}

/// Lists of more values than a statement may have parameters find what short ones do.
async fn values_in_long_lists(db: &Database) -> Outcome {
    let filler = |field: &str, n: i64| -> Value {
        let moment = || Timestamp::from_second(n * 1_000_003).unwrap();
        match field {
            "bool" => (n % 2 == 0).into(),
            "small" | "positive_small" => (n % 300 + 7).into(),
            "float" => (n as f64 + 0.5).into(),
            "decimal" => Decimal::new(n, 3).into(),
            "date" => jiff::tz::TimeZone::UTC.to_datetime(moment()).date().into(),
            "time" => Time::midnight().saturating_add(SignedDuration::from_millis(n)).into(),
            "moment" => moment().into(),
            "naive" => jiff::tz::TimeZone::UTC.to_datetime(moment()).into(),
            "duration" => Value::Duration(SignedDuration::from_micros(n * 7)),
            "uuid" => Uuid::from_u128(n as u128).into(),
            "bytes" => Value::Bytes(n.to_be_bytes().to_vec()),
            "json" => json!({ "n": n }).into(),
            "ip" => Value::Ip(std::net::Ipv4Addr::from_bits(n as u32).into()),
            "char" | "text" | "email" | "slug" | "url" => format!("filler {n}").into(),
            _ => (n + 7).into(),
        }
    };
    for (field, values) in ordered().into_iter().chain(unordered()) {
        rows(db, "zoo.Nullable").delete(db).await?;
        let mut keys = Vec::new();
        for value in &values {
            keys.push(int(create(db, "zoo.Nullable", &[(field, value.clone())]).await?.key()));
        }
        let outside = int(create(db, "zoo.Nullable", &[]).await?.key());
        let long = Value::List((0..3_000).map(|n| filler(field, n)).chain(values.clone()).collect());
        let all = || rows(db, "zoo.Nullable").order_by("id");
        let path = format!("{field}__in");
        assert_eq!(ids(all().filter(q(&path, long.clone())), db).await?, keys, "{path}");
        assert_eq!(ids(all().exclude(q(&path, long)), db).await?, [outside], "not {path}");
    }
    Ok(())
}

async fn null_in_every_field(db: &Database) -> Outcome {
    let nothing = create(db, "zoo.Nullable", &[]).await?;
    for (field, _) in embellie_suite::models::every_kind() {
        assert_eq!(nothing.get(field)?, &Value::Null);
        let all = || rows(db, "zoo.Nullable");
        assert_eq!(all().get(db).await?.get(field)?, &Value::Null, "{field}");
        assert_eq!(all().filter(q(&format!("{field}__isnull"), true)).count(db).await?, 1, "{field}");
        assert_eq!(all().filter(q(&format!("{field}__isnull"), false)).count(db).await?, 0, "{field}");
        // As Django documents: for JSON, `None` asks for JSON's null. What is excluded then has a document, at least.
        let found = u64::from(field != "json");
        assert_eq!(all().filter(q(field, Value::Null)).count(db).await?, found, "{field}");
        assert_eq!(all().exclude(q(field, Value::Null)).count(db).await?, 0, "{field}");
    }
    // JSON's null is a document, SQL's null is none.
    create(db, "zoo.Nullable", &[("json", json!(null).into())]).await?;
    assert_eq!(ids(rows(db, "zoo.Nullable").filter(q("json__isnull", true)), db).await?, [1]);
    assert_eq!(ids(rows(db, "zoo.Nullable").filter(q("json__isnull", false)), db).await?, [2]);
    assert_eq!(ids(rows(db, "zoo.Nullable").filter(q("json", Value::Null)), db).await?, [2]);
    Ok(())
}

async fn a_row_of_everything(db: &Database) -> Outcome {
    let fields: Vec<(&str, Value)> = ordered()
        .into_iter()
        .chain(unordered())
        .map(|(field, values)| (field, values[values.len() - 1].clone()))
        .collect();
    create(db, "zoo.Required", &fields).await?;
    let row = rows(db, "zoo.Required").get(db).await?;
    let values = rows(db, "zoo.Required").text_values(fields.iter().map(|(field, _)| *field)).all(db).await?;
    for ((field, value), read) in fields.iter().zip(values[0].values()) {
        assert!(same(row.get(field)?, value), "{field}");
        assert!(same(read, value), "{field} by text_values: {read}");
    }
    let mut conditions = fields.iter().map(|(field, value)| q(field, value.clone()));
    let first = conditions.next().unwrap();
    assert_eq!(rows(db, "zoo.Required").filter(conditions.fold(first, |all, q| all & q)).count(db).await?, 1);
    Ok(())
}

async fn values_that_a_column_cannot_hold(db: &Database) -> Outcome {
    let insert = async |field: &str, value: Value| {
        let mut record = db.record("zoo.Nullable")?;
        record.set(field, value)?;
        record.save(db).await?;
        Ok::<_, embellie::Error>(record.key().clone())
    };
    // Text with NUL comes back whole or is refused; it is never cut.
    match insert("text", "a\0b".into()).await {
        Ok(key) => {
            assert_eq!(rows(db, "zoo.Nullable").filter(q("pk", key)).get(db).await?.get("text")?, &"a\0b".into())
        }
        Err(error) => assert!(matches!(error.class(), "ValueError" | "DataError"), "{error}"),
    }
    // A number of too many digits is refused, or else kept as it is.
    let large: [(&str, Value); 3] =
        [("small", 40_000.into()), ("int", i64::MAX.into()), ("decimal", Decimal::from(10_i64.pow(12)).into())];
    for (field, value) in large {
        match insert(field, value.clone()).await {
            Ok(key) => assert_eq!(
                rows(db, "zoo.Nullable").filter(q("pk", key)).text_values([field]).all(db).await?[0].values(),
                [value],
                "{field}"
            ),
            Err(error) => assert!(
                matches!(error.class(), "DataError" | "ValidationError" | "ValueError" | "InvalidOperation"),
                "{error}"
            ),
        }
    }
    for (field, value, class) in [
        ("small", Value::from("x"), "ValueError"),
        ("date", "2024-02-30".into(), "ValidationError"),
        ("uuid", "x".into(), "ValidationError"),
        ("bool", "x".into(), "ValidationError"),
        ("decimal", "x".into(), "ValidationError"),
        ("ip", "1.2.3".into(), "ValidationError"),
    ] {
        embellie_suite::refused(insert(field, value).await, class);
    }
    Ok(())
}
