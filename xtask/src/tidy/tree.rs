//! What the rules look at: the files of the workspace, read once.

use std::cell::OnceCell;
use std::fs;
use std::path::Path;

use super::code::Code;
use crate::shell::Result;

/// The files of the workspace.
#[derive(Debug)]
pub(super) struct Tree {
    /// Every text file, by path.
    pub(super) files: Vec<File>,
    /// Where test modules declared in other files live: `src/tests.rs`, `src/tests/`.
    test_modules: OnceCell<Vec<String>>,
}

/// A text file.
#[derive(Debug)]
pub(super) struct File {
    /// The path from the root, with `/` between names.
    pub(super) path: String,
    /// What it holds.
    pub(super) text: String,
    code: OnceCell<std::result::Result<Code, (usize, String)>>,
}

/// A manifest that declares a package.
#[derive(Debug)]
pub(super) struct Package<'a> {
    /// The manifest's path.
    pub(super) path: &'a str,
    /// The package's name.
    pub(super) name: String,
    /// The whole manifest.
    pub(super) manifest: toml::Table,
}

impl Tree {
    /// The files below `root`, without what is built and what git keeps for itself.
    pub(super) fn read(root: &Path) -> Result<Tree> {
        let mut files = Vec::new();
        collect(root, root, &mut files)?;
        Ok(Tree::new(files))
    }

    fn new(mut files: Vec<File>) -> Tree {
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Tree { files, test_modules: OnceCell::new() }
    }

    /// A tree that is nowhere on disk.
    #[cfg(test)]
    pub(super) fn of(files: &[(&str, &str)]) -> Tree {
        Tree::new(files.iter().map(|(path, text)| File::new((*path).to_owned(), (*text).to_owned())).collect())
    }

    /// The Rust files that are part of a library or binary of `crates/`, not of their tests.
    pub(super) fn library_files(&self) -> impl Iterator<Item = &File> {
        let test_modules = self.test_modules.get_or_init(|| {
            self.files.iter().filter_map(|file| Some((file, file.code()?))).flat_map(test_module_paths).collect()
        });
        self.files.iter().filter(|file| {
            let mut names = file.path.split('/');
            file.path.ends_with(".rs")
                && names.next() == Some("crates")
                && !names.any(|name| name == "tests" && !file.path.contains("/src/") || name == "benches")
                && !test_modules.iter().any(|module| {
                    file.path.strip_prefix(module.as_str()).is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
                })
        })
    }

    /// The packages of the workspace; not those that are a workspace of their own.
    pub(super) fn packages(&self) -> impl Iterator<Item = Package<'_>> {
        self.files.iter().filter(|file| file.path.rsplit('/').next() == Some("Cargo.toml")).filter_map(|file| {
            let manifest: toml::Table = file.text.parse().ok()?;
            let name = manifest.get("package")?.get("name")?.as_str()?.to_owned();
            if manifest.contains_key("workspace") {
                return None;
            }
            Some(Package { path: &file.path, name, manifest })
        })
    }
}

impl Package<'_> {
    /// What the package and its build script depend on.
    pub(super) fn dependencies(&self) -> impl Iterator<Item = String> {
        self.tables_of(&["dependencies", "build-dependencies"]).flatten().map(|(key, wanted)| {
            let renamed = wanted.get("package").and_then(toml::Value::as_str);
            renamed.unwrap_or(key).to_owned()
        })
    }

    /// Every table of dependencies.
    pub(super) fn tables(&self) -> impl Iterator<Item = &toml::Table> {
        self.tables_of(&["dependencies", "build-dependencies", "dev-dependencies"])
    }

    fn tables_of(&self, names: &'static [&'static str]) -> impl Iterator<Item = &toml::Table> {
        let targets = self.manifest.get("target").and_then(toml::Value::as_table).into_iter().flatten();
        let targets = targets.filter_map(|(_, target)| target.as_table());
        std::iter::once(&self.manifest)
            .chain(targets)
            .flat_map(|table| names.iter().filter_map(|name| table.get(*name)?.as_table()))
    }
}

impl File {
    fn new(path: String, text: String) -> File {
        File { path, text, code: OnceCell::new() }
    }

    /// The code of a Rust file, if it is one that can be read.
    pub(super) fn code(&self) -> Option<&Code> {
        self.parsed()?.as_ref().ok()
    }

    /// Why a Rust file cannot be read, with the line.
    pub(super) fn code_error(&self) -> Option<&(usize, String)> {
        self.parsed()?.as_ref().err()
    }

    fn parsed(&self) -> Option<&std::result::Result<Code, (usize, String)>> {
        self.path.ends_with(".rs").then(|| self.code.get_or_init(|| Code::parse(&self.text)))
    }
}

/// `#[cfg(test)] mod tests;` in `src/a.rs` lives in `src/a/tests`, and in `src/lib.rs` in `src/tests`.
fn test_module_paths((file, code): (&File, &Code)) -> Vec<String> {
    let (folder, name) = file.path.rsplit_once('/').unwrap_or(("", &file.path));
    let folder = match name {
        "lib.rs" | "main.rs" | "mod.rs" => folder.to_owned(),
        other => format!("{folder}/{}", other.trim_end_matches(".rs")),
    };
    code.test_modules.iter().map(|module| format!("{folder}/{module}")).collect()
}

/// In bytes: what is larger is a database that a demo left behind, not a page or a program.
const LARGEST: u64 = 1 << 20;

fn collect(root: &Path, folder: &Path, files: &mut Vec<File>) -> Result {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            if name != "target" && name != ".git" {
                collect(root, &path, files)?;
            }
        } else if name != ".git"
            && fs::metadata(&path)?.len() <= LARGEST
            && let Ok(text) = String::from_utf8(fs::read(&path)?)
        {
            let relative = path.strip_prefix(root)?.components().map(|part| part.as_os_str().to_string_lossy());
            files.push(File::new(relative.collect::<Vec<_>>().join("/"), text));
        }
    }
    Ok(())
}
