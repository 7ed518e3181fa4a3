//! `cargo xtask tidy`: the rules of the house that no compiler checks.

mod code;
mod deny;
mod rules;
#[cfg(test)]
mod tests;
mod tree;

use std::collections::BTreeMap;
use std::fmt;

use crate::shell::{self, Result};
use rules::{LONG, RULES, Rule, long_files};
use tree::Tree;

/// A place that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Violation {
    /// The file, from the root of the workspace.
    path: String,
    /// The line, counted from 1, where there is one.
    line: Option<usize>,
    /// What is wrong there.
    what: String,
}

impl Violation {
    fn new(path: &str, what: impl Into<String>) -> Self {
        Violation { path: path.to_owned(), line: None, what: what.into() }
    }

    fn at(path: &str, line: usize, what: impl Into<String>) -> Self {
        Violation { path: path.to_owned(), line: Some(line), what: what.into() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.path, self.what),
            None => write!(f, "{}: {}", self.path, self.what),
        }
    }
}

/// Checks the workspace and prints what is wrong, with the reason of each rule.
pub(crate) fn run() -> Result {
    let tree = Tree::read(&shell::root())?;
    let broken: Vec<(&Rule, Vec<Violation>)> =
        RULES.iter().map(|rule| (rule, (rule.check)(&tree))).filter(|(_, found)| !found.is_empty()).collect();

    for (rule, found) in &broken {
        println!("{}: {}", rule.name, rule.says);
        for violation in found {
            println!("  {violation}");
        }
        println!("  Why: {}\n", rule.why);
    }

    let long = long_files(&tree);
    if !long.is_empty() {
        println!("Over {LONG} lines; a file is small because it says one thing, so look whether these say more:");
        for (path, lines) in long {
            println!("  {path}: {lines}");
        }
        println!();
    }

    let denied = deny::run();
    let count: usize = broken.iter().map(|(_, found)| found.len()).sum();
    if count > 0 {
        let by_rule: BTreeMap<&str, usize> = broken.iter().map(|(rule, found)| (rule.name, found.len())).collect();
        let summary: Vec<String> = by_rule.iter().map(|(name, n)| format!("{n} × {name}")).collect();
        return Err(format!("the house is not tidy: {}", summary.join(", ")).into());
    }
    denied?;
    println!("tidy: {} rules hold for {} files.", RULES.len(), tree.files.len());
    Ok(())
}
