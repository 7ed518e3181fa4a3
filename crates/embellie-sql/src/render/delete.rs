//! `DELETE`.

use embellie_core::{Effect, Result, Statement};

use super::Writer;
use crate::Target;
use crate::resolved::Delete;

/// The statement of a deletion.
pub(crate) fn delete(target: &Target, delete: &Delete<'_>) -> Result<Statement> {
    let mut writer = Writer::new(target);
    writer.with(&delete.ctes)?;
    writer.names.set_table(delete.alias, delete.table);
    writer.push("DELETE FROM ");
    writer.name(delete.table)?;
    writer.where_clause(&delete.condition)?;
    writer.finish(Effect::Write).map(|statement| statement.changing(delete.table))
}
