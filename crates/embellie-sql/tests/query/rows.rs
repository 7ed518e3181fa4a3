//! What rows give, how many there are, and parts of them.

use embellie_core::query::{Distinct, Slice};
use embellie_core::{Q, Query};
use embellie_sql::Compiled;

use crate::blog::*;

fn values<const N: usize>(model: &str, paths: [&str; N]) -> Query {
    Query { order_by: Some(Vec::new()), ..all(model).values(paths) }
}

fn compiled(query: &Query) -> Compiled {
    embellie_sql::select(query, &registry(), &sqlite()).unwrap().unwrap()
}

#[test]
fn whole_rows_give_every_column_by_its_attname() {
    let columns = compiled(&all("Comment")).columns;
    let told: Vec<(&str, bool)> = columns.iter().map(|column| (column.name.as_str(), column.nullable)).collect();
    assert_eq!(told, [("id", false), ("post_id", false), ("author_id", true), ("body", false), ("score", true)]);
}

#[test]
fn values_may_be_null_behind_a_relation_that_may_lead_nowhere() {
    let compiled = compiled(&values("Post", ["title", "author__name", "editor__name", "tags", "category"]));
    let told: Vec<(&str, bool)> = compiled.columns.iter().map(|c| (c.name.as_str(), c.nullable)).collect();
    assert_eq!(
        told,
        [("title", false), ("author__name", false), ("editor__name", true), ("tags", true), ("category", true)]
    );
    let found = compiled_with(Q::new("editor__age", 5));
    assert!(!found.columns[0].nullable);
}

fn compiled_with(q: Q) -> Compiled {
    compiled(&values("Post", ["editor__name"]).filter(q))
}

fn counted(query: &Query) -> String {
    embellie_sql::count(query, &registry(), &sqlite()).unwrap().map_or("0".into(), |c| c.statement.sql.to_string())
}

fn found(query: &Query) -> String {
    embellie_sql::exists(query, &registry(), &sqlite()).unwrap().map_or("no".into(), |c| c.statement.sql.to_string())
}

#[test]
fn counting_needs_no_order() {
    assert_eq!(counted(&all("Post")), r#"SELECT COUNT(*) FROM "blog_post""#);
}

#[test]
fn counting_parts_and_different_rows_needs_the_query_itself() {
    let part = Query { slice: Slice { offset: 2, limit: Some(3) }, ..all("Post") };
    assert_eq!(
        counted(&part),
        r#"SELECT COUNT(*) FROM (SELECT "blog_post"."id" AS col1 FROM "blog_post" ORDER BY "blog_post"."created" DESC, "blog_post"."id" ASC LIMIT ? OFFSET ?) "subquery""#
    );
    let different = Query { distinct: Distinct::Rows, ..values("Post", ["title"]) };
    assert_eq!(
        counted(&different),
        r#"SELECT COUNT(*) FROM (SELECT DISTINCT "blog_post"."title" AS col1 FROM "blog_post") "subquery""#
    );
}

#[test]
fn one_row_is_enough_to_exist() {
    assert_eq!(found(&all("Post")), r#"SELECT 1 FROM "blog_post" LIMIT ?"#);
    let late = Query { slice: Slice { offset: 2, limit: None }, ..all("Post") };
    assert_eq!(found(&late), r#"SELECT 1 FROM "blog_post" LIMIT ? OFFSET ?"#);
}

#[test]
fn an_offset_without_a_limit() {
    let late = Query { slice: Slice { offset: 2, limit: None }, ..keys("Post") };
    assert_eq!(sql(&late), r#"SELECT "blog_post"."id" FROM "blog_post" LIMIT -1 OFFSET ? -- [2]"#);
    assert_eq!(pg(&late), r#"SELECT "blog_post"."id" FROM "blog_post" OFFSET $1 -- [2]"#);
}

#[test]
fn a_query_of_a_model_stands_for_what_a_relation_points_at() {
    assert_eq!(
        sql(&keys("Post").filter(Q::new("category__in", all("Category").filter(Q::new("id__gt", 1))))),
        r#"SELECT "blog_post"."id" FROM "blog_post" WHERE "blog_post"."category_id" IN (SELECT "U0"."name" FROM "blog_category" "U0" WHERE "U0"."id" > ?) -- [1]"#
    );
    assert_eq!(
        sql(&keys("Post").filter(Q::new("author__in", all("Author")))),
        r#"SELECT "blog_post"."id" FROM "blog_post" WHERE "blog_post"."author_id" IN (SELECT "U0"."id" FROM "blog_author" "U0")"#
    );
    // A key that is a foreign key may be meant by either model.
    assert_eq!(
        sql(&keys("Badge").filter(Q::new("profile__in", all("Profile")))),
        r#"SELECT "blog_badge"."id" FROM "blog_badge" WHERE "blog_badge"."profile_id" IN (SELECT "U0"."author_id" FROM "blog_profile" "U0")"#
    );
    assert_eq!(
        sql(&keys("Badge").filter(Q::new("profile__author__in", all("Profile")))),
        r#"SELECT "blog_badge"."id" FROM "blog_badge" WHERE "blog_badge"."profile_id" IN (SELECT "U0"."author_id" FROM "blog_profile" "U0")"#
    );
    assert_eq!(
        sql(&keys("Profile").filter(Q::new("author__in", all("Profile")))),
        r#"SELECT "blog_profile"."author_id" FROM "blog_profile" WHERE "blog_profile"."author_id" IN (SELECT "U0"."author_id" FROM "blog_profile" "U0")"#
    );
}

#[test]
fn a_query_of_one_row_stands_for_its_value() {
    let latest = Query { slice: Slice { offset: 0, limit: Some(1) }, ..values("Post", ["views"]) };
    assert_eq!(
        sql(&keys("Post").filter(Q::new("views__gte", latest))),
        r#"SELECT "blog_post"."id" FROM "blog_post" WHERE "blog_post"."views" >= (SELECT "U0"."views" FROM "blog_post" "U0" LIMIT ?) -- [1]"#
    );
}

#[test]
fn conditions_after_the_values_choose_rows_of_their_own() {
    let tagged = Q::new("tags", 3);
    assert_eq!(
        sql(&Query { order_by: Some(Vec::new()), ..all("Post") }.filter(tagged.clone()).values(["tags__word"])),
        r#"SELECT "blog_tag"."word" FROM "blog_post" INNER JOIN "blog_post_tags" ON ("blog_post"."id" = "blog_post_tags"."post_id") INNER JOIN "blog_tag" ON ("blog_post_tags"."tag_id" = "blog_tag"."id") WHERE "blog_post_tags"."tag_id" = ? -- [3]"#
    );
    assert_eq!(
        sql(&values("Post", ["tags__word"]).filter(tagged)),
        r#"SELECT "blog_tag"."word" FROM "blog_post" LEFT OUTER JOIN "blog_post_tags" ON ("blog_post"."id" = "blog_post_tags"."post_id") LEFT OUTER JOIN "blog_tag" ON ("blog_post_tags"."tag_id" = "blog_tag"."id") INNER JOIN "blog_post_tags" "T4" ON ("blog_post"."id" = "T4"."post_id") WHERE "T4"."tag_id" = ? -- [3]"#
    );
}
