//! `cargo xtask bench …`: what is measured rather than tested.

mod compile;
mod speed;
mod stream;

use crate::shell::Result;

/// Runs the benchmark that the arguments name; cases of speed when they name none.
pub(crate) fn run(arguments: &[String]) -> Result {
    match arguments {
        [name, rest @ ..] if name == "compile" => compile::run(rest),
        [name] if name == "stream" => stream::run(),
        rest => speed::run(rest),
    }
}
