//! Which crate may depend on which.

use std::collections::BTreeSet;

use super::super::tree::Package;
use super::{Rule, Tree, Violation};

pub(super) const RULE: Rule = Rule {
    name: "dependencies",
    says: "Crates depend on each other in one direction: core ← sql, core ← drivers, all of them ← embellie ← migrate, \
           text ← cli.",
    why: "a layer can be understood, tested and replaced without those above it, and a driver that cannot see the query \
          tree cannot grow into it.",
    check,
};

const CORE: &str = "embellie-core";
const DRIVERS: [&str; 3] = ["embellie-sqlite", "embellie-postgres", "embellie-mariadb"];

/// The crates of the product, each with those of the workspace that it may depend on.
const LAYERS: &[(&str, &[&str])] = &[
    (CORE, &[]),
    ("embellie-macros", &[]),
    ("embellie-sql", &[CORE]),
    (DRIVERS[0], &[CORE]),
    (DRIVERS[1], &[CORE]),
    (DRIVERS[2], &[CORE]),
    ("embellie", &[CORE, "embellie-sql", "embellie-macros", DRIVERS[0], DRIVERS[1], DRIVERS[2]]),
    ("embellie-migrate", &[CORE, "embellie-sql", "embellie", "embellie-introspect"]),
    ("embellie-codegen", &[CORE]),
    ("embellie-introspect", &[CORE, "embellie", "embellie-codegen"]),
    ("embellie-text", &[CORE, "embellie-sql", "embellie"]),
    (
        "embellie-cli",
        &[
            CORE,
            "embellie-sql",
            "embellie",
            "embellie-codegen",
            "embellie-introspect",
            "embellie-migrate",
            "embellie-text",
            "shop",
        ],
    ),
];

/// Crates beside the product: whatever they use, only tests and each other may use them.
const BESIDE: [&str; 3] = ["embellie-suite", "embellie-testing", "xtask"];

fn check(tree: &Tree) -> Vec<Violation> {
    let packages: Vec<Package<'_>> = tree.packages().collect();
    let names: BTreeSet<&str> = packages.iter().map(|package| package.name.as_str()).collect();
    packages.iter().flat_map(|package| check_package(package, &names)).collect()
}

fn check_package(package: &Package<'_>, names: &BTreeSet<&str>) -> Vec<Violation> {
    let name = package.name.as_str();
    let layer = LAYERS.iter().find(|(layer, _)| *layer == name);
    if layer.is_none() && !BESIDE.contains(&name) && package.path.starts_with("crates/") {
        let what =
            format!("`{name}` has no place among the layers; give it one in xtask/src/tidy/rules/dependencies.rs");
        return vec![Violation::new(package.path, what)];
    }
    package
        .dependencies()
        .filter(|dependency| names.contains(dependency.as_str()))
        .filter_map(|dependency| {
            let said = match layer {
                Some((_, allowed)) if allowed.contains(&dependency.as_str()) => return None,
                Some((_, [])) => format!("`{name}` depends on `{dependency}`, but it may depend on no crate of ours"),
                Some((_, allowed)) => {
                    format!("`{name}` depends on `{dependency}`, but it may depend only on {}", allowed.join(", "))
                }
                None if BESIDE.contains(&dependency.as_str()) && !BESIDE.contains(&name) => {
                    format!("`{name}` depends on `{dependency}`, which is for tests: make it a dev-dependency")
                }
                None => return None,
            };
            Some(Violation::new(package.path, said))
        })
        .collect()
}
