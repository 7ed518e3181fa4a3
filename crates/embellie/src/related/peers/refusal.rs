//! What is said where the fetch mode forbids to read.

use embellie_core::meta::{Member, Model, ReverseSource, link_name};
use embellie_core::{Error, Registry};

use super::What;
use crate::log::CallSite;
use crate::related::SetName;

/// What is asked for.
pub(crate) struct Wanted<'a> {
    pub(crate) what: What,
    /// The tables that it is read from, where what was read lasts only until somebody writes to them.
    pub(crate) tables: &'a [&'a str],
    /// Whether the rows have a Rust type.
    pub(crate) typed: bool,
}

/// What to say when it may not be read.
pub(super) fn refuse(registry: &Registry, model: &Model, wanted: &Wanted<'_>, site: Option<CallSite>) -> Error {
    let class = &model.name;
    let (name, add) = match &wanted.what {
        What::Key(field) => {
            let relation = || model.relations().get(field - model.fields.len()).map(|relation| &relation.meta.name);
            let name = model.fields.get(*field).map(|field| &field.name).or_else(relation).map_or("", String::as_str);
            let add = match wanted.typed {
                true => format!("Add `.select_related({class}::{name})` or `.prefetch({class}::{name})`"),
                false => format!("Add `.select_related([\"{name}\"])` or `.prefetch([\"{name}\"])`"),
            };
            (format!(".{name}"), add)
        }
        What::Set(set) => {
            let (way, is_back) = way(registry, model, set, wanted.typed);
            let add = match (wanted.typed, is_back) {
                (true, true) => format!("Add `.prefetch({class}::{way}())`"),
                (true, false) => format!("Add `.prefetch({class}::{way})`"),
                (false, _) => format!("Add `.prefetch([\"{way}\"])`"),
            };
            (format!(".{way}"), add)
        }
        What::Value(path) => {
            let names = path.names().collect::<Vec<_>>().join(".");
            let spelled = if wanted.typed { format!("{class}::{names}") } else { format!("\"{path}\"") };
            (format!(".{names}"), format!("Add `{spelled}` to `only`, or take it out of `defer`, in"))
        }
        What::Whole => (String::new(), "Take `only` or `defer` out of".to_owned()),
    };
    let to = if add.ends_with("in") || add.ends_with("of") { "" } else { " to" };
    let site = site.map(|site| format!(" at {site}")).unwrap_or_default();
    Error::Field(format!(
        "{}{name} was not read with its row, and the fetch mode `Raise` of the query set that read it{site} forbids to \
         read it now. {add}{to} that query set, or give it another fetch mode.",
        model.label(),
    ))
}

/// What to leave out of a query set that reads a relation beforehand for nothing.
pub(super) fn spelled(model: &Model, what: &What, relation: &str, records: bool) -> String {
    let class = &model.name;
    let typed = match model.member(relation) {
        Some(Member::Reverse(_)) | None => format!("{class}::{relation}()"),
        Some(_) => format!("{class}::{relation}"),
    };
    let named = match what {
        What::Set(SetName::Handle(_) | SetName::Named(_)) => ", under a name of its own",
        _ => "",
    };
    match records {
        true => format!("`.prefetch([\"{relation}\"])`{named}"),
        false => format!("`.prefetch({typed})`{named}"),
    }
}

/// What to leave out of a query set over a model that reads the object at the end of a path for nothing.
pub(super) fn spelled_path(model: &Model, path: &[String], records: bool) -> String {
    match records {
        true => format!("`.select_related([\"{}\"])`", path.join("__")),
        false => format!("`.select_related({}::{})`", model.name, path.join(".")),
    }
}

/// The name that a set of related objects has for its owner, and whether it is a way back.
fn way(registry: &Registry, model: &Model, set: &SetName, typed: bool) -> (String, bool) {
    let SetName::Way { model: to, back } = set else { return (String::new(), true) };
    let links = model.many_to_many().iter().map(|link| &link.meta.name);
    let mut declared = links.chain(model.relations().iter().map(|relation| &relation.meta.name));
    if let Some(name) = declared.find(|name| link_name(model.label(), name) == *back) {
        return (name.clone(), false);
    }
    let reverse = model.reverse().iter().find(|reverse| {
        let source = registry.get(reverse.source);
        let relation = match reverse.relation {
            ReverseSource::Field(field) => &source.fields[field].name,
            ReverseSource::ManyToMany(index) => &source.many_to_many()[index].meta.name,
            ReverseSource::Relation(index) => &source.relations()[index].meta.name,
        };
        source.label() == to && relation == back
    });
    let name = reverse.map(|reverse| match (typed, &reverse.accessor) {
        (false, Some(accessor)) => accessor.clone(),
        _ => reverse.query_name.clone(),
    });
    (name.unwrap_or_else(|| back.clone().into_owned()), true)
}
