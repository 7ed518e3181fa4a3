//! Inserting rows, and telling objects what the database filled in.

use embellie_core::meta::Model;
use embellie_core::query::{BulkInsert, Conflict, Insert};
use embellie_core::{Error, Expr, Result, Statement, Value};
use embellie_sql as sql;

use super::save::bind;
use crate::database::Session;
use crate::model::{Instance, is_set, key_of};
use crate::transaction::{Batch, Transaction};

/// So many rows, or fewer, are one statement of their own.
const FEW: usize = 32;

/// Rows of one statement at most, where their values are parts of its text.
const MAX_ROWS: usize = 1000;

/// Inserts objects of one model, those of which the same fields are given at once.
pub(crate) async fn insert_rows(
    label: &str,
    objects: &mut [&mut dyn Instance],
    conflict: Conflict,
    session: Session<'_>,
) -> Result<()> {
    let model = session.database().registry().model(label)?;
    let groups = alike(objects, model)?;
    insert_groups(model, objects, groups, conflict, session).await
}

/// Inserts objects of one model, by what is given of them.
pub(super) async fn insert_groups(
    model: &Model,
    objects: &mut [&mut dyn Instance],
    groups: Vec<Alike>,
    conflict: Conflict,
    session: Session<'_>,
) -> Result<()> {
    for alike in groups {
        let asked = asked(objects, model, &alike, &conflict);
        if alike.objects.len() > FEW && alike.are_values() {
            insert_many(objects, model, &alike, asked, session).await?;
            continue;
        }
        // Defaults and values that are computed are parts of the statement's text.
        for indices in alike.objects.chunks(most_rows(model, session)) {
            let rows = indices.iter().map(|&index| row_values(&*objects[index], model, &alike.fields));
            let insert = Insert {
                model: model.label().to_owned().into(),
                fields: alike.fields.clone(),
                rows: rows.collect::<Result<_>>()?,
                returning: asked.returning.clone(),
                conflict: conflict.clone(),
            };
            let statement = sql::insert(&insert, session.database().registry(), session.database().target())?;
            let returned = session.gather(&statement, returned_values).await?;
            settle(objects, model, indices, &asked.returning, &returned.into_iter().flatten().collect::<Vec<Value>>())?;
        }
    }
    Ok(())
}

/// What is the same for all objects that are inserted at once.
struct Asked {
    returning: Vec<usize>,
    conflict: Conflict,
}

fn asked(objects: &[&mut dyn Instance], model: &Model, alike: &Alike, conflict: &Conflict) -> Asked {
    let returning = match conflict {
        // Rows that may not be inserted give nothing back, so what came back could not be told apart.
        Conflict::Ignore => Vec::new(),
        _ => {
            let defaulted = |place: usize| {
                alike.defaulted
                    && alike.objects.iter().any(|&index| default_of_key(&*objects[index], model, place).is_some())
            };
            (0..model.fields.len()).filter(|&place| !alike.fields.contains(&place) || defaulted(place)).collect()
        }
    };
    Asked { returning, conflict: conflict.clone() }
}

/// Inserts many objects of which the same fields are given.
async fn insert_many(
    objects: &mut [&mut dyn Instance],
    model: &Model,
    alike: &Alike,
    asked: Asked,
    session: Session<'_>,
) -> Result<()> {
    let (registry, target) = (session.database().registry(), session.database().target());
    let values = |objects: &[&mut dyn Instance], returning: &[usize]| -> Result<Vec<Statement>> {
        let mut values = Vec::with_capacity(alike.objects.len() * alike.fields.len());
        for &index in &alike.objects {
            for &place in &alike.fields {
                let value = objects[index].value(place);
                values.push(value.map_err(|e| e.for_field(&model.name, &model.fields[place].name))?);
            }
        }
        let bulk = BulkInsert {
            model: model.label().to_owned().into(),
            fields: alike.fields.clone(),
            values,
            returning: returning.to_vec(),
            conflict: asked.conflict.clone(),
        };
        sql::bulk_insert(bulk, registry, target)
    };
    if asked.conflict == Conflict::Fail
        && asked.returning == [model.primary_key_index()]
        && let Some(ask) = sql::inserted_keys(model.label(), registry, target)?
    {
        let statements = values(objects, &[])?;
        let run = async |tx: &Transaction| -> std::result::Result<i64, Undone> {
            let batch = tx.run_batch(&statements, Some(&ask)).await?;
            first_key(&batch, alike.objects.len()).ok_or(Undone::Keys)
        };
        match session.atomic(run).await {
            Ok(first) => {
                let keys: Vec<Value> = (first..).take(alike.objects.len()).map(Value::Int).collect();
                return settle(objects, model, &alike.objects, &asked.returning, &keys);
            }
            // A trigger had a hand in it, or the numbers are used up: the database has to tell each key.
            Err(Undone::Keys) => {}
            Err(Undone::Error(error)) => return Err(error),
        }
    }
    let statements = values(objects, &asked.returning)?;
    let returned = match statements.as_slice() {
        [statement] => session.gather(statement, returned_values).await?.into_iter().flatten().collect(),
        statements => session.atomic(async |tx| tx.run_batch(statements, None).await).await?.values,
    };
    settle(objects, model, &alike.objects, &asked.returning, &returned)
}

/// Why an insert was undone.
enum Undone {
    Error(Error),
    /// It is not known which row has which key.
    Keys,
}

impl From<Error> for Undone {
    fn from(error: Error) -> Self {
        Undone::Error(error)
    }
}

/// The first of the keys of so many rows, if they are those of all numbers from there to the last one for sure.
fn first_key(batch: &Batch, rows: usize) -> Option<i64> {
    let [before, after] = batch.asked.as_ref()?;
    let ([Value::Int(changes_before), _, highest_before], [Value::Int(changes), Value::Int(last), highest]) =
        (before.as_slice(), after.as_slice())
    else {
        return None;
    };
    let rows = i64::try_from(rows).ok()?;
    let first = last.checked_sub(rows)?.checked_add(1)?;
    let above = match highest_before {
        Value::Null => true,
        Value::Int(highest) => first > *highest,
        _ => false,
    };
    // Rows that a trigger changes are counted, too.
    (changes.checked_sub(*changes_before)? == rows && *highest == Value::Int(*last) && above && first > 0)
        .then_some(first)
}

/// Tells objects what the database gave back of their rows, and that they are saved.
fn settle(
    objects: &mut [&mut dyn Instance],
    model: &Model,
    indices: &[usize],
    returning: &[usize],
    returned: &[Value],
) -> Result<()> {
    if returned.len() != indices.len() * returning.len() {
        return Err(Error::Interface(format!(
            "{} rows of {} were inserted, but the database gave back {}",
            indices.len(),
            model.label(),
            returned.len() / returning.len().max(1)
        )));
    }
    for (row, &index) in indices.iter().enumerate() {
        let object = &mut *objects[index];
        if !returning.is_empty() {
            tell(object, model, returning, &returned[row * returning.len()..])?;
        }
        let key = key_of(object, model)?;
        if is_set(model, &key) {
            object.state_mut().saved();
            bind(object, &key);
        }
    }
    Ok(())
}

/// Tells an object what the database gave back of its row.
pub(super) fn tell(object: &mut dyn Instance, model: &Model, places: &[usize], values: &[Value]) -> Result<()> {
    for (&place, value) in places.iter().zip(values) {
        let field = &model.fields[place].name;
        object.set_column(place, value.as_column()).map_err(|e| e.for_field(&model.name, field))?;
    }
    Ok(())
}

pub(super) fn returned_values(row: &dyn embellie_core::Row) -> Result<Vec<Value>> {
    (0..row.len()).map(|i| crate::record::any_value(row, i)).collect()
}

/// Objects of which the same fields are given.
pub(super) struct Alike {
    /// The places of the fields.
    fields: Vec<usize>,
    /// Where the objects are.
    objects: Vec<usize>,
    /// Whether a default stands for the key of one of them.
    defaulted: bool,
}

impl Alike {
    /// Whether all that is given is values.
    fn are_values(&self) -> bool {
        !self.fields.is_empty() && !self.defaulted
    }
}

/// Whether all of these objects are inserted, or none of them, without a transaction around it.
pub(super) fn is_one_insert(groups: &[Alike], model: &Model, session: Session<'_>) -> bool {
    match groups {
        [] => true,
        [alike] => alike.are_values() || alike.objects.len() <= most_rows(model, session),
        _ => false,
    }
}

/// How many rows a statement may have.
fn most_rows(model: &Model, session: Session<'_>) -> usize {
    (session.database().target().max_parameters() / model.fields.len().max(1)).clamp(1, MAX_ROWS)
}

/// Objects by what is given of them.
pub(super) fn alike(objects: &[&mut dyn Instance], model: &Model) -> Result<Vec<Alike>> {
    let default_of_keys = model.key_fields().iter().find(|&&place| model.fields[place].db_default.is_some());
    let mut all: Vec<Alike> = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        let counted = has_counted_key(&**object, model)?;
        let given = || (0..model.fields.len()).filter(|&place| is_given(&**object, model, counted, place));
        let defaulted = default_of_keys.is_some_and(|&place| default_of_key(&**object, model, place).is_some());
        // Most are like the one before.
        match all.iter_mut().rev().find(|alike| given().eq(alike.fields.iter().copied())) {
            Some(alike) => {
                alike.objects.push(index);
                alike.defaulted |= defaulted;
            }
            None => all.push(Alike { fields: given().collect(), objects: vec![index], defaulted }),
        }
    }
    all.sort_by(|a, b| a.fields.cmp(&b.fields));
    Ok(all)
}

/// Whether the database counts up the object's key.
fn has_counted_key(object: &dyn Instance, model: &Model) -> Result<bool> {
    Ok(model.primary_key().kind.is_auto() && !is_set(model, &key_of(object, model)?))
}

/// Whether an insert gives the field: all but a key that the database counts up, and what it fills in or computes.
fn is_given(object: &dyn Instance, model: &Model, counted: bool, place: usize) -> bool {
    if counted && place == model.primary_key_index() {
        return false;
    }
    let filled_in = object.state().is_left_to_database(place) || model.fields[place].is_generated();
    !filled_in || default_of_key(object, model, place).is_some()
}

/// What the database would fill in for an integer that is the primary key. It is given in so many words: a database may
/// count such a key up whatever default it has.
fn default_of_key<'m>(object: &dyn Instance, model: &'m Model, place: usize) -> Option<&'m Expr> {
    let field = &model.fields[place];
    let counted = model.key_fields() == [place] && field.kind.integer_range().is_some();
    field.db_default.as_ref().filter(|_| counted && object.state().is_left_to_database(place))
}

fn row_values(object: &dyn Instance, model: &Model, fields: &[usize]) -> Result<Vec<Expr>> {
    fields
        .iter()
        .map(|&place| match default_of_key(object, model, place) {
            Some(default) => Ok(default.clone()),
            None => {
                object.value(place).map(Expr::Value).map_err(|e| e.for_field(&model.name, &model.fields[place].name))
            }
        })
        .collect()
}
