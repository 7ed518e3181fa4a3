//! Methods that write.

use embellie::Set as Assignments;
use embellie::write::BulkCreate;
use embellie_core::meta::{Member, Model};
use embellie_core::query::Distinct;
use embellie_core::{Error as CoreError, Expr, Path, Q, Value};

use super::{Set, read};
use crate::arguments::{Arguments, required};
use crate::evaluate::Evaluator;
use crate::{Error, Object, Py, Result};

impl Set {
    /// The result of a method that writes; what was given, when there is no such method.
    pub(crate) async fn write(
        self,
        method: &str,
        arguments: Arguments,
        on: &Evaluator<'_>,
    ) -> Result<Result<Py, (Set, Arguments)>> {
        if matches!(method, "update" | "delete" | "create" | "get_or_create" | "update_or_create" | "bulk_create") {
            self.not_combined(method)?;
        }
        Ok(Ok(match method {
            "create" => {
                if let Some(wrong) = arguments.positional.first() {
                    return Err(Error::type_error(format!(
                        "create() takes 1 positional argument but a '{}' was given",
                        wrong.type_name()
                    )));
                }
                let arguments = Box::pin(on.with_generic_keys(&self.label, arguments)).await?;
                let object = on.construct(&self.label, arguments)?;
                Py::Object(Box::new(on.insert(object).await?))
            }
            "get_or_create" => self.get_or_create(arguments, on).await?,
            "update_or_create" => self.update_or_create(arguments, on).await?,
            "bulk_create" => self.bulk_create(arguments, on).await?,
            "bulk_update" => self.bulk_update(arguments, on).await?,
            "update" => {
                if self.is_sliced() {
                    return Err(Error::type_error("Cannot update a query once a slice has been taken."));
                }
                if let Some(wrong) = arguments.positional.first() {
                    return Err(Error::type_error(format!(
                        "update() takes 1 positional argument but a '{}' was given",
                        wrong.type_name()
                    )));
                }
                let changed = self.update(arguments.keywords, on).await?;
                Py::Int(changed.into())
            }
            "delete" => {
                arguments.none("delete")?;
                if self.is_sliced() {
                    return Err(Error::type_error("Cannot use 'limit' or 'offset' with delete()."));
                }
                if self.query.distinct != Distinct::No {
                    return Err(Error::type_error("Cannot call delete() after .distinct(*fields)."));
                }
                if !self.gives_objects() {
                    return Err(Error::type_error("Cannot call delete() after .values() or .values_list()"));
                }
                on.delete(self).await?
            }
            _ => return Ok(Err((self, arguments))),
        }))
    }

    async fn update(self, values: Vec<(String, Py)>, on: &Evaluator<'_>) -> Result<u64> {
        let model = on.models.model(&self.label)?;
        let ancestors = on.models.ancestors(model);
        let mut own: Option<Assignments<embellie::Record>> = None;
        let mut others: Vec<(usize, Assignments<embellie::Record>)> = Vec::new();
        for (name, value) in values {
            let inherited = match model.member(&name) {
                Some(_) => None,
                None => ancestors.iter().position(|(_, ancestor)| ancestor.field_index(&name).is_some()),
            };
            let holder = inherited.and_then(|place| ancestors.get(place)).map_or(model, |(_, ancestor)| *ancestor);
            let expr = on.assigned(holder, &name, value)?;
            let one = Assignments::text(name, expr);
            let slot = match inherited {
                None => {
                    own = Some(match own.take() {
                        None => one,
                        Some(set) => set.and(one),
                    });
                    continue;
                }
                Some(place) => others.iter().position(|(known, _)| *known == place).map(|at| others.remove(at)),
            };
            if let Some(place) = inherited {
                others.push((
                    place,
                    match slot {
                        None => one,
                        Some((_, set)) => set.and(one),
                    },
                ));
            }
        }
        // The rows are found before any of them changes.
        let mut changes = Vec::new();
        for (place, set) in others {
            let Some((path, ancestor)) = ancestors.get(place) else { continue };
            let keys = self.query.clone().values([Path::new(path.clone()).then("pk")]);
            let rows = on.db.query_values(keys).all(on.executor).await?;
            let keys = rows.into_iter().filter_map(|row| row.into_values().into_iter().next()).collect();
            let query = Set::all(on.models, ancestor.label())?.query.filter(Q::new("pk__in", Value::List(keys)));
            changes.push((query, set));
        }
        let mut rows = match (own, changes.is_empty()) {
            (Some(set), _) => Some(on.db.query_set(self.query)?.update(set, on.executor).await?),
            // Nothing is changed, but every row is counted.
            (None, true) => Some(on.db.query_values(self.query).count(on.executor).await?),
            (None, false) => None,
        };
        for (query, set) in changes {
            let changed = on.db.query_set(query)?.update(set, on.executor).await?;
            rows = rows.or(Some(changed));
        }
        Ok(rows.unwrap_or_default())
    }

    async fn get_or_create(self, mut arguments: Arguments, on: &Evaluator<'_>) -> Result<Py> {
        let defaults = dict(arguments.keyword("defaults"))?;
        let lookups = arguments.clone();
        match self.clone().got(lookups, on).await {
            Err(Error::Query(CoreError::DoesNotExist { .. })) => {}
            found => return Ok(Py::Tuple(vec![found?, Py::Bool(false)])),
        }
        let new = on.construct(&self.label, with_defaults(arguments, defaults))?;
        let created = on.insert(new).await?;
        Ok(Py::Tuple(vec![Py::Object(Box::new(created)), Py::Bool(true)]))
    }

    async fn update_or_create(self, mut arguments: Arguments, on: &Evaluator<'_>) -> Result<Py> {
        let defaults = dict(arguments.keyword("defaults"))?;
        let create_defaults = match arguments.keyword("create_defaults") {
            None | Some(Py::None) => defaults.clone(),
            given => dict(given)?,
        };
        match self.clone().got(arguments.clone(), on).await {
            Err(Error::Query(CoreError::DoesNotExist { .. })) => {
                let new = on.construct(&self.label, with_defaults(arguments, create_defaults))?;
                let created = on.insert(new).await?;
                Ok(Py::Tuple(vec![Py::Object(Box::new(created)), Py::Bool(true)]))
            }
            found => {
                let Py::Object(object) = found? else {
                    return Err(Error::type_error("update_or_create() needs rows that are objects"));
                };
                let updated = on.change(*object, defaults).await?;
                Ok(Py::Tuple(vec![Py::Object(Box::new(updated)), Py::Bool(false)]))
            }
        }
    }

    async fn bulk_create(self, arguments: Arguments, on: &Evaluator<'_>) -> Result<Py> {
        let parameters =
            ["objs", "batch_size", "ignore_conflicts", "update_conflicts", "update_fields", "unique_fields"];
        let [objects, batch_size, ignore, update, update_fields, unique_fields] =
            arguments.bind("bulk_create", parameters)?;
        let is = |value: Option<Py>| value.is_some_and(|value| value.is_true());
        let names = |value: Option<Py>| -> Result<Vec<String>> {
            match value {
                None | Some(Py::None) => Ok(Vec::new()),
                Some(value) => value.into_elements()?.into_iter().map(|name| name.into_text("a field name")).collect(),
            }
        };
        let mut options = BulkCreate::new();
        if let Some(size) = batch_size.filter(|size| !matches!(size, Py::None)) {
            let size = size.into_int("batch_size")?;
            let size = usize::try_from(size).ok().filter(|size| *size > 0);
            options =
                options.batch_size(size.ok_or_else(|| Error::value_error("Batch size must be a positive integer."))?);
        }
        let (ignore, update) = (is(ignore), is(update));
        if ignore {
            options = options.ignore_conflicts();
        }
        let (update_fields, unique_fields) = (names(update_fields)?, names(unique_fields)?);
        if update {
            options = options
                .update_conflicts(unique_fields.iter().map(String::as_str), update_fields.iter().map(String::as_str));
        }
        let mut records = Vec::new();
        for object in required("bulk_create", "objs", objects)?.into_elements()? {
            match object {
                Py::Object(object) => records.push(object.record),
                other => return Err(Error::attribute(other.type_name(), "pk")),
            }
        }
        on.db.query_set(self.query)?.bulk_create_with(&mut records, options, on.executor).await?;
        let objects = records.into_iter();
        Ok(Py::List(
            objects.map(|record| Py::Object(Box::new(Object::new(self.label.clone(), record, false)))).collect(),
        ))
    }

    async fn bulk_update(self, arguments: Arguments, on: &Evaluator<'_>) -> Result<Py> {
        let [objects, fields, batch_size] = arguments.bind("bulk_update", ["objs", "fields", "batch_size"])?;
        let batch_size = match batch_size.filter(|size| !matches!(size, Py::None)) {
            Some(size) => match usize::try_from(size.into_int("batch_size")?) {
                Ok(size @ 1..) => Some(size),
                _ => return Err(Error::value_error("Batch size must be a positive integer.")),
            },
            None => None,
        };
        let fields: Vec<String> = required("bulk_update", "fields", fields)?
            .into_elements()?
            .into_iter()
            .map(|field| field.into_text("a field name"))
            .collect::<Result<_>>()?;
        if fields.is_empty() {
            return Err(Error::value_error("Field names must be given to bulk_update()."));
        }
        let model = on.models.model(&self.label)?;
        let ancestors = on.models.ancestors(model);
        let is_key = |model: &Model, field: &str| {
            model.field_index(field).is_some_and(|place| model.key_fields().contains(&place))
        };
        for field in &fields {
            match model.member(field) {
                None if ancestors.iter().any(|(_, ancestor)| is_key(ancestor, field)) => {
                    return Err(Error::value_error("bulk_update() cannot be used with primary key fields."));
                }
                None if ancestors.iter().any(|(_, ancestor)| ancestor.field_index(field).is_some()) => {}
                None => {
                    return Err(
                        CoreError::FieldDoesNotExist(format!("{} has no field named '{field}'", model.name)).into()
                    );
                }
                Some(Member::Field(place)) if model.key_fields().contains(&place) => {
                    return Err(Error::value_error("bulk_update() cannot be used with primary key fields."));
                }
                Some(Member::Field(_)) => {}
                Some(_) => return Err(Error::value_error("bulk_update() can only be used with concrete fields.")),
            }
        }
        let mut changes = Vec::new();
        let objects = match required("bulk_update", "objs", objects)? {
            Py::QuerySet(set) => read(&set, on).await?,
            objects => objects.into_elements()?,
        };
        for object in objects {
            match object {
                Py::Object(object) if object.loose.as_ref().is_some_and(|loose| fields.contains(loose)) => {
                    return Err(Error::value_error(format!(
                        "bulk_update() prohibited to prevent data loss due to unsaved related object '{}'.",
                        object.loose.unwrap_or_default()
                    )));
                }
                Py::Object(object) if !object.key().is_null() => changes.push(*object),
                Py::Object(_) => {
                    return Err(Error::value_error("All bulk_update() objects must have a primary key set."));
                }
                other => return Err(Error::attribute(other.type_name(), "pk")),
            }
        }
        if changes.is_empty() {
            return Ok(Py::Int(0));
        }
        let mut rows = 0;
        let batch = batch_size.unwrap_or(changes.len()).max(1);
        for batch in changes.chunks(batch) {
            let mut values = Vec::new();
            for field in &fields {
                let whens = batch.iter().map(|object| {
                    let then = object.expression(field).cloned().unwrap_or_else(|| Expr::Value(object.field(field)));
                    (Q::new("pk", object.key()), then)
                });
                let holders = std::iter::once(model).chain(ancestors.iter().map(|(_, ancestor)| *ancestor));
                let place = holders.filter_map(|holder| Some((holder, holder.field_index(field)?))).next();
                let Some((holder, place)) = place else { continue };
                let kind = on.models.registry().storage_kind(holder.id(), place);
                let case = Expr::Case { whens: whens.collect(), otherwise: None }.typed(kind);
                values.push((field.clone(), Py::Expr(case)));
            }
            let keys = Value::List(batch.iter().map(Object::key).collect());
            let mut set = self.clone();
            set.query = set.query.filter(Q::new("pk__in", keys));
            rows += set.update(values, on).await?;
        }
        Ok(Py::Int(rows.into()))
    }
}

/// What a deletion removed: the number of rows, and those of each model.
pub(crate) fn told(deleted: embellie::write::Deleted) -> Py {
    let rows = deleted.per_model.into_iter().map(|(label, rows)| (Py::Str(label), Py::Int(rows.into())));
    Py::Tuple(vec![Py::Int(deleted.total.into()), Py::Dict(rows.collect())])
}

fn dict(value: Option<Py>) -> Result<Vec<(String, Py)>> {
    match value {
        None | Some(Py::None) => Ok(Vec::new()),
        Some(Py::Dict(items)) => {
            items.into_iter().map(|(name, value)| Ok((name.into_text("a field name")?, value))).collect()
        }
        Some(other) => Err(Error::attribute(other.type_name(), "items")),
    }
}

/// The values of a new object: those that were looked for, and the defaults over them.
fn with_defaults(lookups: Arguments, defaults: Vec<(String, Py)>) -> Arguments {
    let mut keywords: Vec<(String, Py)> =
        lookups.keywords.into_iter().filter(|(name, _)| !name.contains("__")).collect();
    for (name, value) in defaults {
        keywords.retain(|(known, _)| *known != name);
        keywords.push((name, value));
    }
    Arguments { positional: Vec::new(), keywords }
}
