//! Encryption, and the proof that each mode asks for.

use std::time::Duration;

use embellie_core::{Error, Value};
use embellie_testing::{PrivatePostgres, Settings};

use crate::support::{connect, one, read, try_connect};

const ENCRYPTED: &str = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";

fn secure_server() -> PrivatePostgres {
    let mut settings = Settings::default();
    settings.tls = true;
    PrivatePostgres::start_with(&settings).unwrap()
}

#[tokio::test]
async fn each_mode_asks_for_its_proof() {
    let server = secure_server();
    let url = server.url();
    let (by_address, by_name) = (url.clone(), url.replace("127.0.0.1", "localhost"));
    let authority = server.authority();
    let authority = authority.to_str().unwrap();
    for (url, options, encrypted) in [
        (&by_address, "".to_owned(), true),
        (&by_address, "?sslmode=disable".to_owned(), false),
        (&by_address, "?sslmode=prefer".to_owned(), true),
        (&by_address, "?sslmode=require".to_owned(), true),
        (&by_address, format!("?sslmode=require&sslrootcert={authority}"), true),
        (&by_address, format!("?sslmode=verify-ca&sslrootcert={authority}"), true),
        (&by_name, format!("?sslmode=verify-full&sslrootcert={authority}"), true),
    ] {
        let mut link = connect(&format!("{url}{options}")).await;
        assert_eq!(one(&mut link, ENCRYPTED, vec![]).await.unwrap(), Value::Bool(encrypted), "{options}");
    }
    for (url, options, expected) in [
        // The certificate is for the name.
        (&by_address, format!("?sslmode=verify-full&sslrootcert={authority}"), "not valid for name"),
        // No authority of the operating system's has signed it.
        (&by_name, "?sslmode=verify-full".to_owned(), "cert"),
        (&by_name, "?sslmode=verify-ca&sslrootcert=system".to_owned(), "cert"),
        (&by_name, "?sslmode=verify-ca&sslrootcert=/nowhere.crt".to_owned(), "cannot read /nowhere.crt"),
    ] {
        let Err(error) = try_connect(&format!("{url}{options}")).await else { panic!("{options}") };
        assert!(matches!(error, Error::Operational(_) | Error::ImproperlyConfigured(_)));
        assert!(error.to_string().contains(expected), "{options}: {error}");
    }
}

#[tokio::test]
async fn a_server_without_encryption_is_refused_where_it_is_required() {
    let server = PrivatePostgres::start().unwrap();
    let mut link = connect(&server.url()).await;
    assert_eq!(one(&mut link, ENCRYPTED, vec![]).await.unwrap(), Value::Bool(false));
    let Err(error) = try_connect(&format!("{}?sslmode=require", server.url())).await else { panic!("connected") };
    assert!(matches!(&error, Error::Operational(e) if e.message.contains("server does not support TLS")), "{error}");
}

#[tokio::test]
async fn a_dropped_statement_is_cancelled_over_an_encrypted_connection() {
    let server = secure_server();
    let mut link = connect(&format!("{}?sslmode=require", server.url())).await;
    let sleeping =
        tokio::time::timeout(Duration::from_millis(50), read(&mut link, "SELECT pg_sleep(60)", vec![])).await;
    assert!(sleeping.is_err());
    tokio::time::timeout(Duration::from_secs(3), link.reset()).await.unwrap().unwrap();
    assert_eq!(one(&mut link, "SELECT 1", vec![]).await.unwrap(), Value::Int(1));
}
