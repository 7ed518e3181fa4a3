//! What a report says, as data.

use std::sync::Arc;
use std::time::Duration;

use embellie_sql::Plan;
use jiff::Timestamp;
use serde::Serialize;

use super::hint::Hint;
use crate::log::{Entry, Finding, Place, milliseconds};

/// What a log shows of a program and its database, and what to do about it.
///
/// `Display` gives it as text; [`to_json`](Report::to_json) and [`to_html`](Report::to_html) for programs and browsers. A
/// report holds no values of placeholders, not even those of a log that has them.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// What it is about.
    pub title: String,
    /// The database, as OpenTelemetry names it; empty when it is not known.
    pub system: String,
    /// When the first statement was sent.
    #[serde(serialize_with = "moment")]
    pub began: Option<Timestamp>,
    /// All statements together.
    pub totals: Totals,
    /// What it was before, where there is a log of that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Comparison>,
    /// Statements that would be fewer, those that take the longest first.
    pub improvements: Vec<Improvement>,
    /// Indexes to add to the database.
    pub database_changes: Vec<DatabaseChange>,
    /// Where the time goes, by the line that asks: what a change there touches.
    pub impact: Vec<Origin>,
    /// What else to do, in words.
    pub recommendations: Vec<String>,
    /// The statements by their shape, those that take the longest first.
    pub statements: Vec<Group>,
    /// Files with something to change, and the lines.
    pub files: Vec<File>,
    /// The statements over time, for drawing.
    #[serde(skip)]
    pub(crate) timeline: Timeline,
}

/// Sums over statements.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct Totals {
    /// Statements, without steps of transactions.
    pub statements: u64,
    /// Those that read.
    pub reads: u64,
    /// Those that write.
    pub writes: u64,
    /// Those that failed.
    pub errors: u64,
    /// Transactions that were begun.
    pub transactions: u64,
    /// Rows read or changed.
    pub rows: u64,
    /// The time in the database, steps of transactions included.
    #[serde(rename = "elapsed_ms", with = "milliseconds")]
    pub elapsed: Duration,
    /// The time that was waited for connections.
    #[serde(rename = "waited_ms", with = "milliseconds")]
    pub waited: Duration,
    /// From the first statement's beginning to the last one's end.
    #[serde(rename = "span_ms", with = "milliseconds")]
    pub span: Duration,
}

/// Statements of one shape.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Group {
    /// The statement without its values.
    pub shape: String,
    /// Its operation and tables: `SELECT blog_post`.
    pub summary: String,
    /// The model whose table it reads or writes first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<Arc<str>>,
    /// How often it ran.
    pub times: u64,
    /// How often it failed.
    pub errors: u64,
    /// Rows read or changed.
    pub rows: u64,
    /// How long it took in all.
    #[serde(rename = "total_ms", with = "milliseconds")]
    pub total: Duration,
    /// The mean.
    #[serde(rename = "mean_ms", with = "milliseconds")]
    pub mean: Duration,
    /// The time that half of them took at most.
    #[serde(rename = "median_ms", with = "milliseconds")]
    pub median: Duration,
    /// The time that 95 of 100 took at most.
    #[serde(rename = "p95_ms", with = "milliseconds")]
    pub p95: Duration,
    /// The longest.
    #[serde(rename = "max_ms", with = "milliseconds")]
    pub max: Duration,
    /// Its part of the time of all statements, from 0 to 1.
    pub share: f64,
    /// The lines that asked for it, the most frequent first.
    pub sites: Vec<Place>,
    /// How the database runs it, where it was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<Plan>,
    /// Why the database could not say how it runs it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan_error: Option<String>,
    /// What the plan shows that could be better.
    pub hints: Vec<Hint>,
    /// The text of one of them, and how many placeholders it has.
    #[serde(skip)]
    pub(crate) example: (Arc<str>, usize),
    /// Whether a plan makes sense: it reads or writes rows.
    #[serde(skip)]
    pub(crate) explainable: bool,
}

/// Statements that would be fewer.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Improvement {
    /// What was found.
    pub finding: Finding,
    /// How many statements it takes now.
    pub statements_now: u64,
    /// How many it would take.
    pub statements_then: u64,
    /// Its part of the time of all statements, from 0 to 1.
    pub share: f64,
}

/// An index to add.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct DatabaseChange {
    /// Why, and what.
    pub hint: Hint,
    /// How often statements ran that it would help.
    pub times: u64,
    /// How long those took.
    #[serde(rename = "total_ms", with = "milliseconds")]
    pub total: Duration,
}

/// A line of the program, or a scope, and what it costs.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Origin {
    /// The line; or the name of a scope.
    pub place: String,
    /// How many statements it asked for.
    pub statements: u64,
    /// How many calls of the line, or runs of the scope, there were.
    pub calls: u64,
    /// How long its statements took.
    #[serde(rename = "total_ms", with = "milliseconds")]
    pub total: Duration,
    /// Its part of the time of all statements, from 0 to 1.
    pub share: f64,
}

/// A file with something to change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct File {
    /// The file.
    pub file: String,
    /// Its lines, each with what was found there.
    pub lines: Vec<(u32, String)>,
}

/// Two logs of the same work.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Comparison {
    /// The sums of the log before.
    pub totals: Totals,
    /// The shapes whose number or time changed, the greatest difference of time first.
    pub changes: Vec<Change>,
}

/// A shape in two logs.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Change {
    /// The statement without its values.
    pub shape: String,
    /// How often it ran before.
    pub times_before: u64,
    /// How often it ran after.
    pub times_after: u64,
    /// How long it took before.
    #[serde(rename = "total_ms_before", with = "milliseconds")]
    pub total_before: Duration,
    /// How long it took after.
    #[serde(rename = "total_ms_after", with = "milliseconds")]
    pub total_after: Duration,
}

/// The statements over time.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Timeline {
    pub(crate) bars: Vec<Bar>,
    pub(crate) lanes: Vec<String>,
    pub(crate) span: Duration,
    /// How many statements are not drawn.
    pub(crate) left_out: usize,
}

/// A statement over time.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Bar {
    pub(crate) lane: usize,
    pub(crate) from: Duration,
    pub(crate) entry: Entry,
    pub(crate) shape: String,
    /// Whether something was found about it.
    pub(crate) found: bool,
}

impl Report {
    /// The report as a JSON document.
    ///
    /// # Errors
    /// When a number in a plan cannot be written.
    pub fn to_json(&self) -> embellie_core::Result<String> {
        serde_json::to_string_pretty(self)
            .map_err(|error| embellie_core::Error::Value(format!("The report cannot be written as JSON: {error}")))
    }
}

fn moment<S: serde::Serializer>(moment: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    match moment {
        Some(moment) => serializer.collect_str(moment),
        None => serializer.serialize_none(),
    }
}
