//! Servers that die.

use std::time::Duration;

use embellie_core::{Control, Error, Row, RowSink, Statement, Value};
use embellie_testing::PrivatePostgres;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

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

/// Kills the server when the hundredth row arrives.
struct Killer {
    server: PrivatePostgres,
    rows: usize,
}

impl RowSink for Killer {
    fn row(&mut self, _: &dyn Row) -> Result<(), Error> {
        self.rows += 1;
        if self.rows == 100 {
            self.server.kill();
        }
        Ok(())
    }

    fn restart(&mut self) {}

    fn into_any(self: Box<Self>) -> Box<dyn std::any::Any> {
        self
    }
}

#[tokio::test]
async fn a_server_that_dies_between_rows_is_an_error_and_no_short_result() {
    let server = PrivatePostgres::start().unwrap();
    let mut link = connect(&server.url()).await;
    let many = Statement::read("SELECT repeat('x', 1000) FROM generate_series(1, 1000000)", vec![]);
    let (sink, result) = link.execute(&many, Box::new(Killer { server, rows: 0 })).await;
    assert!(matches!(&result, Err(Error::Operational(e)) if e.message.contains("lost")), "{result:?}");
    assert!(link.is_broken());
    let rows = sink.into_any().downcast::<Killer>().unwrap().rows;
    assert!((100..1_000_000).contains(&rows), "{rows}");
}

#[tokio::test]
async fn a_session_that_hangs_is_given_up_after_a_while() {
    let server = PrivatePostgres::start().unwrap();
    let mut link = connect(&server.url()).await;
    let pid = one(&mut link, "SELECT pg_backend_pid()::text", vec![]).await.unwrap();
    let Value::Text(pid) = pid else { panic!("{pid:?}") };
    let sleeping =
        tokio::time::timeout(Duration::from_millis(50), read(&mut link, "SELECT pg_sleep(60)", vec![])).await;
    assert!(sleeping.is_err());
    // A session of this test's own server, stopped by the shell's own `kill`: a program of that name need not be there.
    let stop = format!("kill -STOP {pid}");
    assert!(std::process::Command::new("/bin/sh").args(["-c", &stop]).status().unwrap().success());
    let result = tokio::time::timeout(Duration::from_secs(20), link.reset()).await.unwrap();
    assert!(matches!(&result, Err(Error::Operational(e)) if e.message.contains("did not stop")), "{result:?}");
    assert!(link.is_broken());
}

/// A server that says it is of `version`, and no more.
async fn impostor(version: Option<&str>) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut greeting = b"R\0\0\0\x08\0\0\0\0".to_vec(); // authenticated
    if let Some(version) = version {
        let status = format!("server_version\0{version}\0");
        greeting.push(b'S');
        greeting.extend((status.len() as u32 + 4).to_be_bytes());
        greeting.extend(status.as_bytes());
    }
    greeting.extend(b"Z\0\0\0\x05I"); // ready
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut startup = [0; 512];
        assert!(stream.read(&mut startup).await.unwrap() > 0);
        stream.write_all(&greeting).await.unwrap();
        while stream.read(&mut startup).await.unwrap() > 0 {}
    });
    format!("postgres://me@127.0.0.1:{port}/db?sslmode=disable")
}

#[tokio::test]
async fn a_server_that_is_too_old_is_refused() {
    for (version, expected) in [
        (Some("12.22"), "PostgreSQL 13 or newer is needed; the server at 127.0.0.1:"),
        (Some("unknown"), "does not say which version it is"),
        (None, "does not say which version it is"),
    ] {
        let Err(error) = try_connect(&impostor(version).await).await else { panic!("{version:?}") };
        assert!(matches!(&error, Error::NotSupported(m) if m.contains(expected)), "{error:?}");
    }
}

#[tokio::test]
async fn a_server_that_runs_out_of_space_or_sessions_says_so() {
    let mut settings = embellie_testing::Settings::default();
    settings.configuration = vec!["temp_file_limit=64kB".into(), "work_mem=64kB".into(), "max_connections=4".into()];
    settings.configuration.push("superuser_reserved_connections=0".into());
    settings.configuration.push("max_wal_senders=0".into());
    let server = PrivatePostgres::start_with(&settings).unwrap();
    let mut links = Vec::new();
    let refused = loop {
        match try_connect(&server.url()).await {
            Ok(link) => links.push(link),
            Err(error) => break error,
        }
    };
    assert_eq!(links.len(), 4);
    assert!(matches!(&refused, Error::Operational(e) if e.code.as_deref() == Some("53300")), "{refused:?}");
    let link = &mut links[0];
    write(link, "CREATE ROLE guest; ", vec![]).await.unwrap();
    write(link, "SET ROLE guest", vec![]).await.unwrap();
    let sorted = read(link, "SELECT n FROM generate_series(1, 100000) AS n ORDER BY -n", vec![]).await;
    assert!(matches!(&sorted, Err(Error::Operational(e)) if e.code.as_deref() == Some("53400")), "{sorted:?}");
    assert_eq!(one(link, "SELECT 1", vec![]).await.unwrap(), Value::Int(1));
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
