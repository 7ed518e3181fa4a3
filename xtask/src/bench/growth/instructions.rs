//! Counting instructions, by valgrind.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::shell::{self, Result};

/// How often something is done before it is counted, so that statements are prepared and plans are found.
const BEFORE: u64 = 4;

pub(super) struct Counter;

/// Counts what the program does on one database.
pub(super) struct CounterOf<'a> {
    program: &'a Path,
    url: String,
}

impl Counter {
    /// Something that counts, where this machine has it.
    pub(super) fn find() -> Option<Counter> {
        shell::has("valgrind", &["--version"]).then_some(Counter)
    }

    pub(super) fn of<'a>(&self, program: &'a Path, url: &str) -> CounterOf<'a> {
        // Counted, every statement takes longer than a connection would spend on it at once.
        CounterOf { program, url: format!("{url}?inline_budget=3600s") }
    }
}

impl CounterOf<'_> {
    /// The instructions that something takes once it has been done before; of a `large` size, the first time: what is done
    /// once counts for nothing beside the rest, which takes long to count.
    pub(super) fn count(&self, what: &str, size: u64, large: bool) -> Result<f64> {
        let less = if large { 0 } else { BEFORE };
        let (before, after) = (self.whole(what, size, less)?, self.whole(what, size, less + 1)?);
        Ok(after.saturating_sub(before) as f64)
    }

    /// The instructions of a whole run that does it so many times.
    fn whole(&self, what: &str, size: u64, times: u64) -> Result<u64> {
        let mut command = Command::new("valgrind");
        command.args(["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]);
        command.arg(self.program).args(["growth", &self.url]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        if let Some(mut input) = child.stdin.take() {
            writeln!(input, "{what} {size} {times}")?;
        }
        let output = child.wait_with_output()?;
        let (answer, said) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        if answer.trim() != "done" {
            return Err(format!("{size} of `{what}`, counted: {}", answer.trim()).into());
        }
        references(&said).ok_or_else(|| format!("valgrind counted nothing for `{what}`:\n{said}").into())
    }
}

/// The number in `I   refs:      1,234`.
fn references(said: &str) -> Option<u64> {
    let number = said.lines().find_map(|line| line.split_once("refs:").filter(|(before, _)| before.contains(" I ")))?.1;
    number.trim().replace(',', "").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::references;

    #[test]
    fn the_number_of_instructions_is_found() {
        assert_eq!(references("==12== Cachegrind\n==12== I   refs:      1,234,567\n"), Some(1_234_567));
        assert_eq!(references("==12== I refs:        1,234\n"), Some(1_234));
        assert_eq!(references("==12== D   refs:      1,234\n"), None);
    }
}
