//! References to the queries around: what becomes of them when an expression goes one query deeper.

use embellie_core::query::{Operand, Step};
use embellie_core::{Expr, Path, Q, Query};

/// Sees each reference outwards, with how many queries stand between it and where the walk began.
type Visit<'v> = &'v mut dyn FnMut(&Path, &mut u32, u32);

/// The expression one query deeper: what it refers to outside is one further out.
pub(super) fn deeper(expr: Expr) -> Expr {
    in_expr(expr, 0, &mut shift)
}

/// The condition one query deeper.
pub(super) fn q_deeper(q: Q) -> Q {
    in_q(q, 0, &mut shift)
}

/// The paths by which queries within an expression refer to the query that it stands in.
pub(super) fn paths_within(expr: &Expr) -> Vec<Path> {
    let mut paths = Vec::new();
    let _ = in_expr(expr.clone(), 0, &mut |path, levels, depth| {
        if *levels == depth {
            paths.push(path.clone());
        }
    });
    paths
}

/// The paths by which queries within a condition refer to the query that it stands in.
pub(super) fn q_paths_within(q: &Q) -> Vec<Path> {
    let mut paths = Vec::new();
    let _ = in_q(q.clone(), 0, &mut |path, levels, depth| {
        if *levels == depth {
            paths.push(path.clone());
        }
    });
    paths
}

fn shift(_: &Path, levels: &mut u32, depth: u32) {
    if *levels > depth {
        *levels += 1;
    }
}

fn in_expr(expr: Expr, depth: u32, visit: Visit<'_>) -> Expr {
    expr.rewrite(&mut |part| in_part(part, depth, visit))
}

/// A part whose own parts have been seen, but for the queries in its conditions.
fn in_part(part: Expr, depth: u32, visit: Visit<'_>) -> Expr {
    match part {
        Expr::Outer { path, mut levels } => {
            visit(&path, &mut levels, depth);
            Expr::Outer { path, levels }
        }
        Expr::Subquery(query) => Expr::Subquery(Box::new(in_query(*query, depth + 1, visit))),
        Expr::Exists(query) => Expr::Exists(Box::new(in_query(*query, depth + 1, visit))),
        Expr::ArraySubquery(query) => Expr::ArraySubquery(Box::new(in_query(*query, depth + 1, visit))),
        Expr::Case { whens, otherwise } => {
            let whens = whens.into_iter().map(|(q, then)| (queries_of_q(q, depth, visit), then)).collect();
            Expr::Case { whens, otherwise }
        }
        Expr::Condition(q) => Expr::Condition(Box::new(queries_of_q(*q, depth, visit))),
        Expr::Aggregate(mut aggregate) => {
            aggregate.filter = aggregate.filter.map(|q| queries_of_q(q, depth, visit));
            Expr::Aggregate(aggregate)
        }
        Expr::Window(mut window) => {
            if let Expr::Aggregate(aggregate) = &mut window.expr {
                aggregate.filter = aggregate.filter.take().map(|q| queries_of_q(q, depth, visit));
            }
            Expr::Window(window)
        }
        other => other,
    }
}

fn in_q(q: Q, depth: u32, visit: Visit<'_>) -> Q {
    let q = q.rewrite(&mut |part| in_part(part, depth, visit));
    queries_of_q(q, depth, visit)
}

/// The queries that a condition compares with; its expressions have been seen.
fn queries_of_q(q: Q, depth: u32, visit: Visit<'_>) -> Q {
    let mut operand = |operand: Operand| match operand {
        Operand::Query(query) => Operand::Query(Box::new(in_query(*query, depth + 1, visit))),
        other => other,
    };
    match q {
        Q::Condition(mut condition) => {
            condition.operand = operand(condition.operand);
            Q::Condition(condition)
        }
        Q::Lookup(mut comparison) => {
            comparison.operand = operand(comparison.operand);
            Q::Lookup(comparison)
        }
        Q::Group { connector, negated, children } => {
            let children = children.into_iter().map(|child| queries_of_q(child, depth, visit)).collect();
            Q::Group { connector, negated, children }
        }
        other => other,
    }
}

fn in_query(mut query: Query, depth: u32, visit: Visit<'_>) -> Query {
    for step in &mut query.steps {
        match step {
            Step::Filter(q) | Step::Exclude(q) => *q = in_q(std::mem::replace(q, Q::all()), depth, visit),
            Step::Annotate(annotation) => {
                annotation.expr = in_expr(std::mem::replace(&mut annotation.expr, Expr::Star), depth, visit);
            }
            Step::Relation(relation) => {
                relation.condition = in_q(std::mem::replace(&mut relation.condition, Q::all()), depth, visit);
            }
            _ => {}
        }
    }
    query.order_by = query
        .order_by
        .map(|terms| terms.into_iter().map(|term| term.rewrite(&mut |part| in_part(part, depth, visit))).collect());
    if let Some(compound) = &mut query.compound {
        compound.queries =
            std::mem::take(&mut compound.queries).into_iter().map(|member| in_query(member, depth, visit)).collect();
    }
    query
}
