//! Errors have the classes that Django gives them, and hold no values.

use embellie_core::{Control, DatabaseError, Error, Value};

use crate::support::{Link, connect, fresh, one, read, schema, try_connect, write};

async fn with_tables() -> (embellie_testing::TestDatabase, Link) {
    let (database, mut link) = fresh().await;
    let script = "CREATE TABLE author (id int PRIMARY KEY, name text NOT NULL CONSTRAINT named CHECK (name <> ''));
        CREATE TABLE post (id int PRIMARY KEY, author_id int CONSTRAINT post_author REFERENCES author, title varchar(5));
        INSERT INTO author VALUES (1, 'secret')";
    schema(&mut link, script).await;
    (database, link)
}

fn database_error(error: Error) -> (&'static str, DatabaseError) {
    let class = error.class();
    match error {
        Error::Integrity(e) | Error::Data(e) | Error::Operational(e) | Error::Programming(e) => (class, e),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn errors_have_a_class_a_code_and_no_values() {
    let (_database, mut link) = with_tables().await;
    let cases = vec![
        ("INSERT INTO author VALUES (1, $1)", vec!["secret".into()], "IntegrityError", "23505", Some("author_pkey")),
        ("INSERT INTO author VALUES (2, $1)", vec!["".into()], "IntegrityError", "23514", Some("named")),
        ("INSERT INTO author VALUES (2, NULL)", Vec::<Value>::new(), "IntegrityError", "23502", None),
        ("INSERT INTO post VALUES (1, 42, 'x')", vec![], "IntegrityError", "23503", Some("post_author")),
        ("INSERT INTO post VALUES (1, 1, $1)", vec!["secret".into()], "DataError", "22001", None),
        ("SELECT $1::text::int", vec!["secret".into()], "DataError", "22P02", None),
        ("SELECT $1::text::int", vec!["99999999999".into()], "DataError", "22003", None),
        ("SELECT 1 / $1::int", vec![0.into()], "DataError", "22012", None),
        ("SELECT nothing FROM author", vec![], "ProgrammingError", "42703", None),
        ("SELECT * FROM nowhere", vec![], "ProgrammingError", "42P01", None),
        ("SELEKT 1", vec![], "ProgrammingError", "42601", None),
        ("SELECT (SELECT generate_series(1, 2))", vec![], "ProgrammingError", "21000", None),
        ("SELECT set_config('statement_timeout', '1', true), pg_sleep(1)", vec![], "OperationalError", "57014", None),
    ];
    for (sql, parameters, class, code, constraint) in cases {
        if code == "57014" {
            write(&mut link, "SET statement_timeout = 20", vec![]).await.unwrap();
        }
        let error = read(&mut link, sql, parameters).await.unwrap_err();
        for private in ["secret", "99999999999", "42)"] {
            assert!(!format!("{error} {error:?}").contains(private), "{error:?}");
        }
        let (found, error) = database_error(error);
        assert_eq!(
            (found, error.code.as_deref(), error.constraint.as_deref()),
            (class, Some(code), constraint),
            "{sql}"
        );
        assert!(!error.retryable, "{sql}");
        assert!(!link.is_broken(), "{sql}");
    }
    assert_eq!(one(&mut link, "SELECT 1", vec![]).await.unwrap(), Value::Int(1));
}

#[tokio::test]
async fn what_the_server_does_not_support_is_said_to_be_so() {
    let (_database, mut link) = with_tables().await;
    let error = read(&mut link, "SELECT DISTINCT id FROM author FOR UPDATE", vec![]).await.unwrap_err();
    assert!(matches!(&error, Error::NotSupported(m) if m.contains("DISTINCT") && m.contains("0A000")), "{error:?}");
}

#[tokio::test]
async fn locks_and_conflicts_can_be_tried_again() {
    let (database, mut one_link) = with_tables().await;
    let mut other = connect(&database.url()).await;
    let lock = "SELECT id FROM author WHERE id = 1 FOR UPDATE NOWAIT";
    one_link.control(&Control::Begin).await.unwrap();
    read(&mut one_link, lock, vec![]).await.unwrap();
    let (class, error) = database_error(read(&mut other, lock, vec![]).await.unwrap_err());
    assert_eq!((class, error.code.as_deref(), error.retryable), ("OperationalError", Some("55P03"), true));
    one_link.control(&Control::Rollback).await.unwrap();

    for link in [&mut one_link, &mut other] {
        write(link, "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ", vec![])
            .await
            .unwrap();
        link.control(&Control::Begin).await.unwrap();
        read(link, "SELECT id FROM author", vec![]).await.unwrap();
    }
    write(&mut one_link, "UPDATE author SET name = 'a'", vec![]).await.unwrap();
    one_link.control(&Control::Commit).await.unwrap();
    let (_, error) = database_error(write(&mut other, "UPDATE author SET name = 'b'", vec![]).await.unwrap_err());
    assert_eq!((error.code.as_deref(), error.retryable), (Some("40001"), true));
}

#[tokio::test]
async fn a_failed_connection_is_operational_and_keeps_the_password() {
    let (database, _link) = fresh().await;
    let url = database.url();
    let (start, end) = (url.split_once("://").unwrap().0, url.split_once('@').unwrap().1);
    let user = url.split_once("://").unwrap().1.split(':').next().unwrap();
    for (wrong, expected) in [
        (format!("{start}://{user}:hunter2@{end}"), "password authentication failed"),
        (url.replace(database.name(), "no_such_database"), "does not exist"),
        ("postgres://me:hunter2@127.0.0.1:1/db".into(), "cannot connect to the PostgreSQL server at 127.0.0.1:1"),
        ("postgres://me:hunter2@no-such-host.invalid/db".into(), "no-such-host.invalid:5432"),
        ("postgres:///db?host=/nowhere&user=me&password=hunter2".into(), "/nowhere, port 5432"),
    ] {
        let Err(error) = try_connect(&wrong).await else { panic!("{expected}") };
        assert!(matches!(&error, Error::Operational(e) if e.message.contains(expected)), "{error:?}");
        assert!(!format!("{error:?}").contains("hunter2"));
    }
}

#[tokio::test]
async fn nobody_waits_for_a_silent_server_longer_than_agreed() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    let started = std::time::Instant::now();
    let Err(error) = try_connect(&format!("postgres://me@127.0.0.1:{port}/db?connect_timeout=100ms")).await else {
        panic!("connected to nothing")
    };
    assert!(error.to_string().contains("no answer within 100ms"), "{error}");
    assert!(started.elapsed().as_secs() < 3);
}
