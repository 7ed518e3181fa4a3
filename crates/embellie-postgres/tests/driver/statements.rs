//! Statements are prepared once per connection, and anew when they are outdated.

use embellie_core::{Control, Discard, Driver, Effect, Error, Row, RowSink, Statement, Value};
use embellie_postgres::{PostgresDriver, PostgresOptions};
use embellie_testing::TestDatabase;

use crate::support::{Link, connect, fresh, one, read, schema, write};

/// The statements that the server keeps for this session, apart from the question.
async fn kept(link: &mut Link) -> Vec<String> {
    let sql = "SELECT statement FROM pg_prepared_statements WHERE statement NOT LIKE '%pg_prepared%' ORDER BY 1";
    let rows = read(link, sql, vec![]).await.unwrap();
    rows.into_iter()
        .map(|mut row| match row.remove(0) {
            Value::Text(sql) => sql,
            other => panic!("{other:?}"),
        })
        .collect()
}

#[tokio::test]
async fn a_statement_is_prepared_once() {
    let (_database, mut link) = fresh().await;
    for i in 0..3 {
        assert_eq!(one(&mut link, "SELECT $1::int8", vec![i.into()]).await.unwrap(), Value::Int(i.into()));
    }
    assert_eq!(kept(&mut link).await, ["SELECT $1::int8"]);
    let again = "SELECT generic_plans + custom_plans FROM pg_prepared_statements WHERE statement = 'SELECT $1::int8'";
    if link.server().version.0 >= 14 {
        assert_eq!(one(&mut link, again, vec![]).await.unwrap(), Value::Int(3));
    }
}

#[tokio::test]
async fn the_statement_used_longest_ago_makes_room() {
    let database = TestDatabase::create().await.unwrap();
    let mut link = connect(&format!("{}?statement_cache=3", database.url())).await;
    for n in [1, 2, 1, 3] {
        one(&mut link, &format!("SELECT {n}"), vec![]).await.unwrap();
    }
    // The question itself takes the third place.
    assert_eq!(kept(&mut link).await, ["SELECT 1", "SELECT 3"]);
    let mut link = connect(&format!("{}?statement_cache=0", database.url())).await;
    one(&mut link, "SELECT 1", vec![]).await.unwrap();
    assert_eq!(kept(&mut link).await, [""; 0]);
}

#[tokio::test]
async fn schema_statements_are_not_kept_and_may_be_several() {
    let (_database, mut link) = fresh().await;
    schema(&mut link, "CREATE TABLE a (id int); CREATE TABLE b (id int)").await;
    assert_eq!(kept(&mut link).await, [""; 0]);
    let statement = Statement {
        sql: "CREATE TABLE c AS SELECT $1::int AS id".into(),
        parameters: vec![7.into()],
        effect: Effect::Schema,
        table: None,
    };
    link.execute(&statement, Box::new(Discard)).await.1.unwrap();
    assert_eq!(kept(&mut link).await, [""; 0]);
    assert_eq!(one(&mut link, "SELECT id FROM c", vec![]).await.unwrap(), Value::Int(7));
}

#[tokio::test]
async fn an_outdated_statement_is_prepared_anew() {
    let (database, mut link) = fresh().await;
    let mut other = connect(&database.url()).await;
    schema(&mut link, "CREATE TABLE t (id int); INSERT INTO t VALUES (1)").await;
    let all = "SELECT * FROM t";
    assert_eq!(read(&mut link, all, vec![]).await.unwrap(), [vec![Value::Int(1)]]);
    schema(&mut other, "ALTER TABLE t ADD COLUMN name text DEFAULT 'new'").await;
    assert_eq!(read(&mut link, all, vec![]).await.unwrap(), [vec![Value::Int(1), "new".into()]]);

    // The server has forgotten it.
    write(&mut link, "DISCARD ALL", vec![]).await.unwrap();
    assert_eq!(read(&mut link, all, vec![]).await.unwrap(), [vec![Value::Int(1), "new".into()]]);

    // In a transaction only the next one can succeed, unless the change was this connection's own.
    schema(&mut other, "ALTER TABLE t DROP COLUMN name").await;
    link.control(&Control::Begin).await.unwrap();
    assert!(matches!(read(&mut link, all, vec![]).await, Err(Error::NotSupported(_))));
    link.control(&Control::Rollback).await.unwrap();
    link.control(&Control::Begin).await.unwrap();
    assert_eq!(read(&mut link, all, vec![]).await.unwrap(), [vec![Value::Int(1)]]);
    schema(&mut link, "ALTER TABLE t ADD COLUMN n int").await;
    assert_eq!(read(&mut link, all, vec![]).await.unwrap(), [vec![Value::Int(1), Value::Null]]);
    link.control(&Control::Rollback).await.unwrap();
    link.control(&Control::Begin).await.unwrap();
    assert_eq!(read(&mut link, all, vec![]).await.unwrap(), [vec![Value::Int(1)]], "the column is gone again");
}

#[tokio::test]
async fn an_enum_that_is_made_again_is_known_again() {
    let (database, mut link) = fresh().await;
    let mut other = connect(&database.url()).await;
    schema(&mut other, "CREATE TYPE mood AS ENUM ('a')").await;
    let sql = "SELECT $1::mood";
    assert_eq!(one(&mut link, sql, vec!["a".into()]).await.unwrap(), Value::from("a"));
    schema(&mut other, "DROP TYPE mood; CREATE TYPE mood AS ENUM ('b')").await;
    assert_eq!(one(&mut link, sql, vec!["b".into()]).await.unwrap(), Value::from("b"));
}

#[tokio::test]
async fn what_cannot_be_sent_harms_nothing() {
    let (_database, mut link) = fresh().await;
    for statement in [Statement::read("SELECT '\0'", vec![]), Statement::schema("SELECT '\0'")] {
        let (_, result) = link.execute(&statement, Box::new(Discard)).await;
        assert!(matches!(&result, Err(Error::Programming(e)) if e.message.contains("null")), "{result:?}");
        assert!(!link.is_broken());
    }
    let placeholders: Vec<String> = (1..=70_000).map(|n| format!("${n}::int")).collect();
    let many = format!("SELECT {}", placeholders.join("+"));
    let result = one(&mut link, &many, vec![Value::Int(1); 70_000]).await;
    assert!(result.is_err() && !link.is_broken(), "{result:?}");
    assert_eq!(one(&mut link, "SELECT 1", vec![]).await.unwrap(), Value::Int(1));
}

#[tokio::test]
async fn a_script_with_a_function_begins_no_transaction() {
    let (_database, mut link) = fresh().await;
    let function = "CREATE FUNCTION twice(n int) RETURNS int LANGUAGE plpgsql AS
        $$ DECLARE m int; BEGIN m := n * 2; RETURN m; END $$; CREATE TABLE t (id int)";
    schema(&mut link, function).await;
    link.control(&Control::Begin).await.unwrap();
    write(&mut link, "INSERT INTO t VALUES (twice(21))", vec![]).await.unwrap();
    link.control(&Control::Commit).await.unwrap();
    link.reset().await.unwrap();
    assert_eq!(one(&mut link, "SELECT id FROM t", vec![]).await.unwrap(), Value::Int(42));
}

#[tokio::test]
async fn outcomes_count_rows() {
    let (_database, mut link) = fresh().await;
    schema(&mut link, "CREATE TABLE t (id int)").await;
    let insert = write(&mut link, "INSERT INTO t SELECT generate_series(1, 5) RETURNING id", vec![]).await;
    assert_eq!(insert.unwrap().rows, 5);
    assert_eq!(write(&mut link, "UPDATE t SET id = 0 WHERE id > $1", vec![3.into()]).await.unwrap().rows, 2);
    assert_eq!(write(&mut link, "DELETE FROM t WHERE id = 99", vec![]).await.unwrap().rows, 0);
    assert_eq!(read(&mut link, "SELECT * FROM t WHERE false", vec![]).await.unwrap().len(), 0);
}

/// Takes names, and refuses the third row.
struct Picky(usize);

impl RowSink for Picky {
    fn row(&mut self, row: &dyn Row) -> Result<(), Error> {
        self.0 += 1;
        assert_eq!((row.len(), row.name(0), row.name(1)), (1, Some("n"), None));
        assert!(row.column(1).is_err());
        if self.0 == 3 { Err(Error::Decode("enough".into())) } else { Ok(()) }
    }

    fn restart(&mut self) {}

    fn into_any(self: Box<Self>) -> Box<dyn std::any::Any> {
        self
    }
}

#[tokio::test]
async fn a_sink_that_refuses_a_row_ends_the_reading() {
    let (_database, mut link) = fresh().await;
    let many = Statement::read("SELECT generate_series(1, 100000) AS n", vec![]);
    let (sink, result) = link.execute(&many, Box::new(Picky(0))).await;
    assert_eq!(result, Err(Error::Decode("enough".into())));
    assert_eq!(sink.into_any().downcast::<Picky>().unwrap().0, 3);
    assert_eq!(one(&mut link, "SELECT 1", vec![]).await.unwrap(), Value::Int(1));
    let (_, result) = link.execute(&many, Box::new(Picky(0))).await;
    assert!(result.is_err());
    link.reset().await.unwrap();
    assert_eq!(one(&mut link, "SELECT 2", vec![]).await.unwrap(), Value::Int(2));
}

#[tokio::test]
async fn sessions_are_set_up_as_asked() {
    let database = TestDatabase::create().await.unwrap();
    let url = format!(
        "{}?application_name=shop%20tests&statement_timeout=7s&lock_timeout=300&options=-c%20work_mem%3D5MB",
        database.url()
    );
    let mut link = connect(&url).await;
    for (name, expected) in [
        ("TimeZone", "UTC"),
        ("client_encoding", "UTF8"),
        ("application_name", "shop tests"),
        ("statement_timeout", "7s"),
        ("lock_timeout", "300ms"),
        ("work_mem", "5MB"),
    ] {
        let sql = format!("SELECT current_setting('{name}')");
        assert_eq!(one(&mut link, &sql, vec![]).await.unwrap(), Value::from(expected));
    }
    let number = one(&mut link, "SELECT current_setting('server_version_num')::int", vec![]).await.unwrap();
    let (major, minor, _) = link.server().version;
    assert_eq!((number, link.server().dialect), (Value::from(major * 10_000 + minor), "postgres"));
}

#[test]
fn without_a_runtime_there_is_an_error() {
    use std::task::{Context, Poll, Waker};
    let driver =
        PostgresDriver::new(PostgresOptions::new("127.0.0.1", "db").connect_timeout(std::time::Duration::ZERO));
    let mut connecting = driver.connect();
    let polled = connecting.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(matches!(polled, Poll::Ready(Err(Error::Interface(_)))));
}
