//! What a model's Rust type can do: the traits that `#[model]` implements.

mod state;

pub use state::State;

use embellie_core::field::FieldType;
use embellie_core::meta::ModelMeta;
use embellie_core::{ColumnRef, Result, Row, Value};

use crate::related::{KeySlot, LinkSlot};

/// An object of some model, without its type: what saving and deleting work on.
///
/// Fields are named by their place in [`ModelMeta::fields`].
pub trait Instance: Send + Sync {
    /// The model's label, `app.Model`.
    fn label(&self) -> &str;

    /// The field's value as it is stored.
    ///
    /// # Errors
    /// When the value cannot be stored.
    fn value(&self, field: usize) -> Result<Value>;

    /// Takes the field's value from a column.
    ///
    /// # Errors
    /// When the column holds what the field cannot.
    fn set_column(&mut self, field: usize, column: ColumnRef<'_>) -> Result<()>;

    /// What is known of the object's row.
    fn state(&self) -> &State;

    /// What is known of the object's row.
    fn state_mut(&mut self) -> &mut State;

    /// Shows each relation of the object, in order of declaration.
    fn visit_relations(&mut self, visit: &mut dyn FnMut(RelationSlot<'_>));
}

/// A relation of an object, as [`Instance::visit_relations`] shows it.
#[derive(Debug)]
pub enum RelationSlot<'a> {
    /// A foreign key or one-to-one that is not null, with its field's place.
    Key(usize, &'a mut KeySlot),
    /// A many-to-many relation.
    Link(&'a mut LinkSlot),
}

/// A Rust type that is a model: implemented by `#[model]`, never by hand.
pub trait Model: Instance + Clone + std::fmt::Debug + Sized + 'static {
    /// The primary key's type.
    type Key: FieldType;

    /// The model's label, `app.Model`.
    const LABEL: &'static str;

    /// The model's declaration.
    fn meta() -> ModelMeta;

    /// Reads an object from the columns that begin at `start`: the model's fields, in order.
    ///
    /// # Errors
    /// When a column holds what its field cannot.
    fn from_row(row: &dyn Row, start: usize) -> Result<Self>;

    /// The primary key.
    fn key(&self) -> &Self::Key;
}

/// A model that the program declares; `#[model]` registers it.
#[derive(Debug, Clone, Copy)]
pub struct Declaration(pub fn() -> ModelMeta);

inventory::collect!(Declaration);
