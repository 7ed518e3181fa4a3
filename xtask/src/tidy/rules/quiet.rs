//! Libraries do not print.

use super::{Rule, Violation};

pub(super) const RULE: Rule = Rule {
    name: "quiet",
    says: "No `println!` and the like in the crates outside of tests, but for the command line and the test servers.",
    why: "the terminal belongs to the program that uses embellie; what it may want to know goes to `tracing`.",
    check: |tree| {
        tree.library_files()
            .filter(|file| !SPEAKERS.iter().any(|folder| file.path.starts_with(folder)))
            .filter_map(|file| Some((file, file.code()?)))
            .flat_map(|(file, code)| {
                MACROS.iter().flat_map(move |name| {
                    let found = code.find(&[name, "!"]).map(|token| token.line).collect::<Vec<_>>();
                    found.into_iter().map(move |line| Violation::at(&file.path, line, format!("`{name}!`")))
                })
            })
            .collect()
    },
};

const SPEAKERS: [&str; 2] = ["crates/embellie-cli/", "crates/embellie-testing/"];
const MACROS: [&str; 5] = ["println", "print", "eprintln", "eprint", "dbg"];
