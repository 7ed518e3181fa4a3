//! Transactions, savepoints, and what a dropped future leaves behind.

use std::time::Duration;

use embellie_core::{Control, Error, Value};

use crate::support::*;

async fn table() -> Link {
    let mut link = memory().await;
    schema(&mut link, "CREATE TABLE t (a integer)").await;
    link
}

async fn insert(link: &mut Link, a: i64) {
    write(link, "INSERT INTO t VALUES (?1)", vec![a.into()]).await.unwrap();
}

async fn sum(link: &mut Link) -> Value {
    one(link, "SELECT coalesce(sum(a), 0) FROM t").await
}

#[test]
fn savepoints_nest() {
    on_both(|| async {
        let mut link = table().await;
        link.control(&Control::Begin).await.unwrap();
        insert(&mut link, 1).await;
        link.control(&Control::Savepoint(1)).await.unwrap();
        insert(&mut link, 10).await;
        link.control(&Control::Savepoint(2)).await.unwrap();
        insert(&mut link, 100).await;
        link.control(&Control::RollbackTo(2)).await.unwrap();
        link.control(&Control::Release(2)).await.unwrap();
        link.control(&Control::Release(1)).await.unwrap();
        link.control(&Control::Commit).await.unwrap();
        assert_eq!(sum(&mut link).await, Value::Int(11));
    });
}

#[test]
fn reset_rolls_back_what_was_left_open() {
    on_both(|| async {
        let mut link = table().await;
        link.control(&Control::Begin).await.unwrap();
        insert(&mut link, 1).await;
        link.reset().await.unwrap();
        assert_eq!(sum(&mut link).await, Value::Int(0));
        link.control(&Control::Begin).await.unwrap();
        link.control(&Control::Rollback).await.unwrap();
    });
}

#[test]
fn a_future_dropped_in_a_transaction_leaves_a_clean_connection() {
    on_both(|| async {
        let mut link = table().await;
        link.control(&Control::Begin).await.unwrap();
        insert(&mut link, 1).await;
        let heavy = "INSERT INTO t WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < ?1)
            SELECT x FROM c";
        // Known as slow after this, it runs elsewhere the next time.
        write(&mut link, heavy, vec![50_000.into()]).await.unwrap();
        let work = write(&mut link, heavy, vec![100_000_000.into()]);
        assert!(tokio::time::timeout(Duration::from_millis(30), work).await.is_err());
        let started = std::time::Instant::now();
        link.reset().await.unwrap();
        assert!(started.elapsed() < Duration::from_secs(5), "the dropped statement ran on");
        assert_eq!(sum(&mut link).await, Value::Int(0));
        assert!(!link.is_broken());
    });
}

#[test]
fn a_read_dropped_in_a_transaction_does_not_end_it() {
    on_both(|| async {
        let mut link = table().await;
        link.control(&Control::Begin).await.unwrap();
        insert(&mut link, 1).await;
        let heavy = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < ?1) SELECT max(x) FROM c";
        read(&mut link, heavy, vec![100_000.into()]).await.unwrap();
        let work = read(&mut link, heavy, vec![1_000_000_000.into()]);
        assert!(tokio::time::timeout(Duration::from_millis(30), work).await.is_err());
        insert(&mut link, 2).await;
        link.control(&Control::Commit).await.unwrap();
        assert_eq!(sum(&mut link).await, Value::Int(3));
    });
}

#[test]
fn statements_of_a_transaction_that_is_gone_are_refused() {
    on_both(|| async {
        let mut link = table().await;
        link.control(&Control::Begin).await.unwrap();
        write(&mut link, "ROLLBACK", vec![]).await.unwrap();
        let error = write(&mut link, "INSERT INTO t VALUES (1)", vec![]).await.unwrap_err();
        assert!(matches!(&error, Error::TransactionManagement(m) if m.contains("roll back")), "{error:?}");
        assert!(link.control(&Control::Commit).await.is_err());
        link.control(&Control::Rollback).await.unwrap();
        insert(&mut link, 5).await;
        assert_eq!(sum(&mut link).await, Value::Int(5));
    });
}
