//! Related objects as a set: to read, add, remove and replace.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use embellie_core::field::FieldKind;
use embellie_core::lookup::Lookup;
use embellie_core::meta::{ManyToMany as Link, Member, Model as MetaModel, ModelId, Relation, ReverseSource};
use embellie_core::query::{Assignment, Conflict};
use embellie_core::{Error, Expr, Path, Q, Query, Registry, Result, Value};
use embellie_sql as sql;
use embellie_sql::plan::{Asked, Purpose};

use super::held::{Held, SetName};
use super::peers::{Key, Peers, What, used};
use crate::database::{Executor, Session};
use crate::log::called;
use crate::model::{Instance, Model, State, key_of};
use crate::query_set::{QuerySet, Selection, Whole, WholeRecord, gather};
use crate::record::{Record, RecordModel};
use crate::write::{self, Save};

/// The objects that one object is related to: Django's related managers, for foreign keys backwards and for
/// many-to-many relations both ways.
pub struct Related<T, S = Whole<T>> {
    /// The label of the model of the related objects.
    pub(super) model: Cow<'static, str>,
    pub(super) selection: S,
    /// The relation's name on that model.
    pub(super) back: Cow<'static, str>,
    /// The primary key of the object whose relation it is.
    pub(super) owner: Value,
    /// The condition that tells the objects, unless the key of their owner does.
    told_by: Option<Box<Q>>,
    /// What new rows between hold besides.
    through_defaults: Vec<(String, Value)>,
    /// The related objects, when they were read beforehand.
    held: Option<Arc<Held>>,
    /// The rows that the owner came with.
    pub(super) peers: Option<Arc<Peers>>,
    /// Whether it is read for its owner alone, since what ties the objects to it is not its key.
    pub(super) alone: bool,
    objects: PhantomData<fn() -> T>,
}

/// How the two sides are tied together.
pub(super) enum Tie<'a> {
    /// By a foreign key of `T`, given by its place.
    Key(usize),
    /// By rows of a model between.
    Rows { link: &'a Link, own: usize, other: usize, symmetrical: bool },
    /// By what rows of any model are pointed at with.
    Generic(&'a Relation),
}

impl<T: Model> Related<T> {
    /// The objects of `T` whose relation `back` leads to the object with this primary key.
    pub fn new(back: impl Into<Cow<'static, str>>, owner: Value) -> Self {
        let (model, back) = (T::LABEL.into(), back.into());
        Related {
            model,
            selection: Whole::new(),
            back,
            owner,
            told_by: None,
            through_defaults: Vec::new(),
            held: None,
            peers: None,
            alone: false,
            objects: PhantomData,
        }
    }
}

impl Related<Record, WholeRecord> {
    /// The objects of a model without a Rust type whose relation `back` leads to the object with this primary key.
    pub(crate) fn records(model: Arc<RecordModel>, back: impl Into<Cow<'static, str>>, owner: Value) -> Self {
        let label = model.label().to_owned();
        Related {
            model: label.into(),
            selection: WholeRecord::new(model),
            back: back.into(),
            owner,
            told_by: None,
            through_defaults: Vec::new(),
            held: None,
            peers: None,
            alone: false,
            objects: PhantomData,
        }
    }

    /// The same, with the condition that tells the objects, unless it is the owner's key.
    pub(crate) fn told_by(self, condition: Option<Q>) -> Self {
        Related { told_by: condition.map(Box::new), ..self }
    }

    /// The same, read for its owner alone.
    pub(crate) fn alone(self) -> Self {
        Related { alone: true, ..self }
    }
}

impl<T, S> Related<T, S> {
    /// The same, with what was read beforehand, and the rows that the owner came with.
    pub(crate) fn with(self, held: Option<Arc<Held>>, peers: Option<Arc<Peers>>) -> Self {
        Related { held, peers, ..self }
    }

    /// The same, with what is known of their owner.
    pub(crate) fn held_by(self, owner: &State) -> Self {
        let held = owner.held(&self.set_name()).cloned();
        self.with(held, owner.peers().cloned())
    }

    /// The same, with objects that were read beforehand.
    pub(crate) fn holding(self, objects: Vec<T>) -> Self
    where
        T: Send + Sync + 'static,
    {
        Related { held: Some(Held::of(objects)), ..self }
    }

    /// The name under which an owner holds the objects.
    pub(crate) fn set_name(&self) -> SetName {
        SetName::Way { model: self.model.clone(), back: self.back.clone() }
    }

    /// What was read beforehand is no longer what the database has.
    fn changed(&self) {
        if let Some(held) = &self.held {
            held.forget();
        }
    }
}

impl<T: Instance + Clone, S: Selection<T, Output = T>> Related<T, S> {
    /// The related objects, when they were read beforehand: see [`QuerySet::prefetch`].
    pub fn cached(&self) -> Option<&[T]> {
        let held = self.held.as_ref()?;
        used(self.peers.as_ref(), || What::Set(self.set_name()));
        held.rows()
    }

    /// The related objects as a query set, to refine. What was read beforehand has no part in it.
    pub fn objects(&self) -> QuerySet<T, S> {
        let set = QuerySet::new(self.model.clone(), self.selection.clone());
        if self.owner.is_null() {
            return set.mistaken(self.without_row());
        }
        let mode = self.peers.as_ref().map(|peers| peers.mode()).unwrap_or_default();
        set.filter(self.mine().into()).fetch_mode(mode)
    }

    fn mine(&self) -> Q {
        if let Some(condition) = &self.told_by {
            return (**condition).clone();
        }
        Q::lookup(Path::new([self.back.clone(), "pk".into()]), Lookup::Exact, self.owner.clone())
    }

    /// Reads the related objects, unless they were read beforehand. Where the owner came with others, the first that asks
    /// reads them for all, as the [`FetchMode`](crate::FetchMode) of the owner's query set says: a loop takes one statement,
    /// not one for each. What was read so lasts until this program writes to the tables that it was read from, or the owners
    /// are gone; [`objects`](Related::objects) always asks the database.
    ///
    /// # Errors
    /// When the object whose relation it is has no row, or the database refuses; [`Error::Field`] when the fetch mode forbids
    /// reading.
    #[track_caller]
    pub fn all(&self, db: &dyn Executor) -> impl Future<Output = Result<Vec<T>>> {
        called(async move {
            match self.cached() {
                Some(objects) => Ok(objects.to_vec()),
                None => self.read(db.session()).await,
            }
        })
    }

    /// Reads the one related object, unless it was read beforehand: what the way back of a one-to-one field leads to.
    ///
    /// # Errors
    /// [`Error::DoesNotExist`] or [`Error::MultipleObjectsReturned`] when there is not exactly one; else as
    /// [`all`](Related::all).
    #[track_caller]
    pub fn get(&self, db: &dyn Executor) -> impl Future<Output = Result<T>> {
        called(async move {
            match self.cached() {
                None => self.read_one(db.session()).await,
                Some(objects) => self.only_one(objects),
            }
        })
    }

    /// How many related objects there are.
    ///
    /// # Errors
    /// As [`all`](Related::all).
    #[track_caller]
    pub fn count(&self, db: &dyn Executor) -> impl Future<Output = Result<u64>> {
        called(async move {
            match self.cached() {
                Some(objects) => Ok(objects.len() as u64),
                None => self.objects().count(db).await,
            }
        })
    }

    /// The same, with values for the fields of new rows of the model between, which [`add`](Related::add),
    /// [`set`](Related::set) and [`create`](Related::create) insert: Django's `through_defaults`.
    ///
    /// ```no_run
    /// # async fn run(db: embellie::Database, ann: embellie::Record, chess: embellie::Record) -> embellie::Result<()> {
    /// ann.related("clubs")?.through_defaults([("since", 2024)]).add(&[&chess], &db).await?;
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn through_defaults(mut self, values: impl IntoIterator<Item = (impl Into<String>, impl Into<Value>)>) -> Self {
        self.through_defaults = values.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        self
    }

    /// Adds objects; those that are in the set already stay.
    ///
    /// # Errors
    /// When an object has no row, or the database refuses.
    #[track_caller]
    pub fn add(&self, objects: &[&T], db: &dyn Executor) -> impl Future<Output = Result<()>> {
        called(async move {
            let keys = self.keys(objects, db.session())?;
            self.changed();
            self.add_keys(keys, db.session()).await
        })
    }

    /// Takes objects out of the set. They stay; for foreign keys, theirs becomes null. Those of a generic relation are
    /// deleted, as in Django.
    ///
    /// # Errors
    /// When the foreign key may not be null, an object has no row, or the database refuses.
    #[track_caller]
    pub fn remove(&self, objects: &[&T], db: &dyn Executor) -> impl Future<Output = Result<()>> {
        called(async move {
            let keys = self.keys(objects, db.session())?;
            self.changed();
            self.remove_keys(Some(keys), db.session()).await
        })
    }

    /// Takes all objects out of the set, as [`remove`](Related::remove) does.
    ///
    /// # Errors
    /// When the foreign key may not be null, or the database refuses.
    #[track_caller]
    pub fn clear(&self, db: &dyn Executor) -> impl Future<Output = Result<()>> {
        called(async move {
            self.owned()?;
            self.changed();
            self.remove_keys(None, db.session()).await
        })
    }

    /// Makes these objects the whole set: takes the others out and adds those that are missing.
    ///
    /// # Errors
    /// As [`add`](Related::add) and [`remove`](Related::remove); nothing is changed then.
    #[track_caller]
    pub fn set(&self, objects: &[&T], db: &dyn Executor) -> impl Future<Output = Result<()>> {
        called(async move {
            let wanted = self.keys(objects, db.session())?;
            self.changed();
            db.session()
                .atomic(async |tx| {
                    let present = self.present(tx.session()).await?;
                    let kept: HashSet<Key> = wanted.iter().cloned().map(Key).collect();
                    let extra: Vec<Value> = present.difference(&kept).map(|key| key.0.clone()).collect();
                    let missing: Vec<Value> =
                        wanted.into_iter().filter(|key| !present.contains(&Key(key.clone()))).collect();
                    if !extra.is_empty() {
                        self.remove_keys(Some(extra), tx.session()).await?;
                    }
                    self.add_keys(missing, tx.session()).await
                })
                .await
        })
    }

    /// Creates an object that is in the set; its foreign key points here, whatever it said before.
    ///
    /// # Errors
    /// When the database refuses.
    #[track_caller]
    pub fn create(&self, mut object: T, db: &dyn Executor) -> impl Future<Output = Result<T>> {
        called(async move {
            self.owned()?;
            self.changed();
            let session = db.session();
            if let Tie::Key(field) = self.tie(session)? {
                let model = session.database().registry().model(&self.model)?;
                let (target, to_field) = model.target(field).ok_or_else(|| self.unknown())?;
                let owner = self.owner_value(target, to_field, session).await?;
                object.set_column(field, owner.as_column())?;
                object.state_mut().given(field);
                write::save(&mut object, Save::new().force_insert(), session).await?;
                return Ok(object);
            }
            if let Tie::Generic(relation) = self.tie(session)? {
                return self.create_pointing(object, relation, session).await;
            }
            session
                .atomic(async |tx| {
                    let mut object = object;
                    write::save(&mut object, Save::new().force_insert(), tx.session()).await?;
                    self.add_keys(self.keys(&[&object], tx.session())?, tx.session()).await?;
                    Ok(object)
                })
                .await
        })
    }

    async fn add_keys(&self, keys: Vec<Value>, session: Session<'_>) -> Result<()> {
        if keys.is_empty() {
            return Ok(());
        }
        match self.tie(session)? {
            Tie::Key(field) => self.point(field, keys, session).await,
            Tie::Generic(relation) => self.point_generically(relation, keys, session).await,
            Tie::Rows { link, own, other, symmetrical } => {
                session
                    .atomic(async |tx| {
                        self.insert_links(link, own, other, &keys, tx.session()).await?;
                        if symmetrical {
                            self.insert_links(link, other, own, &keys, tx.session()).await?;
                        }
                        Ok(())
                    })
                    .await
            }
        }
    }

    /// Makes the foreign keys of these objects point here.
    async fn point(&self, field: usize, keys: Vec<Value>, session: Session<'_>) -> Result<()> {
        let database = session.database();
        let model = database.registry().model(&self.model)?;
        let (target, to_field) = model.target(field).ok_or_else(|| self.unknown())?;
        let owner = self.owner_value(target, to_field, session).await?;
        let query = Query::new(self.model.clone()).filter(Q::lookup(Path::new(["pk"]), Lookup::In, Value::List(keys)));
        let assignment = Assignment { field: model.fields[field].name.clone().into(), value: Expr::Value(owner) };
        if let Some(statement) = sql::update(&query, &[assignment], database.registry(), database.target())? {
            session.write(&statement).await?;
        }
        Ok(())
    }

    /// The value of the owner's field that keys point at.
    async fn owner_value(&self, model: ModelId, field: usize, session: Session<'_>) -> Result<Value> {
        let database = session.database();
        let model = database.registry().get(model);
        if model.key_fields() == [field] {
            return Ok(self.owner.clone());
        }
        let mut query = Query::new(model.label().to_owned()).filter(Q::new("pk", self.owner.clone()));
        query = query.values([Path::new([model.fields[field].name.clone()])]);
        let found = match database.compile(&Asked::of(Purpose::Select, &query))? {
            Some(compiled) => session.gather(&compiled.statement, |row| crate::record::any_value(row, 0)).await?,
            None => Vec::new(),
        };
        found.into_iter().next().ok_or_else(|| Error::DoesNotExist { model: model.label().to_owned() })
    }

    /// What the rows between hold of the owner, in their foreign key `own`.
    async fn owner_in(&self, link: &Link, own: usize, session: Session<'_>) -> Result<Value> {
        match session.database().registry().get(link.through).target(own) {
            Some((target, to_field)) => self.owner_value(target, to_field, session).await,
            None => Ok(self.owner.clone()),
        }
    }

    /// The field of the related objects that rows between hold, where it is not the primary key.
    fn held(&self, session: Session<'_>) -> Result<Option<usize>> {
        let registry = session.database().registry();
        let Tie::Rows { link, other, .. } = self.tie(session)? else { return Ok(None) };
        let held = registry.get(link.through).target(other).map(|(_, to_field)| to_field);
        let key = registry.model(&self.model)?.key_fields();
        Ok(held.filter(|held| key != [*held]))
    }

    /// Inserts the rows between that are not there yet.
    async fn insert_links(
        &self,
        link: &Link,
        own: usize,
        other: usize,
        keys: &[Value],
        session: Session<'_>,
    ) -> Result<()> {
        let registry = session.database().registry();
        let through = registry.get(link.through);
        let owner = self.owner_in(link, own, session).await?;
        let (own_name, other_name) = (through.fields[own].attname(), through.fields[other].attname());
        let mut missing: Vec<Value> = keys.to_vec();
        // A link table of our own is unique together; on one that is not, rows that exist have to be looked for.
        let conflict = if through.auto_created { Conflict::Ignore } else { Conflict::Fail };
        if !through.auto_created {
            let mut query = Query::new(through.label().to_owned())
                .filter(Q::new(own_name.as_str(), owner.clone()))
                .filter(Q::lookup(Path::new([other_name.clone()]), Lookup::In, Value::List(keys.to_vec())));
            query = query.values([Path::new([other_name.clone()])]);
            query.order_by = Some(Vec::new());
            let database = session.database();
            if let Some(compiled) = sql::select(&query, registry, database.target())? {
                let kind = registry.storage_kind(link.through, other);
                let present =
                    session.gather(&compiled.statement, move |row| kind.decode(row.column(0)?).map(Key)).await?;
                let present: HashSet<Key> = present.into_iter().collect();
                missing.retain(|key| !present.contains(&Key(key.clone())));
            }
        }
        let model = Arc::new(RecordModel::new(Arc::clone(registry), link.through));
        let mut rows = Vec::with_capacity(missing.len());
        for key in missing {
            let mut row = Record::new(Arc::clone(&model));
            for (name, value) in &self.through_defaults {
                row.set(name, value.clone())?;
            }
            row.set(&own_name, owner.clone())?;
            row.set(&other_name, key)?;
            rows.push(row);
        }
        let mut instances: Vec<&mut dyn Instance> = rows.iter_mut().map(|row| row as &mut dyn Instance).collect();
        let most = (session.database().target().max_parameters() / through.fields.len().max(1)).max(1);
        for batch in instances.chunks_mut(most) {
            write::insert_rows(through.label(), batch, conflict.clone(), session).await?;
        }
        Ok(())
    }

    /// Takes the objects with these keys out of the set; all when `keys` is `None`.
    async fn remove_keys(&self, keys: Option<Vec<Value>>, session: Session<'_>) -> Result<()> {
        if keys.as_ref().is_some_and(Vec::is_empty) {
            return Ok(());
        }
        let database = session.database();
        let registry = database.registry();
        match self.tie(session)? {
            Tie::Key(field) => {
                let field = &registry.model(&self.model)?.fields[field];
                if !field.null {
                    return Err(Error::Type(format!(
                        "'{}.{}' may not be null, so no object can be taken out of the set. Delete it, or let it point \
                         elsewhere.",
                        self.model, field.name
                    )));
                }
                let mut query = Query::new(self.model.clone()).filter(self.mine());
                if let Some(keys) = keys {
                    query = query.filter(Q::lookup(Path::new(["pk"]), Lookup::In, Value::List(keys)));
                }
                let assignment = Assignment { field: field.name.clone().into(), value: Expr::Value(Value::Null) };
                if let Some(statement) = sql::update(&query, &[assignment], registry, database.target())? {
                    session.write(&statement).await?;
                }
            }
            Tie::Generic(relation) => self.delete_pointing(relation, keys, session).await?,
            Tie::Rows { link, own, other, symmetrical } => {
                let through = registry.get(link.through);
                let owner = self.owner_in(link, own, session).await?;
                let ends = |from: usize, to: usize| {
                    let from = Q::new(through.fields[from].attname().as_str(), owner.clone());
                    match &keys {
                        None => from,
                        Some(keys) => {
                            let to = Path::new([through.fields[to].attname()]);
                            from & Q::lookup(to, Lookup::In, Value::List(keys.clone()))
                        }
                    }
                };
                let condition = if symmetrical { ends(own, other) | ends(other, own) } else { ends(own, other) };
                write::delete_query(&Query::new(through.label().to_owned()).filter(condition), session).await?;
            }
        }
        Ok(())
    }

    pub(super) fn tie<'a>(&self, session: Session<'a>) -> Result<Tie<'a>> {
        let registry = session.database().registry();
        let model = registry.model(&self.model)?;
        let rows = |link: &'a Link, forward: bool| {
            let ends = link.source.field(link.through).zip(link.other.field(link.through));
            let Some((source, other)) = ends else {
                return Err(Error::NotSupported(format!(
                    "'{}' goes by more than two foreign keys of one table: create and delete objects of {} instead.",
                    link.meta.name,
                    registry.get(link.through).label()
                )));
            };
            let (own, other) = if forward { (source, other) } else { (other, source) };
            Ok(Tie::Rows { link, own, other, symmetrical: link.meta.symmetrical })
        };
        match model.member(&self.back).ok_or_else(|| self.unknown())? {
            Member::Field(field) => Ok(Tie::Key(field)),
            // The relation is declared on `T` and leads here; one that is its own way back leads from here as well.
            Member::Key => Err(self.unknown()),
            Member::Relation(_) => Err(self.without_column()),
            Member::ManyToMany(index) => {
                let link = &model.many_to_many()[index];
                rows(link, link.meta.symmetrical)
            }
            Member::Reverse(index) => {
                let reverse = &model.reverse()[index];
                match reverse.relation {
                    ReverseSource::ManyToMany(index) => rows(&registry.get(reverse.source).many_to_many()[index], true),
                    ReverseSource::Relation(index) => {
                        let relation = &registry.get(reverse.source).relations()[index];
                        if relation.meta.is_generic() { Ok(Tie::Generic(relation)) } else { Err(self.without_column()) }
                    }
                    ReverseSource::Field(_) => Err(self.without_column()),
                }
            }
        }
    }

    /// The keys of the objects that are in the set.
    async fn present(&self, session: Session<'_>) -> Result<HashSet<Key>> {
        let database = session.database();
        let mut query = self.objects().query().clone();
        let name = match self.held(session)? {
            Some(field) => database.registry().model(&self.model)?.fields[field].attname(),
            None => "pk".to_owned(),
        };
        query = query.values([Path::new([name])]);
        query.order_by = Some(Vec::new());
        let Some(compiled) = database.compile(&Asked::of(Purpose::Select, &query))? else {
            return Ok(HashSet::new());
        };
        let kind = compiled.columns.first().map_or(FieldKind::BigInteger, |column| column.kind);
        let keys = gather(&compiled, &query, session, move |row| kind.decode(row.column(0)?).map(Key)).await?;
        Ok(keys.into_iter().collect())
    }

    fn keys(&self, objects: &[&T], session: Session<'_>) -> Result<Vec<Value>> {
        self.owned()?;
        let model = session.database().registry().model(&self.model)?;
        let held = self.held(session)?;
        objects
            .iter()
            .map(|object| {
                if object.state().is_adding() {
                    return Err(Error::Value(format!(
                        "An object of {} has no row yet: save it before it is related.",
                        self.model
                    )));
                }
                match held {
                    Some(field) => object.value(field),
                    None => key_of(*object, model),
                }
            })
            .collect()
    }

    fn owned(&self) -> Result<()> {
        if self.owner.is_null() { Err(self.without_row()) } else { Ok(()) }
    }

    pub(super) fn without_row(&self) -> Error {
        Error::Value(format!(
            "The relation by '{}' of {} cannot be used before the object it belongs to is saved.",
            self.back, self.model
        ))
    }

    /// The many-to-many relation that it is, if it is one.
    pub(super) fn link<'a>(&self, model: &'a MetaModel, registry: &'a Registry) -> Option<&'a Link> {
        match model.member(&self.back)? {
            Member::ManyToMany(index) => model.many_to_many().get(index),
            Member::Reverse(index) => {
                let reverse = model.reverse().get(index)?;
                let ReverseSource::ManyToMany(index) = reverse.relation else { return None };
                registry.get(reverse.source).many_to_many().get(index)
            }
            Member::Field(_) | Member::Key | Member::Relation(_) => None,
        }
    }

    pub(super) fn without_column(&self) -> Error {
        Error::NotSupported(format!(
            "'{}' of {} has no column of its own that could be changed: set the fields that it goes by instead.",
            self.back, self.model
        ))
    }

    fn unknown(&self) -> Error {
        Error::Field(format!("'{}' is no relation of {}", self.back, self.model))
    }
}

impl<T, S: Clone> Clone for Related<T, S> {
    fn clone(&self) -> Self {
        Related {
            model: self.model.clone(),
            selection: self.selection.clone(),
            back: self.back.clone(),
            owner: self.owner.clone(),
            told_by: self.told_by.clone(),
            through_defaults: self.through_defaults.clone(),
            held: self.held.clone(),
            peers: self.peers.clone(),
            alone: self.alone,
            objects: PhantomData,
        }
    }
}

impl<T, S> fmt::Debug for Related<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Related").field("model", &self.model).field("back", &self.back).finish_non_exhaustive()
    }
}
