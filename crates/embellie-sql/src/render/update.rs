//! `UPDATE`.

use embellie_core::{Effect, Result, Statement};

use super::Writer;
use crate::Target;
use crate::resolved::Update;

/// The statement of an update.
pub(crate) fn update(target: &Target, update: &Update<'_>) -> Result<Statement> {
    let mut writer = Writer::new(target);
    writer.with(&update.ctes)?;
    writer.names.set_table(update.alias, update.table);
    writer.push("UPDATE ");
    writer.name(update.table)?;
    for (i, (column, value)) in update.assignments.iter().enumerate() {
        writer.push(if i > 0 { ", " } else { " SET " });
        writer.name(column)?;
        writer.push(" = ");
        writer.beside_column(value)?;
    }
    writer.where_clause(&update.condition)?;
    writer.returning(update.table, &update.returning)?;
    writer.finish(Effect::Write).map(|statement| statement.changing(update.table))
}
