//! `cargo xtask bench stream`: the memory that a million rows take, one after the other.

use crate::shell::{self, Result};
use crate::test;

/// Runs the benchmark, with a private PostgreSQL unless the environment names one.
pub(crate) fn run() -> Result {
    let mut bench = shell::cargo();
    bench.args(["bench", "-p", "embellie-suite", "--bench", "stream"]);
    test::with_postgres(&mut bench)
}
