//! Changing and deleting a query's rows.

use embellie_core::expr::Expr;
use embellie_core::field::prepare;
use embellie_core::meta::{Member, Model};
use embellie_core::query::{Assignment, Distinct as Asked};
use embellie_core::{Error, Query, Result, did_you_mean};

use super::insert::columns;
use super::{BASE, Context, Scope, message};
use crate::resolved::{Among, Column, Condition, Delete, Scalar, Update};

/// The update of a query's rows. `None` when there is nothing to do.
pub(crate) fn update<'r>(
    context: &Context<'r>,
    query: &Query,
    assignments: &[Assignment],
    returning: &[usize],
) -> Result<Option<Update<'r>>> {
    query.check_compound("update")?;
    if !query.slice.is_whole() {
        return Err(Error::Type("Cannot update a query once a slice has been taken.".into()));
    }
    let scope = Scope::of_query(context, query, None)?;
    let (mut scope, condition) = scope.into_own_rows(query)?;
    let mut resolved = Vec::with_capacity(assignments.len());
    for assignment in assignments {
        let Some((column, value)) = scope.assignment(assignment)? else { continue };
        if resolved.iter().any(|(known, _)| *known == column) {
            return Err(Error::Field(format!("Cannot update '{}' twice in one query.", assignment.field)));
        }
        resolved.push((column, value));
    }
    if resolved.is_empty() || condition == Condition::Never {
        return Ok(None);
    }
    let (alias, table) = (scope.table(BASE).alias, scope.model.table.as_str());
    let returning = columns(scope.model, returning)?;
    let ctes = scope.take_ctes();
    Ok(Some(Update { ctes, alias, table, assignments: resolved, condition, returning }))
}

/// The deletion of exactly a query's rows. `None` when there is nothing to do.
pub(crate) fn delete<'r>(context: &Context<'r>, query: &Query) -> Result<Option<Delete<'r>>> {
    query.check_compound("delete")?;
    if !query.slice.is_whole() {
        return Err(Error::Type("Cannot use 'limit' or 'offset' with delete().".into()));
    }
    if query.selected().is_some() {
        return Err(Error::Type("Cannot call delete() after .values() or .values_list()".into()));
    }
    if let Asked::On(_) = query.distinct {
        return Err(Error::Type("Cannot call delete() after .distinct(*fields).".into()));
    }
    let (mut scope, condition) = Scope::of_query(context, query, None)?.into_own_rows(query)?;
    if condition == Condition::Never {
        return Ok(None);
    }
    let ctes = scope.take_ctes();
    Ok(Some(Delete { ctes, alias: scope.table(BASE).alias, table: &scope.model.table, condition }))
}

impl<'c, 'r> Scope<'c, 'r> {
    /// A scope of one table, and the condition in it that leaves this query's rows: the query's own where it needs no
    /// other table, or else by its keys.
    fn into_own_rows(mut self, query: &Query) -> Result<(Scope<'c, 'r>, Condition<'r>)> {
        self.alone = true;
        let plain = self.conditions.iter().all(|c| !c.contains_aggregate() && !c.contains_window());
        if self.is_single() && plain && self.from.is_none() {
            let condition = self.take_condition();
            return Ok((self, condition));
        }
        let mut outer = Scope { alone: true, ..Scope::new(self.context, self.model) };
        // They are written before the statement, where new values may use them too.
        outer.declared = self.declared.take();
        let (from, to) = (self.table(BASE).alias, outer.table(BASE).alias);
        let own = self.from.is_none();
        outer.annotations = self.annotations.clone();
        for annotation in &mut outer.annotations {
            let scalar = std::mem::replace(&mut annotation.scalar, Scalar::One);
            annotation.scalar = scalar.replace_within(&mut |part| match part {
                Scalar::Column(column) if column.alias == from && own => {
                    Some(Scalar::Column(Column { alias: to, ..*column }))
                }
                _ => None,
            });
        }
        outer.elsewhere = self.tables.iter().map(|table| table.alias).filter(|&alias| alias != from || !own).collect();
        let key = self.own_outputs(self.model.key_fields());
        let rows = Query::new(query.model.clone());
        let condition = match self.into_select(&rows, key, Vec::new())? {
            None => Condition::Never,
            Some(keys) => Condition::OneOf {
                expr: match outer.key_columns(BASE, outer.model) {
                    columns if columns.len() > 1 => Scalar::of_key(columns),
                    _ => Scalar::Column(outer.column(BASE, outer.model, outer.model.primary_key_index())),
                },
                among: Among::Query(Box::new(keys)),
            },
        };
        Ok((outer, condition))
    }

    /// Whether an expression needs a table that the statement does not have.
    fn is_elsewhere(&self, scalar: &Scalar<'r>) -> bool {
        let mut found = false;
        scalar.each_within(&mut |part| {
            found = found
                || match part {
                    Scalar::Column(Column { alias, .. })
                    | Scalar::Named { alias, .. }
                    | Scalar::Inner { alias, .. } => self.elsewhere.contains(alias),
                    _ => false,
                };
        });
        found
    }

    /// The column and its new value; none for a column that the database computes, which is passed over as in Django.
    fn assignment(&mut self, assignment: &Assignment) -> Result<Option<(&'r str, Scalar<'r>)>> {
        let (model, name) = (self.model, assignment.field.as_ref());
        let index = match model.member(name) {
            Some(Member::Field(index)) if name != "pk" || model.fields[index].name == "pk" => index,
            Some(Member::Key) => {
                return Err(Error::Field("Composite primary key fields must be updated individually.".into()));
            }
            Some(Member::ManyToMany(_) | Member::Relation(_) | Member::Reverse(_)) => {
                return Err(Error::Field(format!(
                    "Cannot update model field '{name}' of {} (only non-relations and foreign keys permitted).",
                    model.label()
                )));
            }
            _ => {
                let near = did_you_mean(name, model.fields.iter().map(|field| field.name.as_str()));
                return Err(Error::FieldDoesNotExist(format!("{} has no field named '{name}'{near}", model.name)));
            }
        };
        if model.fields[index].is_generated() {
            return Ok(None);
        }
        let kind = self.registry().storage_kind(model.id(), index);
        let value = match &assignment.value {
            Expr::Value(value) => {
                let said = &self.registry().storage_field(model.id(), index).name;
                Scalar::Value { value: prepare(kind, said, value.clone())?, kind: Some(kind) }
            }
            expr => {
                let value = self.scalar(expr, None, false)?;
                if let Scalar::Tuple(_) = value {
                    return Err(Error::Field(format!(
                        "Composite primary keys expressions are not allowed in this query ({name}={expr})."
                    )));
                }
                if value.contains_aggregate() {
                    return Err(Error::Field(format!(
                        "Aggregate functions are not allowed in this query ({name}={expr})."
                    )));
                }
                if self.is_elsewhere(&value) {
                    return Err(message::joined_reference());
                }
                if value.contains_window() {
                    return Err(Error::Field(format!(
                        "Window expressions are not allowed in this query ({name}={expr})."
                    )));
                }
                self.as_stored(value, model, index)?
            }
        };
        Ok(Some((&model.fields[index].column, value)))
    }

    /// What becomes a field's value: the constants among which a condition chooses are stored as the field stores them.
    fn as_stored(&self, value: Scalar<'r>, model: &'r Model, field: usize) -> Result<Scalar<'r>> {
        let Scalar::Case { whens, otherwise, kind } = value else { return Ok(value) };
        let kind_of_field = self.registry().storage_kind(model.id(), field);
        let name = &self.registry().storage_field(model.id(), field).name;
        let stored = |scalar: Scalar<'r>| -> Result<Scalar<'r>> {
            Ok(match scalar {
                Scalar::Value { value, kind: None } => {
                    Scalar::Value { value: prepare(kind_of_field, name, value)?, kind: Some(kind_of_field) }
                }
                other => other,
            })
        };
        let whens = whens
            .into_iter()
            .map(|(condition, then)| Ok((condition, stored(then)?)))
            .collect::<Result<Vec<(Condition<'r>, Scalar<'r>)>>>()?;
        let otherwise = Box::new(stored(*otherwise)?);
        let is_null = |scalar: &Scalar<'r>| matches!(scalar, Scalar::Value { value, .. } if value.is_null());
        // Nulls alone have no type, and no choice is to be made.
        if is_null(&otherwise) && whens.iter().all(|(_, then)| is_null(then)) {
            return Ok(*otherwise);
        }
        Ok(Scalar::Case { whens, otherwise, kind })
    }
}
