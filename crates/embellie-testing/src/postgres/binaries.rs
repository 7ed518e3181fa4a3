//! Where PostgreSQL's programs are.

use std::env;
use std::path::{Path, PathBuf};

use crate::{Error, install};

/// The oldest major version that embellie supports.
const OLDEST: u32 = 13;

/// Where Debian, Red Hat, Homebrew and the installers put each major version.
const VERSIONED: [(&str, &str, &str); 6] = [
    ("/usr/lib/postgresql", "", "bin"),
    ("/usr", "pgsql-", "bin"),
    ("/opt/homebrew/opt", "postgresql@", "bin"),
    ("/usr/local/opt", "postgresql@", "bin"),
    ("/Library/PostgreSQL", "", "bin"),
    ("/usr/libexec", "postgresql", ""),
];

/// The directory of `initdb` and `postgres`, installing them when they are missing and that is possible.
pub(super) fn directory() -> Result<PathBuf, Error> {
    if let Some(found) = find() {
        return Ok(found);
    }
    let installed = install::install("postgresql", || find().is_some());
    find().ok_or_else(|| {
        let reason = installed.err().map_or_else(String::new, |error| format!(" ({error})"));
        Error::new(format!(
            "tests need PostgreSQL {OLDEST} or newer, and its programs `initdb` and `postgres` were not found in PATH \
             or the usual places{reason}; install the server (Debian: `apt-get install postgresql`), add its `bin` \
             directory to PATH, or set {} to the URL of a server",
            super::POSTGRES_URL
        ))
    })
}

fn find() -> Option<PathBuf> {
    newest_versioned().or_else(|| {
        let path = env::var_os("PATH")?;
        env::split_paths(&path).find(|directory| has_programs(directory)).map(resolve)
    })
}

/// A link in PATH leads to the directory where all programs of its version are.
fn resolve(directory: PathBuf) -> PathBuf {
    let target = directory.join("initdb").canonicalize().ok();
    match target.as_deref().and_then(Path::parent) {
        Some(parent) if has_programs(parent) => parent.to_owned(),
        _ => directory,
    }
}

fn newest_versioned() -> Option<PathBuf> {
    VERSIONED
        .iter()
        .flat_map(|&(root, prefix, below)| {
            let entries = Path::new(root).read_dir().into_iter().flatten().flatten();
            entries.filter_map(move |entry| {
                let version: u32 = entry.file_name().to_str()?.strip_prefix(prefix)?.parse().ok()?;
                let directory = entry.path().join(below);
                (version >= OLDEST && has_programs(&directory)).then_some((version, directory))
            })
        })
        .max_by_key(|&(version, _)| version)
        .map(|(_, directory)| directory)
}

fn has_programs(directory: &Path) -> bool {
    directory.join("initdb").is_file() && directory.join("postgres").is_file()
}
