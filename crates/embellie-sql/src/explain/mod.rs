//! Asking a database how it will run a statement.

mod document;
mod options;
mod plan;
mod rows;
mod step;

use embellie_core::{Effect, Error, Result, Statement, Value, json};

pub use options::{Explain, ExplainOption, Format, Setting};
pub use plan::{Actual, Cost, Detail, Plan, PlanNode};
pub use step::Step;

use crate::Target;

/// How a dialect explains statements.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Explaining {
    /// What stands before the statement.
    pub(crate) prefix: &'static str,
    /// The formats there are, beside the one that nobody asks for.
    pub(crate) formats: &'static [Format],
    /// The options there are, each since a version.
    pub(crate) options: &'static [(ExplainOption, (u32, u32, u32))],
    /// What the rows of a plan that programs read are.
    pub(crate) form: PlanForm,
    /// How a statement is explained whose values are not known; `None` where nulls in their place change nothing.
    pub(crate) unbound: Option<Unbound>,
}

/// How a statement is prepared, so that it can be explained without its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unbound {
    /// Makes plans for any values, until the transaction ends.
    pub(crate) setting: &'static str,
}

/// What the rows of an explanation are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PlanForm {
    /// One document of nodes in nodes.
    Document,
    /// A row for each node: its number, that of the one around it, a number that means nothing, and words.
    Rows,
}

/// The statement that explains another one.
///
/// ```
/// use embellie_core::{ServerInfo, Statement};
/// use embellie_sql::{Explain, Format, Target, explain};
///
/// let select = Statement::read("SELECT 1", vec![]);
/// let target = Target::for_server(&ServerInfo { dialect: "postgres", version: (16, 0, 0) })?;
/// let explained = explain(&select, &Explain::new().analyze().format(Format::Json), &target)?;
/// assert_eq!(&*explained.sql, "EXPLAIN (ANALYZE true, FORMAT JSON) SELECT 1");
/// # Ok::<(), embellie_core::Error>(())
/// ```
///
/// # Errors
/// [`Error::NotSupported`] for a format or an option that the server lacks.
pub fn explain(statement: &Statement, how: &Explain, target: &Target) -> Result<Statement> {
    let explaining = target.dialect().explaining();
    let mut words: Vec<String> = Vec::new();
    for (option, setting) in how.options() {
        let since = explaining.options.iter().find(|(known, _)| *known == option).map(|(_, since)| *since);
        if since.is_none_or(|since| target.version() < since) {
            return Err(lacks(target, &format!("the option {}", option.word())));
        }
        words.push(format!("{} {}", option.word(), setting.word()));
    }
    if let Some(format) = how.wanted_format() {
        if !explaining.formats.contains(&format) {
            return Err(lacks(target, &format!("the format {}", format.word())));
        }
        words.push(format!("FORMAT {}", format.word()));
    }
    let options = if words.is_empty() { String::new() } else { format!(" ({})", words.join(", ")) };
    let sql = format!("{}{options} {}", explaining.prefix, statement.sql);
    Ok(Statement { sql: sql.into(), parameters: statement.parameters.clone(), effect: Effect::Read, table: None })
}

fn lacks(target: &Target, what: &str) -> Error {
    let (major, minor, _) = target.version();
    Error::NotSupported(format!("{} {major}.{minor} cannot explain with {what}", target.product()))
}

/// The statement that explains another one such that [`read_plan`] understands it.
///
/// # Errors
/// As [`explain`].
pub fn explain_plan(statement: &Statement, how: &Explain, target: &Target) -> Result<Statement> {
    let how = match target.dialect().explaining().form {
        PlanForm::Document => how.clone().format(Format::Json),
        PlanForm::Rows => how.clone(),
    };
    explain(statement, &how, target)
}

/// Statements that explain another one whose values are not known: they have to run in one transaction.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Unvalued {
    /// What runs before.
    pub before: Vec<Statement>,
    /// What gives the rows for [`read_plan`].
    pub explain: Statement,
    /// What runs afterwards.
    pub after: Vec<Statement>,
}

/// The statements that explain another one for any values of its `parameters` placeholders, such that [`read_plan`]
/// understands the answer.
///
/// # Errors
/// As [`explain`].
pub fn explain_unvalued(sql: &str, parameters: usize, target: &Target) -> Result<Unvalued> {
    /// The name of what is prepared for it.
    const NAME: &str = "embellie_explained";
    let Some(Unbound { setting }) = target.dialect().explaining().unbound else {
        let statement = Statement::read(sql, vec![Value::Null; parameters]);
        return Ok(Unvalued {
            before: vec![],
            explain: explain_plan(&statement, &Explain::new(), target)?,
            after: vec![],
        });
    };
    let nulls = vec!["NULL"; parameters].join(", ");
    let run = if nulls.is_empty() { format!("EXECUTE {NAME}") } else { format!("EXECUTE {NAME}({nulls})") };
    let explain = explain_plan(&Statement::read(run, Vec::new()), &Explain::new(), target)?;
    Ok(Unvalued {
        // As statements that are sent one by one: a text of several is refused, and none of them is run.
        before: vec![Statement::write(setting, vec![]), Statement::write(format!("PREPARE {NAME} AS {sql}"), vec![])],
        explain: Statement { effect: Effect::Write, ..explain },
        after: vec![Statement::write(format!("DEALLOCATE {NAME}"), vec![])],
    })
}

/// The plan in the rows that a statement of [`explain_plan`] gave.
///
/// # Errors
/// [`Error::Decode`] when they are not what the server is known to give.
pub fn read_plan(rows: &[Vec<Value>], target: &Target) -> Result<Plan> {
    match target.dialect().explaining().form {
        PlanForm::Document => document::plan(rows),
        PlanForm::Rows => rows::plan(rows),
    }
}

/// The text of the rows that a statement of [`explain`] gave, a line for each row, as Django puts it.
pub fn explanation(rows: &[Vec<Value>]) -> String {
    let lines: Vec<String> = rows.iter().map(|row| row.iter().map(word).collect::<Vec<String>>().join(" ")).collect();
    lines.join("\n")
}

fn word(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Json(document) => match &**document {
            serde_json::Value::Array(parts) => parts.iter().map(dump).collect::<Vec<String>>().join(" "),
            document => dump(document),
        },
        value => value.to_string(),
    }
}

fn dump(document: &serde_json::Value) -> String {
    json::dumps(document).unwrap_or_else(|_| document.to_string())
}

fn unknown_form() -> Error {
    Error::Decode("the database's explanation has an unknown form; ask for its text".into())
}
