//! `cargo xtask bench compile`: how long models take to compile, beside Diesel's.
//!
//! Two crates with the same 50 models of 8 fields are generated below `target/`, one for embellie and one for Diesel,
//! and built in turns, debug and with their dependencies built before.

mod diesel;
mod embellie;
mod measure;

use std::fs;
use std::path::PathBuf;

use crate::shell::{self, Result};
use measure::{Build, median};

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
    /// The models, and for each one the same five queries.
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

/// Builds both crates in turns; the arguments are `--runs <number>`.
pub(super) fn run(arguments: &[String]) -> Result {
    let runs = match arguments {
        [] => 5,
        [option, number] if option == "--runs" => number
            .parse()
            .ok()
            .filter(|runs| *runs > 0)
            .ok_or_else(|| format!("`--runs {number}`: the number of runs is a whole number of at least 1"))?,
        _ => return Err("`bench compile` takes `--runs <number>` and nothing else".into()),
    };
    for content in [Content::Models, Content::Queries] {
        let ours = embellie::generate(content)?;
        let theirs = diesel::generate(content)?;
        let what = match content {
            Content::Models => "the models alone",
            Content::Queries => "the models and five queries of each",
        };
        println!("\n{MODELS} models of 8 fields, {what}: building the dependencies …");
        for one in [&ours, &theirs] {
            measure::build(one, Build::Whole)?;
        }
        for (build, name) in [(Build::Whole, "whole crate"), (Build::Edit, "after an edit")] {
            let goal = (content == Content::Models && build == Build::Whole).then_some(GOAL);
            compare(&ours, &theirs, build, name, runs, goal)?;
        }
    }
    Ok(())
}

fn compare(ours: &Crate, theirs: &Crate, build: Build, name: &str, runs: usize, goal: Option<f64>) -> Result {
    let mut seconds = (Vec::new(), Vec::new());
    for _ in 0..runs {
        seconds.0.push(measure::build(ours, build)?);
        seconds.1.push(measure::build(theirs, build)?);
    }
    let ratios = seconds.0.iter().zip(&seconds.1).map(|(ours, theirs)| ours / theirs).collect();
    let (ours, theirs, ratio) = (median(seconds.0), median(seconds.1), median(ratios));
    let goal = match goal {
        None => String::new(),
        Some(goal) if ratio < goal => format!("  (the goal, under {goal:.2}, is met)"),
        Some(goal) => format!("  (the goal, under {goal:.2}, is MISSED)"),
    };
    println!("{name:<15} embellie {ours:>6.2} s   Diesel {theirs:>6.2} s   ratio {ratio:.2}{goal}");
    Ok(())
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
