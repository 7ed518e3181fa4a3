//! A report as text.

use std::fmt;

use super::build::{counted, in_words};
use super::report::{Comparison, Group, Improvement, Report, Totals};
use crate::log::FindingKind;

/// Shapes that are told at most.
const SHAPES: usize = 20;
/// Changed shapes that are told at most.
const CHANGES: usize = 10;

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "# {}\n", self.title)?;
        totals(f, &self.totals)?;
        if let Some(before) = &self.before {
            comparison(f, before, &self.totals)?;
        }
        improvements(f, self)?;
        database_changes(f, self)?;
        code(f, self)?;
        impact(f, self)?;
        heading(f, "Recommendations")?;
        for recommendation in &self.recommendations {
            writeln!(f, "- {recommendation}")?;
        }
        heading(f, "Files to change")?;
        if self.files.is_empty() {
            writeln!(f, "None.")?;
        }
        for file in &self.files {
            let lines: Vec<String> = file.lines.iter().map(|(line, what)| format!("{line} ({what})")).collect();
            writeln!(f, "- {}: {}", file.file, lines.join(", "))?;
        }
        statements(f, &self.statements)
    }
}

fn heading(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    writeln!(f, "\n## {text}\n")
}

fn totals(f: &mut fmt::Formatter<'_>, totals: &Totals) -> fmt::Result {
    write!(
        f,
        "{} ({} read, {} wrote) in {}, {}: {} in the database",
        counted(totals.statements, "statement"),
        totals.reads,
        totals.writes,
        counted(totals.transactions, "transaction"),
        counted(totals.rows, "row"),
        in_words(totals.elapsed)
    )?;
    if !totals.waited.is_zero() {
        write!(f, ", {} waiting for connections", in_words(totals.waited))?;
    }
    writeln!(f, ", over {}.", in_words(totals.span))
}

fn comparison(f: &mut fmt::Formatter<'_>, before: &Comparison, after: &Totals) -> fmt::Result {
    heading(f, "Before and after")?;
    writeln!(
        f,
        "{} → {} statements, {} → {}.",
        before.totals.statements,
        after.statements,
        in_words(before.totals.elapsed),
        in_words(after.elapsed)
    )?;
    for change in before.changes.iter().take(CHANGES) {
        writeln!(
            f,
            "- {} → {} times, {} → {}: {}",
            change.times_before,
            change.times_after,
            in_words(change.total_before),
            in_words(change.total_after),
            change.shape
        )?;
    }
    Ok(())
}

fn improvements(f: &mut fmt::Formatter<'_>, report: &Report) -> fmt::Result {
    heading(f, "Performance improvements")?;
    if report.improvements.is_empty() {
        writeln!(f, "Nothing is asked for more often than it has to be, and nothing is slow.")?;
    }
    for Improvement { finding, statements_now, statements_then, share } in &report.improvements {
        write!(f, "- {}: ", finding.kind)?;
        match finding.kind {
            FindingKind::Slow | FindingKind::UnusedJoin => f.write_str(&counted(*statements_now, "time"))?,
            _ => write!(f, "{} → {statements_then}", counted(*statements_now, "statement"))?,
        }
        write!(f, ", {} ({:.0} %)", in_words(finding.total), share * 100.0)?;
        if let Some(site) = &finding.site {
            write!(f, ", at {site}")?;
        }
        writeln!(f, "\n  {}", finding.shape)?;
    }
    Ok(())
}

fn database_changes(f: &mut fmt::Formatter<'_>, report: &Report) -> fmt::Result {
    heading(f, "Database changes")?;
    if report.database_changes.is_empty() {
        writeln!(f, "None.")?;
    }
    for change in &report.database_changes {
        let hint = &change.hint;
        writeln!(f, "- {}", hint.message)?;
        if let (Some(rust), Some(django)) = (&hint.rust, &hint.django) {
            writeln!(f, "  Rust:   {rust}\n  Django: {django}")?;
        }
        if let Some(sql) = &hint.sql {
            writeln!(f, "  SQL:    {sql}")?;
        }
        if change.times > 0 {
            writeln!(f, "  It would help {}, {}.", counted(change.times, "statement"), in_words(change.total))?;
        }
    }
    Ok(())
}

fn code(f: &mut fmt::Formatter<'_>, report: &Report) -> fmt::Result {
    heading(f, "Code optimizations")?;
    let mut any = false;
    for found in report.improvements.iter().filter(|found| found.finding.kind != FindingKind::Slow) {
        any = true;
        let site = found.finding.site.as_ref().map_or_else(|| found.finding.kind.to_string(), ToString::to_string);
        writeln!(f, "- {site}: {}", found.finding.advice)?;
    }
    if any { Ok(()) } else { writeln!(f, "None.") }
}

fn impact(f: &mut fmt::Formatter<'_>, report: &Report) -> fmt::Result {
    heading(f, "Integration impact")?;
    for origin in &report.impact {
        writeln!(
            f,
            "- {}: {} in {}, {} ({:.0} %)",
            origin.place,
            counted(origin.statements, "statement"),
            counted(origin.calls, "call"),
            in_words(origin.total),
            origin.share * 100.0
        )?;
    }
    if report.impact.is_empty() { writeln!(f, "The log does not say which lines asked.") } else { Ok(()) }
}

fn statements(f: &mut fmt::Formatter<'_>, groups: &[Group]) -> fmt::Result {
    heading(f, "Statements")?;
    for group in groups.iter().take(SHAPES) {
        writeln!(
            f,
            "- {}, {} ({:.0} %): mean {}, median {}, p95 {}, max {}; {}{}",
            counted(group.times, "time"),
            in_words(group.total),
            group.share * 100.0,
            in_words(group.mean),
            in_words(group.median),
            in_words(group.p95),
            in_words(group.max),
            counted(group.rows, "row"),
            if group.errors > 0 { format!("; {} failed", group.errors) } else { String::new() }
        )?;
        writeln!(f, "  {}", group.shape)?;
        if let Some(plan) = &group.plan {
            plan.to_string().lines().try_for_each(|line| writeln!(f, "    {line}"))?;
        }
        if let Some(error) = &group.plan_error {
            writeln!(f, "    no plan: {error}")?;
        }
    }
    match groups.len().checked_sub(SHAPES) {
        Some(more @ 1..) => writeln!(f, "- and {more} more shapes"),
        _ => Ok(()),
    }
}
