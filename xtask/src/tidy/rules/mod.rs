//! The rules, one file each.

mod dependencies;
mod dialects;
mod docs;
mod manifests;
mod panics;
mod pure;
mod quiet;
mod readable;
mod traces;

use super::Violation;
#[cfg(test)]
pub(super) use {dialects::EXEMPT, panics::EXEMPT as MAY_PANIC};

use super::tree::Tree;

/// A rule of the house.
#[derive(Debug)]
pub(super) struct Rule {
    /// Its name.
    pub(super) name: &'static str,
    /// What it asks for.
    pub(super) says: &'static str,
    /// Why.
    pub(super) why: &'static str,
    /// Finds what breaks it.
    pub(super) check: fn(&Tree) -> Vec<Violation>,
}

/// Every rule.
pub(super) const RULES: &[Rule] = &[
    readable::RULE,
    dependencies::RULE,
    pure::RULE,
    dialects::RULE,
    dialects::USED,
    panics::RULE,
    panics::ESCAPES,
    panics::USED,
    quiet::RULE,
    manifests::FIELDS,
    manifests::VERSIONS,
    manifests::LICENCES,
    traces::PATHS,
    traces::NOTES,
    docs::RULE,
];

/// Over how many lines a file deserves a second look.
pub(super) const LONG: usize = 700;

/// The Rust files of more than [`LONG`] lines, the longest first.
pub(super) fn long_files(tree: &Tree) -> Vec<(&str, usize)> {
    let mut long: Vec<(&str, usize)> = tree
        .files
        .iter()
        .filter(|file| file.path.ends_with(".rs"))
        .map(|file| (file.path.as_str(), file.text.lines().count()))
        .filter(|(_, lines)| *lines > LONG)
        .collect();
    long.sort_by_key(|(_, lines)| std::cmp::Reverse(*lines));
    long
}
