//! What a log keeps, and what it warns of.

use std::fmt;
use std::io::Write;
use std::time::Duration;

/// How a log is kept: see [`Database::log_with`](crate::Database::log_with).
#[must_use = "options do nothing before a log is begun with them"]
pub struct LogOptions {
    pub(super) capacity: usize,
    pub(super) shown: bool,
    pub(super) watch: Watch,
    pub(super) plans: bool,
    /// Whether nothing is looked for.
    pub(super) quiet: bool,
    pub(super) writer: Option<Box<dyn Write + Send>>,
}

/// What a log warns of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Watch {
    /// How often a line may ask for the same before it is told.
    pub(crate) repeats: u64,
    /// How long a pause ends a series.
    pub(crate) pause: Duration,
    /// How long a statement may take.
    pub(crate) slow: Option<Duration>,
}

impl Default for Watch {
    fn default() -> Self {
        Watch { repeats: 5, pause: Duration::from_secs(1), slow: None }
    }
}

impl LogOptions {
    /// The last 10,000 statements without their parameters; a warning when one line asks for the same five times.
    pub fn new() -> Self {
        LogOptions { capacity: 10_000, shown: false, watch: Watch::default(), plans: false, quiet: false, writer: None }
    }

    /// All statements, and no warnings.
    pub(crate) fn quiet() -> Self {
        LogOptions { capacity: usize::MAX, quiet: true, ..LogOptions::new() }
    }

    /// Keeps so many statements, the latest. What is [written](LogOptions::write_to) is not limited.
    pub fn capacity(self, statements: usize) -> Self {
        LogOptions { capacity: statements, ..self }
    }

    /// Keeps the values of placeholders too. They may be private: passwords, names, addresses.
    pub fn show_parameters(self) -> Self {
        LogOptions { shown: true, ..self }
    }

    /// Warns when one line of the program asks so many times for what differs in values alone, one after the other.
    pub fn repeats(mut self, times: u64) -> Self {
        self.watch.repeats = times.max(2);
        self
    }

    /// Takes repetitions that are further apart than this for work of their own; a second unless said otherwise.
    pub fn pause(mut self, pause: Duration) -> Self {
        self.watch.pause = pause;
        self
    }

    /// Warns of statements that take longer than this.
    pub fn slow(mut self, limit: Duration) -> Self {
        self.watch.slow = Some(limit);
        self
    }

    /// Asks the database how it runs each slow statement that reads, when it has run, and keeps that with the warning.
    pub fn explain_slow(self) -> Self {
        LogOptions { plans: true, ..self }
    }

    /// Writes each statement as it ends, as a line of JSON, to a file that `embellie profile` reads. When that fails, a
    /// warning is given, and nothing more is written.
    ///
    /// ```no_run
    /// # async fn run(db: embellie::Database) -> Result<(), Box<dyn std::error::Error>> {
    /// use embellie::log::LogOptions;
    /// let file = std::io::BufWriter::new(std::fs::File::create("statements.jsonl")?);
    /// let log = db.log_with(LogOptions::new().write_to(file));
    /// # drop(log); Ok(()) }
    /// ```
    pub fn write_to(self, writer: impl Write + Send + 'static) -> Self {
        LogOptions { writer: Some(Box::new(writer)), ..self }
    }
}

impl Default for LogOptions {
    fn default() -> Self {
        LogOptions::new()
    }
}

impl fmt::Debug for LogOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogOptions")
            .field("capacity", &self.capacity)
            .field("shown", &self.shown)
            .field("watch", &self.watch)
            .field("plans", &self.plans)
            .finish_non_exhaustive()
    }
}
