//! The tour: its stops, and what is seen at each.

mod farewell;
mod shown;
mod source;
mod stops;

use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant};

use embellie::Database;
use embellie::database::Captured;

use crate::failure::Failure;

pub(super) use farewell::farewell;
pub(super) use shown::{Shown, text};
pub(super) use stops::stops;

/// A stop of the tour.
#[derive(Debug)]
pub(super) struct Stop {
    pub(super) title: &'static str,
    /// What there is to see.
    pub(super) text: &'static str,
    pub(super) parts: Vec<Part>,
}

/// One piece of code of a stop.
pub(super) struct Part {
    /// What tells it from the stop's other parts.
    pub(super) caption: Option<&'static str>,
    /// The text of the file that `run` stands in, and the name of the function.
    source: (&'static str, &'static str),
    /// What one writes in Django.
    pub(super) django: &'static str,
    run: Run,
}

type Run = for<'a> fn(&'a Database) -> Pin<Box<dyn Future<Output = embellie::Result<Shown>> + 'a>>;

/// What was seen of a part.
#[derive(Debug)]
pub(super) struct Visit<'a> {
    pub(super) part: &'a Part,
    /// The statements that reached the database.
    pub(super) statements: Vec<Captured>,
    /// How long the code took, the statements included.
    pub(super) elapsed: Duration,
    pub(super) shown: Shown,
}

impl Stop {
    /// Runs the code of all parts.
    pub(super) async fn visit(&self, db: &Database) -> Result<Vec<Visit<'_>>, Failure> {
        let mut visits = Vec::with_capacity(self.parts.len());
        for part in &self.parts {
            let visit = part.fastest(db).await;
            let failed = |error| Failure::while_doing(&format!("the stop '{}' failed", self.title), &error);
            visits.push(visit.map_err(failed)?);
        }
        Ok(visits)
    }
}

/// How often each part runs.
const RUNS: usize = 3;
/// A part that takes longer than this runs once.
const LONG: Duration = Duration::from_secs(1);

impl Part {
    /// The fastest of a few runs, the first of which prepares the statements and reads the pages for all.
    async fn fastest(&self, db: &Database) -> embellie::Result<Visit<'_>> {
        let mut fastest = self.visit(db).await?;
        for _ in 1..RUNS {
            if fastest.elapsed > LONG {
                break;
            }
            let visit = self.visit(db).await?;
            if visit.elapsed < fastest.elapsed {
                fastest = visit;
            }
        }
        Ok(fastest)
    }

    async fn visit(&self, db: &Database) -> embellie::Result<Visit<'_>> {
        let capture = db.capture();
        let begun = Instant::now();
        let shown = (self.run)(db).await?;
        let elapsed = begun.elapsed();
        Ok(Visit { part: self, statements: capture.statements(), elapsed, shown })
    }

    /// The code that runs, as it stands in the file.
    pub(super) fn code(&self) -> String {
        source::shown_lines(self.source.0, self.source.1)
    }
}

impl std::fmt::Debug for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Part").field("function", &self.source.1).finish_non_exhaustive()
    }
}

impl Visit<'_> {
    /// The statements, each text once with how often it ran, in order.
    pub(super) fn distinct_statements(&self) -> Vec<(&str, u64)> {
        let mut distinct: Vec<(&str, u64)> = Vec::new();
        for statement in &self.statements {
            match distinct.iter_mut().find(|(sql, _)| *sql == &*statement.sql) {
                Some((_, times)) => *times += 1,
                None => distinct.push((&statement.sql, 1)),
            }
        }
        distinct
    }
}
