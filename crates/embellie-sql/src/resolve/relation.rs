//! Relations with conditions and names of their own: Django's `add_filtered_relation`.

use std::borrow::Cow;

use embellie_core::meta::Model;
use embellie_core::query::{Condition as Asked, FilteredRelation, Operand};
use embellie_core::{Error, Expr, Path, Q, Result};

use super::annotate::check_alias;
use super::joins::Places;
use super::names::{Stop, Way};
use super::{Scope, message};
use crate::resolved::Condition;

/// A relation with a condition.
#[derive(Debug, Clone)]
pub(super) struct Filtered {
    name: String,
    relation: Path,
    /// The condition, with the relation by its new name.
    condition: Q,
}

impl<'r> Scope<'_, 'r> {
    /// Gives a relation another name and a condition.
    pub(super) fn add_relation(&mut self, asked: &FilteredRelation) -> Result<()> {
        let alias = &asked.alias;
        if alias.contains('.') {
            return Err(Error::Value(format!(
                "FilteredRelation doesn't support aliases with periods (got '{}').",
                alias.escape_debug()
            )));
        }
        check_alias(alias)?;
        if self.model.member(alias).is_some() {
            return Err(Error::Value(format!("The annotation '{alias}' conflicts with a field on the model.")));
        }
        let names: Vec<&str> = asked.relation.names().collect();
        if names.is_empty() || names == [""] {
            return Err(Error::Value("relation_name cannot be empty.".into()));
        }
        let way = self.follow(self.model, &names, false, true)?;
        if way.followed < names.len() {
            return Err(Error::Value(format!(
                "FilteredRelation's relation_name cannot contain lookups (got '{}').",
                asked.relation
            )));
        }
        if way.relation.is_none() {
            return Err(message::no_join(names.last().copied().unwrap_or_default(), alias));
        }
        for path in asked.condition.paths() {
            self.check_condition(path, &names)?;
        }
        let condition = renamed(&asked.condition, &names, alias);
        let made = Filtered { name: alias.to_string(), relation: asked.relation.clone(), condition };
        match self.relations.iter_mut().find(|known| known.name == *alias) {
            Some(known) => *known = made,
            None => self.relations.push(made),
        }
        Ok(())
    }

    /// Refuses a condition on what the relation does not lead to.
    fn check_condition(&self, path: &Path, relation: &[&str]) -> Result<()> {
        let names: Vec<&str> = path.names().collect();
        if self.annotation(&names).is_some() {
            return Ok(());
        }
        let way = self.follow(self.model, &names, false, true)?;
        let fields = &names[..way.followed];
        let kept = fields.len().saturating_sub(if way.followed == names.len() { 2 } else { 1 });
        if fields[..kept].iter().zip(relation).any(|(name, wanted)| name != wanted) {
            return Err(Error::Value(format!(
                "FilteredRelation's condition doesn't support relations outside the '{}' (got '{path}').",
                relation.join("__")
            )));
        }
        if fields.len() > relation.len() + 1 {
            return Err(Error::Value(format!(
                "FilteredRelation's condition doesn't support nested relations deeper than the relation_name (got \
                 '{path}' for '{}').",
                relation.join("__")
            )));
        }
        Ok(())
    }

    /// The relation of a name, by its place.
    pub(super) fn relation_named(&self, name: &str) -> Option<usize> {
        self.relations.iter().position(|relation| relation.name == name)
    }

    /// The way that the name of a relation with a condition stands for.
    pub(super) fn follow_relation(
        &self,
        model: &'r Model,
        name: &str,
        relation: usize,
        multiple: bool,
    ) -> Result<Way<'r>, Stop> {
        let path = &self.relations[relation].relation;
        let names: Vec<&str> = path.names().collect();
        let mut way = self.follow(model, &names, true, multiple).map_err(|stop| match stop {
            Stop::Multiple(steps) => Stop::Multiple(as_one(name, steps)),
            error => error,
        })?;
        let hops: usize = way.steps.iter().map(|(_, hops)| hops.len()).sum();
        way.filtered.push((hops.saturating_sub(1), relation));
        way.steps = as_one(name, way.steps);
        way.followed = 1;
        Ok(way)
    }

    /// What the condition of a relation comes to, for a join that is among `shared`.
    pub(super) fn relation_condition(&mut self, relation: usize, shared: &mut Places) -> Result<Condition<'r>> {
        let condition = self.relations[relation].condition.clone();
        self.condition_value(&condition, &mut Some(shared), true)
    }
}

/// Steps of several names as those of one.
fn as_one(
    name: &str,
    steps: Vec<(String, Vec<embellie_core::meta::Hop>)>,
) -> Vec<(String, Vec<embellie_core::meta::Hop>)> {
    vec![(name.to_owned(), steps.into_iter().flat_map(|(_, hops)| hops).collect())]
}

/// The condition with a relation by its new name. A plain path on the right-hand side means the relation itself.
fn renamed(q: &Q, relation: &[&str], alias: &str) -> Q {
    let path = |path: &Path| {
        let names: Vec<&str> = path.names().collect();
        match names.strip_prefix(relation) {
            Some(rest) if !rest.is_empty() => {
                Path::new(std::iter::once(alias).chain(rest.iter().copied()).map(|name| Cow::Owned(name.to_owned())))
            }
            _ => path.clone(),
        }
    };
    match q {
        Q::Condition(condition) if matches!(condition.operand, Operand::Expr(Expr::Path(_))) => {
            Q::Condition(Asked { path: path(&condition.path), operand: condition.operand.clone() })
        }
        Q::Group { connector, negated, children } => Q::Group {
            connector: *connector,
            negated: *negated,
            children: children.iter().map(|child| renamed(child, relation, alias)).collect(),
        },
        other => other.map_paths(&path),
    }
}
