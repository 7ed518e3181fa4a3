//! Where statements run, and who goes on meanwhile.

use std::cell::Cell;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use embellie_core::Value;
use embellie_sqlite::SqliteOptions;

use crate::support::*;

/// Counts to `n` inside the database; 3,000,000 takes a good second in a debug build of nothing but SQLite.
fn count_to(n: u32) -> String {
    format!("WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < {n}) SELECT count(*) FROM c")
}

/// A task that counts each millisecond it gets to run.
fn ticker() -> (Arc<AtomicU32>, tokio::task::JoinHandle<()>) {
    let ticks = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&ticks);
    let task = tokio::spawn(async move {
        loop {
            tokio::time::sleep(Duration::from_millis(1)).await;
            counter.fetch_add(1, Ordering::Relaxed);
        }
    });
    (ticks, task)
}

#[test]
fn a_short_statement_is_done_at_the_first_poll() {
    on_both(|| async {
        let mut link = memory().await;
        let mut work = pin!(read(&mut link, "SELECT 1, 'a'", vec![]));
        let Poll::Ready(rows) = work.as_mut().poll(&mut Context::from_waker(Waker::noop())) else {
            panic!("the statement was sent elsewhere");
        };
        assert_eq!(rows.unwrap(), [[Value::Int(1), Value::from("a")]]);
    });
}

#[test]
fn it_works_without_a_runtime() {
    let mut work = pin!(async {
        let mut link = memory().await;
        schema(&mut link, "CREATE TABLE t (a integer); CREATE INDEX i ON t (a)").await;
        assert_eq!(
            write(&mut link, "INSERT INTO t VALUES (?1), (?2)", vec![1.into(), 2.into()]).await.unwrap().rows,
            2
        );
        assert_eq!(one(&mut link, &count_to(300_000)).await, Value::Int(300_000));
    });
    assert!(work.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
}

#[test]
fn other_tasks_go_on_during_a_heavy_read() {
    on_both(|| async {
        // On the multi-thread runtime the statement must stand on its only worker.
        tokio::spawn(async {
            let (ticks, task) = ticker();
            let mut link = memory().await;
            let sql = count_to(2_000_000);
            assert_eq!(one(&mut link, &sql).await, Value::Int(2_000_000));
            assert!(ticks.load(Ordering::Relaxed) > 20, "{ticks:?} ticks only");
            // Known as slow now, it starts on a blocking thread and can be cancelled.
            let cancelled = tokio::time::timeout(Duration::from_millis(20), one(&mut link, &sql)).await;
            assert!(cancelled.is_err());
            link.reset().await.unwrap();
            assert_eq!(one(&mut link, "SELECT 7").await, Value::Int(7));
            task.abort();
        })
        .await
        .unwrap();
    });
}

#[test]
fn a_thread_that_cannot_leave_its_runtime_starts_the_statement_elsewhere() {
    on_multi_thread(|| async {
        let local = tokio::task::LocalSet::new();
        local
            .run_until(async {
                let ticks = Rc::new(Cell::new(0));
                let counter = Rc::clone(&ticks);
                let ticker = tokio::task::spawn_local(async move {
                    loop {
                        tokio::time::sleep(Duration::from_millis(1)).await;
                        counter.set(counter.get() + 1);
                    }
                });
                let mut link = memory().await;
                for n in [1_000_000, 1_000_001] {
                    assert_eq!(one(&mut link, &count_to(n)).await, Value::Int(n.into()));
                }
                assert!(ticks.get() > 20, "{ticks:?} ticks only");
                ticker.abort();
            })
            .await;
    });
}

#[test]
fn rows_of_a_read_that_is_started_anew_come_once() {
    on_current_thread(|| async {
        let mut link = connect(SqliteOptions::in_memory().inline_budget(Duration::from_micros(100))).await;
        let sql = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 50000) SELECT x FROM c";
        let first = gather(&mut link, sql, vec![]).await.unwrap();
        assert_eq!((first.rows.len(), first.restarts), (50_000, 1));
        let second = gather(&mut link, sql, vec![]).await.unwrap();
        assert_eq!((second.rows.len(), second.restarts), (50_000, 0));
    });
}

#[test]
fn a_heavy_write_in_a_transaction_is_never_given_up() {
    on_both(|| async {
        let mut link = memory().await;
        schema(&mut link, "CREATE TABLE t (a integer)").await;
        link.control(&embellie_core::Control::Begin).await.unwrap();
        write(&mut link, "INSERT INTO t VALUES (-1)", vec![]).await.unwrap();
        let heavy = "INSERT INTO t WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < ?1)
            SELECT x FROM c";
        for _ in 0..2 {
            assert_eq!(write(&mut link, heavy, vec![200_000.into()]).await.unwrap().rows, 200_000);
        }
        link.control(&embellie_core::Control::Commit).await.unwrap();
        assert_eq!(one(&mut link, "SELECT count(*) FROM t").await, Value::Int(400_001));
    });
}
