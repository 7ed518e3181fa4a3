//! Ordering.

use embellie_core::query::{Distinct, Slice};
use embellie_core::{Expr, OrderBy, Q, Query};

use crate::blog::*;

fn ordered<T: Into<OrderBy>>(model: &str, terms: impl IntoIterator<Item = T>) -> Query {
    Query { order_by: Some(terms.into_iter().map(Into::into).collect()), ..keys(model) }
}

fn tail(query: &Query) -> String {
    let sql = sql(query);
    sql.split_once(" FROM ").map_or(sql.clone(), |(_, tail)| tail.to_owned())
}

#[test]
fn without_a_word_the_models_own_ordering_holds() {
    let query = Query { order_by: None, ..keys("Post") };
    assert_eq!(tail(&query), r#""blog_post" ORDER BY "blog_post"."created" DESC, "blog_post"."id" ASC"#);
    let reversed = Query { reversed: true, ..query };
    assert_eq!(tail(&reversed), r#""blog_post" ORDER BY "blog_post"."created" ASC, "blog_post"."id" DESC"#);
}

#[test]
fn a_relation_orders_as_the_model_at_its_end() {
    assert_eq!(
        tail(&ordered("Post", ["-author"])),
        r#""blog_post" INNER JOIN "blog_author" ON ("blog_post"."author_id" = "blog_author"."id") ORDER BY "blog_author"."name" DESC"#
    );
    // By several relations, and each term the other way round.
    assert_eq!(
        tail(&ordered("Comment", ["-post"])),
        r#""blog_comment" INNER JOIN "blog_post" ON ("blog_comment"."post_id" = "blog_post"."id") ORDER BY "blog_post"."created" ASC, "blog_post"."id" DESC"#
    );
}

#[test]
fn a_key_orders_by_itself() {
    for term in ["author_id", "author__id", "author__pk"] {
        assert_eq!(tail(&ordered("Post", [term])), r#""blog_post" ORDER BY "blog_post"."author_id" ASC"#, "{term}");
    }
    assert_eq!(tail(&ordered("Post", ["-pk"])), r#""blog_post" ORDER BY "blog_post"."id" DESC"#);
    // The model at the end has no ordering of its own.
    assert_eq!(tail(&ordered("Badge", ["profile"])), r#""blog_badge" ORDER BY "blog_badge"."profile_id" ASC"#);
}

#[test]
fn nulls_go_where_they_are_told() {
    assert_eq!(
        tail(&ordered("Post", [Expr::path("rating").desc().nulls_last()])),
        r#""blog_post" ORDER BY "blog_post"."rating" DESC NULLS LAST"#
    );
    let reversed = Query { reversed: true, ..ordered("Post", [Expr::path("rating").desc().nulls_last()]) };
    assert_eq!(tail(&reversed), r#""blog_post" ORDER BY "blog_post"."rating" ASC NULLS FIRST"#);
}

#[test]
fn expressions_and_chance_order_too() {
    assert_eq!(
        tail(&ordered("Post", [(Expr::path("views") + Expr::path("rating")).desc()])),
        r#""blog_post" ORDER BY ("blog_post"."views" + "blog_post"."rating") DESC"#
    );
    assert_eq!(tail(&ordered("Post", ["?"])), r#""blog_post" ORDER BY RANDOM() ASC"#);
}

#[test]
fn only_the_first_of_equal_terms_counts() {
    assert_eq!(
        tail(&ordered("Post", ["views", "-views", "id"])),
        r#""blog_post" ORDER BY "blog_post"."views" ASC, "blog_post"."id" ASC"#
    );
}

#[test]
fn an_ordering_uses_the_joins_of_the_conditions() {
    assert_eq!(
        tail(&ordered("Post", ["tags__weight"]).filter(Q::new("tags__word", "a"))),
        r#""blog_post" INNER JOIN "blog_post_tags" ON ("blog_post"."id" = "blog_post_tags"."post_id") INNER JOIN "blog_tag" ON ("blog_post_tags"."tag_id" = "blog_tag"."id") WHERE "blog_tag"."word" = ? ORDER BY "blog_tag"."weight" ASC -- ['a']"#
    );
}

#[test]
fn distinct_rows_take_what_they_are_ordered_by_along() {
    let query = Query { distinct: Distinct::Rows, ..ordered("Post", ["author__name", "id"]) };
    let compiled = embellie_sql::select(&query, &registry(), &sqlite()).unwrap().unwrap();
    assert_eq!(compiled.columns.len(), 1);
    assert_eq!(
        &*compiled.statement.sql,
        r#"SELECT DISTINCT "blog_post"."id", "blog_author"."name" FROM "blog_post" INNER JOIN "blog_author" ON ("blog_post"."author_id" = "blog_author"."id") ORDER BY "blog_author"."name" ASC, "blog_post"."id" ASC"#
    );
    let by_expression =
        Query { distinct: Distinct::Rows, ..ordered("Post", [(Expr::path("views") + 1).desc().nulls_last()]) };
    assert_eq!(
        sql(&by_expression),
        r#"SELECT DISTINCT "blog_post"."id", ("blog_post"."views" + ?) FROM "blog_post" ORDER BY 2 DESC NULLS LAST -- [1]"#
    );
    // But not into another query.
    let sliced = Query { slice: Slice { offset: 0, limit: Some(2) }, ..query };
    assert_eq!(
        tail(&keys("Comment").filter(Q::new("post__in", sliced))),
        r#""blog_comment" WHERE "blog_comment"."post_id" IN (SELECT "subquery".col1 FROM (SELECT DISTINCT "U0"."id" AS col1, "U1"."name" AS col2 FROM "blog_post" "U0" INNER JOIN "blog_author" "U1" ON ("U0"."author_id" = "U1"."id") ORDER BY "U1"."name" ASC, "U0"."id" ASC LIMIT ?) "subquery") -- [2]"#
    );
}

#[test]
fn a_value_that_was_asked_for_orders_by_itself() {
    let query = ordered("Post", ["author"]).values(["author"]);
    assert_eq!(tail(&query), r#""blog_post" ORDER BY "blog_post"."author_id" ASC"#);
}
