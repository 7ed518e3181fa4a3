//! Columns: their names, arrays, and types without a counterpart.

use embellie_core::{Columns, Error, FromColumn, Header, Row, RowSink, Statement, Value};
use serde_json::json;

use crate::support::{fresh, one, read, schema, write};

#[tokio::test]
async fn arrays_are_lists_of_what_they_hold() {
    let (_database, mut link) = fresh().await;
    schema(&mut link, "CREATE TYPE mood AS ENUM ('happy', 'sad'); CREATE DOMAIN three AS int[]").await;
    let list = |values: Vec<Value>| Value::List(values);
    let uuid: uuid::Uuid = "67e55044-10b1-426f-9247-bb680e5fe0c8".parse().unwrap();
    let moment: jiff::Timestamp = "2024-02-29T12:00:00.5Z".parse().unwrap();
    let day: jiff::civil::Date = "2024-02-29".parse().unwrap();
    let price: rust_decimal::Decimal = "1.50".parse().unwrap();
    let cases = [
        ("int2[]", "{1,NULL,-3}", list(vec![1.into(), Value::Null, (-3).into()])),
        ("three", "{1,2,3}", list(vec![1.into(), 2.into(), 3.into()])),
        ("bigint[]", "{}", list(vec![])),
        ("bigint[]", "[5:6]={9223372036854775807,0}", list(vec![i64::MAX.into(), 0.into()])),
        ("text[]", r#"{"a, {b}","",NULL,"NULL","\"é\\"}"#, {
            list(vec!["a, {b}".into(), "".into(), Value::Null, "NULL".into(), "\"é\\".into()])
        }),
        ("varchar(9)[]", "{a}", list(vec!["a".into()])),
        ("mood[]", "{sad,happy}", list(vec!["sad".into(), "happy".into()])),
        ("uuid[]", "{67e55044-10b1-426f-9247-bb680e5fe0c8}", list(vec![uuid.into()])),
        ("timestamptz[]", "{2024-02-29 12:00:00.5+00}", list(vec![moment.into()])),
        ("date[]", "{2024-02-29}", list(vec![day.into()])),
        ("numeric[]", "{1.50}", list(vec![price.into()])),
        ("bool[]", "{t,f}", list(vec![true.into(), false.into()])),
        ("float8[]", "{0.1,-Infinity}", list(vec![0.1.into(), f64::NEG_INFINITY.into()])),
        ("bytea[]", r#"{"\\x00ff"}"#, list(vec![vec![0u8, 255].into()])),
        ("jsonb[]", r#"{"{\"a\": [1]}",NULL,"null"}"#, {
            list(vec![json!({"a": [1]}).into(), Value::Null, json!(null).into()])
        }),
        ("inet[]", "{10.0.0.1}", list(vec![Value::Ip([10, 0, 0, 1].into())])),
        ("int[]", "{{1,2},{3,NULL}}", {
            list(vec![list(vec![1.into(), 2.into()]), list(vec![3.into(), Value::Null])])
        }),
        ("int[]", "{{{1},{2}},{{3},{4}}}", {
            let pair = |a: i64, b: i64| list(vec![list(vec![a.into()]), list(vec![b.into()])]);
            list(vec![pair(1, 2), pair(3, 4)])
        }),
    ];
    for (ty, text, value) in cases {
        let sql = format!("SELECT CAST($1::text AS {ty})");
        assert_eq!(one(&mut link, &sql, vec![text.into()]).await.unwrap(), value, "{ty} {text}");
    }
    assert_eq!(one(&mut link, "SELECT NULL::int[]", vec![]).await.unwrap(), Value::Null);

    // What an element cannot be is told of the column.
    let error = one(&mut link, "SELECT '{infinity}'::date[] AS days", vec![]).await.unwrap_err();
    assert!(matches!(&error, Error::Decode(m) if m.contains("\"days\" (date) holds infinity")), "{error}");
    assert_eq!(one(&mut link, "SELECT 1", vec![]).await.unwrap(), Value::Int(1));
}

#[tokio::test]
async fn arrays_are_read_into_vectors() {
    let (_database, mut link) = fresh().await;
    let numbers = one(&mut link, "SELECT array_agg(n) FROM generate_series(1, 1000) AS n", vec![]).await.unwrap();
    assert_eq!(Vec::<i64>::from_column(numbers.as_column()).unwrap(), (1..=1000).collect::<Vec<i64>>());
    let words = one(&mut link, "SELECT ARRAY['a', NULL]", vec![]).await.unwrap();
    assert_eq!(Vec::<Option<String>>::from_column(words.as_column()).unwrap(), [Some("a".into()), None]);
    assert!(Vec::<String>::from_column(words.as_column()).is_err());
}

/// Types without a counterpart are read as the server writes them, wherever they stand.
#[tokio::test]
async fn other_types_are_text() {
    let (_database, mut link) = fresh().await;
    schema(&mut link, "CREATE TYPE pair AS (a int, b text); CREATE TABLE span (id int, \"the \"\"days\"\"\" point)")
        .await;
    let cases = [
        ("point '(1,2)'", "(1,2)"),
        ("ROW(1, 'x y')::pair", "(1,\"x y\")"),
        ("ROW(1, 2)", "(1,2)"),
        ("B'101'", "101"),
        ("macaddr '08:00:2b:01:02:03'", "08:00:2b:01:02:03"),
        ("to_tsvector('simple', 'b a')", "'a':2 'b':1"),
        ("pg_lsn '16/B374D848'", "16/B374D848"),
    ];
    for (expression, text) in cases {
        let sql = format!("SELECT {expression} AS a, 7 AS a -- why not");
        let rows = read(&mut link, &sql, vec![]).await.unwrap();
        assert_eq!(rows, [[Value::from(text), Value::Int(7)]], "{expression}");
    }
    let points = one(&mut link, "SELECT ARRAY[point '(1,2)', NULL]", vec![]).await.unwrap();
    assert_eq!(points, Value::List(vec!["(1,2)".into(), Value::Null]));

    // In the order that was asked for, with parameters, in a transaction, and kept prepared.
    let insert = "INSERT INTO span SELECT n, point(n, n + $1) FROM generate_series(1, 3) AS n RETURNING *";
    let inserted = read(&mut link, insert, vec![10.into()]).await.unwrap();
    assert_eq!(inserted[2], [Value::Int(3), "(3,13)".into()]);
    link.control(&embellie_core::Control::Begin).await.unwrap();
    for _ in 0..2 {
        let rows = read(&mut link, "SELECT * FROM span WHERE id < $1 ORDER BY id DESC", vec![3.into()]).await.unwrap();
        assert_eq!(rows, [[Value::Int(2), "(2,12)".into()], [Value::Int(1), "(1,11)".into()]]);
    }
    let ctes = "WITH s AS (SELECT * FROM span) SELECT \"the \"\"days\"\"\" FROM s ORDER BY id LIMIT 1";
    assert_eq!(one(&mut link, ctes, vec![]).await.unwrap(), Value::from("(1,11)"));
    // Where the statement cannot be written so, the column says what to do, and the transaction goes on.
    let deleted = "WITH d AS (DELETE FROM span WHERE id = 1 RETURNING *) SELECT \"the \"\"days\"\"\" FROM d";
    let error = read(&mut link, deleted, vec![]).await.unwrap_err();
    assert!(matches!(&error, Error::Decode(m) if m.contains("cast it to text")), "{error}");
    link.control(&embellie_core::Control::Commit).await.unwrap();
    assert_eq!(one(&mut link, "SELECT count(*) FROM span", vec![]).await.unwrap(), Value::Int(2));
}

#[derive(Debug, Default)]
struct Names(Columns, usize);

impl RowSink for Names {
    fn columns(&mut self, columns: &dyn Header) -> Result<(), Error> {
        self.0 = Columns::of(columns);
        match self.0.position("no") {
            Some(_) => Err(Error::Decode("not this one".into())),
            None => Ok(()),
        }
    }

    fn row(&mut self, row: &dyn Row) -> Result<(), Error> {
        assert_eq!(Columns::of(row), self.0);
        self.1 += 1;
        Ok(())
    }

    fn restart(&mut self) {}

    fn into_any(self: Box<Self>) -> Box<dyn std::any::Any> {
        self
    }
}

/// A sink learns the columns before any row, also when there is none, and may refuse before anything is done.
#[tokio::test]
async fn columns_have_names() {
    let (_database, mut link) = fresh().await;
    schema(&mut link, "CREATE TABLE note (id int)").await;
    for (sql, names, rows) in [
        ("SELECT 1 AS a, 2 AS \"B c\", 3 AS a", vec!["a", "B c", "a"], 1),
        ("SELECT id FROM note", vec!["id"], 0),
        ("INSERT INTO note VALUES (1) RETURNING id AS new", vec!["new"], 1),
        ("DELETE FROM note", vec![], 0),
        ("SELECT int4range(1, 2) AS \"a\"\"b\"", vec!["a\"b"], 1),
    ] {
        let (sink, outcome) = link.execute(&Statement::write(sql, vec![]), Box::<Names>::default()).await;
        outcome.unwrap();
        let seen = sink.into_any().downcast::<Names>().unwrap();
        assert_eq!((seen.0, seen.1), (Columns::new(names), rows), "{sql}");
    }
    let refused = Statement::write("INSERT INTO note VALUES (9) RETURNING id AS no", vec![]);
    let (_, outcome) = link.execute(&refused, Box::<Names>::default()).await;
    assert!(matches!(outcome, Err(Error::Decode(_))));
    assert_eq!(write(&mut link, "DELETE FROM note", vec![]).await.unwrap().rows, 0);
}

/// A change of the schema that is run as any other statement is noticed by those that were prepared before.
#[tokio::test]
async fn tables_change_under_a_prepared_statement() {
    let (_database, mut link) = fresh().await;
    schema(&mut link, "CREATE TABLE note (id int); INSERT INTO note VALUES (1)").await;
    link.control(&embellie_core::Control::Begin).await.unwrap();
    assert_eq!(read(&mut link, "SELECT * FROM note", vec![]).await.unwrap(), [[Value::Int(1)]]);
    write(&mut link, "ALTER TABLE note ADD COLUMN body text DEFAULT 'x'", vec![]).await.unwrap();
    assert_eq!(read(&mut link, "SELECT * FROM note", vec![]).await.unwrap(), [[Value::Int(1), "x".into()]]);
    link.control(&embellie_core::Control::Rollback).await.unwrap();
    assert_eq!(read(&mut link, "SELECT * FROM note", vec![]).await.unwrap(), [[Value::Int(1)]]);
}
