//! Foreign keys, one-to-one and many-to-many relations.

use embellie_core::meta::{Default, FieldMeta, ForeignKeyMeta, ManyToManyMeta, ModelId, OnDelete};

use super::field::index;
use super::{ModelWriter, Written};
use crate::layout::Item;
use crate::notation::literal;

impl ModelWriter<'_> {
    pub(super) fn key(&mut self, place: usize, field: &FieldMeta) -> Written {
        let registry = self.source.registry;
        let stored = registry.storage_kind(self.model.id(), place);
        let Some(relation) = &field.relation else { return self.plain(field, stored, Vec::new()) };
        let found = self.model.target(place);
        let target = found.and_then(|(id, _)| self.names.path_to(id, &self.model.app));
        let problem = match (found, &target) {
            (Some((id, end)), Some(_)) => self.unsayable(relation, id, end),
            (Some((id, _)), None) => {
                Some(format!("A relation to '{}', which is not written here.", registry.get(id).label()))
            }
            (None, _) => Some(format!("A relation to '{}', which is no model here.", relation.to)),
        };
        let (Some(target), Some((target_id, _)), None) = (target, found, &problem) else {
            return self.as_plain(place, field, problem.unwrap_or_default());
        };
        let name = self.names.field(self.model.id(), &field.name).to_owned();
        let (mut notes, mut items) = (Vec::new(), Vec::new());
        items.extend(field.primary_key.then(|| Item::Flat("primary_key".into())));
        items.extend((field.column != format!("{name}_id")).then(|| Item::text("column", &field.column)));
        let default = match &field.default {
            None => None,
            Some(Default::Value(value)) if value.is_null() => None,
            Some(Default::Value(value)) => {
                let written = literal(value, stored).map(|written| match value {
                    embellie_core::Value::Int(_) => format!("{written}_{}", integer_type(stored)),
                    _ => written,
                });
                if written.is_none() {
                    notes.push(format!("The default {value} has no form here."));
                }
                written
            }
            Some(Default::Function(_)) => {
                notes.push("The default is made by a function.".into());
                None
            }
        };
        items.push(Item::is("on_delete", on_delete(&relation.on_delete, field, default.is_some(), stored, &mut notes)));
        if let Some(to_field) = &relation.to_field {
            items.push(Item::text("to_field", self.names.field(target_id, to_field)));
        }
        items.extend(self.way_back(
            &field.name,
            relation.related_name.as_deref(),
            relation.related_query_name.as_deref(),
            &mut notes,
        ));
        items.extend((field.unique && !relation.one_to_one).then(|| Item::Flat("unique".into())));
        items.extend(index(field.index, !relation.one_to_one));
        items.extend((!relation.db_constraint).then(|| Item::is("db_constraint", false)));
        items.extend((field.blank && !field.null).then(|| Item::Flat("blank".into())));
        items.extend(default.map(|written| Item::is("default", written)));
        if field.db_default.is_some() {
            notes.push("The database has a default, which has no form here.".into());
        }
        if relation.parent_link {
            notes.push(format!("Rows here add columns to those of '{}', whose fields are not repeated.", relation.to));
        }
        items.extend(self.described(field));
        let class = if relation.one_to_one { "OneToOne" } else { "ForeignKey" };
        let ty = format!("{}<{target}>", self.standard(class, "embellie"));
        Written { enumeration: Vec::new(), notes, items, name, ty: self.optional(field.null, &ty) }
    }

    /// Why a relation cannot be said, if it cannot.
    fn unsayable(&self, relation: &ForeignKeyMeta, to: ModelId, end: usize) -> Option<String> {
        let target = self.source.registry.get(to);
        let field = target.fields.get(end)?;
        if relation.to_field.is_none() {
            let composite = target.has_composite_key();
            return composite.then(|| format!("A relation to '{}' by one part of its primary key.", target.label()));
        }
        let known = (field.unique || field.primary_key) && field.relation.is_none();
        (!known)
            .then(|| format!("A relation to '{}' by '{}', which is no unique field there.", target.label(), field.name))
    }

    /// The column alone, where the relation cannot be said.
    fn as_plain(&self, place: usize, field: &FieldMeta, problem: String) -> Written {
        let stored = self.source.registry.storage_kind(self.model.id(), place);
        let end = self.source.registry.storage_field(self.model.id(), place);
        let plain = FieldMeta {
            name: field.name.clone(),
            kind: stored,
            max_length: end.max_length,
            choices: Vec::new(),
            ..FieldMeta { relation: None, ..field.clone() }
        };
        self.plain(&plain, stored, vec![problem])
    }

    fn way_back(
        &self,
        field: &str,
        name: Option<&str>,
        query_name: Option<&str>,
        notes: &mut Vec<String>,
    ) -> Vec<Item> {
        if !self.names.has_way_back(self.model.id(), field) {
            notes.push("Its way back is left out: the trait for it would have the name of another.".into());
            return vec![Item::text("related_name", "+")];
        }
        let mut items = Vec::new();
        items.extend(name.map(|name| Item::text("related_name", name)));
        items.extend(query_name.map(|name| Item::text("related_query_name", name)));
        items
    }

    pub(super) fn link(&mut self, relation: &ManyToManyMeta) -> Written {
        let registry = self.source.registry;
        let name = self.names.field(self.model.id(), &relation.name).to_owned();
        let linked = self.model.many_to_many().iter().find(|linked| linked.meta.name == relation.name);
        let target = linked.and_then(|linked| self.names.path_to(linked.target, &self.model.app));
        let (Some(linked), Some(target)) = (linked, target) else {
            let note = format!("A many-to-many relation '{name}' to '{}', which is not written here.", relation.to);
            return Written { enumeration: Vec::new(), notes: vec![note], items: Vec::new(), name, ty: String::new() };
        };
        let (mut notes, mut items) = (Vec::new(), Vec::new());
        let between = registry.get(linked.through);
        if relation.through.is_some() {
            items.push(match self.names.path_to(linked.through, &self.model.app) {
                Some(path) => Item::is("through", path),
                None => Item::text("through", between.label()),
            });
            if let Some((source, other)) = &relation.through_fields {
                let names = [source, other].map(|name| self.names.field(linked.through, name).to_owned());
                items
                    .push(Item::call("through_fields", names.map(|name| Item::Flat(crate::word::ident(&name))).into()));
            }
        } else if between.table != format!("{}_{name}", self.model.table) {
            items.push(Item::text("table", &between.table));
        }
        items.extend(self.way_back(
            &relation.name,
            relation.related_name.as_deref(),
            relation.related_query_name.as_deref(),
            &mut notes,
        ));
        let own = linked.target == self.model.id();
        items.extend((own && !relation.symmetrical).then(|| Item::is("symmetrical", false)));
        items.extend((!relation.db_constraint).then(|| Item::is("db_constraint", false)));
        items.extend(relation.verbose_name.as_deref().map(|name| Item::text("verbose_name", name)));
        let ty = format!("{}<{target}>", self.standard("ManyToMany", "embellie"));
        Written { enumeration: Vec::new(), notes, items, name, ty }
    }
}

fn integer_type(kind: embellie_core::field::FieldKind) -> &'static str {
    use embellie_core::field::FieldKind as K;
    match kind {
        K::SmallAuto | K::SmallInteger => "i16",
        K::Auto | K::Integer => "i32",
        K::PositiveSmallInteger => "u16",
        K::PositiveInteger => "u32",
        K::PositiveBigInteger => "u64",
        _ => "i64",
    }
}

fn on_delete(
    on_delete: &OnDelete,
    field: &FieldMeta,
    has_default: bool,
    stored: embellie_core::field::FieldKind,
    notes: &mut Vec<String>,
) -> String {
    let word = match on_delete {
        OnDelete::Cascade => "Cascade",
        OnDelete::Protect => "Protect",
        OnDelete::Restrict => "Restrict",
        OnDelete::SetNull if field.null => "SetNull",
        OnDelete::SetDefault if has_default => "SetDefault",
        OnDelete::DoNothing => "DoNothing",
        OnDelete::Set(Default::Value(value)) if let Some(written) = literal(value, stored) => {
            return match value {
                embellie_core::Value::Int(_) => format!("Set({written}_{})", integer_type(stored)),
                _ => format!("Set({written})"),
            };
        }
        OnDelete::SetNull | OnDelete::SetDefault | OnDelete::Set(_) => {
            notes.push(format!("What happens on deletion has no form here: {on_delete:?}."));
            "DoNothing"
        }
    };
    word.to_owned()
}
