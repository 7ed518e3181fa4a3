//! Servers that die.

use std::time::Duration;

use embellie_core::{Control, Error, Value};
use embellie_testing::PrivatePostgres;

use crate::support::{connect, fresh, one, read, try_connect, write};

#[tokio::test]
async fn a_killed_server_is_an_operational_error_and_comes_back() {
    let mut server = PrivatePostgres::start().unwrap();
    let mut busy = connect(&server.url()).await;
    let mut idle = connect(&server.url()).await;
    let mut inside = connect(&server.url()).await;
    inside.control(&Control::Begin).await.unwrap();
    write(&mut inside, "CREATE TABLE t (id int)", vec![]).await.unwrap();
    let sleeping = tokio::spawn(async move {
        let result = read(&mut busy, "SELECT pg_sleep(60)", vec![]).await;
        (busy, result)
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    server.kill();

    let (mut busy, result) = tokio::time::timeout(Duration::from_secs(5), sleeping).await.unwrap().unwrap();
    assert!(matches!(result, Err(Error::Operational(_))), "{result:?}");
    assert!(busy.is_broken());
    assert!(matches!(busy.reset().await, Err(Error::Operational(_))));
    for link in [&mut idle, &mut inside] {
        let result = one(link, "SELECT 1", vec![]).await;
        assert!(matches!(&result, Err(Error::Operational(e)) if e.message.contains("lost")), "{result:?}");
        assert!(link.is_broken());
        assert!(link.control(&Control::Rollback).await.is_err());
        assert!(link.reset().await.is_err());
    }
    assert!(matches!(try_connect(&server.url()).await, Err(Error::Operational(_))));

    server.restart().unwrap();
    let mut link = connect(&server.url()).await;
    assert_eq!(one(&mut link, "SELECT to_regclass('t') IS NULL", vec![]).await.unwrap(), Value::Bool(true));
}

#[tokio::test]
async fn a_terminated_session_is_broken_and_says_why() {
    let (database, mut link) = fresh().await;
    let mut other = connect(&database.url()).await;
    let pid = one(&mut link, "SELECT pg_backend_pid()", vec![]).await.unwrap();
    let ended = read(&mut link, "SELECT pg_terminate_backend(pg_backend_pid())", vec![]).await;
    assert!(matches!(&ended, Err(Error::Operational(e)) if e.code.as_deref() == Some("57P01")), "{ended:?}");
    assert!(link.is_broken());

    // While it waits for work, nobody hears the server's last words until the next use.
    let mut link = connect(&database.url()).await;
    let idle = one(&mut link, "SELECT pg_backend_pid()", vec![]).await.unwrap();
    assert_ne!(idle, pid);
    one(&mut other, "SELECT pg_terminate_backend($1)", vec![idle]).await.unwrap();
    let result = async {
        loop {
            one(&mut link, "SELECT 1", vec![]).await?;
        }
    };
    let result: Result<(), Error> = tokio::time::timeout(Duration::from_secs(5), result).await.unwrap();
    assert!(
        matches!(&result, Err(Error::Operational(e)) if e.message.contains("terminating connection")),
        "{result:?}"
    );
    assert!(link.is_broken());
}

#[tokio::test]
async fn a_unix_socket_serves_too() {
    let server = PrivatePostgres::start().unwrap();
    let mut link = connect(&server.socket_url()).await;
    let address = one(&mut link, "SELECT inet_client_addr() IS NULL", vec![]).await.unwrap();
    assert_eq!(address, Value::Bool(true));
    let sleeping =
        tokio::time::timeout(Duration::from_millis(50), read(&mut link, "SELECT pg_sleep(60)", vec![])).await;
    assert!(sleeping.is_err());
    link.reset().await.unwrap();
    assert_eq!(one(&mut link, "SELECT 1", vec![]).await.unwrap(), Value::Int(1));
}
