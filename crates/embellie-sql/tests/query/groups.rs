//! Annotations, aggregates and what rows are grouped by.

use embellie_core::expr::{Aggregate, AggregateFunction as A};
use embellie_core::query::Annotation;
use embellie_core::{Expr, Q, Query, Value};

use crate::blog::{all, registry, sqlite};

fn sql(query: &Query) -> String {
    let query = Query { order_by: query.order_by.clone().or(Some(Vec::new())), ..query.clone() };
    let compiled = embellie_sql::select(&query, &registry(), &sqlite()).unwrap().unwrap();
    compiled.statement.sql.to_string()
}

fn count(path: &str) -> Expr {
    Aggregate::of(A::Count, path).into()
}

#[test]
fn an_aggregate_after_values_groups_by_them() {
    let query = all("Post").values(["author__name"]).annotate("n", count("id"));
    assert_eq!(
        sql(&query),
        r#"SELECT "blog_author"."name", COUNT("blog_post"."id") FROM "blog_post" INNER JOIN "blog_author" ON ("blog_post"."author_id" = "blog_author"."id") GROUP BY "blog_author"."name""#
    );
}

#[test]
fn rows_of_a_model_are_grouped_by_its_key() {
    let query = all("Tag").annotate("n", count("posts")).filter(Q::new("n__gt", 2)).filter(Q::new("word", "x"));
    assert_eq!(
        sql(&query),
        r#"SELECT "blog_tag"."id", "blog_tag"."word", "blog_tag"."weight", COUNT("blog_post_tags"."post_id") FROM "blog_tag" LEFT OUTER JOIN "blog_post_tags" ON ("blog_tag"."id" = "blog_post_tags"."tag_id") WHERE "blog_tag"."word" = ? GROUP BY "blog_tag"."id" HAVING COUNT("blog_post_tags"."post_id") > ?"#
    );
}

#[test]
fn values_after_an_aggregate_leave_the_groups() {
    let query = all("Tag").annotate("n", count("posts")).values(["word", "n"]);
    assert_eq!(
        sql(&query),
        r#"SELECT "blog_tag"."word", COUNT("blog_post_tags"."post_id") FROM "blog_tag" LEFT OUTER JOIN "blog_post_tags" ON ("blog_tag"."id" = "blog_post_tags"."tag_id") GROUP BY "blog_tag"."id""#
    );
}

#[test]
fn groups_are_aggregated_by_a_query_around_them() {
    let query = all("Tag").annotate("n", count("posts"));
    let most = Annotation::new("most", Aggregate::of(A::Max, "n"));
    let compiled = embellie_sql::aggregate(&query, &[most], &registry(), &sqlite()).unwrap();
    assert_eq!(
        &*compiled.statement.sql,
        r#"SELECT MAX("subquery".col1) FROM (SELECT COUNT("blog_post_tags"."post_id") AS col1 FROM "blog_tag" LEFT OUTER JOIN "blog_post_tags" ON ("blog_tag"."id" = "blog_post_tags"."tag_id") GROUP BY "blog_tag"."id") "subquery""#
    );
}

#[test]
fn an_aggregate_of_no_rows_is_a_row() {
    let none = all("Tag").filter(Q::new("id__in", Value::List(Vec::new())));
    let compiled =
        embellie_sql::aggregate(&none, &[Annotation::new("n", count("id"))], &registry(), &sqlite()).unwrap();
    assert_eq!(&*compiled.statement.sql, "SELECT COUNT(NULL) WHERE 1 = 0");
}

#[test]
fn a_query_within_an_aggregate_of_no_rows_refers_to_nothing() {
    let none = all("Tag").filter(Q::new("id__in", Value::List(Vec::new())));
    let posts = all("Post").filter(Q::new("title", Expr::outer("word")));
    let filter = Q::expr(Expr::Exists(Box::new(posts)));
    let counted = Aggregate::of(A::Count, "id").filter(filter);
    let compiled = embellie_sql::aggregate(&none, &[Annotation::new("n", counted)], &registry(), &sqlite()).unwrap();
    assert_eq!(
        &*compiled.statement.sql,
        r#"SELECT COUNT(NULL) FILTER (WHERE EXISTS(SELECT 1 FROM "blog_post" "U0" WHERE "U0"."title" = ? LIMIT ?)) WHERE 1 = 0"#
    );
}

#[test]
fn an_exists_is_a_condition_and_sees_the_row_around_it() {
    let comments = all("Comment").filter(Q::new("post", Expr::outer("pk")));
    let query = all("Post").filter(Q::expr(Expr::Exists(Box::new(comments)))).values(["id"]);
    assert_eq!(
        sql(&query),
        r#"SELECT "blog_post"."id" FROM "blog_post" WHERE EXISTS(SELECT 1 FROM "blog_comment" "U0" WHERE "U0"."post_id" = "blog_post"."id" LIMIT ?)"#
    );
}
