//! Models in the making.

use std::collections::HashMap;

use embellie::{Registry, Result};
use embellie_core::meta::ModelMeta;

use super::{Introspected, Note, Remark, Report};
use crate::schema::{Schema, Table, TableName};

/// The models of a schema in the making; tables and models have the same places.
pub(super) struct Draft<'s> {
    pub(super) schema: &'s Schema,
    pub(super) models: Vec<DraftModel<'s>>,
    /// The places of the tables.
    pub(super) places: HashMap<&'s TableName, usize>,
    pub(super) remarks: Vec<Remark>,
}

/// A model in the making.
pub(super) struct DraftModel<'s> {
    pub(super) table: &'s Table,
    pub(super) meta: ModelMeta,
    /// The names of fields by their columns.
    pub(super) fields: HashMap<&'s str, String>,
    /// The columns that are the primary key.
    pub(super) key: Vec<String>,
    /// Whether the table became a many-to-many relation that makes its own link model.
    pub(super) is_link: bool,
    pub(super) notes: Vec<Note>,
}

impl<'s> Draft<'s> {
    pub(super) fn new(schema: &'s Schema) -> Self {
        let models = schema.tables.iter().map(|table| DraftModel {
            table,
            meta: ModelMeta::new("", "").table(table.name.name.clone()),
            fields: HashMap::new(),
            key: Vec::new(),
            is_link: false,
            notes: table.comment.iter().map(|text| Note::Comment(text.clone())).collect(),
        });
        let remarks = schema.problems.iter().map(|problem| Remark {
            table: problem.object.clone(),
            model: None,
            message: problem.message.clone(),
        });
        Draft {
            schema,
            models: models.collect(),
            places: schema.tables.iter().enumerate().map(|(place, table)| (&table.name, place)).collect(),
            remarks: remarks.collect(),
        }
    }

    /// Notes something on a table.
    pub(super) fn remark(&mut self, place: usize, message: String) {
        let (table, label) = (self.models[place].table.name.to_string(), self.models[place].meta.label());
        self.remarks.push(Remark { table, model: Some(label), message });
    }

    pub(super) fn finish(self) -> Result<Introspected> {
        let mut tables = HashMap::new();
        let (mut notes, mut models) = (Vec::new(), Vec::new());
        for model in self.models {
            if model.is_link || model.meta.fields.is_empty() {
                continue;
            }
            let label = model.meta.label();
            tables.insert(label.clone(), model.table.name.clone());
            notes.extend(model.notes.into_iter().map(|note| (label.clone(), note)));
            models.push(model.meta);
        }
        Ok(Introspected { registry: Registry::link(models)?, report: Report { remarks: self.remarks }, tables, notes })
    }
}
