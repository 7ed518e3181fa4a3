//! What a negation makes of relations and nulls.

use embellie_core::{Expr, Q};

use crate::blog::*;

/// What follows `FROM "blog_post"`, for the keys of posts without some.
fn without(q: Q) -> String {
    sql(&keys("Post").exclude(q)).replace(r#"SELECT "blog_post"."id" FROM "blog_post" "#, "")
}

#[test]
fn a_column_that_may_be_null_is_compared_with_null_ruled_out() {
    assert_eq!(
        without(Q::new("rating", 3)),
        r#"WHERE NOT (("blog_post"."rating" = ? AND "blog_post"."rating" IS NOT NULL)) -- [3]"#
    );
    assert_eq!(without(Q::new("views", 3)), r#"WHERE NOT ("blog_post"."views" = ?) -- [3]"#);
}

#[test]
fn a_column_behind_an_outer_join_is_compared_with_null_ruled_out() {
    assert_eq!(
        without(Q::new("editor__email", "a")),
        r#"LEFT OUTER JOIN "blog_author" ON ("blog_post"."editor_id" = "blog_author"."id") WHERE NOT (("blog_author"."email" = ? AND "blog_author"."email" IS NOT NULL)) -- ['a']"#
    );
}

#[test]
fn a_column_on_the_right_that_may_be_null_is_ruled_out_too() {
    assert_eq!(
        without(Q::new("views__gt", Expr::path("rating"))),
        r#"WHERE NOT (("blog_post"."views" > "blog_post"."rating" AND "blog_post"."rating" IS NOT NULL))"#
    );
}

#[test]
fn a_double_negation_is_none() {
    assert_eq!(sql(&keys("Post").filter(!!Q::new("tags", 3))), sql(&keys("Post").filter(Q::new("tags", 3))));
}

#[test]
fn excluding_by_several_rows_means_that_none_of_them_matches() {
    assert_eq!(
        without(Q::new("tags__word", "a")),
        r#"WHERE NOT (EXISTS(SELECT 1 FROM "blog_post_tags" "U0" INNER JOIN "blog_tag" "U1" ON ("U0"."tag_id" = "U1"."id") WHERE ("U1"."word" = ? AND "U0"."post_id" = "blog_post"."id"))) -- ['a']"#
    );
    assert_eq!(
        sql(&keys("Post").filter(!Q::new("tags__word", "a"))),
        sql(&keys("Post").exclude(Q::new("tags__word", "a")))
    );
}

#[test]
fn what_leads_to_the_several_rows_is_left_out_of_the_subquery() {
    assert_eq!(
        without(Q::new("editor__posts__title", "a")),
        r#"WHERE NOT (EXISTS(SELECT 1 FROM "blog_post" "U0" WHERE ("U0"."title" = ? AND "U0"."author_id" = "blog_post"."editor_id"))) -- ['a']"#
    );
}

#[test]
fn excluding_by_null_keeps_what_the_null_is_missing_from() {
    assert_eq!(
        without(Q::new("comments__isnull", true)),
        r#"WHERE NOT (EXISTS(SELECT 1 FROM "blog_post" "U0" LEFT OUTER JOIN "blog_comment" "U1" ON ("U0"."id" = "U1"."post_id") WHERE ("U1"."id" IS NULL AND "U0"."id" = "blog_post"."id")))"#
    );
    // No editor means none of the editor's posts.
    assert_eq!(
        without(Q::new("editor__posts__isnull", true)),
        r#"WHERE NOT ((EXISTS(SELECT 1 FROM "blog_author" "U0" LEFT OUTER JOIN "blog_post" "U1" ON ("U0"."id" = "U1"."author_id") WHERE ("U1"."id" IS NULL AND "U0"."id" = "blog_post"."editor_id")) OR "blog_post"."editor_id" IS NULL))"#
    );
}

#[test]
fn a_negation_beside_a_condition_on_the_same_rows_is_about_the_joined_row() {
    assert_eq!(
        sql(&keys("Post").filter(Q::new("tags__weight", 1) & !Q::new("tags__word", "a"))),
        r#"SELECT "blog_post"."id" FROM "blog_post" INNER JOIN "blog_post_tags" ON ("blog_post"."id" = "blog_post_tags"."post_id") INNER JOIN "blog_tag" ON ("blog_post_tags"."tag_id" = "blog_tag"."id") WHERE ("blog_tag"."weight" = ? AND NOT (EXISTS(SELECT 1 FROM "blog_post_tags" "U0" INNER JOIN "blog_tag" "U1" ON ("U0"."tag_id" = "U1"."id") WHERE ("U1"."word" = ? AND "U0"."id" = "blog_post_tags"."id")))) -- [1, 'a']"#
    );
    // Another relation to the same table is about other rows.
    assert_eq!(
        sql(&keys("Author").filter(Q::new("posts__views", 1) & !Q::new("edited__views", 2))),
        r#"SELECT "blog_author"."id" FROM "blog_author" INNER JOIN "blog_post" ON ("blog_author"."id" = "blog_post"."author_id") WHERE ("blog_post"."views" = ? AND NOT (EXISTS(SELECT 1 FROM "blog_post" "U0" WHERE ("U0"."views" = ? AND "U0"."editor_id" = "blog_author"."id")))) -- [1, 2]"#
    );
}

#[test]
fn the_right_hand_side_of_an_excluded_relation_is_of_the_row_itself() {
    assert_eq!(
        without(Q::new("comments__score", Expr::path("editor__age"))),
        r#"LEFT OUTER JOIN "blog_author" ON ("blog_post"."editor_id" = "blog_author"."id") WHERE NOT (EXISTS(SELECT 1 FROM "blog_comment" "U0" WHERE ("U0"."score" = "blog_author"."age" AND "U0"."post_id" = "blog_post"."id")))"#
    );
    assert_eq!(
        without(Q::new("comments__score", Expr::path("views") + 1)),
        r#"WHERE NOT (EXISTS(SELECT 1 FROM "blog_comment" "U0" WHERE ("U0"."score" = ("blog_post"."views" + ?) AND "U0"."post_id" = "blog_post"."id"))) -- [1]"#
    );
}
