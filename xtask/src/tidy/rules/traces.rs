//! What one machine or one day left behind.

use super::super::tree::File;
use super::{Rule, Tree, Violation};

pub(super) const PATHS: Rule = Rule {
    name: "machine-paths",
    says: "No path that exists on one machine only, and no registry but crates.io.",
    why: "a stranger's clone has to build and test as ours does; tests make their own temporary folders.",
    check: |tree| found(tree, machine_path),
};

pub(super) const NOTES: Rule = Rule {
    name: "notes",
    says: "No notes to oneself: no TODO, FIXME or XXX, and no numbers of issues.",
    why: "what is missing belongs where it is planned, and a comment has to be understood without looking anything up.",
    check: |tree| found(tree, note),
};

const FOLDERS: [&str; 5] = ["home", "root", "Users", "work", "tmp"];
const MARKS: [&str; 3] = ["TODO", "FIXME", "XXX"];
const LOCK_SOURCE: &str = "source = \"";
const CRATES_IO: &str = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";

/// These rules cannot be written without what they look for.
const OWN: &str = "xtask/src/tidy/";

fn found(tree: &Tree, find: impl Fn(&File, &str) -> Option<String>) -> Vec<Violation> {
    let lines = |file: &File| -> Vec<Violation> {
        let numbered = (1..).zip(file.text.lines());
        numbered.filter_map(|(n, line)| Some(Violation::at(&file.path, n, find(file, line)?))).collect()
    };
    tree.files.iter().filter(|file| !file.path.starts_with(OWN)).flat_map(lines).collect()
}

fn machine_path(file: &File, line: &str) -> Option<String> {
    if file.path.ends_with("Cargo.lock") {
        let foreign = line.starts_with(LOCK_SOURCE) && line != CRATES_IO;
        return foreign.then(|| line.to_owned());
    }
    FOLDERS.iter().find_map(|folder| {
        let path = format!("/{folder}/");
        let leads_there = |at: usize| {
            let (before, after) = (&line[..at], &line[at + path.len()..]);
            !before.ends_with(|c: char| c.is_alphanumeric() || "_-.}~)/".contains(c))
                && after.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '.')
        };
        line.match_indices(&path).any(|(at, _)| leads_there(at)).then(|| format!("`{path}…`"))
    })
}

fn note(_: &File, line: &str) -> Option<String> {
    let mut letters = line.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    if let Some(mark) = letters.find(|word| MARKS.contains(word)) {
        return Some(format!("`{mark}`"));
    }
    let mut words = line.split_whitespace();
    let issue = words.find(|word| word.eq_ignore_ascii_case("issue"))?;
    let number = words.next()?.trim_start_matches('#').trim_end_matches(|c: char| c.is_ascii_punctuation());
    (!number.is_empty() && number.chars().all(|c| c.is_ascii_digit())).then(|| format!("`{issue} {number}`"))
}
