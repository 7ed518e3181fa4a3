//! The core and the compiler are data and functions.

use super::super::code::{Code, Kind};
use super::{Rule, Tree, Violation};

pub(super) const RULE: Rule = Rule {
    name: "pure",
    says: "embellie-core, embellie-sql and embellie-codegen have no `async`, no runtime and no I/O.",
    why: "what is pure can be tested without a server, cached, printed, and used from the macros, the shell and the \
          migrations alike.",
    check,
};

const PURE: [&str; 3] = ["embellie-core", "embellie-sql", "embellie-codegen"];
const RUNTIMES: [&str; 9] =
    ["tokio", "tokio-util", "async-std", "smol", "async-io", "async-trait", "futures", "futures-util", "tracing"];

/// Modules and types of `std` that reach outside of the program.
const OUTSIDE: [&[&str]; 6] = [
    &["std", ":", ":", "fs"],
    &["std", ":", ":", "process"],
    &["std", ":", ":", "thread"],
    &["std", ":", ":", "os"],
    &["std", ":", ":", "net", ":", ":", "TcpStream"],
    &["std", ":", ":", "env", ":", ":", "var"],
];

fn check(tree: &Tree) -> Vec<Violation> {
    let manifests = tree.packages().filter(|package| PURE.contains(&package.name.as_str())).flat_map(|package| {
        package
            .dependencies()
            .filter(|dependency| RUNTIMES.contains(&dependency.as_str()))
            .map(|dependency| Violation::new(package.path, format!("depends on `{dependency}`")))
            .collect::<Vec<_>>()
    });
    let code = tree
        .library_files()
        .filter(|file| PURE.iter().any(|name| file.path.starts_with(&format!("crates/{name}/"))))
        .filter_map(|file| Some((file, file.code()?)))
        .flat_map(|(file, code)| found(code).into_iter().map(|(line, what)| Violation::at(&file.path, line, what)));
    manifests.chain(code).collect()
}

fn found(code: &Code) -> Vec<(usize, String)> {
    let words = code.tokens.iter().filter_map(|token| match &token.kind {
        Kind::Word(word) if word == "async" || word == "await" => Some((token.line, format!("`{word}`"))),
        _ => None,
    });
    let outside =
        OUTSIDE.iter().flat_map(|path| code.find(path).map(|token| (token.line, format!("`{}`", path.concat()))));
    words.chain(outside).collect()
}
