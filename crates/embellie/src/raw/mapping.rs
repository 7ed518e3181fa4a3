//! Which columns of a raw query are which fields.

use embellie_core::meta::Model;
use embellie_core::{ColumnRef, Columns, Error, Header, Result, Row};

/// The columns of a result, sorted by what they are to a model.
pub(super) struct Mapping {
    /// For each field of the model, where its column is.
    pub(super) fields: Vec<usize>,
    /// The columns that are no fields: their places.
    pub(super) others: Vec<usize>,
    /// The names of those.
    pub(super) other_names: Columns,
}

impl Mapping {
    /// Finds the fields of a model among columns by their names, which `translations` may change first.
    ///
    /// # Errors
    /// [`Error::FieldDoesNotExist`] when the primary key or another field has no column.
    pub(super) fn new(model: &Model, columns: &Columns, translations: &[(String, String)]) -> Result<Self> {
        let names: Vec<&str> = columns.names().map(|name| translate(model, translations, name)).collect();
        let position = |column: &str| names.iter().position(|name| *name == column);
        let fields: Vec<Option<usize>> = model.fields.iter().map(|field| position(&field.column)).collect();
        let missing = |place: &usize| fields.get(*place).copied().flatten().is_none();
        if model.key_fields().iter().any(missing) {
            return Err(Error::FieldDoesNotExist(format!(
                "Raw query must include the primary key of {}: the column{} {}",
                model.name,
                if model.has_composite_key() { "s" } else { "" },
                list(model.key_fields().iter().filter_map(|place| model.fields.get(*place)))
            )));
        }
        let absent: Vec<usize> = (0..fields.len()).filter(missing).collect();
        if !absent.is_empty() {
            return Err(Error::FieldDoesNotExist(format!(
                "Raw query must include all columns of {}, but leaves out {}; read single columns with a cursor",
                model.name,
                list(absent.iter().filter_map(|place| model.fields.get(*place)))
            )));
        }
        let is_field = |name: &str| model.fields.iter().any(|field| field.column == name);
        let others: Vec<usize> =
            names.iter().enumerate().filter(|(_, name)| !is_field(name)).map(|(place, _)| place).collect();
        let other_names = Columns::new(others.iter().filter_map(|place| names.get(*place).copied()));
        Ok(Mapping { fields: fields.into_iter().flatten().collect(), others, other_names })
    }
}

/// The column that a name of the result means. A translation may name the field or its column.
fn translate<'a>(model: &'a Model, translations: &'a [(String, String)], name: &'a str) -> &'a str {
    let Some((_, wanted)) = translations.iter().find(|(from, _)| from == name) else { return name };
    if model.fields.iter().any(|field| field.column == *wanted) {
        return wanted;
    }
    match model.field_index(wanted).and_then(|place| model.fields.get(place)) {
        Some(field) => &field.column,
        None => wanted,
    }
}

fn list<'a>(fields: impl Iterator<Item = &'a embellie_core::meta::FieldMeta>) -> String {
    fields.map(|field| format!("'{}'", field.column)).collect::<Vec<_>>().join(", ")
}

/// A row with its columns in another order.
pub(super) struct Arranged<'a> {
    pub(super) row: &'a dyn Row,
    pub(super) places: &'a [usize],
}

impl Header for Arranged<'_> {
    fn len(&self) -> usize {
        self.places.len()
    }

    fn name(&self, index: usize) -> Option<&str> {
        self.row.name(*self.places.get(index)?)
    }
}

impl Row for Arranged<'_> {
    fn column(&self, index: usize) -> Result<ColumnRef<'_>> {
        match self.places.get(index) {
            Some(place) => self.row.column(*place),
            None => Err(Error::Decode(format!("there is no column {index}: the row has {}", self.places.len()))),
        }
    }
}
