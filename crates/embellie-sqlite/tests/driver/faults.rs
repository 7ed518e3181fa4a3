//! Futures dropped anywhere, sinks that fail, runtimes that end.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use embellie_core::{Control, Error, Row, RowSink, Statement, Value};
use embellie_sqlite::{SqliteDriver, SqliteOptions};
use tempfile::TempDir;

use crate::support::*;

/// A deterministic source of numbers below `limit`.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

const SLOW: &str =
    "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 40000) SELECT count(*) FROM c";

/// A transaction of `rows` rows, with something slow in the middle.
async fn transaction(link: &mut Link, writer: i64, rows: i64) -> Result<(), Error> {
    link.control(&Control::Begin).await?;
    for row in 0..rows {
        write(link, "INSERT INTO t VALUES (?1, ?2)", vec![writer.into(), row.into()]).await?;
    }
    read(link, SLOW, vec![]).await?;
    link.control(&Control::Savepoint(1)).await?;
    write(link, "INSERT INTO t SELECT a, b FROM t LIMIT 3", vec![]).await?;
    link.control(&Control::RollbackTo(1)).await?;
    link.control(&Control::Commit).await
}

#[test]
fn transactions_dropped_anywhere_happen_wholly_or_not_at_all() {
    on_both(|| async {
        let dir = TempDir::new().unwrap();
        let options = SqliteOptions::file(dir.path().join("a.sqlite3"))
            .busy_timeout(Duration::from_secs(60))
            .inline_budget(Duration::from_micros(200));
        let driver = SqliteDriver::new(options);
        let mut link = connect_to(&driver).await;
        schema(&mut link, "CREATE TABLE t (a integer, b integer)").await;
        let writers = (1..=3_i64).map(|writer| {
            let driver = driver.clone();
            tokio::spawn(async move {
                let mut link = connect_to(&driver).await;
                let mut dice = Dice(0x9e37_79b9 + writer.unsigned_abs());
                let (mut completed, mut dropped, mut expected) = (0, 0, 0);
                for round in 0..60 {
                    let rows = 1 + i64::try_from(dice.below(5)).unwrap();
                    let patience = match round % 4 {
                        0 => Duration::from_secs(60),
                        _ => Duration::from_micros(dice.below(12_000)),
                    };
                    match tokio::time::timeout(patience, transaction(&mut link, writer, rows)).await {
                        Ok(result) => {
                            result.unwrap();
                            completed += 1;
                            expected += rows;
                        }
                        Err(_) => {
                            dropped += 1;
                            link.reset().await.unwrap();
                            assert!(!link.is_broken());
                        }
                    }
                    let count = format!("SELECT count(*) FROM t WHERE a = {writer}");
                    let Value::Int(found) = one(&mut link, &count).await else { panic!("no count") };
                    // A commit that was under way when its future was dropped may have happened.
                    assert!(
                        found == expected || found == expected + rows,
                        "{found} rows, {expected} + {rows} expected"
                    );
                    expected = found;
                }
                (completed, dropped)
            })
        });
        let mut totals = (0, 0);
        for writer in writers.collect::<Vec<_>>() {
            let (completed, dropped) = writer.await.unwrap();
            totals = (totals.0 + completed, totals.1 + dropped);
        }
        assert!(totals.0 > 5 && totals.1 > 5, "{totals:?} completed and dropped: the test tests little");
        assert_eq!(one(&mut link, "PRAGMA integrity_check").await, Value::from("ok"));
    });
}

#[test]
fn many_connections_may_open_a_new_file_at_once() {
    on_both(|| async {
        let dir = TempDir::new().unwrap();
        let driver = SqliteDriver::new(SqliteOptions::file(dir.path().join("a.sqlite3")));
        let opening: Vec<_> = (0..16)
            .map(|_| {
                let driver = driver.clone();
                tokio::spawn(async move { one(&mut connect_to(&driver).await, "PRAGMA journal_mode").await })
            })
            .collect();
        for opened in opening {
            assert_eq!(opened.await.unwrap(), Value::from("wal"));
        }
    });
}

/// Fails, or panics, at the row with this number.
struct FailsAt(i64, bool);

impl RowSink for FailsAt {
    fn row(&mut self, row: &dyn Row) -> Result<(), Error> {
        let at = self.0;
        match row.column(0)? {
            embellie_core::ColumnRef::Int(found) if found == at && self.1 => panic!("the sink gives up"),
            embellie_core::ColumnRef::Int(found) if found == at => Err(Error::Decode("enough".into())),
            _ => Ok(()),
        }
    }

    fn restart(&mut self) {}

    fn into_any(self: Box<Self>) -> Box<dyn std::any::Any> {
        self
    }
}

const COUNT: &str = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 100000) SELECT x FROM c";

#[test]
fn an_error_of_the_sink_ends_the_statement_and_nothing_else() {
    on_both(|| async {
        let mut link = memory().await;
        schema(&mut link, "CREATE TABLE t (a integer)").await;
        link.control(&Control::Begin).await.unwrap();
        let insert = Statement::write("INSERT INTO t VALUES (1), (2), (3) RETURNING a", vec![]);
        for (statement, at) in
            [(&Statement::read(COUNT, vec![]), 5), (&Statement::read(COUNT, vec![]), 90_000), (&insert, 2)]
        {
            let (_, result) = link.execute(statement, Box::new(FailsAt(at, false))).await;
            assert_eq!(result, Err(Error::Decode("enough".into())));
        }
        link.control(&Control::Commit).await.unwrap();
        assert_eq!(one(&mut link, "SELECT count(*) FROM t").await, Value::Int(3));
    });
}

#[test]
fn a_panic_of_the_sink_reaches_the_caller() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mut link = runtime.block_on(memory());
    let statement = Statement::read(COUNT, vec![]);
    let panics = |link: &mut Link, at| {
        let work = AssertUnwindSafe(|| runtime.block_on(link.execute(&statement, Box::new(FailsAt(at, true)))).1);
        assert!(catch_unwind(work).is_err());
    };
    panics(&mut link, 1);
    assert!(!link.is_broken());
    assert_eq!(runtime.block_on(one(&mut link, "SELECT 1")), Value::Int(1));
    // On another thread it takes the session with it; the connection says so.
    panics(&mut link, 100_000);
    assert!(link.is_broken());
    assert_eq!(runtime.block_on(read(&mut link, "SELECT 1", vec![])).unwrap_err().class(), "InterfaceError");
}

#[test]
fn a_runtime_that_has_ended_is_an_error_and_breaks_the_connection() {
    let ended = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mut link = ended.block_on(memory());
    let handle = ended.handle().clone();
    drop(ended);
    let _entered = handle.enter();
    let create = Statement::schema("CREATE TABLE t (a integer)");
    let mut work = link.execute(&create, Box::<Rows>::default());
    let Poll::Ready((_, result)) = work.as_mut().poll(&mut Context::from_waker(Waker::noop())) else {
        panic!("the statement waits for a runtime that is gone");
    };
    assert_eq!(result.unwrap_err().class(), "InterfaceError");
    drop(work);
    assert!(link.is_broken());
}
