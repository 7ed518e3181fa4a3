//! Methods that read.

use std::collections::BTreeSet;

use embellie_core::{Error as CoreError, OrderBy, Q, Value};

use super::annotate::default_alias;
use super::follow::prefetch;
use super::selected::Inherited;
use super::way::Way;
use super::{Loaded, RowKind, Set};
use crate::arguments::Arguments;
use crate::evaluate::Evaluator;
use crate::models::Models;
use crate::{Error, Object, Py, Result, names};

/// Reads the rows of a query set.
pub(crate) async fn read(set: &Set, on: &Evaluator<'_>) -> Result<Vec<Py>> {
    set.check_database()?;
    let ordered = set.ordered_as_declared(on.models);
    let set = ordered.as_ref().unwrap_or(set);
    if set.gives_objects() {
        return set.objects(on).await;
    }
    let rows = on.db.query_values(set.query.clone()).all(on.executor).await?;
    if set.rows == RowKind::Named
        && let Some(row) = rows.first()
        && let Some(name) = row.names().find(|name| name.starts_with(|c: char| c.is_ascii_digit() || c == '_'))
    {
        return Err(Error::value_error(format!("Type names and field names must be valid identifiers: '{name}'")));
    }
    Ok(rows
        .into_iter()
        .map(|row| match set.rows {
            RowKind::Flat => Py::from_value(row.into_values().into_iter().next().unwrap_or_default()),
            RowKind::Dicts => {
                let names: Vec<String> = row.names().map(str::to_owned).collect();
                let values = row.into_values().into_iter().map(Py::from_value);
                Py::Dict(names.into_iter().map(Py::Str).zip(values).collect())
            }
            _ => Py::Tuple(row.into_values().into_iter().map(Py::from_value).collect()),
        })
        .collect())
}

impl Evaluator<'_> {
    /// A query as SQL with its parameters behind it: Django's `str(query)`.
    pub(crate) fn sql(&self, set: &Set) -> Result<String> {
        let Some(compiled) = embellie_sql::select(&set.query, self.db.registry(), self.db.target())? else {
            return Err(Error::python("EmptyResultSet", "the query has no rows, and no statement"));
        };
        let parameters: Vec<String> = compiled.statement.parameters.iter().map(ToString::to_string).collect();
        Ok(match parameters.is_empty() {
            true => compiled.statement.sql.to_string(),
            false => format!("{} -- parameters: {}", compiled.statement.sql, parameters.join(", ")),
        })
    }
}

/// Reads an object's row again.
pub(crate) async fn reload(object: &Object, on: &Evaluator<'_>) -> Result<Object> {
    let mut arguments = Arguments::default();
    let key = match object.key() {
        Value::List(values) => Py::Tuple(values.into_iter().map(Py::from_value).collect()),
        value => Py::from_value(value),
    };
    arguments.keywords.push(("pk".to_owned(), key));
    match Set::all(on.models, object.label())?.got(arguments, on).await? {
        Py::Object(fresh) => Ok(*fresh),
        other => Err(Error::type_error(format!("an object was expected, not a {}", other.type_name()))),
    }
}

impl Set {
    /// Refuses to read from a database that there is not.
    fn check_database(&self) -> Result<()> {
        match &self.elsewhere {
            None => Ok(()),
            Some(alias) => Err(Error::Unknown(format!("there is one database only, and none is called '{alias}'"))),
        }
    }

    async fn objects(&self, on: &Evaluator<'_>) -> Result<Vec<Py>> {
        let model = on.models.model(&self.label)?;
        let mut deferred = self.deferred(on.models)?;
        for place in self.known.iter().filter_map(|(name, _)| model.field_index(name)) {
            // As in Django, where the key is asked for the object that it points at.
            deferred.remove(&model.fields[place].attname());
        }
        let (query, inherited, fields) = self.with_inherited(on.models)?;
        let rows = on.db.query_set(query)?.all(on.executor).await?;
        if !rows.is_empty() {
            self.prefetches.iter().try_for_each(|prefetch| prefetch.check(on.models, model, &self.prefetches))?;
        }
        let mut objects = Vec::with_capacity(rows.len());
        for record in rows {
            let mut annotations: Vec<(String, Value)> =
                record.annotations().map(|(name, value)| (name.to_owned(), value.clone())).collect();
            let mut behind = annotations.split_off(annotations.len().saturating_sub(fields)).into_iter();
            let related = self.selected(&record, &deferred, on.models);
            let mut object = Object { related, ..Object::new(self.label.clone(), record, false) };
            for Inherited { way, links, model } in &inherited {
                let mut row = on.db.record(model.label())?;
                for (field, (_, value)) in model.fields.iter().zip(behind.by_ref()) {
                    row.set(&field.attname(), value)?;
                }
                if let Some(object) = at(&mut object, way) {
                    object.ancestors.push((links.clone(), row.with_row()));
                }
            }
            object.annotations = annotations.into_iter().map(|(name, value)| (name, Py::from_value(value))).collect();
            object.deferred.clone_from(&deferred);
            for (name, known) in &self.known {
                let way = if object.holds(name) { None } else { Way::of(&object, name, on)? };
                if way.is_some_and(|way| way.value(&object) == way.value_there(known)) {
                    object.related.push((name.clone(), Some(Box::new(known.clone()))));
                }
            }
            objects.push(object);
        }
        if !self.prefetches.is_empty() {
            prefetch(&self.prefetches, objects.iter_mut().collect(), on).await?;
        }
        Ok(objects.into_iter().map(|object| Py::Object(Box::new(object))).collect())
    }

    /// The fields of the rows' own model that are not read, by attname.
    fn deferred(&self, models: &Models) -> Result<BTreeSet<String>> {
        let (names, only) = match &self.loaded {
            Loaded::All => return Ok(BTreeSet::new()),
            Loaded::AllBut(names) | Loaded::Only(names) if names.is_empty() => return Ok(BTreeSet::new()),
            Loaded::AllBut(names) => (names, false),
            Loaded::Only(names) => (names, true),
        };
        let model = models.model(&self.label)?;
        let ancestors = models.ancestors(model);
        let all = || std::iter::once(model).chain(ancestors.iter().map(|(_, ancestor)| *ancestor));
        let mut named = BTreeSet::new();
        for path in names {
            let (name, rest) = path.split_once("__").map_or((path.as_str(), None), |(name, rest)| (name, Some(rest)));
            let place = all().find_map(|model| Some((model, model.field_index(name)?)));
            match place {
                // To defer a field of a related object says nothing of this one.
                Some(_) if rest.is_some() && !only => {}
                Some((model, place)) => {
                    named.insert(model.fields[place].attname());
                }
                None if all().any(|model| model.member(name).is_some()) => {}
                None => {
                    return Err(
                        CoreError::FieldDoesNotExist(format!("{} has no field named '{name}'", model.name)).into()
                    );
                }
            }
        }
        let keys: Vec<String> = model.key_fields().iter().map(|place| model.fields[*place].attname()).collect();
        let all = all().flat_map(|model| model.fields.iter().map(|field| field.attname()));
        Ok(all.filter(|name| named.contains(name) != only && !keys.contains(name)).collect())
    }

    /// The rows in the order of their proxy, where they have no other and are not grouped.
    fn ordered_as_declared(&self, models: &Models) -> Option<Set> {
        let ordering = models.declared(&self.label)?.ordering.as_ref()?;
        let is_free = self.query.order_by.is_none() && self.query.compound.is_none();
        if !is_free || self.annotations().any(|annotation| annotation.expr.has_aggregate()) {
            return None;
        }
        let mut set = self.clone();
        set.query.order_by = Some(ordering.clone());
        Some(set)
    }

    /// Whether the rows have an order.
    fn is_ordered(&self, models: &Models) -> Result<bool> {
        let declared = models.declared(&self.label).and_then(|declared| declared.ordering.as_ref());
        let own = match declared {
            Some(terms) => !terms.is_empty(),
            None => !models.model(&self.label)?.ordering.is_empty(),
        };
        Ok(self.query.order_by.as_ref().map_or(own, |terms| !terms.is_empty()))
    }

    fn does_not_exist(&self) -> Error {
        CoreError::DoesNotExist { model: self.label.clone() }.into()
    }

    async fn one(self, on: &Evaluator<'_>) -> Result<Option<Py>> {
        Ok(read(&self.sliced(Some(0), Some(1))?, on).await?.pop())
    }

    /// The result of a method that reads; `None` when there is no such method.
    pub(crate) async fn told(
        mut self,
        method: &str,
        arguments: Arguments,
        on: &Evaluator<'_>,
    ) -> Result<Result<Py, (Set, Arguments)>> {
        if matches!(method, "count" | "exists" | "contains" | "aggregate") {
            self.check_database()?;
        }
        Ok(Ok(match method {
            "count" => {
                arguments.none(method)?;
                if self.gives_objects() {
                    // What is wrong with the rows is wrong with their number.
                    self.deferred(on.models)?;
                }
                let count = on.db.query_values(self.query).count(on.executor).await?;
                Py::Int(count.into())
            }
            "exists" => {
                arguments.none(method)?;
                Py::Bool(on.db.query_values(self.query).exists(on.executor).await?)
            }
            "iterator" => {
                let [chunk_size] = arguments.bind(method, ["chunk_size"])?;
                match chunk_size {
                    None | Some(Py::None) if self.prefetches.is_empty() => {}
                    None | Some(Py::None) => {
                        return Err(Error::value_error(
                            "chunk_size must be provided when using QuerySet.iterator() after prefetch_related().",
                        ));
                    }
                    Some(size) if size.clone().into_int("chunk_size")? > 0 => {}
                    Some(_) => return Err(Error::value_error("Chunk size must be strictly positive.")),
                }
                Py::List(read(&self, on).await?)
            }
            "get" => {
                let given = !arguments.positional.is_empty() || !arguments.keywords.is_empty();
                if self.is_combined() && given {
                    return Err(Error::not_supported(format!(
                        "Calling QuerySet.get(...) with filters after {}() is not supported.",
                        self.combinator()
                    )));
                }
                self.got(arguments, on).await?
            }
            "first" | "last" => {
                arguments.none(method)?;
                if method == "last" && self.is_sliced() {
                    return Err(Error::type_error("Cannot reverse a query once a slice has been taken."));
                }
                if !self.is_ordered(on.models)? && !self.is_sliced() {
                    self.query.order_by = Some(vec![OrderBy::from("pk")]);
                }
                if method == "last" {
                    self.query.reversed = !self.query.reversed;
                }
                self.one(on).await?.unwrap_or(Py::None)
            }
            "earliest" | "latest" => {
                self.not_combined(method)?;
                if self.is_sliced() {
                    return Err(Error::type_error("Cannot change a query once a slice has been taken."));
                }
                arguments.no_keywords(method)?;
                let mut terms: Vec<OrderBy> =
                    arguments.positional.into_iter().map(names::ordering).collect::<Result<_>>()?;
                if terms.is_empty() {
                    let fields = &on.models.model(&self.label)?.get_latest_by;
                    terms = fields.iter().map(|field| OrderBy::from(field.as_str())).collect();
                }
                if terms.is_empty() {
                    return Err(Error::value_error(
                        "earliest() and latest() require either fields as positional arguments or 'get_latest_by' in \
                         the model's Meta.",
                    ));
                }
                self.query.order_by = Some(terms);
                self.query.reversed = method == "latest";
                let missing = self.does_not_exist();
                self.one(on).await?.ok_or(missing)?
            }
            "in_bulk" => self.in_bulk(arguments, on).await?,
            "contains" => self.contains(arguments, on).await?,
            "aggregate" => self.aggregated(arguments, on).await?,
            "explain" => self.explained(arguments, on).await?,
            _ => return Ok(Err((self, arguments))),
        }))
    }

    pub(crate) async fn got(self, arguments: Arguments, on: &Evaluator<'_>) -> Result<Py> {
        let combined = self.is_combined();
        let mut set = match combined {
            true => self,
            false => match self.refined("filter", arguments, on.models)? {
                Some(set) => set,
                None => return Err(Error::attribute("QuerySet", "filter")),
            },
        };
        if !combined {
            set.query = set.query.one_row();
        }
        let mut rows = read(&set, on).await?;
        match (rows.len(), rows.pop()) {
            (1, Some(row)) => Ok(row),
            (0, _) | (_, None) => Err(set.does_not_exist()),
            (found, _) => Err(CoreError::MultipleObjectsReturned { model: set.label, found }.into()),
        }
    }

    async fn in_bulk(mut self, arguments: Arguments, on: &Evaluator<'_>) -> Result<Py> {
        let [ids, field] = arguments.bind("in_bulk", ["id_list", "field_name"])?;
        if self.is_sliced() {
            return Err(Error::type_error("Cannot use 'limit' or 'offset' with in_bulk()."));
        }
        if !matches!(self.rows, RowKind::Objects) {
            return Err(Error::type_error("in_bulk() cannot be used with values() or values_list()."));
        }
        let field = field.map_or_else(|| Ok("pk".to_owned()), |field| field.into_text("field_name"))?;
        let model = on.models.model(&self.label)?;
        if field != "pk" {
            let unique = model.field_index(&field).is_some_and(|place| {
                let meta = &model.fields[place];
                meta.unique || (meta.primary_key && !model.has_composite_key())
            });
            let distinct = matches!(&self.query.distinct, embellie_core::query::Distinct::On(paths)
                if matches!(&paths[..], [path] if path.to_string() == field));
            let constrained = on.models.declared(&self.label).is_some_and(|declared| declared.unique.contains(&field));
            if !unique && !distinct && !constrained {
                return Err(Error::value_error(format!(
                    "in_bulk()'s field_name must be a unique field but '{field}' isn't."
                )));
            }
        }
        if let Some(ids) = ids.filter(|ids| !matches!(ids, Py::None)) {
            let ids = match ids {
                Py::QuerySet(set) => read(&set, on).await?,
                other => other.into_elements()?,
            };
            if ids.is_empty() {
                return Ok(Py::Dict(Vec::new()));
            }
            let condition = crate::Condition::Compare(format!("{field}__in"), Box::new(Py::List(ids)));
            let q = condition.on(on.models, model)?;
            self.query = self.query.filter(q);
        }
        self.query.order_by = Some(Vec::new());
        let rows = read(&self, on).await?;
        Ok(Py::Dict(
            rows.into_iter()
                .map(|row| {
                    let key = match &row {
                        Py::Object(object) if field == "pk" => object.key(),
                        Py::Object(object) => object.field(&field),
                        _ => embellie_core::Value::Null,
                    };
                    (Py::from_value(key), row)
                })
                .collect(),
        ))
    }

    async fn contains(self, arguments: Arguments, on: &Evaluator<'_>) -> Result<Py> {
        self.not_combined("contains")?;
        let [object] = arguments.bind("contains", ["obj"])?;
        if !self.gives_objects() {
            return Err(Error::type_error("Cannot call QuerySet.contains() after .values() or .values_list()."));
        }
        let Some(Py::Object(object)) = object else {
            return Err(Error::type_error("'obj' must be a model instance."));
        };
        let (own, other) = (on.models.model(&self.label)?, object.record().model());
        if own.id() != other.id() {
            return Ok(Py::Bool(false));
        }
        if object.is_unsaved() {
            return Err(Error::value_error("QuerySet.contains() cannot be used on unsaved objects."));
        }
        if self.is_sliced() {
            let rows = read(&self, on).await?;
            let same = |row: &Py| matches!(row, Py::Object(row) if row.key() == object.key());
            return Ok(Py::Bool(rows.iter().any(same)));
        }
        let query = self.query.filter(Q::new("pk", object.key()));
        Ok(Py::Bool(on.db.query_values(query).exists(on.executor).await?))
    }

    async fn aggregated(self, arguments: Arguments, on: &Evaluator<'_>) -> Result<Py> {
        self.not_combined("aggregate")?;
        // As in Django, what has no name of its own comes last.
        let mut annotations = arguments.keywords;
        for value in arguments.positional {
            let alias = default_alias(&value).map_err(|_| Error::type_error("Complex aggregates require an alias"))?;
            annotations.push((alias, value));
        }
        let mut wrong = annotations.iter().filter(|(_, value)| !value.is_expression());
        if let Some((_, value)) = wrong.next() {
            return Err(Error::type_error(format!(
                "QuerySet.aggregate() received non-expression(s): {}.",
                value.to_value().map_or_else(|_| value.type_name().to_owned(), |value| value.to_string())
            )));
        }
        let annotations: Vec<(String, embellie_core::Expr)> = annotations
            .into_iter()
            .map(|(alias, value)| Ok((alias, names::value_or_expression(value)?)))
            .collect::<Result<_>>()?;
        on.aggregate(self, annotations).await
    }

    async fn explained(self, arguments: Arguments, on: &Evaluator<'_>) -> Result<Py> {
        for (name, _) in &arguments.keywords {
            let plain = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
            if !name.chars().all(plain) || name.is_empty() {
                return Err(Error::value_error(format!("Invalid option name: '{name}'.")));
            }
        }
        if let Some((_, Py::Str(format))) = arguments.keywords.iter().find(|(name, _)| name == "format") {
            return Err(Error::value_error(format!("{} is not a recognized format.", format.to_uppercase())));
        }
        if let Some((name, _)) = arguments.keywords.first() {
            return Err(Error::value_error(format!("Unknown options: {name}")));
        }
        Ok(Py::Str(on.db.query_values(self.query).explain(on.executor).await?))
    }
}

/// The object that relations lead to from another.
fn at<'o>(object: &'o mut Object, way: &[String]) -> Option<&'o mut Object> {
    match way.split_first() {
        None => Some(object),
        Some((name, rest)) => {
            let held = object.related.iter_mut().find(|(known, _)| known == name)?;
            at(held.1.as_deref_mut()?, rest)
        }
    }
}
