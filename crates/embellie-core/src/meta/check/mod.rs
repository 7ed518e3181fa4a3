//! System checks: what is wrong with a set of models, found before any I/O.
//!
//! A check has the id that Django gives it. Checks that Django does not have, or makes in other ways, have ids of
//! embellie's own:
//!
//! | id | what is wrong |
//! |---|---|
//! | `embellie.E001` | two models have one label |
//! | `embellie.E002` | a link table's model name is taken |
//! | `embellie.E003` | a name is no identifier |
//! | `embellie.E004` | a name is one that every model has |
//! | `embellie.E005` | `auto_now` or `auto_now_add` on what holds no date or time |
//! | `embellie.E006` | a choice does not fit the field |
//! | `embellie.E007` | a default, or the value of `on_delete`, does not fit the field |
//! | `embellie.E008` | a many-to-many relation has both `through` and `table` |
//! | `embellie.E009` | an index or constraint names no field |
//! | `embellie.E010` | an index or constraint needs a name |
//! | `embellie.E011` | a constraint that cannot be deferrable is |
//! | `embellie.E012` | a validator's limit does not fit the field |
//! | `embellie.E013` | a composite primary key has one field |
//! | `embellie.E014` | a generated field has an option that sets its value |
//! | `embellie.E015` | a generated field is computed from what is no column of its row |
//! | `embellie.W001` | a field is named like a lookup |
//! | `embellie.W002` | a field is named like a method of all objects |
//! | `embellie.W003` | a field is named like a keyword of Python |
//! | `embellie.W004` | a decimal field has more digits than a decimal |
//! | `embellie.W005` | `get_latest_by` names no field |
//! | `embellie.W006` | a validator's regular expression cannot be run |
//!
//! `fields.E120` is a warning here, since SQLite and PostgreSQL take a `CharField` without a `max_length`.
//!
//! To add a check, add it to the file of what it is about, give it an id and a failing set of models in
//! `tests/checks.rs`.

mod composite;
mod fields;
mod generated;
mod indexes;
mod models;
mod names;
mod options;
mod relations;

use std::fmt;

use super::Registry;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Works, but is likely a mistake.
    Warning,
    /// Cannot work.
    Error,
}

/// One finding of the system checks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckMessage {
    /// How bad it is.
    pub level: Level,
    /// Django's id where it has one (`fields.E304`), one that starts with `embellie.` otherwise.
    pub id: &'static str,
    /// What it is about: `blog.Post.author`.
    pub object: String,
    /// What is wrong.
    pub message: String,
    /// What would be right.
    pub hint: String,
}

impl fmt::Display for CheckMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ({}) {}", self.object, self.id, self.message)?;
        if self.hint.is_empty() { Ok(()) } else { write!(f, " {}", self.hint) }
    }
}

/// What was found so far.
#[derive(Debug, Default)]
struct Findings(Vec<CheckMessage>);

impl Findings {
    fn error(&mut self, id: &'static str, object: &str, message: String, hint: impl Into<String>) {
        self.add(Level::Error, id, object, message, hint.into());
    }

    fn warning(&mut self, id: &'static str, object: &str, message: String, hint: impl Into<String>) {
        self.add(Level::Warning, id, object, message, hint.into());
    }

    fn add(&mut self, level: Level, id: &'static str, object: &str, message: String, hint: String) {
        self.0.push(CheckMessage { level, id, object: object.to_owned(), message, hint });
    }
}

/// All findings of the system checks on linked models. Models made for link tables are not looked at, since nobody
/// wrote them.
pub(crate) fn run(registry: &Registry) -> Vec<CheckMessage> {
    let mut findings = Findings::default();
    for model in registry.models().iter().filter(|model| !model.auto_created) {
        names::check(model, &mut findings);
        fields::check(registry, model, &mut findings);
        relations::check(registry, model, &mut findings);
        models::check(model, &mut findings);
        composite::check(model, &mut findings);
        generated::check(model, &mut findings);
        options::check(registry, model, &mut findings);
        indexes::check(model, &mut findings);
    }
    models::check_tables(registry, &mut findings);
    indexes::check_names(registry, &mut findings);
    findings.0
}

/// `Did you mean 'author'?`, or nothing when no choice is near.
pub(crate) fn suggestion<'a>(name: &str, choices: impl IntoIterator<Item = &'a str>) -> String {
    crate::did_you_mean(name, choices).replacen("; did", "Did", 1)
}

/// `app.Model.field`.
fn label(model: &super::Model, field: &str) -> String {
    format!("{}.{field}", model.label())
}
