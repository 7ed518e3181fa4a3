//! Methods that read: all rows, one row, counts.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use embellie_core::field::{FieldKind, FieldType};
use embellie_core::query::{Aggregation, Annotation};
use embellie_core::{Discard, Error, Expr, FromColumn, OrderBy, Query, Result, Row, Value};
use embellie_sql as sql;
use embellie_sql::plan::{Asked, Purpose};

use super::{FetchMode, QuerySet, Selection, Whole, gather};
use crate::database::{Executor, Session};
use crate::log::called;
use crate::model::{Instance, Model, key_of};
use crate::related::{self, Kept, Peers};
use crate::typed::{Column, Paths, Q, RhsList, Root};

impl<M, S: Selection<M>> QuerySet<M, S> {
    /// Reads all rows.
    ///
    /// # Errors
    /// When the query cannot be resolved, the database refuses it, or a column holds what its type cannot.
    #[track_caller]
    pub fn all(&self, db: &dyn Executor) -> impl Future<Output = Result<Vec<S::Output>>> {
        called(async move { self.read(self.checked()?, db.session()).await })
    }

    pub(crate) async fn read(&self, query: &Query, session: Session<'_>) -> Result<Vec<S::Output>> {
        self.read_as(Purpose::Select, query, session).await
    }

    async fn read_as(&self, purpose: Purpose, query: &Query, session: Session<'_>) -> Result<Vec<S::Output>> {
        let session = session.caching(self.cached.as_deref());
        let Some(compiled) = compile(purpose, query, session)? else { return Ok(Vec::new()) };
        let selection = self.told(query, &compiled, own_columns(&compiled), session)?;
        let (kept, columns) = (self.kept(session)?, compiled.columns.len());
        let is_kept = kept.is_some();
        let decode = move |row: &dyn Row| {
            let Some(kept) = &kept else { return selection.decode(row) };
            let (mut object, row) = kept.keep(row, columns, |row| selection.decode(row))?;
            if let Some(object) = selection.object(&mut object) {
                object.state_mut().keep(row);
            }
            Ok(object)
        };
        let mut rows = gather(&compiled, query, session, decode).await?;
        self.link(rows.iter_mut(), session)?;
        self.watch(rows.first_mut(), &compiled, session)?;
        self.prefetched(&mut rows.iter_mut(), session).await?;
        if is_kept {
            let objects = rows.iter_mut().filter_map(|row| self.selection.object(row));
            objects.for_each(|object| object.state_mut().keep(None));
        }
        Ok(rows)
    }

    /// Where rows are kept while objects are read that point back at them.
    fn kept(&self, session: Session<'_>) -> Result<Option<Arc<Kept>>> {
        let Some(make) = self.selection.again().filter(|_| !self.prefetches.is_empty()) else { return Ok(None) };
        let registry = session.database().registry();
        let points_back = self.prefetches.point_back(registry.model(&self.query.model)?, registry);
        Ok(points_back.then(|| Kept::new(make)))
    }

    /// Watches whether the rows are asked for what came with them by joins, where a log is kept.
    fn watch(&self, first: Option<&mut S::Output>, compiled: &sql::Compiled, session: Session<'_>) -> Result<()> {
        let database = session.database();
        if database.logs().is_active()
            && !compiled.related.is_empty()
            && let Some(object) = first.and_then(|row| self.selection.object(row))
            && let Some(peers) = object.state().peers()
        {
            let model = database.registry().model(&self.query.model)?;
            peers.watch_joined(model.id(), &[], &compiled.related, database);
        }
        Ok(())
    }

    /// Reads the rows of a query, each with the value of its last annotation, which is no part of the row.
    pub(crate) async fn read_beside(&self, query: &Query, session: Session<'_>) -> Result<Vec<(Value, S::Output)>> {
        self.read_behind(query, 1, |row, start, kinds| decoded(row, start, kinds.first()), session).await
    }

    /// Reads the rows of a query, each with the values of its last annotations, which are no part of the row.
    pub(crate) async fn read_with(
        &self,
        query: &Query,
        annotations: usize,
        session: Session<'_>,
    ) -> Result<Vec<(Vec<Value>, S::Output)>> {
        let all = |row: &dyn Row, start, kinds: &[FieldKind]| {
            kinds.iter().enumerate().map(|(i, kind)| decoded(row, start + i, Some(kind))).collect()
        };
        self.read_behind(query, annotations, all, session).await
    }

    /// Reads the rows of a query, each with what is made of its last columns, which are of these kinds and begin at a
    /// place.
    async fn read_behind<A: Send + 'static>(
        &self,
        query: &Query,
        annotations: usize,
        behind: impl Fn(&dyn Row, usize, &[FieldKind]) -> Result<A> + Send + 'static,
        session: Session<'_>,
    ) -> Result<Vec<(A, S::Output)>> {
        let session = session.caching(self.cached.as_deref());
        let Some(compiled) = compile(Purpose::Select, query, session)? else { return Ok(Vec::new()) };
        let own = own_columns(&compiled);
        let start = own.saturating_sub(annotations);
        let kinds: Vec<FieldKind> = compiled.columns[start..own].iter().map(|column| column.kind).collect();
        let selection = self.told(query, &compiled, start, session)?;
        let read = move |row: &dyn Row| Ok((behind(row, start, &kinds)?, selection.decode(row)?));
        let mut rows = gather(&compiled, query, session, read).await?;
        self.link(rows.iter_mut().map(|(_, row)| row), session)?;
        self.prefetched(&mut rows.iter_mut().map(|(_, row)| row), session).await?;
        Ok(rows)
    }

    /// Tells the objects of one result of each other.
    pub(crate) fn link<'r>(
        &self,
        rows: impl ExactSizeIterator<Item = &'r mut S::Output>,
        session: Session<'_>,
    ) -> Result<()> {
        link(&self.selection, &self.query.model, rows, self.fetch_mode, session)
    }

    /// The selection, told of the first columns of a result and of its related objects.
    pub(super) fn told(
        &self,
        query: &Query,
        compiled: &sql::Compiled,
        columns: usize,
        session: Session<'_>,
    ) -> Result<S> {
        let registry = session.database().registry();
        let model = registry.model(&query.model)?;
        let selection = self.selection.clone().with_result(query, compiled, model, registry)?;
        let peers = |object: &sql::RelatedObject| {
            let peers = Peers::new(registry, object.model, self.fetch_mode);
            peers.watch_joined(model.id(), &object.path, &compiled.related, session.database());
            peers
        };
        let selection = selection.with_columns(&compiled.columns[..columns]);
        selection.fits()?;
        Ok(selection.with_related(&compiled.related, &peers))
    }

    pub(super) async fn prefetched(
        &self,
        rows: &mut (dyn Iterator<Item = &mut S::Output> + Send),
        session: Session<'_>,
    ) -> Result<()> {
        if self.prefetches.is_empty() {
            return Ok(());
        }
        let mut objects: Vec<_> = rows.filter_map(|row| self.selection.object(row)).collect();
        self.prefetches.read(&mut objects, self.fetch_mode, session).await
    }

    /// The one row that there is.
    ///
    /// # Errors
    /// [`Error::DoesNotExist`] or [`Error::MultipleObjectsReturned`] when there is not exactly one; else as
    /// [`all`](QuerySet::all).
    #[track_caller]
    pub fn get(&self, db: &dyn Executor) -> impl Future<Output = Result<S::Output>> {
        called(async move { self.one_of(db.session()).await })
    }

    pub(crate) async fn one_of(&self, session: Session<'_>) -> Result<S::Output> {
        let query = self.checked()?;
        let mut rows = match session.caching(self.cached.as_deref()).is_caching() {
            // What is kept is known by what is read.
            true => Box::pin(self.read(&query.clone().one_row(), session)).await?,
            false => self.read_as(Purpose::Get, query, session).await?,
        };
        match (rows.len(), rows.pop()) {
            (1, Some(row)) => Ok(row),
            (0, _) | (_, None) => Err(Error::DoesNotExist { model: query.model.to_string() }),
            (found, _) => Err(Error::MultipleObjectsReturned { model: query.model.to_string(), found }),
        }
    }

    /// The first row, by the primary key where no order is given; `None` when there is no row.
    ///
    /// # Errors
    /// As [`all`](QuerySet::all).
    #[track_caller]
    pub fn first(&self, db: &dyn Executor) -> impl Future<Output = Result<Option<S::Output>>> {
        called(async move { self.one(self.ordered_or_by_key(db.session())?, db).await })
    }

    /// The last row, by the primary key where no order is given; `None` when there is no row.
    ///
    /// # Errors
    /// As [`all`](QuerySet::all).
    #[track_caller]
    pub fn last(&self, db: &dyn Executor) -> impl Future<Output = Result<Option<S::Output>>> {
        called(async move {
            if !self.checked()?.slice.is_whole() {
                return Err(Error::Type("Cannot reverse a query once a slice has been taken.".into()));
            }
            let mut query = self.ordered_or_by_key(db.session())?;
            query.reversed = !query.reversed;
            self.one(query, db).await
        })
    }

    async fn one(&self, mut query: Query, db: &dyn Executor) -> Result<Option<S::Output>> {
        query.slice = query.slice.then(0, Some(1));
        Ok(self.read(&query, db.session()).await?.pop())
    }

    fn ordered_or_by_key(&self, session: Session<'_>) -> Result<Query> {
        let mut query = self.checked()?.clone();
        let own_order = !session.database().registry().model(&query.model)?.ordering.is_empty();
        let ordered = query.order_by.as_ref().map_or(own_order, |terms| !terms.is_empty());
        if !ordered && query.slice.is_whole() {
            query.order_by = Some(vec![OrderBy::from("pk")]);
        }
        Ok(query)
    }

    /// The row with the greatest value of `fields`, of which a leading `-` turns the order around; of the model's
    /// `get_latest_by` when there are none.
    ///
    /// # Errors
    /// [`Error::DoesNotExist`] when there is no row; else as [`all`](QuerySet::all).
    #[track_caller]
    pub fn latest(&self, fields: &[&str], db: &dyn Executor) -> impl Future<Output = Result<S::Output>> {
        called(async move { self.extreme(fields, true, db).await })
    }

    /// The row with the least value of `fields`, of which a leading `-` turns the order around; of the model's
    /// `get_latest_by` when there are none.
    ///
    /// # Errors
    /// As [`latest`](QuerySet::latest).
    #[track_caller]
    pub fn earliest(&self, fields: &[&str], db: &dyn Executor) -> impl Future<Output = Result<S::Output>> {
        called(async move { self.extreme(fields, false, db).await })
    }

    async fn extreme(&self, fields: &[&str], greatest: bool, db: &dyn Executor) -> Result<S::Output> {
        let mut query = self.checked()?.clone();
        if !query.slice.is_whole() {
            return Err(Error::Type("Cannot change a query once a slice has been taken.".into()));
        }
        let model = db.session().database().registry().model(&query.model)?;
        let mut terms: Vec<OrderBy> = fields.iter().map(|field| OrderBy::from(*field)).collect();
        if terms.is_empty() {
            terms = model.get_latest_by.iter().map(|field| OrderBy::from(field.as_str())).collect();
        }
        if terms.is_empty() {
            return Err(Error::Value(
                "earliest() and latest() require either fields as positional arguments or 'get_latest_by' in the \
                 model's Meta."
                    .into(),
            ));
        }
        query.order_by = Some(terms);
        query.reversed = greatest;
        let model = query.model.clone();
        self.one(query, db).await?.ok_or(Error::DoesNotExist { model: model.into_owned() })
    }

    /// How many rows there are.
    ///
    /// # Errors
    /// When the query cannot be resolved, or the database refuses it.
    #[track_caller]
    pub fn count(&self, db: &dyn Executor) -> impl Future<Output = Result<u64>> {
        called(async move {
            let (query, session) = (self.checked()?, db.session().caching(self.cached.as_deref()));
            let database = session.database();
            let Some(compiled) = database.compile(&Asked::of(Purpose::Count, query))? else { return Ok(0) };
            let read = |row: &dyn Row| u64::from_column(row.column(0)?);
            let counts = session.gather_read(&compiled.statement, sql::Reading::Count(query), read).await?;
            counts.first().copied().ok_or_else(|| Error::Interface("the database gave no count".into()))
        })
    }

    /// Whether there is a row.
    ///
    /// # Errors
    /// When the query cannot be resolved, or the database refuses it.
    #[track_caller]
    pub fn exists(&self, db: &dyn Executor) -> impl Future<Output = Result<bool>> {
        called(async move {
            let (query, session) = (self.checked()?, db.session().caching(self.cached.as_deref()));
            let database = session.database();
            let Some(compiled) = database.compile(&Asked::of(Purpose::Exists, query))? else { return Ok(false) };
            let reading = sql::Reading::Exists(query);
            let (_, outcome) = session.read(&compiled.statement, reading, Box::new(Discard)).await;
            Ok(outcome?.rows > 0)
        })
    }
}

/// The value of a column of a kind.
fn decoded(row: &dyn Row, column: usize, kind: Option<&FieldKind>) -> Result<Value> {
    kind.unwrap_or(&FieldKind::Any).decode(row.column(column)?)
}

/// Tells the objects of one result of each other.
pub(crate) fn link<'r, M, S: Selection<M>>(
    selection: &S,
    model: &str,
    rows: impl ExactSizeIterator<Item = &'r mut S::Output>,
    mode: FetchMode,
    session: Session<'_>,
) -> Result<()> {
    let registry = session.database().registry();
    let peers = || Ok(Peers::new(registry, registry.model(model)?.id(), mode));
    related::link(rows.map(|row| selection.object(row)), peers, mode)
}

/// The statement that reads a query's rows; `None` when it has none for sure.
pub(super) fn compile(purpose: Purpose, query: &Query, session: Session<'_>) -> Result<Option<sql::Compiled>> {
    let database = session.database();
    if query.lock.is_some() && !session.is_in_transaction() && database.target().can(sql::Capability::RowLocks) {
        let message = "select_for_update cannot be used outside of a transaction.";
        return Err(Error::TransactionManagement(message.into()));
    }
    warn_of_distortion(query, &[], session);
    database.compile(&Asked::of(purpose, query))
}

/// Says which aggregates count rows several times, since they were asked for in one join.
pub(super) fn warn_of_distortion(query: &Query, over_all: &[Annotation], session: Session<'_>) {
    if query.aggregation != Aggregation::Joined {
        return;
    }
    for aggregate in sql::distorted(query, over_all, session.database().registry()) {
        let name = match &aggregate {
            Expr::Aggregate(aggregate) => aggregate.function.name(),
            _ => "Func",
        };
        let paths: Vec<String> = aggregate.paths().iter().map(ToString::to_string).collect();
        tracing::warn!(
            model = %query.model,
            aggregate = name,
            paths = %paths.join(", "),
            "joins over several relations repeat rows: this aggregate counts each once for every combination (Django's \
             ticket 10060); aggregates that are not joined are each right",
        );
    }
}

/// How many columns a result has before those of related objects.
pub(super) fn own_columns(compiled: &sql::Compiled) -> usize {
    compiled.related.first().map_or(compiled.columns.len(), |object| object.start)
}

impl<M: Instance, S: Selection<M>> QuerySet<M, S> {
    /// Whether an object is among the rows.
    ///
    /// # Errors
    /// [`Error::Value`] when the object has no row; else as [`exists`](QuerySet::exists).
    #[track_caller]
    pub fn contains(&self, object: &M, db: &dyn Executor) -> impl Future<Output = Result<bool>> {
        called(async move {
            let query = self.checked()?;
            if object.state().is_adding() {
                return Err(Error::Value("QuerySet.contains() cannot be used on unsaved objects.".into()));
            }
            let model = db.session().database().registry().model(&query.model)?;
            if object.label() != model.label() {
                return Ok(false);
            }
            let key = key_of(object, model)?;
            if !query.slice.is_whole() {
                let keys = self.clone().text_values(["pk"]);
                return Ok(keys.all(db).await?.iter().any(|row| row.values().first() == Some(&key)));
            }
            self.clone().filter(Q::text("pk", key)).exists(db).await
        })
    }
}

impl<M: Model, S: Selection<M>> QuerySet<M, S> {
    /// The row with this primary key: Django's `get(pk=…)`.
    ///
    /// ```
    /// # use blog::Post;
    /// # use embellie::prelude::*;
    /// # async fn example(db: &Database) -> embellie::Result<()> {
    /// let post = Post::objects().select_related(Post::author).get_pk(&1, db).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As [`get`](QuerySet::get), and when the key cannot be stored.
    #[track_caller]
    pub fn get_pk(&self, key: &M::Key, db: &dyn Executor) -> impl Future<Output = Result<S::Output>> {
        called(async move { self.clone().filter(Q::text("pk", key.encode()?)).one_of(db.session()).await })
    }

    /// The objects with these primary keys, by key. Keys without a row are left out.
    ///
    /// # Errors
    /// As [`all`](QuerySet::all).
    #[track_caller]
    pub fn in_bulk<'k>(
        &self,
        keys: impl IntoIterator<Item = &'k M::Key>,
        db: &dyn Executor,
    ) -> impl Future<Output = Result<HashMap<M::Key, M>>>
    where
        S: Selection<M, Output = M>,
        M::Key: Eq + Hash,
    {
        called(async move {
            if !self.checked()?.slice.is_whole() {
                return Err(Error::Type("Cannot use 'limit' or 'offset' with in_bulk().".into()));
            }
            let keys: Result<Vec<Value>> = keys.into_iter().map(FieldType::encode).collect();
            let wanted = self.clone().filter(Q::text("pk__in", Value::List(keys?)));
            let rows = wanted.ordered(Vec::new()).all(db).await?;
            rows.into_iter().map(|row| Ok((row.key()?, row))).collect()
        })
    }
}

impl<M: Paths + Model> QuerySet<M, Whole<M>> {
    /// The objects with these values of a unique field, by value: Django's `in_bulk(…, field_name=…)`. Values without a
    /// row are left out.
    ///
    /// ```
    /// # use embellie::prelude::*;
    /// # #[model(app = "blog")] pub struct User { #[field(unique)] email: String }
    /// # async fn example(db: &Database) -> embellie::Result<()> {
    /// let users = User::objects().in_bulk_by(User::email, ["ann@x.org", "bob@x.org"], db).await?;
    /// let ann: Option<&User> = users.get("ann@x.org");
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error::Value`] when the field is not unique; else as [`all`](QuerySet::all).
    #[track_caller]
    pub fn in_bulk_by<T, N, V, const I: usize>(
        &self,
        field: Column<Root<M>, T, N, I>,
        values: V,
        db: &dyn Executor,
    ) -> impl Future<Output = Result<HashMap<T, M>>>
    where
        T: FieldType + Eq + Hash,
        V: RhsList<M, T>,
    {
        called(async move {
            if !self.checked()?.slice.is_whole() {
                return Err(Error::Type("Cannot use 'limit' or 'offset' with in_bulk().".into()));
            }
            let name = field.path().to_string();
            let model = db.session().database().registry().model(&self.query.model)?;
            let Some(place) = model.field_index(&name).filter(|&place| model.is_unique(place)) else {
                return Err(Error::Value(format!("in_bulk()'s field_name must be a unique field but '{name}' isn't.")));
            };
            let rows = self.clone().filter(field.in_(values)).ordered(Vec::new()).all(db).await?;
            rows.into_iter().map(|row| Ok((T::decode(row.value(place)?.as_column())?, row))).collect()
        })
    }
}

impl QuerySet<crate::Record, super::WholeRecord> {
    /// The records with these values of a unique field, each behind its value: Django's `in_bulk(…, field_name=…)`. Values
    /// without a row are left out.
    ///
    /// ```no_run
    /// # async fn users(db: embellie::Database) -> embellie::Result<()> {
    /// for (email, user) in db.objects("blog.User")?.in_bulk_by("email", ["ann@x.org", "bob@x.org"], &db).await? {
    ///     println!("{email}: {}", user.get("name")?);
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error::Value`] when the field is not unique; else as [`all`](QuerySet::all).
    #[track_caller]
    pub fn in_bulk_by(
        &self,
        field: &str,
        values: impl IntoIterator<Item = impl Into<Value>>,
        db: &dyn Executor,
    ) -> impl Future<Output = Result<Vec<(Value, crate::Record)>>> {
        let values = Value::List(values.into_iter().map(Into::into).collect());
        called(async move {
            if !self.checked()?.slice.is_whole() {
                return Err(Error::Type("Cannot use 'limit' or 'offset' with in_bulk().".into()));
            }
            let model = db.session().database().registry().model(&self.query.model)?;
            let place =
                if field == "pk" { model.primary_key_index() } else { model.field_index(field).unwrap_or(usize::MAX) };
            if place >= model.fields.len() || !model.is_unique(place) {
                return Err(Error::Value(format!(
                    "in_bulk()'s field_name must be a unique field but '{field}' isn't."
                )));
            }
            let name = model.fields[place].name.clone();
            let wanted = self.clone().filter(Q::text(format!("{name}__in"), values));
            let rows = wanted.ordered(Vec::new()).all(db).await?;
            rows.into_iter().map(|row| Ok((row.get(&name)?.clone(), row))).collect()
        })
    }
}
