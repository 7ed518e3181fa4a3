//! Writing SQL text.

mod aggregate;
mod condition;
mod delete;
mod expr;
mod insert;
mod names;
mod select;
mod update;

use embellie_core::{Effect, Error, Result, Statement, Value};

use crate::Target;
use crate::dialect::Dialect;
use crate::resolved::Alias;
use names::Names;

pub(crate) use delete::delete;
pub(crate) use insert::{bulk, insert, inserted_keys};
pub(crate) use select::select;
pub(crate) use update::update;

/// SQL text in the making, with its parameters.
pub(crate) struct Writer<'t> {
    target: &'t Target,
    text: String,
    parameters: Vec<Value>,
    names: Names,
    place: Place,
    /// Whether the rows of the present query are grouped: equal expressions must then have the same parameters.
    grouped: bool,
    /// Parameters with the type that each was given.
    typed: Vec<(usize, String)>,
}

/// Where the SQL is to stand.
#[derive(Clone, Copy)]
enum Place {
    /// In a statement: values are parameters, columns say their table.
    Statement,
    /// In the definition of a table or an index: values are literals, columns stand alone.
    Definition(fn(&Value) -> Result<String>),
}

impl<'t> Writer<'t> {
    pub(crate) fn new(target: &'t Target) -> Self {
        Writer {
            target,
            text: String::with_capacity(512),
            parameters: Vec::new(),
            names: Names::default(),
            place: Place::Statement,
            grouped: false,
            typed: Vec::new(),
        }
    }

    /// A writer of what stands in a table's definition, with what makes literals of values.
    pub(crate) fn for_definition(target: &'t Target, literal: fn(&Value) -> Result<String>) -> Self {
        Writer { place: Place::Definition(literal), ..Writer::new(target) }
    }

    pub(crate) fn is_definition(&self) -> bool {
        matches!(self.place, Place::Definition(_))
    }

    pub(crate) fn dialect(&self) -> &'static dyn Dialect {
        self.target.dialect()
    }

    /// Whether the server can do this.
    pub(crate) fn can(&self, capability: crate::Capability) -> bool {
        self.target.can(capability)
    }

    pub(crate) fn push(&mut self, sql: &str) {
        self.text.push_str(sql);
    }

    /// A name, quoted.
    pub(crate) fn name(&mut self, name: &str) -> Result<()> {
        crate::identifier::quote_into(&mut self.text, name, self.target.dialect().mark())
    }

    /// What a table is called, quoted.
    fn table_name(&mut self, alias: Alias) -> Result<()> {
        crate::identifier::quote_into(&mut self.text, self.names.get(alias), self.target.dialect().mark())
    }

    /// Names in brackets.
    fn name_list(&mut self, names: &[&str]) -> Result<()> {
        self.push("(");
        for (i, name) in names.iter().enumerate() {
            self.push(if i > 0 { ", " } else { "" });
            self.name(name)?;
        }
        self.push(")");
        Ok(())
    }

    /// A value: a parameter whose type the database knows from its surroundings.
    pub(crate) fn value(&mut self, value: &Value) -> Result<()> {
        match self.place {
            _ if value.is_null() && !matches!(self.place, Place::Statement) => self.text.push_str("NULL"),
            Place::Statement => {
                let value = self.dialect().parameter(value)?.unwrap_or_else(|| value.clone());
                self.parameter(value);
            }
            Place::Definition(literal) => self.text.push_str(&literal(value)?),
        }
        Ok(())
    }

    /// A parameter as the driver takes it.
    pub(crate) fn parameter(&mut self, value: Value) {
        self.parameters.push(value);
        self.dialect().placeholder(self.parameters.len(), &mut self.text);
    }

    /// The number of a parameter of this value and type, where an equal one can be used again.
    pub(crate) fn known_parameter(&mut self, value: &Value, type_name: &str) -> Option<usize> {
        if !self.grouped || self.is_definition() {
            return None;
        }
        let same = |number: usize| self.parameters.get(number - 1) == Some(value);
        let known =
            self.typed.iter().find(|(number, name)| name == type_name && same(*number)).map(|(number, _)| *number);
        if known.is_none() {
            self.typed.push((self.parameters.len() + 1, type_name.to_owned()));
        }
        known
    }

    /// Values with commas between.
    pub(crate) fn values<'v>(&mut self, values: impl Iterator<Item = &'v Value>) -> Result<()> {
        for (i, value) in values.enumerate() {
            self.push(if i > 0 { ", " } else { "" });
            self.value(value)?;
        }
        Ok(())
    }

    /// The text alone.
    pub(crate) fn into_text(self) -> String {
        self.text
    }

    pub(crate) fn finish(self, effect: Effect) -> Result<Statement> {
        let limit = self.target.max_parameters();
        if self.parameters.len() > limit {
            return Err(Error::NotSupported(format!(
                "the statement has {} parameters, but {} takes {limit} at most: give it fewer values at a time",
                self.parameters.len(),
                self.target.product()
            )));
        }
        Ok(Statement { sql: self.text.into(), parameters: self.parameters, effect, table: None })
    }
}
