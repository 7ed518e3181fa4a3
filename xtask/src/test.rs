//! `cargo xtask test`: every test of the workspace, doc tests included.

use crate::shell::{self, Result};

/// Runs the tests; `arguments` go to `cargo test`.
pub(crate) fn run(arguments: &[String]) -> Result {
    compiler()?;
    shell::run(shell::cargo().args(["test", "--workspace"]).args(arguments))
}

/// SQLite is compiled from C, as is part of the cryptography of TLS.
fn compiler() -> Result {
    let named = std::env::var("CC").ok();
    if ["cc", "gcc", "clang"].into_iter().chain(named.as_deref()).any(|cc| shell::has(cc, &["--version"])) {
        return Ok(());
    }
    Err("no C compiler was found, and SQLite is compiled from C. Install one and try again:\n  \
         Debian, Ubuntu   apt install build-essential\n  \
         Fedora           dnf install gcc\n  \
         macOS            xcode-select --install"
        .into())
}
