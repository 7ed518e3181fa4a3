//! What the statements of an entry say about how it could be asked better.

use std::collections::HashMap;
use std::io::Write;

use embellie::database::Captured;

use crate::failure::Failure;
use crate::{output, terminal};

/// From how many times on the same statement is told of.
const MANY: usize = 5;

/// Shows hints.
pub(super) fn tell(hints: impl IntoIterator<Item = String>) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    for hint in hints {
        for line in terminal::wrap(&format!("hint: {}", output::harmless(&hint)), terminal::width()) {
            writeln!(out, "{}", console::Style::new().yellow().apply_to(line))?;
        }
    }
    Ok(())
}

/// Hints, in words.
pub(super) fn of(log: &[Captured]) -> Vec<String> {
    let mut times: HashMap<&str, usize> = HashMap::new();
    for statement in log {
        *times.entry(&statement.sql).or_default() += 1;
    }
    let mut repeated: Vec<(&str, usize)> =
        times.into_iter().filter(|(sql, times)| *times >= MANY && sql.starts_with("SELECT")).collect();
    repeated.sort_by_key(|(sql, times)| (std::cmp::Reverse(*times), *sql));
    repeated
        .into_iter()
        .map(|(sql, times)| {
            let table = sql.split(" FROM ").nth(1).and_then(|rest| rest.split(' ').next()).unwrap_or_default();
            format!(
                "the same statement on {table} ran {} times. Add .select_related(…) for a foreign key, or \
                 .prefetch_related(…) for a set, to the query set of the loop: then it is one statement for all rows",
                terminal::count(times as u64)
            )
        })
        .collect()
}
