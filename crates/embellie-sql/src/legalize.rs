//! Rewriting what a server spells otherwise into what it understands.

use embellie_core::expr::Nulls;

use crate::resolved::{Among, Condition, Distinct, Scalar, Select, Source, Term};
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
    if select.distinct == Distinct::Rows {
        let added = select.order_by.iter().map(|term| &term.expr).filter(|expr| matches!(expr, Scalar::IsNull(_)));
        select.hidden.extend(added.cloned());
    }
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

#[cfg(test)]
mod tests {
    use embellie_core::field::FieldKind;
    use embellie_core::meta::{FieldMeta, ModelMeta};
    use embellie_core::query::{Distinct as Asked, Slice};
    use embellie_core::{Expr, Q, Query, Registry, ServerInfo};

    use super::*;
    use crate::{render, resolve};

    fn query(distinct: bool) -> Query {
        Query {
            order_by: Some(vec![Expr::path("f").desc().nulls_last(), Expr::path("id").asc()]),
            distinct: if distinct { Asked::Rows } else { Asked::No },
            slice: Slice { offset: 0, limit: Some(1) },
            ..Query::new("x.T").values(["id"])
        }
    }

    #[test]
    fn the_place_of_nulls_is_a_term_of_its_own() {
        let field = FieldMeta::new("f", FieldKind::Integer).null();
        let registry = Registry::build([ModelMeta::new("x", "T").field(field)]).unwrap();
        let target = Target::for_server(&ServerInfo { dialect: "postgres", version: (16, 0, 0) }).unwrap();
        let sql = |query: &Query| {
            let context = resolve::Context::new(&registry, &target);
            let select = resolve::rows(&context, query).unwrap().unwrap();
            render::select(&target, &without_nulls_order(select)).unwrap().sql.to_string()
        };
        assert_eq!(
            sql(&query(false)),
            r#"SELECT "x_t"."id" FROM "x_t" ORDER BY "x_t"."f" IS NULL ASC, "x_t"."f" DESC, "x_t"."id" ASC LIMIT $1"#
        );
        assert_eq!(
            sql(&query(true)),
            r#"SELECT DISTINCT "x_t"."id", "x_t"."f", "x_t"."f" IS NULL FROM "x_t" ORDER BY 3 ASC, "x_t"."f" DESC, "x_t"."id" ASC LIMIT $1"#
        );
        assert_eq!(
            sql(&Query::new("x.T").filter(Q::new("id__in", query(false)))),
            r#"SELECT "x_t"."id", "x_t"."f" FROM "x_t" WHERE "x_t"."id" IN (SELECT "U0"."id" FROM "x_t" "U0" ORDER BY "U0"."f" IS NULL ASC, "U0"."f" DESC, "U0"."id" ASC LIMIT $1)"#
        );
    }
}
