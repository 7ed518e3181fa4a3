//! What the shell and single queries have in common: how mistakes are told, and the SQL of a query.

use embellie::Database;
use embellie_core::Query;
use embellie_text::statement::Failure as Mistake;
use embellie_text::{Error, RowKind};

use crate::failure::Failure;
use crate::terminal;

/// A mistake in words: its class, what is wrong, the line where it is, and what helps.
pub(crate) fn complaint(mistake: &Mistake, write: bool) -> String {
    let mut told = format!("{}: {}", mistake.error.class(), mistake.error);
    if mistake.lines > 1 && !mistake.source.trim().is_empty() {
        told.push_str(&format!("\n  line {}: {}", mistake.line, mistake.source.trim()));
    }
    if let Some(help) = help(&mistake.error, write) {
        told.push_str(&format!("\n  help: {help}"));
    }
    told
}

fn help(error: &Error, write: bool) -> Option<&'static str> {
    let text = error.to_string().to_lowercase();
    let reads_only = text.contains("for reading only") || text.contains("read-only") || text.contains("readonly");
    match reads_only && !write {
        true => Some("start with --write to change the database"),
        false => None,
    }
}

/// The names of the columns of a query set whose rows have none: those that it asks for.
pub(crate) fn column_names(set: &embellie_text::Set, db: &Database) -> Vec<String> {
    if !matches!(set.rows(), RowKind::Tuples | RowKind::Named | RowKind::Flat) {
        return Vec::new();
    }
    let compiled = embellie_sql::select(set.query(), db.registry(), db.target());
    let columns = compiled.ok().flatten().map(|compiled| compiled.columns).unwrap_or_default();
    columns.iter().map(|column| column.name.clone()).collect()
}

/// The SQL of a query, a clause on each line, and its parameters.
pub(crate) fn sql_of(query: &Query, db: &Database) -> Result<Vec<String>, Failure> {
    let wrong = |error: embellie::Error| Failure::Other(format!("{}: {error}", error.class()));
    let Some(compiled) = embellie_sql::select(query, db.registry(), db.target()).map_err(wrong)? else {
        return Ok(vec!["-- no statement is needed: the query has no rows".to_owned()]);
    };
    let mut lines = terminal::clauses(&compiled.statement.sql);
    let parameters: Vec<String> = compiled.statement.parameters.iter().map(ToString::to_string).collect();
    if !parameters.is_empty() {
        lines.push(format!("-- parameters: {}", parameters.join(", ")));
    }
    Ok(lines)
}
