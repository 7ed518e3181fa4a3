//! SQL that somebody has written, with placeholders for every database.

use embellie_core::{Effect, Error, IntoParams, Params, Value};
use embellie_sql::{Target, raw};
use proptest::prelude::*;

use crate::blog::{postgres, sqlite};

fn on(target: &Target, text: &str, params: impl IntoParams) -> String {
    let statement = raw(text, &params.into_params(), target).unwrap();
    format!("{} {:?}", statement.sql, statement.parameters)
}

fn refused(target: &Target, text: &str, params: impl IntoParams) -> Error {
    raw(text, &params.into_params(), target).unwrap_err()
}

fn both() -> [Target; 2] {
    [sqlite(), postgres()]
}

#[test]
fn placeholders_are_the_databases_own() {
    let text = "SELECT * FROM post WHERE title = %s AND views > %s AND id %% 2 = 0 AND id % 3 = 1";
    let params = ("x' OR 1=1 --", 5);
    assert_eq!(
        on(&sqlite(), text, params),
        r#"SELECT * FROM post WHERE title = ? AND views > ? AND id % 2 = 0 AND id % 3 = 1 [Text("x' OR 1=1 --"), Int(5)]"#
    );
    assert_eq!(
        on(&postgres(), text, params),
        r#"SELECT * FROM post WHERE title = $1 AND views > $2::integer AND id % 2 = 0 AND id % 3 = 1 [Text("x' OR 1=1 --"), Int(5)]"#
    );
    let text = "SELECT %(a)s, %(b)s, %(a)s";
    let params = Params::new().name("b", 1.5).name("a", Value::Null);
    assert_eq!(on(&sqlite(), text, params.clone()), "SELECT ?, ?, ? [Null, Float(1.5), Null]");
    assert_eq!(on(&postgres(), text, params), "SELECT $1, $2::double precision, $3 [Null, Float(1.5), Null]");
}

/// Where text stands for itself, it stays what it is.
#[test]
fn strings_names_and_comments_are_left_alone() {
    for text in [
        "SELECT '%s', 'it''s %s', '100%', '%%', ''",
        "SELECT \"%s\", \"a\"\"%(b)s\" FROM t",
        "SELECT 1 -- %s ? it's\n, 2",
        "SELECT 1 /* %s ' \" */ , 2",
        "SELECT a %b, a%b, a % s1, 5 %(2) FROM t",
        "SELECT 'unfinished %s",
        "SELECT \"unfinished %s",
        "SELECT 1 /* unfinished %s",
        "SELECT 'é🦀%s' AS \"né%s\"",
    ] {
        for target in both() {
            assert_eq!(on(&target, text, ()), format!("{text} []"));
        }
    }
    for text in [
        r"SELECT E'it\'s %s', e'\\', 'a\'",
        "SELECT $$it's %s$$, $body$ %s $$ $body$, data ? 'k', data ?| ARRAY['a'], 1::int",
        "SELECT 1 /* /* %s */ %s */ , @ -5, a[1] FROM t",
        "SELECT $unfinished$ %s",
    ] {
        assert_eq!(on(&postgres(), text, ()), format!("{text} []"));
    }
    for text in ["SELECT [%s ?], `%s`, `a``%s`, '?' FROM t", "SELECT 'a\\', 1 /* /* %s */ , 2"] {
        assert_eq!(on(&sqlite(), text, ()), format!("{text} []"));
    }
    // What is a string on one database is none on the other.
    assert_eq!(on(&sqlite(), r"SELECT e'\', %s'", (1,)), r"SELECT e'\', ?' [Int(1)]");
    assert_eq!(on(&postgres(), "SELECT 1 /* /* */ */ , %s", ("a",)), r#"SELECT 1 /* /* */ */ , $1 [Text("a")]"#);
}

#[test]
fn parameters_are_counted_before_anything_is_sent() {
    for target in both() {
        for (text, params) in [
            ("SELECT %s", Params::new()),
            ("SELECT 1", (1,).into_params()),
            ("SELECT '%s'", (1,).into_params()),
            ("SELECT %s, %s", [1].into_params()),
            ("SELECT %s", vec![1, 2].into_params()),
            ("SELECT %(a)s", (1,).into_params()),
            ("SELECT %(title)s", Params::new().name("titel", 1)),
            ("SELECT %s, %(a)s", Params::new().push(1).name("a", 2)),
            ("SELECT %s", Params::new().name("a", 2)),
            ("  -- nothing\n", Params::new()),
            ("SELECT $1", (1,).into_params()),
        ] {
            let error = refused(&target, text, params);
            assert_eq!(error.class(), "ProgrammingError", "{text}: {error}");
        }
    }
    for text in ["SELECT ?", "SELECT ?1", "SELECT :name", "SELECT @name", "SELECT $name"] {
        let error = refused(&sqlite(), text, (1,));
        assert!(error.to_string().contains("write %s or %(name)s"), "{error}");
    }
    let error = refused(&sqlite(), "SELECT %(title)s", Params::new().name("titel", 1));
    assert!(error.to_string().ends_with("did you mean 'titel'?"), "{error}");
    // As in Django, names may be left over.
    assert_eq!(on(&sqlite(), "SELECT 1", Params::new().name("a", 1)), "SELECT 1 []");
}

#[test]
fn what_a_statement_does_is_told_from_its_words() {
    let effect = |text: &'static str| raw(text, &Params::new(), &sqlite()).map(|statement| statement.effect);
    assert_eq!(effect("/* a */ select 1"), Ok(Effect::Read));
    assert_eq!(effect("(VALUES (1))"), Ok(Effect::Read));
    assert_eq!(effect("WITH t AS (SELECT 'delete' AS \"update\") SELECT * FROM t"), Ok(Effect::Read));
    assert_eq!(effect("WITH t AS (SELECT 1) DELETE FROM a"), Ok(Effect::Write));
    assert_eq!(effect("INSERT INTO t VALUES (1)"), Ok(Effect::Write));
    for text in ["BEGIN", " -- x\n commit", "ROLLBACK TO a", "SAVEPOINT a", "start transaction", "END"] {
        let error = raw(text, &Params::new(), &postgres()).unwrap_err();
        assert_eq!(error.class(), "TransactionManagementError", "{text}");
    }
    assert_eq!(refused(&postgres(), "COPY t FROM STDIN", ()).class(), "NotSupportedError");
}

#[test]
fn there_may_be_too_many_parameters() {
    let many = vec![1; 40_000];
    let text = format!("SELECT {}", vec!["%s"; many.len()].join(", "));
    assert_eq!(refused(&sqlite(), &text, many.clone()).class(), "NotSupportedError");
    assert!(raw(&text, &many.into_params(), &postgres()).is_ok());
}

proptest! {
    /// Nothing that is written makes the reader fail, and but for percent signs every text is left as it is.
    #[test]
    fn any_text_is_read(text in "[sS a-z0-9%'\"$\\-/*?:@\\[\\]`\\\\().;éE\n]{0,40}") {
        for target in both() {
            match raw(&text, &Params::new(), &target) {
                Ok(statement) => prop_assert_eq!(statement.sql.replace('%', ""), text.replace('%', "")),
                Err(error) => prop_assert!(error.class() != "OperationalError"),
            }
        }
    }

    /// A text in quotation marks is a text, whatever it holds.
    #[test]
    fn quoted_text_is_text(inside in "[%s()a'? $\n]{0,20}") {
        let quoted = format!("SELECT '{}', %s", inside.replace('\'', "''"));
        prop_assert_eq!(on(&sqlite(), &quoted, (1,)), format!("SELECT '{}', ? [Int(1)]", inside.replace('\'', "''")));
    }
}
