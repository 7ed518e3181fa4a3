//! Indexes and constraints of several columns, and what models don't say.

use embellie_core::meta::{ConstraintMeta, FieldMeta, IndexMeta, IndexTerm as MetaTerm};

use super::draft::Draft;
use super::field::says_positive;
use super::{Note, shortened};
use crate::schema::{Index, Indexed, Key};

impl Draft<'_> {
    /// Whether there is an index that finds rows by a column.
    pub(super) fn is_indexed(&self, place: usize, column: &str) -> bool {
        let table = self.models[place].table;
        let first = |columns: &[String]| columns.first().is_some_and(|name| name == column);
        let of_index = |index: &Index| match index.terms.first().map(|term| &term.of) {
            Some(Indexed::Column(name)) => name == column && index.condition.is_none(),
            _ => false,
        };
        table.primary_key.as_ref().is_some_and(|key| first(&key.columns))
            || table.uniques.iter().any(|key| first(&key.columns))
            || table.indexes.iter().any(of_index)
    }

    pub(super) fn add_rest(&mut self) {
        for place in 0..self.models.len() {
            let table = self.models[place].table;
            for key in table.uniques.iter().filter(|key| key.columns.len() > 1) {
                self.add_unique(place, key);
            }
            for index in &table.indexes {
                self.add_index(place, index);
            }
            for check in &table.checks {
                let meta = &self.models[place].meta;
                let told = |field: &FieldMeta| {
                    field.kind.integer_range().is_some_and(|(least, _)| least == 0)
                        && says_positive(&check.condition, &field.column)
                };
                if meta.fields.iter().any(told) {
                    continue;
                }
                let name = check.name.as_deref().map(|name| format!(" '{}'", shortened(name))).unwrap_or_default();
                self.models[place].notes.push(Note::Beside(format!("Check{name}: {}", check.condition)));
            }
        }
    }

    /// The names of fields for columns; `None` where one is none.
    fn fields(&self, place: usize, columns: &[String]) -> Option<Vec<String>> {
        columns.iter().map(|column| self.models[place].fields.get(column.as_str()).cloned()).collect()
    }

    fn add_unique(&mut self, place: usize, key: &Key) {
        let Some(fields) = self.fields(place, &key.columns) else { return };
        // What is the primary key, or stands for it, is unique by that.
        if self.models[place].key == key.columns {
            return;
        }
        let meta = &mut self.models[place].meta;
        match &key.name {
            Some(name) => meta.constraints.push(ConstraintMeta::Unique {
                name: name.clone(),
                terms: fields.iter().map(|name| MetaTerm::field(name)).collect(),
                condition: None,
                include: Vec::new(),
                deferrable: key.deferrable,
                nulls_distinct: key.nulls_are_equal.then_some(false),
            }),
            None => meta.unique_together.push(fields),
        }
    }

    fn add_index(&mut self, place: usize, index: &Index) {
        let plain = !index.unique && index.condition.is_none() && index.include.is_empty();
        let columns: Option<Vec<String>> = index
            .terms
            .iter()
            .map(|term| match &term.of {
                Indexed::Column(column) => Some(column.clone()),
                Indexed::Expression(_) => None,
            })
            .collect();
        let names = columns.as_deref().and_then(|columns| self.fields(place, columns));
        let (Some(names), true) = (names, plain) else {
            let note = beside(index);
            self.models[place].notes.push(Note::Beside(note));
            return;
        };
        let usual = index.kind.is_none() && index.terms.iter().all(|term| !term.descending && term.opclass.is_none());
        let meta = &mut self.models[place].meta;
        if let ([name], true) = (names.as_slice(), usual) {
            let field = meta.fields.iter_mut().find(|field| field.name == *name);
            if let Some(field) = field.filter(|field| !field.primary_key && !field.unique) {
                field.index = true;
            }
            return;
        }
        // The checks want names that every database takes, and one where there are operator classes.
        let classes = index.terms.iter().any(|term| term.opclass.is_some());
        let name = is_short(&index.name).then(|| index.name.clone());
        if classes && (name.is_none() || index.terms.iter().any(|term| term.opclass.is_none())) {
            self.models[place].notes.push(Note::Beside(beside(index)));
            return;
        }
        let terms = names.iter().zip(&index.terms).map(|(name, term)| MetaTerm {
            descending: term.descending,
            opclass: term.opclass.clone(),
            ..MetaTerm::field(name)
        });
        meta.indexes.push(IndexMeta { name, terms: terms.collect(), kind: index.kind, ..IndexMeta::default() });
    }
}

/// Whether an index's name is one that the system checks take.
fn is_short(name: &str) -> bool {
    name.chars().count() <= 30 && name.starts_with(|first: char| first.is_alphabetic())
}

/// An index that models have no form for, in words.
fn beside(index: &Index) -> String {
    let terms: Vec<String> = index
        .terms
        .iter()
        .map(|term| match &term.of {
            Indexed::Column(name) | Indexed::Expression(name) => shortened(name),
        })
        .collect();
    let what = if index.unique { "Unique index" } else { "Index" };
    let of = index.condition.as_deref().map(|sql| format!(" where {sql}")).unwrap_or_default();
    format!("{what} '{}': {}{of}", shortened(&index.name), terms.join(", "))
}
