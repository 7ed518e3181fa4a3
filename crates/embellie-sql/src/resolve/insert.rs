//! New rows.

use embellie_core::expr::Expr;
use embellie_core::field::{FieldKind, prepare};
use embellie_core::meta::Model;
use embellie_core::query::{BulkInsert, Conflict, Insert as Asked};
use embellie_core::{Error, Result, Value};

use super::{Context, Scope};
use crate::resolved::{Cell, Insert, OnConflict};

/// The insert of rows.
pub(crate) fn insert<'r>(context: &Context<'r>, asked: &Asked) -> Result<Insert<'r>> {
    let model = context.registry.model(&asked.model)?;
    let mut scope = Scope::new(context, model);
    if asked.rows.is_empty() {
        return Err(Error::Value(format!("there are no rows of {} to insert", model.label())));
    }
    let mut rows = Vec::with_capacity(asked.rows.len());
    for row in &asked.rows {
        if row.len() != asked.fields.len() {
            return Err(Error::Value(format!(
                "a row of {} has {} values for {} fields",
                model.label(),
                row.len(),
                asked.fields.len()
            )));
        }
        let cells: Result<Vec<Cell<'r>>> =
            row.iter().zip(&asked.fields).map(|(value, &field)| scope.cell(field, value)).collect();
        rows.push(cells?);
    }
    Ok(Insert { rows, ..without_rows(model, &asked.fields, &asked.returning, &asked.conflict)? })
}

/// The insert of rows of values, yet without them; the kinds of its columns; and the values.
pub(crate) fn bulk<'r>(context: &Context<'r>, asked: BulkInsert) -> Result<(Insert<'r>, Vec<FieldKind>, Vec<Value>)> {
    let registry = context.registry;
    let model = registry.model(&asked.model)?;
    let insert = without_rows(model, &asked.fields, &asked.returning, &asked.conflict)?;
    let width = asked.fields.len();
    if width == 0 || asked.values.is_empty() || !asked.values.len().is_multiple_of(width) {
        return Err(Error::Value(format!(
            "rows of {} have {width} values each, which {} values cannot be",
            model.label(),
            asked.values.len()
        )));
    }
    let fields: Vec<(FieldKind, &str)> = asked
        .fields
        .iter()
        .map(|&field| {
            let said = &registry.storage_field(model.id(), field).name;
            (registry.storage_kind(model.id(), field), said.as_str())
        })
        .collect();
    let mut values = asked.values;
    for (value, &(kind, said)) in values.iter_mut().zip(fields.iter().cycle()) {
        if !is_prepared(kind, value) {
            *value = prepare(kind, said, std::mem::take(value))?;
        }
    }
    Ok((insert, fields.into_iter().map(|(kind, _)| kind).collect(), values))
}

/// Whether preparing the value would leave it as it is: so it is with most.
fn is_prepared(kind: FieldKind, value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Text(_) => {
            matches!(kind, FieldKind::Char | FieldKind::Text | FieldKind::Email | FieldKind::Slug | FieldKind::Url)
        }
        Value::Int(_) => kind.integer_range().is_some(),
        Value::Bool(_) => kind == FieldKind::Bool,
        _ => false,
    }
}

fn without_rows<'r>(
    model: &'r Model,
    fields: &[usize],
    returning: &[usize],
    conflict: &Conflict,
) -> Result<Insert<'r>> {
    let conflict = match conflict {
        Conflict::Fail => OnConflict::Fail,
        Conflict::Ignore => OnConflict::Ignore,
        Conflict::Update { unique_fields, update_fields } => {
            if unique_fields.is_empty() || update_fields.is_empty() {
                return Err(Error::Value(
                    "An insert that updates existing rows needs unique fields, which tell that a row exists, and \
                     fields to update."
                        .into(),
                ));
            }
            OnConflict::Update { unique: columns(model, unique_fields)?, update: columns(model, update_fields)? }
        }
    };
    let key = model.fields.iter().find(|field| field.kind.is_auto()).unwrap_or(model.primary_key());
    Ok(Insert {
        table: &model.table,
        key: &key.column,
        columns: columns(model, fields)?,
        rows: Vec::new(),
        returning: columns(model, returning)?,
        conflict,
    })
}

/// The columns of fields, by their place in the model.
pub(super) fn columns<'r>(model: &'r Model, fields: &[usize]) -> Result<Vec<&'r str>> {
    fields
        .iter()
        .map(|&field| {
            model
                .fields
                .get(field)
                .map(|field| field.column.as_str())
                .ok_or_else(|| Error::FieldDoesNotExist(format!("{} has no field at place {field}", model.label())))
        })
        .collect()
}

impl<'r> Scope<'_, 'r> {
    fn cell(&mut self, field: usize, value: &Expr) -> Result<Cell<'r>> {
        let model = self.model;
        let Some(meta) = model.fields.get(field) else {
            return Err(Error::FieldDoesNotExist(format!("{} has no field at place {field}", model.label())));
        };
        match value {
            Expr::Value(Value::Null) if meta.kind.is_auto() => Ok(Cell::Default),
            Expr::Value(value) => {
                let kind = self.registry().storage_kind(model.id(), field);
                let said = &self.registry().storage_field(model.id(), field).name;
                prepare(kind, said, value.clone()).map(Cell::Value)
            }
            expr if !expr.paths().is_empty() => Err(Error::Value(format!(
                "Failed to insert expression \"{expr}\" on {}.{}. F() expressions can only be used to update, not to \
                 insert.",
                model.label(),
                meta.name
            ))),
            expr => {
                let scalar = self.scalar(expr, None, false)?;
                let refused = |what: &str| {
                    Err(Error::Field(format!("{what} are not allowed in this query ({}={expr}).", meta.name)))
                };
                match scalar {
                    scalar if scalar.contains_aggregate() => refused("Aggregate functions"),
                    scalar if scalar.contains_window() => refused("Window expressions"),
                    scalar => Ok(Cell::Expr(scalar)),
                }
            }
        }
    }
}
