//! What a relation that is followed is, by the metadata of its models.

use embellie_core::meta::{Member, Model, ModelId, Reverse, ReverseSource, link_name};
use embellie_core::{Error, Registry, Result, did_you_mean};
use embellie_sql::TableColumn;

use super::Level;
use crate::model::Parent;
use crate::related::SetName;

/// How related objects are found.
pub(super) enum Way {
    /// By a foreign key of the owner.
    Key { field: usize, target: ModelId, to_field: usize },
    /// By a foreign key that points at the owner; or at a row that the owner adds columns to, whose place it then does
    /// not take.
    Back { source: ModelId, field: usize, to_field: usize, inherited: bool },
    /// By a relation over several columns, or the way back of one: fields of the owner and of the objects that hold
    /// the same.
    Fields { name: String, target: ModelId, here: Vec<usize>, there: Vec<usize>, back: bool },
    /// By a many-to-many relation, which is called `back` at the other end; `name` is its own, where it is declared on
    /// the owner; `to_field` holds the key of the row whose relation it is, where that is not the owner itself.
    Link { target: ModelId, back: String, name: Option<String>, to_field: Option<usize> },
    /// By a relation of a row that the owner adds columns to, which its parent link leads to.
    Inherited { link: usize, ancestor: ModelId },
}

impl Way {
    /// The relation of a model that a level follows.
    pub(super) fn of(level: &Level, model: &Model, registry: &Registry) -> Result<Self> {
        let name = &*level.name;
        if level.of_objects
            && let Some(reverse) = model.reverse().iter().find(|reverse| reverse.accessor.as_deref() == Some(name))
        {
            return Ok(Way::back(reverse, registry));
        }
        match model.member(name) {
            Some(Member::ManyToMany(index)) => {
                let link = &model.many_to_many()[index];
                let own = Some(link.meta.name.clone());
                Ok(Way::Link { target: link.target, back: link_name(model.label(), name), name: own, to_field: None })
            }
            Some(Member::Relation(index)) => {
                let relation = &model.relations()[index];
                let target = relation.target;
                if relation.meta.is_generic() {
                    let back = link_name(model.label(), name);
                    return Ok(Way::Link { target, back, name: None, to_field: None });
                }
                let (here, there) = relation.pairs.iter().copied().unzip();
                Ok(Way::Fields { name: name.to_owned(), target, here, there, back: false })
            }
            Some(Member::Reverse(index)) if !level.of_objects => Ok(Way::back(&model.reverse()[index], registry)),
            Some(Member::Field(field)) => match model.target(field) {
                Some((target, to_field)) if model.fields[field].name == name => {
                    Ok(Way::Key { field, target, to_field })
                }
                _ => Err(Error::Value(format!(
                    "'{name}' does not resolve to an item that supports prefetching - this is an invalid parameter to \
                     prefetch_related(). Relations of {} are: {}",
                    model.name,
                    names(model).join(", ")
                ))),
            },
            _ => match level.of_objects.then(|| Parent::with(model, name, registry)).flatten() {
                Some(parent) => Way::inherited(level, &parent, registry),
                None => Err(Error::Field(format!(
                    "Cannot find '{name}' on {} object, '{name}' is an invalid parameter to prefetch_related(){}. Choices \
                 are: {}",
                    model.name,
                    did_you_mean(name, names(model)),
                    names(model).join(", ")
                ))),
            },
        }
    }

    /// The relation of a row that the owner adds columns to.
    fn inherited(level: &Level, parent: &Parent, registry: &Registry) -> Result<Self> {
        let Parent { link, ancestor, by_key } = *parent;
        let model = registry.get(ancestor);
        Ok(match Way::of(level, model, registry)? {
            // Where the key is all that it goes by, the row itself is not needed.
            Way::Back { source, field, to_field, .. } if by_key && model.key_fields() == [to_field] => {
                Way::Back { source, field, to_field: link, inherited: true }
            }
            Way::Link { target, back, .. } if by_key => Way::Link { target, back, name: None, to_field: Some(link) },
            _ => Way::Inherited { link, ancestor },
        })
    }

    fn back(reverse: &Reverse, registry: &Registry) -> Self {
        match reverse.relation {
            ReverseSource::ManyToMany(index) => {
                let back = registry.get(reverse.source).many_to_many()[index].meta.name.clone();
                Way::Link { target: reverse.source, back, name: None, to_field: None }
            }
            ReverseSource::Relation(index) => {
                let relation = &registry.get(reverse.source).relations()[index];
                if relation.meta.is_generic() {
                    let back = relation.meta.name.clone();
                    return Way::Link { target: reverse.source, back, name: None, to_field: None };
                }
                let (there, here) = relation.pairs.iter().copied().unzip();
                Way::Fields { name: relation.meta.name.clone(), target: reverse.source, here, there, back: true }
            }
            ReverseSource::Field(field) => {
                let to_field = registry.get(reverse.source).target(field).map(|(_, field)| field);
                Way::Back { source: reverse.source, field, to_field: to_field.unwrap_or_default(), inherited: false }
            }
        }
    }

    /// The model at the other end.
    pub(super) fn target(&self) -> ModelId {
        match self {
            Way::Key { target, .. } | Way::Link { target, .. } | Way::Fields { target, .. } => *target,
            Way::Back { source, .. } => *source,
            Way::Inherited { ancestor, .. } => *ancestor,
        }
    }

    /// The column at the other end that the objects are found by, where it is one of their own.
    pub(super) fn column(&self, registry: &Registry) -> Option<TableColumn> {
        let model = registry.get(self.target());
        let field = match self {
            Way::Key { to_field, .. } => *to_field,
            Way::Back { field, .. } => *field,
            Way::Fields { there, .. } => *there.first()?,
            Way::Link { .. } | Way::Inherited { .. } => return None,
        };
        let field = model.fields.get(field)?;
        Some(TableColumn { table: model.table.clone(), name: field.column.clone() })
    }

    /// Under which name the objects are held that several may be; `None` for a foreign key, which holds its own.
    pub(super) fn set_name(&self, registry: &Registry) -> Option<SetName> {
        let target = registry.get(self.target());
        let back = match self {
            Way::Key { .. } | Way::Fields { back: false, .. } | Way::Inherited { .. } => return None,
            Way::Back { field, .. } => target.fields[*field].name.clone(),
            Way::Fields { name, .. } => name.clone(),
            Way::Link { back, .. } => back.clone(),
        };
        Some(SetName::Way { model: target.label().to_owned().into(), back: back.into() })
    }
}

/// The names of the relations of objects of a model.
fn names(model: &Model) -> Vec<&str> {
    let fields = model.fields.iter().filter(|field| field.relation.is_some()).map(|field| field.name.as_str());
    let links = model.many_to_many().iter().map(|link| link.meta.name.as_str());
    let relations = model.relations().iter().map(|relation| relation.meta.name.as_str());
    fields
        .chain(links)
        .chain(relations)
        .chain(model.reverse().iter().filter_map(|reverse| reverse.accessor.as_deref()))
        .collect()
}
