//! Objects: making, saving and deleting them.

use embellie::write::Save;
use embellie::{Executor, Record};
use embellie_core::expr::{Aggregate, AggregateFunction};
use embellie_core::field::FieldKind;
use embellie_core::meta::{Member, Model};
use embellie_core::{Expr, Path, Sql, Value};

use super::Evaluator;
use crate::arguments::Arguments;
use crate::condition::stored;
use crate::query_set::{Raw, Set, told};
use crate::{Error, Object, Py, Result};

impl Evaluator<'_> {
    /// A new object of a model: `Model(name=…)`.
    pub(crate) fn construct(&self, label: &str, arguments: Arguments) -> Result<Object> {
        let model = self.models.model(label)?;
        let mut object = Object::new(label.to_owned(), self.new_record(model)?, true);
        for (path, ancestor) in self.models.ancestors(model) {
            object.ancestors.push((path, self.new_record(ancestor)?));
        }
        // As in Django, the fields of the models that this one adds columns to come first.
        let ancestors = object.ancestors.iter().rev().flat_map(|(_, record)| &record.model().fields);
        let fields: Vec<String> = ancestors.chain(&model.fields).map(|field| field.attname()).collect();
        if arguments.positional.len() > fields.len() {
            return Err(Error::python("IndexError", "Number of args exceeds number of fields"));
        }
        let mut given: Vec<(String, Py)> = fields.into_iter().zip(arguments.positional).collect();
        given.extend(arguments.keywords);
        for (name, value) in given {
            self.assign(&mut object, model, &name, value)?;
        }
        Ok(object)
    }

    fn new_record(&self, model: &Model) -> Result<Record> {
        let mut record = self.db.record(model.label())?;
        for field in &model.fields {
            let is_empty =
                field.default.is_none() && field.db_default.is_none() && !field.null && !field.is_generated();
            // A text without a default is empty in a new object, not null.
            match field.kind {
                kind if is_empty && kind.is_text() => record.set(&field.name, "")?,
                FieldKind::Binary if is_empty => record.set(&field.name, Vec::<u8>::new())?,
                _ => {}
            }
        }
        Ok(record)
    }

    /// Sets a field of an object.
    pub(crate) fn assign(&self, object: &mut Object, model: &Model, name: &str, value: Py) -> Result<()> {
        if name == "pk" && model.has_composite_key() {
            let values = value.into_elements()?;
            for (place, value) in model.key_fields().iter().zip(values) {
                self.assign(object, model, &model.fields[*place].attname(), value)?;
            }
            return Ok(());
        }
        if model.member(name).is_none()
            && let Some((_, ancestor)) =
                self.models.ancestors(model).into_iter().find(|(_, ancestor)| ancestor.member(name).is_some())
        {
            return self.assign(object, ancestor, name, value);
        }
        if let Some(Member::Relation(place)) = model.member(name)
            && !model.relations()[place].meta.is_generic()
        {
            return self.assign_fields(object, model, place, value);
        }
        let Some(Member::Field(place)) = model.member(name) else {
            return match model.member(name) {
                Some(Member::Relation(_)) => Err(Error::type_error(format!(
                    "Direct assignment to the reverse side of a related set is prohibited. Use {name}.set() instead."
                ))),
                Some(Member::ManyToMany(_)) => Err(Error::type_error(format!(
                    "Direct assignment to the forward side of a many-to-many set is prohibited. Use {name}.set() instead."
                ))),
                None if crate::query_set::reverse(model, name).is_some() => Err(Error::value_error(format!(
                    "save() prohibited to prevent data loss due to unsaved related object '{}'.",
                    model.name.to_lowercase()
                ))),
                Some(Member::Reverse(_)) => Err(Error::value_error(format!(
                    "save() prohibited to prevent data loss due to unsaved related object '{}'.",
                    model.name.to_lowercase()
                ))),
                _ if self.models.is_virtual(&object.label, name) => {
                    Err(Error::Unknown(format!("'{name}' of {} is no column", model.name)))
                }
                _ => Err(Error::type_error(format!("{}() got unexpected keyword arguments: '{name}'", model.name))),
            };
        };
        let field = &model.fields[place];
        if let Py::Expr(expr) = value {
            object.expressions.push((field.name.clone(), expr));
            return Ok(());
        }
        object.expressions.retain(|(known, _)| *known != field.name);
        if field.relation.is_some() && field.attname() != name {
            object.loose = object.loose.take().filter(|known| *known != field.name);
            if let Py::Object(related) = &value
                && related.is_unsaved()
                && related.key().is_null()
            {
                self.check_class(model, place, related)?;
                object.loose = Some(field.name.clone());
                return Ok(());
            }
            let value = match value {
                value @ (Py::Object(_) | Py::None) => self.related_value(model, name, value)?,
                other if name == "pk" => other.to_value()?,
                other => {
                    return Err(Error::value_error(format!(
                        "Cannot assign a '{}': \"{}.{name}\" must be an instance of another model.",
                        other.type_name(),
                        model.name
                    )));
                }
            };
            if let Some(record) = object.record_mut(&field.attname()) {
                record.set(&field.attname(), value)?;
            }
            return Ok(());
        }
        let kind = self.models.registry().storage_kind(model.id(), place);
        if let Py::Object(other) = &value {
            return Err(Error::type_error(format!(
                "Field '{name}' expected a value but got {} object.",
                other.model()
            )));
        }
        let value = stored(self.models, kind, value)?;
        match (name, object.record_mut(name)) {
            ("pk", _) | (_, None) => object.record.set(name, value)?,
            (name, Some(record)) => record.set(name, value)?,
        }
        Ok(())
    }

    /// Sets the fields that a relation over several columns goes by to what those of an object are.
    fn assign_fields(&self, object: &mut Object, model: &Model, place: usize, value: Py) -> Result<()> {
        let relation = &model.relations()[place];
        let target = self.models.registry().get(relation.target);
        for &(here, there) in &relation.pairs {
            let value = match &value {
                Py::None => Value::Null,
                Py::Object(related) => {
                    self.check_related(model, &relation.meta.name, target, related)?;
                    related.field(&target.fields[there].name)
                }
                other => {
                    return Err(Error::value_error(format!(
                        "Cannot assign a '{}': \"{}.{}\" must be a \"{}\" instance.",
                        other.type_name(),
                        model.name,
                        relation.meta.name,
                        target.name
                    )));
                }
            };
            let name = model.fields[here].attname();
            if let Some(record) = object.record_mut(&name) {
                record.set(&name, value)?;
            }
        }
        Ok(())
    }

    fn check_class(&self, model: &Model, place: usize, related: &Object) -> Result<()> {
        let Some((target, _)) = model.target(place) else { return Ok(()) };
        let target = self.models.registry().get(target);
        self.check_related(model, &model.fields[place].name, target, related)
    }

    fn check_related(&self, model: &Model, name: &str, target: &Model, related: &Object) -> Result<()> {
        let own = related.record().model();
        if own.id() == target.id() || self.models.inherits(own, target) {
            return Ok(());
        }
        Err(Error::value_error(format!(
            "Cannot assign \"<{} object>\": \"{}.{}\" must be a \"{}\" instance.",
            related.model(),
            model.name,
            name,
            target.name
        )))
    }

    /// What a foreign key stores of an object.
    pub(crate) fn related_value(&self, model: &Model, name: &str, value: Py) -> Result<Value> {
        let Py::Object(object) = value else { return value.to_value() };
        if object.is_unsaved() && object.key().is_null() {
            return Err(Error::value_error(format!(
                "Unsaved model instance <{} object> cannot be used in an ORM query.",
                object.model()
            )));
        }
        let Some(Member::Field(place)) = model.member(name) else { return Ok(object.key()) };
        self.check_class(model, place, &object)?;
        Ok(match model.target(place) {
            Some((target, field)) => {
                let target = self.models.registry().get(target);
                match target.has_composite_key() {
                    true => object.key(),
                    false => object.field(&target.fields[field].name),
                }
            }
            None => object.key(),
        })
    }

    /// What an update sets a field of a model to.
    pub(crate) fn assigned(&self, model: &Model, name: &str, value: Py) -> Result<Expr> {
        let kind = match model.member(name) {
            Some(Member::Field(place)) => Some(self.models.registry().storage_kind(model.id(), place)),
            _ => None,
        };
        Ok(match (value, kind) {
            (value, _) if value.is_expression() => crate::names::value_or_expression(value)?,
            (value @ Py::Object(_), Some(_)) => Expr::Value(self.related_value(model, name, value)?),
            (value, Some(kind)) => Expr::Value(stored(self.models, kind, value)?),
            (value, None) => crate::names::value_or_expression(value)?,
        })
    }

    fn refuse_loose(object: &Object) -> Result<()> {
        match &object.loose {
            None => Ok(()),
            Some(field) => Err(Error::value_error(format!(
                "save() prohibited to prevent data loss due to unsaved related object '{field}'."
            ))),
        }
    }

    /// Inserts a new object.
    pub(crate) async fn insert(&self, mut object: Object) -> Result<Object> {
        self.save(&mut object, Saving { insert: true, ..Saving::default() }).await?;
        Ok(object)
    }

    /// Sets fields of an object and saves it.
    pub(crate) async fn change(&self, mut object: Object, values: Vec<(String, Py)>) -> Result<Object> {
        let model = self.models.model(&object.label)?;
        for (name, value) in values {
            let known = model.member(&name).is_some() || model.inherited(&name).is_some();
            if !known && !self.models.is_virtual(&object.label, &name) {
                // As in Python, an attribute that is no field may be set, and is not saved.
                continue;
            }
            self.assign(&mut object, model, &name, value)?;
        }
        self.save(&mut object, Saving::default()).await?;
        Ok(object)
    }

    /// Puts a new object behind those of its model that have the same relation: Django's `order_with_respect_to`.
    async fn put_last(&self, object: &mut Object) -> Result<()> {
        let declared = self.models.declared(object.record.model().label());
        let Some(relation) = declared.and_then(|declared| declared.order_with_respect_to.clone()) else {
            return Ok(());
        };
        let model = object.record.model();
        let names = match (model.member(&relation), self.models.generic_key(&object.label, &relation)) {
            (Some(Member::Field(place)), _) => vec![model.fields[place].attname()],
            (_, Some((content_type, object_id))) => vec![content_type.to_owned(), object_id.to_owned()],
            _ => return Ok(()),
        };
        if model.field_index(ORDER).is_none() || !object.unsaved || !object.field(ORDER).is_null() {
            return Ok(());
        }
        let same = |name: &String| embellie_core::Q::new(name.as_str(), object.field(name));
        let beside = names.iter().map(same).fold(embellie_core::Q::all(), |all, q| all & q);
        let set = Set::all(self.models, model.label())?;
        let set = Set { query: set.query.filter(beside), ..set };
        let greatest = Aggregate::of(AggregateFunction::Max, ORDER);
        let next = match self.aggregate(set, vec![(ORDER.to_owned(), greatest.into())]).await? {
            Py::Dict(items) => match items.into_iter().next() {
                Some((_, Py::Int(last))) => last + 1,
                _ => 0,
            },
            _ => 0,
        };
        object.record.set(ORDER, i64::try_from(next).unwrap_or_default())?;
        Ok(())
    }

    async fn save(&self, object: &mut Object, options: Saving) -> Result<()> {
        Self::refuse_loose(object)?;
        self.put_last(object).await?;
        if !object.expressions.is_empty() {
            return self.save_expressions(object).await;
        }
        // Keys that are known here are told to the rows that this one adds columns to, the nearest first.
        for place in 0..object.ancestors.len() {
            let Some((path, row)) = object.ancestors.get(place) else { continue };
            let Some((link, way)) = path.split_last().filter(|_| row.key().is_null()) else { continue };
            let holder = object.ancestors.iter().find(|(known, _)| known == way).map_or(&object.record, |(_, row)| row);
            let key = holder.get(link)?.clone();
            if let Some((_, row)) = object.ancestors.get_mut(place).filter(|_| !key.is_null()) {
                row.set("pk", key)?;
            }
        }
        // What a row adds columns to comes before it, and tells it its key.
        for place in (0..object.ancestors.len()).rev() {
            let Some((path, mut row)) = object.ancestors.get(place).cloned() else { continue };
            let Some((link, way)) = path.split_last() else { continue };
            let holder = match object.ancestors.iter_mut().find(|(known, _)| known == way) {
                Some((_, holder)) => holder,
                None => &mut object.record,
            };
            let forced = options.forced.iter().any(|forced| {
                let base = self.models.model(forced).ok();
                base.is_some_and(|base| base.id() == row.model().id() || self.models.inherits(row.model(), base))
            });
            Saving { insert: forced, ..options.of(row.model()) }.save(&mut row, self.executor).await?;
            holder.set(link, row.key().clone())?;
            if let Some(kept) = object.ancestors.get_mut(place) {
                kept.1 = row;
            }
        }
        let of_own = if object.ancestors.is_empty() { options } else { options.of(object.record.model()) };
        of_own.save(&mut object.record, self.executor).await?;
        object.unsaved = false;
        Ok(())
    }

    /// Saves an object with fields that the database computes: its row is updated by expressions.
    async fn save_expressions(&self, object: &mut Object) -> Result<()> {
        let model = self.models.model(&object.label)?;
        if object.key().is_null() {
            return Err(Error::Unknown("a new object with expressions".into()));
        }
        let mut set: Option<embellie::Set<Record>> = None;
        for (place, field) in model.fields.iter().enumerate() {
            if model.key_fields().contains(&place) || field.is_generated() {
                continue;
            }
            let expr = object.expression(&field.name).cloned();
            let expr = expr.unwrap_or_else(|| Expr::Value(object.field(&field.name)));
            let one = embellie::Set::text(field.name.clone(), expr);
            set = Some(match set {
                None => one,
                Some(set) => set.and(one),
            });
        }
        if let Some(set) = set {
            let query = Set::all(self.models, &object.label)?.into_query();
            let query = query.filter(embellie_core::Q::new("pk", object.key()));
            self.db.query_set(query)?.update(set, self.executor).await?;
        }
        Ok(())
    }

    /// Checks the classes whose rows are to be inserted, which must be those of the object.
    fn forced(&self, object: &Object, classes: Py) -> Result<Vec<String>> {
        let mut forced = Vec::new();
        let classes = match classes {
            Py::Tuple(classes) => classes,
            one => vec![one],
        };
        let own = object.record.model();
        for class in classes {
            let Py::Model(label) = class else {
                return Err(Error::type_error("Invalid force_insert member. A model class is expected."));
            };
            let model = self.models.model(&label)?;
            if model.id() != own.id() && !self.models.inherits(own, model) {
                return Err(Error::type_error(format!(
                    "Invalid force_insert member. {label} must be a base of {}.",
                    own.label()
                )));
            }
            forced.push(label);
        }
        Ok(forced)
    }

    /// A method of an object.
    pub(crate) async fn of_object(&self, object: &mut Object, method: &str, arguments: Arguments) -> Result<Py> {
        match method {
            "save" => {
                let [insert, update, _, fields] =
                    arguments.bind("save", ["force_insert", "force_update", "using", "update_fields"])?;
                let is = |value: Option<Py>| value.is_some_and(|value| value.is_true());
                let fields: Option<Vec<String>> = match fields {
                    None | Some(Py::None) => None,
                    Some(fields) => {
                        let names = fields.into_elements()?.into_iter();
                        Some(names.map(|name| name.into_text("a field name")).collect::<Result<_>>()?)
                    }
                };
                let mut forced = Vec::new();
                let insert = match insert {
                    Some(classes @ (Py::Model(_) | Py::Tuple(_))) => {
                        forced = self.forced(object, classes)?;
                        Some(Py::Bool(!forced.is_empty()))
                    }
                    Some(Py::Bool(_) | Py::None) | None => insert,
                    Some(_) => return Err(Error::type_error("force_insert must be a bool or tuple.")),
                };
                let options = Saving { insert: is(insert), forced, update: is(update), fields };
                self.save(object, options).await?;
                Ok(Py::None)
            }
            "delete" => {
                let [_, keep_parents] = arguments.bind("delete", ["using", "keep_parents"])?;
                if object.key().is_null() {
                    return Err(Error::value_error(format!(
                        "{} object can't be deleted because its id attribute is set to None.",
                        object.model()
                    )));
                }
                let mut set = Set::all(self.models, &object.label)?;
                set.query = set.query.filter(embellie_core::Q::new("pk", object.key()));
                if keep_parents.is_some_and(|keep| keep.is_true()) {
                    return Ok(told(self.db.query_set(set.query)?.delete(self.executor).await?));
                }
                self.delete(set).await
            }
            _ => Err(Error::attribute(object.model(), method)),
        }
    }

    /// Deletes the rows of a query set, with the rows that they add columns to.
    pub(crate) async fn delete(&self, set: Set) -> Result<Py> {
        let model = self.models.model(&set.label)?;
        let ancestors = self.models.ancestors(model);
        if ancestors.is_empty() {
            let deleted = self.db.query_set(set.query)?.delete(self.executor).await?;
            let own = |label: &str| if label == model.label() { set.label.clone() } else { label.to_owned() };
            let rows = deleted.per_model.iter().map(|(label, rows)| (Py::Str(own(label)), Py::Int((*rows).into())));
            return Ok(Py::Tuple(vec![Py::Int(deleted.total.into()), Py::Dict(rows.collect())]));
        }
        // With the rows of the models furthest up go all those that point at them, the rows in question among them.
        let mut total = 0;
        let mut rows: Vec<(Py, Py)> = Vec::new();
        for (path, ancestor) in ancestors.into_iter().filter(|(_, ancestor)| self.models.ancestors(ancestor).is_empty())
        {
            let keys = set.query.clone().values([Path::new(path).then("pk")]);
            let keys = self.db.query_values(keys).all(self.executor).await?;
            let keys = keys.into_iter().filter_map(|row| row.into_values().into_iter().next()).collect();
            let mut query = Set::all(self.models, ancestor.label())?.into_query();
            query = query.filter(embellie_core::Q::new("pk__in", Value::List(keys)));
            let deleted = self.db.query_set(query)?.delete(self.executor).await?;
            total += deleted.total;
            rows.extend(deleted.per_model.into_iter().map(|(label, rows)| (Py::Str(label), Py::Int(rows.into()))));
        }
        Ok(Py::Tuple(vec![Py::Int(total.into()), Py::Dict(rows)]))
    }

    /// What `.aggregate()` gives.
    pub(crate) async fn aggregate(&self, set: Set, annotations: Vec<(String, Expr)>) -> Result<Py> {
        let row = self.db.query_values(set.into_query()).aggregate_expr(annotations, self.executor).await?;
        let names: Vec<Py> = row.names().map(|name| Py::Str(name.to_owned())).collect();
        Ok(Py::Dict(names.into_iter().zip(row.into_values().into_iter().map(Py::from_value)).collect()))
    }

    /// The objects that a text of SQL gives.
    pub(crate) async fn raw(&self, raw: &Raw) -> Result<Py> {
        let model = self.models.model(&raw.label)?;
        let set = self.db.objects(model.label())?;
        let records = set.raw(Sql::trusted(raw.sql.clone()), raw.parameters.clone()).all(self.executor).await?;
        let objects = records.into_iter().map(|record| Object::new(raw.label.clone(), record, false));
        Ok(Py::List(objects.map(|object| Py::Object(Box::new(object))).collect()))
    }
}

/// The field that keeps the place of a row among those with the same relation.
const ORDER: &str = "_order";

/// How an object is saved.
#[derive(Debug, Clone, Default)]
struct Saving {
    insert: bool,
    /// The models whose rows are inserted too, where this one adds columns to them: their labels.
    forced: Vec<String>,
    update: bool,
    fields: Option<Vec<String>>,
}

impl Saving {
    /// How the part of an object is saved that is of one model.
    fn of(&self, model: &Model) -> Saving {
        let own = |names: &Vec<String>| {
            names.iter().filter(|name| model.field_index(name).is_some()).cloned().collect::<Vec<String>>()
        };
        let (insert, update, fields) = (self.insert, self.update, self.fields.as_ref().map(own));
        Saving { insert, forced: Vec::new(), update, fields }
    }

    async fn save(&self, record: &mut Record, db: &dyn Executor) -> Result<()> {
        let names: Option<Vec<&str>> = self.fields.as_ref().map(|names| names.iter().map(String::as_str).collect());
        let mut options = Save::new();
        if self.insert {
            options = options.force_insert();
        }
        if self.update {
            options = options.force_update();
        }
        if let Some(names) = &names {
            options = options.update_fields(names);
        }
        Ok(record.save_with(options, db).await?)
    }
}
