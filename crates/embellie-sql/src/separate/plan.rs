//! Which aggregates of a query its joins distort, and the query in which they do not.

use embellie_core::expr::AggregateFunction as A;
use embellie_core::query::{Annotation, Distinct, Step};
use embellie_core::{Expr, Path, Q, Query, Registry};

use super::ways::{Names, Way};
use super::within;
use super::{aggregates_in, contains_aggregate, is_aggregate, q_aggregates_in, q_contains_aggregate};

/// A query, and what its steps go over.
#[derive(Debug)]
pub(super) struct Plan<'q> {
    pub(super) names: Names<'q>,
    pub(super) query: &'q Query,
    /// The step whose values the rows are grouped by; the rows of the model are the groups when `None`.
    pub(super) by: Option<usize>,
    /// Whether the aggregates are over all rows, not over those of a group.
    over_all: bool,
    uses: Vec<Use>,
}

/// What a part of a query goes over.
#[derive(Debug)]
struct Use {
    /// The step it is part of.
    at: usize,
    what: What,
    ways: Vec<Way>,
}

#[derive(Debug)]
enum What {
    /// A value that rows have, or an order.
    Value,
    /// A value by which groups differ.
    Group,
    /// A condition that is a call of its own, and whether it could be one on keys.
    Filter {
        movable: bool,
    },
    Aggregate {
        expr: Expr,
        sensitive: bool,
    },
}

/// What is done about it: by the place of each use, whether it leaves the query's joins.
type Moved = Vec<bool>;

impl<'q> Plan<'q> {
    /// What a query goes over. `None` for what is not understood, and is left as it is.
    pub(super) fn of(registry: &'q Registry, query: &'q Query, over_all: &[Annotation]) -> Option<Self> {
        let whole = query.from.is_none() && query.compound.is_none();
        if !whole || query.steps.iter().any(|step| matches!(step, Step::Extra(_) | Step::Group)) {
            return None;
        }
        let model = registry.model(&query.model).ok()?;
        let last = query
            .steps
            .iter()
            .rposition(|step| matches!(step, Step::Annotate(annotation) if contains_aggregate(&annotation.expr)));
        let by = last.and_then(|last| {
            let values = query.steps[..last].iter().rposition(|step| matches!(step, Step::Values(_)))?;
            matches!(&query.steps[values], Step::Values(paths) if !paths.is_empty()).then_some(values)
        });
        let names = Names::of(registry, model, query);
        let mut plan = Plan { names, query, by, over_all: !over_all.is_empty(), uses: Vec::new() };
        plan.add_steps()?;
        let end = query.steps.len();
        for annotation in over_all {
            plan.add_aggregates(end, aggregates_in(&annotation.expr))?;
        }
        Some(plan)
    }

    fn add_steps(&mut self) -> Option<()> {
        let mut named = 0;
        for (at, step) in self.query.steps.iter().enumerate() {
            let mut ways = Vec::new();
            let what = match step {
                Step::Filter(q) | Step::Exclude(q) => {
                    self.names.of_filter(q, matches!(step, Step::Exclude(_)), &mut ways);
                    self.add_aggregates(at, q_aggregates_in(q))?;
                    What::Filter { movable: !self.names.is_on_aggregates(q) }
                }
                Step::Annotate(annotation) => {
                    self.names.around_aggregates(&annotation.expr, named, &mut ways);
                    self.add_aggregates(at, aggregates_in(&annotation.expr))?;
                    named += 1;
                    if annotation.selected { What::Group } else { What::Value }
                }
                Step::Values(paths) => {
                    paths.iter().for_each(|path| self.names.of_path(path, named, &mut ways));
                    What::Group
                }
                Step::Join(join) => {
                    ways.push(Way { named: Some(join.cte.to_string()), hops: Vec::new() });
                    What::Value
                }
                _ => continue,
            };
            self.uses.push(Use { at, what, ways });
        }
        let end = self.query.steps.len();
        let mut ways = Vec::new();
        for term in self.query.order_by.iter().flatten() {
            self.names.of_expr(&term.expr, named, &mut ways);
        }
        if let Distinct::On(paths) = &self.query.distinct {
            paths.iter().for_each(|path| self.names.of_path(path, named, &mut ways));
        }
        self.uses.push(Use { at: end, what: What::Value, ways });
        Some(())
    }

    /// Adds aggregates, none of which may be made of others: those are errors, which are told elsewhere.
    fn add_aggregates(&mut self, at: usize, aggregates: Vec<Expr>) -> Option<()> {
        let steps = self.query.steps.get(..at).unwrap_or_default();
        let named = steps.iter().filter(|step| matches!(step, Step::Annotate(_))).count();
        for expr in aggregates {
            let nested = match &expr {
                Expr::Aggregate(aggregate) => {
                    aggregate.arguments.iter().any(|argument| self.names.is_made_of_aggregates(argument, named))
                        || aggregate.filter.as_ref().is_some_and(q_contains_aggregate)
                }
                Expr::Func(func) => {
                    func.arguments.iter().any(|argument| self.names.is_made_of_aggregates(argument, named))
                }
                _ => false,
            };
            if nested && at < self.query.steps.len() {
                return None;
            }
            let sensitive = match &expr {
                Expr::Aggregate(aggregate) => {
                    !aggregate.distinct && !matches!(aggregate.function, A::Max | A::Min | A::AnyValue)
                }
                _ => true,
            };
            let mut ways = Vec::new();
            self.names.of_expr(&expr, named, &mut ways);
            self.uses.push(Use { at, what: What::Aggregate { expr, sensitive }, ways });
        }
        Some(())
    }

    /// The ways that a group's rows go over by themselves.
    fn own(&self) -> Vec<&Way> {
        let own = self.uses.iter().filter(|used| match used.what {
            What::Group => self.by.is_some() || self.over_all,
            What::Value | What::Filter { .. } => self.over_all,
            What::Aggregate { .. } => false,
        });
        own.flat_map(|used| &used.ways).collect()
    }

    /// Whether what is left in the query's joins gives each aggregate each of its rows once.
    fn is_right(&self, moved: &Moved) -> bool {
        let own = self.own();
        let left: Vec<&Use> = self.uses.iter().zip(moved).filter(|(_, moved)| !**moved).map(|(used, _)| used).collect();
        left.iter().all(|used| {
            let What::Aggregate { sensitive: true, .. } = used.what else { return true };
            let allowed = |way: &Way| used.ways.contains(way) || own.contains(&way);
            left.iter()
                .flat_map(|other| &other.ways)
                .all(|way| allowed(way) && (own.contains(&way) && self.over_all || joins(&left, way) == 1))
        })
    }

    /// The filters that nothing that is left shares joins with.
    fn without_lone_filters(&self, mut moved: Moved) -> Moved {
        for place in 0..self.uses.len() {
            let What::Filter { movable: true } = self.uses[place].what else { continue };
            let filter = &self.uses[place];
            let shared = self.uses.iter().zip(&moved).any(|(other, moved)| {
                !*moved
                    && !matches!(other.what, What::Filter { .. })
                    && other.at > filter.at
                    && other.ways.iter().any(|way| filter.ways.contains(way))
            });
            moved[place] = !shared && !filter.ways.is_empty();
        }
        moved
    }

    /// What has to leave the joins for the rest to be right; `None` when nothing has to.
    fn moved(&self) -> Option<Moved> {
        let none = vec![false; self.uses.len()];
        if self.is_right(&none) {
            return None;
        }
        let filters = self.without_lone_filters(none.clone());
        if !self.over_all && self.is_right(&filters) {
            return Some(filters);
        }
        let own = self.own();
        let aggregates = |all: bool| -> Moved {
            let apart = |used: &Use| all || used.ways.iter().any(|way| !own.contains(&way));
            self.uses.iter().map(|used| matches!(used.what, What::Aggregate { .. }) && apart(used)).collect()
        };
        let mut moved = aggregates(false);
        if !self.over_all {
            moved = self.without_lone_filters(moved);
        }
        if self.is_right(&moved) {
            return Some(moved);
        }
        Some(if self.over_all { aggregates(true) } else { self.without_lone_filters(aggregates(true)) })
    }

    /// The aggregates that the joins distort.
    pub(super) fn distorted(&self) -> Vec<Expr> {
        let Some(moved) = self.moved() else { return Vec::new() };
        let apart = self.uses.iter().zip(moved).filter(|(_, moved)| *moved);
        apart
            .filter_map(|(used, _)| match &used.what {
                What::Aggregate { expr, sensitive: true } => Some(expr.clone()),
                _ => None,
            })
            .collect()
    }

    /// The aggregates over all rows that must be computed alone.
    pub(super) fn alone(&self) -> Vec<Expr> {
        let Some(moved) = self.moved() else { return Vec::new() };
        let end = self.query.steps.len();
        let apart = self.uses.iter().zip(moved).filter(|(used, moved)| *moved && used.at == end);
        apart
            .filter_map(|(used, _)| match &used.what {
                What::Aggregate { expr, .. } => Some(expr.clone()),
                _ => None,
            })
            .collect()
    }

    /// The query in which every aggregate is right; `None` when this one will do.
    pub(super) fn separated(&self) -> Option<Query> {
        let moved = self.moved()?;
        let is_moved = |at: usize, expr: &Expr| {
            self.uses.iter().zip(&moved).any(|(used, moved)| {
                *moved && used.at == at && matches!(&used.what, What::Aggregate { expr: known, .. } if known == expr)
            })
        };
        let mut steps = Vec::with_capacity(self.query.steps.len() + 1);
        for (at, step) in self.query.steps.iter().enumerate() {
            let mut apart = false;
            let mut change = |part: Expr| {
                if is_aggregate(&part) && is_moved(at, &part) {
                    apart = true;
                    return Expr::Subquery(Box::new(within::of_group(self, &part, at)));
                }
                part
            };
            let filter = self
                .uses
                .iter()
                .zip(&moved)
                .any(|(used, moved)| *moved && used.at == at && matches!(used.what, What::Filter { .. }));
            let step = match step {
                Step::Filter(_) | Step::Exclude(_) if filter => within::on_keys(self, step.clone()),
                Step::Filter(q) => Step::Filter(q.clone().rewrite(&mut change)),
                Step::Exclude(q) => Step::Exclude(q.clone().rewrite(&mut change)),
                Step::Annotate(annotation) => Step::Annotate(Annotation {
                    expr: annotation.expr.clone().rewrite(&mut change),
                    ..annotation.clone()
                }),
                other => other.clone(),
            };
            let group = apart
                && match &step {
                    Step::Annotate(annotation) => !contains_aggregate(&annotation.expr),
                    _ => self.by.is_none(),
                };
            steps.push(step);
            if group {
                steps.push(Step::Group);
            }
        }
        Some(Query { steps, ..self.query.clone() })
    }

    /// The ways of a filter.
    pub(super) fn filter_ways(&self, at: usize) -> &[Way] {
        self.uses
            .iter()
            .find(|used| used.at == at && matches!(used.what, What::Filter { .. }))
            .map_or(&[], |used| &used.ways)
    }

    /// Whether a filter is on rows alone.
    pub(super) fn is_on_rows(&self, at: usize) -> bool {
        self.uses.iter().any(|used| used.at == at && matches!(used.what, What::Filter { movable: true }))
    }

    /// The ways by which groups differ.
    pub(super) fn group_ways(&self) -> Vec<Way> {
        let groups = self.uses.iter().filter(|used| self.by.is_some() && matches!(used.what, What::Group));
        groups.flat_map(|used| used.ways.clone()).collect()
    }

    /// The values by which the group of a step differs from others.
    pub(super) fn group_values(&self, at: usize, ways: &[Way]) -> Vec<Path> {
        let mut paths = Vec::new();
        let steps = self.query.steps.get(..at).unwrap_or_default();
        if let Some(by) = self.by
            && let Some(Step::Values(values)) = steps.get(by)
        {
            paths.extend(values.iter().filter(|path| self.is_plain(path)).cloned());
        }
        let from = self.by.map_or(0, |by| by + 1);
        for step in steps.iter().skip(from) {
            let Step::Annotate(annotation) = step else { continue };
            let path = Path::new([annotation.alias.clone()]);
            if !annotation.selected || !self.is_plain(&path) || paths.contains(&path) {
                continue;
            }
            let mut own = Vec::new();
            self.names.of_path(&path, usize::MAX, &mut own);
            let related = !own.is_empty() && own.iter().all(|way| ways.contains(way));
            if self.by.is_some() || related {
                paths.push(path);
            }
        }
        paths
    }

    /// Whether a path is neither an aggregate nor a window, nor the same everywhere.
    fn is_plain(&self, path: &Path) -> bool {
        self.names.any_alias(path).is_none_or(|(place, expr)| {
            !matches!(expr, Expr::Value(_)) && !self.names.is_made_of_aggregates(expr, place) && !has_window(expr)
        })
    }
}

fn has_window(expr: &Expr) -> bool {
    let mut found = false;
    let _ = expr.clone().rewrite(&mut |part| {
        found |= matches!(part, Expr::Window(_));
        part
    });
    found
}

/// How often a way is joined: a filter joins it afresh, all else shares what is there.
fn joins(uses: &[&Use], way: &Way) -> usize {
    let (filters, others): (Vec<&&Use>, Vec<&&Use>) =
        uses.iter().filter(|used| used.ways.contains(way)).partition(|used| matches!(used.what, What::Filter { .. }));
    let first = |uses: &[&&Use]| uses.iter().map(|used| used.at).min();
    let own = match (first(&filters), first(&others)) {
        (Some(filter), Some(other)) => usize::from(other < filter),
        (None, other) => usize::from(other.is_some()),
        (Some(_), None) => 0,
    };
    filters.len() + own
}

/// A condition without those of its parts that must hold besides and that have nothing to do with some ways, and these.
pub(super) fn divide(names: &Names<'_>, q: &Q, ways: &[Way]) -> (Q, Q) {
    let Q::Group { connector: embellie_core::query::Connector::And, negated: false, children } = q else {
        return (q.clone(), Q::all());
    };
    let (mut related, mut rest) = (Q::all(), Q::all());
    for child in children {
        let mut own = Vec::new();
        names.of_filter(child, false, &mut own);
        if own.iter().any(|way| ways.contains(way)) {
            related = related & child.clone();
        } else {
            rest = rest & child.clone();
        }
    }
    (related, rest)
}
