//! One entry: it runs, its result is shown, and what it took is told.

use std::io::Write;
use std::time::{Duration, Instant};

use embellie::Database;
use embellie::database::Captured;
use embellie::log::{Entry, LogOptions};
use embellie_text::Py;
use embellie_text::statement::{Failure as Mistake, Session};

use super::{Shell, hint};
use crate::database::opening;
use crate::failure::Failure;
use crate::session::{column_names, complaint};
use crate::{output, terminal};

/// The most rows that are shown, and the fewest.
const ROWS: usize = 20;
const FEWEST: usize = 5;
/// What a table takes on the screen beside its rows.
const BESIDE: usize = 8;

/// How many statements of one entry are kept.
const KEPT: usize = 100_000;

/// How long a statement may take to end after it was cancelled.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long a statement may take before it is looked at how it was run.
const SLOW: Duration = Duration::from_millis(20);

/// What came of a text.
pub(super) struct Done {
    pub(super) value: Option<Py>,
    /// The value apart from all that shares it, and whether there is more of it.
    shown: Option<(Py, bool)>,
}

impl Shell {
    /// Runs a text and shows what comes of it.
    pub(super) fn run_text(&mut self, text: &str) -> Result<(), Failure> {
        let begun = Instant::now();
        let rows = rows();
        match self.work(text, Some(rows)) {
            None => self.cancelled(begun.elapsed())?,
            Some(Err(mistake)) => {
                terminal::complain(&complaint(&mistake, self.write));
                self.told(begun.elapsed(), None)?;
            }
            Some(Ok(done)) => {
                let elapsed = begun.elapsed();
                let count = self.show(&done)?;
                self.told(elapsed, count)?;
                self.advise(&done)?;
            }
        }
        Ok(())
    }

    /// Runs a text until it ends, or until the person wants it to; `None` then.
    pub(super) fn work(&mut self, text: &str, rows: Option<usize>) -> Option<Result<Done, Mistake>> {
        let log = self.opened.db.log_with(LogOptions::new().capacity(KEPT));
        let (session, db) = (&mut self.session, &self.opened.db);
        let outcome = self.runtime.block_on(async {
            tokio::select! {
                done = run(session, db, text, rows) => Some(done),
                _ = tokio::signal::ctrl_c() => None,
            }
        });
        let opening = if self.write { None } else { opening(self.opened.db.server()) };
        let own = |entry: &Entry| opening.as_ref().is_none_or(|opening| *entry.sql != *opening.as_str());
        self.log = log.statements().into_iter().filter(own).map(Captured::from).collect();
        self.findings = log.findings();
        outcome
    }

    /// Says that an entry was cancelled, and makes sure that the server has stopped too.
    fn cancelled(&mut self, elapsed: Duration) -> Result<(), Failure> {
        let db = &self.opened.db;
        // The next use of the connection stops what an abandoned statement left running.
        let stopped = self.runtime.block_on(async { tokio::time::timeout(PATIENCE, db.table_names()).await });
        let mut out = std::io::stdout().lock();
        let how = if stopped.is_ok() { "" } else { "; the server has not answered yet" };
        writeln!(
            out,
            "{}",
            terminal::small().apply_to(format!("cancelled after {}{how}", terminal::duration(elapsed)))
        )?;
        Ok(())
    }

    /// Shows a value; gives back how many rows it has, as far as that is known.
    fn show(&self, done: &Done) -> Result<Option<String>, Failure> {
        let mut out = std::io::stdout().lock();
        let (Some(value), Some((shown, more))) = (&done.value, &done.shown) else { return Ok(None) };
        let width = terminal::full_width();
        if let Some(lines) = output::show_upright(shown, width) {
            for line in lines {
                writeln!(out, "{line}")?;
            }
            return Ok(None);
        }
        let Py::List(rows) = shown else {
            writeln!(out, "{}", output::one_line(shown))?;
            return Ok(None);
        };
        let total = self.session.known_length(value).map(|total| total as u64);
        let plural = |count: u64| format!("{} row{}", terminal::count(count), if count == 1 { "" } else { "s" });
        let count = match (more, total) {
            (false, _) => plural(rows.len() as u64),
            (true, Some(total)) => format!("{} of {}", terminal::count(rows.len() as u64), plural(total)),
            (true, None) => format!("the first {}", plural(rows.len() as u64)),
        };
        if !rows.is_empty() {
            let set = self.session.query_set(value).ok().flatten();
            let names = set.map(|set| column_names(&set, &self.opened.db)).unwrap_or_default();
            let (lines, notes) = output::show(shown, &names, width);
            for line in lines {
                writeln!(out, "{line}")?;
            }
            if *more {
                let rest = total.map_or_else(
                    || "… more rows; a slice such as [20:40] shows them, .count() counts them".to_owned(),
                    |total| format!("… {} more rows", terminal::count(total.saturating_sub(rows.len() as u64))),
                );
                writeln!(out, "{}", terminal::small().apply_to(rest))?;
            }
            for note in notes {
                writeln!(out, "{}", terminal::small().apply_to(note))?;
            }
        }
        Ok(Some(count))
    }

    /// Tells which index is missing, where a query set took its time.
    fn advise(&self, done: &Done) -> Result<(), Failure> {
        if self.log.iter().all(|sent| sent.elapsed < SLOW) {
            return Ok(());
        }
        let set = done.value.as_ref().and_then(|value| self.session.query_set(value).ok().flatten());
        let Some(set) = set else { return Ok(()) };
        let db = &self.opened.db;
        let advice = self.runtime.block_on(async {
            let rows = db.query_values(set.query().clone());
            tokio::time::timeout(PATIENCE, embellie::profile::advise(&rows, db)).await
        });
        match advice {
            Ok(Ok(advice)) => hint::tell(advice.hints.iter().map(ToString::to_string)),
            // Where a plan cannot be had, there is nothing to say of it.
            _ => Ok(()),
        }
    }

    /// Tells what an entry took, and what would have taken less.
    fn told(&self, elapsed: Duration, count: Option<String>) -> Result<(), Failure> {
        let mut out = std::io::stdout().lock();
        let statements = match self.log.len() {
            1 => "1 statement".to_owned(),
            many => format!("{} statements", terminal::count(many as u64)),
        };
        let parts: Vec<String> = count.into_iter().chain([statements, terminal::duration(elapsed)]).collect();
        writeln!(out, "{}", terminal::small().apply_to(parts.join(" · ")))?;
        drop(out);
        hint::tell(self.findings.iter().filter_map(hint::of))
    }
}

/// How many rows the screen has room for.
fn rows() -> usize {
    match console::Term::stdout().size_checked() {
        Some((rows, _)) => usize::from(rows).saturating_sub(BESIDE).clamp(FEWEST, ROWS),
        None => ROWS,
    }
}

async fn run(session: &mut Session, db: &Database, text: &str, rows: Option<usize>) -> Result<Done, Mistake> {
    let print = |text: &str| {
        let mut out = std::io::stdout().lock();
        // A terminal that is gone ends the shell at the next prompt.
        let _ = out.write_all(output::harmless(text).as_bytes()).and_then(|()| out.flush());
    };
    let value = session.run(text, db, &print).await?;
    let Some(found) = value.as_ref().filter(|value| !matches!(value, Py::None)) else {
        return Ok(Done { value: None, shown: None });
    };
    if rows.is_none() {
        return Ok(Done { value, shown: None });
    }
    let whole = |error| Mistake { error, line: 1, source: String::new(), lines: 1 };
    // What a person asked for by a slice is shown as a whole, as long as it fits a few screens.
    const ASKED_FOR: u64 = 200;
    let asked_for = session.query_set(found).map_err(whole)?.and_then(|set| set.query().slice.limit);
    let rows = match asked_for {
        Some(limit) if limit <= ASKED_FOR => Some(usize::try_from(limit).unwrap_or(ROWS).max(1)),
        _ => rows,
    };
    // Lists are rows, and so are query sets; of all else Python says what it is.
    let (plain, more) = session.read(found, rows, db).await.map_err(whole)?;
    let shown = match plain {
        Py::List(_) | Py::Object(_) | Py::Dict(_) => (plain, more),
        _ => (Py::Str(session.repr(found, db).await.map_err(whole)?), false),
    };
    Ok(Done { value, shown: Some(shown) })
}
