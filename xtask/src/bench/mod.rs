//! `cargo xtask bench …`: what is measured rather than tested.

mod building;
mod compile;
mod growth;
pub(crate) mod ratchet;
mod readme;
mod speed;
mod stream;

use crate::shell::{self, Result};

/// Runs the benchmark that the arguments name; cases of speed when they name none.
pub(crate) fn run(arguments: &[String]) -> Result {
    match arguments {
        [name, rest @ ..] if name == "compile" => compile::run(rest),
        [name, rest @ ..] if name == "ratchet" => ratchet::run(rest),
        [name, rest @ ..] if name == "growth" => growth::run(rest),
        [name, rest @ ..] if name == "demo" => speed::demo::run(rest),
        [name] if name == "building" => building::run(),
        [name] if name == "stream" => stream::run("embellie-suite", "stream"),
        [name] if name == "start" => stream::run("embellie-cli", "start"),
        [name, rest @ ..] if name == "peers" => {
            shell::run(shell::cargo().args(["bench", "-p", "embellie", "--bench", "peers", "--"]).args(rest))
        }
        rest => speed::run(rest),
    }
}
