//! `embellie inspect`: a database's tables as Rust models.

use std::collections::HashSet;
use std::io::Write;
use std::path::Path;

use embellie::{Database, Registry};
use embellie_codegen::ModelSource;
use embellie_core::meta::Model;
use embellie_introspect::{Introspected, Note, Remark};

use crate::args::Inspect;
use crate::database::reading;
use crate::failure::Failure;
use crate::terminal;

pub(crate) async fn run(args: Inspect) -> Result<(), Failure> {
    let url = reading(&args.database)?;
    let failed = |error: &embellie::Error| {
        Failure::while_doing(&format!("'{}' cannot be inspected", shown(&args.database)), error)
    };
    let db = Database::builder(&url).registry(Registry::default()).connect().await.map_err(|error| failed(&error))?;
    let schema = embellie_introspect::read(&db).await.map_err(|error| failed(&error))?;
    let found = embellie_introspect::models_of(&schema).map_err(|error| failed(&error))?;
    let chosen = chosen(&args, &found)?;
    let (source, left) = source(&found, chosen);
    match &args.output {
        None => write!(std::io::stdout().lock(), "{}", source.one_file())?,
        Some(directory) => files(directory, &source)?,
    }
    // What became no model stands nowhere in the source.
    for remark in left {
        terminal::remark(&remark.to_string());
    }
    Ok(())
}

/// A URL without its password.
fn shown(database: &str) -> String {
    match url::Url::parse(database) {
        Ok(mut url) if url.password().is_some() => {
            let _ = url.set_password(Some("…"));
            url.into()
        }
        _ => database.to_owned(),
    }
}

/// The labels of the models that were asked for; all of them when nothing was.
fn chosen(args: &Inspect, found: &Introspected) -> Result<HashSet<String>, Failure> {
    let models: Vec<&Model> = found.registry.models().iter().filter(|model| !model.auto_created).collect();
    let mut labels = HashSet::new();
    for app in &args.app {
        let of_app = models.iter().filter(|model| model.app == *app).map(|model| model.label().to_owned());
        let before = labels.len();
        labels.extend(of_app);
        if labels.len() == before && !models.iter().any(|model| model.app == *app) {
            return Err(unknown("app", app, models.iter().map(|model| model.app.as_str())));
        }
    }
    for table in &args.table {
        let named = |model: &&&Model| {
            let name = found.tables.get(model.label()).map(ToString::to_string);
            model.table == *table || name.as_deref() == Some(table) || model.name == *table || model.label() == table
        };
        let label = models.iter().find(named).map(|model| model.label().to_owned());
        labels.insert(label.ok_or_else(|| unknown("table", table, models.iter().map(|model| model.table.as_str())))?);
    }
    if args.app.is_empty() && args.table.is_empty() {
        labels.extend(models.iter().map(|model| model.label().to_owned()));
    }
    Ok(labels)
}

fn unknown<'n>(what: &str, name: &str, known: impl Iterator<Item = &'n str>) -> Failure {
    let mut names: Vec<&str> = known.collect();
    names.sort_unstable();
    names.dedup();
    let near = embellie_core::did_you_mean(name, names.iter().copied());
    let mark = if near.is_empty() { "." } else { "" };
    let choices =
        if names.is_empty() { "There are none".to_owned() } else { format!("Choices are: {}", names.join(", ")) };
    Failure::Other(format!("the database has no {what} '{name}'{near}{mark} {choices}"))
}

/// The source, with what the models don't say; and the remarks on what became no model.
fn source(found: &Introspected, chosen: HashSet<String>) -> (ModelSource<'_>, Vec<&Remark>) {
    let mut source = ModelSource::new(&found.registry);
    for (label, note) in &found.notes {
        source = match note {
            Note::Comment(text) => source.doc(label, text),
            Note::Beside(text) => source.note(label, text),
        };
    }
    let mut left = Vec::new();
    for remark in &found.report.remarks {
        match remark.model.as_ref().filter(|label| found.registry.model(label).is_ok()) {
            Some(label) => source = source.note(label, remark.sentence()),
            None => left.push(remark),
        }
    }
    (source.only(chosen), left)
}

/// Writes a file for each app, and one that names them.
fn files(directory: &Path, source: &ModelSource<'_>) -> Result<(), Failure> {
    let failed =
        |path: &Path, error: std::io::Error| Failure::Other(format!("'{}' cannot be written: {error}", path.display()));
    std::fs::create_dir_all(directory).map_err(|error| failed(directory, error))?;
    let files = source.files();
    let mut index = String::new();
    for file in &files {
        index.push_str(&format!("pub mod {};\n", file.module));
    }
    let named = files.iter().map(|file| (format!("{}.rs", file.module.trim_start_matches("r#")), file.text.as_str()));
    for (name, text) in named.chain([("mod.rs".to_owned(), index.as_str())]) {
        let path = directory.join(name);
        // What somebody has written is never lost.
        let mut created = std::fs::File::create_new(&path).map_err(|error| failed(&path, error))?;
        created.write_all(text.as_bytes()).map_err(|error| failed(&path, error))?;
    }
    Ok(())
}
