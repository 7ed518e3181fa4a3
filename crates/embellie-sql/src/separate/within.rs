//! Queries that take the place of joins.

use embellie_core::expr::AggregateFunction as A;
use embellie_core::field::FieldKind;
use embellie_core::meta::Model;
use embellie_core::query::{Aggregation, Annotation, Step};
use embellie_core::{Expr, Path, Q, Query, Value};

use super::outer::{deeper, q_deeper};
use super::plan::{Plan, divide};
use super::ways::Way;

/// The name of the one value that a query for one aggregate is grouped by, so that it has one row, whatever it reads. No
/// field has such a name.
const ALL: &str = "0";

/// The name of the aggregate in a query for it.
const RESULT: &str = "1";

/// The query of an aggregate of one step over the rows of the group around it.
pub(super) fn of_group(plan: &Plan<'_>, aggregate: &Expr, at: usize) -> Query {
    let mut ways = Vec::new();
    plan.names.of_expr(aggregate, usize::MAX, &mut ways);
    if let Some(query) = of_related(plan, aggregate, at, &ways) {
        return query;
    }
    let values = plan.group_values(at, &ways);
    let kept = kept_filters(plan, at, &ways);
    let mut shared = ways.clone();
    shared.extend(plan.group_ways());

    let mut wanted: Vec<Path> = aggregate.paths().into_iter().cloned().chain(values.clone()).collect();
    let mut steps: Vec<Step> = Vec::new();
    // From the last step to the first, so that all that is wanted is known before its name is found.
    for (place, step) in plan.query.steps.iter().enumerate().rev() {
        match step {
            Step::Filter(_) | Step::Exclude(_) if plan.is_on_rows(place) => {
                let mut made = Vec::new();
                if kept.contains(&place)
                    && let Step::Filter(q) = step
                {
                    let (related, rest) = divide(&plan.names, q, &shared);
                    if plan.by.is_some() && !rest.is_all() {
                        made.push(on_keys_if_needed(plan, Step::Filter(rest)));
                    }
                    made.push(Step::Filter(related));
                } else if plan.by.is_some() {
                    made.push(on_keys_if_needed(plan, step.clone()));
                }
                for step in &made {
                    if let Step::Filter(q) | Step::Exclude(q) = step {
                        wanted.extend(q.paths().into_iter().cloned());
                    }
                }
                steps.extend(made);
            }
            Step::Annotate(annotation) if is_wanted(&wanted, &annotation.alias) => {
                wanted.extend(annotation.expr.paths().into_iter().cloned());
                steps.push(Step::Annotate(Annotation { selected: false, ..annotation.clone() }));
            }
            Step::Relation(_) => steps.push(step.clone()),
            Step::Join(join) if plan.by.is_some() || is_wanted(&wanted, &join.cte) => steps.push(step.clone()),
            _ => {}
        }
    }
    steps.reverse();
    let mut steps: Vec<Step> = steps.into_iter().map(step_deeper).collect();
    if plan.by.is_none() {
        steps.insert(0, Step::Filter(same_key(plan.names.model)));
    }
    let mut same = Q::all();
    for (number, path) in values.into_iter().enumerate() {
        let alias = (number + 2).to_string();
        let may_be_null = may_be_null(plan, &path);
        let here = Expr::Path(Path::new([alias.clone()]));
        steps.push(Step::Annotate(Annotation { selected: false, ..Annotation::new(alias, Expr::Path(path.clone())) }));
        same = same & same_value(here, path, may_be_null);
    }
    if !same.is_all() {
        steps.push(Step::Filter(same));
    }
    finished(Query { steps, ..Query::new(plan.query.model.clone()) }, deeper(aggregate.clone()))
}

/// A filter as a condition on the keys of rows, which joins nothing.
pub(super) fn on_keys(plan: &Plan<'_>, step: Step) -> Step {
    let (Step::Filter(q) | Step::Exclude(q)) = &step else { return step };
    let mut wanted: Vec<Path> = q.paths().into_iter().cloned().collect();
    let mut steps = vec![step_deeper(step.clone())];
    for known in plan.query.steps.iter().rev() {
        match known {
            Step::Annotate(annotation) if is_wanted(&wanted, &annotation.alias) => {
                wanted.extend(annotation.expr.paths().into_iter().cloned());
                steps.push(step_deeper(Step::Annotate(Annotation { selected: false, ..annotation.clone() })));
            }
            Step::Relation(_) => steps.push(step_deeper(known.clone())),
            Step::Join(join) if is_wanted(&wanted, &join.cte) => steps.push(known.clone()),
            _ => {}
        }
    }
    steps.reverse();
    let query = Query {
        steps,
        order_by: Some(Vec::new()),
        aggregation: Aggregation::Joined,
        ..Query::new(plan.query.model.clone())
    };
    let model = plan.names.model;
    Step::Filter(if model.has_composite_key() {
        Q::expr(Expr::Exists(Box::new(query.filter(same_key(model)))))
    } else {
        Q::new(Path::new(["pk", "in"]), query.values([Path::new(["pk"])]))
    })
}

/// The rows of a model that a query gives, each once.
pub(super) fn by_keys(query: &Query) -> Query {
    let keys = Query { ctes: Vec::new(), ..query.clone() }.values([Path::new(["pk"])]);
    let rows = Query::new(query.model.clone()).filter(Q::new(Path::new(["pk", "in"]), keys));
    Query { ctes: query.ctes.clone(), time_zone: query.time_zone.clone(), ..rows }
}

/// Whether an expression uses a name of the query's own, or the query gives no rows of its model.
pub(super) fn has_alias(model: &Model, query: &Query, expr: &Expr) -> bool {
    let foreign = |path: &&Path| path.names().next().is_none_or(|name| model.member(name).is_none());
    query.selected().is_some() || expr.paths().iter().any(foreign)
}

fn on_keys_if_needed(plan: &Plan<'_>, step: Step) -> Step {
    let mut ways = Vec::new();
    match &step {
        Step::Filter(q) => plan.names.of_filter(q, false, &mut ways),
        Step::Exclude(q) => plan.names.of_filter(q, true, &mut ways),
        _ => {}
    }
    if ways.is_empty() { step } else { on_keys(plan, step) }
}

/// The filters before a step whose joins an aggregate over these ways shares: of each way, the last.
fn kept_filters(plan: &Plan<'_>, at: usize, ways: &[Way]) -> Vec<usize> {
    let mut shared = ways.to_vec();
    shared.extend(plan.group_ways());
    let mut kept = Vec::new();
    for way in &shared {
        let last = (0..at).rev().find(|&place| plan.is_on_rows(place) && plan.filter_ways(place).contains(way));
        kept.extend(last.filter(|place| !kept.contains(place)).into_iter().collect::<Vec<_>>());
    }
    kept
}

/// The query of an aggregate that reads the related rows alone.
///
/// It differs from a query of the group's rows where there are no related rows: nothing is there, instead of nulls. So
/// only of what is null without related rows, and only by aggregates that pass over nulls.
fn of_related(plan: &Plan<'_>, aggregate: &Expr, at: usize, ways: &[Way]) -> Option<Query> {
    let Expr::Aggregate(asked) = aggregate else { return None };
    let passes_over_nulls = !matches!(asked.function, A::ArrayAgg | A::JsonArrayAgg);
    let own_group = plan.by.is_none() && plan.group_values(at, ways).is_empty();
    if !passes_over_nulls || !own_group || !kept_filters(plan, at, ways).is_empty() {
        return None;
    }
    let paths = aggregate.paths();
    let first = paths.first()?;
    let plain = paths.iter().all(|path| plan.names.any_alias(path).is_none())
        && ways.iter().all(|way| way.named.is_none())
        && !has_query(aggregate);
    if !plain || !asked.arguments.first().is_some_and(is_null_with_its_paths) {
        return None;
    }
    let root = Root::of(plan, first)?;
    if !paths.iter().all(|path| path.len() >= root.names.len() && path.names().zip(&root.names).all(|(a, b)| a == b)) {
        return None;
    }
    let aggregate = aggregate.map_paths(&|path| root.path(path));
    let query = Query::new(root.model.label().to_owned()).filter(root.link);
    Some(finished(query, deeper(aggregate)))
}

/// Where related rows are, seen from themselves.
struct Root<'q> {
    model: &'q Model,
    /// The names that lead there.
    names: Vec<String>,
    /// What stands for those names there.
    prefix: Vec<String>,
    /// The rows that belong to the row around.
    link: Q,
}

impl<'q> Root<'q> {
    /// Where the first relation of several rows on a path leads.
    fn of(plan: &Plan<'q>, path: &Path) -> Option<Self> {
        let registry = plan.names.registry;
        let mut model = plan.names.model;
        let mut names: Vec<String> = Vec::new();
        for name in path.names() {
            let hops = registry.hops(model.id(), model.member(name)?);
            let last = *hops.last()?;
            let first = hops[0];
            if first.along.is_some() && !first.multiple {
                // Its columns may lead to no row, and then what is behind it is not that of those columns.
                return None;
            }
            if first.multiple {
                let root = registry.get(first.to);
                let outer = |field: usize| {
                    let path = names.iter().cloned().chain([model.fields[field].name.clone()]);
                    Expr::Outer { path: Path::new(path), levels: 1 }
                };
                let far = |field: usize| Path::new([root.fields[field].name.clone()]);
                let kind = |model: &Model, field: usize| registry.storage_kind(model.id(), field);
                let mut link = Q::all();
                for (near, there) in registry.pairs(first) {
                    // The key of any model may be kept as a text.
                    let (here, end) = (kind(model, near), kind(root, there));
                    link = link
                        & match (here.integer_range().is_some(), end.integer_range().is_some()) {
                            (true, false) if end.is_text() => Q::new(far(there), as_text(outer(near))),
                            (false, true) if here.is_text() => {
                                let key = as_text(Expr::Path(far(there)));
                                key.lookup(Path::new(["exact"]), outer(near))
                            }
                            _ => Q::new(far(there), outer(near)),
                        };
                }
                if let Some((content_type, at_end)) = registry.content_type(first) {
                    let holder = if at_end { root } else { model };
                    let own = registry.content_type_key(holder, content_type);
                    link = link
                        & match at_end {
                            true => Q::new(far(content_type.field), own),
                            false => outer(content_type.field).lookup(Path::new(["exact"]), own),
                        };
                }
                names.push(name.to_owned());
                let prefix = match hops.get(1) {
                    Some(hop) if hop.forward => vec![registry.name_of_hop(*hop).to_owned()],
                    Some(_) => return None,
                    None => Vec::new(),
                };
                return Some(Root { model: root, names, prefix, link });
            }
            names.push(name.to_owned());
            model = registry.get(last.to);
        }
        None
    }

    fn path(&self, path: &Path) -> Path {
        let rest: Vec<String> = path.names().skip(self.names.len()).map(str::to_owned).collect();
        let mut names = self.prefix.clone();
        // The relation itself stands for the key of its rows.
        if names.is_empty() && rest.first().is_none_or(|name| self.model.member(name).is_none()) {
            names.push("pk".to_owned());
        }
        names.extend(rest);
        Path::new(names)
    }
}

fn as_text(expr: Expr) -> Expr {
    Expr::Cast { expr: Box::new(expr), kind: FieldKind::Text, max_length: None }
}

/// Whether an expression is null where its paths are.
fn is_null_with_its_paths(expr: &Expr) -> bool {
    match expr {
        Expr::Path(_) => true,
        Expr::Combined { left, right, .. } => is_null_with_its_paths(left) || is_null_with_its_paths(right),
        Expr::Typed { expr, .. } | Expr::Cast { expr, .. } => is_null_with_its_paths(expr),
        _ => false,
    }
}

fn has_query(expr: &Expr) -> bool {
    let mut found = false;
    let _ = expr.clone().rewrite(&mut |part| {
        found |= matches!(
            part,
            Expr::Subquery(_) | Expr::Exists(_) | Expr::ArraySubquery(_) | Expr::Outer { .. } | Expr::Raw(_)
        );
        part
    });
    found || q_has_query(expr)
}

fn q_has_query(expr: &Expr) -> bool {
    let Expr::Aggregate(aggregate) = expr else { return false };
    fn in_q(q: &Q) -> bool {
        use embellie_core::query::Operand;
        match q {
            Q::Condition(condition) => matches!(condition.operand, Operand::Query(_)),
            Q::Lookup(comparison) => matches!(comparison.operand, Operand::Query(_)),
            Q::Group { children, .. } => children.iter().any(in_q),
            _ => false,
        }
    }
    aggregate.filter.as_ref().is_some_and(in_q)
}

/// The rows with the key of the row around.
fn same_key(model: &Model) -> Q {
    let equal = |&field: &usize| {
        let path = Path::new([model.fields[field].name.clone()]);
        Q::new(path.clone(), Expr::Outer { path, levels: 1 })
    };
    model.key_fields().iter().map(equal).fold(Q::all(), |all, q| all & q)
}

/// The rows with the value of the row around, null being one.
fn same_value(here: Expr, path: Path, may_be_null: bool) -> Q {
    let there = Expr::Outer { path, levels: 1 };
    let equal = here.clone().lookup(Path::new(["exact"]), there.clone());
    if !may_be_null {
        return equal;
    }
    let null = |expr: Expr| expr.lookup(Path::new(["isnull"]), Expr::Value(Value::Bool(true)));
    equal | (null(here) & null(there))
}

/// Whether a value may be null.
fn may_be_null(plan: &Plan<'_>, path: &Path) -> bool {
    if plan.names.any_alias(path).is_some() {
        return true;
    }
    let registry = plan.names.registry;
    let mut model = plan.names.model;
    for name in path.names() {
        let Some(member) = model.member(name) else { return true };
        let hops = registry.hops(model.id(), member);
        let field = model.field_index(name);
        match hops.last() {
            Some(_) if hops.iter().any(|hop| hop.nullable || hop.multiple) => return true,
            Some(last) => model = registry.get(last.to),
            None => return field.is_none_or(|field| model.fields[field].null),
        }
    }
    false
}

fn is_wanted(wanted: &[Path], name: &str) -> bool {
    wanted.iter().any(|path| {
        let names: Vec<&str> = path.names().collect();
        (1..=names.len()).any(|length| names[..length].join("__") == name)
    })
}

fn step_deeper(step: Step) -> Step {
    match step {
        Step::Filter(q) => Step::Filter(q_deeper(q)),
        Step::Exclude(q) => Step::Exclude(q_deeper(q)),
        Step::Annotate(annotation) => {
            Step::Annotate(Annotation { expr: deeper(annotation.expr.clone()), ..annotation })
        }
        other => other,
    }
}

/// The query of one aggregate over some rows: one row, whatever they are.
fn finished(query: Query, aggregate: Expr) -> Query {
    let (all, result) = (Path::new([ALL]), Path::new([RESULT]));
    let query = query.annotate(ALL, Value::Int(1)).values([all]).annotate(RESULT, aggregate).values([result]);
    Query { order_by: Some(Vec::new()), aggregation: Aggregation::Joined, ..query }
}
