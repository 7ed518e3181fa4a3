//! Rewriting what a server spells otherwise into what it understands.

use embellie_core::Value;
use embellie_core::expr::Nulls;
use embellie_core::field::FieldKind;

use crate::Capability;
use crate::resolve::Context;
use crate::resolved::{
    Comparison, Condition, Cte, Delete, Distinct, Func, FuncPiece, Output, Scalar, Select, Source, Term, Update, Window,
};

/// The query as the server understands it.
pub(crate) fn select<'r>(context: &Context<'r>, select: Select<'r>) -> Select<'r> {
    select.map_queries(&mut |query| one(context, query))
}

/// The update as the server understands it.
pub(crate) fn update<'r>(context: &Context<'r>, update: Update<'r>) -> Update<'r> {
    let rewrite = &mut |query| one(context, query);
    Update {
        ctes: ctes(update.ctes, rewrite),
        assignments: update.assignments.into_iter().map(|(name, value)| (name, value.map_queries(rewrite))).collect(),
        condition: update.condition.map_queries(rewrite),
        ..update
    }
}

/// The deletion as the server understands it.
pub(crate) fn delete<'r>(context: &Context<'r>, delete: Delete<'r>) -> Delete<'r> {
    let rewrite = &mut |query| one(context, query);
    Delete { ctes: ctes(delete.ctes, rewrite), condition: delete.condition.map_queries(rewrite), ..delete }
}

fn ctes<'r>(ctes: Vec<Cte<'r>>, rewrite: &mut dyn FnMut(Select<'r>) -> Select<'r>) -> Vec<Cte<'r>> {
    ctes.into_iter().map(|cte| Cte { query: cte.query.map_queries(rewrite), ..cte }).collect()
}

/// One query, with those within it already rewritten.
fn one<'r>(context: &Context<'r>, select: Select<'r>) -> Select<'r> {
    let select = match select.distinct {
        Distinct::On(_) if !context.target.can(Capability::DistinctOn) => without_distinct_on(context, select),
        _ => select,
    };
    if context.target.can(Capability::NullsOrder) { select } else { without_nulls_order(select) }
}

/// The first of the rows that are equal in some columns, as those with the number 1 in a window over these columns.
fn without_distinct_on<'r>(context: &Context<'r>, mut select: Select<'r>) -> Select<'r> {
    let Distinct::On(columns) = std::mem::replace(&mut select.distinct, Distinct::No) else { return select };
    let alias = context.new_alias();
    let shown = select.outputs.len();
    let order_by = std::mem::take(&mut select.order_by);
    let slice = std::mem::take(&mut select.slice);
    let ctes = std::mem::take(&mut select.ctes);
    let related = std::mem::take(&mut select.related);
    let fields = select.fields.take();

    let place_of = |select: &mut Select<'r>, expr: Scalar<'r>| match select
        .outputs
        .iter()
        .position(|output| output.expr == expr)
    {
        Some(place) => place,
        None => {
            let kind = expr.kind().unwrap_or(FieldKind::Any);
            let name = format!("__col{}", select.outputs.len() + 1);
            select.outputs.push(Output { name, expr, kind, nullable: true, joined: false });
            select.outputs.len() - 1
        }
    };
    let places: Vec<usize> = order_by.iter().map(|term| place_of(&mut select, term.expr.clone())).collect();
    let number = Window {
        expr: Scalar::Func(Box::new(Func {
            pieces: vec![FuncPiece::Text("ROW_NUMBER()".into())],
            arguments: Vec::new(),
            kind: Some(FieldKind::BigInteger),
            aggregate: false,
        })),
        partition_by: columns,
        order_by: order_by.clone(),
        frame: None,
    };
    let number = place_of(&mut select, Scalar::Window(Box::new(number)));

    let column = |place: usize| {
        let output = &select.outputs[place];
        Scalar::Inner { alias, place, kind: output.kind, null: output.nullable }
    };
    let outputs = (0..shown).map(|place| Output { expr: column(place), ..select.outputs[place].clone() }).collect();
    let order_by =
        order_by.iter().zip(places).map(|(term, place)| Term { expr: column(place), ..term.clone() }).collect();
    let condition = Condition::Compare {
        left: column(number),
        comparison: Comparison::Equal,
        right: Scalar::Value { value: Value::Int(1), kind: Some(FieldKind::BigInteger) },
    };
    Select {
        condition,
        order_by,
        slice,
        ctes,
        related,
        fields,
        ..Select::new(Source::Query { alias, query: Box::new(select) }, outputs)
    }
}

/// `NULLS LAST` as a term before the term: whether it is null.
fn without_nulls_order(mut select: Select<'_>) -> Select<'_> {
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

#[cfg(test)]
mod tests {
    use embellie_core::field::FieldKind;
    use embellie_core::meta::{FieldMeta, ModelMeta};
    use embellie_core::query::{Distinct as Asked, Slice};
    use embellie_core::{Expr, Q, Query, Registry, ServerInfo};

    use super::*;
    use crate::{Target, render, resolve};

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
            render::select(&target, &select.map_queries(&mut without_nulls_order)).unwrap().sql.to_string()
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
