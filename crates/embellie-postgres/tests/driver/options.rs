//! Options from URLs.

use std::time::Duration;

use embellie_core::Error;
use embellie_postgres::{PostgresOptions, TlsMode};

fn read(url: &str) -> Result<PostgresOptions, Error> {
    url.parse()
}

#[test]
fn urls_say_the_same_as_methods() {
    let base = || PostgresOptions::new("localhost", "shop");
    for (url, options) in [
        ("postgres:///shop", base()),
        ("postgresql://localhost:5432/shop", base()),
        ("postgres://localhost/?dbname=shop", base()),
        ("postgres://a%40b:p%3Aw%2F@localhost/shop", base().user("a@b").password("p:w/")),
        ("postgres://localhost/shop?user=a&password=b%26c&port=99", base().user("a").password("b&c").port(99)),
        ("postgres:///shop?host=/run/postgresql", PostgresOptions::new("/run/postgresql", "shop")),
        ("postgres://%2Frun%2Fpostgresql/shop", PostgresOptions::new("/run/postgresql", "shop")),
        ("postgres://[::1]:99/shop", PostgresOptions::new("::1", "shop").port(99)),
        ("postgres:///a%20b%2Fc", PostgresOptions::new("localhost", "a b/c")),
        ("postgres:///shop?sslmode=verify-full", base().tls_mode(TlsMode::VerifyFull)),
        ("postgres:///shop?connect_timeout=3", base().connect_timeout(Duration::from_secs(3))),
        ("postgres:///shop?statement_timeout=1500", base().statement_timeout(Duration::from_millis(1500))),
        ("postgres:///shop?statement_timeout=2min", base().statement_timeout(Duration::from_secs(120))),
        ("postgres:///shop?statement_cache=0&keepalives=off", base().statement_cache(0).keepalives(false)),
        ("postgres:///shop?options=-c%20search_path%3Da%2Cb", base().server_options("-c search_path=a,b")),
    ] {
        assert_eq!(read(url).unwrap(), options, "{url}");
    }
}

#[test]
fn wrong_urls_say_what_is_right_and_keep_the_password() {
    for (url, expected) in [
        ("mysql://me:hunter2@localhost/shop", "begins with postgres://, not mysql:"),
        ("postgres//me:hunter2@localhost", "postgres://user:password@host/database"),
        ("postgres://me:hunter2@localhost:99999/shop", "invalid port number"),
        ("postgres://me:hunter2@a,b/shop", "one host"),
        (
            "postgres://me:hunter2@h/shop?sslmod=require",
            "no option 'sslmod'; did you mean 'sslmode'?; the options are host",
        ),
        ("postgres://me:hunter2@h/shop?sslmode=on", "sslmode of a PostgreSQL URL is disable, prefer, require"),
        ("postgres://me:hunter2@h/shop?connect_timeout=soon", "a time such as 5s"),
        ("postgres://me:hunter2@h/shop?port=0", "a number from 1 to 65535"),
        ("postgres://me:hunter2@h/shop?sslcert=a.crt", "sslcert and sslkey"),
        ("postgres://h/shop?password=hunter2%00", "the option password"),
        ("postgres://me:hunter2%00@h/shop", "without NUL"),
    ] {
        let error = read(url).unwrap_err();
        assert!(matches!(error, Error::ImproperlyConfigured(_)), "{url}");
        assert!(error.to_string().contains(expected), "{url}: {error}");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}

#[test]
fn secrets_are_not_shown() {
    let options = read("postgres://me:hunter2@h/shop?options=-c%20my.secret%3Dhunter2").unwrap();
    let driver = embellie_postgres::PostgresDriver::new(options.clone());
    let shown = format!("{options:?} {driver:?}");
    assert!(!shown.contains("hunter2") && shown.contains("\"h\"") && shown.contains("shop"), "{shown}");
}
