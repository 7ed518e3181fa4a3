//! What tells the rows of a table apart.

use super::draft::Draft;
use crate::schema::{Column, Table};

impl Draft<'_> {
    /// Finds the columns that are the primary key of every table, or stand for one.
    pub(super) fn add_keys(&mut self) {
        for place in 0..self.models.len() {
            let table = self.models[place].table;
            if table.columns.is_empty() && table.hidden_key.is_none() {
                self.remark(place, "it has no columns, so there is no model of it".into());
                continue;
            }
            let (key, remark) = key_of(table);
            self.models[place].key = key;
            if table.kind.is_view() || table.hidden_key.as_ref().is_some_and(|hidden| !hidden.auto) {
                self.models[place].meta.managed = false;
            }
            if let Some(remark) = remark {
                self.remark(place, remark);
            }
        }
    }
}

fn key_of(table: &Table) -> (Vec<String>, Option<String>) {
    if let Some(key) = &table.primary_key {
        return (key.columns.clone(), None);
    }
    let required = |name: &String| table.column(name).is_some_and(|column| !column.null);
    let unique = table.uniques.iter().filter(|unique| unique.columns.iter().all(required));
    if let Some(unique) = unique.min_by_key(|unique| unique.columns.len()) {
        let names = unique.columns.join(", ");
        return (unique.columns.clone(), Some(format!("it has no primary key; what is unique stands for it: {names}")));
    }
    if let Some(hidden) = &table.hidden_key {
        let name = &hidden.name;
        return (vec![name.clone()], Some(format!("it has no primary key; the row's own '{name}' stands for it")));
    }
    let named = |column: &&Column| column.name.eq_ignore_ascii_case("id");
    let column = table.columns.iter().find(named).or(table.columns.first());
    let name = column.map(|column| column.name.clone()).unwrap_or_default();
    let remark = format!("it has no primary key; '{name}' stands for it, which may not tell all rows apart");
    (vec![name], Some(remark))
}
