//! One timed build.

use std::fs;
use std::process::Stdio;
use std::time::Instant;

use super::Crate;
use crate::shell::{self, Result};

/// What is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Build {
    /// The whole crate, from nothing but its dependencies.
    Whole,
    /// What an edit of one function makes necessary.
    Edit,
}

/// Begins the line that an edit changes.
const EDITED: &str = "pub fn edited() -> u64 {";

/// Builds the crate and gives the seconds it took.
pub(super) fn build(one: &Crate, build: Build) -> Result<f64> {
    match build {
        Build::Whole => cargo(one, &["clean", "--package", one.name])?,
        Build::Edit => edit(one)?,
    }
    let start = Instant::now();
    cargo(one, &["build"])?;
    Ok(start.elapsed().as_secs_f64())
}

/// The middle of some numbers; of an even number of them, the greater of the two in the middle.
pub(super) fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(f64::NAN)
}

fn edit(one: &Crate) -> Result {
    let path = one.folder.join("src/lib.rs");
    let text = fs::read_to_string(&path)?;
    let before = text.split_once(EDITED).map_or(text.as_str(), |(before, _)| before);
    let now = std::time::UNIX_EPOCH.elapsed()?.as_nanos() as u64;
    fs::write(&path, format!("{before}{EDITED}\n    {now}\n}}\n"))?;
    Ok(())
}

fn cargo(one: &Crate, arguments: &[&str]) -> Result {
    let mut command = shell::cargo();
    command.current_dir(&one.folder).env("CARGO_TARGET_DIR", one.folder.with_file_name("target"));
    // What cargo tells the programs that it runs is about this program, not about the crate.
    command.env_remove("CARGO_MANIFEST_DIR").env_remove("RUSTFLAGS");
    let output = command.args(arguments).stdin(Stdio::null()).output()?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("`cargo {}` failed in {}:\n{said}", arguments.join(" "), one.folder.display()).into())
}

#[cfg(test)]
mod tests {
    use super::median;

    #[test]
    fn the_median_is_the_middle() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![4.0, 1.0, 3.0, 2.0]), 3.0);
    }
}
