//! The options of a model.

use embellie_core::meta::{ConstraintMeta, Deferrable, IndexKind, IndexMeta, IndexTerm};
use embellie_core::{Expr, OrderBy};

use super::ModelWriter;
use crate::layout::Item;
use crate::notation::{condition, expression};

impl ModelWriter<'_> {
    /// What `#[model(…)]` is given.
    pub(super) fn options(&mut self) -> Vec<Item> {
        let model = self.model;
        let mut items = vec![Item::text("app", &model.app)];
        if self.names.model(model.id()) != model.name {
            self.notes.push(format!("The model is '{}' elsewhere.", model.label()));
        }
        let usual = format!("{}_{}", model.app, self.names.model(model.id()).to_lowercase());
        if model.table != usual {
            items.push(Item::text("table", &model.table));
        }
        for (option, name) in
            [("verbose_name", &model.verbose_name), ("verbose_name_plural", &model.verbose_name_plural)]
        {
            items.extend(name.as_deref().map(|name| Item::text(option, name)));
        }
        if let Some(fields) = &model.composite_primary_key {
            items.push(Item::texts("primary_key", fields.iter().map(|name| self.renamed(name))));
        }
        items.extend(self.ordering());
        if !model.get_latest_by.is_empty() {
            items.push(Item::texts("get_latest_by", model.get_latest_by.iter().map(|name| self.renamed(name))));
        }
        if let Some(name) = &model.default_related_name {
            items.push(Item::text("default_related_name", name));
        }
        if !model.managed {
            items.push(Item::is("managed", false));
        }
        if !model.unique_together.is_empty() {
            let sets = model.unique_together.iter().map(|set| {
                let names = set.iter().map(|name| Item::Flat(crate::word::text(&self.renamed(name)))).collect();
                Item::List("[".into(), names, ']')
            });
            items.push(Item::List("unique_together = [".into(), sets.collect(), ']'));
        }
        let indexes: Vec<Item> = model.indexes.iter().filter_map(|index| self.index(index)).collect();
        if !indexes.is_empty() {
            items.push(Item::call("indexes", indexes));
        }
        let constraints: Vec<Item> = model.constraints.iter().filter_map(|known| self.constraint(known)).collect();
        if !constraints.is_empty() {
            items.push(Item::call("constraints", constraints));
        }
        items
    }

    /// A field's name, or a path, after an optional sign, as it is in Rust.
    pub(super) fn renamed(&self, name: &str) -> String {
        let (sign, name) = name.strip_prefix('-').map_or(("", name), |name| ("-", name));
        format!("{sign}{}", self.path(&name.into()))
    }

    pub(super) fn path(&self, path: &embellie_core::Path) -> String {
        self.names.path(self.source.registry, self.model.id(), path)
    }

    fn ordering(&mut self) -> Option<Item> {
        if self.model.ordering.is_empty() {
            return None;
        }
        let term = |term: &OrderBy| match term {
            OrderBy { expr: Expr::Path(path), descending, nulls: None } => {
                Some(format!("{}{}", if *descending { "-" } else { "" }, self.path(path)))
            }
            _ => None,
        };
        let terms: Option<Vec<String>> = self.model.ordering.iter().map(term).collect();
        match terms {
            Some(terms) => Some(Item::texts("ordering", terms)),
            None => {
                let terms: Vec<String> = self.model.ordering.iter().map(|term| term.expr.to_string()).collect();
                self.notes.push(format!("The ordering has no form here: {}.", terms.join(", ")));
                None
            }
        }
    }

    /// The items that indexes and unique constraints share; `None` for terms that have no form here.
    fn terms(&self, terms: &[IndexTerm]) -> Option<Vec<Item>> {
        let mut items = Vec::new();
        let (mut fields, mut classes) = (Vec::new(), Vec::new());
        for term in terms {
            match &term.expr {
                Expr::Path(path) => {
                    fields.push(format!("{}{}", if term.descending { "-" } else { "" }, self.path(path)));
                    classes.push(term.opclass.clone());
                }
                expr if terms.len() == 1 && !term.descending && term.opclass.is_none() => {
                    items.push(Item::is("expression", expression(expr, &|path| self.path(path))?));
                }
                _ => return None,
            }
        }
        if !fields.is_empty() {
            items.push(Item::texts("fields", fields));
        }
        match classes.iter().flatten().count() {
            0 => {}
            // Classes are given by place, from the first.
            count if classes.iter().take(count).all(Option::is_some) => {
                items.push(Item::texts("opclasses", classes.iter().flatten()));
            }
            _ => return None,
        }
        Some(items)
    }

    fn where_clause(&self, q: &embellie_core::Q) -> Option<Item> {
        let parts = condition(q, &|path| self.path(path))?;
        Some(Item::call("condition", parts.into_iter().map(Item::Flat).collect()))
    }

    fn index(&mut self, index: &IndexMeta) -> Option<Item> {
        let write = || {
            let mut items = self.terms(&index.terms)?;
            if let Some(q) = &index.condition {
                items.push(self.where_clause(q)?);
            }
            items.extend(index.name.as_deref().map(|name| Item::text("name", name)));
            if !index.include.is_empty() {
                items.push(Item::texts("include", index.include.iter().map(|name| self.renamed(name))));
            }
            items.extend(index.kind.map(|kind| Item::text("kind", kind_name(kind))));
            Some(Item::call("index", items))
        };
        let written = write();
        if written.is_none() {
            let name = index.name.as_deref().unwrap_or_default();
            self.notes.push(format!("The index '{name}' has no form here: {}.", terms_text(&index.terms)));
        }
        written
    }

    fn constraint(&mut self, constraint: &ConstraintMeta) -> Option<Item> {
        let write = || match constraint {
            ConstraintMeta::Unique { name, terms, condition, include, deferrable, nulls_distinct } => {
                let mut items = self.terms(terms)?;
                if let Some(q) = condition {
                    items.push(self.where_clause(q)?);
                }
                items.push(Item::text("name", name));
                if !include.is_empty() {
                    items.push(Item::texts("include", include.iter().map(|name| self.renamed(name))));
                }
                items.extend(deferrable.map(|when| {
                    Item::is("deferrable", if when == Deferrable::Deferred { "Deferred" } else { "Immediate" })
                }));
                items.extend(nulls_distinct.map(|distinct| Item::is("nulls_distinct", distinct)));
                Some(Item::call("unique", items))
            }
            ConstraintMeta::Check { name, condition } => {
                Some(Item::call("check", vec![self.where_clause(condition)?, Item::text("name", name)]))
            }
            _ => None,
        };
        let written = write();
        if written.is_none() {
            let what = match constraint {
                ConstraintMeta::Unique { terms, .. } => terms_text(terms),
                ConstraintMeta::Check { condition, .. } => condition.to_string(),
                _ => "another kind".into(),
            };
            self.notes.push(format!("The constraint '{}' has no form here: {what}.", constraint.name()));
        }
        written
    }
}

fn terms_text(terms: &[IndexTerm]) -> String {
    terms.iter().map(|term| term.expr.to_string()).collect::<Vec<_>>().join(", ")
}

fn kind_name(kind: IndexKind) -> &'static str {
    match kind {
        IndexKind::BTree => "btree",
        IndexKind::Hash => "hash",
        IndexKind::Gin => "gin",
        IndexKind::Gist => "gist",
        IndexKind::SpGist => "spgist",
        IndexKind::Brin => "brin",
        IndexKind::Bloom => "bloom",
    }
}
