//! Inserting many objects with few statements.

use embellie_core::query::Conflict;
use embellie_core::{Error, Result};

use super::insert::{alike, insert_groups, insert_rows, is_one_insert};
use super::save::{refuse_unsaved_relations, set_times};
use crate::database::{Executor, Session};
use crate::model::Instance;

/// Rows of one batch at most: more gain nothing.
pub(super) const MAX_ROWS: usize = 10_000;

/// How many objects are inserted: the options of Django's `bulk_create()`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[must_use = "nothing is inserted before `bulk_create_with` is awaited"]
pub struct BulkCreate {
    batch_size: Option<usize>,
    ignore_conflicts: bool,
    update_conflicts: Option<(Vec<String>, Vec<String>)>,
}

impl BulkCreate {
    /// Batches as large as the database takes; rows that exist are an error.
    pub fn new() -> Self {
        BulkCreate::default()
    }

    /// Inserts so many rows with each statement at most.
    pub fn batch_size(mut self, rows: usize) -> Self {
        self.batch_size = Some(rows);
        self
    }

    /// Leaves rows that exist as they are. The objects are not told their keys then.
    pub fn ignore_conflicts(mut self) -> Self {
        self.ignore_conflicts = true;
        self
    }

    /// Changes the `update` fields of rows that exist, as told by the `unique` fields.
    pub fn update_conflicts<'a>(
        mut self,
        unique: impl IntoIterator<Item = &'a str>,
        update: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let owned = |names: &mut dyn Iterator<Item = &'a str>| names.map(str::to_owned).collect();
        self.update_conflicts = Some((owned(&mut unique.into_iter()), owned(&mut update.into_iter())));
        self
    }

    fn conflict(&self, model: &embellie_core::meta::Model) -> Result<Conflict> {
        let places = |names: &[String]| -> Result<Vec<usize>> {
            names
                .iter()
                .map(|name| {
                    if name == "pk" && model.has_composite_key() {
                        return Err(Error::Value(
                            "bulk_create() can only be used with concrete fields: name those of the key instead of 'pk'."
                                .into(),
                        ));
                    }
                    model.field_index(name).ok_or_else(|| {
                        let near = embellie_core::did_you_mean(name, model.fields.iter().map(|f| f.name.as_str()));
                        Error::FieldDoesNotExist(format!("{} has no field named '{name}'{near}", model.name))
                    })
                })
                .collect()
        };
        match (&self.update_conflicts, self.ignore_conflicts) {
            (Some(_), true) => {
                Err(Error::Value("ignore_conflicts and update_conflicts are mutually exclusive.".into()))
            }
            (Some((_, update)), _) if update.is_empty() => Err(Error::Value(
                "Fields that will be updated when a row insertion fails on conflicts must be provided.".into(),
            )),
            (Some((unique, update)), false) => {
                let (unique_fields, update_fields) = (places(unique)?, places(update)?);
                if update_fields.iter().any(|place| model.key_fields().contains(place)) {
                    return Err(Error::Value(
                        "bulk_create() cannot be used with primary keys in update_fields.".into(),
                    ));
                }
                if let Some(field) = update_fields.iter().map(|&place| &model.fields[place]).find(|f| f.is_generated())
                {
                    return Err(Error::Value(format!(
                        "bulk_create() cannot update '{}', which the database computes.",
                        field.name
                    )));
                }
                Ok(Conflict::Update { unique_fields, update_fields })
            }
            (None, true) => Ok(Conflict::Ignore),
            (None, false) => Ok(Conflict::Fail),
        }
    }
}

pub(crate) async fn bulk_create(
    label: &str,
    objects: &mut [&mut dyn Instance],
    options: &BulkCreate,
    session: Session<'_>,
) -> Result<()> {
    if options.batch_size == Some(0) {
        return Err(Error::Value("Batch size must be a positive integer.".into()));
    }
    let database = session.database();
    let model = database.registry().model(label)?;
    let conflict = options.conflict(model)?;
    let is_timed = |place: &usize| model.fields[*place].auto_now || model.fields[*place].auto_now_add;
    let timed: Vec<usize> = (0..model.fields.len()).filter(is_timed).collect();
    for object in objects.iter_mut() {
        refuse_unsaved_relations(*object, model)?;
        set_times(*object, model, &timed, true)?;
    }
    let batch = options.batch_size.map_or(MAX_ROWS, |size| size.min(MAX_ROWS));
    if objects.len() <= batch {
        let groups = alike(objects, model)?;
        if is_one_insert(&groups, model, session) {
            return insert_groups(model, objects, groups, conflict, session).await;
        }
    }
    session
        .atomic(async |tx| {
            for batch in objects.chunks_mut(batch) {
                insert_rows(label, batch, conflict.clone(), tx.session()).await?;
            }
            Ok(())
        })
        .await
}
