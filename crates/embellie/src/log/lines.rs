//! Logs as lines of JSON.

use std::io::{BufRead, Write};

use embellie_core::{Error, Result};
use serde::{Deserialize, Serialize};

use super::{Entry, Finding, FindingKind, Place};

/// The version of the form that logs are written in.
const VERSION: u32 = 1;

/// The first line of a written log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Header {
    pub(crate) embellie_log: u32,
    /// The database, as OpenTelemetry names it.
    pub(crate) system: String,
}

impl Header {
    pub(crate) fn new(system: &str) -> Self {
        Header { embellie_log: VERSION, system: system.to_owned() }
    }
}

pub(super) fn write_line(writer: &mut dyn Write, line: &impl Serialize) -> std::io::Result<()> {
    serde_json::to_writer(&mut *writer, line)?;
    writer.write_all(b"\n")
}

/// What a log found and advised, in the names of the models that its program had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Told {
    pub(crate) finding: FindingKind,
    pub(crate) shape: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) site: Option<Place>,
    pub(crate) advice: String,
}

impl Told {
    pub(crate) fn of(finding: &Finding) -> Self {
        Told {
            finding: finding.kind,
            shape: finding.shape.clone(),
            site: finding.site.clone(),
            advice: finding.advice.clone(),
        }
    }

    /// Whether this was told of that.
    pub(crate) fn is_about(&self, finding: &Finding) -> bool {
        (self.finding, &self.shape, &self.site) == (finding.kind, &finding.shape, &finding.site)
    }
}

/// A log that was read.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct LogFile {
    /// The database, as OpenTelemetry names it: `sqlite`, `postgresql`. Empty when the log does not say.
    pub system: String,
    /// The statements, in the order in which they ended.
    pub entries: Vec<Entry>,
    /// What was found while it was written.
    pub(crate) told: Vec<Told>,
}

/// Reads what [`Log::write_to`](super::Log::write_to) and [`LogOptions::write_to`](super::LogOptions::write_to) wrote. A last
/// line that was not written to its end is passed over.
///
/// # Errors
/// [`Error::Value`] when a line is none of a log, with its number; [`Error::Interface`] when reading fails.
pub fn read(mut reader: impl BufRead) -> Result<LogFile> {
    let mut file = LogFile::default();
    let mut line = String::new();
    for number in 1.. {
        line.clear();
        let length = reader
            .read_line(&mut line)
            .map_err(|error| Error::Interface(format!("The log cannot be read at line {number}: {error}")))?;
        if length == 0 {
            break;
        }
        if line.trim().is_empty() {
            continue;
        }
        if let Ok(entry) = serde_json::from_str(&line) {
            file.entries.push(entry);
            continue;
        }
        if let Ok(header) = serde_json::from_str::<Header>(&line) {
            if header.embellie_log > VERSION {
                return Err(Error::Value(format!(
                    "The log has the form {}, but this program reads forms up to {VERSION}: use a newer one",
                    header.embellie_log
                )));
            }
            file.system = header.system;
            continue;
        }
        if let Ok(told) = serde_json::from_str::<Told>(&line) {
            file.told.push(told);
            continue;
        }
        match serde_json::from_str::<Entry>(&line) {
            // A program that was ended in the middle of a line.
            Err(error) if error.is_eof() && !line.ends_with('\n') => break,
            Err(error) => {
                return Err(Error::Value(format!(
                    "Line {number} is no line of a log ({error}). A log is what `LogOptions::write_to` or \
                     `Log::write_to` wrote"
                )));
            }
            Ok(entry) => file.entries.push(entry),
        }
    }
    Ok(file)
}
