//! Every Rust file of the library can be parsed.

use super::{Rule, Violation};

pub(super) const RULE: Rule = Rule {
    name: "readable",
    says: "Every Rust file of the crates is Rust.",
    why: "a file that cannot be parsed is a file that the other rules do not see.",
    check: |tree| {
        tree.library_files()
            .filter_map(|file| Some((file, file.code_error()?)))
            .map(|(file, (line, message))| Violation::at(&file.path, *line, message))
            .collect()
    },
};
