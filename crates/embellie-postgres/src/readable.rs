//! Columns of types without a counterpart here, read as the server's own text of them.
//!
//! Rows come in binary form, all columns alike. A query with such a column is therefore prepared once more, with the
//! column cast to text around it.

use crate::decode::Named;
use crate::wire::{self, Wire};

/// The statement with a cast of each column that could not be read, if it has any and can be written so.
pub(crate) fn rewrite(sql: &str, columns: &[Named]) -> Option<String> {
    let casts: Vec<&str> = columns.iter().map(|column| cast(column)).collect();
    if casts.iter().all(|cast| cast.is_empty()) {
        return None;
    }
    let sql = sql.trim_end_matches(|c: char| c == ';' || c.is_whitespace());
    // What comes after a semicolon may be a comment; then it is not told from a second statement.
    let around = if sql.contains(';') { None } else { Around::of(sql) }?;
    let mut read = String::new();
    let mut names = String::new();
    for (i, (column, cast)) in columns.iter().zip(casts).enumerate() {
        let comma = if i > 0 { ", " } else { "" };
        names.push_str(&format!("{comma}c{i}"));
        read.push_str(&format!("{comma}r.c{i}{cast} AS \"{}\"", column.name.replace('"', "\"\"")));
    }
    // A comment may end the text, and the line.
    Some(match around {
        Around::Query => format!("SELECT {read} FROM ({sql}\n) AS r ({names})"),
        Around::Change => format!("WITH r ({names}) AS ({sql}\n) SELECT {read} FROM r"),
    })
}

fn cast(column: &Named) -> &'static str {
    match column.column.wire {
        Wire::Other => "::text",
        Wire::Array if wire::element(&column.ty).is_none_or(|element| Wire::of(element) == Wire::Other) => "::text[]",
        _ => "",
    }
}

/// How a statement can stand inside another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Around {
    Query,
    Change,
}

impl Around {
    /// None where it cannot, or is not known to: an attempt that fails would end an open transaction.
    fn of(sql: &str) -> Option<Self> {
        let text = sql.trim_start_matches(|c: char| c == '(' || c.is_whitespace());
        let first: String = text.chars().take_while(char::is_ascii_alphabetic).collect();
        match first.to_ascii_uppercase().as_str() {
            "SELECT" | "VALUES" | "TABLE" => Some(Around::Query),
            "WITH" => {
                let mut words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
                let changes = |word: &str| {
                    ["insert", "update", "delete", "merge"].iter().any(|change| word.eq_ignore_ascii_case(change))
                };
                (!words.any(changes)).then_some(Around::Query)
            }
            "INSERT" | "UPDATE" | "DELETE" => Some(Around::Change),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Around;

    #[test]
    fn what_can_stand_inside_a_query() {
        assert_eq!(Around::of("select 1"), Some(Around::Query));
        assert_eq!(Around::of("\n ( SELECT 1) UNION SELECT 2"), Some(Around::Query));
        assert_eq!(Around::of("WITH t AS (SELECT 1) SELECT updated FROM t"), Some(Around::Query));
        assert_eq!(Around::of("WITH t AS (DELETE FROM a RETURNING p) SELECT p FROM t"), None);
        assert_eq!(Around::of("insert into t values (1) returning p"), Some(Around::Change));
        assert_eq!(Around::of("EXPLAIN SELECT 1"), None);
        assert_eq!(Around::of("/* why */ SELECT 1"), None);
    }
}
