//! Each rule holds for a clean tree, and finds what breaks it at the line where it stands.

use super::rules::{EXEMPT, LONG, MAY_PANIC, RULES, long_files};
use super::tree::Tree;

const ROOT: &str = "[workspace.package]\nlicense = \"MIT OR Apache-2.0\"\n";
const CORE: &str = "crates/embellie-core/src/lib.rs";
const SQL: &str = "crates/embellie-sql/src/lib.rs";
const FACADE: &str = "crates/embellie/src/lib.rs";

/// What the places that may panic hold.
const MAY_PANIC_CODE: &str = "#[allow(clippy::panic)]\nfn f() { panic!() }\nfn g() { unreachable!() }\n";

fn manifest(name: &str, rest: &str) -> String {
    let inherited = ["version", "edition", "rust-version", "license", "repository", "authors"];
    let inherited: String = inherited.iter().map(|field| format!("{field}.workspace = true\n")).collect();
    format!(
        "[package]\nname = \"{name}\"\ndescription = \"What it is for\"\n{inherited}{rest}\n[lints]\nworkspace = true\n"
    )
}

/// A workspace that breaks no rule, with some files changed or added.
fn tree(changes: &[(&str, &str)]) -> Tree {
    let mut files: Vec<(String, String)> = vec![
        ("Cargo.toml".into(), ROOT.into()),
        ("LICENSE-MIT".into(), "MIT License".into()),
        ("LICENSE-APACHE".into(), "Apache License".into()),
        (
            "crates/embellie-core/Cargo.toml".into(),
            manifest("embellie-core", "[dependencies]\nserde.workspace = true\n"),
        ),
        ("crates/embellie/Cargo.toml".into(), manifest("embellie", "[dependencies]\nembellie-sql.workspace = true\n")),
        (
            "crates/embellie-sql/Cargo.toml".into(),
            manifest("embellie-sql", "[dependencies]\nembellie-core.workspace = true\n"),
        ),
        (CORE.into(), "//! Data, for SQLite too.\npub fn one() -> u8 {\n    1 // never unwrap()\n}\n".into()),
    ];
    files.extend(EXEMPT.iter().map(|(place, _)| {
        let path = if place.ends_with('/') { format!("{place}src/lib.rs") } else { (*place).to_owned() };
        (path, "pub const NAME: &str = \"sqlite\";\n".to_owned())
    }));
    files.extend(MAY_PANIC.iter().map(|(path, ..)| ((*path).to_owned(), MAY_PANIC_CODE.to_owned())));
    files.dedup_by(|a, b| a.0 == b.0);
    for (path, text) in changes {
        files.retain(|(existing, _)| existing != path);
        files.push(((*path).into(), (*text).into()));
    }
    Tree::of(&files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect::<Vec<_>>())
}

/// What the rules find, as `rule path:line: what`.
fn found(changes: &[(&str, &str)]) -> Vec<String> {
    let tree = tree(changes);
    RULES
        .iter()
        .flat_map(|rule| (rule.check)(&tree).into_iter().map(move |violation| format!("{} {violation}", rule.name)))
        .collect()
}

fn none() -> Vec<String> {
    Vec::new()
}

#[test]
fn a_clean_tree_breaks_no_rule() {
    assert_eq!(found(&[]), none());
}

#[test]
fn every_rule_gives_its_reason() {
    for rule in RULES {
        assert!(rule.says.ends_with('.') && rule.why.ends_with('.'), "{}", rule.name);
    }
}

#[test]
fn a_file_that_is_not_rust_is_found() {
    let broken = found(&[(CORE, "pub fn one() {}\npub fn {\n")]);
    assert_eq!(broken.len(), 1);
    assert!(broken[0].starts_with(&format!("readable {CORE}:2: ")), "{broken:?}");
}

#[test]
fn a_dependency_against_the_direction_is_found() {
    let path = "crates/embellie-core/Cargo.toml";
    for kind in ["dependencies", "build-dependencies", "target.'cfg(unix)'.dependencies"] {
        let upward = manifest("embellie-core", &format!("[{kind}]\nembellie-sql.workspace = true\n"));
        let expected = format!(
            "dependencies {path}: `embellie-core` depends on `embellie-sql`, but it may depend on no crate of ours"
        );
        assert_eq!(found(&[(path, &upward)]), [expected]);
    }
    let for_tests = manifest("embellie-core", "[dev-dependencies]\nembellie-sql.workspace = true\n");
    assert_eq!(found(&[(path, &for_tests)]), none());
}

#[test]
fn a_dependency_under_another_name_is_found() {
    let path = "crates/embellie-core/Cargo.toml";
    let renamed = "[dependencies]\nsql = { workspace = true, package = \"embellie-sql\" }\n";
    assert_eq!(found(&[(path, &manifest("embellie-core", renamed))]).len(), 1);
}

#[test]
fn a_crate_without_a_place_is_found() {
    let path = "crates/embellie-magic/Cargo.toml";
    let found = found(&[(path, &manifest("embellie-magic", ""))]);
    assert_eq!(found.len(), 1);
    assert!(found[0].contains("`embellie-magic` has no place among the layers"), "{found:?}");
}

#[test]
fn a_test_crate_in_the_product_is_found() {
    let testing = manifest("embellie-testing", "");
    let example = manifest("shop", "[dependencies]\nembellie-testing.workspace = true\n");
    let changes = [("crates/embellie-testing/Cargo.toml", testing.as_str()), ("examples/shop/Cargo.toml", &example)];
    let expected = "dependencies examples/shop/Cargo.toml: `shop` depends on `embellie-testing`, which is for tests: \
                    make it a dev-dependency";
    assert_eq!(found(&changes), [expected]);
}

#[test]
fn what_is_not_pure_is_found_in_the_compiler_only() {
    let code =
        "use std::fs::File;\npub async fn run() {\n    go().await;\n}\nmacro_rules! later { () => { async {} } }\n";
    let expected = [
        format!("pure {SQL}:2: `async`"),
        format!("pure {SQL}:3: `await`"),
        format!("pure {SQL}:5: `async`"),
        format!("pure {SQL}:1: `std::fs`"),
    ];
    assert_eq!(found(&[(SQL, code)]), expected);
    assert_eq!(found(&[(FACADE, code)]), none());
    assert_eq!(found(&[("crates/embellie-sql/tests/run.rs", code)]), none());
}

#[test]
fn a_runtime_in_the_compiler_is_found() {
    let path = "crates/embellie-sql/Cargo.toml";
    let with = |kind: &str| manifest("embellie-sql", &format!("[{kind}]\ntokio.workspace = true\n"));
    assert_eq!(found(&[(path, &with("dependencies"))]), [format!("pure {path}: depends on `tokio`")]);
    assert_eq!(found(&[(path, &with("dev-dependencies"))]), none());
}

#[test]
fn a_database_by_name_is_found_in_code_and_text() {
    let code =
        "/// As SQLite does.\nfn quote(d: &str) -> bool {\n    // postgres\n    d == \"sqlite\" || is_postgres(d)\n}\n";
    let expected = [format!("dialects {SQL}:4: `\"sqlite\"`"), format!("dialects {SQL}:4: `is_postgres`")];
    assert_eq!(found(&[(SQL, code)]), expected);
    for allowed in ["crates/embellie-sql/src/dialect/sqlite.rs", "crates/embellie-sql/src/dialect.rs", "xtask/src/a.rs"]
    {
        assert_eq!(found(&[(allowed, code)]), none());
    }
}

#[test]
fn an_exemption_that_nothing_needs_is_found() {
    let (place, _) = EXEMPT[0];
    assert!(place.ends_with(".rs"));
    let expected = format!("dialect-exemptions {place}: nothing here names a database: strike it from `EXEMPT`");
    assert_eq!(found(&[(place, "pub const NAME: u8 = 1;\n")]), [expected]);
}

#[test]
fn panics_are_found() {
    for (code, what) in [
        ("fn f() { panic!(\"no\") }", "`panic!`"),
        ("fn f() { std::todo!() }", "`todo!`"),
        ("fn f() { unimplemented!() }", "`unimplemented!`"),
        ("fn f() { unreachable!(\"never\") }", "`unreachable!`"),
        ("fn f() { g().unwrap(); }", "`.unwrap()`"),
        ("fn f() { g()\n  .expect(\"it is there\"); }", "`.expect(\"…\")`"),
        ("fn f() { g().unwrap_err(); }", "`.unwrap_err()`"),
        ("fn f() { quote! { #x.unwrap() } }", "`.unwrap()`"),
    ] {
        let line = if code.contains('\n') { 2 } else { 1 };
        assert_eq!(found(&[(FACADE, code)]), [format!("panics {FACADE}:{line}: {what}")]);
    }
}

#[test]
fn an_exempted_place_may_panic_once() {
    let (path, ..) = MAY_PANIC[0];
    let twice = format!("{MAY_PANIC_CODE}fn h() {{ panic!() }}\n");
    assert_eq!(found(&[(path, &twice)]), [format!("panics {path}:4: `panic!`")]);
    assert_eq!(found(&[(path, "fn f() {}\n")]).len(), MAY_PANIC.len());
}

#[test]
fn what_only_looks_like_a_panic_is_not_found() {
    let code = "/// `g().unwrap()` panics.\nfn f() {\n    // todo!()\n    log(\"panic!\");\n    g().unwrap_or(1);\n    \
                parser.expect(Token::Comma)?;\n    std::panic::catch_unwind(f);\n}\n";
    assert_eq!(found(&[(FACADE, code)]), none());
}

#[test]
fn an_escape_from_the_lints_is_found() {
    let code = "#[allow(clippy::unwrap_used)]\nfn f() {}\n";
    assert_eq!(found(&[(FACADE, code)]), [format!("panic-escapes {FACADE}:1: `clippy::unwrap_used`")]);
}

#[test]
fn tests_may_panic() {
    for code in [
        "#[cfg(test)]\nmod tests {\n    #[test]\n    fn f() { g().unwrap(); }\n}\n",
        "#[test]\nfn f() { panic!() }\n",
        "#[tokio::test]\nasync fn f() { panic!() }\n",
        "#[cfg(all(test, feature = \"sqlite\"))]\nfn f() { todo!() }\n",
        "impl A {\n    #[cfg(test)]\n    fn f() { todo!() }\n}\n",
        "fn f() {\n    #[cfg(test)]\n    fn g() { todo!() }\n}\n",
    ] {
        assert_eq!(found(&[(FACADE, code)]), none(), "{code}");
    }
    let otherwise = "#[cfg(any(test, unix))]\nfn f() { todo!() }\n#[cfg(not(test))]\nfn g() { todo!() }\n";
    assert_eq!(found(&[(FACADE, otherwise)]).len(), 2);
}

#[test]
fn test_modules_in_files_of_their_own_may_panic() {
    let panics = "fn f() { panic!() }\n";
    for (declared, files) in [
        ("crates/embellie/src/lib.rs", ["crates/embellie/src/checks.rs", "crates/embellie/src/checks/more.rs"]),
        ("crates/embellie/src/a/mod.rs", ["crates/embellie/src/a/checks.rs", "crates/embellie/src/a/checks/mod.rs"]),
        ("crates/embellie/src/a.rs", ["crates/embellie/src/a/checks.rs", "crates/embellie/src/a/checks/b/c.rs"]),
    ] {
        for file in files {
            assert_eq!(found(&[(declared, "#[cfg(test)]\nmod checks;\n"), (file, panics)]), none());
            assert_eq!(found(&[(declared, "mod checks;\n"), (file, panics)]).len(), 1);
        }
    }
}

#[test]
fn an_incomplete_manifest_is_found() {
    let path = "crates/embellie/Cargo.toml";
    let complete = manifest("embellie", "");
    for (without, what) in [
        ("license.workspace = true\n", "needs `license.workspace = true`"),
        ("rust-version.workspace = true\n", "needs `rust-version.workspace = true`"),
        ("[lints]\nworkspace = true\n", "needs `[lints] workspace = true`"),
        ("description = \"What it is for\"\n", "needs a `description`"),
    ] {
        let incomplete = complete.replace(without, "");
        assert_eq!(found(&[(path, &incomplete)]), [format!("manifests {path}: {what}")]);
    }
}

#[test]
fn a_version_of_its_own_is_found() {
    let path = "crates/embellie/Cargo.toml";
    let own = manifest("embellie", "[dev-dependencies]\nserde = \"1\"\nurl.workspace = true\n");
    assert_eq!(found(&[(path, &own)]), [format!("versions {path}: `serde` has a version of its own")]);
}

#[test]
fn a_missing_licence_is_found() {
    assert_eq!(found(&[("LICENSE-MIT", " \n")]), ["licences LICENSE-MIT: is missing or empty"]);
    let other = ROOT.replace("MIT OR ", "");
    assert_eq!(found(&[("Cargo.toml", &other)]).len(), 1);
}

#[test]
fn paths_of_one_machine_are_found() {
    for line in ["see /home/ann/embellie", "let root = \"/root/.cargo\";", "cp /tmp/x .", "x = '/work/shop'"] {
        assert_eq!(found(&[("docs/a.md", &format!("A page.\n{line}\n"))]).len(), 1, "{line}");
    }
    for line in ["https://example.org/home/ann", "target/tmp/x", "${TMPDIR}/tmp/x", "the /home/ folder"] {
        assert_eq!(found(&[("docs/a.md", line)]), none(), "{line}");
    }
}

#[test]
fn a_foreign_registry_in_the_lock_file_is_found() {
    let lock = |url: &str| format!("[[package]]\nname = \"serde\"\nsource = \"registry+https://{url}\"\n");
    assert_eq!(found(&[("Cargo.lock", &lock("github.com/rust-lang/crates.io-index"))]), none());
    assert_eq!(found(&[("Cargo.lock", &lock("crates.example.org/index"))]).len(), 1);
}

#[test]
fn notes_are_found() {
    for line in ["// TODO: more", "# FIXME", "see issue 12", "as in Issue #3."] {
        assert_eq!(found(&[("docs/a.md", line)]).len(), 1, "{line}");
    }
    for line in ["a todo list", "the issue at hand", "an issue, 3 times", "XXXL"] {
        assert_eq!(found(&[("docs/a.md", line)]), none(), "{line}");
    }
}

#[test]
fn long_files_are_listed() {
    let (long, short) = ("// line\n".repeat(LONG + 1), "// line\n".repeat(LONG));
    let tree = tree(&[(CORE, &long), (SQL, &short), ("docs/a.md", &long)]);
    assert_eq!(long_files(&tree), [(CORE, LONG + 1)]);
}

#[test]
fn pages_that_name_what_is_not_there_are_found() {
    let page = "docs/a.md";
    for line in [
        "[core](../crates/embellie-kore/src/lib.rs)",
        "[other](b.md)",
        "[below](#nowhere)",
        "[there](b.md#nowhere)",
        "see `crates/embellie-kore/`",
        "see `docs/c.md`",
        "see `legalise.rs`",
        "see `resolve/`",
    ] {
        let other = if line.contains("(b.md)") { "docs/other.md" } else { "docs/b.md" };
        let found = found(&[(page, &format!("# A page\n{line}\n")), (other, "# Here\n")]);
        assert_eq!(found.len(), 1, "{line}: {found:?}");
        assert!(found[0].starts_with("docs docs/a.md:2: "), "{found:?}");
    }
    for line in [
        "[core](../crates/embellie-core/src/lib.rs) and [itself](#a-page-of-its-own)",
        "[there](b.md#here) and [away](https://example.org/crates/x.md)",
        "`embellie-core/` and `src/lib.rs` and `lib.rs`",
        "`crates/embellie-core/src/` and `crates/embellie-<database>/` and `docs`",
        "```text\n[nothing](nowhere.md)\n```",
    ] {
        assert_eq!(
            found(&[(page, &format!("# A page, of its own\n{line}\n")), ("docs/b.md", "## Here\n")]),
            none(),
            "{line}"
        );
    }
}

#[test]
fn libraries_that_print_are_found() {
    let code = "fn f() {\n    println!(\"here\");\n}\n";
    assert_eq!(found(&[(FACADE, code)]), [format!("quiet {FACADE}:2: `println!`")]);
    assert_eq!(found(&[("crates/embellie-cli/src/main.rs", code)]), none());
}
