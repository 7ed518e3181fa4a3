//! Objects of models, as a text has them.

use std::collections::BTreeSet;

use embellie::record::Record;
use embellie_core::field::FieldKind;
use embellie_core::{Expr, Value};

use crate::Py;

/// An object of a model: a record, with what a query added to it and what it left out.
#[derive(Debug, Clone)]
pub struct Object {
    /// The label of the model that the text speaks of; a proxy's own.
    pub(crate) label: String,
    pub(crate) record: Record,
    /// The rows of the models that this one adds columns to, the nearest first, with the links that lead there.
    pub(crate) ancestors: Vec<(Vec<String>, Record)>,
    /// Values that `annotate()` and `extra()` added, in order.
    pub(crate) annotations: Vec<(String, Py)>,
    /// The fields that are not loaded, by attname.
    pub(crate) deferred: BTreeSet<String>,
    /// Whether it has no row.
    pub(crate) unsaved: bool,
    /// Fields that were given as expressions, which a save lets the database compute.
    pub(crate) expressions: Vec<(String, Expr)>,
    /// A foreign key to an object without a row, by its name.
    pub(crate) loose: Option<String>,
    /// The objects that came with it, or that it is known to be related to, by the names under which it holds them;
    /// `None` where there is none.
    pub(crate) related: Vec<(String, Option<Box<Object>>)>,
    /// The objects that were read for it beforehand, by the names under which it holds them.
    pub(crate) prefetched: Vec<(String, Vec<Object>)>,
    /// Whether it stands for the very object that holds the one which holds it.
    pub(crate) is_holder: bool,
}

impl Object {
    pub(crate) fn new(label: String, record: Record, unsaved: bool) -> Self {
        Object {
            label,
            record,
            ancestors: Vec::new(),
            annotations: Vec::new(),
            deferred: BTreeSet::new(),
            unsaved,
            expressions: Vec::new(),
            loose: None,
            related: Vec::new(),
            prefetched: Vec::new(),
            is_holder: false,
        }
    }

    /// The object without those that were read for it.
    pub(crate) fn alone(&self) -> Object {
        Object { prefetched: Vec::new(), ..self.clone() }
    }

    /// The object as one that it holds knows it.
    pub(crate) fn holder(&self) -> Object {
        Object { is_holder: true, ..self.alone() }
    }

    /// Whether it stands for the very object that holds the one which holds it, and not for another of the same row.
    pub fn is_holder(&self) -> bool {
        self.is_holder
    }

    /// Whether it holds related objects under a name.
    pub(crate) fn holds(&self, name: &str) -> bool {
        self.related.iter().any(|(known, _)| known == name) || self.prefetched.iter().any(|(known, _)| known == name)
    }

    /// The related objects that it holds under a name.
    pub(crate) fn held_mut(&mut self, name: &str) -> Vec<&mut Object> {
        let one = self.related.iter_mut().filter(|(known, _)| known == name);
        let several = self.prefetched.iter_mut().filter(|(known, _)| known == name);
        let one = one.filter_map(|(_, object)| object.as_deref_mut());
        one.chain(several.flat_map(|(_, objects)| objects)).collect()
    }

    /// The object that came with it under a name.
    pub(crate) fn related_one(&self, name: &str) -> Option<Option<&Object>> {
        self.related.iter().find(|(known, _)| known == name).map(|(_, object)| object.as_deref())
    }

    /// The objects that came with it, or that it is known to be related to, by the names under which it holds them;
    /// `None` where there is none: Django's `select_related`.
    pub fn related(&self) -> impl Iterator<Item = (&str, Option<&Object>)> {
        self.related.iter().map(|(name, object)| (name.as_str(), object.as_deref()))
    }

    /// The objects that were read for it beforehand, by the names under which it holds them: Django's
    /// `prefetch_related`.
    pub fn prefetched(&self) -> impl Iterator<Item = (&str, &[Object])> {
        self.prefetched.iter().map(|(name, objects)| (name.as_str(), &objects[..]))
    }

    /// The label of the object's model.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// The name of the object's model.
    pub fn model(&self) -> &str {
        self.label.rsplit('.').next().unwrap_or_default()
    }

    /// The record.
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// Whether the object has no row.
    pub(crate) fn is_unsaved(&self) -> bool {
        self.unsaved
    }

    /// The primary key; a list where several fields are the key.
    pub fn key(&self) -> Value {
        let model = self.record.model();
        if model.has_composite_key() {
            let part = |place: &usize| self.field(&model.fields[*place].name);
            return Value::List(model.key_fields().iter().map(part).collect());
        }
        self.record.key().clone()
    }

    /// A field's value; a decimal with as many places as its field has, as in Django.
    pub(crate) fn field(&self, name: &str) -> Value {
        let Some(record) = self.record_of(name) else { return Value::Null };
        let value = record.get(name).ok().cloned().unwrap_or_default();
        let model = record.model();
        match (value, model.field_index(name).and_then(|place| model.fields.get(place)).map(|field| field.kind)) {
            (Value::Decimal(mut value), Some(FieldKind::Decimal { decimal_places, .. })) => {
                if value.scale() < u32::from(decimal_places) {
                    value.rescale(decimal_places.into());
                }
                Value::Decimal(value)
            }
            (value, _) => value,
        }
    }

    /// The row that has a field: the object's own, or that of a model which its own adds columns to.
    pub(crate) fn record_of(&self, name: &str) -> Option<&Record> {
        let ancestors = self.ancestors.iter().map(|(_, record)| record);
        std::iter::once(&self.record).chain(ancestors).find(|record| record.model().field_index(name).is_some())
    }

    /// As [`record_of`](Object::record_of), to change it.
    pub(crate) fn record_mut(&mut self, name: &str) -> Option<&mut Record> {
        let ancestors = self.ancestors.iter_mut().map(|(_, record)| record);
        std::iter::once(&mut self.record).chain(ancestors).find(|record| record.model().field_index(name).is_some())
    }

    /// The expression that a field was given.
    pub(crate) fn expression(&self, name: &str) -> Option<&Expr> {
        self.expressions.iter().find(|(known, _)| known == name).map(|(_, expr)| expr)
    }

    /// The loaded fields, by attname.
    pub fn fields(&self) -> Vec<(String, Py)> {
        let own = std::iter::once(&self.record);
        let records = own.chain(self.ancestors.iter().map(|(_, record)| record));
        let mut names: Vec<String> = Vec::new();
        for name in records.flat_map(|record| record.model().fields.iter().map(|field| field.attname())) {
            if !names.contains(&name) && !self.deferred.contains(&name) {
                names.push(name);
            }
        }
        names
            .into_iter()
            .map(|name| {
                let value = Py::from_value(self.field(&name));
                (name, value)
            })
            .collect()
    }

    /// What a query added.
    pub fn annotations(&self) -> &[(String, Py)] {
        &self.annotations
    }
}
