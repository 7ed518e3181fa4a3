//! Running the command in a directory of its own.

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A directory to run the command in.
pub(crate) struct Place {
    directory: TempDir,
}

/// What a run of the command said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) ok: bool,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Place {
    pub(crate) fn new() -> Self {
        Place { directory: TempDir::new().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// The names of all files, sorted.
    pub(crate) fn files(&self) -> Vec<String> {
        let files = std::fs::read_dir(self.directory.path()).unwrap();
        let mut names: Vec<String> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_embellie"));
        command.args(arguments).current_dir(self.directory.path()).env_remove("NO_COLOR").stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Said {
        let Output { status, stdout, stderr } = self.command(arguments).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Said { ok: status.success(), out: text(stdout), err: text(stderr) }
    }

    /// Runs the demo with a small shop in the file of this name.
    pub(crate) fn demo(&self, file: &str, more: &[&str]) -> Said {
        self.run(&[&["demo", "--database", file, "--orders", "120"], more].concat())
    }
}

impl Said {
    /// The JSON document that was printed.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        assert!(self.ok, "{self:?}");
        assert_eq!(self.err, "");
        serde_json::from_str(&self.out).unwrap()
    }

    /// That the command failed and gave these words as its reason, and nothing else.
    #[track_caller]
    pub(crate) fn assert_refused(&self, words: &[&str]) {
        assert!(!self.ok && self.out.is_empty(), "{self:?}");
        for word in words {
            assert!(self.err.contains(word), "'{word}' is missing in: {}", self.err);
        }
        assert!(!self.err.contains("panicked"), "{}", self.err);
    }
}
