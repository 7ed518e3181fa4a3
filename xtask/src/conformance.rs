//! `cargo xtask conformance`: how far embellie agrees with Django, case by case.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::shell::{self, Result};

/// The environment variable that names the folder of the scripts, `setup` and `compare.py`.
const SCRIPTS: &str = "EMBELLIE_CONFORMANCE";

/// How many cases pass at least, committed.
const COUNTS: &str = "xtask/conformance.toml";

/// Where the causes of differences are told.
const DIFFERENCES: &str = "docs/differences.md";

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
    let report = report()?;
    let (list, passed) = (Causes::read()?, passed(&report)?);
    println!("\nWhat differs, and why ({DIFFERENCES} says more):");
    for id in failed(&report) {
        println!("  {id:<40} {}", list.of_case(id).unwrap_or("NOT ON THE LIST"));
    }
    println!("{}: {passed} pass here; {} did when {COUNTS} was committed", source.0, committed(source.0)?);
    Ok(())
}

/// Fails when fewer cases pass than did before, or one fails whose cause is not listed. Where the cases are not at hand, it says so and goes on.
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
    let (mut fallen, list) = (Vec::new(), Causes::read()?);
    for (name, argument) in SOURCES {
        let mut comparison = comparison("debug", argument);
        finish(comparison.args(["--failures", "0"]).stdout(Stdio::null()))?;
        let report = report()?;
        let (passed, before) = (passed(&report)?, committed(name)?);
        println!("{name:<12} {passed} cases pass, {before} did before");
        let unlisted: Vec<&str> = failed(&report).filter(|id| list.of_case(id).is_none()).collect();
        if !unlisted.is_empty() {
            fallen.push(format!("{name}: {} fail, and {COUNTS} has no cause for them", unlisted.join(", ")));
        }
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

fn report() -> Result<serde_json::Value> {
    Ok(serde_json::from_str(&std::fs::read_to_string(folder().join("report.json"))?)?)
}

/// The names of the cases that failed, by a report.
fn failed(report: &serde_json::Value) -> impl Iterator<Item = &str> {
    report["failures"].as_array().into_iter().flatten().filter_map(|failure| failure["id"].as_str())
}

/// Why cases differ that do: the names of cases by cause, each of which is told in the page of differences.
struct Causes(Vec<(String, Vec<String>)>);

impl Causes {
    /// # Errors
    /// When the file cannot be read, or the page of differences does not have the words of a cause.
    fn read() -> Result<Causes> {
        let counts: toml::Table = std::fs::read_to_string(shell::root().join(COUNTS))?.parse()?;
        Causes::of(&counts, &std::fs::read_to_string(shell::root().join(DIFFERENCES))?)
    }

    fn of(counts: &toml::Table, page: &str) -> Result<Causes> {
        let mut causes = Vec::new();
        for cause in counts.get("cause").and_then(toml::Value::as_array).into_iter().flatten() {
            let told = cause.get("told").and_then(toml::Value::as_str).ok_or("a cause is not told")?;
            if !page.contains(told) {
                return Err(format!("{DIFFERENCES} does not say \"{told}\", which {COUNTS} has as a cause").into());
            }
            let cases = cause.get("cases").and_then(toml::Value::as_array).into_iter().flatten();
            causes.push((told.to_owned(), cases.filter_map(|case| case.as_str().map(str::to_owned)).collect()));
        }
        Ok(Causes(causes))
    }

    /// The cause of a case.
    fn of_case(&self, id: &str) -> Option<&str> {
        self.0.iter().find(|(_, cases)| cases.iter().any(|case| case == id)).map(|(told, _)| told.as_str())
    }
}

/// How many cases passed, by a report.
fn passed(report: &serde_json::Value) -> Result<u64> {
    report["passed"].as_u64().ok_or_else(|| "the report says no number of cases that passed".into())
}

/// How many cases pass at least.
fn committed(name: &str) -> Result<u64> {
    let counts: toml::Table = std::fs::read_to_string(shell::root().join(COUNTS))?.parse()?;
    let count = counts.get(name).and_then(toml::Value::as_integer).and_then(|count| u64::try_from(count).ok());
    count.ok_or_else(|| format!("{COUNTS} has no number `{name}`").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_is_told_where_differences_are() {
        let counts: toml::Table = "[[cause]]\ntold = \"no sky\"\ncases = [\"a-1\", \"b-2\"]".parse().unwrap();
        let causes = Causes::of(&counts, "| there is no sky | a ceiling |").unwrap();
        assert_eq!((causes.of_case("b-2"), causes.of_case("c-3")), (Some("no sky"), None));
        let error = Causes::of(&counts, "nothing").err().unwrap().to_string();
        assert!(error.contains("does not say \"no sky\""), "{error}");
    }

    #[test]
    fn the_committed_causes_are_told() {
        assert!(!Causes::read().unwrap().0.is_empty());
    }
}
