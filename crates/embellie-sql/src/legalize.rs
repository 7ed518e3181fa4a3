//! Rewriting what a server spells otherwise into what it understands.

use embellie_core::expr::Nulls;

use crate::resolved::{Among, Condition, Scalar, Select, Source, Term};
use crate::{Capability, Target};

/// The query as the server understands it.
pub(crate) fn select<'r>(target: &Target, select: Select<'r>) -> Select<'r> {
    if target.can(Capability::NullsOrder) { select } else { without_nulls_order(select) }
}

/// The condition as the server understands it.
pub(crate) fn condition<'r>(target: &Target, condition: Condition<'r>) -> Condition<'r> {
    if target.can(Capability::NullsOrder) { condition } else { each_query(condition, &without_nulls_order) }
}

/// `NULLS LAST` as a term before the term: whether it is null.
fn without_nulls_order(mut select: Select<'_>) -> Select<'_> {
    if let Source::Query { query, .. } = &mut select.source {
        **query = without_nulls_order((**query).clone());
    }
    select.condition = each_query(select.condition, &without_nulls_order);
    select.order_by = select
        .order_by
        .into_iter()
        .flat_map(|term| {
            let nulls = term.nulls.map(|nulls| Term {
                expr: Scalar::IsNull(Box::new(term.expr.clone())),
                descending: nulls == Nulls::First,
                nulls: None,
            });
            nulls.into_iter().chain([Term { nulls: None, ..term }])
        })
        .collect();
    select
}

/// Rewrites the subqueries of a condition.
fn each_query<'r>(condition: Condition<'r>, rewrite: &impl Fn(Select<'r>) -> Select<'r>) -> Condition<'r> {
    let scalar = |scalar: Scalar<'r>| match scalar {
        Scalar::Query(query) => Scalar::Query(Box::new(rewrite(*query))),
        other => other,
    };
    match condition {
        Condition::Group { connector, negated, children } => Condition::Group {
            connector,
            negated,
            children: children.into_iter().map(|child| each_query(child, rewrite)).collect(),
        },
        Condition::Exists(query) => Condition::Exists(Box::new(rewrite(*query))),
        Condition::OneOf { expr, among: Among::Query(query) } => {
            Condition::OneOf { expr, among: Among::Query(Box::new(rewrite(*query))) }
        }
        Condition::Compare { left, comparison, right } => Condition::Compare { left, comparison, right: scalar(right) },
        other => other,
    }
}
