//! Where modules are found.

use std::path::{Path, PathBuf};

use super::known;

/// The folders in which modules are looked for, the first that has one first.
#[derive(Debug, Clone, Default)]
pub(super) struct Sources {
    pub(super) roots: Vec<PathBuf>,
    /// Those among them that are the project's own.
    pub(super) own: Vec<PathBuf>,
}

/// A module that was found.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) file: PathBuf,
    pub(super) package: bool,
    pub(super) text: String,
}

/// What is known of a module without reading it.
enum Located {
    /// Written here: what Django's own models are.
    Known(&'static str),
    File(PathBuf, bool),
    /// A folder without an `__init__.py`.
    Folder(PathBuf),
}

impl Sources {
    fn locate(&self, dotted: &str) -> Option<Located> {
        if let Some(text) = known::module(dotted) {
            return Some(Located::Known(text));
        }
        // What Django itself has is known by name, and never read.
        if dotted == "django" || dotted.starts_with("django.") {
            return None;
        }
        if !dotted.split('.').all(is_name) {
            return None;
        }
        let relative: PathBuf = dotted.split('.').collect();
        for root in &self.roots {
            let place = root.join(&relative);
            let package = place.join("__init__.py");
            if package.is_file() {
                return Some(Located::File(package, true));
            }
            let module = place.with_extension("py");
            if module.is_file() {
                return Some(Located::File(module, false));
            }
        }
        let folder = self.roots.iter().map(|root| root.join(&relative)).find(|place| place.is_dir())?;
        Some(Located::Folder(folder))
    }

    /// Whether a file is the project's own.
    pub(super) fn is_own(&self, file: &Path) -> bool {
        let others = self.roots.iter().filter(|root| !self.own.contains(root));
        self.own.iter().any(|root| file.starts_with(root)) && !others.into_iter().any(|root| file.starts_with(root))
    }

    /// Whether there is a module of a name.
    pub(super) fn has(&self, dotted: &str) -> bool {
        self.locate(dotted).is_some()
    }

    /// The text of a module; an error when it is there and cannot be read.
    pub(super) fn read(&self, dotted: &str) -> Option<Result<Source, (PathBuf, std::io::Error)>> {
        Some(match self.locate(dotted)? {
            Located::Known(text) => {
                Ok(Source { file: format!("<{dotted}>").into(), package: false, text: text.to_owned() })
            }
            Located::Folder(folder) => Ok(Source { file: folder, package: true, text: String::new() }),
            Located::File(file, package) => match std::fs::read(&file) {
                Ok(bytes) => Ok(Source { package, text: String::from_utf8_lossy(&bytes).into_owned(), file }),
                Err(error) => Err((file, error)),
            },
        })
    }
}

/// The folder above the packages that a file is in, and the dotted name of the module that it is.
pub(super) fn module_of(file: &Path) -> Option<(PathBuf, String)> {
    let mut names = Vec::new();
    let stem = file.file_stem()?.to_str()?;
    if stem != "__init__" {
        names.push(stem.to_owned());
    }
    let mut folder = file.parent()?;
    // What is no name of Python's is no package.
    let is_package = folder.file_name().and_then(|name| name.to_str()).is_some_and(is_name);
    if !is_package {
        return Some((folder.to_owned(), names.join(".")));
    }
    // An app's folder is a package, whether or not it says so.
    let mut first = true;
    while first || folder.join("__init__.py").is_file() {
        first = false;
        let Some(name) = folder.file_name().and_then(|name| name.to_str()) else { break };
        names.push(name.to_owned());
        folder = folder.parent()?;
    }
    names.reverse();
    Some((folder.to_owned(), names.join(".")))
}

/// Whether a text can be a name in Python.
fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_')
}
