//! Rust source that is written from models.
//!
//! What is written is kept in `tests/written/`, where the compiler reads it. After a change of what is written, run these
//! tests with `EMBELLIE_WRITE=1` to write it anew, and look at what became different.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod asked;
mod databases;
mod models;
mod odd;
mod queries;
mod texts;

use std::path::{Path, PathBuf};

/// Where what is written is kept.
fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/written")
}

/// Compares a text with that of a file that is compiled, or writes it where that is asked for.
fn same_as_written(name: &str, text: &str) {
    let path = directory().join(name);
    if std::env::var_os("EMBELLIE_WRITE").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let known = std::fs::read_to_string(&path).unwrap_or_default();
    if known != text {
        let differs = known.lines().zip(text.lines()).find(|(a, b)| a != b);
        panic!("{name} is written otherwise, first here: {differs:?}; see the beginning of this test");
    }
}
