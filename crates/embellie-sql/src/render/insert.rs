//! `INSERT`.

use embellie_core::{Effect, Result, Statement, Value};

use super::Writer;
use crate::resolved::{Cell, Insert, OnConflict};
use crate::{Capability, Target};

/// The statement of an insert.
pub(crate) fn insert(target: &Target, insert: &Insert<'_>) -> Result<Statement> {
    let mut writer = Writer::new(target);
    writer.push("INSERT INTO ");
    writer.name(insert.table)?;
    writer.push(" ");
    if insert.columns.is_empty() {
        writer.defaults(insert)?;
    } else {
        writer.name_list(&insert.columns)?;
        for (i, row) in insert.rows.iter().enumerate() {
            writer.push(if i > 0 { ", (" } else { " VALUES (" });
            for (j, cell) in row.iter().enumerate() {
                writer.push(if j > 0 { ", " } else { "" });
                writer.cell(cell)?;
            }
            writer.push(")");
        }
    }
    writer.conflict(&insert.conflict)?;
    writer.returning(insert.table, &insert.returning)?;
    writer.finish(Effect::Write).map(|statement| statement.changing(insert.table))
}

impl Writer<'_> {
    /// Rows of nothing but defaults.
    fn defaults(&mut self, insert: &Insert<'_>) -> Result<()> {
        if insert.rows.len() == 1 && insert.conflict == OnConflict::Fail {
            self.push("DEFAULT VALUES");
            return Ok(());
        }
        self.name_list(&[insert.key])?;
        for i in 0..insert.rows.len() {
            self.push(if i > 0 { ", (" } else { " VALUES (" });
            self.cell(&Cell::Default)?;
            self.push(")");
        }
        Ok(())
    }

    /// The columns of rows written that are given back.
    pub(super) fn returning(&mut self, table: &str, columns: &[&str]) -> Result<()> {
        for (i, column) in columns.iter().enumerate() {
            self.push(if i > 0 { ", " } else { " RETURNING " });
            self.name(table)?;
            self.push(".");
            self.name(column)?;
        }
        Ok(())
    }

    fn cell(&mut self, cell: &Cell<'_>) -> Result<()> {
        match cell {
            Cell::Value(value) => self.value(value),
            Cell::Expr(expr) => self.scalar(expr),
            Cell::Default if self.target.can(Capability::DefaultInValues) => {
                self.push("DEFAULT");
                Ok(())
            }
            // A key that counts up does so for a null, too.
            Cell::Default => self.value(&Value::Null),
        }
    }

    fn conflict(&mut self, conflict: &OnConflict<'_>) -> Result<()> {
        match conflict {
            OnConflict::Fail => {}
            OnConflict::Ignore => self.push(" ON CONFLICT DO NOTHING"),
            OnConflict::Update { unique, update } => {
                self.push(" ON CONFLICT ");
                self.name_list(unique)?;
                self.push(" DO UPDATE SET ");
                for (i, column) in update.iter().enumerate() {
                    self.push(if i > 0 { ", " } else { "" });
                    self.name(column)?;
                    self.push(" = EXCLUDED.");
                    self.name(column)?;
                }
            }
        }
        Ok(())
    }
}
