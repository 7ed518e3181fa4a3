//! Benchmarks that are programs of a crate: `cargo xtask bench stream`, the memory that a million rows take, one after the
//! other; `cargo xtask bench start`, the time until the shell's first prompt.

use crate::shell::{self, Result};
use crate::test;

/// Runs the benchmark of a crate, with a private PostgreSQL unless the environment names one.
pub(crate) fn run(package: &str, name: &str) -> Result {
    let mut bench = shell::cargo();
    bench.args(["bench", "-p", package, "--bench", name]);
    test::with_postgres(&mut bench)
}
