//! `cargo xtask conformance`: how far embellie agrees with Django, case by case.

use std::path::PathBuf;
use std::process::Command;

use crate::shell::{self, Result};

/// The environment variable that names the folder of the scripts, `setup` and `compare.py`.
const SCRIPTS: &str = "EMBELLIE_CONFORMANCE";

/// Takes the cases from Django's own tests where that was not done yet, builds the command and compares. `arguments`
/// go to `compare.py`.
///
/// With `--models-py` before them, models are read from `models.py` instead of a description of them.
pub(crate) fn run(arguments: &[String]) -> Result {
    let (reading, arguments) = match arguments {
        [first, rest @ ..] if first == "--models-py" => (" --models-py", rest),
        all => ("", all),
    };
    let scripts = std::env::var_os(SCRIPTS).map_or_else(|| shell::root().join("../shared/conformance"), PathBuf::from);
    let (setup, compare) = (scripts.join("setup"), scripts.join("compare.py"));
    if !setup.is_file() || !compare.is_file() {
        return Err(format!(
            "{} has no `setup` and `compare.py`: name the folder of the conformance scripts with {SCRIPTS}",
            scripts.display()
        )
        .into());
    }
    let folder = shell::target().join("conformance");
    shell::run(Command::new(&setup).arg(&folder))?;
    shell::run(shell::cargo().args(["build", "--release", "--package", "embellie-cli"]))?;
    let embellie = shell::target().join("release").join(format!("embellie{}", std::env::consts::EXE_SUFFIX));
    let command = format!("\"{}\" conformance{reading}", embellie.display());
    let mut comparison = Command::new("python3");
    comparison.arg(compare).arg("--cases").arg(folder.join("cases/cases.jsonl")).arg("--command").arg(command);
    comparison.arg("--json").arg(folder.join("report.json")).arg("--features").args(arguments);
    // That some cases differ is what was asked for, not a failure of the comparison.
    let status = comparison.status().map_err(|error| format!("`python3` could not be started: {error}"))?;
    match status.code() {
        Some(0 | 1) => Ok(()),
        _ => Err(format!("`compare.py` failed ({status})").into()),
    }
}
