//! Managers of the objects that are related to one.

use embellie::record::Record;
use embellie_core::meta::{Member, Reverse, ReverseSource};
use embellie_core::{Expr, Value};

use super::{Manager, Set};
use crate::arguments::Arguments;
use crate::evaluate::Evaluator;
use crate::{Error, Object, Py, Result};

/// A manager of the objects that are related to one: Django's related managers.
#[derive(Debug, Clone)]
pub struct RelatedManager {
    pub(crate) object: Object,
    /// The relation's name on the object.
    pub(crate) name: String,
    /// The label of the related objects' model.
    pub(crate) label: String,
    /// The foreign key of the related objects, for a way back of one.
    pub(crate) key: Option<ForeignKey>,
    pub(crate) set: Set,
    /// The field that related objects point at, when the object has no value for it.
    pub(crate) lacks: Option<String>,
    /// Whether the manager leaves out some of the related objects.
    pub(crate) filtered: bool,
}

/// A foreign key that leads back to the object whose relation it is.
#[derive(Debug, Clone)]
pub(crate) struct ForeignKey {
    pub(crate) name: String,
    pub(crate) null: bool,
}

/// What Django says of a prefetch by hand, which takes one query set.
pub(super) fn told_of_prefetch(arguments: Arguments) -> Result<Error> {
    let [_, sets] = arguments.bind("get_prefetch_querysets", ["instances", "querysets"])?;
    Ok(match sets {
        Some(sets) if sets.clone().into_elements()?.len() != 1 => {
            Error::value_error("querysets argument of get_prefetch_querysets() should have a length of 1.")
        }
        _ => Error::Unknown("get_prefetch_querysets()".into()),
    })
}

/// The way back that objects know by a name.
pub(crate) fn reverse<'m>(model: &'m embellie_core::meta::Model, name: &str) -> Option<&'m Reverse> {
    model.reverse().iter().find(|reverse| reverse.accessor.as_deref() == Some(name))
}

impl RelatedManager {
    /// The manager of a relation; `None` when the object's model has none of that name.
    pub(crate) fn of(object: &Object, name: &str, on: &Evaluator<'_>) -> Result<Option<RelatedManager>> {
        let models = on.models;
        let registry = models.registry();
        let model = object.record().model();
        let (target, key) = match (reverse(model, name), model.member(name)) {
            (Some(reverse), _) if reverse.multiple => {
                let key = match reverse.relation {
                    ReverseSource::Field(field) => {
                        let field = &registry.get(reverse.source).fields[field];
                        Some(ForeignKey { name: field.name.clone(), null: field.null })
                    }
                    ReverseSource::Relation(place) => {
                        let relation = &registry.get(reverse.source).relations()[place];
                        Some(ForeignKey { name: relation.meta.name.clone(), null: relation.meta.null })
                    }
                    ReverseSource::ManyToMany(_) => None,
                };
                (reverse.source, key)
            }
            (None, Some(Member::ManyToMany(index))) => (model.many_to_many()[index].target, None),
            _ => {
                // What is related to the row that this one adds columns to.
                for (_, record) in &object.ancestors {
                    let label = record.model().label().to_owned();
                    let ancestor = Object::new(label, record.clone(), object.unsaved);
                    if let Some(related) = RelatedManager::of(&ancestor, name, on)? {
                        return Ok(Some(related));
                    }
                }
                return Ok(None);
            }
        };
        if object.is_unsaved() && object.key().is_null() {
            return Err(Error::value_error(format!(
                "'{}' instance needs to have a primary key value before this relationship can be used.",
                object.model()
            )));
        }
        let label = registry.get(target).label().to_owned();
        let related = RelatedManager {
            object: object.clone(),
            name: name.to_owned(),
            key,
            set: Set::all(models, &label)?,
            label,
            filtered: false,
            lacks: None,
        };
        let pointed_at = match reverse(model, name) {
            Some(reverse) => models.pointed_at(reverse),
            None => Vec::new(),
        };
        if !(model.has_composite_key() && pointed_at.len() < 2)
            && let Some(&to_field) =
                pointed_at.iter().find(|&&to_field| object.field(&model.fields[to_field].name).is_null())
        {
            return Ok(Some(RelatedManager {
                lacks: Some(model.fields[to_field].name.clone()),
                set: related.set.clone().none(),
                ..related
            }));
        }
        related.by_manager("_default_manager", on).map(Some)
    }

    /// The same relation, read by another manager of the related objects' model.
    pub(crate) fn by_manager(mut self, manager: &str, on: &Evaluator<'_>) -> Result<RelatedManager> {
        let manager =
            Manager::named(on, &self.label, manager)?.ok_or_else(|| Error::attribute(&self.label, manager))?;
        let mut set = manager.all()?;
        let related = self.object.record().related(&self.name)?.objects();
        set.query.steps.extend(related.query().steps.iter().cloned());
        // The conditions of a many-to-many relation and those of the next call are met by one row between.
        set.sticky = self.key.is_none();
        set.known = self.key.iter().map(|key| (key.name.clone(), self.object.alone())).collect();
        self.filtered = set.query.steps.len() > related.query().steps.len();
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
        if method == "get_prefetch_querysets" {
            return Err(told_of_prefetch(arguments)?);
        }
        if !matches!(method, "add" | "remove" | "clear" | "set" | "create" | "get_or_create" | "update_or_create") {
            return Ok(None);
        }
        if let Some(field) = &self.lacks {
            return Err(Error::value_error(format!(
                "\"<{} object>\" needs to have a value for field \"{field}\" before this relationship can be used.",
                self.object.model()
            )));
        }
        if let Some(key) = &self.key
            && !key.null
            && matches!(method, "remove" | "clear")
        {
            return Err(Error::attribute("RelatedManager", method));
        }
        let defaults = self.through_defaults(&mut arguments, on)?;
        let related = self.object.record().related(&self.name)?.through_defaults(defaults.clone());
        match method {
            "add" | "remove" => {
                let bulk = arguments.keyword("bulk");
                arguments.no_keywords(method)?;
                let bulk = bulk.is_none_or(|bulk| bulk.is_true());
                if method == "add" && !bulk && self.key.is_some() {
                    return self.save_each(arguments.positional, on).await.map(Some);
                }
                let records = self.records(arguments.positional, on).await?;
                let records: Vec<&Record> = records.iter().collect();
                match method {
                    "add" => related.add(&records, on.executor).await?,
                    _ => {
                        self.refuse_strangers(&records)?;
                        let chosen = self.chosen(on).await?;
                        let is_chosen = |record: &&Record| {
                            chosen.as_ref().is_none_or(|chosen| chosen.iter().any(|known| known.key() == record.key()))
                        };
                        let records: Vec<&Record> = records.into_iter().filter(is_chosen).collect();
                        related.remove(&records, on.executor).await?;
                    }
                }
            }
            "clear" => {
                let _ = arguments.keyword("bulk");
                arguments.none("clear")?;
                match self.chosen(on).await? {
                    None => related.clear(on.executor).await?,
                    Some(chosen) => related.remove(&chosen.iter().collect::<Vec<_>>(), on.executor).await?,
                }
            }
            "set" => {
                let [objects, _, clear] = arguments.bind("set", ["objs", "bulk", "clear"])?;
                let objects = match objects {
                    Some(Py::QuerySet(set)) => super::read(&set, on).await?,
                    Some(objects) => objects.into_elements()?,
                    None => return Err(Error::type_error("set() missing 1 required positional argument: 'objs'")),
                };
                let records = self.records(objects, on).await?;
                let records: Vec<&Record> = records.iter().collect();
                if self.key.as_ref().is_some_and(|key| !key.null) {
                    related.add(&records, on.executor).await?;
                } else if clear.is_some_and(|clear| clear.is_true()) {
                    related.clear(on.executor).await?;
                    related.add(&records, on.executor).await?;
                } else {
                    related.set(&records, on.executor).await?;
                }
            }
            _ => return self.create(method, arguments, defaults, on).await.map(Some),
        }
        Ok(Some(Py::None))
    }

    /// What new rows of the model between hold besides.
    fn through_defaults(&self, arguments: &mut Arguments, on: &Evaluator<'_>) -> Result<Vec<(String, Value)>> {
        let items = match arguments.keyword("through_defaults") {
            None | Some(Py::None) => return Ok(Vec::new()),
            Some(Py::Dict(items)) => items,
            Some(other) => return Err(Error::attribute(other.type_name(), "items")),
        };
        let Py::Model(through) = on.through(&self.object.label, &self.name)? else { return Ok(Vec::new()) };
        let through = on.models.model(&through)?;
        let value = |(name, value): (Py, Py)| {
            let name = name.into_text("a field name")?;
            match on.assigned(through, &name, value)? {
                Expr::Value(value) => Ok((name, value)),
                other => Err(Error::Unknown(format!("{other} as a value of a new row"))),
            }
        };
        items.into_iter().map(value).collect()
    }

    /// The related objects that the manager gives, when it leaves out some.
    async fn chosen(&self, on: &Evaluator<'_>) -> Result<Option<Vec<Record>>> {
        if !self.filtered {
            return Ok(None);
        }
        let rows = super::read(&self.set, on).await?;
        let records = rows.into_iter().filter_map(|row| match row {
            Py::Object(object) => Some(object.record),
            _ => None,
        });
        Ok(Some(records.collect()))
    }

    /// Lets objects point here and saves each, which may be new.
    async fn save_each(&self, objects: Vec<Py>, on: &Evaluator<'_>) -> Result<Py> {
        let Some(key) = &self.key else { return Ok(Py::None) };
        for object in objects {
            match object {
                Py::Object(object) if object.label == self.label => {
                    let owner = Py::Object(Box::new(self.object.clone()));
                    on.change(*object, vec![(key.name.clone(), owner)]).await?;
                }
                other => {
                    return Err(Error::type_error(format!(
                        "'{}' instance expected, got {}",
                        self.label,
                        other.type_name()
                    )));
                }
            }
        }
        Ok(Py::None)
    }

    async fn create(
        &self,
        method: &str,
        mut arguments: Arguments,
        defaults: Vec<(String, Value)>,
        on: &Evaluator<'_>,
    ) -> Result<Py> {
        if let Some(key) = &self.key {
            let owner = Py::Object(Box::new(self.object.clone()));
            arguments.keywords.retain(|(name, _)| *name != key.name);
            arguments.keywords.push((key.name.clone(), owner));
            let set = match method {
                "create" => Set::all(on.models, &self.label)?,
                _ => self.set.clone(),
            };
            return set.write(method, arguments, on).await?.map_err(|_| Error::attribute("RelatedManager", method));
        }
        let made = self.set.clone().write(method, arguments, on).await?;
        let made = made.map_err(|_| Error::attribute("RelatedManager", method))?;
        let (object, new) = match &made {
            Py::Tuple(pair) => match &pair[..] {
                [Py::Object(object), Py::Bool(new)] => (object, *new),
                _ => return Ok(made),
            },
            Py::Object(object) => (object, true),
            _ => return Ok(made),
        };
        if new {
            let related = self.object.record().related(&self.name)?.through_defaults(defaults);
            related.add(&[object.record()], on.executor).await?;
        }
        Ok(made)
    }

    /// The objects that a call names, by themselves or by their keys.
    async fn records(&self, given: Vec<Py>, on: &Evaluator<'_>) -> Result<Vec<Record>> {
        let model = on.models.model(&self.label)?;
        let mut records = Vec::new();
        for value in given {
            match value {
                Py::Object(object) => {
                    if object.record().model().id() != model.id() {
                        return Err(Error::type_error(format!(
                            "'{}' instance expected, got <{} object>",
                            model.name,
                            object.model()
                        )));
                    }
                    if object.is_unsaved() {
                        return Err(Error::value_error(format!(
                            "<{} object> instance isn't saved. Save the object first.",
                            object.model()
                        )));
                    }
                    records.push(object.record);
                }
                key if self.key.is_none() && !matches!(key, Py::QuerySet(_) | Py::Manager(_)) => {
                    let mut arguments = Arguments::default();
                    arguments.keywords.push((self.key_field(on)?, key));
                    match Set::all(on.models, &self.label)?.got(arguments, on).await? {
                        Py::Object(object) => records.push(object.record),
                        _ => return Err(Error::type_error("an object was expected")),
                    }
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
        // As in Django, where keys are a set: small numbers in their order.
        if self.key.is_none() && records.iter().all(|record| matches!(record.key(), Value::Int(_))) {
            records.sort_by_key(|record| match record.key() {
                Value::Int(key) => *key,
                _ => 0,
            });
        }
        Ok(records)
    }

    /// The field by which the model between tells the related objects.
    fn key_field(&self, on: &Evaluator<'_>) -> Result<String> {
        let registry = on.models.registry();
        let model = self.object.record().model();
        let (link, forward) = match (reverse(model, &self.name), model.member(&self.name)) {
            (Some(reverse), _) => match reverse.relation {
                ReverseSource::ManyToMany(index) => (&registry.get(reverse.source).many_to_many()[index], false),
                ReverseSource::Field(_) | ReverseSource::Relation(_) => return Ok("pk".to_owned()),
            },
            (_, Some(Member::ManyToMany(index))) => (&model.many_to_many()[index], true),
            _ => return Ok("pk".to_owned()),
        };
        let through = registry.get(link.through);
        let end = if forward { link.other } else { link.source };
        Ok(match end.field(link.through).and_then(|place| through.target(place)) {
            Some((target, field)) => registry.get(target).fields[field].attname(),
            None => "pk".to_owned(),
        })
    }

    /// A foreign key that leads elsewhere is not taken out of the set.
    fn refuse_strangers(&self, records: &[&Record]) -> Result<()> {
        let Some(key) = &self.key else { return Ok(()) };
        for record in records {
            let points_at: &Value = record.get(&key.name)?;
            if *points_at != self.object.key() {
                return Err(embellie_core::Error::DoesNotExist { model: self.object.label.clone() }.into());
            }
        }
        Ok(())
    }
}
