//! Finding everything that a deletion takes with it: Django's `Collector`.

use std::collections::{BTreeMap, BTreeSet};

use embellie_core::lookup::Lookup;
use embellie_core::meta::{Member, Model, ModelId, OnDelete, Relation, ReverseSource};
use embellie_core::query::Assignment;
use embellie_core::{BoxFuture, Error, Expr, OrderBy, Path, Q, Query, Registry, Result, Value};
use embellie_sql as sql;

use super::delete::Deleted;
use crate::database::Session;
use crate::model::whole_key;

/// Keys looked for with one statement at most.
const BATCH: usize = 1000;

/// How many of the rows that stand in the way are named in an error.
const NAMED: usize = 100;

/// What is deleted, changed and forbidden, gathered before anything is touched.
pub(super) struct Collector<'a> {
    session: Session<'a>,
    /// Keys of rows to delete, by model.
    rows: BTreeMap<ModelId, Vec<Value>>,
    seen: BTreeMap<ModelId, BTreeSet<String>>,
    /// Models in the order in which they were reached: those that point come after those pointed at.
    order: Vec<ModelId>,
    /// Rows to delete without reading them, since nothing points at them.
    fast: Vec<Query>,
    updates: Vec<(Query, Assignment)>,
    restricted: Vec<Obstacle>,
}

/// A relation that forbids a deletion, and the rows in which it does.
struct Obstacle {
    model: ModelId,
    relation: ReverseSource,
    keys: Vec<Value>,
}

/// A relation that points at a model.
struct Pointer<'r> {
    model: &'r Model,
    relation: ReverseSource,
    on_delete: &'r OnDelete,
    /// The fields pointed at.
    to_fields: Vec<usize>,
    /// What the rows are which point by a generic relation, of which there is no other trace here.
    generic: Option<&'r Relation>,
}

impl Pointer<'_> {
    /// What rows that point at a row say of it; null where they could not.
    fn target(&self, row: &BTreeMap<usize, Value>) -> Value {
        let mut values = self.to_fields.iter().map(|field| row.get(field).cloned().unwrap_or_default());
        match (self.to_fields.len(), values.any(|value| value.is_null())) {
            (_, true) => Value::Null,
            (1, false) => self.to_fields.first().and_then(|field| row.get(field)).cloned().unwrap_or_default(),
            _ => Value::List(self.to_fields.iter().filter_map(|field| row.get(field).cloned()).collect()),
        }
    }

    /// The rows that point at some of these.
    fn pointing_at(&self, registry: &Registry, targets: &[Value]) -> Query {
        let query = Query::new(self.model.label().to_owned());
        if let Some(relation) = self.generic {
            return query.filter(registry.pointing_at(relation, targets.to_vec()));
        }
        let name = match self.relation {
            ReverseSource::Field(field) => self.model.fields[field].attname(),
            relation => name(self.model, relation).to_owned(),
        };
        query.filter(Q::lookup(Path::new([name]), Lookup::In, Value::List(targets.to_vec())))
    }
}

/// The name of a relation that a model declares.
fn name(model: &Model, relation: ReverseSource) -> &str {
    model.name_of(match relation {
        ReverseSource::Field(place) => Member::Field(place),
        ReverseSource::ManyToMany(place) => Member::ManyToMany(place),
        ReverseSource::Relation(place) => Member::Relation(place),
    })
}

impl<'a> Collector<'a> {
    pub(super) fn new(session: Session<'a>) -> Self {
        Collector {
            session,
            rows: BTreeMap::new(),
            seen: BTreeMap::new(),
            order: Vec::new(),
            fast: Vec::new(),
            updates: Vec::new(),
            restricted: Vec::new(),
        }
    }

    fn registry(&self) -> &'a Registry {
        self.session.database().registry()
    }

    /// Collects the query's rows and what goes with them.
    pub(super) async fn collect(&mut self, query: &Query) -> Result<()> {
        let mut unordered = query.clone();
        unordered.order_by = Some(Vec::new());
        self.collect_rows(unordered).await?;
        self.refuse_restricted().await
    }

    fn collect_rows(&mut self, query: Query) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            let model = self.registry().model(&query.model)?;
            let pointers: Vec<Pointer<'a>> = pointers(self.registry(), model);
            if pointers.is_empty() {
                self.fast.push(query);
                return Ok(());
            }
            let found = self.read_new(model, &pointers, query).await?;
            if found.is_empty() {
                return Ok(());
            }
            let mut protected = Vec::new();
            for pointer in &pointers {
                let targets = found.iter().map(|row| pointer.target(row)).filter(|value| !value.is_null());
                let targets: Vec<Value> = targets.collect();
                for batch in targets.chunks(BATCH) {
                    self.follow(pointer, batch, &mut protected).await?;
                }
            }
            if protected.is_empty() { Ok(()) } else { Err(self.forbidden(model, &protected, true)) }
        })
    }

    /// Reads the keys of rows that were not collected yet, with the fields that others point at.
    async fn read_new(
        &mut self,
        model: &Model,
        pointers: &[Pointer<'_>],
        mut query: Query,
    ) -> Result<Vec<BTreeMap<usize, Value>>> {
        let mut fields: BTreeSet<usize> =
            pointers.iter().flat_map(|pointer| pointer.to_fields.iter().copied()).collect();
        fields.extend(model.key_fields());
        let fields: Vec<usize> = fields.into_iter().collect();
        query = query.values(fields.iter().map(|&field| Path::new([model.fields[field].attname()])));
        let rows = self.values(&query).await?;
        let seen = self.seen.entry(model.id()).or_default();
        let mut new = Vec::new();
        for values in rows {
            let row: BTreeMap<usize, Value> = fields.iter().copied().zip(values).collect();
            let parts = model.key_fields().iter().map(|place| row.get(place).cloned().unwrap_or_default());
            let key = whole_key(parts.collect());
            if seen.insert(key.to_string()) {
                self.rows.entry(model.id()).or_default().push(key);
                new.push(row);
            }
        }
        if !new.is_empty() && !self.order.contains(&model.id()) {
            self.order.push(model.id());
        }
        Ok(new)
    }

    /// Does what one foreign key's `on_delete` says for the rows that point at `targets`.
    async fn follow(&mut self, pointer: &Pointer<'a>, targets: &[Value], protected: &mut Vec<Obstacle>) -> Result<()> {
        let pointing = pointer.pointing_at(self.registry(), targets);
        let change = |value: Value| {
            let mut query = pointing.clone();
            query.order_by = Some(Vec::new());
            let field = name(pointer.model, pointer.relation).to_owned();
            (query, Assignment { field: field.into(), value: Expr::Value(value) })
        };
        match pointer.on_delete {
            OnDelete::DoNothing => {}
            OnDelete::Cascade => {
                let mut query = pointing;
                query.order_by = Some(Vec::new());
                self.collect_rows(query).await?;
            }
            OnDelete::SetNull => self.updates.push(change(Value::Null)),
            OnDelete::SetDefault => {
                let default = match pointer.relation {
                    ReverseSource::Field(field) => pointer.model.fields[field].default.as_ref(),
                    _ => None,
                };
                self.updates.push(change(default.map_or(Value::Null, |default| default.get())));
            }
            OnDelete::Set(value) => self.updates.push(change(value.get())),
            OnDelete::Protect | OnDelete::Restrict => {
                let keys = self.keys(pointing, pointer.model).await?;
                if !keys.is_empty() {
                    let obstacle = Obstacle { model: pointer.model.id(), relation: pointer.relation, keys };
                    match pointer.on_delete {
                        OnDelete::Protect => protected.push(obstacle),
                        _ => self.restricted.push(obstacle),
                    }
                }
            }
        }
        Ok(())
    }

    async fn keys(&self, mut query: Query, model: &Model) -> Result<Vec<Value>> {
        query = query.values(model.key_fields().iter().map(|&place| Path::new([model.fields[place].attname()])));
        query.order_by = Some(vec![OrderBy::from("pk")]);
        Ok(self.values(&query).await?.into_iter().map(whole_key).collect())
    }

    async fn values(&self, query: &Query) -> Result<Vec<Vec<Value>>> {
        let database = self.session.database();
        match sql::select(query, database.registry(), database.target())? {
            None => Ok(Vec::new()),
            Some(compiled) => {
                let kinds: Vec<_> = compiled.columns.iter().map(|column| column.kind).collect();
                self.session
                    .gather(&compiled.statement, move |row| {
                        kinds.iter().enumerate().map(|(i, kind)| kind.decode(row.column(i)?)).collect()
                    })
                    .await
            }
        }
    }

    /// Rows that restrict are no obstacle when they are deleted themselves.
    async fn refuse_restricted(&mut self) -> Result<()> {
        let mut left = Vec::new();
        for mut obstacle in std::mem::take(&mut self.restricted) {
            if let Some(deleted) = self.seen.get(&obstacle.model) {
                obstacle.keys.retain(|key| !deleted.contains(&key.to_string()));
            }
            self.pass_over_unread(&mut obstacle).await?;
            if !obstacle.keys.is_empty() {
                left.push(obstacle);
            }
        }
        let Some(first) = left.first() else { return Ok(()) };
        let source = self.registry().get(first.model);
        let target = match first.relation {
            ReverseSource::Field(field) => source.target(field).map(|(model, _)| model),
            ReverseSource::ManyToMany(place) => source.many_to_many().get(place).map(|link| link.target),
            ReverseSource::Relation(place) => source.relations().get(place).map(|relation| relation.target),
        };
        let target = target.unwrap_or(first.model);
        Err(self.forbidden(self.registry().get(target), &left, false))
    }

    /// Takes the rows out of an obstacle that are deleted without having been read.
    async fn pass_over_unread(&self, obstacle: &mut Obstacle) -> Result<()> {
        let model = self.registry().get(obstacle.model);
        for query in self.fast.iter().filter(|query| query.model == model.label()) {
            let mut deleted = BTreeSet::new();
            for batch in obstacle.keys.chunks(BATCH) {
                let both = query.clone().filter(Q::new("pk__in", Value::List(batch.to_vec())));
                deleted.extend(self.keys(both, model).await?.iter().map(Value::to_string));
            }
            obstacle.keys.retain(|key| !deleted.contains(&key.to_string()));
        }
        Ok(())
    }

    fn forbidden(&self, model: &Model, obstacles: &[Obstacle], protected: bool) -> Error {
        let mut fields = Vec::new();
        let mut objects = Vec::new();
        for obstacle in obstacles {
            let source = self.registry().get(obstacle.model);
            let name = format!("'{}.{}'", source.name, name(source, obstacle.relation));
            if !fields.contains(&name) {
                fields.push(name);
            }
            let named = NAMED.saturating_sub(objects.len());
            objects.extend(obstacle.keys.iter().take(named).map(|key| (source.label().to_owned(), key.clone())));
        }
        let kind = if protected { "protected" } else { "restricted" };
        let rows: usize = obstacles.iter().map(|obstacle| obstacle.keys.len()).sum();
        let examples: Vec<String> = objects.iter().take(3).map(|(label, key)| format!("{label} {key}")).collect();
        let message = format!(
            "Cannot delete some instances of model '{}' because they are referenced through {kind} foreign keys: {} \
             ({rows} row(s): {}{}).",
            model.name,
            fields.join(", "),
            examples.join(", "),
            if rows > examples.len() { ", …" } else { "" },
        );
        if protected { Error::Protected { message, objects } } else { Error::Restricted { message, objects } }
    }

    /// Carries out what was collected.
    pub(super) async fn delete(self) -> Result<Deleted> {
        let (session, registry) = (self.session, self.registry());
        let database = session.database();
        let mut deleted = Deleted::default();
        for query in &self.fast {
            if let Some(statement) = sql::delete(query, database.registry(), database.target())? {
                deleted.add(&query.model, session.write(&statement).await?.rows);
            }
        }
        for (query, assignment) in &self.updates {
            let assignments = std::slice::from_ref(assignment);
            if let Some(statement) = sql::update(query, assignments, database.registry(), database.target())? {
                session.write(&statement).await?;
            }
        }
        for id in deletion_order(registry, &self.order) {
            let label = registry.get(id).label();
            for batch in self.rows.get(&id).map_or(&[][..], Vec::as_slice).chunks(BATCH) {
                let query = Query::new(label.to_owned()).filter(Q::new("pk__in", Value::List(batch.to_vec())));
                if let Some(statement) = sql::delete(&query, database.registry(), database.target())? {
                    deleted.add(label, session.write(&statement).await?.rows);
                }
            }
        }
        Ok(deleted)
    }
}

/// Whether a deletion of a model's rows asks for anything else.
pub(super) fn is_pointed_at(registry: &Registry, model: &Model) -> bool {
    !pointers(registry, model).is_empty()
}

/// The relations that point at a model and ask for something when it is deleted.
fn pointers<'r>(registry: &'r Registry, model: &'r Model) -> Vec<Pointer<'r>> {
    let mut found = Vec::new();
    for reverse in model.reverse() {
        let source = registry.get(reverse.source);
        let (on_delete, to_fields) = match reverse.relation {
            ReverseSource::Field(field) => match (&source.fields[field].relation, source.target(field)) {
                (Some(relation), Some((_, to_field))) => (&relation.on_delete, vec![to_field]),
                _ => continue,
            },
            ReverseSource::Relation(place) => match &source.relations()[place] {
                relation if relation.meta.is_generic() => continue,
                relation => (&relation.meta.on_delete, relation.pairs.iter().map(|&(_, there)| there).collect()),
            },
            ReverseSource::ManyToMany(_) => continue,
        };
        if *on_delete != OnDelete::DoNothing {
            found.push(Pointer { model: source, relation: reverse.relation, on_delete, to_fields, generic: None });
        }
    }
    // What points here generically goes as well.
    for (place, relation) in model.relations().iter().enumerate().filter(|(_, relation)| relation.meta.is_generic()) {
        let to_fields = relation.pairs.iter().map(|&(here, _)| here).collect();
        let (source, on_delete) = (registry.get(relation.target), &OnDelete::Cascade);
        let relation_here = ReverseSource::Relation(place);
        found.push(Pointer { model: source, relation: relation_here, on_delete, to_fields, generic: Some(relation) });
    }
    found
}

/// Models that point come before those pointed at, where that is possible; databases that check at once need it.
fn deletion_order(registry: &Registry, reached: &[ModelId]) -> Vec<ModelId> {
    let mut left: Vec<ModelId> = reached.iter().rev().copied().collect();
    let mut ordered = Vec::new();
    while !left.is_empty() {
        let pointed_at = |id: &ModelId| {
            left.iter().any(|other| {
                other != id && {
                    let other = registry.get(*other);
                    let by_field =
                        (0..other.fields.len()).any(|field| other.target(field).is_some_and(|(to, _)| to == *id));
                    let mut relations = other.relations().iter();
                    by_field || relations.any(|relation| !relation.meta.is_generic() && relation.target == *id)
                }
            })
        };
        let next = left.iter().position(|id| !pointed_at(id)).unwrap_or(0);
        ordered.push(left.remove(next));
    }
    ordered
}
