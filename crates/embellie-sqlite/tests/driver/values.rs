//! Values on their way there and back, and errors of statements.

use std::net::IpAddr;

use embellie_core::{Discard, Error, FromColumn, Row, RowSink, Statement, Value};
use jiff::civil::{date, time};
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use serde_json::json;
use uuid::Uuid;

use crate::support::*;

/// Stores a value, and gives what SQLite says it holds: its type and its text.
async fn stored(link: &mut Link, column: &str, value: &Value) -> (String, String) {
    write(link, &format!("INSERT INTO t ({column}) VALUES (?1)"), vec![value.clone()]).await.unwrap();
    let sql = format!("SELECT typeof({column}), CAST({column} AS text) FROM t ORDER BY id DESC LIMIT 1");
    let row = read(link, &sql, vec![]).await.unwrap().remove(0);
    (text(&row[0]), text(&row[1]))
}

fn text(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        other => format!("{other:?}"),
    }
}

/// Reads the only column of the only row as `T`.
struct As<T>(Option<T>);

impl<T: FromColumn + Send + 'static> RowSink for As<T> {
    fn row(&mut self, row: &dyn Row) -> Result<(), Error> {
        self.0 = Some(T::from_column(row.column(0)?)?);
        Ok(())
    }

    fn restart(&mut self) {}

    fn into_any(self: Box<Self>) -> Box<dyn std::any::Any> {
        self
    }
}

async fn read_back<T: FromColumn + Send + 'static>(link: &mut Link, column: &str) -> T {
    let sql = format!("SELECT {column} FROM t ORDER BY id DESC LIMIT 1");
    let (sink, result) = link.execute(&Statement::read(sql, vec![]), Box::new(As::<T>(None))).await;
    result.unwrap();
    sink.into_any().downcast::<As<T>>().unwrap().0.unwrap()
}

async fn table() -> Link {
    let mut link = memory().await;
    schema(
        &mut link,
        "CREATE TABLE t (id integer PRIMARY KEY, bool bool, int integer, real real, decimal decimal, text text,
         blob BLOB, date date, time time, datetime datetime, duration bigint, uuid char(32), json text, ip char(39))",
    )
    .await;
    link
}

#[test]
fn each_kind_is_stored_as_django_stores_it() {
    on_both(|| async {
        let mut link = table().await;
        let moment = date(2024, 2, 29).at(12, 30, 0, 1_000);
        let timestamp: Timestamp = "2024-02-29T12:30:00.000001+02:00".parse().unwrap();
        let uuid = Uuid::from_u128(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef);
        let cases: Vec<(&str, Value, &str, &str)> = vec![
            ("bool", true.into(), "integer", "1"),
            ("int", i64::MIN.into(), "integer", "-9223372036854775808"),
            ("real", 0.1.into(), "real", "0.1"),
            ("decimal", Decimal::new(1250, 2).into(), "real", "12.5"),
            ("decimal", Decimal::new(1200, 2).into(), "integer", "12"),
            ("text", "é😀\n".into(), "text", "é😀\n"),
            ("text", "a\0b".into(), "text", "a\0b"),
            ("blob", vec![0, 159, 146].into(), "blob", "!"),
            ("date", date(987, 1, 2).into(), "text", "0987-01-02"),
            ("time", time(7, 8, 9, 0).into(), "text", "07:08:09"),
            ("time", time(7, 8, 9, 120_000_999).into(), "text", "07:08:09.120000"),
            ("datetime", moment.into(), "text", "2024-02-29 12:30:00.000001"),
            ("datetime", timestamp.into(), "text", "2024-02-29 10:30:00.000001"),
            ("duration", SignedDuration::from_micros(-1_500_000).into(), "integer", "-1500000"),
            ("uuid", uuid.into(), "text", "0123456789abcdef0123456789abcdef"),
            (
                "json",
                json!({"a": 1, "é": [true, null, "x\n\"\\/\u{7f}😀"]}).into(),
                "text",
                "{\"a\": 1, \"\\u00e9\": [true, null, \"x\\n\\\"\\\\/\u{7f}\\ud83d\\ude00\"]}",
            ),
            (
                "json",
                json!([1.0, 1e16, 1e-5, 0.0001, 123456789.5, -1.5e300, {}, []]).into(),
                "text",
                "[1.0, 1e+16, 1e-05, 0.0001, 123456789.5, -1.5e+300, {}, []]",
            ),
            ("json", json!(null).into(), "text", "null"),
            ("ip", "::ffff:10.0.0.1".parse::<IpAddr>().unwrap().into(), "text", "::ffff:10.0.0.1"),
            ("text", Value::Null, "null", "Null"),
        ];
        for (column, value, kind, text) in cases {
            if kind == "blob" {
                write(&mut link, "INSERT INTO t (blob) VALUES (?1)", vec![value.clone()]).await.unwrap();
            } else {
                let found = stored(&mut link, column, &value).await;
                assert_eq!(found, (kind.to_owned(), text.to_owned()), "{column} {value:?}");
            }
            match value {
                Value::Bool(v) => assert_eq!(read_back::<bool>(&mut link, column).await, v),
                Value::Int(v) => assert_eq!(read_back::<i64>(&mut link, column).await, v),
                Value::Float(v) => assert_eq!(read_back::<f64>(&mut link, column).await, v),
                Value::Decimal(v) => assert_eq!(read_back::<Decimal>(&mut link, column).await, v),
                Value::Text(v) => assert_eq!(read_back::<String>(&mut link, column).await, v),
                Value::Bytes(v) => assert_eq!(read_back::<Vec<u8>>(&mut link, column).await, v),
                Value::Date(v) => assert_eq!(read_back::<jiff::civil::Date>(&mut link, column).await, v),
                Value::Time(v) => {
                    let read: jiff::civil::Time = read_back(&mut link, column).await;
                    assert_eq!(read.subsec_nanosecond() / 1000, v.subsec_nanosecond() / 1000);
                }
                Value::DateTime(v) => assert_eq!(read_back::<jiff::civil::DateTime>(&mut link, column).await, v),
                Value::Timestamp(v) => assert_eq!(read_back::<Timestamp>(&mut link, column).await, v),
                Value::Duration(v) => assert_eq!(read_back::<SignedDuration>(&mut link, column).await, v),
                Value::Uuid(v) => assert_eq!(read_back::<Uuid>(&mut link, column).await, v),
                Value::Json(v) => assert_eq!(read_back::<serde_json::Value>(&mut link, column).await, *v),
                Value::Ip(v) => assert_eq!(read_back::<IpAddr>(&mut link, column).await, v),
                Value::Null => assert_eq!(read_back::<Option<String>>(&mut link, column).await, None),
                Value::List(_) | Value::Range(_) => unreachable!(),
            }
        }
    });
}

#[test]
fn what_cannot_be_stored_is_refused_before_it_runs() {
    on_current_thread(|| async {
        let mut link = table().await;
        let cases: [(Value, &str); 3] = [
            (Value::List(vec![1.into()]), "TypeError"),
            (SignedDuration::MAX.into(), "ValueError"),
            (date(-5, 1, 1).into(), "ValueError"),
        ];
        for (value, class) in cases {
            let error = write(&mut link, "INSERT INTO t (text) VALUES (?1)", vec![value]).await.unwrap_err();
            assert_eq!(error.class(), class, "{error}");
        }
        assert_eq!(one(&mut link, "SELECT count(*) FROM t").await, Value::Int(0));
    });
}

#[test]
fn text_that_is_not_utf8_names_its_column() {
    on_current_thread(|| async {
        let mut link = memory().await;
        let error = read(&mut link, "SELECT 1, CAST(x'ff' AS text) AS title", vec![]).await.unwrap_err();
        assert!(matches!(&error, Error::Decode(m) if m.contains("title")), "{error:?}");
        assert_eq!(one(&mut link, "SELECT 1").await, Value::Int(1));
    });
}

#[test]
fn errors_have_djangos_classes_and_sqlites_codes() {
    on_both(|| async {
        let mut link = memory().await;
        schema(
            &mut link,
            "CREATE TABLE a (id integer PRIMARY KEY);
             CREATE TABLE t (id integer PRIMARY KEY, u text UNIQUE, n text NOT NULL DEFAULT '', a integer REFERENCES a,
             c integer CONSTRAINT positive CHECK (c > 0), s integer, x text, UNIQUE (s, x))",
        )
        .await;
        write(&mut link, "INSERT INTO t (id, u, s, x) VALUES (1, 'secret', 1, 'y')", vec![]).await.unwrap();
        let cases = [
            ("INSERT INTO t (u) VALUES (?1)", "IntegrityError", "SQLITE_CONSTRAINT_UNIQUE", Some("t.u")),
            (
                "INSERT INTO t (s, x) VALUES (1, substr(?1, 1, 0) || 'y')",
                "IntegrityError",
                "SQLITE_CONSTRAINT_UNIQUE",
                Some("t.s, t.x"),
            ),
            ("INSERT INTO t (n) VALUES (nullif(?1, ?1))", "IntegrityError", "SQLITE_CONSTRAINT_NOTNULL", Some("t.n")),
            ("INSERT INTO t (a) VALUES (length(?1))", "IntegrityError", "SQLITE_CONSTRAINT_FOREIGNKEY", None),
            ("INSERT INTO t (c) VALUES (-length(?1))", "IntegrityError", "SQLITE_CONSTRAINT_CHECK", Some("positive")),
            (
                "INSERT INTO t (id) VALUES (length(?1) - 5)",
                "IntegrityError",
                "SQLITE_CONSTRAINT_PRIMARYKEY",
                Some("t.id"),
            ),
            ("INSERT INTO t (id) VALUES (?1)", "IntegrityError", "SQLITE_MISMATCH", None),
            ("INSERT INTO nowhere VALUES (?1)", "OperationalError", "SQLITE_ERROR", None),
            ("SELECT json_extract('{}', ?1)", "OperationalError", "SQLITE_ERROR", None),
            ("SELECT 'x' REGEXP '(' || ?1", "OperationalError", "SQLITE_ERROR", None),
            (
                "SELECT django_datetime_cast_date('2024-01-01 10:00:00', ?1, 'UTC')",
                "OperationalError",
                "SQLITE_ERROR",
                None,
            ),
            ("SELEKT ?1", "OperationalError", "SQLITE_ERROR", None),
            ("SELECT zeroblob(2000000000), ?1", "DataError", "SQLITE_TOOBIG", None),
        ];
        for (sql, class, code, constraint) in cases {
            let error = write(&mut link, sql, vec!["secret".into()]).await.unwrap_err();
            assert_eq!(error.class(), class, "{sql}: {error}");
            let (Error::Integrity(e) | Error::Operational(e) | Error::Data(e)) = &error else { panic!("{error:?}") };
            assert_eq!(e.code.as_deref(), Some(code), "{sql}: {error}");
            assert_eq!(e.constraint.as_deref(), constraint, "{sql}: {error}");
            assert!(!e.retryable && !error.to_string().contains("secret"), "{error}");
        }
        let error = write(&mut link, "INSERT INTO t (u, n) VALUES (?1, ?2)", vec![1.into()]).await.unwrap_err();
        assert!(matches!(&error, Error::Programming(e) if e.message.contains("2 placeholders")), "{error:?}");
        let error = read(&mut link, "SELECT 1; SELECT 2", vec![]).await.unwrap_err();
        assert_eq!(error.class(), "ProgrammingError");
    });
}

#[test]
fn outcomes_count_rows() {
    on_both(|| async {
        let mut link = table().await;
        let insert = "INSERT INTO t (int) VALUES (1), (2), (3) RETURNING id";
        let rows = gather(&mut link, insert, vec![]).await.unwrap().rows;
        assert_eq!(rows, [[1], [2], [3]].map(|row| row.map(Value::Int)));
        let update = write(&mut link, "UPDATE t SET int = 5 WHERE id > ?1", vec![1.into()]).await.unwrap();
        let nothing = write(&mut link, "DELETE FROM t WHERE id > 100", vec![]).await.unwrap();
        let select = link.execute(&Statement::read("SELECT id FROM t", vec![]), Box::new(Discard)).await.1.unwrap();
        assert_eq!((update.rows, nothing.rows, select.rows), (2, 0, 3));
    });
}

#[test]
fn a_schema_change_reaches_prepared_statements() {
    on_current_thread(|| async {
        let mut link = table().await;
        write(&mut link, "INSERT INTO t (int) VALUES (1)", vec![]).await.unwrap();
        assert_eq!(read(&mut link, "SELECT * FROM t", vec![]).await.unwrap()[0].len(), 14);
        schema(&mut link, "ALTER TABLE t ADD COLUMN extra integer DEFAULT 3").await;
        let row = read(&mut link, "SELECT * FROM t", vec![]).await.unwrap().remove(0);
        assert_eq!((row.len(), &row[14]), (15, &Value::Int(3)));
    });
}

#[test]
fn the_server_is_known() {
    on_current_thread(|| async {
        let link = memory().await;
        assert_eq!(link.server().dialect, "sqlite");
        assert!(link.server().version >= (3, 45, 0), "{:?}", link.server());
    });
}
