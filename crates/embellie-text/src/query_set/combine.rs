//! Query sets of several: `union()` and its like, and the operators `&`, `|` and `^`.

use embellie_core::expr::RawSql;
use embellie_core::field::FieldKind;
use embellie_core::meta::{Member, Model, ReverseSource};
use embellie_core::query::{Compound, Condition, Connector, Extra, FilteredRelation, SelectRelated, SetOperator, Step};
use embellie_core::{Expr, Path, Q, Query, Sql};

use super::Set;
use crate::arguments::Arguments;
use crate::models::Models;
use crate::{Error, Py, Result};

impl Set {
    pub(super) fn combined(self, method: &str, mut arguments: Arguments) -> Result<Set> {
        let all = arguments.keyword("all").is_some_and(|all| all.is_true());
        if method != "union" && all {
            return Err(Error::type_error(format!("{method}() got an unexpected keyword argument 'all'")));
        }
        arguments.no_keywords(method)?;
        let operator = match method {
            "union" if all => SetOperator::UnionAll,
            "union" => SetOperator::Union,
            "intersection" => SetOperator::Intersection,
            _ => SetOperator::Difference,
        };
        let mut others = Vec::new();
        for other in arguments.positional {
            match other {
                Py::QuerySet(set) => others.push(*set),
                other => return Err(Error::attribute(other.type_name(), "query")),
            }
        }
        // What has no rows is known without a database.
        let empty = |set: &Set| set.query.none;
        match operator {
            SetOperator::Union | SetOperator::UnionAll if empty(&self) => {
                let mut left = others.into_iter().filter(|set| !empty(set));
                let Some(first) = left.next() else { return Ok(self) };
                let rest: Vec<Set> = left.collect();
                return if rest.is_empty() { Ok(first) } else { first.together(operator, rest) };
            }
            SetOperator::Intersection if empty(&self) => return Ok(self),
            SetOperator::Intersection => {
                if let Some(empty) = others.iter().find(|set| empty(set)) {
                    return Ok(empty.clone());
                }
            }
            SetOperator::Difference if empty(&self) => return Ok(self),
            _ => {}
        }
        self.together(operator, others)
    }

    fn together(self, operator: SetOperator, others: Vec<Set>) -> Result<Set> {
        let mut set = self;
        let mut first = std::mem::replace(&mut set.query, Query::new(""));
        first.select_related = SelectRelated::No;
        let template = first.clone();
        // What the first is ordered by says nothing of the rows of all, unless it is sliced.
        if first.slice.is_whole() && first.order_by.is_none() {
            first.order_by = Some(Vec::new());
        }
        let queries = std::iter::once(first)
            .chain(others.into_iter().map(|other| {
                let mut query = other.query;
                query.select_related = SelectRelated::No;
                if query.slice.is_whole() && query.order_by.is_none() {
                    query.order_by = Some(Vec::new());
                }
                query
            }))
            .collect();
        set.query = Query {
            compound: Some(Box::new(Compound { operator, queries })),
            aggregation: template.aggregation,
            time_zone: template.time_zone,
            order_by: Some(Vec::new()),
            ..Query::new(template.model)
        };
        Ok(set)
    }

    /// The rows of both, either, or one of two query sets of one model.
    pub(crate) fn joined(self, connector: Connector, other: Set) -> Result<Set> {
        for set in [&self, &other] {
            if set.is_combined() {
                return Err(Error::not_supported(format!(
                    "Calling QuerySet.{}() after {}() is not supported.",
                    match connector {
                        Connector::And => "__and__",
                        Connector::Or => "__or__",
                        Connector::Xor => "__xor__",
                    },
                    set.combinator()
                )));
            }
        }
        if self.rows != other.rows || self.query.selected().map(<[_]>::len) != other.query.selected().map(<[_]>::len) {
            return Err(Error::type_error(format!(
                "Merging '{}' classes must involve the same values in each case.",
                "QuerySet"
            )));
        }
        match connector {
            Connector::And if self.query.none => return Ok(self),
            Connector::And if other.query.none => return Ok(other),
            Connector::Or | Connector::Xor if self.query.none => return Ok(other),
            Connector::Or | Connector::Xor if other.query.none => return Ok(self),
            _ => {}
        }
        if self.query.model != other.query.model {
            return Err(Error::type_error("Cannot combine queries on two different base models."));
        }
        if self.is_sliced() || other.is_sliced() {
            return Err(Error::type_error("Cannot combine queries once a slice has been taken."));
        }
        if self.query.distinct != other.query.distinct {
            return Err(Error::type_error("Cannot combine a unique query with a non-unique query."));
        }
        let mut set = self;
        set.known.extend(other.known);
        if connector == Connector::And {
            for step in other.query.steps {
                if matches!(step, Step::Filter(_) | Step::Exclude(_) | Step::Extra(_))
                    || !set.query.steps.contains(&step)
                {
                    set.query.steps.push(step);
                }
            }
            if other.query.order_by.is_some() {
                set.query.order_by = other.query.order_by;
            }
            return Ok(set);
        }
        let (own, mut steps) = conditions(std::mem::take(&mut set.query.steps));
        let (theirs, more) = conditions(other.query.steps);
        for step in more {
            if !steps.contains(&step) {
                steps.push(step);
            }
        }
        let whole = match connector {
            Connector::Or if own.is_all() || theirs.is_all() => Q::all(),
            connector => Q::Group { connector, negated: false, children: vec![own, theirs] },
        };
        if !whole.is_all() {
            steps.push(Step::Filter(whole));
        }
        set.query.steps = steps;
        if other.query.order_by.is_some() {
            set.query.order_by = other.query.order_by;
        }
        Ok(set)
    }
}

/// All conditions of some steps as one, and the other steps.
fn conditions(steps: Vec<Step>) -> (Q, Vec<Step>) {
    let (mut all, mut others) = (Q::all(), Vec::new());
    for step in steps {
        match step {
            Step::Filter(q) => all = all & q,
            Step::Exclude(q) => all = all & !q,
            Step::Extra(mut extra) => {
                let texts: Vec<String> = extra.conditions.drain(..).map(|sql| format!("({})", sql.as_str())).collect();
                let parameters = std::mem::take(&mut extra.parameters);
                if !texts.is_empty() {
                    let raw = RawSql::new(Sql::trusted(texts.join(" AND ")), parameters);
                    all = all & Q::Expr(Box::new(Expr::from(raw).typed(FieldKind::Bool)));
                }
                if *extra != Extra::new() {
                    others.push(Step::Extra(extra));
                }
            }
            other => others.push(other),
        }
    }
    (all, others)
}

impl Set {
    /// The conditions of several calls over the same rows, each about rows of its own: a relation of several rows that
    /// an earlier call went along has a name of its own in a later one. Within one condition, which `|` makes of all,
    /// they would be about the same rows.
    ///
    /// `before` are the relations of the query set that it is joined with, and how often each was gone along: as in
    /// Django, the last of those rows are the first that are shared.
    pub(crate) fn apart(mut self, models: &Models, before: &[(String, usize)]) -> Set {
        let Ok(model) = models.model(&self.query.model) else { return self };
        if self.is_combined() {
            return self;
        }
        let mut seen: Vec<(String, usize)> = Vec::new();
        let mut steps = Vec::new();
        for step in std::mem::take(&mut self.query.steps) {
            let Step::Filter(mut q) = step else {
                steps.push(step);
                continue;
            };
            for relation in relations_of(&q, models, model) {
                let times = again(&mut seen, &relation);
                let known = before.iter().find(|(known, _)| *known == relation).map_or(0, |(_, times)| *times);
                let place = if times <= known { known - times + 1 } else { times };
                if place == 1 {
                    continue;
                }
                let alias = name_of(place, &relation);
                let filtered = FilteredRelation {
                    alias: alias.clone().into(),
                    relation: relation.as_str().into(),
                    condition: Q::all(),
                };
                if !steps.contains(&Step::Relation(filtered.clone())) {
                    steps.push(Step::Relation(filtered));
                }
                q = renamed(q, &relation, &alias);
            }
            steps.push(Step::Filter(q));
        }
        self.query.steps = steps;
        self
    }

    /// The relations of several rows that its conditions go along, and how often.
    pub(crate) fn gone_along(&self, models: &Models) -> Vec<(String, usize)> {
        let Ok(model) = models.model(&self.query.model) else { return Vec::new() };
        let mut seen = Vec::new();
        for step in &self.query.steps {
            match step {
                Step::Filter(q) => {
                    for relation in relations_of(q, models, model) {
                        again(&mut seen, &relation);
                    }
                }
                // Those that were set apart before.
                Step::Relation(filtered) if filtered.condition.is_all() => {
                    let relation = filtered.relation.to_string();
                    again(&mut seen, &relation);
                }
                _ => {}
            }
        }
        seen
    }
}

/// The name of a relation's rows the second and third time.
fn name_of(place: usize, relation: &str) -> String {
    format!("_{place}{}", relation.replace("__", "_"))
}

/// Counts once more.
fn again(seen: &mut Vec<(String, usize)>, relation: &str) -> usize {
    match seen.iter_mut().find(|(known, _)| known == relation) {
        Some((_, times)) => {
            *times += 1;
            *times
        }
        None => {
            seen.push((relation.to_owned(), 1));
            1
        }
    }
}

/// The relations of several rows that a condition goes along; none where something is ruled out, which is looked for by
/// itself, whatever was joined before.
fn relations_of(q: &Q, models: &Models, model: &Model) -> Vec<String> {
    let mut here: Vec<String> = Vec::new();
    if has_negation(q) {
        return here;
    }
    paths_of(q, &mut |path| {
        if let Some(several) = several_rows(models, model, path)
            && !here.contains(&several)
        {
            here.push(several);
        }
    });
    here
}

/// The beginning of a path that ends with the first relation which leads to several rows.
fn several_rows(models: &Models, model: &Model, path: &Path) -> Option<String> {
    let registry = models.registry();
    let (mut at, mut names) = (model.id(), Vec::new());
    for name in path.names() {
        let member = registry.get(at).member(name)?;
        names.push(name);
        let several = match member {
            // The rows between would be shared all the same.
            Member::ManyToMany(_) => return None,
            Member::Reverse(place) => {
                let back = registry.get(at).reverse().get(place)?;
                if !matches!(back.relation, ReverseSource::Field(_)) {
                    return None;
                }
                back.multiple
            }
            _ => false,
        };
        if several {
            return Some(names.join("__"));
        }
        at = registry.hops(at, member).last()?.to;
    }
    None
}

/// Calls `see` with each path of a condition.
fn paths_of(q: &Q, see: &mut dyn FnMut(&Path)) {
    let _ = with_paths(q.clone(), &mut |path| {
        see(&path);
        path
    });
}

/// The condition with another name in the place of a relation.
fn renamed(q: Q, relation: &str, alias: &str) -> Q {
    let names: Vec<&str> = relation.split("__").collect();
    with_paths(q, &mut |path| {
        if !path.names().take(names.len()).eq(names.iter().copied()) {
            return path;
        }
        let rest = path.names().skip(names.len()).map(str::to_owned);
        Path::new(std::iter::once(alias.to_owned()).chain(rest))
    })
}

/// The condition with each of its paths, but not those of queries within it, given to a function.
fn with_paths(q: Q, change: &mut dyn FnMut(Path) -> Path) -> Q {
    let q = renamed_conditions(q, change);
    q.rewrite(&mut |expr| match expr {
        Expr::Path(path) => Expr::Path(change(path)),
        other => other,
    })
}

fn renamed_conditions(q: Q, change: &mut dyn FnMut(Path) -> Path) -> Q {
    match q {
        Q::Condition(condition) => Q::Condition(Condition { path: change(condition.path), operand: condition.operand }),
        Q::Group { connector, negated, children } => Q::Group {
            connector,
            negated,
            children: children.into_iter().map(|child| renamed_conditions(child, change)).collect(),
        },
        other => other,
    }
}

fn has_negation(q: &Q) -> bool {
    match q {
        Q::Group { negated, children, .. } => *negated || children.iter().any(has_negation),
        _ => false,
    }
}
