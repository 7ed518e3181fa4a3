//! What is written of models is what is kept in `tests/written/`.

use std::path::Path;

use embellie_codegen::ModelSource;
use embellie_suite::models;

use crate::{directory, odd, same_as_written};

#[test]
fn every_kind_of_field() {
    let registry = models::fields();
    let labels = registry.models().iter().map(|model| model.label().to_owned());
    let source = ModelSource::new(&registry).only(labels.filter(|label| label != "zoo.UuidKey")).one_file();
    same_as_written("zoo.rs", &source);
    assert!(source.contains("// A relation to 'zoo.UuidKey', which is not written here."), "{source}");
    assert!(source.contains("// The default is made by a function."), "{source}");
}

#[test]
fn relations_of_every_shape() {
    same_as_written("links.rs", &ModelSource::new(&models::links()).one_file());
}

#[test]
fn every_answer_to_a_deletion() {
    same_as_written("deletion.rs", &ModelSource::new(&models::deletion()).one_file());
}

#[test]
fn names_that_have_another_use() {
    same_as_written("names.rs", &ModelSource::new(&models::names()).one_file());
}

#[test]
fn keys_of_several_fields() {
    same_as_written("keys.rs", &ModelSource::new(&models::keys()).one_file());
}

#[test]
fn what_the_database_computes() {
    same_as_written("generated.rs", &ModelSource::new(&models::generated()).only(["keys.Item"]).one_file());
}

#[test]
fn a_shop() {
    same_as_written("shop.rs", &ModelSource::new(&models::shop()).one_file());
}

#[test]
fn several_apps_and_names_that_clash() {
    let registry = odd::registry();
    let source = ModelSource::new(&registry)
        .doc("left.Option", "What is \u{202e} said\nof a table */ in two lines.")
        .note("left.Option.string", "read\nwith care");
    same_as_written("odd.rs", &source.one_file());
    // The files are the same without the indentation.
    for file in source.files() {
        assert!(source.one_file().contains(&format!("pub mod {} {{\n", file.module)), "{}", file.module);
        assert!(syn::parse_file(&file.text).is_ok(), "{}", file.text);
    }
}

/// The style is rustfmt's, where it is installed.
#[test]
fn as_rustfmt_would_write_it() {
    let files = std::fs::read_dir(directory()).unwrap().map(|entry| entry.unwrap().path());
    // Queries are laid out for a terminal.
    let others = ["main.rs", "queries.rs", "texts.rs", "on_postgres.rs", "prefetches.rs"];
    for file in files.filter(|file| !others.iter().any(|other| file.ends_with(other))) {
        let text = std::fs::read_to_string(&file).unwrap();
        let Ok(mut child) = std::process::Command::new("rustfmt")
            .args(["--edition", "2024", "--config-path", "/dev/null"])
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .spawn()
        else {
            return;
        };
        std::io::Write::write_all(child.stdin.as_mut().unwrap(), text.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout), text, "{}", file.display());
    }
}

#[test]
fn models_of_a_django_project() {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../crates/embellie-text/tests/projects/library");
    let (models, _) = embellie_text::Models::from_python(project).unwrap();
    same_as_written("library.rs", &ModelSource::new(models.registry()).one_file());
}
