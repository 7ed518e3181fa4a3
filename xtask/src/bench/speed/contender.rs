//! The contenders, and how they are asked.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use super::django;
use crate::shell::{self, Result};

/// A library to be measured.
#[derive(Debug)]
pub(super) struct Contender {
    /// The word that it is chosen by.
    pub(super) name: &'static str,
    /// What it is called.
    pub(super) title: &'static str,
    /// Its folder in `bench/`; several may be in one program.
    package: &'static str,
    /// The packages whose versions are the contender's.
    versions: &'static [&'static str],
}

/// The contender that does nothing with the answers of a server: what is left is the server's work.
pub(super) const FLOOR: &str = "floor";

/// All of them, the one that the others are measured by first.
pub(super) static CONTENDERS: [Contender; 9] = [
    Contender { name: "raw", title: "raw driver", package: "raw", versions: &["rusqlite", "tokio-postgres"] },
    Contender { name: FLOOR, title: "floor", package: "raw", versions: &[] },
    Contender { name: "embellie", title: "embellie", package: "embellie", versions: &["embellie"] },
    Contender { name: "diesel", title: "Diesel", package: "diesel", versions: &["diesel"] },
    Contender { name: "diesel-async", title: "diesel-async", package: "diesel", versions: &["diesel-async"] },
    Contender { name: "sqlx", title: "sqlx", package: "sqlx", versions: &["sqlx"] },
    Contender { name: "seaorm", title: "SeaORM", package: "sqlx", versions: &["sea-orm"] },
    Contender { name: "toasty", title: "Toasty", package: "toasty", versions: &["toasty"] },
    Contender { name: "django", title: "Django", package: "django", versions: &["Django"] },
];

/// The contender of a name.
pub(super) fn find(name: &str) -> Result<&'static Contender> {
    CONTENDERS.iter().find(|contender| contender.name == name).ok_or_else(|| {
        let names: Vec<&str> = CONTENDERS.iter().map(|contender| contender.name).collect();
        format!("there is no contender `{name}`; there are {}", names.join(", ")).into()
    })
}

impl Contender {
    /// A contender of its own, which no others are measured with.
    pub(super) const fn of(name: &'static str, title: &'static str, package: &'static str) -> Contender {
        Contender { name, title, package, versions: &[] }
    }

    /// Builds the program, where it is not up to date; or says why this machine cannot have it.
    pub(super) fn build(&self) -> Result<Option<String>> {
        if self.is_script() {
            return django::install(&self.folder());
        }
        let mut build = shell::cargo();
        build.args(["build", "--release", "--quiet", "--manifest-path"]);
        shell::run(build.arg(self.folder().join("Cargo.toml")).env("CARGO_TARGET_DIR", target()))?;
        Ok(None)
    }

    /// What it is called, with its versions.
    pub(super) fn with_versions(&self) -> String {
        let version = |package: &str| match self.is_script() {
            true => django::version(package),
            false => locked_version(&self.folder().join("Cargo.lock"), package),
        };
        let versions: Vec<String> = self
            .versions
            .iter()
            .filter_map(|package| Some((package, version(package)?)))
            .map(|(package, version)| if self.versions.len() == 1 { version } else { format!("{package} {version}") })
            .collect();
        if versions.is_empty() { self.title.to_owned() } else { format!("{} {}", self.title, versions.join(", ")) }
    }

    /// Whether it can be asked for the cases of a database: SQLite has no server, and so no floor.
    pub(super) fn knows(&self, database: &str) -> bool {
        self.name != FLOOR || database != "sqlite"
    }

    fn folder(&self) -> PathBuf {
        shell::root().join("bench").join(self.package)
    }

    fn is_script(&self) -> bool {
        self.package == "django"
    }

    /// Where the program is.
    pub(super) fn program(&self) -> PathBuf {
        target().join("release").join(format!("bench-{}{}", self.package, std::env::consts::EXE_SUFFIX))
    }

    /// Starts the program on a database.
    pub(super) fn start(&'static self, url: &str) -> Result<Running> {
        let mut program = match self.is_script() {
            true => django::command(&self.folder()),
            false => Command::new(self.program()),
        };
        let mut child = program.args([self.name, url]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let ends = child.stdin.take().zip(child.stdout.take());
        let (input, output) = ends.ok_or("the program has no input and output")?;
        Ok(Running { contender: self, child, input, output: BufReader::new(output) })
    }
}

/// The dependencies of all contenders are built in one folder.
pub(crate) fn target() -> PathBuf {
    shell::target().join("bench")
}

/// The version of a package that a lock file names.
fn locked_version(lock: &Path, package: &str) -> Option<String> {
    let lock: toml::Table = std::fs::read_to_string(lock).ok()?.parse().ok()?;
    let named = |entry: &&toml::Value| entry.get("name").and_then(toml::Value::as_str) == Some(package);
    Some(lock.get("package")?.as_array()?.iter().find(named)?.get("version")?.as_str()?.to_owned())
}

/// A contender that waits for questions.
pub(super) struct Running {
    pub(super) contender: &'static Contender,
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

/// What some operations took, together.
#[derive(Debug, Clone, Copy)]
pub(super) struct Took {
    /// Time that passed, in nanoseconds.
    pub(super) elapsed: f64,
    /// The program's own time on the processor, in nanoseconds.
    pub(super) processor: f64,
    /// How many allocations there were, where they can be counted.
    pub(super) allocations: Option<f64>,
    /// Their bytes.
    pub(super) bytes: Option<f64>,
    /// What tells the results apart.
    pub(super) sum: u64,
}

impl Running {
    /// Has it run operations of a case; `None` where it cannot do it.
    pub(super) fn ask(&mut self, case: &str, count: u64, first: u64) -> Result<Option<Took>> {
        writeln!(self.input, "{case} {count} {first}")?;
        self.input.flush()?;
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        if line.starts_with("- it cannot") {
            return Ok(None);
        }
        Took::read(&line)
            .map(Some)
            .ok_or_else(|| format!("{} cannot do `{case}`: {}", self.contender.title, line.trim()).into())
    }
}

impl Took {
    /// Reads `nanoseconds cpu-nanoseconds allocations bytes sum`; allocations and bytes are `-` where nobody counts.
    fn read(line: &str) -> Option<Took> {
        let mut words = line.split_whitespace();
        let (elapsed, processor) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
        let mut counted = || match words.next()? {
            "-" => Some(None),
            number => number.parse().ok().map(Some),
        };
        let (allocations, bytes) = (counted()?, counted()?);
        Some(Took { elapsed, processor, allocations, bytes, sum: words.next()?.parse().ok()? })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
