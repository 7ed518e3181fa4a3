//! What attackers have tried on Django's ORM: each of its CVEs of SQL injection, tried here. Every one of them was a
//! name that became SQL text, never a value.

mod aliases;
mod arguments;
mod keys;
mod names;

use blog::*;
use embellie::Value;
use embellie::prelude::*;
use embellie_core::{Query, Statement};
use embellie_suite::{Outcome, rows};

/// The word that all attempts hold. Where it stands in a statement, it must stand in quotation marks that hold it
/// whole, as part of a name.
const MARK: &str = "pwned";

/// Ends of every kind of quotation, comment and statement, each followed by more.
const ATTEMPTS: [&str; 14] = [
    "x\" FROM blog_user; DROP TABLE blog_post; -- pwned",
    "x\"); DELETE FROM blog_user; -- pwned",
    "x' OR 1=1 OR 'pwned'='",
    "x\\' OR 1=1; pwned",
    "x` FROM blog_user; pwned",
    "x], (SELECT pwned",
    "x;pwned",
    "x--pwned",
    "x/*pwned*/",
    "x#pwned",
    "x pwned",
    "x\npwned",
    "x%s pwned",
    "x) OR (1=1) OR (pwned",
];

/// Whether what was tried is nothing but a part of names in a statement, if it is in it at all.
fn is_harmless(sql: &str) -> bool {
    // A quotation mark within a name is doubled, so that every other piece is outside of names.
    let pieces: Vec<&str> = sql.split('"').collect();
    pieces.len() % 2 == 1 && !pieces.iter().step_by(2).any(|outside| outside.contains(MARK))
}

#[test]
fn the_check_finds_what_it_is_for() {
    for attempt in ATTEMPTS {
        assert!(attempt.contains(MARK), "{attempt}");
        assert!(!is_harmless(&format!("SELECT '{attempt}'")), "{attempt}");
        assert!(!is_harmless(&format!("SELECT 1 ORDER BY {attempt}")), "{attempt}");
        assert!(is_harmless(&format!("SELECT \"{}\"", attempt.replace('"', "\"\""))), "{attempt}");
    }
    assert!(!is_harmless(&format!("SELECT 1 AS \"{}\"", ATTEMPTS[0])));
}

/// All rows of all models.
async fn everything(db: &Database) -> Outcome<Vec<Vec<Value>>> {
    let mut everything = Vec::new();
    for model in db.registry().models() {
        let nothing: [&str; 0] = [];
        let rows = rows(db, model.label()).order_by("pk").text_values(nothing).all(db).await?;
        everything.extend(rows.into_iter().map(|row| row.into_values()));
    }
    Ok(everything)
}

/// Runs an attack. Every statement that is sent has to be harmless, and all rows the same afterwards.
async fn unharmed(db: &Database, attack: impl AsyncFnOnce() -> Outcome) -> Outcome {
    let before = everything(db).await?;
    assert!(!before.is_empty());
    let capture = db.capture();
    attack().await?;
    for statement in capture.statements() {
        assert!(is_harmless(&statement.sql), "{}", statement.sql);
    }
    assert_eq!(everything(db).await?, before);
    Ok(())
}

/// Two users and a post with a tag.
async fn blog_rows(db: &Database) -> Outcome {
    let ann = new!(User { name: "Ann", email: "ann@x.org" }).create(db).await?;
    new!(User { name: "Bob", email: "bob@x.org" }).create(db).await?;
    let rust = new!(Tag { word: "rust" }).create(db).await?;
    let post = new!(Post { title: "Ash", author: &ann, views: 3 }).create(db).await?;
    post.tags.add(&[&rust], db).await?;
    Ok(())
}

/// The statement of a query that is data.
fn compiled(db: &Database, query: &Query) -> embellie::Result<Option<Statement>> {
    Ok(embellie_sql::select(query, db.registry(), db.target())?.map(|compiled| compiled.statement))
}
