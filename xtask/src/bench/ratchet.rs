//! `cargo xtask bench ratchet`: the instructions that the hottest cases take, which may not grow.
//!
//! Instructions are counted by callgrind, so that they come out alike whatever else the machine does; on SQLite, so that
//! no server is needed. Two runs of one case, of few and of many operations, tell what an operation takes by itself.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use super::speed::{program, sqlite};
use crate::shell::{self, Result};

/// The cases, each with how many operations the two runs have.
const CASES: [(&str, u64, u64); 5] =
    [("get", 100, 1_100), ("few", 10, 60), ("many", 1, 3), ("tree", 1, 5), ("bulk", 1, 9)];

/// The committed figures.
const FIGURES: &str = "xtask/ratchet.toml";

/// How many more instructions a case may take, in hundredths of the committed figure.
const TOLERANCE: u64 = 5;

/// How many operations each run has before those that are counted, so that statements are prepared and plans are found.
const BEFORE: u64 = 4;

/// Counts, and compares with the committed figures; `--update` commits what was counted.
pub(super) fn run(arguments: &[String]) -> Result {
    let update = match arguments {
        [] => false,
        [option] if option == "--update" => true,
        _ => return Err("`bench ratchet` takes `--update` and nothing else".into()),
    };
    if let Some(why) = missing() {
        return Err(why.into());
    }
    let counted = count()?;
    if update {
        return Ok(std::fs::write(shell::root().join(FIGURES), written(&counted)?)?);
    }
    compare(&counted, &Figures::read()?)
}

/// The step of `cargo xtask ci`: where instructions cannot be counted, or came from another compiler, it says so.
pub(crate) fn check() -> Result {
    let known = Figures::read()?;
    let passed_over = missing().or_else(|| {
        let here = compiler().unwrap_or_default();
        (here != known.compiler)
            .then(|| format!("the figures are of {}, and this is {here}; `--update` writes others", known.compiler))
    });
    match passed_over {
        Some(why) => println!("Instructions are not counted: {why}. Passed over."),
        None => compare(&count()?, &known)?,
    }
    Ok(())
}

/// The committed figures, and the compiler and kind of machine that they come from.
struct Figures {
    compiler: String,
    instructions: toml::Table,
}

impl Figures {
    fn read() -> Result<Figures> {
        let table: toml::Table = std::fs::read_to_string(shell::root().join(FIGURES))?.parse()?;
        let compiler = table.get("compiler").and_then(toml::Value::as_str).unwrap_or_default().to_owned();
        let instructions = table.get("instructions").and_then(toml::Value::as_table).cloned().unwrap_or_default();
        Ok(Figures { compiler, instructions })
    }

    fn of(&self, case: &str) -> Result<u64> {
        let known = self.instructions.get(case).and_then(toml::Value::as_integer);
        let known = known.and_then(|known| u64::try_from(known).ok());
        known.ok_or_else(|| format!("{FIGURES} has no number of instructions for `{case}`").into())
    }
}

fn compare(counted: &[(&str, u64)], known: &Figures) -> Result {
    let (mut grown, mut fallen) = (Vec::new(), false);
    for (case, now) in counted {
        let before = known.of(case)?;
        let change = (*now as f64 / before as f64 - 1.0) * 100.0;
        println!("{case:<6} {now:>12} instructions an operation, {before:>12} before: {change:+.1} %");
        if now * 100 > before * (100 + TOLERANCE) {
            grown.push(format!("`{case}` takes {change:.1} % more instructions"));
        }
        fallen |= now * 100 < before * (100 - TOLERANCE);
    }
    if fallen {
        println!("Some take fewer: `cargo xtask bench ratchet --update` keeps it so.");
    }
    if grown.is_empty() { Ok(()) } else { Err(format!("{} than {FIGURES} says", grown.join(", ")).into()) }
}

/// The file of figures, with these.
fn written(counted: &[(&str, u64)]) -> Result<String> {
    let mut text = format!(
        "# Instructions for one operation of embellie on SQLite, counted by callgrind. `cargo xtask ci` fails when a case takes\n\
         # over {} % more; `cargo xtask bench ratchet --update` writes what it counts.\n\
         compiler = \"{}\"\n\n[instructions]\n",
        TOLERANCE,
        compiler()?
    );
    for (case, count) in counted {
        writeln!(text, "{case} = {count}")?;
        println!("{case:<6} {count:>12} instructions an operation");
    }
    Ok(text)
}

/// What is missing for counting.
fn missing() -> Option<String> {
    (!shell::has("valgrind", &["--version"])).then(|| "there is no `valgrind`".to_owned())
}

/// The compiler, and the kind of machine that it compiles for.
fn compiler() -> Result<String> {
    let output = Command::new("rustc").args(["--version", "--verbose"]).output()?;
    let text = String::from_utf8(output.stdout)?;
    let line = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or("unknown").trim();
    Ok(format!("rustc {} for {}", line("release:"), line("host:")))
}

/// The instructions that one operation of each case takes.
fn count() -> Result<Vec<(&'static str, u64)>> {
    let (program, file) = (program("embellie")?, sqlite("ratchet.sqlite3")?);
    // Under callgrind every statement takes longer than a connection would spend on it at once.
    let url = format!("sqlite:{}?inline_budget=3600s", file.display());
    let mut counted = Vec::new();
    for (case, few, many) in CASES {
        let (less, more) = (callgrind(&program, &url, case, few)?, callgrind(&program, &url, case, many)?);
        counted.push((case, more.saturating_sub(less) / (many - few)));
    }
    Ok(counted)
}

/// The instructions of a whole run of the contender.
fn callgrind(program: &Path, url: &str, case: &str, operations: u64) -> Result<u64> {
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(program).args(["embellie", url]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    if let Some(mut input) = child.stdin.take() {
        write!(input, "{case} {BEFORE} 0\n{case} {operations} {BEFORE}\n")?;
    }
    let output = child.wait_with_output()?;
    let (answers, said) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if let Some(failed) = answers.lines().find(|line| line.starts_with('-')) {
        return Err(format!("`{case}` {failed}").into());
    }
    let collected = said.lines().find_map(|line| line.split_once("Collected :")?.1.trim().parse().ok());
    collected
        .filter(|_| output.status.success())
        .ok_or_else(|| format!("callgrind failed for `{case}`:\n{said}").into())
}

#[cfg(test)]
mod tests {
    use super::{Figures, compare};

    #[test]
    fn more_instructions_than_were_committed_fail() {
        let known = Figures { compiler: String::new(), instructions: toml::toml! { get = 1000 } };
        assert!(compare(&[("get", 1_050)], &known).is_ok());
        assert!(compare(&[("get", 500)], &known).is_ok());
        assert!(compare(&[("get", 1_051)], &known).is_err_and(|error| error.to_string().contains("`get`")));
        assert!(compare(&[("few", 1)], &known).is_err());
    }
}
