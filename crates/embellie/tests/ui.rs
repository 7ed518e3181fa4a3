//! Mistakes in typed code: each gives one short error that says what is wrong.
//!
//! After a change that is meant to change them, `TRYBUILD=overwrite cargo test -p embellie --test ui` writes them anew.

use std::process::Command;

/// The compiler whose messages are written down; others word them otherwise.
const COMPILER: &str = "rustc 1.95";

#[test]
fn mistakes() {
    let compiler = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".into());
    let version = Command::new(compiler).arg("--version").output().unwrap();
    let version = String::from_utf8_lossy(&version.stdout);
    if !version.starts_with(COMPILER) {
        eprintln!("not checked: the messages are those of {COMPILER}, and this is {version}");
        return;
    }
    trybuild::TestCases::new().compile_fail("../../tests/ui/*.rs");
}
