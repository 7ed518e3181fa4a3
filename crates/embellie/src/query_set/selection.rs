//! What the rows of a query set are.

use std::any::Any;
use std::marker::PhantomData;
use std::sync::Arc;

use embellie_core::meta::Model as MetaModel;
use embellie_core::{Columns, FromRow, Header, Query, Registry, Result, Row, Value};
use embellie_sql::{Compiled, OutputColumn, RelatedObject};

use super::TextRow;
use crate::model::{Instance, Model};
use crate::record::{Record, RecordModel};
use crate::related::{Joined, Joins, Make, Peers, is_absent};

/// What each row of a query set over `M` gives, and how it is read.
pub trait Selection<M>: Clone + Send + Sync + 'static {
    /// What one row becomes.
    type Output: Send + 'static;

    /// The same selection, told of the result that its rows are of.
    ///
    /// # Errors
    /// When the result lacks something.
    #[doc(hidden)]
    fn with_result(
        self,
        _query: &Query,
        _compiled: &Compiled,
        _model: &MetaModel,
        _registry: &Arc<Registry>,
    ) -> Result<Self> {
        Ok(self)
    }

    /// The same selection, told what the columns of its rows are.
    #[must_use]
    fn with_columns(self, _columns: &[OutputColumn]) -> Self {
        self
    }

    /// The same selection, told where the columns of related objects are, and what makes those of one model peers.
    #[doc(hidden)]
    #[must_use]
    fn with_related(self, _related: &[RelatedObject], _peers: &dyn Fn(&RelatedObject) -> Arc<Peers>) -> Self {
        self
    }

    /// Whether what the rows are read into fits their columns; asked before anything is sent.
    ///
    /// # Errors
    /// When it does not.
    #[doc(hidden)]
    fn fits(&self) -> Result<()> {
        Ok(())
    }

    /// Reads one row.
    ///
    /// # Errors
    /// When a column holds what its type cannot.
    fn decode(&self, row: &dyn Row) -> Result<Self::Output>;

    /// Gives an object the columns of its row that are no fields, where the object can hold them.
    ///
    /// # Errors
    /// When one of them cannot be read.
    #[doc(hidden)]
    fn annotated(&self, object: Self::Output, _names: &Columns, _row: &dyn Row) -> Result<Self::Output> {
        Ok(object)
    }

    /// What makes the object of a row again, where nothing else than its row is needed.
    #[doc(hidden)]
    fn again(&self) -> Option<Make> {
        None
    }

    /// The object that a row is, or begins with.
    #[doc(hidden)]
    fn object<'r>(&self, _row: &'r mut Self::Output) -> Option<&'r mut (dyn Instance + 'static)> {
        None
    }
}

/// Rows that are whole objects.
pub struct Whole<M> {
    /// The objects that come with them.
    joined: Option<Arc<Joined>>,
    model: PhantomData<fn() -> M>,
}

impl<M> Whole<M> {
    /// The selection of whole objects.
    pub const fn new() -> Self {
        Whole { joined: None, model: PhantomData }
    }
}

impl<M> Default for Whole<M> {
    fn default() -> Self {
        Whole::new()
    }
}

impl<M> Clone for Whole<M> {
    fn clone(&self) -> Self {
        Whole { joined: self.joined.clone(), model: PhantomData }
    }
}

impl<M: Model> Joins for Whole<M> {
    fn joined(&mut self) -> &mut Joined {
        Arc::make_mut(self.joined.get_or_insert_default())
    }

    fn join_all(&mut self) {
        self.joined().add_all(M::step);
    }
}

impl<M> std::fmt::Debug for Whole<M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Whole")
    }
}

impl<M: Model> Selection<M> for Whole<M> {
    type Output = M;

    fn with_related(self, related: &[RelatedObject], peers: &dyn Fn(&RelatedObject) -> Arc<Peers>) -> Self {
        let joined = self.joined.map(|joined| Arc::new(Arc::unwrap_or_clone(joined).found(related, peers)));
        Whole { joined, model: PhantomData }
    }

    fn decode(&self, row: &dyn Row) -> Result<M> {
        // An object that comes alone is made where it goes, and not moved.
        let Some(joined) = &self.joined else { return M::from_row(row, 0) };
        let mut object = M::from_row(row, 0)?;
        joined.attach(&mut object, row)?;
        Ok(object)
    }

    fn again(&self) -> Option<Make> {
        self.joined.is_none().then_some(again::<M>)
    }

    fn object<'r>(&self, row: &'r mut M) -> Option<&'r mut (dyn Instance + 'static)> {
        Some(row)
    }
}

fn again<M: Model>(row: &dyn Row, peers: Option<&Arc<Peers>>) -> Result<Arc<dyn Any + Send + Sync>> {
    let mut object = M::from_row(row, 0)?;
    if let Some(peers) = peers {
        peers.lend(&mut object);
    }
    Ok(Arc::new(object))
}

/// Rows that are whole objects of a model without a Rust type.
#[derive(Debug, Clone)]
pub struct WholeRecord {
    model: Arc<RecordModel>,
    /// The places of the fields that are read, where they are not all.
    fields: Option<Arc<[usize]>>,
    /// What stands behind the fields, where something does.
    annotations: Option<TextValues>,
    /// The objects that come with the rows, those nearer to them first.
    related: Arc<[RelatedRecord]>,
    /// Always empty: objects without a Rust type are read by what is known of their models.
    joined: Joined,
}

/// An object without a Rust type that comes with the rows.
#[derive(Clone)]
struct RelatedRecord {
    model: Arc<RecordModel>,
    columns: RelatedObject,
    /// The place of the one that it is related to; the row itself when `None`.
    from: Option<usize>,
    peers: Arc<Peers>,
}

impl std::fmt::Debug for RelatedRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.columns.fmt(f)
    }
}

impl RelatedRecord {
    fn read(&self, row: &dyn Row) -> Result<Option<Record>> {
        match is_absent(row, &self.columns)? {
            true => Ok(None),
            false => Record::from_row(&self.model, row, self.columns.start, self.columns.fields.as_deref()).map(Some),
        }
    }
}

impl WholeRecord {
    pub(crate) fn new(model: Arc<RecordModel>) -> Self {
        WholeRecord { model, fields: None, annotations: None, related: Arc::new([]), joined: Joined::default() }
    }
}

impl Joins for WholeRecord {
    fn joined(&mut self) -> &mut Joined {
        &mut self.joined
    }

    fn join_all(&mut self) {}
}

impl Selection<Record> for WholeRecord {
    type Output = Record;

    fn with_result(self, _: &Query, compiled: &Compiled, _: &MetaModel, _: &Arc<Registry>) -> Result<Self> {
        Ok(WholeRecord { fields: compiled.fields.as_deref().map(Into::into), ..self })
    }

    fn with_columns(mut self, columns: &[OutputColumn]) -> Self {
        let fields = self.fields.as_ref().map_or(self.model.meta().fields.len(), |fields| fields.len());
        let added = columns.get(fields..).unwrap_or_default();
        self.annotations = (!added.is_empty()).then(|| TextValues::of(added, fields));
        self
    }

    fn with_related(mut self, related: &[RelatedObject], peers: &dyn Fn(&RelatedObject) -> Arc<Peers>) -> Self {
        let objects = related.iter().map(|columns| RelatedRecord {
            model: Arc::new(self.model.sibling(columns.model)),
            columns: columns.clone(),
            from: columns.path.split_last().and_then(|(_, from)| related.iter().position(|known| known.path == from)),
            peers: peers(columns),
        });
        self.related = objects.collect();
        self
    }

    fn decode(&self, row: &dyn Row) -> Result<Record> {
        let mut record = Record::from_row(&self.model, row, 0, self.fields.as_deref())?;
        let mut objects = self.related.iter().map(|related| related.read(row)).collect::<Result<Vec<_>>>()?;
        // Those that are farthest first, so that each is whole when it is handed on.
        for (place, related) in self.related.iter().enumerate().rev() {
            let mut object = objects[place].take();
            if let Some(object) = &mut object {
                related.peers.take_in(object);
            }
            let owner = match related.from {
                Some(from) => objects[from].as_mut(),
                None => Some(&mut record),
            };
            if let (Some(owner), Some(name)) = (owner, related.columns.path.last()) {
                owner.attach_shared(name, object.map(Arc::new));
            }
        }
        match &self.annotations {
            None => Ok(record),
            Some(annotations) => Ok(record.annotated(annotations.read(row)?)),
        }
    }

    fn object<'r>(&self, row: &'r mut Record) -> Option<&'r mut (dyn Instance + 'static)> {
        Some(row)
    }

    fn annotated(&self, record: Record, names: &Columns, row: &dyn Row) -> Result<Record> {
        if names.is_empty() { Ok(record) } else { Ok(record.annotated(TextRow::from_row(names, row)?)) }
    }
}

/// Rows of values at paths given as text, with the paths' names: Django's `values()`.
#[derive(Debug, Clone, Default)]
pub struct TextValues {
    columns: Arc<[OutputColumn]>,
    names: Columns,
    /// The place of the first.
    start: usize,
}

impl TextValues {
    fn of(columns: &[OutputColumn], start: usize) -> Self {
        let names = Columns::new(columns.iter().map(|column| column.name.as_str()));
        TextValues { columns: columns.into(), names, start }
    }

    fn read(&self, row: &dyn Row) -> Result<TextRow> {
        let read = |(place, column): (usize, &OutputColumn)| column.kind.decode(row.column(self.start + place)?);
        let values: Result<Vec<Value>> = self.columns.iter().enumerate().map(read).collect();
        Ok(TextRow::new(self.names.clone(), values?))
    }
}

impl<M> Selection<M> for TextValues {
    type Output = TextRow;

    fn with_columns(self, columns: &[OutputColumn]) -> Self {
        TextValues::of(columns, 0)
    }

    fn decode(&self, row: &dyn Row) -> Result<TextRow> {
        self.read(row)
    }
}
