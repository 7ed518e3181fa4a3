//! Which relations of several rows an expression or a condition goes over.

use embellie_core::meta::{Hop, Model};
use embellie_core::query::{FilteredRelation, Operand, Step};
use embellie_core::{Expr, Path, Q, Query, Registry, Value};

use super::{contains_aggregate, is_aggregate, outer};

/// A way over relations, the last of which has several rows.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Way {
    /// The name of the relation or expression that it begins with, where that has a name of the query's own.
    pub(super) named: Option<String>,
    pub(super) hops: Vec<Hop>,
}

/// The names of a query.
#[derive(Debug)]
pub(super) struct Names<'q> {
    pub(super) registry: &'q Registry,
    pub(super) model: &'q Model,
    /// Named expressions, in the order in which they were named.
    aliases: Vec<(&'q str, &'q Expr)>,
    relations: Vec<&'q FilteredRelation>,
    tables: Vec<&'q str>,
}

impl<'q> Names<'q> {
    pub(super) fn of(registry: &'q Registry, model: &'q Model, query: &'q Query) -> Self {
        let mut names = Names { registry, model, aliases: Vec::new(), relations: Vec::new(), tables: Vec::new() };
        for step in &query.steps {
            match step {
                Step::Annotate(annotation) => names.aliases.push((&annotation.alias, &annotation.expr)),
                Step::Relation(relation) => names.relations.push(relation),
                Step::Join(join) => names.tables.push(&join.cte),
                _ => {}
            }
        }
        names
    }

    /// The named expression that a path begins with, and its place among them.
    pub(super) fn alias(&self, path: &Path, before: usize) -> Option<(usize, &'q Expr)> {
        let names: Vec<&str> = path.names().collect();
        let known = self.aliases.get(..before).unwrap_or(&self.aliases);
        let place = (1..=names.len())
            .map(|length| names[..length].join("__"))
            .find_map(|name| known.iter().rposition(|(alias, _)| *alias == name))?;
        Some((place, known[place].1))
    }

    /// The named expression of a path, whenever it was named.
    pub(super) fn any_alias(&self, path: &Path) -> Option<(usize, &'q Expr)> {
        self.alias(path, self.aliases.len())
    }

    /// Whether a path stands for an aggregate, or something made of one.
    pub(super) fn is_aggregate(&self, path: &Path, before: usize) -> bool {
        self.alias(path, before).is_some_and(|(place, expr)| self.is_made_of_aggregates(expr, place))
    }

    /// Whether an expression is an aggregate or made of one.
    pub(super) fn is_made_of_aggregates(&self, expr: &Expr, before: usize) -> bool {
        contains_aggregate(expr) || expr.paths().into_iter().any(|path| self.is_aggregate(path, before))
    }

    /// Whether a condition is on an aggregate.
    pub(super) fn is_on_aggregates(&self, q: &Q) -> bool {
        let all = self.aliases.len();
        super::q_contains_aggregate(q) || q.paths().into_iter().any(|path| self.is_aggregate(path, all))
    }

    /// The ways of a path.
    pub(super) fn of_path(&self, path: &Path, before: usize, found: &mut Vec<Way>) {
        if let Some((place, expr)) = self.alias(path, before) {
            if !self.is_made_of_aggregates(expr, place) {
                self.of_expr(expr, place, found);
            }
            return;
        }
        let first = path.names().next().unwrap_or_default();
        if self.tables.contains(&first) {
            add(found, Way { named: Some(first.to_owned()), hops: Vec::new() });
            return;
        }
        let relation = self.relations.iter().find(|relation| relation.alias == first);
        let mut names: Vec<&str> = Vec::new();
        match relation {
            Some(relation) => {
                names.extend(relation.relation.names());
                names.extend(path.names().skip(1));
            }
            None => names.extend(path.names()),
        }
        let (mut model, mut hops) = (self.model, Vec::new());
        for name in names {
            let Some(member) = model.member(name) else { break };
            let next = self.registry.hops(model.id(), member);
            let Some(last) = next.last().copied() else { break };
            for hop in next {
                hops.push(hop);
                if hop.multiple {
                    let named = relation.map(|relation| relation.alias.to_string());
                    add(found, Way { named, hops: hops.clone() });
                }
            }
            model = self.registry.get(last.to);
        }
    }

    /// The ways of an expression, those of its aggregates included.
    pub(super) fn of_expr(&self, expr: &Expr, before: usize, found: &mut Vec<Way>) {
        for path in expr.paths() {
            self.of_path(path, before, found);
        }
        for path in outer::paths_within(expr) {
            self.of_path(&path, before, found);
        }
    }

    /// The ways of an expression outside of its aggregates.
    pub(super) fn around_aggregates(&self, expr: &Expr, before: usize, found: &mut Vec<Way>) {
        let without =
            expr.clone().rewrite(&mut |part| if is_aggregate(&part) { Expr::Value(Value::Null) } else { part });
        self.of_expr(&without, before, found);
    }

    /// The ways that a call's condition joins. What is negated makes no joins, and what has a name has been joined.
    pub(super) fn of_filter(&self, q: &Q, negated: bool, found: &mut Vec<Way>) {
        let without = q.clone().rewrite(&mut |part| if is_aggregate(&part) { Expr::Value(Value::Null) } else { part });
        self.of_condition(&without, negated, found);
        for path in outer::q_paths_within(&without) {
            self.of_field(&path, found);
        }
    }

    fn of_condition(&self, q: &Q, negated: bool, found: &mut Vec<Way>) {
        let operand = |operand: &Operand, found: &mut Vec<Way>| match operand {
            Operand::Expr(expr) => expr.paths().into_iter().for_each(|path| self.of_field(path, found)),
            Operand::List(exprs) => {
                exprs.iter().flat_map(Expr::paths).for_each(|path| self.of_field(path, found));
            }
            _ => {}
        };
        match q {
            Q::Condition(condition) => {
                if !negated {
                    self.of_field(&condition.path, found);
                }
                operand(&condition.operand, found);
            }
            Q::Group { negated: own, children, .. } => {
                children.iter().for_each(|child| self.of_condition(child, negated || *own, found));
            }
            Q::Lookup(comparison) => {
                comparison.left.paths().into_iter().for_each(|path| self.of_field(path, found));
                operand(&comparison.operand, found);
            }
            Q::Expr(expr) => expr.paths().into_iter().for_each(|path| self.of_field(path, found)),
            _ => {}
        }
    }

    fn of_field(&self, path: &Path, found: &mut Vec<Way>) {
        if self.any_alias(path).is_none() {
            self.of_path(path, 0, found);
        }
    }
}

fn add(found: &mut Vec<Way>, way: Way) {
    if !found.contains(&way) {
        found.push(way);
    }
}
