//! `INSERT`.

use std::sync::Arc;

use embellie_core::field::FieldKind;
use embellie_core::meta::Model;
use embellie_core::{Effect, Result, Statement, Value};

use super::Writer;
use crate::resolved::{Cell, Insert, OnConflict};
use crate::{Capability, Target};

/// So many rows, or more, are copied where they can be. For fewer, what the server prepares for each row of a copy costs more
/// than it saves.
const COPIED: usize = 2_000;

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

/// The statements of an insert of many rows of values.
pub(crate) fn bulk(
    target: &Target,
    insert: &Insert<'_>,
    kinds: &[FieldKind],
    mut values: Vec<Value>,
) -> Result<Vec<Statement>> {
    let width = insert.columns.len().max(1);
    let dialect = target.dialect();
    for value in &mut values {
        if let Some(other) = dialect.parameter(value)? {
            *value = other;
        }
    }
    if target.can(Capability::RowsOfArrays) && kinds.iter().all(|kind| !kind.is_array()) {
        let rows = values.len() / width;
        let mut columns: Vec<Vec<Value>> = (0..width).map(|_| Vec::with_capacity(rows)).collect();
        for (place, value) in values.into_iter().enumerate() {
            columns[place % width].push(value);
        }
        let parameters = columns.into_iter().map(Value::List).collect();
        if rows >= COPIED && can_be_copied(target, insert, kinds) {
            let mut writer = Writer::new(target);
            writer.push("COPY ");
            writer.name(insert.table)?;
            writer.push(" ");
            writer.name_list(&insert.columns)?;
            writer.push(" FROM STDIN");
            return Ok(vec![statement(&writer.into_text().into(), parameters, insert)]);
        }
        let text = bulk_text(target, insert, |w| w.rows_of_arrays(insert))?;
        return Ok(vec![statement(&text, parameters, insert)]);
    }
    let at_once = (target.max_parameters() / width).min(dialect.rows_at_once()).max(1) * width;
    let text = |parameters: usize| {
        bulk_text(target, insert, |w| {
            w.placeholders(parameters / width, width);
            Ok(())
        })
    };
    let rest = values.split_off(values.len() - values.len() % at_once);
    let mut statements = Vec::with_capacity(values.len() / at_once + 1);
    if !rest.is_empty() {
        statements.push(statement(&text(rest.len())?, rest, insert));
    }
    if !values.is_empty() {
        let whole = text(at_once)?;
        // From the last to the first, which moves each value once.
        while !values.is_empty() {
            let parameters = values.split_off(values.len().saturating_sub(at_once));
            statements.push(statement(&whole, parameters, insert));
        }
    }
    statements.reverse();
    Ok(statements)
}

/// Whether rows can be taken from the client behind the statement: nothing is given back then, and there is no rule for rows
/// that exist already.
fn can_be_copied(target: &Target, insert: &Insert<'_>, kinds: &[FieldKind]) -> bool {
    target.can(Capability::RowsOfClients)
        && insert.returning.is_empty()
        && insert.conflict == OnConflict::Fail
        && !kinds.iter().any(|kind| matches!(kind, FieldKind::Range(_) | FieldKind::SearchVector | FieldKind::Any))
}

fn statement(sql: &Arc<str>, parameters: Vec<Value>, insert: &Insert<'_>) -> Statement {
    Statement::write(Arc::clone(sql), parameters).changing(insert.table)
}

fn bulk_text(
    target: &Target,
    insert: &Insert<'_>,
    rows: impl FnOnce(&mut Writer<'_>) -> Result<()>,
) -> Result<Arc<str>> {
    let mut writer = Writer::new(target);
    writer.push("INSERT INTO ");
    writer.name(insert.table)?;
    writer.push(" ");
    writer.name_list(&insert.columns)?;
    rows(&mut writer)?;
    writer.conflict(&insert.conflict)?;
    writer.returning(insert.table, &insert.returning)?;
    Ok(writer.into_text().into())
}

/// What tells the keys of rows that were inserted, where the database counts them up one by one.
pub(crate) fn inserted_keys(target: &Target, model: &Model) -> Result<Option<Statement>> {
    if !target.can(Capability::SuccessiveKeys) || !model.primary_key().kind.is_auto() {
        return Ok(None);
    }
    let mut writer = Writer::new(target);
    writer.dialect().inserted_keys(&mut writer, &model.table, &model.primary_key().column)?;
    writer.finish(Effect::Read).map(Some)
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

    /// Placeholders for rows of values.
    fn placeholders(&mut self, rows: usize, width: usize) {
        let dialect = self.dialect();
        for place in 0..rows * width {
            self.push(match (place, place % width) {
                (0, _) => " VALUES (",
                (_, 0) => "), (",
                _ => ", ",
            });
            dialect.placeholder(place + 1, &mut self.text);
        }
        self.push(")");
    }

    /// Rows of arrays, each a parameter with the values of one column. It has the type of that column: what is never read
    /// says so.
    fn rows_of_arrays(&mut self, insert: &Insert<'_>) -> Result<()> {
        self.push(" SELECT * FROM UNNEST(");
        let dialect = self.dialect();
        for (place, column) in insert.columns.iter().enumerate() {
            self.push(if place > 0 { ", COALESCE(" } else { "COALESCE(" });
            dialect.placeholder(place + 1, &mut self.text);
            self.push(", ARRAY(SELECT ");
            self.name(column)?;
            self.push(" FROM ");
            self.name(insert.table)?;
            self.push(" WHERE FALSE))");
        }
        self.push(")");
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
