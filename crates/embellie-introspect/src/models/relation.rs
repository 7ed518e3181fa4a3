//! Foreign keys as relations.

use embellie_core::field::FieldKind;
use embellie_core::meta::{FieldMeta, ForeignKeyMeta, OnDelete};

use super::draft::Draft;
use super::naming::field_name;
use crate::schema::{Action, Column, ForeignKey, TableName};

impl Draft<'_> {
    /// The foreign keys of a table that become relations: those of one column to one unique column of a table that is here.
    pub(super) fn relations(&mut self, place: usize) -> Vec<ForeignKey> {
        let table = self.models[place].table;
        let mut relations: Vec<ForeignKey> = Vec::new();
        for key in &table.foreign_keys {
            let same = relations.iter().any(|known| known.columns == key.columns);
            if same {
                continue;
            }
            match self.problem(key) {
                None => relations.push(key.clone()),
                Some(problem) => {
                    let columns = key.columns.join(", ");
                    let message = format!("the foreign key ({columns}) to '{}' is no relation: {problem}", key.to);
                    if !self.remarks.iter().any(|remark| remark.message == message) {
                        self.remark(place, message);
                    }
                }
            }
        }
        relations
    }

    /// Why a foreign key is no relation, if it is none.
    fn problem(&self, key: &ForeignKey) -> Option<String> {
        let Some(target) = self.target(&key.to) else { return Some("that table is not here".into()) };
        if key.columns.len() != 1 {
            return Some("it has several columns".into());
        }
        let target = &self.models[target];
        if target.table.columns.is_empty() {
            return Some("that table has no columns".into());
        }
        let to = match key.to_columns.first() {
            Some(column) => column.clone(),
            None if target.table.primary_key.is_some() && target.key.len() == 1 => target.key.first().cloned()?,
            None => return Some("that table has no primary key of one column".into()),
        };
        if target.table.column(&to).is_none() {
            return Some(format!("there is no column '{to}' there"));
        }
        let place = self.target(&key.to)?;
        (!self.is_unique(place, &to)).then(|| format!("'{to}' is not unique there"))
    }

    pub(super) fn target(&self, table: &TableName) -> Option<usize> {
        self.places.get(table).copied()
    }

    /// `SupportRepId` as `support_rep`; a key of any other name keeps it.
    pub(super) fn relation_name(&self, key: &ForeignKey, column: &str) -> String {
        let name = embellie_codegen::snake_case(column);
        match name.strip_suffix("_id").filter(|rest| !rest.is_empty()) {
            Some(rest) => field_name(rest),
            // A key that is the table's own as well.
            None if name == "id" => {
                let target = self.target(&key.to).map(|place| self.models[place].meta.name.as_str());
                field_name(target.unwrap_or("related"))
            }
            None => field_name(&name),
        }
    }

    pub(super) fn relation_field(&mut self, place: usize, column: &Column, key: &ForeignKey) -> FieldMeta {
        let mut field = self.key_field(place, column);
        let Some(target) = self.target(&key.to) else { return field };
        let on_delete = match key.on_delete {
            Action::Cascade => OnDelete::Cascade,
            Action::SetNull if field.null => OnDelete::SetNull,
            Action::Restrict => OnDelete::Restrict,
            // The database does it, or refuses.
            Action::NoAction | Action::SetNull | Action::SetDefault => OnDelete::DoNothing,
        };
        let to = if target == place { "self".to_owned() } else { self.models[target].meta.label() };
        let mut relation = ForeignKeyMeta::new(to, on_delete);
        relation.one_to_one = self.is_unique(place, &column.name);
        let to_column = key.to_columns.first().filter(|name| self.models[target].key != [(*name).clone()]);
        relation.to_field = to_column.and_then(|column| self.models[target].fields.get(column.as_str()).cloned());
        let inherits = self.schema.django.is_some() && column.name.ends_with("_ptr_id") && field.primary_key;
        relation.parent_link = inherits && relation.one_to_one;
        field.unique = relation.one_to_one && !field.primary_key;
        if relation.one_to_one {
            field.unique = true;
            field.index = false;
        }
        field.kind = FieldKind::ForeignKey;
        field.relation = Some(relation);
        field
    }
}
