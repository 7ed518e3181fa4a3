//! Options of a model: orderings, indexes and constraints.

use std::rc::Rc;

use embellie_core::meta::{ConstraintMeta, Deferrable, FieldMeta, IndexKind, IndexMeta, IndexTerm, ModelMeta};
use embellie_core::{Expr, OrderBy, Q};

use super::Builder;
use super::shape::Shape;
use super::value::plain_expression;
use crate::models::Declared;
use crate::models::json::by_column;
use crate::models::python::value::{Given, Object, Val};
use crate::{Py, names};

impl Builder<'_> {
    /// What the options say that is no field.
    pub(super) fn options(&mut self, shape: &Rc<Shape>, meta: &mut ModelMeta, declared: &mut Declared) {
        meta.ordering = self.ordering(shape, &meta.fields);
        declared.order_with_respect_to = shape.option("order_with_respect_to").and_then(|value| value.as_text());
        meta.get_latest_by = match self.inherited_option(shape, "get_latest_by") {
            Some(value) => match value.as_text() {
                Some(field) => vec![field],
                None => value.elements().unwrap_or_default().iter().filter_map(Val::as_text).collect(),
            },
            None => Vec::new(),
        };
        if let Some(sets) = shape.option("unique_together").and_then(|value| value.elements()) {
            let is_flat = sets.iter().all(|part| part.as_text().is_some());
            let sets = if is_flat && !sets.is_empty() { vec![Val::tuple(sets)] } else { sets };
            for set in sets {
                meta.unique_together.push(set.elements().unwrap_or_default().iter().filter_map(Val::as_text).collect());
            }
        }
        for index in shape.option("indexes").and_then(|value| value.elements()).unwrap_or_default() {
            match self.index(shape, &index) {
                Some(index) => meta.indexes.push(index),
                None => self.left_out(shape, &index, "an index", "indexes"),
            }
        }
        for constraint in shape.option("constraints").and_then(|value| value.elements()).unwrap_or_default() {
            match self.constraint(shape, &constraint) {
                Some(constraint) => {
                    if let ConstraintMeta::Unique { terms, condition: None, .. } = &constraint
                        && let [IndexTerm { expr: Expr::Path(path), .. }] = terms.as_slice()
                    {
                        declared.unique.push(path.to_string());
                    }
                    meta.constraints.push(constraint);
                }
                None => self.left_out(shape, &constraint, "a constraint", "constraints"),
            }
        }
    }

    fn left_out(&mut self, shape: &Rc<Shape>, value: &Val, what: &str, option: &str) {
        let place = match value {
            Val::Object(object) => object.place.clone(),
            _ => shape.place().clone(),
        };
        let kind = match value {
            Val::Object(object) => object.outside().first().and_then(|name| name.rsplit('.').next().map(str::to_owned)),
            _ => None,
        };
        let kind = kind.map(|kind| format!(" ({kind})")).unwrap_or_default();
        let why = format!("{what}{kind} of Meta.{option} is not understood, and left out");
        self.read.add(&place, shape.label(), why);
    }

    /// An option that the model with the table above hands down, where no other is said.
    fn inherited_option(&mut self, shape: &Rc<Shape>, name: &str) -> Option<Val> {
        if let Some(value) = shape.option(name) {
            return Some(value).filter(|value| !value.is_none());
        }
        let nearest = shape.class.read_above().skip(1).find(|class| self.is_model(class))?;
        if nearest.is_abstract.get() {
            return None;
        }
        let above = self.shape(&nearest);
        self.inherited_option(&above, name)
    }

    pub(super) fn ordering(&mut self, shape: &Rc<Shape>, fields: &[FieldMeta]) -> Vec<OrderBy> {
        if shape.option("order_with_respect_to").is_some_and(|value| !value.is_none()) {
            return vec![OrderBy::from("_order")];
        }
        // A model above that is ordered with respect to another hands down its place.
        let Some(terms) = self.inherited_option(shape, "ordering") else {
            let above = shape.class.read_above().skip(1).find(|class| self.is_model(class) && !class.is_abstract.get());
            let above = above.map(|class| self.shape(&class));
            return match above {
                Some(above) if shape.option("ordering").is_none() => {
                    let is_placed = above.option("order_with_respect_to").is_some_and(|value| !value.is_none());
                    if is_placed { vec![OrderBy::from("_order")] } else { Vec::new() }
                }
                _ => Vec::new(),
            };
        };
        let mut ordering = Vec::new();
        for term in terms.elements().unwrap_or_default() {
            let found = match term.to_py() {
                Some(Py::Str(term)) if term == "?" => None,
                Some(Py::Str(term)) => Some(OrderBy::from(term.as_str())),
                Some(Py::OrderBy(term)) => Some(by_column(term, fields)),
                Some(other) => names::value_or_expression(other).ok().map(|expr| by_column(expr.asc(), fields)),
                None => None,
            };
            match found {
                Some(term) => ordering.push(term),
                None => {
                    let place = shape.place().clone();
                    self.read.add(&place, shape.label(), "a term of Meta.ordering is not understood, and left out");
                }
            }
        }
        ordering
    }

    /// The name of an index or constraint, in which an abstract model may leave room for the class.
    fn name(&self, shape: &Rc<Shape>, given: &Given) -> Option<String> {
        let name = given.keyword("name").and_then(Val::as_text)?;
        let class = shape.class.name.to_lowercase();
        Some(name.replace("%(app_label)s", &shape.app.to_lowercase()).replace("%(class)s", &class))
    }

    fn index(&mut self, shape: &Rc<Shape>, value: &Val) -> Option<IndexMeta> {
        let Val::Object(object) = value else { return None };
        let class = class_of(object)?;
        let given = object.given.borrow().clone();
        let kind = match class.as_str() {
            "Index" => None,
            "BTreeIndex" => Some(IndexKind::BTree),
            "HashIndex" => Some(IndexKind::Hash),
            "GinIndex" => Some(IndexKind::Gin),
            "GistIndex" => Some(IndexKind::Gist),
            "SpGistIndex" => Some(IndexKind::SpGist),
            "BrinIndex" => Some(IndexKind::Brin),
            "BloomIndex" => Some(IndexKind::Bloom),
            _ => return None,
        };
        let (terms, condition, include) = self.common_index(&given)?;
        Some(IndexMeta { name: self.name(shape, &given), terms, condition, include, kind })
    }

    /// What indexes and unique constraints have in common.
    fn common_index(&mut self, given: &Given) -> Option<(Vec<IndexTerm>, Option<Q>, Vec<String>)> {
        let texts = |name: &str| {
            let values = given.keyword(name).and_then(Val::elements).unwrap_or_default();
            values.iter().filter_map(Val::as_text).collect::<Vec<String>>()
        };
        let mut terms: Vec<IndexTerm> = texts("fields").iter().map(|name| IndexTerm::field(name)).collect();
        for expression in &given.args {
            terms.push(self.term(expression)?);
        }
        for (term, opclass) in terms.iter_mut().zip(texts("opclasses")) {
            term.opclass = Some(opclass);
        }
        let condition = match given.keyword("condition").filter(|value| !value.is_none()) {
            Some(condition) => Some(self.condition(condition)?),
            None => None,
        };
        (!terms.is_empty()).then_some((terms, condition, texts("include")))
    }

    fn term(&mut self, value: &Val) -> Option<IndexTerm> {
        // `OpClass(expression, name=…)` of `django.contrib.postgres`.
        if let Val::Object(object) = value
            && class_of(object).as_deref() == Some("OpClass")
        {
            let given = object.given.borrow().clone();
            let term = self.term(given.args.first()?)?;
            return Some(IndexTerm { opclass: given.argument(1, "name").and_then(Val::as_text), ..term });
        }
        Some(match self.read.query_value_of(value)? {
            Py::OrderBy(term) => IndexTerm { descending: term.descending, expr: term.expr, opclass: None },
            value => IndexTerm { expr: plain_expression(value)?, descending: false, opclass: None },
        })
    }

    fn condition(&mut self, value: &Val) -> Option<Q> {
        match self.read.query_value_of(value)? {
            Py::Q(condition) => condition.into_core().ok(),
            Py::Expr(expr) => Some(Q::expr(expr)),
            _ => None,
        }
    }

    fn constraint(&mut self, shape: &Rc<Shape>, value: &Val) -> Option<ConstraintMeta> {
        let Val::Object(object) = value else { return None };
        let given = object.given.borrow().clone();
        let name = self.name(shape, &given)?;
        match class_of(object)?.as_str() {
            "UniqueConstraint" => {
                let (terms, condition, include) = self.common_index(&given)?;
                let deferrable = match given.keyword("deferrable") {
                    Some(Val::Outside(name)) if name.ends_with("DEFERRED") => Some(Deferrable::Deferred),
                    Some(Val::Outside(name)) if name.ends_with("IMMEDIATE") => Some(Deferrable::Immediate),
                    _ => None,
                };
                let nulls_distinct =
                    given.keyword("nulls_distinct").filter(|value| !value.is_none()).and_then(Val::truth);
                Some(ConstraintMeta::Unique { name, terms, condition, include, deferrable, nulls_distinct })
            }
            "CheckConstraint" => {
                let condition = given.keyword("condition").or_else(|| given.keyword("check"))?;
                Some(ConstraintMeta::Check { name, condition: self.condition(&condition.clone())? })
            }
            _ => None,
        }
    }
}

/// The name of Django's class that an object is an instance of.
fn class_of(object: &Object) -> Option<String> {
    let outside = object.outside();
    let name = outside.iter().find(|name| name.starts_with("django."))?;
    name.rsplit('.').next().map(str::to_owned)
}
