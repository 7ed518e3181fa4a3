//! What a file is, told from its bytes alone, so that a file which is not ours is not even opened as a database.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::MARK;

/// What is at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Found {
    /// Nothing, or a file without content.
    Nothing,
    /// A file that the demo made.
    Ours,
    /// Something else, in words.
    Foreign(&'static str),
    /// A file that the demo made, of which a part is missing.
    Truncated,
}

const MAGIC: &[u8; 16] = b"SQLite format 3\0";
const HEADER: usize = 100;

/// Looks at what is at a path, and changes nothing.
pub(in super::super) fn inspect(path: &Path) -> io::Result<Found> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::Nothing),
        Err(error) => return Err(error),
    };
    let about = file.metadata()?;
    if about.is_dir() {
        return Ok(Found::Foreign("a directory"));
    }
    if !about.is_file() {
        return Ok(Found::Foreign("not a regular file"));
    }
    let mut header = Vec::with_capacity(HEADER);
    file.take(HEADER as u64).read_to_end(&mut header)?;
    if header.is_empty() {
        return Ok(Found::Nothing);
    }
    if !header.starts_with(MAGIC) {
        return Ok(Found::Foreign("not an SQLite database"));
    }
    let Ok(header) = <[u8; HEADER]>::try_from(header) else {
        return Ok(Found::Foreign("only the beginning of an SQLite database"));
    };
    if number(&header, 68) != MARK {
        return Ok(Found::Foreign("a database that the demo did not make"));
    }
    // While a log stands beside the file, its last pages may be there alone.
    let has_log = std::fs::metadata(log_of(path)).is_ok_and(|log| log.len() > 0);
    if !has_log && about.len() < promised(&header) {
        return Ok(Found::Truncated);
    }
    Ok(Found::Ours)
}

/// How long the file has to be, as its header says; 0 where it does not say.
fn promised(header: &[u8; HEADER]) -> u64 {
    let page = match u64::from(number(header, 14) & 0xffff) {
        1 => 65_536,
        size => size,
    };
    // The number of pages counts only when the same program wrote it that last changed the file.
    let pages = if number(header, 24) == number(header, 92) { number(header, 28) } else { 0 };
    u64::from(pages) * page
}

fn number(header: &[u8; HEADER], place: usize) -> u32 {
    header[place..place + 4].iter().fold(0, |number, byte| (number << 8) | u32::from(*byte))
}

fn log_of(path: &Path) -> std::path::PathBuf {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    log.into()
}
