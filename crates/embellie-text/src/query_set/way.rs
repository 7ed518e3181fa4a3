//! How related objects are found: by which fields, of which model.

use embellie::record::Record;
use embellie_core::field::{FieldKind, prepare};
use embellie_core::lookup::Lookup;
use embellie_core::meta::{Member, ModelId, ReverseSource, link_name};
use embellie_core::{Path, Q, Value};

use super::reverse;
use crate::arguments::Arguments;
use crate::evaluate::Evaluator;
use crate::query_set::Set;
use crate::{Object, Py, Result};

/// How related objects are found.
pub(super) enum Way {
    /// By fields that hold the same.
    Fields {
        label: String,
        here: Vec<String>,
        there: Vec<String>,
        /// Whether an object has one at most.
        single: bool,
        /// The name by which they know the object that they are related to.
        back: Option<String>,
        manager: &'static str,
    },
    /// By rows between; `back` is the name of the relation at the other end.
    Linked { label: String, holder: ModelId, back: String },
    /// By a generic relation, whose keys are of this kind here.
    Generic { label: String, name: String, holder: ModelId, object_id: String, kind: FieldKind },
    /// By a generic foreign key.
    AnyModel { content_type: String, object_id: String },
}

impl Way {
    /// The relation of an object, its own or that of a row which it adds columns to.
    pub(super) fn of(object: &Object, name: &str, on: &Evaluator<'_>) -> Result<Option<Way>> {
        if let Some((content_type, object_id)) = on.models.generic_key(&object.label, name) {
            let attname = |name: &str| match object.record_of(name) {
                Some(record) => record.model().fields[record.model().field_index(name).unwrap_or_default()].attname(),
                None => name.to_owned(),
            };
            let (content_type, object_id) = (attname(content_type), attname(object_id));
            return Ok(Some(Way::AnyModel { content_type, object_id }));
        }
        let own = std::iter::once(&object.record).chain(object.ancestors.iter().map(|(_, record)| record));
        Ok(own.filter_map(|record| Way::of_record(record, name, on)).next())
    }

    fn of_record(record: &Record, name: &str, on: &Evaluator<'_>) -> Option<Way> {
        let registry = on.models.registry();
        let model = record.model();
        let names = |model: ModelId, fields: &[usize]| {
            fields.iter().map(|&field| registry.get(model).fields[field].attname()).collect::<Vec<String>>()
        };
        let label = |model: ModelId| registry.get(model).label().to_owned();
        if let Some(way_back) = reverse(model, name) {
            let source = registry.get(way_back.source);
            let (fk, fields) = match way_back.relation {
                ReverseSource::Field(field) => (source.fields[field].name.clone(), vec![field]),
                ReverseSource::Relation(place) => {
                    let relation = &source.relations()[place];
                    if relation.meta.is_generic() {
                        let back = relation.meta.name.clone();
                        return Some(Way::Linked { label: label(way_back.source), holder: model.id(), back });
                    }
                    (relation.meta.name.clone(), relation.pairs.iter().map(|&(here, _)| here).collect())
                }
                ReverseSource::ManyToMany(place) => {
                    let back = source.many_to_many()[place].meta.name.clone();
                    return Some(Way::Linked { label: label(way_back.source), holder: model.id(), back });
                }
            };
            return Some(Way::Fields {
                label: label(way_back.source),
                here: names(model.id(), &on.models.pointed_at(way_back)),
                there: names(way_back.source, &fields),
                single: !way_back.multiple,
                back: Some(fk),
                manager: if way_back.multiple { "_default_manager" } else { "_base_manager" },
            });
        }
        match model.member(name)? {
            Member::Field(field) if model.fields[field].name == name => {
                let (target, to_field) = model.target(field)?;
                let one_to_one = model.fields[field].relation.as_ref().is_some_and(|relation| relation.one_to_one);
                Some(Way::Fields {
                    label: label(target),
                    here: names(model.id(), &[field]),
                    there: names(target, &[to_field]),
                    single: true,
                    back: one_to_one.then(|| on.models.accessor(target, model.id(), field)).flatten(),
                    manager: "_base_manager",
                })
            }
            Member::ManyToMany(place) => {
                let back = link_name(model.label(), name);
                Some(Way::Linked { label: label(model.many_to_many()[place].target), holder: model.id(), back })
            }
            Member::Relation(place) => {
                let relation = &model.relations()[place];
                let (here, there): (Vec<usize>, Vec<usize>) = relation.pairs.iter().copied().unzip();
                if relation.meta.is_generic() {
                    let object_id = names(relation.holder, &there).pop()?;
                    let kind = registry.storage_kind(model.id(), model.primary_key_index());
                    let (label, name) = (label(relation.target), name.to_owned());
                    return Some(Way::Generic { label, name, holder: model.id(), object_id, kind });
                }
                Some(Way::Fields {
                    label: label(relation.target),
                    here: names(model.id(), &here),
                    there: names(relation.target, &there),
                    single: true,
                    back: None,
                    manager: "_base_manager",
                })
            }
            _ => None,
        }
    }

    pub(super) fn label(&self) -> &str {
        match self {
            Way::Fields { label, .. } | Way::Linked { label, .. } | Way::Generic { label, .. } => label,
            Way::AnyModel { .. } => "",
        }
    }

    /// The manager that reads the objects where no query set is given.
    pub(super) fn manager(&self) -> &'static str {
        match self {
            Way::Fields { manager, .. } => manager,
            _ => "_default_manager",
        }
    }

    /// Whether an object has one at most.
    pub(super) fn is_single(&self) -> bool {
        matches!(self, Way::Fields { single: true, .. } | Way::AnyModel { .. })
    }

    /// The name by which related objects know the one that they were read for.
    pub(super) fn known_back(&self) -> Option<&str> {
        if let Way::Fields { back, .. } = self { back.as_deref() } else { None }
    }

    /// What an object says of those that it is related to.
    pub(super) fn value(&self, object: &Object) -> Value {
        match self {
            Way::Fields { here, .. } => together(object, here),
            Way::Linked { holder, .. } | Way::Generic { holder, .. } => {
                let mut own = std::iter::once(&object.record).chain(object.ancestors.iter().map(|(_, record)| record));
                own.find(|record| record.model().id() == *holder).map_or(Value::Null, |record| record.key().clone())
            }
            Way::AnyModel { content_type, object_id } => together(object, &[content_type.clone(), object_id.clone()]),
        }
    }

    /// What a related object says of the one that it is related to.
    pub(super) fn value_there(&self, object: &Object) -> Value {
        match self {
            Way::Fields { there, .. } => together(object, there),
            Way::Generic { object_id, kind, .. } => {
                let value = object.field(object_id);
                prepare(*kind, object_id, value.clone()).unwrap_or(value)
            }
            _ => Value::Null,
        }
    }

    /// The condition that objects are related to some.
    pub(super) fn condition(&self, wanted: Vec<Value>, on: &Evaluator<'_>) -> Result<Q> {
        Ok(match self {
            Way::Fields { there, .. } => match &there[..] {
                [one] => Q::lookup(Path::new([one.clone()]), Lookup::In, Value::List(wanted)),
                several => {
                    let equal = |value: Value| {
                        let parts = if let Value::List(parts) = value { parts } else { vec![value] };
                        let pairs = several.iter().zip(parts);
                        pairs.fold(Q::all(), |all, (name, part)| all & Q::new(Path::new([name.clone()]), part))
                    };
                    wanted.into_iter().map(equal).reduce(|any, q| any | q).unwrap_or_else(Q::all)
                }
            },
            Way::Generic { holder, name, .. } => {
                let registry = on.models.registry();
                let model = registry.get(*holder);
                match model.member(name) {
                    Some(Member::Relation(place)) => registry.pointing_at(&model.relations()[place], wanted),
                    _ => Q::all(),
                }
            }
            _ => Q::all(),
        })
    }
}

/// The value of a field, or the list of those of several; null where one of them is.
fn together(object: &Object, names: &[String]) -> Value {
    let values: Vec<Value> = names.iter().map(|name| object.field(name)).collect();
    match (&values[..], values.iter().any(Value::is_null)) {
        (_, true) => Value::Null,
        ([one], _) => one.clone(),
        _ => Value::List(values),
    }
}

impl Evaluator<'_> {
    /// The label of the model that a content type stands for.
    pub(super) async fn label_of_type(&self, key: Value) -> Result<Option<String>> {
        let mut arguments = Arguments::default();
        arguments.keywords.push(("pk".to_owned(), Py::from_value(key)));
        let Py::Object(kind) = Set::all(self.models, super::generic::CONTENT_TYPE)?.got(arguments, self).await? else {
            return Ok(None);
        };
        let text = |name: &str| if let Value::Text(text) = kind.field(name) { text } else { String::new() };
        let (app, name) = (text("app_label"), text("model"));
        let same = |model: &&embellie_core::meta::Model| model.app == app && model.name.to_lowercase() == name;
        Ok(self.models.registry().models().iter().find(same).map(|model| model.label().to_owned()))
    }
}
