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
async fn a_server_that_vouches_for_itself_is_trusted_when_it_is_named() {
    let mut settings = Settings::default();
    settings.self_signed = true;
    let server = PrivatePostgres::start_with(&settings).unwrap();
    let (by_address, by_name) = (server.url(), server.url().replace("127.0.0.1", "localhost"));
    let itself = server.authority();
    let itself = itself.to_str().unwrap();
    for (url, mode) in [(&by_address, "verify-ca"), (&by_name, "verify-full")] {
        let mut link = connect(&format!("{url}?sslmode={mode}&sslrootcert={itself}")).await;
        assert_eq!(one(&mut link, ENCRYPTED, vec![]).await.unwrap(), Value::Bool(true));
    }
    let another_server = secure_server();
    let other = another_server.authority();
    for options in [
        format!("{by_address}?sslmode=verify-full&sslrootcert={itself}"),
        format!("{by_name}?sslmode=verify-full"),
        format!("{by_name}?sslmode=verify-ca&sslrootcert={}", other.display()),
    ] {
        assert!(try_connect(&options).await.is_err(), "{options}");
    }
}

#[tokio::test]
async fn where_only_plain_connections_are_let_in_preference_yields() {
    use std::os::unix::fs::PermissionsExt;

    let directory = tempfile::tempdir().unwrap();
    let rules = directory.path().join("rules.conf");
    std::fs::write(&rules, "hostnossl all all 127.0.0.1/32 scram-sha-256\n").unwrap();
    for path in [directory.path(), &rules] {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap(); // another user reads it
    }
    let mut settings = Settings::default();
    settings.tls = true;
    settings.configuration.push(format!("hba_file={}", rules.display()));
    let server = PrivatePostgres::start_with(&settings).unwrap();
    let mut link = connect(&server.url()).await;
    assert_eq!(one(&mut link, ENCRYPTED, vec![]).await.unwrap(), Value::Bool(false));
    let Err(error) = try_connect(&format!("{}?sslmode=require", server.url())).await else { panic!("connected") };
    assert!(matches!(&error, Error::Operational(e) if e.code.as_deref() == Some("28000")), "{error:?}");
}

#[tokio::test]
async fn a_client_shows_its_certificate() {
    let server = secure_server();
    let (certificate, key) = server.client_certificate();
    let files = format!("sslcert={}&sslkey={}", certificate.display(), key.display());
    let who = "SELECT client_dn FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    let mut link = connect(&format!("{}?sslmode=require&{files}", server.url())).await;
    let name = one(&mut link, who, vec![]).await.unwrap();
    assert!(matches!(&name, Value::Text(name) if name.ends_with("CN=embellie")), "{name:?}");
    let files = format!("sslcert={}&sslkey={0}", certificate.display());
    let Err(error) = try_connect(&format!("{}?sslmode=require&{files}", server.url())).await else { panic!() };
    assert!(error.to_string().contains("client.crt holds no private key"), "{error}");
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
    tokio::time::timeout(Duration::from_secs(30), link.reset()).await.unwrap().unwrap();
    assert_eq!(one(&mut link, "SELECT 1", vec![]).await.unwrap(), Value::Int(1));
}
