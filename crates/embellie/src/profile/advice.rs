//! Asking a database how it runs something, and saying what could be better.

use std::fmt;

use embellie_core::{Result, Statement};
use embellie_sql::{self as sql, Outline, Plan, Unvalued};
use serde::Serialize;

use super::hint::{Hint, hints};
use crate::database::{Executor, Session, values};
use crate::log::called;
use crate::query_set::{QuerySet, Selection};

/// How a database runs a statement, and what could be better.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Advice {
    /// The statement. Empty when none is sent, since the query has no rows for sure.
    pub sql: String,
    /// How it is run.
    pub plan: Plan,
    /// What could be better.
    pub hints: Vec<Hint>,
}

/// The hints, a line for each.
impl fmt::Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.hints.is_empty() {
            return f.write_str("Nothing stands out in how this is run.");
        }
        let lines: Vec<String> = self.hints.iter().map(Hint::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}

/// How the database would run a query set, and what could be better: indexes that are missing, in the words of the models.
/// Nothing is read of the query set's rows.
///
/// Small tables are read as a whole whatever indexes there are; ask a database with real rows.
///
/// ```standalone_crate
/// use blog::Post;
/// use embellie::prelude::*;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> embellie::Result<()> {
/// # let db = Database::connect("sqlite::memory:").await?;
/// # db.create_tables(&[]).await?;
/// let advice = embellie::profile::advise(&Post::objects().filter(q!(views__gt = 100)), &db).await?;
/// assert_eq!(advice.hints[0].rust.as_deref(), Some(r#"indexes(index(fields = ["views"]))"#));
/// println!("{advice}\n{}", advice.plan);
/// # Ok(()) }
/// ```
///
/// # Errors
/// As [`QuerySet::plan`].
#[track_caller]
pub fn advise<M, S: Selection<M>>(rows: &QuerySet<M, S>, db: &dyn Executor) -> impl Future<Output = Result<Advice>> {
    called(async move {
        let database = db.session().database();
        let compiled = sql::select(rows.checked()?, database.registry(), database.target())?;
        let text = compiled.map_or_else(String::new, |compiled| compiled.statement.sql.to_string());
        let plan = rows.plan(db).await?;
        let hints = hints(&plan, &Outline::of(&text), Some(database.registry()));
        Ok(Advice { sql: text, plan, hints })
    })
}

/// How the database would run a statement with so many placeholders, whatever their values, and what could be better.
/// The statement is not run.
///
/// ```no_run
/// # async fn run(db: embellie::Database) -> embellie::Result<()> {
/// let sql = r#"SELECT "id" FROM "blog_post" WHERE "views" > ?"#;
/// println!("{}", embellie::profile::advise_sql(sql, 1, &db).await?);
/// # Ok(()) }
/// ```
///
/// # Errors
/// What the database says of the statement.
#[track_caller]
pub fn advise_sql(text: &str, parameters: usize, db: &dyn Executor) -> impl Future<Output = Result<Advice>> {
    called(async move {
        let plan = plan_for_any(text, parameters, db.session()).await?;
        let hints = hints(&plan, &Outline::of(text), Some(db.session().database().registry()));
        Ok(Advice { sql: text.to_owned(), plan, hints })
    })
}

/// How the database would run a statement with so many placeholders, whatever their values.
pub(super) async fn plan_for_any(text: &str, parameters: usize, session: Session<'_>) -> Result<Plan> {
    let Unvalued { before, explain, after, .. } = sql::explain_unvalued(text, parameters, session.database().target())?;
    if before.is_empty() {
        return plan(&session, &explain).await;
    }
    let work = async |tx: &crate::Transaction| {
        for statement in &before {
            tx.session().write(statement).await?;
        }
        let plan = plan(&tx.session(), &explain).await?;
        for statement in &after {
            tx.session().write(statement).await?;
        }
        Ok(plan)
    };
    session.atomic(work).await
}

async fn plan(session: &Session<'_>, explain: &Statement) -> Result<Plan> {
    let rows = session.gather(explain, values).await?;
    sql::read_plan(&rows, session.database().target())
}
