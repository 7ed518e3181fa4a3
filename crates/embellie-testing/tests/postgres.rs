//! Private servers start, serve, die and leave nothing behind.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use embellie_testing::{PrivatePostgres, TestDatabase};
use tokio_postgres::NoTls;

async fn answer(url: &str) -> Result<i32, tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    client.query_one("SELECT 42", &[]).await.map(|row| row.get(0))
}

#[tokio::test]
async fn a_server_serves_dies_comes_back_and_leaves_nothing() {
    let mut server = PrivatePostgres::start().unwrap();
    assert_eq!(answer(&server.url()).await.unwrap(), 42);
    assert_eq!(answer(&server.socket_url()).await.unwrap(), 42);
    let without_password = format!("postgres://embellie:wrong@127.0.0.1:{}/postgres", server.port());
    assert!(answer(&without_password).await.is_err(), "the password counts");

    server.kill();
    assert!(answer(&server.url()).await.is_err());
    server.restart().unwrap();
    assert_eq!(answer(&server.url()).await.unwrap(), 42);

    let socket = server.socket_url();
    let directory = socket.split(['@', ':']).nth(3).unwrap().replace("%2F", "/");
    assert!(Path::new(&directory).exists());
    let url = server.url();
    drop(server);
    assert!(!Path::new(&directory).exists());
    assert!(answer(&url).await.is_err());
}

#[tokio::test]
async fn a_test_database_is_fresh_and_goes_away() {
    let (one, two) = (TestDatabase::create().await.unwrap(), TestDatabase::create().await.unwrap());
    assert_ne!(one.name(), two.name());
    let (client, connection) = tokio_postgres::connect(&one.url(), NoTls).await.unwrap();
    tokio::spawn(connection);
    client.batch_execute("CREATE TABLE note (id int)").await.unwrap();
    let url = one.url();
    drop(one);
    assert!(tokio_postgres::connect(&url, NoTls).await.is_err());
    assert_eq!(answer(&two.url()).await.unwrap(), 42);
}

/// Set for the process that is to be killed.
const VICTIM: &str = "EMBELLIE_TESTING_VICTIM";

#[test]
fn a_server_ends_with_the_process_that_is_killed() {
    if std::env::var_os(VICTIM).is_some() {
        let server = PrivatePostgres::start().unwrap();
        println!("\nserver {}", server.socket_url());
        sleep(Duration::from_secs(60));
        return;
    }
    let mut victim = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_server_ends_with_the_process_that_is_killed", "--nocapture"])
        .env(VICTIM, "1")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(victim.stdout.take().unwrap()).lines().map(Result::unwrap);
    let url = lines.find_map(|line| line.strip_prefix("server ").map(str::to_owned)).unwrap();
    let directory = url.split(['@', ':']).nth(3).unwrap().replace("%2F", "/");
    let pid = std::fs::read_to_string(Path::new(&directory).join("data/postmaster.pid")).unwrap();
    let pid = pid.lines().next().unwrap().to_owned();
    let ask = format!("kill -0 {pid}");
    let alive = || Command::new("/bin/sh").args(["-c", &ask]).stderr(Stdio::null()).status().unwrap().success();
    assert!(alive());
    victim.kill().unwrap();
    victim.wait().unwrap();
    for _ in 0..100 {
        if !alive() && !Path::new(&directory).exists() {
            return;
        }
        sleep(Duration::from_millis(100));
    }
    panic!("the server {pid} or its directory {directory} is still there");
}
