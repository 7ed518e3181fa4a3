//! Database files: options, locks, full disks, and files that are something else.

use std::time::{Duration, Instant};

use embellie_core::{Control, Driver, Error, Value};
use embellie_sqlite::{JournalMode, SqliteDriver, SqliteOptions, Synchronous};
use tempfile::TempDir;

use crate::support::*;

async fn refused(options: SqliteOptions) -> Error {
    SqliteDriver::new(options).connect().await.err().expect("the database opened")
}

#[test]
fn connections_are_set_up() {
    on_both(|| async {
        let dir = TempDir::new().unwrap();
        let path = dir.path().join("a b.sqlite3");
        let mut link = connect(SqliteOptions::file(&path)).await;
        assert_eq!(one(&mut link, "PRAGMA journal_mode").await, Value::from("wal"));
        assert_eq!(one(&mut link, "PRAGMA foreign_keys").await, Value::Int(1));
        assert_eq!(one(&mut link, "PRAGMA synchronous").await, Value::Int(2));
        let url = format!(
            "sqlite://{}/a%20b.sqlite3?journal_mode=delete&synchronous=off&foreign_keys=off",
            dir.path().display()
        );
        drop(link);
        let options = SqliteOptions::from_url(&url.parse().unwrap()).unwrap();
        let mut link = connect(options).await;
        assert_eq!(one(&mut link, "PRAGMA journal_mode").await, Value::from("delete"));
        assert_eq!(one(&mut link, "PRAGMA foreign_keys").await, Value::Int(0));
        assert_eq!(one(&mut link, "PRAGMA synchronous").await, Value::Int(0));
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    });
    let driver = SqliteDriver::new(SqliteOptions::in_memory());
    assert_eq!(driver.max_connections(), Some(1));
    assert_eq!(SqliteDriver::new(SqliteOptions::file("x")).max_connections(), None);
}

#[test]
fn urls_are_read_and_mistakes_named() {
    let parse = |url: &str| url.parse::<SqliteOptions>();
    assert_eq!(parse("sqlite://blog.sqlite3"), Ok(SqliteOptions::file("blog.sqlite3")));
    assert_eq!(parse("sqlite://data/Blog.sqlite3"), Ok(SqliteOptions::file("data/Blog.sqlite3")));
    assert_eq!(parse("sqlite:///srv/blog.sqlite3"), Ok(SqliteOptions::file("/srv/blog.sqlite3")));
    assert_eq!(parse("sqlite::memory:"), Ok(SqliteOptions::in_memory()));
    assert_eq!(parse("sqlite://:memory:"), Ok(SqliteOptions::in_memory()));
    assert_eq!(SqliteOptions::from_url(&"sqlite::memory:".parse().unwrap()), Ok(SqliteOptions::in_memory()));
    assert_eq!(
        parse(
            "sqlite://a?mode=ro&busy_timeout=0&inline_budget=500us&statement_cache=9&max_page_count=7&journal_mode=TRUNCATE"
        ),
        Ok(SqliteOptions::file("a")
            .read_only()
            .busy_timeout(Duration::ZERO)
            .inline_budget(Duration::from_micros(500))
            .statement_cache(9)
            .max_page_count(7)
            .journal_mode(JournalMode::Truncate))
    );
    let mistakes = [
        ("postgres://x", "sqlite://"),
        ("sqlite://", "names no file"),
        ("sqlite://a?sychronous=off", "did you mean 'synchronous'?"),
        ("sqlite://a?colour=red", "the options are mode, busy_timeout"),
        ("sqlite://a?synchronous=maybe", "off, normal, full or extra"),
        ("sqlite://a?busy_timeout=5", "such as 5s"),
        ("sqlite://a?mode=rx", "ro, rw, rwc or memory"),
    ];
    for (url, part) in mistakes {
        let error = parse(url).unwrap_err();
        assert!(matches!(&error, Error::ImproperlyConfigured(m) if m.contains(part)), "{url}: {error}");
    }
}

#[test]
fn files_that_cannot_be_opened_say_why_and_are_left_alone() {
    on_both(|| async {
        let dir = TempDir::new().unwrap();
        let path = |name: &str| dir.path().join(name);
        let letter = b"Dear database, I am a letter and nothing else. ".repeat(50);
        std::fs::write(path("letter.txt"), &letter).unwrap();
        let cases = [
            (SqliteOptions::file(path("letter.txt")), "letter.txt': the file is not an SQLite database"),
            (SqliteOptions::file(path("none")).read_only(), "there is no such file"),
            (SqliteOptions::file(path("none")).must_exist(), "there is no such file"),
            (SqliteOptions::file(path("no/where")), "its directory does not exist"),
            (SqliteOptions::file(dir.path()), "it is a directory"),
        ];
        for (options, part) in cases {
            let error = refused(options).await;
            assert!(matches!(&error, Error::Operational(e) if e.message.contains(part)), "{error:?}");
        }
        assert_eq!(std::fs::read(path("letter.txt")).unwrap(), letter);
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    });
}

#[test]
fn a_damaged_file_is_an_error_and_not_a_crash() {
    on_current_thread(|| async {
        let dir = TempDir::new().unwrap();
        let path = dir.path().join("damaged.sqlite3");
        let options = SqliteOptions::file(&path).journal_mode(JournalMode::Delete);
        let mut link = connect(options.clone()).await;
        schema(&mut link, "CREATE TABLE t (a text)").await;
        write(&mut link, "INSERT INTO t SELECT hex(zeroblob(500)) FROM json_each('[1,2,3,4,5,6,7,8,9,10]')", vec![])
            .await
            .unwrap();
        drop(link);
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[4096..].fill(0x5a);
        std::fs::write(&path, bytes).unwrap();
        let mut link = connect(options).await;
        let error = read(&mut link, "SELECT a FROM t", vec![]).await.unwrap_err();
        assert!(matches!(&error, Error::Operational(e) if e.code.as_deref().unwrap().starts_with("SQLITE_CORRUPT")));
        assert_eq!(one(&mut link, "SELECT 1").await, Value::Int(1));
    });
}

#[test]
fn read_only_reads_and_does_not_write() {
    on_both(|| async {
        let dir = TempDir::new().unwrap();
        let path = dir.path().join("a.sqlite3");
        let mut writer = connect(SqliteOptions::file(&path)).await;
        schema(&mut writer, "CREATE TABLE t (a integer); INSERT INTO t VALUES (1)").await;
        let mut reader = connect(SqliteOptions::file(&path).read_only()).await;
        reader.control(&Control::Begin).await.unwrap();
        assert_eq!(one(&mut reader, "SELECT a FROM t").await, Value::Int(1));
        let error = write(&mut reader, "INSERT INTO t VALUES (2)", vec![]).await.unwrap_err();
        assert!(matches!(&error, Error::Operational(e) if e.message.contains("readonly")), "{error:?}");
        reader.control(&Control::Rollback).await.unwrap();
    });
}

#[test]
fn a_full_disk_is_an_error_after_which_the_connection_works() {
    on_both(|| async {
        let dir = TempDir::new().unwrap();
        let options = SqliteOptions::file(dir.path().join("a.sqlite3")).max_page_count(20);
        let mut link = connect(options).await;
        schema(&mut link, "CREATE TABLE t (a blob)").await;
        let fill = "INSERT INTO t VALUES (zeroblob(?1))";
        write(&mut link, fill, vec![10_000.into()]).await.unwrap();
        for transaction in [false, true] {
            if transaction {
                link.control(&Control::Begin).await.unwrap();
                write(&mut link, fill, vec![1.into()]).await.unwrap();
            }
            let error = write(&mut link, fill, vec![1_000_000.into()]).await.unwrap_err();
            assert!(
                matches!(&error, Error::Operational(e) if e.message.contains("database or disk is full")),
                "{error:?}"
            );
            link.reset().await.unwrap();
            assert_eq!(one(&mut link, "SELECT count(*) FROM t").await, Value::Int(1));
        }
        write(&mut link, fill, vec![1.into()]).await.unwrap();
    });
}

#[test]
fn another_connections_lock_is_waited_for_without_holding_up_other_tasks() {
    on_both(|| async {
        tokio::spawn(async {
            let dir = TempDir::new().unwrap();
            let options = SqliteOptions::file(dir.path().join("a.sqlite3")).synchronous(Synchronous::Normal);
            let mut first = connect(options.clone()).await;
            schema(&mut first, "CREATE TABLE t (a integer)").await;
            let mut second = connect(options.busy_timeout(Duration::from_millis(150))).await;

            first.control(&Control::Begin).await.unwrap();
            write(&mut first, "INSERT INTO t VALUES (1)", vec![]).await.unwrap();
            // Reading goes on beside the writer.
            assert_eq!(one(&mut second, "SELECT count(*) FROM t").await, Value::Int(0));
            for transaction in [false, true] {
                let started = Instant::now();
                let mut ticks = 0;
                let waiting = async {
                    match transaction {
                        true => second.control(&Control::Begin).await,
                        false => write(&mut second, "INSERT INTO t VALUES (2)", vec![]).await.map(drop),
                    }
                };
                tokio::pin!(waiting);
                let error = loop {
                    tokio::select! {
                        result = &mut waiting => break result.unwrap_err(),
                        () = tokio::time::sleep(Duration::from_millis(5)) => ticks += 1,
                    }
                };
                assert!(error.is_retryable() && error.class() == "OperationalError", "{error:?}");
                assert!(started.elapsed() >= Duration::from_millis(140), "{:?}", started.elapsed());
                assert!(ticks > 5, "{ticks}");
            }

            let commit = async {
                tokio::time::sleep(Duration::from_millis(40)).await;
                first.control(&Control::Commit).await.unwrap();
            };
            let insert = write(&mut second, "INSERT INTO t VALUES (2)", vec![]);
            let ((), inserted) = tokio::join!(commit, insert);
            assert_eq!(inserted.unwrap().rows, 1);
            assert_eq!(one(&mut first, "SELECT count(*) FROM t").await, Value::Int(2));
        })
        .await
        .unwrap();
    });
}

#[test]
fn a_begin_that_waits_can_be_dropped() {
    on_both(|| async {
        let dir = TempDir::new().unwrap();
        let options = SqliteOptions::file(dir.path().join("a.sqlite3")).busy_timeout(Duration::from_secs(60));
        let mut first = connect(options.clone()).await;
        let mut second = connect(options).await;
        first.control(&Control::Begin).await.unwrap();
        let waiting = second.control(&Control::Begin);
        assert!(tokio::time::timeout(Duration::from_millis(30), waiting).await.is_err());
        let started = Instant::now();
        second.reset().await.unwrap();
        assert!(started.elapsed() < Duration::from_secs(5));
        first.control(&Control::Rollback).await.unwrap();
        second.control(&Control::Begin).await.unwrap();
        second.control(&Control::Rollback).await.unwrap();
    });
}
