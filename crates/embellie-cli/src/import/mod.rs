//! `embellie import`: Rust models from a Django project, table for table.

use std::collections::HashSet;
use std::io::Write;
use std::path::{Path, PathBuf};

use embellie_codegen::ModelSource;
use embellie_text::Models;
use embellie_text::models::{Project, Report};

use crate::args::Import;
use crate::failure::Failure;
use crate::terminal;

/// Prints the models of a project, or writes a file for each of its apps.
pub(crate) fn run(asked: &Import) -> Result<(), Failure> {
    let mut project = Project::new(&asked.project);
    if let Some(settings) = &asked.settings {
        project = project.settings_module(settings);
    }
    for folder in asked.packages.iter().cloned().chain(active_environment()) {
        project = project.folder(folder);
    }
    let (models, report) = Models::from_python(project).map_err(|error| Failure::Other(error.to_string()))?;
    let labels = chosen(&models, &asked.apps)?;
    let mut source = ModelSource::new(models.registry()).only(labels.iter().cloned());
    for (label, remark) in models.remarks() {
        source = source.note(label, remark);
    }
    for finding in report.findings() {
        source = source.note(&*finding.object, &*finding.message);
    }
    match &asked.output {
        None => write!(std::io::stdout().lock(), "{}", source.one_file())?,
        Some(folder) => write_files(&source, folder)?,
    }
    tell(&report, labels.len());
    Ok(())
}

/// The labels of the models of these apps; of all apps when none is named.
fn chosen(models: &Models, apps: &[String]) -> Result<Vec<String>, Failure> {
    let declared = || models.registry().models().iter().filter(|model| !model.auto_created);
    let known: HashSet<&str> = declared().map(|model| model.app.as_str()).collect();
    if let Some(unknown) = apps.iter().find(|app| !known.contains(app.as_str())) {
        let mut known: Vec<&str> = known.into_iter().collect();
        known.sort_unstable();
        return Err(Failure::Other(format!(
            "there is no app '{unknown}' with models in this project. Those are: {}",
            known.join(", ")
        )));
    }
    let labels: Vec<String> = declared()
        .filter(|model| apps.is_empty() || apps.contains(&model.app))
        .map(|model| model.label().to_owned())
        .collect();
    match labels.is_empty() {
        true => Err(Failure::Other("there are no models in this project".to_owned())),
        false => Ok(labels),
    }
}

fn write_files(source: &ModelSource<'_>, folder: &Path) -> Result<(), Failure> {
    let files = source.files();
    let write = || -> std::io::Result<()> {
        std::fs::create_dir_all(folder)?;
        for file in &files {
            // What somebody has written there stays.
            let path = folder.join(format!("{}.rs", file.module));
            std::fs::OpenOptions::new().write(true).create_new(true).open(path)?.write_all(file.text.as_bytes())?;
        }
        Ok(())
    };
    write().map_err(|error| Failure::Other(format!("'{}' cannot be written to: {error}", folder.display())))?;
    let modules: Vec<String> = files.iter().map(|file| format!("mod {};", file.module)).collect();
    writeln!(std::io::stdout().lock(), "{}", modules.join("\n"))?;
    Ok(())
}

/// Says on standard error what could not be understood.
fn tell(report: &Report, models: usize) {
    for finding in report.findings() {
        terminal::remark(&finding.to_string());
    }
    let found = report.findings().len();
    let lost =
        if found == 0 { String::new() } else { format!("; {found} of their parts are not understood, see above") };
    terminal::remark(&format!("{models} models{lost}"));
}

/// The packages of the Python environment that is active.
fn active_environment() -> Vec<PathBuf> {
    let Some(environment) = std::env::var_os("VIRTUAL_ENV") else { return Vec::new() };
    let versions = std::fs::read_dir(Path::new(&environment).join("lib")).into_iter().flatten().flatten();
    versions.map(|version| version.path().join("site-packages")).filter(|folder| folder.is_dir()).collect()
}
