//! What a log says of one statement.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::CallSite;

/// A statement that ran, or a step of a transaction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Entry {
    /// Its number in the log, from 1 on.
    pub number: u64,
    /// When it was sent.
    #[serde(with = "timestamp")]
    pub started: Timestamp,
    /// How long it waited for a connection before that.
    #[serde(rename = "waited_ms", with = "milliseconds")]
    pub waited: Duration,
    /// How long it took until its last row was read.
    #[serde(rename = "elapsed_ms", with = "milliseconds")]
    pub elapsed: Duration,
    /// What it does.
    pub kind: Kind,
    /// Its text, with placeholders.
    pub sql: Arc<str>,
    /// The values of the placeholders.
    pub parameters: Parameters,
    /// The model whose table it reads or writes first, as `app.Model`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<Arc<str>>,
    /// Rows read or changed; `None` when it failed, and for steps of transactions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
    /// Django's class of the error, and the database's code: `IntegrityError 23505`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The line that asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<Place>,
    /// Which call of that line it was: several statements may belong to one.
    #[serde(default)]
    pub call: u64,
    /// The task of the runtime, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<u64>,
    /// The transaction, where one is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transaction: Option<u64>,
    /// The name of the [scope](super::scope) around it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<Arc<str>>,
    /// Which of the scopes of that name it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope_number: Option<u64>,
    /// Equal for statements with equal parameters, in one log; it tells nothing of the values.
    #[serde(default)]
    pub fingerprint: u64,
}

impl Entry {
    /// When it was done.
    pub fn ended(&self) -> Timestamp {
        self.started.checked_add(self.elapsed).unwrap_or(self.started)
    }

    /// Whether it is a step of a transaction, and no statement about rows or tables.
    pub fn is_control(&self) -> bool {
        self.kind == Kind::Control
    }
}

/// `12  1.25 ms  3 rows  SELECT …  (src/views.rs:10:5)`.
impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>4}  {:.3} ms  ", self.number, self.elapsed.as_secs_f64() * 1e3)?;
        match (self.rows, &self.error) {
            (_, Some(error)) => write!(f, "{error}  ")?,
            (Some(rows), None) => write!(f, "{rows} rows  ")?,
            (None, None) => {}
        }
        f.write_str(&self.sql)?;
        if let Parameters::Shown(values) = &self.parameters
            && !values.is_empty()
        {
            write!(f, "  [{}]", values.join(", "))?;
        }
        match &self.site {
            Some(site) => write!(f, "  ({site})"),
            None => Ok(()),
        }
    }
}

/// What a statement does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Kind {
    /// It reads rows.
    Read,
    /// It changes rows.
    Write,
    /// It changes tables.
    Schema,
    /// It begins, ends or marks a place in a transaction.
    Control,
}

/// The values of a statement's placeholders.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Parameters {
    /// How many there were. They may be private, so this is all that a log keeps unless it is told otherwise.
    Hidden(usize),
    /// The values, as text.
    Shown(Vec<String>),
}

impl Parameters {
    /// How many there were.
    pub fn len(&self) -> usize {
        match self {
            Parameters::Hidden(count) => *count,
            Parameters::Shown(values) => values.len(),
        }
    }

    /// Whether there were none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A place in a program, as a log keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// The file.
    pub file: Cow<'static, str>,
    /// The line, from 1 on.
    pub line: u32,
    /// The column, from 1 on.
    pub column: u32,
}

impl From<CallSite> for Place {
    fn from(site: CallSite) -> Self {
        Place { file: site.file().into(), line: site.line(), column: site.column() }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

pub(crate) mod milliseconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(crate) fn serialize<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(duration.as_secs_f64() * 1e3)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        let milliseconds = f64::deserialize(deserializer)?;
        Duration::try_from_secs_f64(milliseconds / 1e3).map_err(D::Error::custom)
    }
}

mod timestamp {
    use jiff::Timestamp;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(timestamp: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(timestamp)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}
