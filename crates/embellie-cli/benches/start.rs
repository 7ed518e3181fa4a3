//! How long the shell takes to show its first prompt, on a database of 200 tables: `cargo xtask bench start`.
//!
//! The command runs in a terminal, and the time is that from its start until the bytes of the prompt have come. A machine
//! that does something else besides tells nothing.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::io::{Read, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use embellie_testing::TestDatabase;
use portable_pty::{CommandBuilder, PtySize, native_pty_system};

/// How many tables there are.
const TABLES: usize = 200;

/// How often the shell is started.
const STARTS: usize = 20;

/// The statements that make the tables: of five to ten columns, most of them pointing at others.
fn tables() -> Vec<String> {
    let table = |number: usize| {
        let mut columns = vec![
            "id integer PRIMARY KEY".to_owned(),
            "name varchar(100) NOT NULL".to_owned(),
            "size integer NOT NULL".to_owned(),
            "price numeric(8, 2)".to_owned(),
            "made timestamp NOT NULL".to_owned(),
        ];
        for column in 0..number % 4 {
            columns.push(format!("note_{column} text"));
        }
        // To the one before, and to one further back.
        for (name, before) in [("parent", number.checked_sub(1)), ("origin", number.checked_sub(17))] {
            if let Some(before) = before {
                columns.push(format!("{name}_id integer REFERENCES thing_{before} (id)"));
            }
        }
        format!("CREATE TABLE thing_{number} ({})", columns.join(", "))
    };
    (0..TABLES).map(table).collect()
}

/// Starts the shell; gives the time until the prompt was there.
fn start(database: &str, prompt: &str, directory: &Path) -> Duration {
    let size = PtySize { rows: 40, cols: 100, ..PtySize::default() };
    let pair = native_pty_system().openpty(size).unwrap();
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_embellie"));
    command.args(["shell", database]);
    command.cwd(directory);
    command.env("XDG_STATE_HOME", directory);
    command.env("TERM", "xterm-256color");
    let (mut reader, mut writer) = (pair.master.try_clone_reader().unwrap(), pair.master.take_writer().unwrap());
    let begun = Instant::now();
    let mut child = pair.slave.spawn_command(command).unwrap();
    drop(pair.slave);
    let (mut shown, mut part) = (Vec::new(), [0; 4096]);
    loop {
        let length = reader.read(&mut part).unwrap_or_default();
        assert!(length > 0, "the shell ended: {}", String::from_utf8_lossy(&shown));
        let part = &part[..length];
        shown.extend_from_slice(part);
        // Where the cursor is: the terminal is asked for it before the prompt.
        for _ in part.windows(4).filter(|sent| *sent == b"\x1b[6n") {
            writer.write_all(b"\x1b[1;1R").unwrap();
        }
        if plain(&shown).contains(prompt) {
            break;
        }
    }
    let taken = begun.elapsed();
    child.kill().unwrap();
    child.wait().unwrap();
    taken
}

/// The text without what only moves the cursor or colours it.
fn plain(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let mut made = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\x1b' if chars.next() == Some('[') => while chars.next().is_some_and(|c| !c.is_ascii_alphabetic()) {},
            '\x1b' => {}
            c => made.push(c),
        }
    }
    made
}

fn measure(what: &str, database: &str, prompt: &str, directory: &Path) {
    let mut times: Vec<Duration> = (0..STARTS).map(|_| start(database, prompt, directory)).collect();
    times.sort();
    let (least, median, most) = (times[0], times[STARTS / 2], times[STARTS - 1]);
    println!("{what}: {median:.1?} (median of {STARTS}; {least:.1?} to {most:.1?})");
}

fn main() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("things.sqlite3");
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.execute_batch(&tables().join(";\n")).unwrap();
    drop(connection);
    println!("From the start of `embellie shell` to its first prompt, {TABLES} tables:");
    measure("SQLite", path.to_str().unwrap(), "things.sqlite3> ", directory.path());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let database = runtime.block_on(TestDatabase::create()).unwrap();
    let url = database.url();
    runtime.block_on(async {
        let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
        client.batch_execute(&tables().join(";\n")).await.unwrap();
    });
    let name = url.rsplit('/').next().unwrap_or_default();
    // The prompt shows the beginning of a long name.
    let name: String = name.split('?').next().unwrap_or_default().chars().take(30).collect();
    measure("PostgreSQL", &url, &format!("{name}> "), directory.path());
}
