//! Transactions in SQL.

use embellie_core::Control;

/// The SQL of a step.
pub(crate) fn sql(control: &Control) -> String {
    match control {
        Control::Begin => "BEGIN".into(),
        Control::BeginReading => "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY".into(),
        Control::Commit => "COMMIT".into(),
        Control::Rollback => "ROLLBACK".into(),
        Control::Savepoint(n) => format!("SAVEPOINT e{n}"),
        Control::Release(n) => format!("RELEASE SAVEPOINT e{n}"),
        Control::RollbackTo(n) => format!("ROLLBACK TO SAVEPOINT e{n}"),
    }
}

/// What a statement's own text changes beyond rows, where somebody writes `BEGIN` or `ALTER TABLE` as a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spoken {
    Transaction,
    Schema,
}

impl Spoken {
    /// What a single statement changes.
    pub(crate) fn of(sql: &str) -> Option<Self> {
        let first = sql.split(|c: char| !c.is_ascii_alphabetic()).find(|word| !word.is_empty())?;
        let is = |words: &[&str]| words.iter().any(|word| first.eq_ignore_ascii_case(word));
        if is(&["begin", "start", "commit", "end", "rollback", "abort", "savepoint", "release", "prepare"]) {
            Some(Spoken::Transaction)
        } else if is(&["create", "alter", "drop"]) {
            Some(Spoken::Schema)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Spoken;

    #[test]
    fn what_changes_more_than_rows_is_noticed() {
        for transaction in ["BEGIN", " start transaction read only", "Commit;", "ROLLBACK TO SAVEPOINT a", "abort"] {
            assert_eq!(Spoken::of(transaction), Some(Spoken::Transaction), "{transaction}");
        }
        assert_eq!(Spoken::of("ALTER TABLE t ADD COLUMN begin int"), Some(Spoken::Schema));
        assert_eq!(Spoken::of("SELECT 1 -- begin"), None);
        assert_eq!(Spoken::of("beginning"), None);
    }
}
