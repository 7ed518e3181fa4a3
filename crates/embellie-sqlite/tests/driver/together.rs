//! Several statements at once.

use std::time::Duration;

use embellie_core::{Control, Discard, Error, FromColumn, Row, RowSink, Statement, Value};
use embellie_sqlite::SqliteOptions;
use tempfile::TempDir;

use crate::support::*;

/// Keeps the first column of each row, and has another program write meanwhile.
struct Meanwhile(Vec<i64>, rusqlite::Connection);

impl RowSink for Meanwhile {
    fn row(&mut self, row: &dyn Row) -> Result<(), Error> {
        self.0.push(i64::from_column(row.column(0)?)?);
        self.1.execute("INSERT INTO t VALUES (9)", []).unwrap();
        Ok(())
    }

    fn restart(&mut self) {
        self.0.clear();
    }

    fn into_any(self: Box<Self>) -> Box<dyn std::any::Any> {
        self
    }
}

fn rows(sink: Box<dyn RowSink>) -> Vec<Vec<Value>> {
    sink.into_any().downcast::<Rows>().unwrap().rows
}

fn count() -> Statement {
    Statement::read("SELECT count(*) FROM t WHERE a > ?1", vec![0.into()])
}

fn sink() -> Box<dyn RowSink> {
    Box::<Rows>::default()
}

async fn file(dir: &TempDir, options: impl FnOnce(SqliteOptions) -> SqliteOptions) -> Link {
    let mut link = connect(options(SqliteOptions::file(dir.path().join("a.sqlite3")))).await;
    schema(&mut link, "CREATE TABLE t (a integer); INSERT INTO t VALUES (1)").await;
    link
}

#[test]
fn reads_that_come_together_see_one_state() {
    on_both(|| async {
        let dir = TempDir::new().unwrap();
        let mut link = file(&dir, |options| options).await;
        let other = rusqlite::Connection::open(dir.path().join("a.sqlite3")).unwrap();
        let (first, second) = (Statement::read("SELECT a FROM t", vec![]), count());
        let work: Vec<(&Statement, Box<dyn RowSink>)> =
            vec![(&first, Box::new(Meanwhile(Vec::new(), other))), (&second, sink()), (&first, sink())];
        let (sinks, results) = link.execute_all(work).await;
        assert_eq!(results.into_iter().map(|result| result.unwrap().rows).collect::<Vec<_>>(), [1, 1, 1]);
        let [_, counted, read] = <[_; 3]>::try_from(sinks).map_err(|_| "three sinks").unwrap();
        assert_eq!((rows(counted), rows(read)), (vec![vec![Value::Int(1)]], vec![vec![Value::Int(1)]]));
        assert_eq!(one(&mut link, "SELECT count(*) FROM t").await, Value::Int(2));
        // Nothing is left open: it may write, and a transaction may begin.
        write(&mut link, "DELETE FROM t", vec![]).await.unwrap();
        link.control(&Control::Begin).await.unwrap();
        let (sinks, results) = link.execute_all(vec![(&second, sink()), (&second, sink())]).await;
        assert_eq!((sinks.len(), results.len()), (2, 2));
        link.control(&Control::Rollback).await.unwrap();
    });
}

#[test]
fn what_comes_after_a_failure_is_not_run() {
    on_both(|| async {
        let dir = TempDir::new().unwrap();
        let mut link = file(&dir, |options| options).await;
        let good = count();
        let bad = [Statement::read("SELECT nothing FROM t", vec![]), Statement::write("INSERT INTO t VALUES", vec![])];
        for bad in bad {
            let (sinks, results) = link.execute_all(vec![(&good, sink()), (&bad, sink()), (&good, sink())]).await;
            assert_eq!((sinks.len(), results.len()), (3, 2));
            assert!(results[0].is_ok() && results[1].is_err());
            assert_eq!(sinks.into_iter().map(rows).map(|rows| rows.len()).collect::<Vec<_>>(), [1, 0, 0]);
        }
        write(&mut link, "INSERT INTO t VALUES (2)", vec![]).await.unwrap();
        assert_eq!(link.execute_all(Vec::new()).await.0.len(), 0);
    });
}

#[test]
fn one_that_takes_long_is_done_elsewhere_and_may_be_dropped() {
    on_both(|| async {
        let dir = TempDir::new().unwrap();
        let mut link = file(&dir, |options| options.inline_budget(Duration::from_micros(100))).await;
        let good = count();
        let counting = |n| {
            let numbers = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < ?1)";
            Statement::read(format!("{numbers} SELECT count(*) FROM c"), vec![Value::Int(n)])
        };
        let long = counting(50_000);
        let (sinks, results) = link.execute_all(vec![(&good, sink()), (&long, sink()), (&good, sink())]).await;
        assert_eq!(results.into_iter().filter(Result::is_ok).count(), 3);
        let [_, counted, _] = <[_; 3]>::try_from(sinks).map_err(|_| "three sinks").unwrap();
        assert_eq!(rows(counted), [[Value::Int(50_000)]]);

        let endless = counting(i64::MAX);
        let work: Vec<(&Statement, Box<dyn RowSink>)> = vec![(&good, Box::new(Discard)), (&endless, sink())];
        // Where the thread has left its runtime, nothing can stop it but another thread.
        let wait = Duration::from_millis(30);
        if tokio::runtime::Handle::current().runtime_flavor() == tokio::runtime::RuntimeFlavor::CurrentThread {
            assert!(tokio::time::timeout(wait, link.execute_all(work)).await.is_err());
            link.reset().await.unwrap();
        }
        write(&mut link, "INSERT INTO t VALUES (2)", vec![]).await.unwrap();
        assert_eq!(one(&mut link, "SELECT count(*) FROM t").await, Value::Int(2));
    });
}
