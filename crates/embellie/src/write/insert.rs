//! Inserting rows, and telling objects what the database filled in.

use std::collections::BTreeMap;

use embellie_core::meta::Model;
use embellie_core::query::{Conflict, Insert};
use embellie_core::{Error, Expr, Result, Value};
use embellie_sql as sql;

use super::save::bind;
use crate::database::Session;
use crate::model::{Instance, is_set, key_of};

/// Inserts objects of one model: one statement for each set of fields given, so one for objects alike.
pub(crate) async fn insert_rows(
    label: &str,
    objects: &mut [&mut dyn Instance],
    conflict: Conflict,
    session: Session<'_>,
) -> Result<()> {
    let database = session.database();
    let model = database.registry().model(label)?;
    let mut alike: BTreeMap<Vec<usize>, Vec<usize>> = BTreeMap::new();
    for (index, object) in objects.iter().enumerate() {
        alike.entry(given_fields(*object, model)?).or_default().push(index);
    }
    for (fields, indices) in alike {
        let defaulted =
            |place: usize| indices.iter().any(|&index| default_of_key(&*objects[index], model, place).is_some());
        let rows: Result<Vec<Vec<Expr>>> =
            indices.iter().map(|&index| row_values(&*objects[index], model, &fields)).collect();
        // Rows that may not be inserted give nothing back, so what came back could not be told apart.
        let returning: Vec<usize> = match conflict {
            Conflict::Ignore => Vec::new(),
            _ => (0..model.fields.len()).filter(|&place| !fields.contains(&place) || defaulted(place)).collect(),
        };
        let insert = Insert {
            model: label.to_owned().into(),
            fields,
            rows: rows?,
            returning: returning.clone(),
            conflict: conflict.clone(),
        };
        let statement = sql::insert(&insert, database.registry(), database.target())?;
        let returned = session.gather(&statement, returned_values).await?;
        if !returning.is_empty() && returned.len() != indices.len() {
            return Err(Error::Interface(format!(
                "{} rows of {label} were inserted, but the database gave back {}",
                indices.len(),
                returned.len()
            )));
        }
        for (row, &index) in indices.iter().enumerate() {
            let object = &mut *objects[index];
            if let Some(values) = returned.get(row) {
                tell(object, model, &returning, values)?;
            }
            let key = key_of(object, model)?;
            if is_set(model, &key) {
                object.state_mut().saved();
                bind(object, &key);
            }
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

/// Whether one statement inserts all of these objects.
pub(super) fn are_alike(objects: &[&mut dyn Instance], model: &Model) -> Result<bool> {
    let Some((first, rest)) = objects.split_first() else { return Ok(true) };
    let fields = given_fields(&**first, model)?;
    for object in rest {
        if given_fields(&**object, model)? != fields {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The fields that an insert gives: all but a key that the database counts up, and what it fills in or computes.
fn given_fields(object: &dyn Instance, model: &Model) -> Result<Vec<usize>> {
    let counted = match model.primary_key().kind.is_auto() && !is_set(model, &key_of(object, model)?) {
        true => Some(model.primary_key_index()),
        false => None,
    };
    let left = |place: usize| match default_of_key(object, model, place) {
        Some(_) => false,
        None => object.state().is_left_to_database(place) || model.fields[place].is_generated(),
    };
    Ok((0..model.fields.len()).filter(|&place| Some(place) != counted && !left(place)).collect())
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
