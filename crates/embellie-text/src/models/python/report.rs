//! What could not be understood.

use std::fmt;
use std::path::PathBuf;

/// What of a project's models could not be understood, or is not known to the registry. All else works.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    findings: Vec<Finding>,
}

/// One thing that could not be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// The file that it stands in.
    pub file: PathBuf,
    /// The line, counted from 1; 0 where none can be told.
    pub line: usize,
    /// What it is about: `blog.Post.body`, or a module's name.
    pub object: String,
    /// What is wrong, and what became of it.
    pub message: String,
}

impl Report {
    /// The findings, in the order in which they were made.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Whether everything was understood.
    pub fn is_empty(&self) -> bool {
        self.findings.is_empty()
    }

    pub(super) fn add(&mut self, finding: Finding) {
        if !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.findings {
            writeln!(f, "{finding}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}: {}", self.file.display(), self.object, self.message),
            line => write!(f, "{}:{line}: {}: {}", self.file.display(), self.object, self.message),
        }
    }
}
