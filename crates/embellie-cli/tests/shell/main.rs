//! `embellie shell` through a terminal, and `embellie query` through pipes.
#![allow(clippy::unwrap_used, clippy::panic)]

mod prompt;
mod query;
mod server;
mod terminal;

use std::path::{Path, PathBuf};

/// A small database of albums, whose tables are named as another program would.
fn music(directory: &Path) -> PathBuf {
    let path = directory.join("music.sqlite3");
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection
        .execute_batch(
            "CREATE TABLE Artist (ArtistId INTEGER PRIMARY KEY, Name VARCHAR(120) NOT NULL);
             CREATE TABLE Album (
                 AlbumId INTEGER PRIMARY KEY, Title VARCHAR(160) NOT NULL, Price NUMERIC(10, 2), Released DATE,
                 ArtistId INTEGER NOT NULL REFERENCES Artist (ArtistId)
             );
             INSERT INTO Artist VALUES (1, 'AC/DC'), (2, 'Björk');
             INSERT INTO Album VALUES (1, 'Debut, \"the\" first', 9.90, '1993-07-05', 2), (2, 'Post', NULL, NULL, 2);",
        )
        .unwrap();
    let mut insert = connection.prepare("INSERT INTO Album VALUES (?, ?, 1, NULL, 1)").unwrap();
    for number in 10..60 {
        insert.execute((number, format!("Live {number}"))).unwrap();
    }
    path
}
