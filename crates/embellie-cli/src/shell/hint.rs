//! What the statements of an entry say about how it could be asked better.

use std::io::Write;

use embellie::log::{Finding, FindingKind};

use crate::failure::Failure;
use crate::{output, terminal};

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

/// What the log of an entry found, in Django's words.
pub(super) fn of(finding: &Finding) -> Option<String> {
    let model = finding.model.as_deref().unwrap_or_default();
    let model = model.rsplit('.').next().filter(|name| !name.is_empty()).unwrap_or("a table");
    let times = terminal::count(finding.times);
    Some(match finding.kind {
        FindingKind::NPlusOne => format!(
            "the same statement on {model} ran {times} times. Add .select_related(…) for a foreign key, or \
             .prefetch_related(…) for a set, to the query set of the loop: then it is one statement for all rows"
        ),
        FindingKind::Duplicate => format!(
            "the same rows of {model} were read {times} times: read them once, before the loop, and keep them in a variable"
        ),
        FindingKind::RowByRow => format!(
            "{model} was written row by row, {times} times: bulk_create(), bulk_update(), or update() and delete() of a \
             query set take one statement for many rows"
        ),
        _ => return None,
    })
}
