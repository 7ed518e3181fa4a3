//! Indexes and constraints of several columns, and what models don't say.

use embellie_core::meta::{ConstraintMeta, FieldMeta, IndexMeta, IndexTerm as MetaTerm};
use embellie_core::{Expr, Q};

use super::draft::Draft;
use super::field::says_positive;
use super::{Note, shortened, sql};
use crate::schema::{Index, IndexTerm, Indexed, Key};

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
                if let Some(condition) = self.condition(place, &check.condition, true) {
                    let name = check.name.clone().unwrap_or_else(|| self.check_name(place, &check.condition));
                    self.models[place].meta.constraints.push(ConstraintMeta::Check { name, condition });
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

    /// The field of a column, by its name in whatever case, as databases that were not told otherwise take it.
    fn field_of(&self, place: usize, column: &str) -> Option<&FieldMeta> {
        let fields = &self.models[place].meta.fields;
        let exact = fields.iter().find(|field| field.column == column);
        exact.or_else(|| fields.iter().find(|field| field.column.eq_ignore_ascii_case(column)))
    }

    fn condition(&self, place: usize, text: &str, unknown_holds: bool) -> Option<Q> {
        sql::condition(text, &|column| self.field_of(place, column), unknown_holds)
    }

    /// A name for a check that has none, as PostgreSQL gives one: by the table, and the column if it is one.
    fn check_name(&self, place: usize, condition: &str) -> String {
        let model = &self.models[place];
        let words: Vec<&str> = condition.split(|letter: char| letter != '_' && !letter.is_alphanumeric()).collect();
        let columns: Vec<&str> = (model.table.columns.iter())
            .map(|column| column.name.as_str())
            .filter(|column| words.iter().any(|word| word.eq_ignore_ascii_case(column)))
            .collect();
        let table = &model.table.name.name;
        let wished = match columns.as_slice() {
            [column] => format!("{table}_{column}_check"),
            _ => format!("{table}_check"),
        };
        let taken = |name: &str| {
            model.meta.constraints.iter().any(|known| known.name() == name)
                || model.table.checks.iter().any(|check| check.name.as_deref() == Some(name))
        };
        let numbered = (1_u32..).map(|number| format!("{wished}{number}"));
        std::iter::once(wished.clone()).chain(numbered).find(|name| !taken(name)).unwrap_or(wished)
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
        if !self.has_form(place, index) {
            self.models[place].notes.push(Note::Beside(beside(index)));
        }
    }

    /// Adds an index, if models have a form for it.
    fn has_form(&mut self, place: usize, index: &Index) -> bool {
        let term = |term: &IndexTerm| {
            let expr = match &term.of {
                Indexed::Column(column) => Expr::path(self.models[place].fields.get(column.as_str())?.as_str()),
                Indexed::Expression(text) => sql::expression(text, &|column| self.field_of(place, column))?,
            };
            Some(MetaTerm { expr, descending: term.descending, opclass: term.opclass.clone() })
        };
        let terms: Option<Vec<MetaTerm>> = index.terms.iter().map(term).collect();
        let Some(terms) = terms else { return false };
        let condition = match &index.condition {
            None => None,
            Some(text) => match self.condition(place, text, false) {
                Some(condition) => Some(condition),
                None => return false,
            },
        };
        let Some(include) = self.fields(place, &index.include) else { return false };
        // An expression stands alone, as it is.
        let of_fields = terms.iter().all(|term| matches!(term.expr, Expr::Path(_)));
        let plain = |term: &MetaTerm| !term.descending && term.opclass.is_none();
        if !(of_fields || terms.len() == 1 && terms.iter().all(plain)) {
            return false;
        }
        let usual = index.kind.is_none() && terms.iter().all(plain) && include.is_empty() && condition.is_none();
        let meta = &mut self.models[place].meta;
        if let ([one], true, false) = (terms.as_slice(), usual && of_fields, index.unique) {
            let field = meta.fields.iter_mut().find(|field| Expr::path(field.name.as_str()) == one.expr);
            if let Some(field) = field.filter(|field| !field.primary_key && !field.unique) {
                field.index = true;
            }
            return true;
        }
        // The checks want names that every database takes, and one where there are operator classes, conditions,
        // expressions or further columns.
        let name = is_short(&index.name).then(|| index.name.clone());
        let classes = terms.iter().filter(|term| term.opclass.is_some()).count();
        if classes > 0 && classes < terms.len() {
            return false;
        }
        if index.unique {
            if index.kind.is_some() || terms.iter().any(|term| term.descending) {
                return false;
            }
            meta.constraints.push(ConstraintMeta::Unique {
                name: index.name.clone(),
                terms,
                condition,
                include,
                deferrable: None,
                nulls_distinct: None,
            });
            return true;
        }
        let needs_name = classes > 0 || condition.is_some() || !of_fields || !include.is_empty();
        if needs_name && name.is_none() {
            return false;
        }
        meta.indexes.push(IndexMeta { name, terms, kind: index.kind, condition, include });
        true
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
