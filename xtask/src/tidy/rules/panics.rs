//! No panic where a user's program runs.

use super::super::code::Code;
use super::super::tree::File;
use super::{Rule, Tree, Violation};

pub(super) const RULE: Rule = Rule {
    name: "panics",
    says: "No `panic!`, `todo!`, `unimplemented!`, `unreachable!`, `unwrap` or `expect` in the crates outside of tests.",
    why: "a panic in a data layer takes down a request, or poisons what the others share; bad input gets an error that \
          says what is wrong and what would be right.",
    check: |tree| without_exempt(panics(tree)),
};

pub(super) const ESCAPES: Rule = Rule {
    name: "panic-escapes",
    says: "No `allow` or `expect` of the lints against panics outside of tests.",
    why: "the lints are the same promise, kept by the compiler; what cannot fail can be written so that nothing has to be \
          unwrapped.",
    check: |tree| without_exempt(escapes(tree)),
};

pub(super) const USED: Rule = Rule {
    name: "panic-exemptions",
    says: "Every panic that is excepted is there.",
    why: "an exemption that nothing needs is a hole in the rule.",
    check: |tree| {
        let found: Vec<Violation> = [panics(tree), escapes(tree)].concat();
        EXEMPT
            .iter()
            .filter(|(path, what, _)| !found.iter().any(|one| one.path == *path && one.what == *what))
            .map(|(path, what, _)| Violation::new(path, format!("no {what} is here: strike it from `EXEMPT`")))
            .collect()
    },
};

/// Places that may panic: the file, what is found there once, and why.
pub(in super::super) const EXEMPT: &[(&str, &str, &str)] = &[
    ("crates/embellie/src/typed/new.rs", "`panic!`", "it runs in the compiler, as the error of a missing field"),
    ("crates/embellie/src/typed/new.rs", "`clippy::panic`", "for the one before"),
    ("crates/embellie/src/typed/new.rs", "`unreachable!`", "the compiler has seen that the field is given"),
];

const MACROS: [&str; 4] = ["panic", "todo", "unimplemented", "unreachable"];

/// Calls of `Option` and `Result` that panic. `expect` with anything but a message is some parser's own.
const CALLS: [&[&str]; 5] = [
    &[".", "unwrap", "(", ")"],
    &[".", "unwrap_err", "(", ")"],
    &[".", "unwrap_unchecked", "(", ")"],
    &[".", "expect", "(", "\"…\"", ")"],
    &[".", "expect_err", "(", "\"…\"", ")"],
];

const LINTS: [&str; 7] =
    ["unwrap_used", "expect_used", "panic", "todo", "unimplemented", "unreachable", "indexing_slicing"];

fn places(tree: &Tree, find: impl Fn(&Code) -> Vec<(usize, String)>) -> Vec<Violation> {
    let found = |file: &File| file.code().map(&find).unwrap_or_default();
    tree.library_files()
        .flat_map(|file| found(file).into_iter().map(|(line, what)| Violation::at(&file.path, line, what)))
        .collect()
}

fn panics(tree: &Tree) -> Vec<Violation> {
    places(tree, |code| {
        let macros = MACROS.iter().flat_map(|name| {
            let pattern = [*name, "!"];
            code.find(&pattern).map(|token| (token.line, format!("`{name}!`"))).collect::<Vec<_>>()
        });
        let calls =
            CALLS.iter().flat_map(|call| code.find(call).map(|token| (token.line, format!("`{}`", call.concat()))));
        macros.chain(calls).collect()
    })
}

fn escapes(tree: &Tree) -> Vec<Violation> {
    places(tree, |code| {
        LINTS
            .iter()
            .flat_map(|lint| {
                let pattern = ["clippy", ":", ":", *lint];
                code.find(&pattern).map(|token| (token.line, format!("`clippy::{lint}`"))).collect::<Vec<_>>()
            })
            .collect()
    })
}

/// What is left when each exemption has excused one finding.
fn without_exempt(mut found: Vec<Violation>) -> Vec<Violation> {
    for (path, what, _) in EXEMPT {
        if let Some(excused) = found.iter().position(|one| one.path == *path && one.what == *what) {
            found.remove(excused);
        }
    }
    found
}
