//! `cargo xtask ci`: everything that must hold before a change lands.

use std::time::{Duration, Instant};

use crate::shell::{self, Result};
use crate::{bench, conformance, test, tidy};

type Step = (&'static str, fn() -> Result);

const STEPS: [Step; 7] = [
    ("test", || test::run(&["--no-fail-fast".to_owned()])),
    ("fmt", || shell::run(shell::cargo().args(["fmt", "--all", "--check"]))),
    ("clippy", || {
        shell::run(shell::cargo().args(["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"]))
    }),
    ("doc", || {
        shell::run(
            shell::cargo().args(["doc", "--workspace", "--no-deps", "--quiet"]).env("RUSTDOCFLAGS", "-D warnings"),
        )
    }),
    ("tidy", tidy::run),
    ("conformance", conformance::ratchet),
    ("ratchet", bench::ratchet::check),
];

/// Runs every step, even after one has failed, so that one run shows all there is to mend.
pub(crate) fn run() -> Result {
    let results: Vec<(&str, Duration, Result)> = STEPS
        .iter()
        .map(|(name, step)| {
            println!("\n== {name}");
            let start = Instant::now();
            let result = step();
            if let Err(error) = &result {
                eprintln!("{error}");
            }
            (*name, start.elapsed(), result)
        })
        .collect();

    println!();
    for (name, elapsed, result) in &results {
        let outcome = if result.is_ok() { "ok" } else { "FAILED" };
        println!("{name:<11} {:>7.1} s  {outcome}", elapsed.as_secs_f64());
    }
    let failed: Vec<&str> = results.iter().filter(|(_, _, result)| result.is_err()).map(|(name, ..)| *name).collect();
    if failed.is_empty() { Ok(()) } else { Err(format!("failed: {}", failed.join(", ")).into()) }
}
