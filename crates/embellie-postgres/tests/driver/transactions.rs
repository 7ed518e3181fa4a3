//! Transactions and savepoints.

use embellie_core::{Control, Error, Value};

use crate::support::{Link, connect, fresh, read, schema, write};

async fn with_table() -> (embellie_testing::TestDatabase, Link) {
    let (database, mut link) = fresh().await;
    schema(&mut link, "CREATE TABLE t (id int PRIMARY KEY)").await;
    (database, link)
}

async fn insert(link: &mut Link, id: i32) -> Result<(), Error> {
    write(link, "INSERT INTO t VALUES ($1)", vec![id.into()]).await.map(drop)
}

async fn ids(link: &mut Link) -> Vec<Value> {
    read(link, "SELECT id FROM t ORDER BY id", vec![]).await.unwrap().concat()
}

#[tokio::test]
async fn commits_rollbacks_and_savepoints() {
    let (database, mut link) = with_table().await;
    let mut other = connect(&database.url()).await;
    link.control(&Control::Begin).await.unwrap();
    insert(&mut link, 1).await.unwrap();
    link.control(&Control::Savepoint(1)).await.unwrap();
    insert(&mut link, 2).await.unwrap();
    link.control(&Control::Savepoint(2)).await.unwrap();
    insert(&mut link, 3).await.unwrap();
    link.control(&Control::RollbackTo(2)).await.unwrap();
    link.control(&Control::Release(1)).await.unwrap();
    assert_eq!(ids(&mut other).await, [], "nobody sees it yet");
    link.control(&Control::Commit).await.unwrap();
    assert_eq!(ids(&mut other).await, [Value::Int(1), Value::Int(2)]);
    link.control(&Control::Begin).await.unwrap();
    insert(&mut link, 4).await.unwrap();
    link.control(&Control::Rollback).await.unwrap();
    assert_eq!(ids(&mut link).await, [Value::Int(1), Value::Int(2)]);
}

#[tokio::test]
async fn steps_out_of_order_are_refused() {
    let (_database, mut link) = with_table().await;
    for control in [Control::Commit, Control::Rollback, Control::Savepoint(1)] {
        let error = link.control(&control).await.unwrap_err();
        assert_eq!(error, Error::TransactionManagement("no transaction is open on this connection".into()));
    }
    link.control(&Control::Begin).await.unwrap();
    let error = link.control(&Control::Begin).await.unwrap_err();
    assert!(matches!(error, Error::TransactionManagement(m) if m.contains("already open")));
    assert!(link.control(&Control::RollbackTo(9)).await.is_err());
}

#[tokio::test]
async fn a_failed_transaction_is_not_said_to_be_committed() {
    let (_database, mut link) = with_table().await;
    link.control(&Control::Begin).await.unwrap();
    insert(&mut link, 1).await.unwrap();
    assert!(matches!(insert(&mut link, 1).await, Err(Error::Integrity(_))));
    assert!(matches!(insert(&mut link, 2).await, Err(Error::TransactionManagement(_))), "25P02");
    let error = link.control(&Control::Commit).await.unwrap_err();
    assert!(matches!(error, Error::TransactionManagement(m) if m.contains("rolled back")));
    assert_eq!(ids(&mut link).await, []);

    // A savepoint saves it.
    link.control(&Control::Begin).await.unwrap();
    insert(&mut link, 1).await.unwrap();
    link.control(&Control::Savepoint(1)).await.unwrap();
    assert!(insert(&mut link, 1).await.is_err());
    link.control(&Control::RollbackTo(1)).await.unwrap();
    insert(&mut link, 2).await.unwrap();
    link.control(&Control::Commit).await.unwrap();
    assert_eq!(ids(&mut link).await, [Value::Int(1), Value::Int(2)]);

    // A value that was never sent harms nothing.
    link.control(&Control::Begin).await.unwrap();
    insert(&mut link, 3).await.unwrap();
    let unsent = write(&mut link, "INSERT INTO t VALUES ($1)", vec!["x".into()]).await;
    assert!(matches!(unsent, Err(Error::Data(_))));
    link.control(&Control::Commit).await.unwrap();
    assert_eq!(ids(&mut link).await.len(), 3);
}

#[tokio::test]
async fn what_is_checked_at_the_end_fails_the_commit() {
    let (_database, mut link) = with_table().await;
    schema(&mut link, "CREATE TABLE u (t_id int CONSTRAINT late REFERENCES t DEFERRABLE INITIALLY DEFERRED)").await;
    link.control(&Control::Begin).await.unwrap();
    write(&mut link, "INSERT INTO u VALUES (5)", vec![]).await.unwrap();
    match link.control(&Control::Commit).await {
        Err(Error::Integrity(error)) => assert_eq!(error.constraint.as_deref(), Some("late")),
        other => panic!("{other:?}"),
    }
    link.control(&Control::Begin).await.unwrap();
    link.control(&Control::Commit).await.unwrap();
}

#[tokio::test]
async fn reset_ends_what_is_open_even_when_begun_in_plain_sql() {
    let (database, mut link) = with_table().await;
    let mut other = connect(&database.url()).await;
    link.control(&Control::Begin).await.unwrap();
    insert(&mut link, 1).await.unwrap();
    link.reset().await.unwrap();
    assert_eq!(ids(&mut other).await, []);
    for begin in ["BEGIN", "start transaction"] {
        write(&mut link, begin, vec![]).await.unwrap();
        insert(&mut link, 1).await.unwrap();
        link.reset().await.unwrap();
        insert(&mut other, 1).await.unwrap();
        write(&mut other, "DELETE FROM t", vec![]).await.unwrap();
    }
    write(&mut link, "BEGIN", vec![]).await.unwrap();
    insert(&mut link, 2).await.unwrap();
    write(&mut link, "COMMIT", vec![]).await.unwrap();
    link.reset().await.unwrap();
    assert_eq!(ids(&mut other).await, [Value::Int(2)]);
    schema(&mut link, "BEGIN; INSERT INTO t VALUES (3)").await;
    link.reset().await.unwrap();
    assert_eq!(ids(&mut link).await, [Value::Int(2)]);
}
