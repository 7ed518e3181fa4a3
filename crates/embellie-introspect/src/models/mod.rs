//! Tables as models. Pure: a schema goes in, metadata comes out.

mod default;
mod django;
mod draft;
mod english;
mod field;
mod key;
mod links;
mod naming;
mod relation;
mod rest;
mod sql;

use std::collections::HashMap;
use std::fmt;

use embellie::{Registry, Result};

use crate::schema::{Schema, TableName};
use draft::Draft;

/// The models of a database, and what there is to say of them.
#[derive(Debug, Clone)]
pub struct Introspected {
    /// The models.
    pub registry: Registry,
    /// What could not be understood, and what was decided.
    pub report: Report,
    /// The tables by the labels of their models.
    pub tables: HashMap<String, TableName>,
    /// What the database notes on tables, and what models don't say of them, by label.
    pub notes: Vec<(String, Note)>,
}

/// Something that a table's model does not say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// What somebody noted on the table.
    Comment(String),
    /// A part of the table that no part of the model stands for.
    Beside(String),
}

/// What could not be understood of a database, and what was decided.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// The remarks, by table.
    pub remarks: Vec<Remark>,
}

/// Something about a table that its user should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// The table, as the database has it.
    pub table: String,
    /// The label of the table's model, if it has become one.
    pub model: Option<String>,
    /// What there is to say.
    pub message: String,
}

impl Remark {
    /// The message as a sentence, for where it is plain which table it is about.
    pub fn sentence(&self) -> String {
        let mut letters = self.message.chars();
        let first = letters.next().map(|first| first.to_uppercase().collect::<String>()).unwrap_or_default();
        format!("{first}{}.", letters.as_str())
    }
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", shortened(&self.table), self.message)
    }
}

/// A name for people: without line ends, and not too long.
fn shortened(name: &str) -> String {
    const LONGEST: usize = 60;
    let mut short: String = name.chars().take(LONGEST).flat_map(char::escape_debug).collect();
    if name.chars().nth(LONGEST).is_some() {
        short.push('…');
    }
    short
}

/// The models that the tables of a schema are.
///
/// # Errors
/// When they cannot be linked to each other, which would be a mistake here: whatever is not understood is left out and
/// reported.
pub fn models_of(schema: &Schema) -> Result<Introspected> {
    let mut draft = Draft::new(schema);
    draft.name_models();
    draft.add_keys();
    draft.add_fields();
    draft.add_links();
    draft.name_ways_back();
    draft.add_rest();
    draft.finish()
}
