//! What a connection knows of its transaction.

use embellie_core::Control;

/// The state of the transaction, as far as the connection has seen. It says "open" from before the transaction is
/// begun until after it has ended, so that nothing that is dropped on the way leaves one behind.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Transaction {
    pub(crate) open: bool,
    /// A script may have begun one without our knowing.
    pub(crate) suspected: bool,
    /// A statement in it has failed, so that the server refuses all but its end or a return to a savepoint.
    pub(crate) failed: bool,
    /// A statement in it has changed the schema.
    pub(crate) schema_changed: bool,
    /// The savepoint that was set last. Later ones have higher numbers.
    pub(crate) savepoint: u32,
}

impl Transaction {
    pub(crate) fn begun() -> Self {
        Transaction { open: true, ..Transaction::default() }
    }
}

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

/// What a statement's own text does to the transaction or the schema, where somebody writes `BEGIN` or `ALTER TABLE`
/// as a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spoken {
    Begins,
    Ends,
    RollsBackTo,
    ChangesSchema,
}

impl Spoken {
    /// What a single statement does.
    pub(crate) fn of(sql: &str) -> Option<Self> {
        let mut words = sql.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| !word.is_empty());
        let first = words.next()?;
        let is = |word: &str| first.eq_ignore_ascii_case(word);
        if is("begin") || is("start") {
            Some(Spoken::Begins)
        } else if is("commit") || is("end") {
            Some(Spoken::Ends)
        } else if is("rollback") || is("abort") {
            let to = words.take(2).any(|word| word.eq_ignore_ascii_case("to"));
            Some(if to { Spoken::RollsBackTo } else { Spoken::Ends })
        } else if is("create") || is("alter") || is("drop") {
            Some(Spoken::ChangesSchema)
        } else {
            None
        }
    }

    /// Whether a script of several statements may leave a transaction open.
    pub(crate) fn may_begin(script: &str) -> bool {
        let mut statements = script.split(';').map(Spoken::of);
        statements.any(|spoken| spoken == Some(Spoken::Begins))
    }
}

#[cfg(test)]
mod tests {
    use super::Spoken;

    #[test]
    fn transactions_in_plain_sql_are_noticed() {
        assert_eq!(Spoken::of("BEGIN"), Some(Spoken::Begins));
        assert_eq!(Spoken::of(" start transaction read only"), Some(Spoken::Begins));
        assert_eq!(Spoken::of("Commit;"), Some(Spoken::Ends));
        assert_eq!(Spoken::of("ROLLBACK TO SAVEPOINT a"), Some(Spoken::RollsBackTo));
        assert_eq!(Spoken::of("rollback work to a"), Some(Spoken::RollsBackTo));
        assert_eq!(Spoken::of("ROLLBACK"), Some(Spoken::Ends));
        assert_eq!(Spoken::of("SELECT 1 -- begin"), None);
        assert_eq!(Spoken::of("beginning"), None);
        assert_eq!(Spoken::of("ALTER TABLE t ADD COLUMN begin int"), Some(Spoken::ChangesSchema));
        assert!(Spoken::may_begin("CREATE TABLE t (id int);\nBEGIN; INSERT INTO t VALUES (1)"));
        assert!(!Spoken::may_begin("CREATE TABLE t (id int); DROP TABLE t"));
        // A function's body looks like one, so that it is no more than a suspicion.
        assert!(Spoken::may_begin("CREATE FUNCTION f() … AS $$ DECLARE n int; BEGIN n := 1; END $$"));
    }
}
