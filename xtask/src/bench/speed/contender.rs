//! The contenders, and how they are asked.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

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
}

/// All of them, the one that the others are measured by first.
pub(super) static CONTENDERS: [Contender; 7] = [
    Contender { name: "raw", title: "raw driver", package: "raw" },
    Contender { name: "embellie", title: "embellie", package: "embellie" },
    Contender { name: "diesel", title: "Diesel", package: "diesel" },
    Contender { name: "diesel-async", title: "diesel-async", package: "diesel" },
    Contender { name: "sqlx", title: "sqlx", package: "sqlx" },
    Contender { name: "seaorm", title: "SeaORM", package: "sqlx" },
    Contender { name: "toasty", title: "Toasty", package: "toasty" },
];

/// The contender of a name.
pub(super) fn find(name: &str) -> Result<&'static Contender> {
    CONTENDERS.iter().find(|contender| contender.name == name).ok_or_else(|| {
        let names: Vec<&str> = CONTENDERS.iter().map(|contender| contender.name).collect();
        format!("there is no contender `{name}`; there are {}", names.join(", ")).into()
    })
}

impl Contender {
    /// Builds the program, where it is not up to date.
    pub(super) fn build(&self) -> Result {
        let manifest = shell::root().join("bench").join(self.package).join("Cargo.toml");
        let mut build = shell::cargo();
        build.args(["build", "--release", "--quiet", "--manifest-path"]).arg(manifest);
        shell::run(build.env("CARGO_TARGET_DIR", target()))
    }

    /// Where the program is.
    pub(super) fn program(&self) -> PathBuf {
        target().join("release").join(format!("bench-{}{}", self.package, std::env::consts::EXE_SUFFIX))
    }

    /// Starts the program on a database.
    pub(super) fn start(&'static self, url: &str) -> Result<Running> {
        let mut program = Command::new(self.program());
        let mut child = program.args([self.name, url]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let ends = child.stdin.take().zip(child.stdout.take());
        let (input, output) = ends.ok_or("the program has no input and output")?;
        Ok(Running { contender: self, child, input, output: BufReader::new(output) })
    }
}

/// The dependencies of all contenders are built in one folder.
fn target() -> PathBuf {
    shell::target().join("bench")
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
    /// How many allocations there were.
    pub(super) allocations: f64,
    /// Their bytes.
    pub(super) bytes: f64,
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
        let words: Vec<&str> = line.split_whitespace().collect();
        let numbers: Option<Vec<f64>> = words.iter().take(4).map(|word| word.parse().ok()).collect();
        match (numbers.as_deref(), words.get(4).and_then(|word| word.parse().ok())) {
            (Some(&[elapsed, processor, allocations, bytes]), Some(sum)) => {
                Ok(Some(Took { elapsed, processor, allocations, bytes, sum }))
            }
            _ => Err(format!("{} cannot do `{case}`: {}", self.contender.title, line.trim()).into()),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
