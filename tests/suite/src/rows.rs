//! Short words for what tests say most: rows of a model, conditions, values.

use embellie::query_set::{QuerySet, WholeRecord};
use embellie::{Executor, Q, Record, Set, Value};
use embellie_core::query::Operand;
use embellie_core::{Expr, Path};

use crate::Outcome;

/// Rows of a model that has no Rust type.
pub type Rows = QuerySet<Record, WholeRecord>;

/// All rows of a model.
#[track_caller]
pub fn rows(db: &dyn Executor, model: &str) -> Rows {
    db.session().database().objects(model).unwrap()
}

/// A new object with these values, not saved yet.
///
/// # Errors
/// When there is no such field, or a value does not fit.
pub fn object(db: &dyn Executor, model: &str, fields: &[(&str, Value)]) -> Outcome<Record> {
    let mut record = db.session().database().record(model)?;
    for (field, value) in fields {
        record.set(field, value.clone())?;
    }
    Ok(record)
}

/// A new row with these values.
///
/// # Errors
/// When the database refuses it.
#[track_caller]
pub fn create(db: &dyn Executor, model: &str, fields: &[(&str, Value)]) -> impl Future<Output = Outcome<Record>> {
    embellie::log::called(async move {
        let mut record = object(db, model, fields)?;
        record.save(db).await?;
        Ok(record)
    })
}

/// Django's `Q(path=operand)`.
pub fn q(path: &str, operand: impl Into<Operand>) -> Q<Record> {
    Q::text(path, operand)
}

/// All conditions together.
pub fn all_of(conditions: impl IntoIterator<Item = Q<Record>>) -> Q<Record> {
    conditions.into_iter().fold(Q::all(), |all, q| all & q)
}

/// An assignment of an update.
pub fn set(field: &str, value: impl Into<Expr>) -> Set<Record> {
    Set::text(field, value)
}

/// Django's `F`.
pub fn path(path: &str) -> Expr {
    Expr::path(path)
}

/// Several values as one.
pub fn list<T: Into<Value>>(values: impl IntoIterator<Item = T>) -> Value {
    Value::List(values.into_iter().map(Into::into).collect())
}

/// The values of one path, in the rows' order.
///
/// # Errors
/// When the query fails.
pub async fn values(rows: Rows, path: &str, db: &dyn Executor) -> Outcome<Vec<Value>> {
    let rows = rows.text_values([Path::from(path)]).all(db).await?;
    Ok(rows.iter().flat_map(|row| row.values().to_vec()).collect())
}

/// The texts of one path.
///
/// # Errors
/// When the query fails.
pub async fn texts(rows: Rows, path: &str, db: &dyn Executor) -> Outcome<Vec<String>> {
    let texts = values(rows, path, db).await?;
    Ok(texts.into_iter().map(|value| if let Value::Text(text) = value { text } else { value.to_string() }).collect())
}

/// The primary keys, in the order of the rows; in their own order where the rows have none.
///
/// # Errors
/// When the query fails.
pub async fn ids(rows: Rows, db: &dyn Executor) -> Outcome<Vec<i64>> {
    Ok(rows.all(db).await?.iter().map(|row| int(row.key())).collect())
}

/// An integer.
#[track_caller]
pub fn int(value: &Value) -> i64 {
    match value {
        Value::Int(value) => *value,
        other => panic!("expected an integer, found {other}"),
    }
}
