//! Futures that are dropped at any point.

use std::time::{Duration, Instant};

use embellie_core::{Control, Error, Value};
use tokio::time::timeout;

use crate::support::{Link, connect, fresh, one, read, schema, write};

/// Lets a future run for a moment and drops it.
async fn begin_and_drop<F: Future>(future: F) {
    assert!(timeout(Duration::from_millis(60), future).await.is_err(), "it was to be dropped in the middle");
}

async fn pid(link: &mut Link) -> Value {
    one(link, "SELECT pg_backend_pid()", vec![]).await.unwrap()
}

/// What the session `pid` does, and whether it is in a transaction, as another session sees it.
async fn state(watcher: &mut Link, pid: &Value) -> (Value, bool) {
    let sql = "SELECT state, xact_start IS NOT NULL FROM pg_stat_activity WHERE pid = $1";
    let mut rows = read(watcher, sql, vec![pid.clone()]).await.unwrap();
    let row = rows.pop().unwrap_or_else(|| vec!["gone".into(), Value::Bool(false)]);
    (row[0].clone(), row[1] == Value::Bool(true))
}

#[tokio::test]
async fn a_dropped_statement_is_stopped_by_reset() {
    let (database, mut link) = fresh().await;
    let mut watcher = connect(&database.url()).await;
    let pid = pid(&mut link).await;
    begin_and_drop(read(&mut link, "SELECT pg_sleep(60)", vec![])).await;
    assert_eq!(state(&mut watcher, &pid).await.0, Value::from("active"));
    let started = Instant::now();
    link.reset().await.unwrap();
    assert!(started.elapsed() < Duration::from_secs(30), "{:?}", started.elapsed());
    assert_eq!(state(&mut watcher, &pid).await.0, Value::from("idle"));
    assert!(!link.is_broken());
    for i in 0..50 {
        assert_eq!(one(&mut link, "SELECT $1::int", vec![i.into()]).await.unwrap(), Value::Int(i.into()));
    }
}

#[tokio::test]
async fn a_cancellation_never_hits_the_next_statement() {
    let (_database, mut link) = fresh().await;
    for i in 0..40 {
        let pause = Duration::from_micros(4_000 + i * 100);
        let _ = timeout(pause, read(&mut link, "SELECT pg_sleep(0.0105)", vec![])).await;
        link.reset().await.unwrap();
        assert_eq!(one(&mut link, "SELECT 1 FROM pg_sleep(0.001)", vec![]).await.unwrap(), Value::Int(1));
    }
}

#[tokio::test]
async fn without_a_reset_the_next_statement_waits_for_its_turn() {
    let (_database, mut link) = fresh().await;
    schema(&mut link, "CREATE TABLE t (id int)").await;
    link.control(&Control::Begin).await.unwrap();
    let slow = "INSERT INTO t SELECT 1 FROM pg_sleep(1)";
    begin_and_drop(write(&mut link, slow, vec![])).await;
    assert_eq!(one(&mut link, "SELECT count(*) FROM t", vec![]).await.unwrap(), Value::Int(1));
    begin_and_drop(write(&mut link, slow, vec![])).await;
    link.control(&Control::Commit).await.unwrap();
    assert_eq!(one(&mut link, "SELECT count(*) FROM t", vec![]).await.unwrap(), Value::Int(2));
}

#[tokio::test]
async fn a_commit_notices_that_a_dropped_statement_has_failed() {
    let (_database, mut link) = fresh().await;
    schema(&mut link, "CREATE TABLE t (id int)").await;
    link.control(&Control::Begin).await.unwrap();
    write(&mut link, "INSERT INTO t VALUES (1)", vec![]).await.unwrap();
    begin_and_drop(write(
        &mut link,
        "INSERT INTO t SELECT 1 / (1 - g) FROM generate_series(1, 1) g, pg_sleep(1)",
        vec![],
    ))
    .await;
    let error = link.control(&Control::Commit).await.unwrap_err();
    assert!(matches!(error, Error::TransactionManagement(_)), "{error:?}");
    assert_eq!(one(&mut link, "SELECT count(*) FROM t", vec![]).await.unwrap(), Value::Int(0));
}

#[tokio::test]
async fn a_dropped_transaction_is_rolled_back() {
    let (database, mut link) = fresh().await;
    let mut watcher = connect(&database.url()).await;
    let pid = pid(&mut link).await;
    schema(&mut link, "CREATE TABLE t (id int PRIMARY KEY)").await;
    for step in 0..5 {
        begin_and_drop(async {
            link.control(&Control::Begin).await.unwrap();
            write(&mut link, "INSERT INTO t VALUES (1)", vec![]).await.unwrap();
            if step == 1 {
                link.control(&Control::Savepoint(1)).await.unwrap();
            }
            if step == 2 {
                assert!(write(&mut link, "INSERT INTO t VALUES (1)", vec![]).await.is_err());
            }
            if step > 2 {
                read(&mut link, "SELECT pg_sleep(60)", vec![]).await.unwrap();
            }
            std::future::pending::<()>().await;
        })
        .await;
        if step == 4 {
            // A rollback does not wait for what is to be undone.
            timeout(Duration::from_secs(30), link.control(&Control::Rollback)).await.unwrap().unwrap();
        }
        link.reset().await.unwrap();
        assert_eq!(state(&mut watcher, &pid).await, ("idle".into(), false), "step {step}");
        assert_eq!(one(&mut link, "SELECT count(*) FROM t", vec![]).await.unwrap(), Value::Int(0), "step {step}");
    }
}

#[tokio::test]
async fn futures_that_are_dropped_at_every_poll_leave_nothing() {
    let (database, mut link) = fresh().await;
    let mut watcher = connect(&database.url()).await;
    let pid = pid(&mut link).await;
    schema(&mut link, "CREATE TABLE t (id int)").await;
    let mut finished = false;
    for polls in 0.. {
        {
            let mut work = Box::pin(async {
                link.control(&Control::Begin).await.unwrap();
                write(&mut link, "INSERT INTO t VALUES ($1)", vec![polls.into()]).await.unwrap();
                link.control(&Control::Savepoint(1)).await.unwrap();
                read(&mut link, "SELECT generate_series(1, 2000)", vec![]).await.unwrap();
                link.control(&Control::RollbackTo(1)).await.unwrap();
                link.control(&Control::Rollback).await.unwrap();
            });
            for _ in 0..polls {
                finished = std::future::poll_fn(|cx| std::task::Poll::Ready(work.as_mut().poll(cx).is_ready())).await;
                if finished {
                    break;
                }
                tokio::task::yield_now().await;
            }
        }
        link.reset().await.unwrap();
        assert_eq!(state(&mut watcher, &pid).await, ("idle".into(), false), "dropped after {polls} polls");
        assert_eq!(one(&mut link, "SELECT count(*) FROM t", vec![]).await.unwrap(), Value::Int(0));
        if finished {
            break;
        }
    }
    assert!(finished);
}

#[tokio::test]
async fn a_dropped_connection_stops_its_statement() {
    let (database, mut link) = fresh().await;
    let mut watcher = connect(&database.url()).await;
    let pid = pid(&mut link).await;
    begin_and_drop(read(&mut link, "SELECT pg_sleep(60)", vec![])).await;
    drop(link);
    let mut now = state(&mut watcher, &pid).await;
    for _ in 0..100 {
        if now.0 == Value::from("gone") {
            return;
        }
        tokio::time::sleep(Duration::from_millis(30)).await;
        now = state(&mut watcher, &pid).await;
    }
    panic!("{now:?}");
}

#[tokio::test]
async fn reset_of_a_clean_connection_asks_nothing() {
    let (database, mut link) = fresh().await;
    let mut watcher = connect(&database.url()).await;
    let pid = pid(&mut link).await;
    let changed = "SELECT state_change FROM pg_stat_activity WHERE pid = $1";
    let before = one(&mut watcher, changed, vec![pid.clone()]).await.unwrap();
    for _ in 0..100 {
        link.reset().await.unwrap();
    }
    assert_eq!(one(&mut watcher, changed, vec![pid]).await.unwrap(), before);
}
