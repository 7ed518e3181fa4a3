//! Paths: typed where every name of them is a field or a relation.

use embellie_core::Path;
use embellie_core::field::FieldKind;
use embellie_core::meta::{Member, ModelId};

use super::Writer;
use crate::word::ident;

/// Where a path leads.
pub(super) struct Found {
    /// The field at its end, if one is.
    pub(super) field: Option<(ModelId, usize)>,
    /// The names after it: transforms and a lookup.
    pub(super) rest: Vec<String>,
    /// How many names lead there.
    pub(super) length: usize,
}

impl Writer<'_> {
    /// Follows a path as far as it goes; `None` where it begins with no name of the model.
    pub(super) fn follow(&self, path: &Path) -> Option<Found> {
        let mut at = Some(self.model.id());
        let mut found = Found { field: None, rest: Vec::new(), length: 0 };
        for name in path.names() {
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
            // `author_id` leads no further.
            if let Member::Field(place) = member
                && self.registry.get(id).fields.get(place).is_some_and(|field| field.name != name && name != "pk")
            {
                at = None;
            }
        }
        (found.length > 0).then_some(found)
    }

    /// Whether a path is nothing but the way to a field or relation.
    pub(super) fn is_field(&self, path: &Path) -> bool {
        !self.aliases.iter().any(|alias| *alias == path.to_string())
            && self.follow(path).is_some_and(|found| found.rest.is_empty())
    }

    /// `Post::author.name`, `User::posts().title`.
    pub(super) fn typed_path(&self, path: &Path) -> Option<String> {
        let mut at = Some(self.model.id());
        let mut written = self.model_type();
        let renamed = self.names.path(self.registry, self.model.id(), path);
        let renamed = Path::from(renamed.as_str());
        for (place, (name, called)) in path.names().zip(renamed.names()).enumerate() {
            let id = at?;
            let member = self.registry.get(id).member(name)?;
            written.push_str(if place == 0 { "::" } else { "." });
            written.push_str(&ident(called));
            match member {
                Member::Reverse(_) => written.push_str("()"),
                Member::Key | Member::Field(_) | Member::ManyToMany(_) => {}
                // Structs declare no relations of several columns.
                _ => return None,
            }
            at = self.registry.hops(id, member).last().map(|hop| hop.to);
        }
        Some(written)
    }

    /// The path as text, with the names that fields have in Rust.
    pub(super) fn text_path(&self, path: &Path) -> String {
        match self.aliases.iter().any(|alias| Some(alias.as_str()) == path.names().next()) {
            true => path.to_string(),
            false => self.names.path(self.registry, self.model.id(), path),
        }
    }

    /// What a field stores.
    pub(super) fn kind(&self, field: (ModelId, usize)) -> FieldKind {
        self.registry.storage_kind(field.0, field.1)
    }
}
