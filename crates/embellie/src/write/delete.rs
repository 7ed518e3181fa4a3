//! Deleting rows and what points at them.

use std::collections::BTreeMap;

use embellie_core::{Error, Q, Query, Result};
use embellie_sql as sql;

use super::collector::{Collector, is_pointed_at};
use crate::database::{Executor, Session};
use crate::model::{Instance, is_set, key_of};

/// What a deletion removed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Deleted {
    /// Rows in all.
    pub total: u64,
    /// Rows of each model, by its label.
    pub per_model: BTreeMap<String, u64>,
}

impl Deleted {
    pub(super) fn add(&mut self, label: &str, rows: u64) {
        self.total += rows;
        if rows > 0 {
            *self.per_model.entry(label.to_owned()).or_default() += rows;
        }
    }
}

pub(crate) async fn delete_query(query: &Query, session: Session<'_>) -> Result<Deleted> {
    if let Some(deleted) = delete_at_once(query, session).await? {
        return Ok(deleted);
    }
    // What is found and what is deleted must be the same rows, so the finding is part of the transaction.
    session
        .atomic(async |tx| {
            let mut collector = Collector::new(tx.session());
            collector.collect(query).await?;
            collector.delete().await
        })
        .await
}

/// Deletes rows that nothing points at with one statement, which needs no transaction around it.
async fn delete_at_once(query: &Query, session: Session<'_>) -> Result<Option<Deleted>> {
    let database = session.database();
    let model = database.registry().model(&query.model)?;
    if is_pointed_at(database.registry(), model) {
        return Ok(None);
    }
    let mut deleted = Deleted::default();
    if let Some(statement) = sql::delete(query, database.registry(), database.target())? {
        deleted.add(model.label(), session.write(&statement).await?.rows);
    }
    Ok(Some(deleted))
}

pub(crate) async fn delete_instance(object: &mut dyn Instance, session: Session<'_>) -> Result<Deleted> {
    let model = session.database().registry().model(object.label())?;
    let key = key_of(object, model)?;
    if object.state().is_adding() || !is_set(model, &key) {
        return Err(Error::Value(format!(
            "{} object can't be deleted because its primary key is not set: it has no row.",
            model.name
        )));
    }
    let query = Query::new(model.label().to_owned()).filter(Q::new("pk", key));
    let deleted = delete_query(&query, session).await?;
    object.state_mut().deleted();
    Ok(deleted)
}
