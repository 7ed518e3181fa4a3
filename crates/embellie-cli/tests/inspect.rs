//! `embellie inspect`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;
use std::process::{Command, Output};

fn inspect(directory: &Path, arguments: &[&str]) -> (bool, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_embellie"));
    let Output { status, stdout, stderr } =
        command.arg("inspect").args(arguments).current_dir(directory).output().unwrap();
    (status.success(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

#[test]
fn a_database_is_printed_and_left_as_it_is() {
    let directory = tempfile::TempDir::new().unwrap();
    let file = directory.path().join("music shop.sqlite3");
    let connection = rusqlite::Connection::open(&file).unwrap();
    connection
        .execute_batch(
            "CREATE TABLE artists (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
             CREATE TABLE albums (id INTEGER PRIMARY KEY, artist_id INTEGER NOT NULL REFERENCES artists ON DELETE CASCADE);
             CREATE VIEW broken AS SELECT * FROM gone;",
        )
        .unwrap();
    drop(connection);
    let before = std::fs::read(&file).unwrap();

    let (ok, out, err) = inspect(directory.path(), &["music shop.sqlite3"]);
    assert!(ok, "{err}");
    assert!(out.contains("#[model(app = \"music_shop\", table = \"albums\")]\npub struct Album {\n"), "{out}");
    assert!(out.contains("pub artist: ForeignKey<Artist>,"), "{out}");
    assert!(err.starts_with("note: broken: "), "{err}");

    let (ok, out, _) = inspect(directory.path(), &["music shop.sqlite3", "--table", "artists"]);
    assert!(ok && out.contains("struct Artist") && !out.contains("Album"), "{out}");
    let (ok, out, err) = inspect(directory.path(), &["music shop.sqlite3", "--table", "artist"]);
    assert!(!ok && out.is_empty(), "{out}");
    assert_eq!(
        err,
        "error: the database has no table 'artist'; did you mean 'artists'? Choices are: albums, artists\n"
    );

    let (ok, out, _) = inspect(directory.path(), &["music shop.sqlite3", "--output", "models"]);
    assert!(ok && out.is_empty());
    assert_eq!(std::fs::read_to_string(directory.path().join("models/mod.rs")).unwrap(), "pub mod music_shop;\n");
    let (ok, _, err) = inspect(directory.path(), &["music shop.sqlite3", "--output", "models"]);
    assert!(!ok && err.contains("music_shop.rs"), "what is there is kept: {err}");

    assert_eq!(std::fs::read(&file).unwrap(), before);
    let (ok, _, err) = inspect(directory.path(), &["nowhere.sqlite3"]);
    assert!(!ok && err.starts_with("error: there is no file 'nowhere.sqlite3'"), "{err}");
    assert!(!directory.path().join("nowhere.sqlite3").exists());
}
