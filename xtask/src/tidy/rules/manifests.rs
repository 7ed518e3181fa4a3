//! What every package says of itself.

use toml::Value;

use super::{Rule, Violation};

pub(super) const FIELDS: Rule = Rule {
    name: "manifests",
    says: "Every package takes its lints, licence, edition and the like from the workspace, and says what it is for.",
    why: "a crate without the lints is a crate without the promises, and crates.io shows the rest to strangers.",
    check: |tree| {
        tree.packages()
            .flat_map(|package| {
                let mut wrong = Vec::new();
                let table = package.manifest.get("package");
                for field in INHERITED {
                    if !inherits(table.and_then(|table| table.get(field))) {
                        wrong.push(Violation::new(package.path, format!("needs `{field}.workspace = true`")));
                    }
                }
                if !inherits(package.manifest.get("lints")) {
                    wrong.push(Violation::new(package.path, "needs `[lints] workspace = true`"));
                }
                if table.and_then(|table| table.get("description")).and_then(Value::as_str).is_none_or(str::is_empty) {
                    wrong.push(Violation::new(package.path, "needs a `description`"));
                }
                wrong
            })
            .collect()
    },
};

pub(super) const VERSIONS: Rule = Rule {
    name: "versions",
    says: "Versions of dependencies stand in the workspace's manifest; crates say `name.workspace = true`.",
    why: "two crates then cannot ask for two versions, and what embellie is built from is one list to read.",
    check: |tree| {
        tree.packages()
            .flat_map(|package| {
                let mut own: Vec<Violation> = package
                    .tables()
                    .flatten()
                    .filter(|(_, wanted)| {
                        wanted.is_str() || wanted.get("version").is_some() || wanted.get("git").is_some()
                    })
                    .map(|(name, _)| Violation::new(package.path, format!("`{name}` has a version of its own")))
                    .collect();
                own.dedup();
                own
            })
            .collect()
    },
};

pub(super) const LICENCES: Rule = Rule {
    name: "licences",
    says: "LICENSE-MIT and LICENSE-APACHE stand in the root, and the workspace is `MIT OR Apache-2.0`.",
    why: "without the texts nobody may use the code, whatever the manifests say.",
    check: |tree| {
        let missing = ["LICENSE-MIT", "LICENSE-APACHE"]
            .into_iter()
            .filter(|name| !tree.files.iter().any(|file| file.path == *name && !file.text.trim().is_empty()))
            .map(|name| Violation::new(name, "is missing or empty"));
        let root = tree.files.iter().find(|file| file.path == "Cargo.toml");
        let manifest = root.and_then(|file| file.text.parse::<toml::Table>().ok()).unwrap_or_default();
        let licence = ["workspace", "package"]
            .into_iter()
            .try_fold(&Value::Table(manifest), |value, key| value.get(key))
            .and_then(|package| package.get("license"))
            .and_then(Value::as_str)
            .map(str::to_owned);
        let wrong = (licence.as_deref() != Some("MIT OR Apache-2.0"))
            .then(|| Violation::new("Cargo.toml", "needs `license = \"MIT OR Apache-2.0\"` in `[workspace.package]`"));
        missing.chain(wrong).collect()
    },
};

const INHERITED: [&str; 6] = ["version", "edition", "rust-version", "license", "repository", "authors"];

fn inherits(value: Option<&Value>) -> bool {
    value.and_then(|value| value.get("workspace")).and_then(Value::as_bool) == Some(true)
}
