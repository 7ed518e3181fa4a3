//! A new file says whose it is, in its first bytes; an older one keeps what it says.
#![allow(clippy::unwrap_used)]

use embellie_core::{Discard, Driver, Statement};
use embellie_sqlite::{SqliteDriver, SqliteOptions};

fn mark(path: &std::path::Path) -> [u8; 4] {
    std::fs::read(path).unwrap()[68..72].try_into().unwrap()
}

#[tokio::test]
async fn new_files_are_marked_and_old_ones_are_not() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.db");
    let options = SqliteOptions::file(&path).application_id(0x0102_0304);
    let mut first = SqliteDriver::new(options).connect().await.unwrap();
    // Before anything is committed, and while a log stands beside the file.
    assert_eq!(mark(&path), [1, 2, 3, 4]);
    first.execute(&Statement::schema("CREATE TABLE t (x)"), Box::new(Discard)).await.1.unwrap();

    let url = format!("sqlite://{}?application_id=9", path.display());
    drop(SqliteDriver::new(url.parse().unwrap()).connect().await.unwrap());
    drop(first);
    assert_eq!(mark(&path), [1, 2, 3, 4]);
}
