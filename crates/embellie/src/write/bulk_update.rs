//! Changing many objects with few statements.

use embellie_core::meta::Model;
use embellie_core::query::Assignment;
use embellie_core::{Error, Expr, Q, Query, Result, Value, did_you_mean};
use embellie_sql as sql;

use super::save::refuse_unsaved_relations;
use crate::database::{Executor, Session};
use crate::log::called;
use crate::model::{Instance, is_set, key_of};

/// Rows of one statement at most: each makes a condition for each field.
const MAX_ROWS: usize = 500;

/// How many objects are changed at once: the options of Django's `bulk_update()`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[must_use = "nothing is changed before `bulk_update_with` is awaited"]
pub struct BulkUpdate {
    batch_size: Option<usize>,
}

impl BulkUpdate {
    /// Batches as large as the database takes.
    pub fn new() -> Self {
        BulkUpdate::default()
    }

    /// Changes so many rows with each statement at most.
    pub fn batch_size(self, rows: usize) -> Self {
        BulkUpdate { batch_size: Some(rows) }
    }
}

/// Writes some fields of many objects to their rows, and says how many rows there were.
pub(crate) async fn bulk_update(
    query: &Query,
    objects: &mut [&mut dyn Instance],
    fields: &[&str],
    options: BulkUpdate,
    session: Session<'_>,
) -> Result<u64> {
    if options.batch_size == Some(0) {
        return Err(Error::Value("Batch size must be a positive integer.".into()));
    }
    if fields.is_empty() {
        return Err(Error::Value("Field names must be given to bulk_update().".into()));
    }
    let database = session.database();
    let model = database.registry().model(&query.model)?;
    let places = fields.iter().map(|field| place(model, field)).collect::<Result<Vec<usize>>>()?;
    let mut keys = Vec::with_capacity(objects.len());
    for object in objects.iter_mut() {
        refuse_unsaved_relations(*object, model)?;
        let key = key_of(*object, model)?;
        if !is_set(model, &key) {
            return Err(Error::Value("All bulk_update() objects must have a primary key set.".into()));
        }
        keys.push(key);
    }
    // Each row has its key once in the condition, and its key and value for every field.
    let parameters = (2 * places.len() + 1) * model.key_fields().len();
    let most = (database.target().max_parameters() / parameters).clamp(1, MAX_ROWS);
    let batch = options.batch_size.map_or(most, |size| size.min(most));
    let work: Vec<(&[Value], &[&mut dyn Instance])> = keys.chunks(batch).zip(objects.chunks(batch)).collect();
    session
        .atomic(async |tx| {
            let mut rows = 0;
            for (keys, objects) in work {
                let assignments = places
                    .iter()
                    .map(|&place| assignment(model, place, keys, objects))
                    .collect::<Result<Vec<Assignment>>>()?;
                let these = query.clone().filter(Q::new("pk__in", Value::List(keys.to_vec())));
                if let Some(statement) = sql::update(&these, &assignments, database.registry(), database.target())? {
                    rows += tx.session().write(&statement).await?.rows;
                }
            }
            Ok(rows)
        })
        .await
}

/// The place of a field that may be changed.
fn place(model: &Model, name: &str) -> Result<usize> {
    let Some(place) = model.field_index(name) else {
        if model.member(name).is_some() && (name != "pk" || model.has_composite_key()) {
            return Err(Error::Value("bulk_update() can only be used with concrete fields.".into()));
        }
        let near = did_you_mean(name, model.fields.iter().map(|field| field.name.as_str()));
        return Err(Error::FieldDoesNotExist(format!("{} has no field named '{name}'{near}", model.name)));
    };
    if model.key_fields().contains(&place) {
        return Err(Error::Value("bulk_update() cannot be used with primary key fields.".into()));
    }
    if model.fields[place].is_generated() {
        return Err(Error::Value(format!("bulk_update() cannot update '{name}', which the database computes.")));
    }
    Ok(place)
}

/// A field's value for each of the objects.
fn assignment(model: &Model, place: usize, keys: &[Value], objects: &[&mut dyn Instance]) -> Result<Assignment> {
    let field = &model.fields[place];
    let mut whens = Vec::with_capacity(objects.len());
    for (key, object) in keys.iter().zip(objects) {
        let value = object.value(place).map_err(|error| error.for_field(&model.name, &field.name))?;
        whens.push((Q::new("pk", key.clone()), Expr::Value(value)));
    }
    Ok(Assignment { field: field.name.clone().into(), value: Expr::Case { whens, otherwise: None } })
}

impl<M: Instance, S: crate::query_set::Selection<M>> crate::query_set::QuerySet<M, S> {
    /// Writes some fields of many objects to their rows with few statements, and says how many rows there were. Rows
    /// that are not among those of the query set are left alone. Fields with `auto_now` are not set, as in Django.
    ///
    /// ```no_run
    /// # use embellie::{Database, Model};
    /// # async fn publish<Post: Model>(mut posts: Vec<Post>, db: Database) -> embellie::Result<()> {
    /// Post::objects().bulk_update(&mut posts, &["published", "views"], &db).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error::Value`] for no fields, primary keys, fields without a column and objects without a key;
    /// [`Error::FieldDoesNotExist`] for unknown fields; else when the database refuses a row: none is changed then.
    #[track_caller]
    pub fn bulk_update(
        &self,
        objects: &mut [M],
        fields: &[&str],
        db: &dyn Executor,
    ) -> impl Future<Output = Result<u64>> {
        called(async move { self.bulk_update_with(objects, fields, BulkUpdate::new(), db).await })
    }

    /// As [`bulk_update`](Self::bulk_update), with the fields as typed paths.
    ///
    /// ```
    /// # use blog::Post;
    /// # use embellie::prelude::*;
    /// # async fn publish(mut posts: Vec<Post>, db: &Database) -> embellie::Result<()> {
    /// Post::objects().bulk_update_only(&mut posts, (Post::published, Post::views), db).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As [`bulk_update`](Self::bulk_update).
    #[track_caller]
    pub fn bulk_update_only<F: crate::partial::Listed<M>>(
        &self,
        objects: &mut [M],
        fields: F,
        db: &dyn Executor,
    ) -> impl Future<Output = Result<u64>> {
        let names: Vec<String> = fields.paths().iter().map(ToString::to_string).collect();
        called(async move {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            self.bulk_update_with(objects, &names, BulkUpdate::new(), db).await
        })
    }

    /// Writes some fields of many objects to their rows in batches, as `options` say.
    ///
    /// # Errors
    /// As [`bulk_update`](Self::bulk_update).
    #[track_caller]
    pub fn bulk_update_with(
        &self,
        objects: &mut [M],
        fields: &[&str],
        options: BulkUpdate,
        db: &dyn Executor,
    ) -> impl Future<Output = Result<u64>> {
        called(async move {
            let query = self.checked()?;
            let mut objects: Vec<&mut dyn Instance> =
                objects.iter_mut().map(|object| object as &mut dyn Instance).collect();
            bulk_update(query, &mut objects, fields, options, db.session()).await
        })
    }
}
