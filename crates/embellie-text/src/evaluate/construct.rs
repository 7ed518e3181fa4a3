//! Objects: making, saving and deleting them.

use embellie::Record;
use embellie::write::Save;
use embellie_core::field::FieldKind;
use embellie_core::meta::{Member, Model};
use embellie_core::{Expr, Sql, Value};

use super::Evaluator;
use crate::arguments::Arguments;
use crate::condition::stored;
use crate::query_set::{Raw, Set, told};
use crate::{Error, Object, Py, Result};

impl Evaluator<'_> {
    /// A new object of a model: `Model(name=…)`.
    pub(crate) fn construct(&self, label: &str, arguments: Arguments) -> Result<Object> {
        let model = self.models.model(label)?;
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
        let mut object = Object::new(label.to_owned(), record, true);
        if arguments.positional.len() > model.fields.len() {
            return Err(Error::python("IndexError", "Number of args exceeds number of fields"));
        }
        let positional = arguments.positional.into_iter().zip(&model.fields);
        let mut given: Vec<(String, Py)> = positional.map(|(value, field)| (field.attname(), value)).collect();
        given.extend(arguments.keywords);
        for (name, value) in given {
            self.assign(&mut object, model, &name, value)?;
        }
        Ok(object)
    }

    /// Sets a field of an object.
    fn assign(&self, object: &mut Object, model: &Model, name: &str, value: Py) -> Result<()> {
        if name == "pk" && model.has_composite_key() {
            let values = value.into_elements()?;
            for (place, value) in model.key_fields().iter().zip(values) {
                self.assign(object, model, &model.fields[*place].attname(), value)?;
            }
            return Ok(());
        }
        let Some(Member::Field(place)) = model.member(name) else {
            return match model.member(name) {
                Some(Member::ManyToMany(_)) => Err(Error::type_error(format!(
                    "Direct assignment to the forward side of a many-to-many set is prohibited. Use {name}.set() instead."
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
            object.record.set(&field.attname(), value)?;
            return Ok(());
        }
        let kind = self.models.registry().storage_kind(model.id(), place);
        object.record.set(name, stored(self.models, kind, value)?)?;
        Ok(())
    }

    fn check_class(&self, model: &Model, place: usize, related: &Object) -> Result<()> {
        let Some((target, _)) = model.target(place) else { return Ok(()) };
        let target = self.models.registry().get(target);
        let own = related.record().model();
        if own.id() == target.id() || self.models.inherits(own, target) {
            return Ok(());
        }
        Err(Error::value_error(format!(
            "Cannot assign \"<{} object>\": \"{}.{}\" must be a \"{}\" instance.",
            related.model(),
            model.name,
            model.fields[place].name,
            target.name
        )))
    }

    /// What a foreign key stores of an object.
    pub(crate) fn related_value(&self, model: &Model, name: &str, value: Py) -> Result<Value> {
        let Py::Object(object) = value else { return value.to_value() };
        let Some(Member::Field(place)) = model.member(name) else { return Ok(object.key()) };
        self.check_class(model, place, &object)?;
        Ok(match model.target(place) {
            Some((target, field)) if target == object.record().model().id() => {
                object.field(&object.record().model().fields[field].name)
            }
            _ => object.key(),
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
        Self::refuse_loose(&object)?;
        if !object.expressions.is_empty() {
            return Err(Error::Unknown("a new object with expressions".into()));
        }
        object.record.save_with(Save::new().force_insert(), self.db).await?;
        object.unsaved = false;
        Ok(object)
    }

    /// Sets fields of an object and saves it.
    pub(crate) async fn change(&self, mut object: Object, values: Vec<(String, Py)>) -> Result<Object> {
        let model = self.models.model(&object.label)?;
        for (name, value) in values {
            if model.member(&name).is_none() && !self.models.is_virtual(&object.label, &name) {
                // As in Python, an attribute that is no field may be set, and is not saved.
                continue;
            }
            self.assign(&mut object, model, &name, value)?;
        }
        self.save(&mut object, Save::new()).await?;
        Ok(object)
    }

    async fn save(&self, object: &mut Object, options: Save<'_>) -> Result<()> {
        Self::refuse_loose(object)?;
        if !object.expressions.is_empty() {
            return self.save_expressions(object).await;
        }
        object.record.save_with(options, self.db).await?;
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
            self.db.query_set(query)?.update(set, self.db).await?;
        }
        Ok(())
    }

    /// A method of an object.
    pub(super) async fn of_object(&self, mut object: Object, method: &str, arguments: Arguments) -> Result<Py> {
        match method {
            "save" => {
                let [insert, update, _, fields] =
                    arguments.bind("save", ["force_insert", "force_update", "using", "update_fields"])?;
                let is = |value: Option<Py>| value.is_some_and(|value| value.is_true());
                let mut options = Save::new();
                if is(insert) {
                    options = options.force_insert();
                }
                if is(update) {
                    options = options.force_update();
                }
                let fields: Option<Vec<String>> = match fields {
                    None | Some(Py::None) => None,
                    Some(fields) => {
                        let names = fields.into_elements()?.into_iter();
                        Some(names.map(|name| name.into_text("a field name")).collect::<Result<_>>()?)
                    }
                };
                let names: Option<Vec<&str>> = fields.as_ref().map(|names| names.iter().map(String::as_str).collect());
                if let Some(names) = &names {
                    options = options.update_fields(names);
                }
                self.save(&mut object, options).await?;
                Ok(Py::None)
            }
            "delete" => {
                let [_, keep_parents] = arguments.bind("delete", ["using", "keep_parents"])?;
                if keep_parents.is_some_and(|keep| keep.is_true()) {
                    return Err(Error::Unknown("delete(keep_parents=True)".into()));
                }
                if object.key().is_null() {
                    return Err(Error::value_error(format!(
                        "{} object can't be deleted because its id attribute is set to None.",
                        object.model()
                    )));
                }
                if object.is_unsaved() {
                    let query = Set::all(self.models, &object.label)?.into_query();
                    let query = query.filter(embellie_core::Q::new("pk", object.key()));
                    return Ok(told(self.db.query_set(query)?.delete(self.db).await?));
                }
                Ok(told(object.record.delete(self.db).await?))
            }
            _ => Err(Error::attribute(object.model(), method)),
        }
    }

    /// What `.aggregate()` gives.
    pub(crate) async fn aggregate(&self, set: Set, annotations: Vec<(String, Expr)>) -> Result<Py> {
        let row = self.db.query_values(set.into_query()).aggregate_expr(annotations, self.db).await?;
        let names: Vec<Py> = row.names().map(|name| Py::Str(name.to_owned())).collect();
        Ok(Py::Dict(names.into_iter().zip(row.into_values().into_iter().map(Py::from_value)).collect()))
    }

    /// The objects that a text of SQL gives.
    pub(crate) async fn raw(&self, raw: &Raw) -> Result<Py> {
        let model = self.models.model(&raw.label)?;
        let set = self.db.objects(model.label())?;
        let records = set.raw(Sql::trusted(raw.sql.clone()), raw.parameters.clone()).all(self.db).await?;
        let objects = records.into_iter().map(|record| Object::new(raw.label.clone(), record, false));
        Ok(Py::List(objects.map(|object| Py::Object(Box::new(object))).collect()))
    }
}
