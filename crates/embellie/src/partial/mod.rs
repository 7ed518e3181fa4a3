//! Objects of which some fields were read: Django's `only` and `defer`.

mod fields;
mod rows;
mod shape;

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use embellie_core::field::{FieldKind, FieldType};
use embellie_core::meta::link_name;
use embellie_core::{BoxFuture, ColumnRef, Error, FromColumn, Path, Result, Value};

pub use self::fields::{
    AllBut, At, Fields, Has, Lacks, Listed, Loadable, Only, OwnField, ThisFieldWasDeferred, WasRead,
};
pub use self::rows::{Narrow, PartialRows};
#[doc(hidden)]
pub use self::shape::Shape;
use crate::database::{Executor, Session};
use crate::log::called;
use crate::model::{Instance, Model, RelationSlot, State};
use crate::query_set::{FetchMode, QuerySet};
use crate::related::{Found, Key, Object, Related, Wanted, What, value_of};
use crate::typed::{Back, KeyOf, Nullability, Paths, Q, Rel, Root, Via};
use crate::write::{self, Save};

/// An object of `M` of which some fields were read: what [`only`](QuerySet::only) and [`defer`](QuerySet::defer) give.
///
/// What was read is reached by its path, and asking for anything else does not compile: it can be [loaded](Partial::load),
/// for all rows of the result at once. Saving writes what was read or assigned, and nothing else.
///
/// ```standalone_crate
/// use blog::{Post, User};
/// use embellie::prelude::*;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> embellie::Result<()> {
/// # let db = Database::connect("sqlite::memory:").await?;
/// # db.create_tables(&[]).await?;
/// # let ann = new!(User { name: "Ann", email: "ann@example.org" }).create(&db).await?;
/// # new!(Post { title: "Clouds", author: &ann }).create(&db).await?;
/// // One statement, of three columns: the key, the title, and the author's name by a join.
/// for post in &mut Post::objects().only((Post::title, Post::author.name)).all(&db).await? {
///     println!("{} by {}", post.get(Post::title), post.get(Post::author.name));
///     // Read for all posts of the result by the first that asks.
///     let views: i64 = post.load(Post::views, &db).await?;
///     // An update of the title alone.
///     post.set(Post::title, format!("{} ({views})", post.get(Post::title)))?;
///     post.save(&db).await?;
/// }
/// # Ok(()) }
/// ```
///
/// ```compile_fail,E0277
/// # use blog::Post;
/// # use embellie::prelude::*;
/// # async fn example(db: &Database) -> embellie::Result<()> {
/// let post = Post::objects().only(Post::title).get(db).await?;
/// post.get(Post::views); // the object was not read with this field
/// # Ok(()) }
/// ```
/// Where the type cannot name the fields, `Partial<Post>` is an object that says at run time what was read of it:
/// [`erased`](QuerySet::erased) makes query sets of such.
pub struct Partial<M, F: Fields<M> = AllBut<()>> {
    key: Value,
    values: F::Values,
    /// Fields that were not read and were given a value since.
    assigned: Vec<(usize, Value)>,
    shape: Arc<Shape>,
    state: State,
    model: PhantomData<fn() -> M>,
}

impl<M: Model, L: 'static> Partial<M, Only<L>>
where
    Only<L>: Fields<M>,
{
    /// The value of a field that was read.
    pub fn get<C: Loadable<M>, X>(&self, _field: C) -> &C::Value
    where
        Only<L>: Has<M, C, X>,
    {
        <Only<L> as Has<M, C, X>>::cell(&self.values)
    }
}

impl<M: Model, D: 'static> Partial<M, AllBut<D>> {
    /// The value of a field that was not put off: of the object, and of those that came with it by
    /// [`select_related`](QuerySet::select_related).
    ///
    /// # Errors
    /// [`Error::Field`] when the field is of an object that did not come with the row; [`Error::Decode`] when the column
    /// holds what the field cannot.
    pub fn get<C: Loadable<M>, Why>(&self, field: C) -> Result<C::Value>
    where
        AllBut<D>: Lacks<M, C, Why>,
    {
        let path = field.path();
        let known = self.known(&path)?;
        let value = known.ok_or_else(|| {
            Error::Field(format!(
                "'{path}' of {} was not read with its row: let the query set name it (`only`, or `select_related` for fields \
                 of related objects), or read it by `load(…, &db)`.",
                M::LABEL
            ))
        })?;
        let mut value = C::read(value.as_column(), FieldKind::Any)?;
        // A foreign key reads its object together with those of the other rows.
        if let (Some(slot), Some(peers)) = (C::slot(&mut value), self.state.peers())
            && let Some(field) = self.shape.place_of(&path).and_then(|place| self.shape.cells[place].field)
        {
            slot.join(Arc::clone(peers), field);
        }
        Ok(value)
    }
}

impl<M: Model, F: Fields<M>> Partial<M, F> {
    /// The primary key.
    ///
    /// # Errors
    /// [`Error::Decode`] when the column holds what the key cannot.
    pub fn key(&self) -> Result<M::Key> {
        M::Key::decode(self.key.as_column())
    }

    /// A field that was not read, read now: for all rows of the result that this one came with, as the [`FetchMode`] of its
    /// query set says. What was read with the row is given as it is.
    ///
    /// # Errors
    /// [`Error::DoesNotExist`] when the row is gone; [`Error::Field`] when the fetch mode forbids reading; and what the
    /// database says.
    #[track_caller]
    pub fn load<C: Loadable<M>>(&self, field: C, db: &dyn Executor) -> impl Future<Output = Result<C::Value>> {
        called(async move {
            let path = field.path();
            let value = match self.known(&path)? {
                Some(known) => known,
                None => value_of(&self.state, M::LABEL, &self.key, path, true, db.session()).await?,
            };
            C::read(value.as_column(), FieldKind::Any)
        })
    }

    /// The whole object: one statement for all rows of the result that this one came with.
    ///
    /// # Errors
    /// As [`load`](Partial::load).
    #[track_caller]
    pub fn full(&self, db: &dyn Executor) -> impl Future<Output = Result<M>> {
        called(async move {
            let session = db.session();
            let found = match self.state.peers() {
                Some(peers) => {
                    let wanted = Wanted { what: What::Whole, tables: &[], typed: true };
                    let mut fetch =
                        |keys, mode| -> BoxFuture<'_, Result<Found>> { Box::pin(whole::<M>(keys, mode, session)) };
                    peers.find(wanted, &self.key, session, &mut fetch).await?
                }
                None => {
                    let keys = vec![self.key.clone()];
                    whole::<M>(keys, FetchMode::Peers, session).await?.remove(&Key(self.key.clone()))
                }
            };
            let missing = || Error::DoesNotExist { model: M::LABEL.to_owned() };
            found.and_then(|found| found.downcast_ref::<M>().cloned()).ok_or_else(missing)
        })
    }

    /// Reads the same fields of the row again.
    ///
    /// # Errors
    /// [`Error::DoesNotExist`] when the row is gone.
    #[track_caller]
    pub fn refresh(&mut self, db: &dyn Executor) -> impl Future<Output = Result<()>> {
        called(async move {
            let mut set = QuerySet::<M>::objects().filter(Q::text("pk", self.key.clone()));
            set.query.loading = self.shape.loading.clone();
            set.query.select_related = self.shape.related.clone();
            *self = set.map(|_| PartialRows::<M, F>::new()).get(db).await?;
            Ok(())
        })
    }

    /// Gives a field another value, whether it was read or not. [`save`](Partial::save) writes it.
    ///
    /// # Errors
    /// When the value cannot be stored.
    pub fn set<C: OwnField<M>>(&mut self, field: C, value: impl Into<C::Value>) -> Result<()> {
        let path = field.path();
        let stored = C::stored(&value.into())?;
        let place = self.shape.model.meta().field_index(&path.to_string());
        let place = place.ok_or_else(|| Error::Field(format!("'{path}' is no field of {} with a column", M::LABEL)))?;
        self.set_column(place, stored.as_column())?;
        self.state.given(place);
        Ok(())
    }

    /// Writes what was read or assigned to the object's row: Django's `save()` after `only()` or `defer()`.
    ///
    /// # Errors
    /// [`Error::Operational`] when the row is gone; else as [`Model::save`].
    #[track_caller]
    pub fn save(&mut self, db: &dyn Executor) -> impl Future<Output = Result<()>> {
        called(async move { write::save(self, Save::new(), db.session()).await })
    }

    /// The objects that a way back or a many-to-many relation leads to, as `of` gives them for whole objects.
    pub fn related<R: SetOf<M>>(&self, relation: R) -> Related<R::To> {
        relation.of_key(self.key.clone()).held_by(&self.state)
    }

    /// The value of a path, where it was read or assigned.
    fn known(&self, path: &Path) -> Result<Option<Value>> {
        let field = self.shape.model.meta().field_index(&path.to_string());
        let place = self.shape.place_of(path).or_else(|| self.shape.place_of_field(field?));
        match place {
            Some(place) => F::stored(&self.values, place).map(Some),
            None => Ok(field.and_then(|field| self.assigned(field)).cloned()),
        }
    }

    fn assigned(&self, field: usize) -> Option<&Value> {
        self.assigned.iter().find(|(place, _)| *place == field).map(|(_, value)| value)
    }
}

/// The whole objects with these keys.
async fn whole<M: Model>(keys: Vec<Value>, mode: FetchMode, session: Session<'_>) -> Result<Found> {
    let set = QuerySet::<M>::objects().filter(Q::text("pk__in", Value::List(keys)));
    let set = set.fetch_mode(mode).ordered(Vec::new());
    let rows = set.read(set.checked()?, session).await?;
    rows.into_iter().map(|row| Ok((Key(row.key()?.encode()?), Arc::new(row) as Object))).collect()
}

/// A relation of `M` that leads to several objects: a way back, or a many-to-many relation.
pub trait SetOf<M> {
    /// The model of the objects.
    type To: Model;

    /// The objects of the row with a key.
    #[doc(hidden)]
    fn of_key(self, key: Value) -> Related<Self::To>;
}

impl<M: Paths, From: Paths, const I: usize> SetOf<M> for Rel<Back<Root<M>, From, I>, From> {
    type To = From;

    fn of_key(self, key: Value) -> Related<From> {
        Related::new(From::NAMES[I], key)
    }
}

impl<M: Paths, To: Paths, N: Nullability, K: KeyOf<To>, const I: usize> SetOf<M>
    for Rel<Via<Root<M>, To, I, N, K>, To>
{
    type To = To;

    fn of_key(self, key: Value) -> Related<To> {
        Related::new(link_name(M::LABEL, M::NAMES[I]), key)
    }
}

impl<M: Model, F: Fields<M>> Instance for Partial<M, F> {
    fn label(&self) -> &str {
        M::LABEL
    }

    fn value(&self, field: usize) -> Result<Value> {
        if let Some(place) = self.shape.place_of_field(field) {
            return F::stored(&self.values, place);
        }
        if let Some(value) = self.assigned(field) {
            return Ok(value.clone());
        }
        let model = self.shape.model.meta();
        match (model.key_fields().iter().position(|key| *key == field), &self.key) {
            (Some(part), Value::List(parts)) if model.has_composite_key() => {
                Ok(parts.get(part).cloned().unwrap_or_default())
            }
            (Some(_), key) => Ok(key.clone()),
            (None, _) => Err(write::not_read(model, field)),
        }
    }

    fn set_column(&mut self, field: usize, column: ColumnRef<'_>) -> Result<()> {
        if let Some(place) = self.shape.place_of_field(field) {
            let kind = self.shape.cells.get(place).map_or(FieldKind::Any, |cell| cell.kind);
            return F::assign(&mut self.values, place, column, kind);
        }
        let value = Value::from_column(column)?;
        self.assigned.retain(|(place, _)| *place != field);
        self.assigned.push((field, value));
        Ok(())
    }

    fn state(&self) -> &State {
        &self.state
    }

    fn state_mut(&mut self) -> &mut State {
        &mut self.state
    }

    fn visit_relations(&mut self, visit: &mut dyn FnMut(RelationSlot<'_>)) {
        let shape = &self.shape;
        F::visit(&mut self.values, &mut |place, slot| {
            if let Some(field) = shape.cells.get(place).and_then(|cell| cell.field) {
                visit(RelationSlot::Key(field, slot));
            }
        });
    }

    fn visit_keys(&self, visit: &mut dyn FnMut(usize, Value)) {
        // The foreign keys that are no slots: those of objects that were read but for some fields.
        if F::paths().is_some() {
            return;
        }
        for (place, cell) in self.shape.cells.iter().enumerate() {
            if let Some(field) = cell.field.filter(|field| self.shape.model.meta().target(*field).is_some())
                && let Ok(value) = F::stored(&self.values, place)
            {
                visit(field, value);
            }
        }
    }
}

impl<M, F: Fields<M>> Clone for Partial<M, F> {
    fn clone(&self) -> Self {
        Partial {
            key: self.key.clone(),
            values: self.values.clone(),
            assigned: self.assigned.clone(),
            shape: Arc::clone(&self.shape),
            state: self.state.clone(),
            model: PhantomData,
        }
    }
}

impl<M, F: Fields<M>> fmt::Debug for Partial<M, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct(&self.shape.model.meta().name);
        shown.field("pk", &self.key);
        for (place, cell) in self.shape.cells.iter().enumerate() {
            shown.field(&cell.path.to_string(), &F::stored(&self.values, place));
        }
        shown.finish_non_exhaustive()
    }
}

/// Two objects are equal when they are of one row, as in Django.
impl<M, F: Fields<M>> PartialEq for Partial<M, F> {
    fn eq(&self, other: &Self) -> bool {
        !self.key.is_null() && self.key == other.key
    }
}
