//! Which tables a condition joins: shared, made anew, or left out.

use embellie_core::{Expr, Q};

use crate::blog::*;

const TAGGED: &str = r#"INNER JOIN "blog_post_tags" ON ("blog_post"."id" = "blog_post_tags"."post_id")"#;

/// What follows `FROM`, for the keys of posts.
fn posts(steps: impl IntoIterator<Item = Q>) -> String {
    let query = steps.into_iter().fold(keys("Post"), |query, q| query.filter(q));
    sql(&query).replace(r#"SELECT "blog_post"."id" FROM "blog_post""#, "").trim().to_owned()
}

#[test]
fn conditions_of_one_call_share_a_multi_valued_join() {
    assert_eq!(
        posts([Q::new("tags__word", "a") & Q::new("tags__weight", 1)]),
        format!(
            r#"{TAGGED} INNER JOIN "blog_tag" ON ("blog_post_tags"."tag_id" = "blog_tag"."id") WHERE ("blog_tag"."word" = ? AND "blog_tag"."weight" = ?) -- ['a', 1]"#
        )
    );
}

#[test]
fn the_next_call_joins_a_multi_valued_relation_afresh() {
    assert_eq!(
        posts([Q::new("tags", 1), Q::new("tags", 2)]),
        format!(
            r#"{TAGGED} INNER JOIN "blog_post_tags" "T3" ON ("blog_post"."id" = "T3"."post_id") WHERE ("blog_post_tags"."tag_id" = ? AND "T3"."tag_id" = ?) -- [1, 2]"#
        )
    );
}

#[test]
fn the_next_call_shares_a_single_valued_join() {
    assert_eq!(
        posts([Q::new("author__name", "a"), Q::new("author__age", 1)]),
        r#"INNER JOIN "blog_author" ON ("blog_post"."author_id" = "blog_author"."id") WHERE ("blog_author"."name" = ? AND "blog_author"."age" = ?) -- ['a', 1]"#
    );
}

#[test]
fn two_relations_to_one_model_are_two_joins() {
    assert_eq!(
        posts([Q::new("author__name", "a") & Q::new("editor__name", "b")]),
        r#"INNER JOIN "blog_author" ON ("blog_post"."author_id" = "blog_author"."id") INNER JOIN "blog_author" "T3" ON ("blog_post"."editor_id" = "T3"."id") WHERE ("blog_author"."name" = ? AND "T3"."name" = ?) -- ['a', 'b']"#
    );
}

#[test]
fn a_key_on_this_side_needs_no_join() {
    for path in ["author", "author_id", "author__id", "author__pk", "author_id__exact"] {
        assert_eq!(posts([Q::new(path, 5)]), r#"WHERE "blog_post"."author_id" = ? -- [5]"#, "{path}");
    }
    // The key pointed at, which is not the primary key.
    assert_eq!(posts([Q::new("category__name", "x")]), r#"WHERE "blog_post"."category_id" = ? -- ['x']"#);
    assert_eq!(
        posts([Q::new("category__id", 5)]),
        r#"INNER JOIN "blog_category" ON ("blog_post"."category_id" = "blog_category"."name") WHERE "blog_category"."id" = ? -- [5]"#
    );
    // Keys that are foreign keys themselves.
    assert_eq!(
        sql(&keys("Badge").filter(Q::new("profile__author__id", 3))),
        r#"SELECT "blog_badge"."id" FROM "blog_badge" WHERE "blog_badge"."profile_id" = ? -- [3]"#
    );
}

#[test]
fn what_points_back_is_always_joined() {
    assert_eq!(
        sql(&keys("Author").filter(Q::new("posts", 5))),
        r#"SELECT "blog_author"."id" FROM "blog_author" INNER JOIN "blog_post" ON ("blog_author"."id" = "blog_post"."author_id") WHERE "blog_post"."id" = ? -- [5]"#
    );
    assert_eq!(posts([Q::new("tags", 5)]), format!(r#"{TAGGED} WHERE "blog_post_tags"."tag_id" = ? -- [5]"#));
}

#[test]
fn expressions_share_the_joins_of_their_call() {
    assert_eq!(
        posts([Q::new("comments__score__gt", Expr::path("comments__author__age"))]),
        r#"INNER JOIN "blog_comment" ON ("blog_post"."id" = "blog_comment"."post_id") INNER JOIN "blog_author" ON ("blog_comment"."author_id" = "blog_author"."id") WHERE "blog_comment"."score" > "blog_author"."age""#
    );
}

#[test]
fn under_or_a_join_that_one_side_needs_is_an_outer_one() {
    assert_eq!(
        posts([Q::new("editor__name", "a") | Q::new("title", "b")]),
        r#"LEFT OUTER JOIN "blog_author" ON ("blog_post"."editor_id" = "blog_author"."id") WHERE ("blog_author"."name" = ? OR "blog_post"."title" = ?) -- ['a', 'b']"#
    );
    // A foreign key that cannot be null finds a row always.
    assert_eq!(
        posts([Q::new("author__name", "a") | Q::new("title", "b")]),
        r#"INNER JOIN "blog_author" ON ("blog_post"."author_id" = "blog_author"."id") WHERE ("blog_author"."name" = ? OR "blog_post"."title" = ?) -- ['a', 'b']"#
    );
}

#[test]
fn under_or_a_join_that_every_side_needs_is_an_inner_one() {
    assert_eq!(
        posts([Q::new("editor__name", "a") | Q::new("editor__name", "b")]),
        r#"INNER JOIN "blog_author" ON ("blog_post"."editor_id" = "blog_author"."id") WHERE ("blog_author"."name" = ? OR "blog_author"."name" = ?) -- ['a', 'b']"#
    );
}

#[test]
fn another_condition_that_needs_the_row_makes_an_outer_join_inner() {
    let either = Q::new("editor__name", "a") | Q::new("title", "b");
    let expected = r#"INNER JOIN "blog_author" ON ("blog_post"."editor_id" = "blog_author"."id") WHERE (("blog_author"."name" = ? OR "blog_post"."title" = ?) AND "blog_author"."age" = ?) -- ['a', 'b', 1]"#;
    assert_eq!(posts([either.clone() & Q::new("editor__age", 1)]), expected);
    assert_eq!(posts([either, Q::new("editor__age", 1)]), expected);
}

#[test]
fn a_test_for_null_needs_an_outer_join() {
    assert_eq!(
        posts([Q::new("editor__nick__isnull", true)]),
        r#"LEFT OUTER JOIN "blog_author" ON ("blog_post"."editor_id" = "blog_author"."id") WHERE "blog_author"."nick" IS NULL"#
    );
    assert_eq!(
        posts([Q::new("editor__nick__isnull", false)]),
        r#"INNER JOIN "blog_author" ON ("blog_post"."editor_id" = "blog_author"."id") WHERE "blog_author"."nick" IS NOT NULL"#
    );
    assert_eq!(posts([Q::new("editor__isnull", true)]), r#"WHERE "blog_post"."editor_id" IS NULL"#);
    assert_eq!(
        posts([Q::new("comments__isnull", true)]),
        r#"LEFT OUTER JOIN "blog_comment" ON ("blog_post"."id" = "blog_comment"."post_id") WHERE "blog_comment"."id" IS NULL"#
    );
}

#[test]
fn a_relation_to_the_model_itself_is_a_second_use_of_its_table() {
    assert_eq!(
        sql(&keys("Category").filter(Q::new("parent__parent__name", "a"))),
        r#"SELECT "blog_category"."id" FROM "blog_category" INNER JOIN "blog_category" "T2" ON ("blog_category"."parent_id" = "T2"."id") INNER JOIN "blog_category" "T3" ON ("T2"."parent_id" = "T3"."id") WHERE "T3"."name" = ? -- ['a']"#
    );
    assert_eq!(
        sql(&keys("Person").filter(Q::new("friends__name", "a"))),
        r#"SELECT "blog_person"."id" FROM "blog_person" INNER JOIN "blog_person_friends" ON ("blog_person"."id" = "blog_person_friends"."from_person_id") INNER JOIN "blog_person" "T3" ON ("blog_person_friends"."to_person_id" = "T3"."id") WHERE "T3"."name" = ? -- ['a']"#
    );
    assert_eq!(
        sql(&keys("Person").filter(Q::new("followers", 1))),
        r#"SELECT "blog_person"."id" FROM "blog_person" INNER JOIN "blog_person_follows" ON ("blog_person"."id" = "blog_person_follows"."to_person_id") WHERE "blog_person_follows"."from_person_id" = ? -- [1]"#
    );
}
