//! What a log found.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use embellie_sql::Plan;
use serde::{Deserialize, Serialize};

use super::Place;
use super::entry::milliseconds;

/// Something that a log found: work that the database does more often, or for longer, than it has to.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// What it is.
    pub kind: FindingKind,
    /// The statement, without its values.
    pub shape: String,
    /// The text of the first of them.
    pub sql: Arc<str>,
    /// The model whose table it reads or writes first, as `app.Model`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<Arc<str>>,
    /// The line that asked for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site: Option<Place>,
    /// The [scope](super::scope) around it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<Arc<str>>,
    /// How often it ran.
    pub times: u64,
    /// How long it took in all.
    #[serde(rename = "total_ms", with = "milliseconds")]
    pub total: Duration,
    /// The number of its first entry in the log.
    pub first: u64,
    /// What to do about it.
    pub advice: String,
    /// How the database runs it, where it was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<Plan>,
}

/// What a log finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FindingKind {
    /// One line reads for each of many objects what could be read for all at once.
    NPlusOne,
    /// One line reads the same with the same values again and again.
    Duplicate,
    /// One line writes row by row.
    RowByRow,
    /// One statement took long.
    Slow,
    /// Related objects came with rows by a join, and nobody asked the rows for them.
    UnusedJoin,
    /// Related objects were read for rows beforehand, and nobody asked the rows for them.
    UnusedPrefetch,
}

impl FindingKind {
    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            FindingKind::NPlusOne => "N+1",
            FindingKind::Duplicate => "duplicate",
            FindingKind::RowByRow => "row by row",
            FindingKind::Slow => "slow",
            FindingKind::UnusedJoin => "unused join",
            FindingKind::UnusedPrefetch => "unused prefetch",
        }
    }

    /// Whether it is something that was read and nobody asked for.
    pub(crate) fn is_unused(self) -> bool {
        matches!(self, FindingKind::UnusedJoin | FindingKind::UnusedPrefetch)
    }
}

impl fmt::Display for FindingKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} time{}", self.kind, self.times, if self.times == 1 { "" } else { "s" })?;
        if let Some(site) = &self.site {
            write!(f, " at {site}")?;
        }
        write!(f, ", {:.1} ms in all: {}\n  {}", self.total.as_secs_f64() * 1e3, self.shape, self.advice)
    }
}
