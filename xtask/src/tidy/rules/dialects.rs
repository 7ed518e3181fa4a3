//! No dialect is named where all of them are meant.

use super::super::code::{Kind, Token};
use super::super::tree::File;
use super::{Rule, Violation};

pub(super) const RULE: Rule = Rule {
    name: "dialects",
    says: "No database is named outside of the drivers and the dialect files.",
    why: "what differs between databases is data (a capability) or a rewrite, each in its dialect's file; an `if` on a \
          name elsewhere is what makes a new database a search through the whole tree.",
    check: |tree| {
        tree.library_files()
            .filter(|file| exemption(&file.path).is_none())
            .flat_map(|file| named(file).map(|(line, what)| Violation::at(&file.path, line, what)).collect::<Vec<_>>())
            .collect()
    },
};

pub(super) const USED: Rule = Rule {
    name: "dialect-exemptions",
    says: "Every place that may name a database exists and does name one.",
    why: "an exemption that nothing needs is a hole in the rule.",
    check: |tree| {
        EXEMPT
            .iter()
            .filter(|(place, _)| {
                !tree.files.iter().any(|file| within(&file.path, place) && named(file).next().is_some())
            })
            .map(|(place, _)| Violation::new(place, "nothing here names a database: strike it from `EXEMPT`"))
            .collect()
    },
};

const NAMES: [&str; 5] = ["sqlite", "postgres", "mysql", "mariadb", "oracle"];

/// Where else databases are named, and why: folders, which end in `/`, and files.
pub(in super::super) const EXEMPT: &[(&str, &str)] = &[
    ("crates/embellie/src/database/driver.rs", "the one place where a URL picks its driver"),
    ("crates/embellie-postgres/", "a driver knows its database"),
    ("crates/embellie-sqlite/", "a driver knows its database"),
    ("crates/embellie-testing/", "it starts servers, and each kind is started otherwise"),
    ("crates/embellie-text/src/statement/meta.rs", "a package of Django's fields is called by a database's name"),
];

/// The reason why a file may name databases, if it may.
fn exemption(path: &str) -> Option<&'static str> {
    if path.split('/').any(|name| name == "dialect" || name == "dialect.rs") {
        return Some("a dialect's file says what is its own");
    }
    EXEMPT.iter().find(|(place, _)| within(path, place)).map(|(_, why)| *why)
}

fn within(path: &str, place: &str) -> bool {
    path == place || place.ends_with('/') && path.starts_with(place)
}

fn named(file: &File) -> impl Iterator<Item = (usize, String)> {
    file.code().into_iter().flat_map(|code| &code.tokens).filter_map(|token| Some((token.line, name_in(token)?)))
}

fn name_in(token: &Token) -> Option<String> {
    let (Kind::Word(text) | Kind::Literal(text)) = &token.kind else { return None };
    let lower = text.to_lowercase();
    NAMES.iter().any(|name| lower.contains(name)).then(|| format!("`{}`", shortened(text)))
}

/// The beginning of a long text.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 60;
    let line = text.lines().next().unwrap_or_default();
    if line.chars().count() <= LONGEST && line.len() == text.len() {
        return text.to_owned();
    }
    line.chars().take(LONGEST).chain(['…']).collect()
}
