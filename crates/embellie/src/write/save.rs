//! Saving one object: an update or an insert, as Django decides it.

use embellie_core::field::FieldKind;
use embellie_core::meta::{FieldMeta, Model};
use embellie_core::query::{Assignment, Conflict};
use embellie_core::{ColumnRef, DatabaseError, Error, Expr, Path, Q, Query, Result, Value, did_you_mean};
use embellie_sql::plan::{Asked, Purpose};
use embellie_sql::{self as sql, Capability};
use jiff::{Timestamp, Zoned};

use super::insert;
use crate::database::Session;
use crate::model::{Instance, RelationSlot, is_set, key_of};

/// How an object is saved: the options of Django's `save()`.
///
/// ```no_run
/// # use embellie::{Database, Model, write::Save};
/// # async fn rename<M: Model>(mut user: M, db: Database) -> embellie::Result<()> {
/// user.save_with(Save::new().update_fields(&["name"]), &db).await?;
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, Copy, Default)]
#[must_use = "nothing is saved before `save_with` is awaited"]
pub struct Save<'a> {
    insert: bool,
    update: bool,
    fields: Option<&'a [&'a str]>,
}

impl<'a> Save<'a> {
    /// An update if the row exists, an insert otherwise.
    pub fn new() -> Self {
        Save::default()
    }

    /// An insert, and an error if the row exists.
    pub fn force_insert(self) -> Self {
        Save { insert: true, ..self }
    }

    /// An update, and an error if the row does not exist.
    pub fn force_update(self) -> Self {
        Save { update: true, ..self }
    }

    /// An update of these fields alone. None at all saves nothing.
    pub fn update_fields(self, fields: &'a [&'a str]) -> Self {
        Save { fields: Some(fields), ..self }
    }

    /// The places of the fields to write: the primary key is left out, and what the database computes.
    fn places(&self, model: &Model) -> Result<Vec<usize>> {
        let others = || (0..model.fields.len()).filter(|place| !model.key_fields().contains(place));
        let Some(names) = self.fields else {
            return Ok(others().filter(|&place| !model.fields[place].is_generated()).collect());
        };
        let mut places = Vec::new();
        for name in names {
            match model.field_index(name).filter(|place| !model.key_fields().contains(place)) {
                Some(place) if model.fields[place].is_generated() => {}
                Some(place) => places.push(place),
                None => {
                    let choices = || others().map(|place| model.fields[place].name.as_str());
                    return Err(Error::Value(format!(
                        "The field '{name}' cannot be updated, as the model {} has no such field{}. Choices are: {}",
                        model.label(),
                        did_you_mean(name, choices()),
                        choices().collect::<Vec<_>>().join(", ")
                    )));
                }
            }
        }
        Ok(places)
    }
}

pub(crate) async fn save(object: &mut dyn Instance, options: Save<'_>, session: Session<'_>) -> Result<()> {
    let registry = session.database().registry();
    let model = registry.model(object.label())?;
    if options.insert && (options.update || options.fields.is_some()) {
        return Err(Error::Value("Cannot force both insert and updating in model saving.".into()));
    }
    if options.fields.is_some_and(<[&str]>::is_empty) {
        return Ok(());
    }
    let mut places = options.places(model)?;
    // What was not read is not written, unless it was assigned.
    let partly = options.fields.is_none() && object.state().has_deferred();
    if partly {
        places.retain(|&place| !object.state().is_deferred(place));
    }
    refuse_unsaved_relations(object, model)?;
    let adding = object.state().is_adding();
    set_times(object, model, &places, adding)?;

    let key = key_of(object, model)?;
    let has_key = is_set(model, &key);
    let must_update = options.update || options.fields.is_some() || (partly && !options.insert);
    if !has_key && must_update {
        return Err(Error::Value("Cannot force an update in save() with no primary key.".into()));
    }
    let has_default = |field: &FieldMeta| field.default.is_some() || field.db_default.is_some();
    let key_has_default = model.key_fields().iter().all(|&place| has_default(&model.fields[place]));
    let insert_at_once = options.insert || !has_key || (adding && key_has_default && !must_update);
    if !insert_at_once && update(object, model, &places, &key, session).await? {
        object.state_mut().saved();
        bind(object, &key);
        return Ok(());
    }
    if must_update {
        let message = match options.fields {
            _ if partly => "Save with update_fields did not affect any rows.",
            Some(_) => "Save with update_fields did not affect any rows.",
            None => "Forced update did not affect any rows.",
        };
        return Err(Error::Operational(DatabaseError { message: message.into(), ..DatabaseError::default() }));
    }
    insert::insert_rows(model.label(), &mut [object], Conflict::Fail, session).await
}

/// Updates the object's row, tells the object what the database computed, and says whether there is a row.
async fn update(
    object: &mut dyn Instance,
    model: &Model,
    places: &[usize],
    key: &Value,
    session: Session<'_>,
) -> Result<bool> {
    let database = session.database();
    let query = Query::new(model.label().to_owned()).filter(Q::new("pk", key.clone()));
    if places.is_empty() {
        return match database.compile(&Asked::of(Purpose::Exists, &query))? {
            Some(compiled) => Ok(session.write(&compiled.statement).await?.rows > 0),
            None => Ok(false),
        };
    }
    let assignments: Result<Vec<Assignment>> = places
        .iter()
        .map(|&place| {
            let field = &model.fields[place];
            let value = object.value(place).map_err(|e| e.for_field(&model.name, &field.name))?;
            Ok(Assignment { field: field.name.clone().into(), value: Expr::Value(value) })
        })
        .collect();
    let assignments = assignments?;
    let (registry, target) = (database.registry(), database.target());
    let computed: Vec<usize> = (0..model.fields.len()).filter(|&place| model.fields[place].is_generated()).collect();
    if computed.is_empty() {
        return match database.compile(&Asked::update(&query, &assignments))? {
            Some(compiled) => Ok(session.write(&compiled.statement).await?.rows > 0),
            None => Ok(false),
        };
    }
    let gives_back = target.can(Capability::Returning);
    let returning = if gives_back { computed.as_slice() } else { &[] };
    let Some(statement) = sql::update_returning(&query, &assignments, returning, registry, target)? else {
        return Ok(false);
    };
    let rows = if gives_back {
        session.gather(&statement, insert::returned_values).await?
    } else {
        session.write(&statement).await?;
        let names = computed.iter().map(|&place| Path::new([model.fields[place].attname()]));
        match sql::select(&query.values(names), registry, target)? {
            Some(compiled) => session.gather(&compiled.statement, insert::returned_values).await?,
            None => Vec::new(),
        }
    };
    let Some(values) = rows.first() else { return Ok(false) };
    insert::tell(object, model, &computed, values)?;
    Ok(true)
}

/// A field of an object was not read with it.
pub(crate) fn not_read(model: &Model, field: usize) -> Error {
    let name = model.fields.get(field).map_or("", |field| field.name.as_str());
    Error::Field(format!(
        "'{name}' of {} was not read with its row: `only` left it out, or `defer` put it off. Read it by `load(…, &db)`, or \
         assign it.",
        model.name
    ))
}

/// Tells the object's many-to-many relations whose they are.
pub(super) fn bind(object: &mut dyn Instance, key: &Value) {
    object.visit_relations(&mut |relation| {
        if let RelationSlot::Link(slot) = relation {
            slot.owner = key.clone();
        }
    });
}

/// An object that points at one without a row would lose that relation, so it is not saved.
pub(super) fn refuse_unsaved_relations(object: &mut dyn Instance, model: &Model) -> Result<()> {
    let mut unsaved = None;
    object.visit_relations(&mut |relation| {
        if let RelationSlot::Key(place, slot) = relation
            && slot.is_unsaved()
        {
            unsaved.get_or_insert(place);
        }
    });
    match unsaved.and_then(|place| model.fields.get(place)) {
        Some(field) => Err(Error::Value(format!(
            "save() prohibited to prevent data loss due to unsaved related object '{}'. Save it first, and assign it \
             again.",
            field.name
        ))),
        None => Ok(()),
    }
}

/// Sets the fields with `auto_now`, and on creation those with `auto_now_add`.
pub(super) fn set_times(object: &mut dyn Instance, model: &Model, places: &[usize], adding: bool) -> Result<()> {
    for &place in places {
        let field = &model.fields[place];
        if !(field.auto_now || (adding && field.auto_now_add)) {
            continue;
        }
        let local = Zoned::now();
        let now = match field.kind {
            FieldKind::Date => ColumnRef::Date(local.date()),
            FieldKind::Time => ColumnRef::Time(to_micros(local.datetime()).time()),
            FieldKind::NaiveDateTime => ColumnRef::DateTime(to_micros(local.datetime())),
            _ => ColumnRef::Timestamp(
                Timestamp::from_microsecond(local.timestamp().as_microsecond()).unwrap_or(local.timestamp()),
            ),
        };
        object.set_column(place, now).map_err(|e| e.for_field(&model.name, &field.name))?;
    }
    Ok(())
}

/// Databases keep microseconds; an object holds what its row holds.
fn to_micros(datetime: jiff::civil::DateTime) -> jiff::civil::DateTime {
    datetime.with().nanosecond(0).build().unwrap_or(datetime)
}
