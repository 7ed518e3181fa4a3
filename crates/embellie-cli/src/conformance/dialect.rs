//! The database of a request: a file of the one that keeps its databases in files.

use embellie::Database;
use embellie::database::DatabaseBuilder;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

/// What may not stand in the path of a URL as it is.
const ESCAPED: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'%').add(b'?');

/// How to connect to the database in a file.
pub(super) fn file(path: &str) -> DatabaseBuilder {
    Database::builder(&format!("sqlite://{}", utf8_percent_encode(path, ESCAPED))).pool_size(1)
}
