//! Objects of models without a Rust type.

use std::sync::Arc;

use embellie_core::field::prepare;
use embellie_core::lookup::Lookup;
use embellie_core::meta::{End, Member, Model as MetaModel, ModelId, Relation, Reverse, ReverseSource, link_name};
use embellie_core::{BoxFuture, ColumnRef, Error, FromColumn, Path, Registry, Result, Row, Value, did_you_mean};

use crate::database::{Executor, Session};
use crate::log::called;
use crate::model::{Instance, Parent, RelationSlot, State};
use crate::query_set::{FetchMode, QuerySet, TextRow, WholeRecord};
use crate::related::{
    Found, Key, Load, Object, RecordSet, Related, SetName, Wanted, What, asked_of_fields, used, value_of,
};
use crate::typed::Q;
use crate::write::{self, Deleted, Save};

/// The model that records belong to.
#[derive(Debug, Clone)]
pub struct RecordModel {
    registry: Arc<Registry>,
    id: ModelId,
}

impl RecordModel {
    pub(crate) fn new(registry: Arc<Registry>, id: ModelId) -> Self {
        RecordModel { registry, id }
    }

    /// The model's metadata.
    pub fn meta(&self) -> &MetaModel {
        self.registry.get(self.id)
    }

    /// The model's label, `app.Model`.
    pub fn label(&self) -> &str {
        self.meta().label()
    }

    /// Another model of the same registry.
    pub(crate) fn sibling(&self, id: ModelId) -> Self {
        RecordModel { registry: Arc::clone(&self.registry), id }
    }
}

/// An object of a model that has no Rust type: its fields are reached by name.
#[derive(Clone)]
pub struct Record {
    model: Arc<RecordModel>,
    values: Vec<Value>,
    /// The primary key, where several fields are it together; null as long as one of them is.
    composite_key: Value,
    /// What the query set added to the row.
    annotations: Option<TextRow>,
    /// The objects that came with the row, by the names of their relations; `None` where there is none.
    related: Vec<(String, Option<Arc<Record>>)>,
    state: State,
}

impl Record {
    /// A new object with the defaults of its model.
    pub(crate) fn new(model: Arc<RecordModel>) -> Self {
        let values = model.meta().fields.iter().map(|f| f.default.as_ref().map_or(Value::Null, |d| d.get())).collect();
        let mut state = State::NEW;
        for (place, field) in model.meta().fields.iter().enumerate() {
            if field.db_default.is_some() && field.default.is_none() {
                state.leave_to_database(place);
            }
        }
        Record { model, values, composite_key: Value::Null, annotations: None, related: Vec::new(), state }.with_key()
    }

    /// Reads an object from the columns that begin at `start`.
    pub(crate) fn from_row(
        model: &Arc<RecordModel>,
        row: &dyn Row,
        start: usize,
        fields: Option<&[usize]>,
    ) -> Result<Self> {
        let meta = model.meta();
        let read = |column: usize, place: usize| {
            let kind = model.registry.storage_kind(meta.id(), place);
            kind.decode(row.column(column)?).map_err(|e| e.for_field(&meta.name, &meta.fields[place].name))
        };
        let (mut state, composite_key) = (State::SAVED, Value::Null);
        let values = match fields {
            None => (0..meta.fields.len()).map(|place| read(start + place, place)).collect::<Result<Vec<Value>>>()?,
            Some(fields) => {
                let mut values = vec![Value::Null; meta.fields.len()];
                for (column, &place) in fields.iter().enumerate() {
                    values[place] = read(start + column, place)?;
                }
                (0..values.len()).filter(|place| !fields.contains(place)).for_each(|place| state.lack(place));
                values
            }
        };
        Ok(Record { model: Arc::clone(model), values, composite_key, annotations: None, related: Vec::new(), state }
            .with_key())
    }

    /// The record with what the query set added to its row.
    pub(crate) fn annotated(self, annotations: TextRow) -> Self {
        Record { annotations: Some(annotations), ..self }
    }

    /// The record, with its key as its fields have it.
    fn with_key(mut self) -> Self {
        self.know_key();
        self
    }

    fn know_key(&mut self) {
        if self.model().has_composite_key() {
            let parts: Vec<Value> = self.model().key_fields().iter().map(|&place| self.values[place].clone()).collect();
            let known = parts.iter().all(|part| !part.is_null());
            self.composite_key = if known { Value::List(parts) } else { Value::Null };
        }
    }

    /// The model's metadata.
    pub fn model(&self) -> &MetaModel {
        self.model.meta()
    }

    /// The primary key; for one of several fields, a list of theirs, or null as long as one of them is.
    pub fn key(&self) -> &Value {
        match self.model().has_composite_key() {
            true => &self.composite_key,
            false => &self.values[self.model().primary_key_index()],
        }
    }

    /// The value of a field, by its name, its attname or `pk`, or of an annotation.
    ///
    /// # Errors
    /// [`Error::FieldDoesNotExist`] when the model has no such field; [`Error::Field`] when it was not read with the object,
    /// since [`only`](QuerySet::only) left it out or [`defer`](QuerySet::defer) put it off: [`load`](Record::load) reads it.
    pub fn get(&self, field: &str) -> Result<&Value> {
        if field == "pk" {
            return Ok(self.key());
        }
        match (self.place(field), self.annotations.as_ref().and_then(|annotations| annotations.get(field))) {
            (Ok(place), _) if self.state.is_deferred(place) => Err(write::not_read(self.model(), place)),
            (Ok(place), _) => Ok(&self.values[place]),
            (Err(_), Some(value)) => Ok(value),
            (Err(unknown), None) => Err(unknown),
        }
    }

    /// What the query set that read the object added to its row, by name: annotations.
    pub fn annotations(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.annotations.iter().flat_map(|row| row.names().zip(row.values()))
    }

    /// The object as one that has a row already, say since another row says so: it is related to others, and saved by
    /// an update first.
    #[must_use]
    pub fn with_row(mut self) -> Self {
        self.state = State::SAVED;
        self
    }

    /// Sets a field, by its name, its attname or `pk`.
    ///
    /// # Errors
    /// [`Error::FieldDoesNotExist`] when the model has no such field, and the errors of [`prepare`] when the value does
    /// not fit; [`Error::Value`] for a `pk` of several fields that is no list of as many.
    pub fn set(&mut self, field: &str, value: impl Into<Value>) -> Result<()> {
        let value = value.into();
        if field == "pk" && self.model().has_composite_key() {
            return self.set_key(value);
        }
        let place = self.place(field)?;
        let kind = self.model.registry.storage_kind(self.model().id(), place);
        self.values[place] = prepare(kind, field, value)?;
        // What it pointed at is not what it points at now.
        let model = Arc::clone(&self.model);
        self.related.retain(|(known, _)| *known != model.meta().fields[place].name);
        self.state.given(place);
        self.know_key();
        Ok(())
    }

    /// Sets all fields of a key of several; null sets all of them to null.
    fn set_key(&mut self, key: Value) -> Result<()> {
        let model = Arc::clone(&self.model);
        let places = model.meta().key_fields();
        let parts = match key {
            Value::Null => vec![Value::Null; places.len()],
            Value::List(parts) if parts.len() == places.len() => parts,
            Value::List(_) => return Err(Error::Value(format!("'pk' must have {} elements.", places.len()))),
            _ => return Err(Error::Value("'pk' must be a list of the values of its fields.".into())),
        };
        for (&place, part) in places.iter().zip(parts) {
            self.set(&model.meta().fields[place].name, part)?;
        }
        Ok(())
    }

    /// The value of a field that was not read with the object: read for all rows of the result that it came with, as the
    /// [`FetchMode`] of its query set says, and kept.
    ///
    /// ```no_run
    /// # async fn bodies(db: embellie::Database) -> embellie::Result<()> {
    /// for comment in &mut db.objects("blog.Comment")?.defer(["body"]).all(&db).await? {
    ///     println!("{}", comment.load("body", &db).await?);
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error::FieldDoesNotExist`] when the model has no such field, [`Error::DoesNotExist`] when the row is gone,
    /// [`Error::Field`] when the fetch mode forbids reading, and what the database says.
    #[track_caller]
    pub fn load<'a>(
        &'a mut self,
        field: &'a str,
        db: &'a dyn Executor,
    ) -> impl Future<Output = Result<&'a Value>> + use<'a> {
        called(async move {
            if field != "pk"
                && let Ok(place) = self.place(field)
                && self.state.is_deferred(place)
            {
                let path = Path::new([self.model().fields[place].attname()]);
                let value = value_of(&self.state, self.label(), self.key(), path, false, db.session()).await?;
                self.values[place] = value;
                self.state.given(place);
            }
            self.get(field)
        })
    }

    /// Inserts the object as a new row and gives it back with what the database filled in.
    ///
    /// # Errors
    /// When the database refuses the row.
    #[track_caller]
    pub fn create(mut self, db: &dyn Executor) -> impl Future<Output = Result<Self>> {
        called(async move {
            write::save(&mut self, Save::new().force_insert(), db.session()).await?;
            Ok(self)
        })
    }

    /// Writes the object to its row, or inserts it when it has none.
    ///
    /// # Errors
    /// When the database refuses the row.
    #[track_caller]
    pub fn save(&mut self, db: &dyn Executor) -> impl Future<Output = Result<()>> {
        called(async move { self.save_with(Save::new(), db).await })
    }

    /// Writes the object as `save` says.
    ///
    /// # Errors
    /// When the database refuses the row, or what was forced did not happen.
    #[track_caller]
    pub fn save_with(&mut self, save: Save<'_>, db: &dyn Executor) -> impl Future<Output = Result<()>> {
        called(async move { write::save(self, save, db.session()).await })
    }

    /// Deletes the object's row and, as each relation's `on_delete` says, what points at it.
    ///
    /// # Errors
    /// [`Error::Protected`] or [`Error::Restricted`] when rows stand in the way; nothing is deleted then.
    #[track_caller]
    pub fn delete(&mut self, db: &dyn Executor) -> impl Future<Output = Result<Deleted>> {
        called(async move { write::delete_instance(self, db.session()).await })
    }

    /// Reads the object's row again.
    ///
    /// # Errors
    /// [`Error::DoesNotExist`] when the row is gone.
    #[track_caller]
    pub fn refresh(&mut self, db: &dyn Executor) -> impl Future<Output = Result<()>> {
        called(async move {
            let set = QuerySet::new(self.label().to_owned(), WholeRecord::new(Arc::clone(&self.model)));
            *self = set.filter(Q::text("pk", self.key().clone())).get(db).await?;
            Ok(())
        })
    }

    /// Checks the values of the fields against their declarations, validators and choices: Django's `full_clean`.
    ///
    /// # Errors
    /// [`Error::Invalid`] with what is wrong with each field.
    pub fn validate(&self) -> Result<()> {
        write::validate(self, &self.model.registry)
    }

    /// Gives the object the one that its foreign key points at.
    pub(crate) fn attach_shared(&mut self, name: &str, object: Option<Arc<Record>>) {
        self.related.retain(|(known, _)| known != name);
        self.related.push((name.to_owned(), object));
    }

    /// Whether what the foreign key at a place points at is known.
    pub(crate) fn has_shared(&self, field: usize) -> bool {
        let name = self.model().fields.get(field).map(|field| field.name.as_str());
        self.related.iter().any(|(known, _)| Some(known.as_str()) == name)
    }

    /// Takes away what the foreign key at a place points at.
    pub(crate) fn take_shared_key(&mut self, field: usize) -> Option<Arc<Record>> {
        let name = self.model.meta().fields.get(field)?.name.clone();
        self.take_shared(&name)
    }

    /// Takes away what a relation to one object leads to.
    pub(crate) fn take_shared(&mut self, name: &str) -> Option<Arc<Record>> {
        self.related.iter_mut().find(|(known, _)| known == name)?.1.take()
    }

    /// The object that came with this one by `select_related`, by the name of its relation. `None` when none was asked
    /// for, `Some(None)` when there is none.
    pub fn selected(&self, relation: &str) -> Option<Option<&Record>> {
        let known = self.known(relation)?;
        used(self.state.peers(), || {
            let model = self.model();
            match (model.field_index(relation), model.member(relation)) {
                (Some(field), _) => What::Key(field),
                (_, Some(Member::Relation(place))) => What::Key(model.fields.len() + place),
                (_, Some(Member::Reverse(place))) => {
                    let (source, back) = back(&self.model.registry, &model.reverse()[place]);
                    let model = self.model.registry.get(source).label().to_owned().into();
                    What::Set(SetName::Way { model, back: back.into() })
                }
                _ => What::Whole,
            }
        });
        Some(known)
    }

    /// The same, which nobody asked for.
    pub(crate) fn known(&self, relation: &str) -> Option<Option<&Record>> {
        self.related.iter().find(|(name, _)| name == relation).map(|(_, object)| object.as_deref())
    }

    /// The same, shared.
    pub(crate) fn shared(&self, relation: &str) -> Option<Option<Arc<Record>>> {
        self.related.iter().find(|(name, _)| name == relation).map(|(_, object)| object.clone())
    }

    /// The objects that came with this one by [`prefetch`](QuerySet::prefetch), by the name of their relation or the
    /// one that they were given.
    ///
    /// # Errors
    /// [`Error::Field`] when none were asked for under this name.
    pub fn prefetched(&self, name: &str) -> Result<&[Record]> {
        let named = || self.state.held(&SetName::Named(name.to_owned()));
        used(self.state.peers(), || What::Set(SetName::Named(name.to_owned())));
        let of_way = || {
            let set = self.set_name(name)?;
            used(self.state.peers(), || What::Set(set.clone()));
            self.state.held(&set)
        };
        named().or_else(of_way).and_then(|held| held.rows()).ok_or_else(|| {
            Error::Field(format!(
                "'{name}' of {} was not read beforehand. Add `.prefetch([\"{name}\"])` to the query set.",
                self.model().name
            ))
        })
    }

    /// The object that a foreign key points at: the one that came with this one, or read now; `None` when the key is
    /// null.
    ///
    /// # Errors
    /// [`Error::Field`] when the name is no foreign key, and what the database says.
    #[track_caller]
    pub fn related_one(&self, field: &str, db: &dyn Executor) -> impl Future<Output = Result<Option<Record>>> {
        called(async move {
            if let Some(known) = self.selected(field) {
                return Ok(known.cloned());
            }
            if let Some(Member::Relation(place)) = self.model().member(field) {
                return self.one_by_fields(place, db.session()).await;
            }
            let place = self.place(field)?;
            let registry = &self.model.registry;
            let (target, to_field) = self
                .model()
                .target(place)
                .ok_or_else(|| Error::Field(format!("'{field}' of {} is no foreign key", self.model().name)))?;
            if self.state.is_deferred(place) {
                return Err(write::not_read(self.model(), place));
            }
            let key = &self.values[place];
            if key.is_null() {
                return Ok(None);
            }
            let (model, session) = (Arc::new(RecordModel::new(Arc::clone(registry), target)), db.session());
            let missing = Error::DoesNotExist { model: model.label().to_owned() };
            let fetch = |keys, mode| fetch(Arc::clone(&model), to_field, keys, mode, session);
            let found = match self.state.peers() {
                Some(peers) => {
                    let wanted = Wanted { what: What::Key(place), tables: &[], typed: false };
                    peers.find(wanted, key, session, &mut |keys, mode| Box::pin(fetch(keys, mode))).await?
                }
                None => fetch(vec![key.clone()], FetchMode::Peers).await?.remove(&Key(key.clone())),
            };
            found.and_then(|found| found.downcast_ref::<Record>().cloned()).ok_or(missing).map(Some)
        })
    }

    /// The object that a relation over several columns leads to: the one at a place of the model's.
    async fn one_by_fields(&self, place: usize, session: Session<'_>) -> Result<Option<Record>> {
        let relation = &self.model().relations()[place];
        if relation.meta.is_generic() {
            let name = &relation.meta.name;
            return Err(Error::Field(format!("'{name}' of {} leads to several objects", self.model().name)));
        }
        let key = self.together(relation)?;
        if key.is_null() {
            return Ok(None);
        }
        let there: Vec<usize> = relation.pairs.iter().map(|&(_, there)| there).collect();
        let missing = || Error::DoesNotExist { model: self.model.registry.get(relation.target).label().to_owned() };
        let fetch = |keys, mode| -> BoxFuture<'_, Result<Found>> {
            let asked = asked_of_fields(relation.target, there.clone(), keys, true, mode);
            Box::pin(async move { Ok(RecordSet.load(asked, session).await?.into_found()) })
        };
        let found = match self.state.peers() {
            Some(peers) => {
                let what = What::Key(self.model().fields.len() + place);
                let wanted = Wanted { what, tables: &[], typed: false };
                peers.find(wanted, &key, session, &mut |keys, mode| fetch(keys, mode)).await?
            }
            None => fetch(vec![key.clone()], FetchMode::Peers).await?.remove(&Key(key)),
        };
        found.and_then(|found| found.downcast_ref::<Record>().cloned()).ok_or_else(missing).map(Some)
    }

    /// What a relation over several columns goes by; null where one of them is.
    fn together(&self, relation: &Relation) -> Result<Value> {
        let values = relation.pairs.iter().map(|&(here, _)| self.value(here)).collect::<Result<Vec<Value>>>()?;
        Ok(match values.as_slice() {
            some if some.iter().any(Value::is_null) => Value::Null,
            [only] => only.clone(),
            _ => Value::List(values),
        })
    }

    /// The objects that a many-to-many relation, a generic one, or the way back of a relation, leads to.
    ///
    /// # Errors
    /// [`Error::Field`] when the name is no such relation.
    pub fn related(&self, name: &str) -> Result<Related<Record, WholeRecord>> {
        let (registry, model) = (&self.model.registry, self.model());
        let Some((target, back)) = set_of(registry, model, name) else {
            if let Some(parent) = Parent::with(model, name, registry)
                && set_of(registry, registry.get(parent.ancestor), name).is_some()
            {
                return self.related_of(&parent, name);
            }
            let links = model.many_to_many().iter().map(|link| link.meta.name.as_str());
            let relations = model.relations().iter().filter(|relation| relation.meta.is_generic());
            let links = links.chain(relations.map(|relation| relation.meta.name.as_str()));
            let names: Vec<&str> =
                links.chain(model.reverse().iter().filter_map(|reverse| reverse.accessor.as_deref())).collect();
            return Err(Error::Field(format!(
                "'{name}' of {} leads to no set of objects{}. Choices are: {}",
                model.name,
                did_you_mean(name, names.iter().copied()),
                names.join(", ")
            )));
        };
        let target = Arc::new(RecordModel::new(Arc::clone(registry), target));
        let owner = if self.state.is_adding() { Value::Null } else { self.key().clone() };
        let condition = self.pointing_here(target.meta(), &back)?;
        let one_by_one = match target.meta().member(&back) {
            Some(Member::Relation(index)) => {
                let relation = &target.meta().relations()[index];
                let here = relation.pairs.iter().map(|&(_, here)| here);
                !relation.meta.is_generic() && !here.eq(model.key_fields().iter().copied())
            }
            _ => false,
        };
        let related = Related::records(target, back, owner).held_by(&self.state).told_by(condition);
        let related = if one_by_one { related.alone() } else { related };
        // The way back of a one-to-one field, where it came by a join.
        let one = match with_accessor(model, name) {
            Some(reverse) if !reverse.multiple => self.selected(&reverse.query_name),
            _ => None,
        };
        Ok(match one {
            Some(object) => related.holding(object.cloned().into_iter().collect()),
            None => related,
        })
    }

    /// The objects that a relation of the row leads to which this one adds columns to.
    fn related_of(&self, parent: &Parent, name: &str) -> Result<Related<Record, WholeRecord>> {
        let ancestor = Arc::new(self.model.sibling(parent.ancestor));
        let label = ancestor.label().to_owned();
        let elsewhere = |_| {
            let link = &self.model().fields[parent.link].name;
            Error::NotSupported(format!(
                "'{name}' of {} goes by columns of {label}, which are in a row of their own: ask the object that '{link}' \
                 leads to, or read it beforehand by `.prefetch([\"{name}\"])`.",
                self.model().name,
            ))
        };
        if !parent.by_key {
            return Err(elsewhere(()));
        }
        let related = Record::of_key(ancestor, self.value(parent.link)?, &self.state).related(name);
        let related = related.map_err(|error| if let Error::Field(_) = error { elsewhere(()) } else { error })?;
        let related = related.held_by(&self.state);
        // Those of its peers are told by their own keys.
        Ok(if self.model().key_fields() == [parent.link] { related } else { related.alone() })
    }

    /// An object of which the primary key is known, and nothing else; whether it has a row is known of another.
    fn of_key(model: Arc<RecordModel>, key: Value, like: &State) -> Self {
        let place = model.meta().primary_key_index();
        let mut values = vec![Value::Null; model.meta().fields.len()];
        let mut state = if like.is_adding() { State::NEW } else { State::SAVED };
        (0..values.len()).filter(|other| *other != place).for_each(|other| state.lack(other));
        if let Some(value) = values.get_mut(place) {
            *value = key;
        }
        Record { model, values, composite_key: Value::Null, annotations: None, related: Vec::new(), state }
    }

    /// The name under which the objects of a relation are held, its own or that of the row which it adds columns to.
    fn set_name(&self, name: &str) -> Option<SetName> {
        let (registry, model) = (&self.model.registry, self.model());
        let (target, back) = set_of(registry, model, name).or_else(|| {
            let parent = Parent::with(model, name, registry)?;
            set_of(registry, registry.get(parent.ancestor), name)
        })?;
        Some(SetName::Way { model: registry.get(target).label().to_owned().into(), back: back.into() })
    }

    /// The foreign keys whose objects are not known, with the places of their fields.
    pub(crate) fn foreign_keys(&self) -> impl Iterator<Item = (usize, &Value)> {
        let keys = self.values.iter().enumerate().filter(|(place, _)| self.model().target(*place).is_some());
        keys.filter(|(place, _)| self.related.is_empty() || !self.has_shared(*place))
    }

    /// The condition that rows of a model point here by a relation of no column of its own; none for all others, which
    /// are told by the key.
    fn pointing_here(&self, source: &MetaModel, back: &str) -> Result<Option<embellie_core::Q>> {
        let Some(member) = source.member(back) else { return Ok(None) };
        match member {
            Member::Relation(index) if !source.relations()[index].meta.is_generic() => {
                let pairs = &source.relations()[index].pairs;
                let equal = |&(there, here): &(usize, usize)| {
                    let path = Path::new([source.fields[there].attname()]);
                    Ok(embellie_core::Q::lookup(path, Lookup::In, Value::List(vec![self.value(here)?])))
                };
                let equal = pairs.iter().map(equal).collect::<Result<Vec<_>>>()?;
                Ok(Some(equal.into_iter().fold(embellie_core::Q::all(), |all, q| all & q)))
            }
            Member::Reverse(index) => {
                let reverse = &source.reverse()[index];
                let holder = self.model.registry.get(reverse.source);
                match reverse.relation {
                    ReverseSource::Relation(place) => {
                        let relation = &holder.relations()[place];
                        let here = || self.model.registry.pointing_at(relation, vec![self.key().clone()]);
                        Ok(relation.meta.is_generic().then(here))
                    }
                    ReverseSource::ManyToMany(place) => self.by_all_fields(back, holder.many_to_many()[place].source),
                    ReverseSource::Field(_) => Ok(None),
                }
            }
            Member::ManyToMany(index) => self.by_all_fields(back, source.many_to_many()[index].other),
            _ => Ok(None),
        }
    }

    /// The condition that a relation leads here by all fields of the relation over several columns at its end; none
    /// where a foreign key is.
    fn by_all_fields(&self, back: &str, end: End) -> Result<Option<embellie_core::Q>> {
        let Member::Relation(place) = end.key else { return Ok(None) };
        let Some(relation) = self.model.registry.get(end.model).relations().get(place) else { return Ok(None) };
        let equal = |&(_, here): &(usize, usize)| {
            let path = Path::new([back.to_owned(), self.model().fields[here].attname()]);
            Ok(embellie_core::Q::lookup(path, Lookup::Exact, self.value(here)?))
        };
        let equal = relation.pairs.iter().map(equal).collect::<Result<Vec<_>>>()?;
        Ok(Some(equal.into_iter().fold(embellie_core::Q::all(), |all, q| all & q)))
    }

    fn place(&self, field: &str) -> Result<usize> {
        self.model().field_index(field).ok_or_else(|| {
            let names = || self.model().fields.iter().map(|field| field.name.as_str());
            Error::FieldDoesNotExist(format!(
                "{} has no field named '{field}'{}. Choices are: {}",
                self.model().name,
                did_you_mean(field, names()),
                names().collect::<Vec<_>>().join(", ")
            ))
        })
    }
}

/// Reads the objects of a model with these values of a field.
async fn fetch(
    model: Arc<RecordModel>,
    field: usize,
    values: Vec<Value>,
    mode: FetchMode,
    session: Session<'_>,
) -> Result<Found> {
    let name = model.meta().fields[field].attname();
    let wanted = embellie_core::Q::lookup(Path::new([name]), Lookup::In, Value::List(values));
    let set = QuerySet::<Record, _>::new(model.label().to_owned(), WholeRecord::new(model)).filter(wanted.into());
    let set = set.fetch_mode(mode).ordered(Vec::new());
    let rows = set.read(set.checked()?, session).await?;
    Ok(rows.into_iter().map(|row| (Key(row.values[field].clone()), Arc::new(row) as Object)).collect())
}

/// The way back of a model that its objects have by a name.
fn with_accessor<'m>(model: &'m MetaModel, name: &str) -> Option<&'m Reverse> {
    model.reverse().iter().find(|reverse| reverse.accessor.as_deref() == Some(name))
}

/// The model that a relation to a set of objects leads to, and the relation's name there.
fn set_of(registry: &Registry, model: &MetaModel, name: &str) -> Option<(ModelId, String)> {
    match (with_accessor(model, name), model.member(name)) {
        (Some(reverse), _) => Some(back(registry, reverse)),
        (None, Some(Member::ManyToMany(index))) => {
            Some((model.many_to_many()[index].target, link_name(model.label(), name)))
        }
        (None, Some(Member::Reverse(index))) => Some(back(registry, &model.reverse()[index])),
        (None, Some(Member::Relation(index))) if model.relations()[index].meta.is_generic() => {
            Some((model.relations()[index].target, link_name(model.label(), name)))
        }
        _ => None,
    }
}

/// The model that a way back leads to, and the relation's name there.
fn back(registry: &Registry, reverse: &Reverse) -> (ModelId, String) {
    let source = registry.get(reverse.source);
    let name = match reverse.relation {
        ReverseSource::Field(field) => source.fields[field].name.clone(),
        ReverseSource::ManyToMany(index) => source.many_to_many()[index].meta.name.clone(),
        ReverseSource::Relation(index) => source.relations()[index].meta.name.clone(),
    };
    (reverse.source, name)
}

impl std::fmt::Debug for Record {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = f.debug_struct(&self.model().name);
        for (field, value) in self.model().fields.iter().zip(&self.values) {
            shown.field(&field.name, value);
        }
        shown.finish()
    }
}

/// Two records are equal when they are of one model and have the same key, as in Django.
impl PartialEq for Record {
    fn eq(&self, other: &Self) -> bool {
        self.label() == other.label() && !self.key().is_null() && self.key() == other.key()
    }
}

impl Instance for Record {
    fn label(&self) -> &str {
        self.model.label()
    }

    fn value(&self, field: usize) -> Result<Value> {
        if self.state.is_deferred(field) {
            return Err(write::not_read(self.model(), field));
        }
        Ok(self.values.get(field).cloned().unwrap_or_default())
    }

    fn set_column(&mut self, field: usize, column: ColumnRef<'_>) -> Result<()> {
        if field < self.values.len() {
            let kind = self.model.registry.storage_kind(self.model().id(), field);
            self.values[field] = if column == ColumnRef::Null { Value::Null } else { kind.decode(column)? };
            self.know_key();
        }
        Ok(())
    }

    fn state(&self) -> &State {
        &self.state
    }

    fn state_mut(&mut self) -> &mut State {
        &mut self.state
    }

    fn visit_relations(&mut self, _: &mut dyn FnMut(RelationSlot<'_>)) {}

    fn visit_keys(&self, visit: &mut dyn FnMut(usize, Value)) {
        self.foreign_keys().for_each(|(field, key)| visit(field, key.clone()));
        for (place, relation) in self.model().relations().iter().enumerate() {
            if !relation.meta.is_generic() && self.known(&relation.meta.name).is_none() {
                // What was not read with the object is asked for with it alone.
                visit(self.model().fields.len() + place, self.together(relation).unwrap_or_default());
            }
        }
    }
}

/// The value in a column, without knowing its field: for rows of single values.
pub(crate) fn any_value(row: &dyn Row, index: usize) -> Result<Value> {
    Value::from_column(row.column(index)?)
}
