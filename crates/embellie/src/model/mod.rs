//! What a model's Rust type can do: the traits that `#[model]` implements.

mod key;
mod parent;
mod state;

pub(crate) use key::{is_set, key_of, whole_key};
pub(crate) use parent::Parent;
pub use state::State;

use embellie_core::field::FieldType;
use std::sync::{Arc, OnceLock};

use embellie_core::meta::ModelMeta;
use embellie_core::{BoxFuture, ColumnRef, IntoParams, Registry, Result, Row, Sql, Value};

use crate::database::Executor;
use crate::log::called;
use crate::partial::Listed;
use crate::query_set::QuerySet;
use crate::raw::RawQuerySet;
use crate::related::{KeySlot, LinkSlot, Step};
use crate::typed::Q;
use crate::write::{self, Deleted, Save};

/// An object of some model, without its type: what saving and deleting work on.
///
/// Fields are named by their place in [`ModelMeta::fields`].
pub trait Instance: std::any::Any + Send + Sync {
    /// The model's label, `app.Model`.
    fn label(&self) -> &str;

    /// The field's value as it is stored.
    ///
    /// # Errors
    /// When the value cannot be stored.
    fn value(&self, field: usize) -> Result<Value>;

    /// The primary key, where it is a plain integer, and the foreign keys of the object are relations.
    #[doc(hidden)]
    #[inline]
    fn int_key(&self) -> Option<i64> {
        None
    }

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

    /// Shows the foreign keys that are values and no relations of the object, with the places of their fields.
    #[doc(hidden)]
    fn visit_keys(&self, _visit: &mut dyn FnMut(usize, Value)) {}
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
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a model",
    label = "not a model",
    note = "a model is a struct with the attribute `#[model]`"
)]
pub trait Model: Instance + Clone + std::fmt::Debug + Sized + 'static {
    /// The primary key's type.
    type Key: FieldType;

    /// The model's label, `app.Model`.
    const LABEL: &'static str;

    /// The model's declaration.
    fn meta() -> ModelMeta;

    /// The name of the field at a place; empty when there is none.
    fn field_name(field: usize) -> &'static str;

    /// Reads an object from the columns that begin at `start`: the model's fields, in order.
    ///
    /// # Errors
    /// When a column holds what its field cannot.
    fn from_row(row: &dyn Row, start: usize) -> Result<Self>;

    /// The foreign key of this name, as something to follow.
    #[doc(hidden)]
    fn step(_name: &str) -> Option<Step> {
        None
    }

    /// The primary key; for one of several fields, a tuple of what they hold.
    ///
    /// # Errors
    /// When a foreign key that is a part of the key was given a value that is no key of its model.
    fn key(&self) -> Result<Self::Key>;

    /// All objects of the model: the beginning of every query.
    fn objects() -> QuerySet<Self> {
        QuerySet::objects()
    }

    /// Objects read by SQL that you write: Django's `objects.raw()`.
    ///
    /// ```no_run
    /// # use blog::Post;
    /// # use embellie::prelude::*;
    /// # async fn popular(db: Database) -> embellie::Result<()> {
    /// let posts = Post::raw("SELECT * FROM blog_post WHERE views > %s ORDER BY views DESC", (100,)).all(&db).await?;
    /// # Ok(()) }
    /// ```
    fn raw(sql: impl Into<Sql>, params: impl IntoParams) -> RawQuerySet<Self> {
        QuerySet::objects().raw(sql, params)
    }

    /// Inserts the object as a new row and gives it back with what the database filled in.
    ///
    /// # Errors
    /// When the database refuses the row.
    #[track_caller]
    fn create<'a>(mut self, db: &'a dyn Executor) -> BoxFuture<'a, Result<Self>> {
        Box::pin(called(async move {
            write::save(&mut self, Save::new().force_insert(), db.session()).await?;
            Ok(self)
        }))
    }

    /// Writes the object to its row, or inserts it when it has none.
    ///
    /// # Errors
    /// When the database refuses the row.
    #[track_caller]
    fn save<'a>(&'a mut self, db: &'a dyn Executor) -> BoxFuture<'a, Result<()>> {
        Box::pin(called(write::save(self, Save::new(), db.session())))
    }

    /// Writes the object as `save` says: only some fields, only as an insert, only as an update.
    ///
    /// # Errors
    /// When the database refuses the row, or what was forced did not happen.
    #[track_caller]
    fn save_with<'a>(&'a mut self, save: Save<'a>, db: &'a dyn Executor) -> BoxFuture<'a, Result<()>> {
        Box::pin(called(write::save(self, save, db.session())))
    }

    /// Writes these fields alone to the object's row: Django's `save(update_fields=…)`, by typed paths.
    ///
    /// ```
    /// # use blog::Post;
    /// # use embellie::prelude::*;
    /// # async fn read(mut post: Post, db: &Database) -> embellie::Result<()> {
    /// post.views += 1;
    /// post.save_only(Post::views, db).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error::Value`](embellie_core::Error::Value) for the primary key and fields of related objects; else when the
    /// database refuses the row, or there is none.
    #[track_caller]
    fn save_only<'a, F: Listed<Self>>(&'a mut self, fields: F, db: &'a dyn Executor) -> BoxFuture<'a, Result<()>> {
        let names: Vec<String> = fields.paths().iter().map(ToString::to_string).collect();
        Box::pin(called(async move {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            write::save(self, Save::new().update_fields(&names), db.session()).await
        }))
    }

    /// Deletes the object's row and, as each relation's `on_delete` says, what points at it.
    ///
    /// # Errors
    /// [`Error::Protected`](embellie_core::Error::Protected) or
    /// [`Error::Restricted`](embellie_core::Error::Restricted) when rows stand in the way; nothing is deleted then.
    #[track_caller]
    fn delete<'a>(&'a mut self, db: &'a dyn Executor) -> BoxFuture<'a, Result<Deleted>> {
        Box::pin(called(write::delete_instance(self, db.session())))
    }

    /// Reads the object's row again, and forgets the related objects that were read.
    ///
    /// # Errors
    /// [`Error::DoesNotExist`](embellie_core::Error::DoesNotExist) when the row is gone.
    #[track_caller]
    fn refresh<'a>(&'a mut self, db: &'a dyn Executor) -> BoxFuture<'a, Result<()>> {
        Box::pin(called(async move {
            let key = self.key()?.encode()?;
            *self = Self::objects().filter(Q::text("pk", key)).get(db).await?;
            Ok(())
        }))
    }

    /// Checks the values of the fields against their declarations, validators and choices: Django's `full_clean`. It
    /// reaches no database.
    ///
    /// # Errors
    /// [`Error::Invalid`](embellie_core::Error::Invalid) with what is wrong with each field.
    fn validate(&self, registry: &Registry) -> Result<()> {
        write::validate(self, registry)
    }
}

/// A model that the program declares; `#[model]` registers it.
#[derive(Debug, Clone, Copy)]
pub struct Declaration(pub fn() -> ModelMeta);

inventory::collect!(Declaration);

/// The models that this program declares, linked once.
pub(crate) fn declared_models() -> Result<Arc<Registry>> {
    static DECLARED: OnceLock<Result<Arc<Registry>>> = OnceLock::new();
    DECLARED.get_or_init(|| Registry::build(declarations()).map(Arc::new)).clone()
}

/// The declarations of this program's models, in the order of their labels: that of linking is not the same everywhere.
fn declarations() -> Vec<ModelMeta> {
    let mut models: Vec<ModelMeta> = inventory::iter::<Declaration>.into_iter().map(|model| model.0()).collect();
    models.sort_by_key(ModelMeta::label);
    models
}
