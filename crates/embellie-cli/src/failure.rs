//! Why the command did not do its work, in plain words.

use std::fmt;
use std::io;

/// Why the command did not do its work.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Nobody reads the output any more.
    OutputClosed,
    /// What a person should know.
    Other(String),
}

impl Failure {
    /// What was being done, and what embellie says of it.
    pub(crate) fn while_doing(what: &str, error: &embellie::Error) -> Self {
        Failure::Other(format!("{what}: {error}"))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::OutputClosed => f.write_str("the output was closed"),
            Failure::Other(message) => f.write_str(message),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Failure::OutputClosed,
            _ => Failure::Other(format!("the output cannot be written: {error}")),
        }
    }
}
