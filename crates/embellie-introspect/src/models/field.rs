//! Columns as fields.

use std::collections::HashSet;

use embellie_core::expr::RawSql;
use embellie_core::field::FieldKind;
use embellie_core::meta::{Choice, FieldMeta, Generated};
use embellie_core::{Expr, Sql, Value};

use super::default;
use super::draft::Draft;
use super::naming::{field_name, unique};
use crate::schema::{Column, ForeignKey, Table};

impl Draft<'_> {
    /// Gives every model its fields.
    pub(super) fn add_fields(&mut self) {
        for place in 0..self.models.len() {
            let relations = self.relations(place);
            self.name_fields(place, &relations);
        }
        for place in 0..self.models.len() {
            let relations = self.relations(place);
            let table = self.models[place].table;
            let mut fields = Vec::new();
            for column in columns(table, &self.models[place].key) {
                let relation = relations.iter().find(|key| key.columns.first() == Some(&column.name));
                fields.push(match relation {
                    Some(key) => self.relation_field(place, column, key),
                    None => self.plain_field(place, column),
                });
            }
            let model = &mut self.models[place];
            model.meta.fields = fields;
            if model.key.len() > 1 {
                let names = model.key.iter().filter_map(|column| model.fields.get(column.as_str()).cloned());
                model.meta.composite_primary_key = Some(names.collect());
            }
        }
    }

    /// The names of all fields: those of relations without the `id` at their end, that of a key which is called as its
    /// table is `id`.
    fn name_fields(&mut self, place: usize, relations: &[ForeignKey]) {
        let model = &self.models[place];
        let table = model.table;
        let mut taken = HashSet::new();
        let columns = columns(table, &model.key);
        let mut names = std::collections::HashMap::new();
        // Names that need no change come first, so that they have none.
        let wished: Vec<(&Column, String, bool)> = columns
            .iter()
            .map(|column| {
                let relation = relations.iter().find(|key| key.columns.first() == Some(&column.name));
                match relation {
                    Some(key) => (*column, self.relation_name(key, &column.name), true),
                    None => (*column, self.plain_name(place, column, &columns), false),
                }
            })
            .collect();
        for exact in [true, false] {
            for (column, wished, related) in &wished {
                if (*wished == column.name || *related && format!("{wished}_id") == column.name) != exact {
                    continue;
                }
                let free = |name: &str, taken: &HashSet<String>| {
                    !taken.contains(name) && (!related || !taken.contains(&format!("{name}_id")))
                };
                let mut name = wished.clone();
                let mut number = 2_u32;
                while !free(&name, &taken) {
                    name = format!("{wished}_{number}");
                    number += 1;
                }
                let name = unique(name, &mut taken);
                if *related {
                    taken.insert(format!("{name}_id"));
                }
                names.insert(column.name.as_str(), name);
            }
        }
        self.models[place].fields = names;
    }

    fn plain_name(&self, place: usize, column: &Column, columns: &[&Column]) -> String {
        let model = &self.models[place];
        let name = field_name(&column.name);
        let alone = model.key.len() == 1 && model.key.first() == Some(&column.name);
        if !alone || columns.iter().any(|other| other.name.eq_ignore_ascii_case("id")) {
            return name;
        }
        let called = |of: &str| name == format!("{}_id", embellie_codegen::snake_case(of));
        if called(&model.meta.name) || called(&model.meta.table) { "id".into() } else { name }
    }

    /// What every field has of its column.
    fn base(&self, place: usize, column: &Column, kind: FieldKind) -> FieldMeta {
        let model = &self.models[place];
        let name = model.fields.get(column.name.as_str()).cloned().unwrap_or_else(|| field_name(&column.name));
        let mut field = FieldMeta::new(name, kind).column(column.name.clone());
        field.index = false;
        field.max_length = column.kind.max_length.filter(|_| kind.is_text() || kind.is_array());
        let in_key = model.key.contains(&column.name);
        field.primary_key = in_key && model.key.len() == 1;
        field.null = column.null && !in_key;
        field.blank = field.null;
        field.unique = !field.primary_key && self.is_unique(place, &column.name);
        field.help_text = column.comment.clone().unwrap_or_default();
        field
    }

    fn plain_field(&self, place: usize, column: &Column) -> FieldMeta {
        let model = &self.models[place];
        let alone = model.key.len() == 1 && model.key.first() == Some(&column.name);
        let counted = alone && column.auto;
        let kind = match column.kind.kind {
            FieldKind::SmallInteger if counted => FieldKind::SmallAuto,
            FieldKind::Integer if counted => FieldKind::Auto,
            FieldKind::BigInteger if counted => FieldKind::BigAuto,
            FieldKind::SmallInteger if self.is_positive(place, &column.name) => FieldKind::PositiveSmallInteger,
            FieldKind::Integer if self.is_positive(place, &column.name) => FieldKind::PositiveInteger,
            FieldKind::BigInteger if self.is_positive(place, &column.name) => FieldKind::PositiveBigInteger,
            kind => kind,
        };
        let mut field = self.base(place, column, kind);
        field.choices = column
            .values
            .iter()
            .map(|value| Choice { value: Value::Text(value.clone()), label: value.clone() })
            .collect();
        filled_in(&mut field, column, kind);
        field
    }

    pub(super) fn key_field(&self, place: usize, column: &Column) -> FieldMeta {
        let mut field = self.base(place, column, FieldKind::ForeignKey);
        field.max_length = None;
        field.index = self.is_indexed(place, &column.name);
        filled_in(&mut field, column, column.kind.kind);
        field
    }

    /// Whether a check keeps a column from being negative.
    fn is_positive(&self, place: usize, column: &str) -> bool {
        self.models[place].table.checks.iter().any(|check| says_positive(&check.condition, column))
    }

    /// Whether a column is unique by itself.
    pub(super) fn is_unique(&self, place: usize, column: &str) -> bool {
        let alone = |columns: &[String]| columns.len() == 1 && columns.first().is_some_and(|name| name == column);
        alone(&self.models[place].key) || self.models[place].table.uniques.iter().any(|key| alone(&key.columns))
    }
}

/// The columns that become fields: those of the table, and the one that nobody declared where it is the key.
fn columns<'t>(table: &'t Table, key: &[String]) -> Vec<&'t Column> {
    table.hidden_key.iter().filter(|hidden| key.contains(&hidden.name)).chain(&table.columns).collect()
}

/// What the database fills in or computes.
fn filled_in(field: &mut FieldMeta, column: &Column, kind: FieldKind) {
    let raw = |text: &str| Expr::from(RawSql::new(Sql::trusted(text), ()));
    if let Some(generated) = &column.generated {
        let expression = raw(&generated.expression);
        *field = field.clone().generated(Generated { expression, stored: generated.stored });
        field.primary_key = false;
        return;
    }
    // What is counted up and not the key by itself is left to the database as well.
    field.db_default = match &column.default {
        Some(text) => default::of(text, kind).or_else(|| Some(raw(text))),
        None if column.auto && !field.primary_key && !field.kind.is_auto() => Some(raw("DEFAULT")),
        None => None,
    };
}

/// Whether a check says no more of a column than that it is not negative.
pub(super) fn says_positive(condition: &str, column: &str) -> bool {
    let squeezed = |text: &str| -> String {
        text.chars().filter(|letter| !"()\"`[] ".contains(*letter)).flat_map(char::to_lowercase).collect()
    };
    squeezed(condition) == format!("{}>=0", squeezed(column))
}
