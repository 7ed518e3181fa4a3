//! Attributes and items of values.

use embellie_core::Expr;
use embellie_core::meta::{Member, Model, ReverseSource};

use super::Evaluator;
use crate::arguments::Arguments;
use crate::models::Choices;
use crate::query_set::{GenericManager, Manager, RelatedManager, Set, read, reverse};
use crate::{Error, Object, Py, Result, names};

impl Evaluator<'_> {
    /// An attribute of a value. Methods are looked up when they are called.
    pub(super) async fn attribute(&self, of: Py, name: &str) -> Result<Py> {
        match of {
            Py::Name("models") if name == "QuerySet" => Ok(Py::QuerySetClass(None)),
            Py::Manager(manager) if name == "model" => Ok(Py::Model(manager.label)),
            Py::Manager(manager) if name == "_queryset_class" => {
                Ok(Py::QuerySetClass(manager.all().ok().and_then(|set| set.class)))
            }
            Py::QuerySet(set) if name == "model" => Ok(Py::Model(set.label)),
            Py::Manager(_) | Py::QuerySet(_) if matches!(name, "_db" | "_hints") => Ok(Py::None),
            Py::Name("models") => names::lookup(name).ok_or_else(|| Error::attribute("models", name)),
            Py::Name(class) => match names::attribute(class, name) {
                Ok(value) => Ok(value),
                Err(_) if class.starts_with(char::is_lowercase) => Ok(method(Py::Name(class), name)),
                Err(error) => Err(error),
            },
            Py::Model(label) => self.model_attribute(label, name),
            Py::Object(object) => self.object_attribute(*object, name).await,
            Py::Method(bound) if name == "through" => match *bound {
                (Py::Model(label), relation) => self.through(&label, &relation),
                (Py::Related(related), _) => self.through(&related.object.label, &related.name),
                (of, _) => Err(Error::attribute(of.type_name(), name)),
            },
            Py::Method(bound) if self.choices_of(&bound).is_some() => {
                let value = self.choices_of(&bound).and_then(|choices| choices.attribute(name));
                value.ok_or_else(|| Error::attribute(&bound.1, name))
            }
            Py::Related(related) if name == "through" => self.through(&related.object.label, &related.name),
            other => Ok(method(other, name)),
        }
    }

    /// The enumeration that a name within a model's class is.
    fn choices_of(&self, bound: &(Py, String)) -> Option<&Choices> {
        match bound {
            (Py::Model(label), class) => self.models.choices(label, class),
            _ => None,
        }
    }

    fn model_attribute(&self, label: String, name: &str) -> Result<Py> {
        if let Some(manager) = Manager::named(self, &label, name)? {
            return Ok(Py::Manager(manager));
        }
        let model = self.models.model(&label)?;
        let relation = matches!(model.member(name), Some(Member::ManyToMany(_))) || reverse(model, name).is_some();
        let relation = relation || self.models.choices(&label, name).is_some();
        if relation || name.chars().next().is_some_and(|first| first.is_lowercase() || first == '_') {
            return Ok(method(Py::Model(label), name));
        }
        Err(Error::python("AttributeError", format!("type object '{}' has no attribute '{name}'", model.name)))
    }

    /// The model between the two of a many-to-many relation.
    pub(crate) fn through(&self, label: &str, relation: &str) -> Result<Py> {
        let registry = self.models.registry();
        let model = self.models.model(label)?;
        let link = match (model.member(relation), reverse(model, relation)) {
            (Some(Member::ManyToMany(index)), _) => &model.many_to_many()[index],
            (_, Some(reverse)) => match reverse.relation {
                ReverseSource::ManyToMany(index) => &registry.get(reverse.source).many_to_many()[index],
                ReverseSource::Field(_) | ReverseSource::Relation(_) => {
                    return Err(Error::attribute(&model.name, relation));
                }
            },
            _ => return Err(Error::attribute(&model.name, relation)),
        };
        Ok(Py::Model(registry.get(link.through).label().to_owned()))
    }

    async fn object_attribute(&self, object: Object, name: &str) -> Result<Py> {
        if let Some(known) = object.related_one(name) {
            return Ok(known.map_or(Py::None, |object| Py::Object(Box::new(object.clone()))));
        }
        if let Some((_, value)) = object.annotations.iter().find(|(known, _)| known == name) {
            return Ok(value.clone());
        }
        if name == "pk" {
            return Ok(Py::from_value(object.key()));
        }
        let model = object.record().model();
        if let Some(Member::Field(place)) = model.member(name) {
            let field = &model.fields[place];
            if field.relation.is_none() || field.attname() == name {
                return Ok(Py::from_value(object.field(name)));
            }
            let label = match model.target(place) {
                Some((target, _)) => self.models.registry().get(target).label().to_owned(),
                None => return Err(Error::attribute(object.model(), name)),
            };
            return Ok(match object.record().related_one(name, self.executor).await? {
                Some(record) => Py::Object(Box::new(Object::new(label, record, false))),
                None => Py::None,
            });
        }
        if let Some(Member::Relation(place)) = model.member(name)
            && let relation = &model.relations()[place]
            && !relation.meta.is_generic()
        {
            let label = self.models.registry().get(relation.target).label().to_owned();
            return Ok(match object.record().related_one(name, self.executor).await? {
                Some(record) => Py::Object(Box::new(Object::new(label, record, false))),
                None => Py::None,
            });
        }
        let has_one = |model: &Model| {
            let one = |place: usize| !model.relations()[place].meta.is_generic();
            matches!(model.member(name), Some(Member::Field(_)))
                || matches!(model.member(name), Some(Member::Relation(place)) if one(place))
        };
        if model.member(name).is_none()
            && let Some((_, record)) = object.ancestors.iter().find(|(_, record)| has_one(record.model()))
        {
            let label = record.model().label().to_owned();
            let ancestor = Object::new(label, record.clone(), object.unsaved);
            return Box::pin(self.object_attribute(ancestor, name)).await;
        }
        if let Some(related) = GenericManager::of(&object, name, self)? {
            return Ok(Py::Generic(Box::new(related)));
        }
        if let Some(related) = RelatedManager::of(&object, name, self)? {
            return Ok(Py::Related(Box::new(related)));
        }
        // What was read beforehand under a name of its own: `to_attr`.
        if let Some((_, objects)) = object.prefetched().find(|(known, _)| *known == name) {
            let objects = objects.iter().map(|object| Py::Object(Box::new(object.clone())));
            return Ok(Py::List(objects.collect()));
        }
        if let Some(reverse) = reverse(model, name)
            && let ReverseSource::Field(field) = reverse.relation
        {
            let source = self.models.registry().get(reverse.source);
            let mut arguments = Arguments::default();
            let back = source.fields[field].name.clone();
            arguments.keywords.push((back, Py::Object(Box::new(object.clone()))));
            return match Set::all(self.models, source.label())?.got(arguments, self).await {
                Err(Error::Query(embellie_core::Error::DoesNotExist { .. })) => {
                    Err(Error::python("RelatedObjectDoesNotExist", format!("{} has no {name}.", model.name)))
                }
                found => found,
            };
        }
        Ok(method(Py::Object(Box::new(object)), name))
    }

    /// An item of a value: `value[index]`.
    pub(super) async fn item(&self, of: Py, index: Py) -> Result<Py> {
        match (of, index) {
            (Py::Manager(manager), _) => {
                Err(Error::type_error(format!("'Manager' object is not subscriptable: {}", manager.label)))
            }
            (Py::QuerySet(set), Py::Slice(start, stop, step)) => {
                let set = set.sliced(start, stop)?;
                match step {
                    None => Ok(Py::QuerySet(Box::new(set))),
                    Some(step @ 1..) => {
                        let step = usize::try_from(step).unwrap_or(usize::MAX);
                        Ok(Py::List(read(&set, self).await?.into_iter().step_by(step).collect()))
                    }
                    Some(_) => Err(Error::value_error("slice step cannot be zero or negative")),
                }
            }
            (Py::QuerySet(set), Py::Int(index)) => {
                if index < 0 {
                    return Err(Error::value_error("Negative indexing is not supported."));
                }
                let index = i64::try_from(index).unwrap_or(i64::MAX);
                let mut rows = read(&set.sliced(Some(index), index.checked_add(1))?, self).await?;
                rows.pop().ok_or_else(|| Error::python("IndexError", "list index out of range"))
            }
            (Py::QuerySet(_), other) => Err(Error::type_error(format!(
                "QuerySet indices must be integers or slices, not {}.",
                other.type_name()
            ))),
            (Py::List(values) | Py::Tuple(values), Py::Int(index)) => {
                let place = if index < 0 { index + values.len() as i128 } else { index };
                let found = usize::try_from(place).ok().and_then(|place| values.into_iter().nth(place));
                found.ok_or_else(|| Error::python("IndexError", "list index out of range"))
            }
            (Py::Dict(items), key) => {
                let same = |known: &Py| known.to_value().ok() == key.to_value().ok();
                let found = items.into_iter().find(|(known, _)| same(known));
                found.map(|(_, value)| value).ok_or_else(|| Error::python("KeyError", "there is no such key"))
            }
            (Py::Expr(expr), Py::Slice(start, stop, None)) => part(expr, start, stop),
            (Py::Expr(expr), Py::Int(index)) => {
                let index = i64::try_from(index).unwrap_or(-1);
                part(expr, Some(index), index.checked_add(1))
            }
            (of, _) => Err(Error::type_error(format!("'{}' object is not subscriptable", of.type_name()))),
        }
    }
}

fn method(of: Py, name: &str) -> Py {
    Py::Method(Box::new((of, name.to_owned())))
}

/// A part of a text or a list: `F("name")[2:5]`.
fn part(expr: Expr, start: Option<i64>, stop: Option<i64>) -> Result<Py> {
    let place = |value: Option<i64>| match value {
        Some(value) if value < 0 => Err(Error::value_error("Negative indexing is not supported.")),
        other => Ok(other.map(i64::unsigned_abs)),
    };
    let (start, stop) = (place(start)?.unwrap_or_default(), place(stop)?);
    if stop.is_some_and(|stop| stop < start) {
        return Err(Error::value_error("Slice stop must be greater than slice start."));
    }
    let length = stop.map(|stop| stop.saturating_sub(start));
    Ok(Py::Expr(Expr::Slice { expr: Box::new(expr), start, length }))
}
