//! Paths: typed where every name of them is a field or a relation.

use embellie_core::Path;
use embellie_core::field::FieldKind;
use embellie_core::meta::{Member, ModelId};

use super::expression::Form;
use super::kind::Type;
use super::{Unsaid, Writer};
use crate::word::ident;

/// Where a path leads.
pub(super) struct Found {
    /// The field at its end, if one is.
    pub(super) field: Option<(ModelId, usize)>,
    /// The names after it: transforms and a lookup.
    pub(super) rest: Vec<String>,
    /// How many names lead there.
    pub(super) length: usize,
    /// The model of the objects at its end.
    pub(super) to: Option<ModelId>,
    /// The column of a relation alone: `author_id`.
    is_column: bool,
}

impl<'r> Writer<'r> {
    /// Follows a path as far as it goes; `None` where it begins with no name of the model.
    pub(super) fn follow(&self, path: &Path) -> Option<Found> {
        let mut at = Some(self.model.id());
        let mut found = Found { field: None, rest: Vec::new(), length: 0, to: None, is_column: false };
        let mut names = path.names();
        if let Some(relation) = path.names().next().and_then(|first| self.relation(first)) {
            names.next();
            (at, found.length, found.to) = (Some(relation.to), 1, Some(relation.to));
        }
        for name in names {
            let member =
                at.filter(|_| found.rest.is_empty()).and_then(|id| Some((id, self.registry.get(id).member(name)?)));
            let Some((id, member)) = member else {
                found.rest.push(name.to_owned());
                at = None;
                continue;
            };
            found.length += 1;
            found.field = match member {
                Member::Field(place) => Some((id, place)),
                _ => None,
            };
            at = self.registry.hops(id, member).last().map(|hop| hop.to);
            found.to = at;
            // `author_id` leads no further.
            if let Member::Field(place) = member
                && let Some(field) = self.registry.get(id).fields.get(place)
                && field.name != name
                && name != "pk"
            {
                (at, found.is_column) = (None, true);
            }
        }
        (found.length > 0).then_some(found)
    }

    /// The type of what a path leads to.
    pub(super) fn type_of_found(&self, found: &Found) -> Type {
        if let Some(to) = found.to
            && !found.is_column
        {
            return Type::Object(to);
        }
        match (found.to, found.field) {
            (Some(to), _) => self.key_type(to).unwrap_or(Type::Other),
            (None, Some(field)) => self.field_type(field),
            (None, None) => Type::Other,
        }
    }

    /// The type of a model's primary key, where it is one field.
    pub(super) fn key_type(&self, model: ModelId) -> Option<Type> {
        match self.registry.get(model).member("pk")? {
            Member::Field(place) => Some(self.field_type((model, place))),
            _ => None,
        }
    }

    fn field_type(&self, field: (ModelId, usize)) -> Type {
        match self.registry.get(field.0).fields.get(field.1) {
            // An enum, perhaps.
            Some(meta) if !meta.choices.is_empty() => Type::Other,
            _ => Type::of_kind(self.kind(field)),
        }
    }

    /// Whether a path is nothing but the way to a field or relation.
    pub(super) fn is_field(&self, path: &Path) -> bool {
        !self.is_alias(path) && self.follow(path).is_some_and(|found| found.rest.is_empty())
    }

    /// Whether a path begins with the name of an annotation.
    pub(super) fn is_alias(&self, path: &Path) -> bool {
        path.names().next().is_some_and(|first| self.aliases.iter().any(|alias| alias == first))
    }

    /// Whether a name is given in the query itself, to an annotation or a relation.
    pub(super) fn is_name(&self, name: &str) -> bool {
        self.aliases.iter().any(|alias| alias == name) || self.relation(name).is_some()
    }

    /// `Post::author.name`, `User::posts().title`, and what it is.
    pub(super) fn typed_path(&self, path: &Path) -> Option<(String, Form)> {
        self.typed_path_from(path, String::new())
    }

    /// The same from a row that has a name: `post.author.name`.
    pub(super) fn typed_path_from(&self, path: &Path, row: String) -> Option<(String, Form)> {
        let mut at = Some(self.model.id());
        let mut written = row;
        let mut names: Vec<&str> = path.names().collect();
        let renamed = match names.first().and_then(|first| self.relation(first)) {
            Some(relation) => {
                (at, written) = (Some(relation.to), relation.name.clone());
                names.remove(0);
                if names.is_empty() {
                    return Some((format!("{written}.path()"), Form::Relation));
                }
                self.names.path(self.registry, relation.to, &Path::new(names.iter().map(|name| (*name).to_owned())))
            }
            None => self.names.path(self.registry, self.model.id(), path),
        };
        let renamed = Path::from(renamed.as_str());
        let mut form = Form::Relation;
        for (name, called) in names.into_iter().zip(renamed.names()) {
            let id = at?;
            let member = self.registry.get(id).member(name)?;
            if written.is_empty() {
                written.push_str(&self.model_type());
                written.push_str("::");
            } else {
                written.push('.');
            }
            written.push_str(&ident(called));
            at = self.registry.hops(id, member).last().map(|hop| hop.to);
            form = match member {
                Member::Reverse(_) => {
                    written.push_str("()");
                    Form::Relation
                }
                Member::ManyToMany(_) => Form::Relation,
                Member::Field(place) => match self.registry.get(id).fields.get(place) {
                    Some(field) if at.is_some() && (name == "pk" || field.name == name) => Form::Relation,
                    _ => Form::Column,
                },
                // A key of several fields is no value, and structs declare no relations of several columns.
                _ => return None,
            };
        }
        Some((written, form))
    }

    /// The path as text, with the names that fields have in Rust.
    pub(super) fn text_path(&self, path: &Path) -> Result<String, Unsaid> {
        if self.is_alias(path) {
            return Ok(path.to_string());
        }
        let (from, before, rest) = match path.names().next().and_then(|first| self.relation(first)) {
            Some(relation) => {
                let rest = Path::new(path.names().skip(1).map(str::to_owned));
                (relation.to, Some(relation.alias.as_str()), rest)
            }
            None => (self.model.id(), None, path.clone()),
        };
        let mut at = Some(from);
        for name in rest.names() {
            let member = at.and_then(|id| Some((id, self.registry.get(id).member(name)?)));
            let Some((id, member)) = member else { break };
            if let Member::Relation(_) = member {
                return Err(format!(
                    "structs do not declare the relation '{name}' of {}, which has no column of its own",
                    self.registry.get(id).label()
                ));
            }
            at = self.registry.hops(id, member).last().map(|hop| hop.to);
        }
        let renamed = self.names.path(self.registry, from, &rest);
        Ok(match before {
            Some(before) if renamed.is_empty() => before.to_owned(),
            Some(before) => format!("{before}__{renamed}"),
            None => renamed,
        })
    }

    /// A path in a query around this one as text.
    pub(super) fn outer_text(&self, path: &Path, levels: u32) -> Result<String, Unsaid> {
        let mut around = self;
        for _ in 0..levels {
            around = around.outer.ok_or("there is no query around it")?;
        }
        around.text_path(path)
    }

    /// The writer of a query around this one, and what its row is called here.
    pub(super) fn around(&self, levels: u32) -> Option<(&Writer<'r>, String)> {
        let mut between = vec![self];
        let mut at = self;
        for _ in 1..levels {
            at = at.outer?;
            between.push(at);
        }
        // The row, as the query just within it has it, and then as those further in see it.
        let mut row = String::new();
        for (place, within) in between.iter().rev().enumerate() {
            let name = within.row.as_ref()?;
            row = if place == 0 { name.clone() } else { format!("{row}.within({name})") };
        }
        Some((at.outer?, row))
    }

    /// What a field stores.
    pub(super) fn kind(&self, field: (ModelId, usize)) -> FieldKind {
        self.registry.storage_kind(field.0, field.1)
    }
}
