//! How things look on a terminal: widths, colours, text, SQL and tables.

mod sql;
mod table;
mod text;

pub(crate) use sql::{clauses, highlight as highlight_sql, shorten as shorten_sql};
pub(crate) use table::{Table, show as show_table};
pub(crate) use text::{count, duration, indent, wrap};

use console::{Style, Term, style};

/// The widest that text gets, and the width where there is no terminal.
const WIDEST: usize = 120;
const NARROWEST: usize = 40;
const WITHOUT_TERMINAL: usize = 100;

/// The number of columns to use on standard output.
pub(crate) fn width() -> usize {
    let terminal = Term::stdout();
    match terminal.size_checked() {
        Some((_, columns)) if terminal.is_term() => usize::from(columns).clamp(NARROWEST, WIDEST),
        _ => WITHOUT_TERMINAL,
    }
}

/// Whether standard output is a terminal.
pub(crate) fn is_watched() -> bool {
    Term::stdout().is_term()
}

/// The number of columns of the terminal, for tables.
pub(crate) fn full_width() -> usize {
    let terminal = Term::stdout();
    match terminal.size_checked() {
        Some((_, columns)) if terminal.is_term() => usize::from(columns).max(NARROWEST),
        _ => WITHOUT_TERMINAL,
    }
}

/// The style of headings.
pub(crate) fn heading() -> Style {
    Style::new().bold().cyan()
}

/// The style of small print.
pub(crate) fn small() -> Style {
    Style::new().dim()
}

/// The style of what stands out.
pub(crate) fn strong() -> Style {
    Style::new().bold()
}

/// Tells on standard error what went wrong.
pub(crate) fn complain(message: &str) {
    // When standard error is closed too, nobody can be told.
    let _ = Term::stderr().write_line(&format!("{} {message}", style("error:").for_stderr().red().bold()));
}

/// Tells on standard error what somebody should know.
pub(crate) fn remark(message: &str) {
    let _ = Term::stderr().write_line(&format!("{} {message}", style("note:").for_stderr().yellow().bold()));
}
