//! No panic where a user's program runs.

use super::super::code::Code;
use super::super::tree::File;
use super::{Rule, Tree, Violation};

pub(super) const RULE: Rule = Rule {
    name: "panics",
    says: "No `panic!`, `todo!`, `unimplemented!`, `unreachable!`, `unwrap` or `expect` in the crates outside of tests.",
    why: "a panic in a data layer takes down a request, or poisons what the others share; bad input gets an error that \
          says what is wrong and what would be right.",
    check: |tree| {
        places(tree, |code| {
            let macros = MACROS.iter().flat_map(|name| {
                let pattern = [*name, "!"];
                code.find(&pattern).map(|token| (token.line, format!("`{name}!`"))).collect::<Vec<_>>()
            });
            let calls =
                CALLS.iter().flat_map(|call| code.find(call).map(|token| (token.line, format!("`{}`", call.concat()))));
            macros.chain(calls).collect()
        })
    },
};

pub(super) const ESCAPES: Rule = Rule {
    name: "panic-escapes",
    says: "No `allow` or `expect` of the lints against panics outside of tests.",
    why: "the lints are the same promise, kept by the compiler; what cannot fail can be written so that nothing has to be \
          unwrapped.",
    check: |tree| {
        places(tree, |code| {
            LINTS
                .iter()
                .flat_map(|lint| {
                    let pattern = ["clippy", ":", ":", *lint];
                    code.find(&pattern).map(|token| (token.line, format!("`clippy::{lint}`"))).collect::<Vec<_>>()
                })
                .collect()
        })
    },
};

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
