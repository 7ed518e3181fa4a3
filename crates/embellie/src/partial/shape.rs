//! What the rows of one result were read with.

use std::sync::Arc;

use embellie_core::field::FieldKind;
use embellie_core::meta::Model as MetaModel;
use embellie_core::query::{Loading, SelectRelated};
use embellie_core::{ColumnRef, Error, Path, Registry, Result, Row, Value};
use embellie_sql::Compiled;

use crate::model::whole_key;
use crate::record::RecordModel;

/// What the rows of one result were read with.
#[doc(hidden)]
#[derive(Debug)]
pub struct Shape {
    pub(super) model: RecordModel,
    pub(super) cells: Vec<Cell>,
    /// The columns of the primary key.
    key: Vec<(usize, FieldKind)>,
    /// The places of the fields that were not read.
    pub(super) absent: Vec<usize>,
    /// What was asked for.
    pub(super) loading: Loading,
    pub(super) related: SelectRelated,
}

/// What reads a value of some kind.
type Read<T> = fn(ColumnRef<'_>, FieldKind) -> Result<T>;

/// A value of each row.
#[derive(Debug)]
pub(super) struct Cell {
    pub(super) path: Path,
    pub(super) column: usize,
    pub(super) kind: FieldKind,
    /// The place of the field, where it is the model's own.
    pub(super) field: Option<usize>,
}

impl Shape {
    /// The shape of the rows of a result: of these paths, or of all that came.
    pub(super) fn of(
        compiled: &Compiled,
        model: &MetaModel,
        registry: &Arc<Registry>,
        paths: Option<&[Path]>,
        (loading, related): (Loading, SelectRelated),
    ) -> Result<Self> {
        let finder = Finder { compiled, model, registry };
        let cells = match paths {
            Some(paths) => paths.iter().map(|path| finder.cell(path)).collect::<Result<_>>()?,
            None => finder.all(),
        };
        let own = places(compiled.fields.as_deref(), model);
        let kind = |column: usize| compiled.columns.get(column).map_or(FieldKind::Any, |column| column.kind);
        let key = model.key_fields().iter().filter_map(|key| own.iter().position(|place| place == key));
        let key = key.map(|column| (column, kind(column))).collect();
        // What came to join by alone is not kept.
        let kept =
            |place: &usize| cells.iter().any(|cell| cell.field == Some(*place)) || model.key_fields().contains(place);
        let absent = (0..model.fields.len()).filter(|place| !kept(place)).collect();
        let model = RecordModel::new(Arc::clone(registry), model.id());
        Ok(Shape { model, cells, key, absent, loading, related })
    }

    /// The primary key of a row.
    pub(super) fn key(&self, row: &dyn Row) -> Result<Value> {
        let parts: Result<Vec<Value>> =
            self.key.iter().map(|(column, kind)| kind.decode(row.column(*column)?)).collect();
        parts.map(whole_key)
    }

    /// Reads the value at a place.
    pub(super) fn read<T>(&self, row: &dyn Row, place: usize, read: Read<T>) -> Result<T> {
        let cell =
            self.cells.get(place).ok_or_else(|| Error::Interface("the columns of the rows are not known".into()))?;
        read(row.column(cell.column)?, cell.kind)
            .map_err(|error| error.for_field(&self.model.meta().name, &cell.path.to_string()))
    }

    /// The place of the value of a path.
    pub(super) fn place_of(&self, path: &Path) -> Option<usize> {
        self.cells.iter().position(|cell| cell.path == *path)
    }

    /// The place of the value of a field of the model itself.
    pub(super) fn place_of_field(&self, field: usize) -> Option<usize> {
        self.cells.iter().position(|cell| cell.field == Some(field))
    }
}

/// The places of the fields that columns are.
fn places(fields: Option<&[usize]>, model: &MetaModel) -> Vec<usize> {
    fields.map_or_else(|| (0..model.fields.len()).collect(), <[usize]>::to_vec)
}

struct Finder<'a> {
    compiled: &'a Compiled,
    model: &'a MetaModel,
    registry: &'a Registry,
}

impl Finder<'_> {
    fn cell(&self, path: &Path) -> Result<Cell> {
        let names: Vec<&str> = path.names().collect();
        let Some((last, before)) = names.split_last() else { return Err(self.unknown(path)) };
        let (start, fields, model) = match before {
            [] => (0, self.compiled.fields.as_deref(), self.model),
            before => {
                let object = self.compiled.related.iter().find(|object| object.path.iter().eq(before));
                let object = object.ok_or_else(|| self.unknown(path))?;
                (object.start, object.fields.as_deref(), self.registry.get(object.model))
            }
        };
        let place = model.field_index(last).ok_or_else(|| self.unknown(path))?;
        let offset = places(fields, model).iter().position(|known| *known == place);
        let column = start + offset.ok_or_else(|| self.unknown(path))?;
        Ok(self.at(column, path.clone(), before.is_empty().then_some(place)))
    }

    fn at(&self, column: usize, path: Path, field: Option<usize>) -> Cell {
        let kind = self.compiled.columns.get(column).map_or(FieldKind::Any, |column| column.kind);
        Cell { path, column, kind, field }
    }

    /// All columns of the object and of those that come with it.
    fn all(&self) -> Vec<Cell> {
        let own = places(self.compiled.fields.as_deref(), self.model);
        let mut cells: Vec<Cell> = own
            .into_iter()
            .enumerate()
            .map(|(column, place)| self.at(column, Path::new([self.model.fields[place].name.clone()]), Some(place)))
            .collect();
        for object in self.compiled.related.iter() {
            let model = self.registry.get(object.model);
            for (offset, place) in places(object.fields.as_deref(), model).into_iter().enumerate() {
                let path = Path::new(object.path.iter().cloned()).then(model.fields[place].name.clone());
                cells.push(self.at(object.start + offset, path, None));
            }
        }
        cells
    }

    fn unknown(&self, path: &Path) -> Error {
        Error::Field(format!("'{path}' of {} has no column that could be read with its row.", self.model.name))
    }
}
