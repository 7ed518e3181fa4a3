//! `cargo xtask conformance`: how far embellie agrees with Django, case by case.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::shell::{self, Result};

/// The environment variable that names the folder of the scripts, `setup` and `compare.py`.
const SCRIPTS: &str = "EMBELLIE_CONFORMANCE";

/// How many cases pass at least, committed.
const COUNTS: &str = "xtask/conformance.toml";

/// Where models are read from: the name in the file of counts, and the command's argument.
const SOURCES: [(&str, &str); 2] = [("models_json", ""), ("models_py", " --models-py")];

fn scripts() -> PathBuf {
    std::env::var_os(SCRIPTS).map_or_else(|| shell::root().join("../shared/conformance"), PathBuf::from)
}

fn folder() -> PathBuf {
    shell::target().join("conformance")
}

/// Takes the cases from Django's own tests where that was not done yet, builds the command and compares. `arguments`
/// go to `compare.py`, but for `--models-py`, which reads models from `models.py` instead of their description.
pub(crate) fn run(arguments: &[String]) -> Result {
    let (setup, compare) = (scripts().join("setup"), scripts().join("compare.py"));
    if !setup.is_file() || !compare.is_file() {
        return Err(format!(
            "{} has no `setup` and `compare.py`: name the folder of the conformance scripts with {SCRIPTS}",
            scripts().display()
        )
        .into());
    }
    shell::run(Command::new(&setup).arg(folder()))?;
    shell::run(shell::cargo().args(["build", "--release", "--package", "embellie-cli"]))?;
    let models_py = arguments.iter().any(|argument| argument == "--models-py");
    let source = SOURCES[usize::from(models_py)];
    let mut comparison = comparison("release", source.1);
    comparison.arg("--features").args(arguments.iter().filter(|argument| *argument != "--models-py"));
    finish(comparison)?;
    let passed = passed(&folder().join("report.json"))?;
    println!("{}: {passed} pass here; {} did when {COUNTS} was committed", source.0, committed(source.0)?);
    Ok(())
}

/// Fails when fewer cases pass than did before. Where the cases are not at hand, it says so and goes on.
pub(crate) fn ratchet() -> Result {
    let missing = [
        (scripts().join("compare.py").is_file(), format!("no compare.py in {}", scripts().display())),
        (cases().is_file(), format!("no {}", cases().display())),
        (shell::has("python3", &["--version"]), "no python3".to_owned()),
    ];
    if let Some((_, what)) = missing.iter().find(|(there, _)| !there) {
        println!("Django's cases are not at hand ({what}): `cargo xtask conformance` sets them up. Passed over.");
        return Ok(());
    }
    shell::run(shell::cargo().args(["build", "--quiet", "--package", "embellie-cli"]))?;
    let mut fallen = Vec::new();
    for (name, argument) in SOURCES {
        let mut comparison = comparison("debug", argument);
        finish(comparison.args(["--failures", "0"]).stdout(Stdio::null()))?;
        let (passed, before) = (passed(&folder().join("report.json"))?, committed(name)?);
        println!("{name:<12} {passed} cases pass, {before} did before");
        if passed < before {
            fallen.push(format!("{name}: {passed} cases pass, {before} did before"));
        }
    }
    if fallen.is_empty() { Ok(()) } else { Err(fallen.join("; ").into()) }
}

fn cases() -> PathBuf {
    folder().join("cases/cases.jsonl")
}

fn comparison(profile: &str, argument: &str) -> Command {
    let embellie = shell::target().join(profile).join(format!("embellie{}", std::env::consts::EXE_SUFFIX));
    let jobs = std::thread::available_parallelism().map_or(1, usize::from);
    let mut command = Command::new("python3");
    command.arg(scripts().join("compare.py")).arg("--cases").arg(cases());
    command.arg("--command").arg(format!("\"{}\" conformance{argument}", embellie.display()));
    command.arg("--jobs").arg(jobs.to_string()).arg("--json").arg(folder().join("report.json"));
    command
}

/// Runs a comparison. That some cases differ is what was asked for, not a failure of it.
fn finish(mut command: impl std::borrow::BorrowMut<Command>) -> Result {
    let status = command.borrow_mut().status().map_err(|error| format!("`python3` could not be started: {error}"))?;
    match status.code() {
        Some(0 | 1) => Ok(()),
        _ => Err(format!("`compare.py` failed ({status})").into()),
    }
}

/// How many cases passed, by a report.
fn passed(report: &Path) -> Result<u64> {
    let report: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(report)?)?;
    report["passed"].as_u64().ok_or_else(|| "the report says no number of cases that passed".into())
}

/// How many cases pass at least.
fn committed(name: &str) -> Result<u64> {
    let counts: toml::Table = std::fs::read_to_string(shell::root().join(COUNTS))?.parse()?;
    let count = counts.get(name).and_then(toml::Value::as_integer).and_then(|count| u64::try_from(count).ok());
    count.ok_or_else(|| format!("{COUNTS} has no number `{name}`").into())
}
