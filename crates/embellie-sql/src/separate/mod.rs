//! Aggregates over different relations, each computed in a query of its own.
//!
//! A join over a relation of several rows repeats the rows that it starts from. One aggregate over one relation is what
//! it should be; a second relation makes both count every combination. Here such queries become others, which mean what
//! was asked for: from tree to tree, before any name is looked up. What cannot be right or wrong is left as it is.
//!
//! - A filter over a relation that nothing else looks at becomes a condition on the row's key.
//! - An aggregate that other joins would distort becomes the value of a query of the same group, correlated with the row;
//!   where it can, that query reads the related rows alone.
//! - Where no aggregate is left, [`Step::Group`](embellie_core::query::Step::Group) keeps the groups.

mod outer;
mod plan;
mod ways;
mod within;

use std::borrow::Cow;

use embellie_core::query::{Aggregation, Annotation, Step};
use embellie_core::{Expr, Q, Query, Registry};

use plan::Plan;

/// A query whose aggregates are all right.
pub(crate) fn separate<'q>(registry: &Registry, query: &'q Query) -> Cow<'q, Query> {
    if query.aggregation == Aggregation::Joined || !query.steps.iter().any(has_aggregate) {
        return Cow::Borrowed(query);
    }
    match Plan::of(registry, query, &[]).and_then(|plan| plan.separated()) {
        Some(separated) => Cow::Owned(separated),
        None => Cow::Borrowed(query),
    }
}

/// Which of the aggregates over all rows of a query must be computed alone.
pub(crate) fn alone(registry: &Registry, query: &Query, aggregates: &[Annotation]) -> Vec<Expr> {
    let several = aggregates.len() > 1 || aggregates.iter().any(|annotation| aggregates_in(&annotation.expr).len() > 1);
    if query.aggregation == Aggregation::Joined || !(several || query.steps.iter().any(has_aggregate)) {
        return Vec::new();
    }
    Plan::of(registry, query, aggregates).map_or_else(Vec::new, |plan| plan.alone())
}

/// The aggregates of a query, and of `over_all` its rows, that its joins distort when they are not computed alone: each
/// row counts once for every combination. This is what [`Aggregation::Joined`] asks for.
///
/// ```
/// use embellie_core::expr::{Aggregate, AggregateFunction::Count};
/// use embellie_core::field::FieldKind;
/// use embellie_core::meta::{FieldMeta, ModelMeta, OnDelete};
/// use embellie_core::{Query, Registry};
///
/// let key = |related| FieldMeta::foreign_key("user", "User", OnDelete::Cascade).relation(|r| r.related_name(related));
/// let registry = Registry::build([
///     ModelMeta::new("blog", "User").field(FieldMeta::new("name", FieldKind::Text)),
///     ModelMeta::new("blog", "Post").field(key("posts")),
///     ModelMeta::new("blog", "Comment").field(key("comments")),
/// ])?;
/// let posts = Query::new("blog.User").annotate("posts_n", Aggregate::of(Count, "posts"));
/// assert!(embellie_sql::distorted(&posts, &[], &registry).is_empty());
/// let both = posts.annotate("comments_n", Aggregate::of(Count, "comments"));
/// assert_eq!(embellie_sql::distorted(&both, &[], &registry).len(), 2);
/// # Ok::<(), embellie_core::Error>(())
/// ```
pub fn distorted(query: &Query, over_all: &[Annotation], registry: &Registry) -> Vec<Expr> {
    if over_all.is_empty() && !query.steps.iter().any(has_aggregate) {
        return Vec::new();
    }
    Plan::of(registry, query, over_all).map_or_else(Vec::new, |plan| plan.distorted())
}

/// The rows that an aggregate over all rows of a query is computed of, when it is computed alone.
pub(crate) fn rows_of(registry: &Registry, query: &Query, aggregate: &Expr) -> Query {
    let aggregated = query.steps.iter().any(has_aggregate);
    match registry.model(&query.model) {
        // Without what the rows are annotated with, whose joins and groups it has no use for.
        Ok(model) if aggregated && !model.has_composite_key() && !within::has_alias(model, query, aggregate) => {
            within::by_keys(query)
        }
        _ => query.clone(),
    }
}

fn has_aggregate(step: &Step) -> bool {
    match step {
        Step::Annotate(annotation) => contains_aggregate(&annotation.expr),
        Step::Filter(q) | Step::Exclude(q) => q_contains_aggregate(q),
        _ => false,
    }
}

/// The aggregates in an expression, those that windows are made of not among them.
fn aggregates_in(expr: &Expr) -> Vec<Expr> {
    let mut found = Vec::new();
    let _ = expr.clone().rewrite(&mut |part| {
        if is_aggregate(&part) {
            found.push(part.clone());
        }
        part
    });
    found
}

fn q_aggregates_in(q: &Q) -> Vec<Expr> {
    let mut found = Vec::new();
    let _ = q.clone().rewrite(&mut |part| {
        if is_aggregate(&part) {
            found.push(part.clone());
        }
        part
    });
    found
}

fn is_aggregate(expr: &Expr) -> bool {
    match expr {
        Expr::Aggregate(_) => true,
        Expr::Func(func) => func.aggregate,
        _ => false,
    }
}

fn contains_aggregate(expr: &Expr) -> bool {
    match expr {
        // What most expressions are, without a copy.
        Expr::Path(_) | Expr::Value(_) | Expr::Outer { .. } | Expr::Subquery(_) | Expr::Exists(_) => false,
        expr => is_aggregate(expr) || !aggregates_in(expr).is_empty(),
    }
}

fn q_contains_aggregate(q: &Q) -> bool {
    match q {
        Q::Condition(condition) => match &condition.operand {
            embellie_core::query::Operand::Expr(expr) => contains_aggregate(expr),
            embellie_core::query::Operand::List(exprs) => exprs.iter().any(contains_aggregate),
            _ => false,
        },
        Q::Group { children, .. } => children.iter().any(q_contains_aggregate),
        other => !q_aggregates_in(other).is_empty(),
    }
}
