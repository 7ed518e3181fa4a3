//! `cargo xtask bench compile`: how long models take to compile, beside Diesel's and SeaORM's.
//!
//! Crates with the same 50 models of 8 fields are generated below `target/`, one for each library, with and without 200
//! queries, and built in turns, debug and with their dependencies built before.

mod diesel;
mod embellie;
mod measure;
mod seaorm;

use std::fs;
use std::path::PathBuf;

use super::readme::Section;
use super::speed::Circumstances;
use crate::shell::{self, Result};
use measure::{Build, median};

/// Where the README has the figures.
pub(super) const SECTION: Section = Section { name: "compile", command: "cargo xtask bench compile --readme" };

/// How many models each crate declares.
const MODELS: usize = 50;

/// The part of Diesel's time within which the models alone are to compile. For queries there is no goal yet: the
/// bodies of futures cost, whatever they do.
const GOAL: f64 = 1.0 / 3.0;

/// What a generated crate holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Content {
    /// The models alone.
    Models,
    /// The models, and for each one the same four queries.
    Queries,
}

/// A generated crate.
#[derive(Debug)]
struct Crate {
    /// The package's name.
    name: &'static str,
    /// Its folder.
    folder: PathBuf,
}

/// What it is called, and how its crate is written. The one that others are measured by is the second.
type Library = (&'static str, fn(Content) -> Result<Crate>);

const LIBRARIES: [Library; 3] =
    [("embellie", embellie::generate), ("Diesel", diesel::generate), ("SeaORM", seaorm::generate)];

/// Builds the crates in turns; the arguments are `--runs <number>`, and `--readme`, which has the README show the figures.
pub(super) fn run(arguments: &[String]) -> Result {
    let (mut runs, mut readme) = (2, false);
    let mut words = arguments.iter().map(String::as_str);
    while let Some(word) = words.next() {
        match word {
            "--readme" => readme = true,
            "--runs" => {
                let number = words.next().and_then(|number| number.parse().ok()).filter(|runs| *runs > 0);
                runs = number.ok_or("`--runs` takes a whole number of at least 1")?;
            }
            _ => return Err("`bench compile` takes `--runs <number>`, `--readme` and nothing else".into()),
        }
    }
    let mut rows = String::new();
    for content in [Content::Models, Content::Queries] {
        let what = match content {
            Content::Models => "the models alone".to_owned(),
            Content::Queries => format!("the models and {} queries", MODELS * 4),
        };
        println!("\n{MODELS} models of 8 fields, {what}: building the dependencies …");
        let crates: Vec<(&str, Crate)> =
            LIBRARIES.into_iter().map(|(name, generate)| Ok((name, generate(content)?))).collect::<Result<_>>()?;
        for (_, one) in &crates {
            measure::build(one, Build::Whole)?;
        }
        for (build, name) in [(Build::Whole, "whole crate"), (Build::Edit, "after an edit")] {
            let goal = (content == Content::Models && build == Build::Whole).then_some(GOAL);
            let seconds = compare(&crates, build, name, runs, goal)?;
            rows.push_str(&row(&format!("{what}: {name}"), &seconds));
        }
    }
    if readme { SECTION.write(&markdown(&rows, runs), &[]) } else { Ok(()) }
}

/// A line of the table: seconds, and what embellie's are of the others'.
fn row(what: &str, seconds: &[f64]) -> String {
    let mut row = format!("| {what} |");
    for (place, one) in seconds.iter().enumerate() {
        let ours = seconds.first().copied().unwrap_or_default();
        row.push_str(&match place {
            0 => format!(" {one:.2} s |"),
            _ => format!(" {one:.2} s ({:.2}) |", ours / one),
        });
    }
    row.push('\n');
    row
}

/// The table, for a page.
fn markdown(rows: &str, runs: usize) -> String {
    let mut heads = String::from("| |");
    for (name, _) in LIBRARIES {
        heads.push_str(&format!(" {name} |"));
    }
    format!(
        "How long {MODELS} models of 8 fields take to compile (debug, dependencies built before), alone and with {} queries; \
         in parentheses, embellie's time as a part of the other's.\n\n{heads}\n|---|{}\n{rows}\n{}, medians of {runs} runs.\n",
        MODELS * 4,
        "--:|".repeat(LIBRARIES.len()),
        Circumstances::new(false).without_place(),
    )
}

fn compare(crates: &[(&str, Crate)], build: Build, name: &str, runs: usize, goal: Option<f64>) -> Result<Vec<f64>> {
    let mut seconds: Vec<Vec<f64>> = crates.iter().map(|_| Vec::with_capacity(runs)).collect();
    for _ in 0..runs {
        for ((_, one), seconds) in crates.iter().zip(&mut seconds) {
            seconds.push(measure::build(one, build)?);
        }
    }
    let line: Vec<String> = crates
        .iter()
        .zip(&seconds)
        .map(|((name, _), seconds)| format!("{name} {:>6.2} s", median(seconds.clone())))
        .collect();
    println!("{name:<15} {}", line.join("   "));
    let medians = seconds.iter().map(|seconds| median(seconds.clone())).collect();
    let [ours, others @ ..] = seconds.as_slice() else { return Ok(medians) };
    for (place, ((name, _), theirs)) in crates.iter().skip(1).zip(others).enumerate() {
        let ratio = median(ours.iter().zip(theirs).map(|(ours, theirs)| ours / theirs).collect());
        let goal = match goal.filter(|_| place == 0) {
            None => String::new(),
            Some(goal) if ratio < goal => format!("  (the goal, under {goal:.2}, is met)"),
            Some(goal) => format!("  (the goal, under {goal:.2}, is MISSED)"),
        };
        println!("{:<15} {ratio:.2} of {name}'s time{goal}", "");
    }
    Ok(medians)
}

/// Writes a library crate that depends on `dependencies`, a workspace of its own.
fn write(name: &'static str, dependencies: &str, code: &str) -> Result<Crate> {
    let folder = shell::target().join("bench-compile").join(name);
    fs::create_dir_all(folder.join("src"))?;
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\npublish = false\n\n\
         [dependencies]\n{dependencies}\n\n[workspace]\n"
    );
    fs::write(folder.join("Cargo.toml"), manifest)?;
    fs::write(folder.join("src/lib.rs"), code)?;
    Ok(Crate { name, folder })
}

#[cfg(test)]
mod tests {
    use super::{markdown, row};

    #[test]
    fn lines_have_times_and_parts() {
        let line = row("models", &[2.0, 8.0, 4.0]);
        assert_eq!(line, "| models | 2.00 s | 8.00 s (0.25) | 4.00 s (0.50) |\n");
        assert!(markdown(&line, 2).contains("| | embellie | Diesel | SeaORM |\n|---|--:|--:|--:|\n| models |"));
    }
}
