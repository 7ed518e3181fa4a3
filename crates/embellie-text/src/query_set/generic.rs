//! Generic relations: a row that points at a row of any model, by that model's content type and its key.

use embellie_core::query::{Condition as CoreCondition, Step};
use embellie_core::{Path, Q, Value};

use super::{Manager, Set, read};
use crate::arguments::Arguments;
use crate::evaluate::Evaluator;
use crate::models::{Generic, Models};
use crate::{Error, Object, Py, Result};

/// The model of content types.
pub(super) const CONTENT_TYPE: &str = "contenttypes.ContentType";

/// A manager of the objects that point at one by a generic foreign key: Django's `GenericRelation` on an object.
#[derive(Debug, Clone)]
pub struct GenericManager {
    object: Object,
    relation: Generic,
    pub(crate) set: Set,
}

impl GenericManager {
    /// The manager of a generic relation; `None` when the object's model has none of that name.
    pub(crate) fn of(object: &Object, name: &str, on: &Evaluator<'_>) -> Result<Option<GenericManager>> {
        let Some(relation) = on.models.generic(&object.label, name) else { return Ok(None) };
        let manager = GenericManager {
            object: object.clone(),
            set: Set::all(on.models, &relation.to)?,
            relation: relation.clone(),
        };
        manager.by_manager("_default_manager", on).map(Some)
    }

    /// The same relation, read by another manager of the related objects' model.
    pub(crate) fn by_manager(mut self, manager: &str, on: &Evaluator<'_>) -> Result<GenericManager> {
        let label = &self.relation.to;
        let manager = Manager::named(on, label, manager)?.ok_or_else(|| Error::attribute(label, manager))?;
        let mut set = manager.all()?;
        set.query.steps.push(self.relation.condition(on.models, &self.object.label, vec![self.object.key()]));
        self.set = set;
        Ok(self)
    }

    /// The result of a method that changes the relation; `None` when there is no such method.
    pub(crate) async fn change(
        &self,
        method: &str,
        mut arguments: Arguments,
        on: &Evaluator<'_>,
    ) -> Result<Option<Py>> {
        match method {
            "get_prefetch_querysets" => return Err(super::related::told_of_prefetch(arguments)?),
            "create" | "get_or_create" | "update_or_create" => {
                let set = if method == "create" { Set::all(on.models, &self.relation.to)? } else { self.set.clone() };
                arguments.keywords.extend(self.pointer(on).await?);
                let made = set.write(method, arguments, on).await?;
                return made.map(Some).map_err(|_| Error::attribute("RelatedManager", method));
            }
            "add" => {
                let _ = arguments.keyword("bulk");
                self.add(arguments.positional, on).await?;
            }
            "remove" => {
                let _ = arguments.keyword("bulk");
                let keys = keys(&arguments.positional)?;
                on.delete(self.keyed(keys)).await?;
            }
            "clear" => {
                on.delete(self.set.clone()).await?;
            }
            "set" => {
                let [objects, _, clear] = arguments.bind("set", ["objs", "bulk", "clear"])?;
                let objects = on.elements(objects.unwrap_or(Py::None)).await?;
                let wanted = keys(&objects)?;
                let present = keys(&read(&self.set, on).await?)?;
                let clear = clear.is_some_and(|clear| clear.is_true());
                let extra = present.iter().filter(|key| clear || !wanted.contains(key)).cloned().collect();
                on.delete(self.keyed(extra)).await?;
                self.add(objects, on).await?;
            }
            _ => return Ok(None),
        }
        Ok(Some(Py::None))
    }

    async fn add(&self, objects: Vec<Py>, on: &Evaluator<'_>) -> Result<()> {
        let model = on.models.model(&self.relation.to)?;
        for object in objects {
            match object {
                Py::Object(object) if object.record().model().id() == model.id() => {
                    on.change(*object, self.pointer(on).await?).await?;
                }
                other => {
                    return Err(Error::type_error(format!(
                        "'{}' instance expected, got {}",
                        model.name,
                        other.type_name()
                    )));
                }
            }
        }
        Ok(())
    }

    fn keyed(&self, keys: Vec<Value>) -> Set {
        let mut set = self.set.clone();
        set.query = set.query.filter(Q::new("pk__in", Value::List(keys)));
        set
    }

    /// What a new object is given that it points here.
    async fn pointer(&self, on: &Evaluator<'_>) -> Result<Vec<(String, Py)>> {
        on.generic_key(&self.relation.content_type_field, &self.relation.object_id_field, Some(&self.object)).await
    }
}

impl Generic {
    fn condition(&self, models: &Models, label: &str, keys: Vec<Value>) -> Step {
        let (app, name) = models.content_type(label);
        let is = |path: Path, value: Value| Q::Condition(CoreCondition { path, operand: value.into() });
        let of_type = |part: &str| Path::new([self.content_type_field.clone(), part.to_owned()]);
        let key = Path::new([self.object_id_field.clone()]);
        Step::Filter(
            is(of_type("app_label"), Value::Text(app))
                & is(of_type("model"), Value::Text(name))
                & is(key.then("in"), Value::List(keys)),
        )
    }
}

fn keys(objects: &[Py]) -> Result<Vec<Value>> {
    let key = |object: &Py| match object {
        Py::Object(object) => Ok(object.key()),
        other => Err(Error::type_error(format!("an object was expected, not '{}'", other.type_name()))),
    };
    objects.iter().map(key).collect()
}

impl Evaluator<'_> {
    /// What the fields of a generic foreign key hold to point at an object.
    pub(crate) async fn generic_key(
        &self,
        content_type: &str,
        object_id: &str,
        object: Option<&Object>,
    ) -> Result<Vec<(String, Py)>> {
        let Some(object) = object else {
            return Ok(vec![(content_type.to_owned(), Py::None), (object_id.to_owned(), Py::None)]);
        };
        let (app, name) = self.models.content_type(&object.label);
        let values = vec![("app_label".to_owned(), Py::Str(app)), ("model".to_owned(), Py::Str(name))];
        let arguments = Arguments { positional: Vec::new(), keywords: values };
        let made = Set::all(self.models, CONTENT_TYPE)?.write("get_or_create", arguments, self).await?;
        match made {
            Ok(Py::Tuple(pair)) => {
                let kind = pair.into_iter().next().unwrap_or(Py::None);
                Ok(vec![(content_type.to_owned(), kind), (object_id.to_owned(), Py::from_value(object.key()))])
            }
            _ => Err(Error::Unknown("content types are not installed".into())),
        }
    }

    /// The values of a new object, with those of generic foreign keys as the fields that hold them.
    pub(crate) async fn with_generic_keys(&self, label: &str, arguments: Arguments) -> Result<Arguments> {
        let mut keywords = Vec::new();
        for (name, value) in arguments.keywords {
            let key = self.models.generic_key(label, &name);
            match (key, value) {
                (Some((content_type, object_id)), Py::Object(object)) => {
                    keywords.extend(self.generic_key(content_type, object_id, Some(&object)).await?);
                }
                (Some((content_type, object_id)), Py::None) => {
                    keywords.extend(self.generic_key(content_type, object_id, None).await?);
                }
                (_, value) => keywords.push((name, value)),
            }
        }
        Ok(Arguments { keywords, ..arguments })
    }
}
