//! Methods that write: update, delete, create, get-or-create, bulk insertion.

use embellie_core::field::prepare;
use embellie_core::meta::Model;
use embellie_core::query::{Assignment, Distinct};
use embellie_core::{Error, Expr, Result, did_you_mean};
use embellie_sql::plan::Asked;

use super::{QuerySet, Selection};
use crate::database::{Executor, Session};
use crate::log::called;
use crate::model::{Instance, key_of};
use crate::typed::{Q, Set};
use crate::write::{self, BulkCreate, Deleted, Save};

impl<M, S: Selection<M>> QuerySet<M, S> {
    /// Sets fields of all rows by one statement, and says how many rows there were.
    ///
    /// # Errors
    /// When a value does not fit its field, the query set is sliced, or the database refuses.
    #[track_caller]
    pub fn update(&self, set: Set<M>, db: &dyn Executor) -> impl Future<Output = Result<u64>> {
        called(async move {
            let (query, session) = (self.checked()?, db.session());
            let database = session.database();
            if let Some(mistake) = set.mistake() {
                return Err(mistake.clone());
            }
            let assignments = set.into_assignments();
            match database.compile(&Asked::update(query, &assignments))? {
                Some(compiled) => Ok(session.write(&compiled.statement).await?.rows),
                None => Ok(0),
            }
        })
    }

    /// Deletes all rows and, as each relation's `on_delete` says, what points at them.
    ///
    /// # Errors
    /// [`Error::Protected`] or [`Error::Restricted`] when rows stand in the way; nothing is deleted then.
    #[track_caller]
    pub fn delete(&self, db: &dyn Executor) -> impl Future<Output = Result<Deleted>> {
        called(async move {
            let query = self.checked()?;
            if !query.slice.is_whole() {
                return Err(Error::Type("Cannot use 'limit' or 'offset' with delete().".into()));
            }
            if query.distinct != Distinct::No {
                return Err(Error::Type("Cannot call delete() after .distinct().".into()));
            }
            write::delete_query(query, db.session()).await
        })
    }
}

impl<M: Instance + 'static, S: Selection<M, Output = M>> QuerySet<M, S> {
    /// The one row for which `q` holds, or a new one; and whether it is new.
    ///
    /// Safe when others do the same: where the database knows by a unique constraint that the row exists, it is read.
    ///
    /// # Errors
    /// [`Error::MultipleObjectsReturned`] when there are several; else as `get` and `create`.
    #[track_caller]
    pub fn get_or_create(
        &self,
        q: Q<M>,
        new: impl FnOnce() -> M,
        db: &dyn Executor,
    ) -> impl Future<Output = Result<(M, bool)>> {
        called(async move {
            let wanted = self.clone().filter(q);
            match wanted.get(db).await {
                Err(Error::DoesNotExist { .. }) => {}
                found => return found.map(|row| (row, false)),
            }
            let created = new();
            let created = db
                .session()
                .atomic(async |tx| {
                    let mut created = created;
                    write::save(&mut created, Save::new().force_insert(), tx.session()).await?;
                    Ok(created)
                })
                .await;
            match created {
                Ok(row) => Ok((row, true)),
                Err(refused @ Error::Integrity(_)) => match wanted.get(db).await {
                    Ok(row) => Ok((row, false)),
                    Err(_) => Err(refused),
                },
                Err(other) => Err(other),
            }
        })
    }

    /// Sets fields of the one row for which `q` holds, or creates one; and whether it is new.
    ///
    /// The row is locked meanwhile, where the database has locks on rows, and saved as an object: fields with `auto_now`
    /// are set.
    ///
    /// # Errors
    /// [`Error::MultipleObjectsReturned`] when there are several; else as `get`, `update` and `create`.
    #[track_caller]
    pub fn update_or_create(
        &self,
        q: Q<M>,
        set: Set<M>,
        new: impl FnOnce() -> M,
        db: &dyn Executor,
    ) -> impl Future<Output = Result<(M, bool)>> {
        called(async move {
            if let Some(mistake) = set.mistake() {
                return Err(mistake.clone());
            }
            db.session()
                .atomic(async |tx| {
                    let (mut row, created) = self.clone().select_for_update().get_or_create(q, new, tx).await?;
                    if created {
                        return Ok((row, true));
                    }
                    let model = tx.session().database().registry().model(&self.query.model)?;
                    // By its key alone: once changed, it may no longer be among the rows that were asked for.
                    let every =
                        QuerySet::new(self.query.model.clone(), self.selection.clone()).fetch_mode(self.fetch_mode);
                    let this = every.filter(Q::text("pk", key_of(&row, model)?));
                    let (constants, computed): (Vec<Assignment>, Vec<Assignment>) =
                        set.into_assignments().into_iter().partition(|set| matches!(set.value, Expr::Value(_)));
                    let mut names: Vec<&str> =
                        model.fields.iter().filter(|field| field.auto_now).map(|field| field.name.as_str()).collect();
                    for assignment in &constants {
                        names.extend(assign(&mut row, model, &tx.session(), assignment)?);
                    }
                    let is_key =
                        |name: &&str| model.key_fields().iter().any(|&place| model.fields[place].name == **name);
                    // A key that changes makes another row, as in Django.
                    let save = if names.iter().any(is_key) { Save::new() } else { Save::new().update_fields(&names) };
                    write::save(&mut row, save, tx.session()).await?;
                    if computed.is_empty() {
                        return Ok((row, false));
                    }
                    this.update(Set::of_assignments(computed), tx).await?;
                    Ok((this.get(tx).await?, false))
                })
                .await
        })
    }

    /// Inserts many objects with few statements, and tells each its primary key.
    ///
    /// # Errors
    /// When the database refuses a row: none is inserted then.
    #[track_caller]
    pub fn bulk_create(&self, objects: &mut [M], db: &dyn Executor) -> impl Future<Output = Result<()>> {
        called(async move { self.bulk_create_with(objects, BulkCreate::default(), db).await })
    }

    /// Inserts many objects with few statements, in batches and with rows that exist as `options` say.
    ///
    /// # Errors
    /// When the database refuses a row, or lacks what `options` ask for: none is inserted then.
    #[track_caller]
    pub fn bulk_create_with(
        &self,
        objects: &mut [M],
        options: BulkCreate,
        db: &dyn Executor,
    ) -> impl Future<Output = Result<()>> {
        called(async move {
            self.checked()?;
            let mut instances: Vec<&mut dyn Instance> =
                objects.iter_mut().map(|object| object as &mut dyn Instance).collect();
            write::bulk_create(&self.query.model, &mut instances, &options, db.session()).await
        })
    }
}

/// Sets a field of an object to a constant, and gives the field's name.
fn assign<'m>(
    row: &mut dyn Instance,
    model: &'m Model,
    session: &Session<'_>,
    assignment: &Assignment,
) -> Result<Option<&'m str>> {
    let Expr::Value(value) = &assignment.value else { return Ok(None) };
    let Some(place) = model.field_index(&assignment.field) else {
        let names = || model.fields.iter().map(|field| field.name.as_str());
        return Err(Error::FieldDoesNotExist(format!(
            "{} has no field named '{}'{}. Choices are: {}",
            model.name,
            assignment.field,
            did_you_mean(&assignment.field, names()),
            names().collect::<Vec<_>>().join(", ")
        )));
    };
    let field = &model.fields[place];
    let value = prepare(session.database().registry().storage_kind(model.id(), place), &field.name, value.clone())?;
    row.set_column(place, value.as_column()).map_err(|error| error.for_field(&model.name, &field.name))?;
    row.state_mut().given(place);
    Ok(Some(&field.name))
}
