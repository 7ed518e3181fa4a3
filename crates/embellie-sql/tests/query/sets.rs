//! Set operations, and rows that are given once.

use embellie_core::query::{Distinct, SetOperator, Slice};
use embellie_core::{Expr, Q, Query, Value};

use crate::blog::all;
use crate::run::{Ask, Case, plain, prepare, rows, show};

fn both(operator: SetOperator, a: Query, b: Query) -> Query {
    Query::compound(operator, vec![a, b])
}

fn union(a: Query, b: Query) -> Query {
    both(SetOperator::Union, a, b)
}

fn ordered<const N: usize>(query: Query, terms: [&str; N]) -> Query {
    Query { order_by: Some(terms.into_iter().map(Into::into).collect()), ..query }
}

fn part(query: Query, limit: u64) -> Query {
    Query { slice: Slice { offset: 0, limit: Some(limit) }, ..query }
}

fn names(model: &str, path: &'static str) -> Query {
    all(model).values([path])
}

fn few() -> Query {
    all("Tag").filter(Q::new("id__lt", 3))
}

fn many() -> Query {
    all("Tag").filter(Q::new("weight__gt", 9))
}

fn none() -> Query {
    all("Tag").filter(Q::new("id__in", Value::List(Vec::new())))
}

fn cases() -> Vec<Case> {
    let authors = || names("Author", "name");
    let tags = || names("Tag", "word");
    let on = |paths: &[&str]| Distinct::On(paths.iter().map(|&path| path.into()).collect());
    let best = ordered(Query { distinct: on(&["author"]), ..all("Post").values(["title"]) }, ["author_id", "-views"]);
    vec![
        rows("rows of a model", union(few(), many())),
        rows("all rows", both(SetOperator::UnionAll, authors(), tags())),
        rows("rows of both", both(SetOperator::Intersection, few(), many())),
        rows("rows of the first alone", both(SetOperator::Difference, few(), many())),
        rows("an order and a slice", part(ordered(union(authors(), tags()), ["-name"]), 3)),
        rows("an order by what is not selected", ordered(union(few(), many()), ["posts__views", "-pk"])),
        rows("values chosen afterwards", union(few(), many()).values(["word"])),
        rows(
            "values chosen of values",
            union(all("Tag").values(["id", "word"]), all("Tag").values(["id", "word"])).values(["word"]),
        ),
        rows(
            "ordered by an annotation",
            ordered(union(few().annotate("n", Expr::path("weight") + 1), many().annotate("n", Expr::value(3))), ["n"]),
        ),
        rows("sliced parts", union(part(ordered(few(), ["word"]), 2), many())),
        rows("parts that are set operations", both(SetOperator::Difference, union(few(), many()), all("Tag"))),
        rows("a part without rows", union(few(), none())),
        rows("no rows to take others from", both(SetOperator::Difference, none(), few())),
        rows("rows less nothing", both(SetOperator::Difference, few(), none())),
        rows(
            "nulls and constants",
            union(
                all("Tag").values(["id"]).annotate("n", Expr::value(Value::Null)),
                all("Tag").values(["id"]).annotate("n", Expr::path("weight")),
            ),
        ),
        rows("among the keys", all("Post").values(["id"]).filter(Q::new("tags__in", union(few(), many())))),
        rows("among values", all("Post").values(["id"]).filter(Q::new("title__in", union(authors(), tags())))),
        rows(
            "of the row around it",
            all("Post").values(["id"]).filter(Q::expr(Expr::Exists(Box::new(union(
                all("Comment").filter(Q::new("post", Expr::outer("pk"))),
                all("Comment").filter(Q::new("author", Expr::outer("author"))),
            ))))),
        ),
        ("counted", Ask::Count(union(authors(), tags()))),
        ("counted parts", Ask::Count(part(ordered(union(authors(), tags()), ["name"]), 2))),
        ("any", Ask::Exists(union(few(), many()))),
        rows("columns of different numbers", union(few(), tags())),
        rows("an order by what values lack", ordered(union(tags(), tags()), ["weight"])),
        rows("a filter afterwards", union(few(), many()).filter(Q::new("id", 1))),
        rows("an annotation afterwards", union(few(), many()).annotate("n", Expr::value(1))),
        rows("distinct afterwards", Query { distinct: Distinct::Rows, ..union(few(), many()) }),
        ("deleted", Ask::Delete(both(SetOperator::Intersection, few(), many()))),
        rows("the first of each author", best.clone()),
        rows("a part of the firsts", part(best.clone(), 5)),
        ("firsts counted", Ask::Count(best)),
        rows(
            "firsts by an annotation",
            ordered(
                Query {
                    distinct: on(&["n"]),
                    ..all("Post").annotate("n", Expr::path("views") % 7).values(["id", "n"])
                },
                ["n", "id"],
            ),
        ),
        rows("firsts in a wrong order", ordered(Query { distinct: on(&["author"]), ..all("Post") }, ["views"])),
        rows(
            "firsts among keys",
            all("Comment").values(["id"]).filter(Q::new(
                "post__in",
                ordered(Query { distinct: on(&["author"]), ..all("Post") }, ["author_id", "id"]),
            )),
        ),
    ]
}

#[test]
fn rows_of_several_queries() {
    insta::assert_snapshot!(show(&cases()));
}

#[tokio::test]
async fn postgres_takes_them() {
    prepare(&cases()).await;
}

#[test]
fn columns_of_different_types_have_the_wider_one() {
    let query = plain(union(names("Tag", "weight"), names("Post", "price")));
    let compiled = embellie_sql::select(&query, &crate::blog::registry(), &crate::blog::postgres()).unwrap().unwrap();
    assert!(matches!(compiled.columns[0].kind, embellie_core::field::FieldKind::Decimal { .. }));
    assert!(compiled.columns[0].nullable);
}
