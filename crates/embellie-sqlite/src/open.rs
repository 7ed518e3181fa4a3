//! Opening a connection and setting it up.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use embellie_core::Error;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::error::{from_sqlite, is_busy};
use crate::options::{Access, Location, SqliteOptions};
use crate::raw::Database;
use crate::session::Session;
use crate::turn::Turn;
use crate::watch::{STEPS, Watch};

/// Opens the database and makes the connection ready. Blocks.
pub(crate) fn open(options: &SqliteOptions, turn: Arc<Turn>) -> Result<Box<Session>, Error> {
    crate::raw::configure();
    let flags = OpenFlags::SQLITE_OPEN_NO_MUTEX
        | match options.access {
            Access::ReadOnly => OpenFlags::SQLITE_OPEN_READ_ONLY,
            Access::ReadWrite => OpenFlags::SQLITE_OPEN_READ_WRITE,
            Access::Create => OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
        };
    let result = match &options.location {
        Location::Memory => {
            Connection::open_in_memory_with_flags(OpenFlags::default() | OpenFlags::SQLITE_OPEN_NO_MUTEX)
                .and_then(|connection| set_up(connection, options))
        }
        // A path that starts with "file:" would be taken for a URI.
        Location::File(path) if path.starts_with("file:") || path.to_string_lossy().starts_with("file:") => {
            Connection::open_with_flags(Path::new(".").join(path), flags).and_then(|c| set_up(c, options))
        }
        Location::File(path) => Connection::open_with_flags(path, flags).and_then(|c| set_up(c, options)),
    };
    let (connection, watch) = result.map_err(|error| describe(error, options))?;
    Ok(Box::new(Session::new(Database::new(connection, options.statement_cache), watch, turn, options)))
}

// Since rusqlite 0.41 a handler needs the connection to be mutable.
#[allow(unused_mut)]
fn set_up(mut connection: Connection, options: &SqliteOptions) -> rusqlite::Result<(Connection, Arc<Watch>)> {
    connection.busy_timeout(Duration::ZERO)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    let deadline = Instant::now() + options.busy_timeout;
    // The first read of the file: it fails when the file is no database.
    patiently(deadline, || connection.query_row("PRAGMA schema_version", [], |row| row.get::<_, i64>(0)))?;
    if options.location != Location::Memory && options.access != Access::ReadOnly {
        if let Some(id) = options.application_id {
            patiently(deadline, || mark_new_file(&connection, id))?;
        }
        let mode = options.journal_mode.keyword();
        let journal_mode =
            |sql: &str| patiently(deadline, || connection.query_row(sql, [], |row| row.get::<_, String>(0)));
        if journal_mode("PRAGMA journal_mode")? != mode {
            journal_mode(&format!("PRAGMA journal_mode = {mode}"))?;
        }
    }
    connection.execute_batch(&format!(
        "PRAGMA synchronous = {}; PRAGMA foreign_keys = {};",
        options.synchronous.keyword(),
        if options.foreign_keys { "on" } else { "off" }
    ))?;
    if let Some(pages) = options.max_page_count {
        connection.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))?;
    }
    crate::functions::register(&connection)?;
    let watch = Arc::new(Watch::default());
    connection.progress_handler(STEPS, Some(Arc::clone(&watch).handler(options.inline_budget)))?;
    Ok((connection, watch))
}

/// Before the journal's mode: the mark is then in the file itself, not in a log beside it.
fn mark_new_file(connection: &Connection, id: i32) -> rusqlite::Result<()> {
    let objects: i64 = connection.query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get(0))?;
    if objects == 0 {
        connection.execute_batch(&format!("PRAGMA application_id = {id}"))?;
    }
    Ok(())
}

/// Tries again while another connection holds a lock.
fn patiently<T>(deadline: Instant, mut attempt: impl FnMut() -> rusqlite::Result<T>) -> rusqlite::Result<T> {
    loop {
        match attempt() {
            Err(error) if is_busy(&error) && Instant::now() < deadline => {
                std::thread::sleep(Duration::from_millis(5));
            }
            result => return result,
        }
    }
}

/// Says which file could not be opened and, where it can be told, why.
fn describe(error: rusqlite::Error, options: &SqliteOptions) -> Error {
    let Location::File(path) = &options.location else { return from_sqlite(error) };
    let reason = match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::NotADatabase) => "the file is not an SQLite database".into(),
        Some(rusqlite::ErrorCode::CannotOpen) => reason_not_opened(path, options),
        _ => String::new(),
    };
    match from_sqlite(error) {
        Error::Operational(mut e) => {
            let reason: &str = if reason.is_empty() { &e.message } else { &reason };
            e.message = format!("cannot open the SQLite database '{}': {reason}", path.display());
            Error::Operational(e)
        }
        other => other,
    }
}

fn reason_not_opened(path: &Path, options: &SqliteOptions) -> String {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    match std::fs::metadata(path) {
        Ok(found) if found.is_dir() => "it is a directory".into(),
        Ok(_) => match std::fs::File::open(path) {
            Err(error) => error.to_string(),
            Ok(_) => String::new(),
        },
        Err(_) if parent.is_some_and(|parent| !parent.is_dir()) => "its directory does not exist".into(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && options.access != Access::Create => {
            "there is no such file (mode=rwc would create it)".into()
        }
        Err(error) => error.to_string(),
    }
}
