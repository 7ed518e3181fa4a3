//! `cargo xtask bench …`: what is measured rather than tested.

mod compile;

use crate::shell::Result;

/// Runs the benchmark that the arguments name.
pub(crate) fn run(arguments: &[String]) -> Result {
    match arguments {
        [name, rest @ ..] if name == "compile" => compile::run(rest),
        [name, ..] => Err(format!("there is no benchmark `{name}`; there is `compile`").into()),
        [] => Err("which benchmark? There is `compile`".into()),
    }
}
