//! Aggregates over several relations: each in a query of its own, unless the joined form is asked for.

use embellie_core::expr::{Aggregate, AggregateFunction as A};
use embellie_core::query::{Aggregation, Annotation};
use embellie_core::{Expr, Q, Query};

use crate::blog::*;
use crate::database::{aggregates_of, rows_of, sqlite_with};

/// Post 1 has three tags, two of the same word, and two comments; post 2 has a tag; post 3 has a comment.
const ROWS: &str = "
    INSERT INTO blog_author (id, name, email) VALUES (1, 'Ann', 'a'), (2, 'Bob', 'b');
    INSERT INTO blog_tag (id, word, weight) VALUES (1, 'a', 3), (2, 'b', 1), (3, 'a', 5);
    INSERT INTO blog_post (id, title, views, published, author_id) VALUES
        (1, 'x', 5, 1, 1), (2, 'y', 4, 1, 1), (3, 'z', 3, 0, 2);
    INSERT INTO blog_post_tags (post_id, tag_id) VALUES (1, 1), (1, 2), (1, 3), (2, 1);
    INSERT INTO blog_comment (id, post_id, body, score) VALUES (1, 1, 'x', 2), (2, 1, 'y', 3), (3, 3, 'z', 4);";

fn of(function: A, path: &str) -> Aggregate {
    Aggregate::of(function, path)
}

fn count(path: &str) -> Aggregate {
    of(A::Count, path)
}

fn ordered(query: Query) -> Query {
    Query { order_by: Some(vec!["id".into()]), ..query }
}

fn joined(query: Query) -> Query {
    Query { aggregation: Aggregation::Joined, ..query }
}

#[test]
fn two_relations_are_counted_apart() {
    let query = all("Post").annotate("tagged", count("tags")).annotate("said", count("comments"));
    let query = ordered(query.values(["id", "tagged", "said"]));
    assert_eq!(
        sql(&query),
        r#"SELECT "blog_post"."id", (SELECT COUNT("U0"."tag_id") FROM "blog_post_tags" "U0" WHERE "U0"."post_id" = "blog_post"."id"), (SELECT COUNT("U0"."id") FROM "blog_comment" "U0" WHERE "U0"."post_id" = "blog_post"."id") FROM "blog_post" ORDER BY "blog_post"."id" ASC"#
    );
    let connection = sqlite_with(ROWS);
    assert_eq!(rows_of(&connection, &query), "1 3 2\n2 1 0\n3 0 1");
    assert_eq!(rows_of(&connection, &joined(query)), "1 6 6\n2 1 0\n3 0 1");
}

#[test]
fn one_relation_is_joined() {
    let alone = ordered(all("Post").annotate("n", count("tags")).values(["id", "n"]));
    assert_eq!(sql(&alone), sql(&joined(alone.clone())));
    let same = all("Post").annotate("n", count("tags")).annotate("w", of(A::Sum, "tags__weight"));
    assert_eq!(sql(&same), sql(&joined(same.clone())));
    // What repeated rows do not change is left as it is, too.
    let most = all("Post").annotate("w", of(A::Max, "tags__weight")).annotate("s", of(A::Max, "comments__score"));
    assert_eq!(sql(&most), sql(&joined(most.clone())));
    let distinct = all("Post").annotate("a", count("tags").distinct()).annotate("b", count("comments").distinct());
    assert_eq!(sql(&distinct), sql(&joined(distinct.clone())));
}

#[test]
fn a_relation_of_a_relation_is_counted_apart() {
    let query = all("Author").annotate("posts_", count("posts")).annotate("tags_", count("posts__tags"));
    let connection = sqlite_with(ROWS);
    let query = ordered(query.values(["id", "posts_", "tags_"]));
    assert_eq!(rows_of(&connection, &query), "1 2 4\n2 1 0");
    assert_eq!(rows_of(&connection, &joined(query)), "1 4 4\n2 1 0");
}

#[test]
fn a_filter_over_another_relation_does_not_count() {
    let connection = sqlite_with(ROWS);
    let said = all("Post").filter(Q::new("comments__score__gt", 1));
    let query = ordered(said.annotate("n", count("tags")).values(["id", "n"]));
    assert_eq!(
        sql(&query),
        r#"SELECT "blog_post"."id", COUNT("blog_post_tags"."tag_id") FROM "blog_post" LEFT OUTER JOIN "blog_post_tags" ON ("blog_post"."id" = "blog_post_tags"."post_id") WHERE "blog_post"."id" IN (SELECT "U0"."id" FROM "blog_post" "U0" INNER JOIN "blog_comment" "U1" ON ("U0"."id" = "U1"."post_id") WHERE "U1"."score" > ?) GROUP BY "blog_post"."id" ORDER BY "blog_post"."id" ASC -- [1]"#
    );
    assert_eq!(rows_of(&connection, &query), "1 3\n3 0");
    assert_eq!(rows_of(&connection, &joined(query)), "1 6\n3 0");
    // A filter before over the same relation says what is counted; one after does not.
    let before = all("Post").filter(Q::new("tags__word", "a")).annotate("n", count("tags"));
    assert_eq!(rows_of(&connection, &ordered(before.values(["id", "n"]))), "1 2\n2 1");
    let after = all("Post").annotate("n", count("tags")).filter(Q::new("tags__word", "a"));
    assert_eq!(rows_of(&connection, &ordered(after.values(["id", "n"]))), "1 3\n2 1");
    // Both with another aggregate beside.
    let both = all("Post").filter(Q::new("tags__word", "a")).annotate("n", count("tags"));
    let both = both.annotate("m", count("comments")).filter(Q::new("comments__score", 2));
    let both = ordered(both.values(["id", "n", "m"]));
    assert_eq!(rows_of(&connection, &both), "1 2 2");
}

#[test]
fn groups_of_values_are_counted_apart() {
    let connection = sqlite_with(ROWS);
    let query = all("Post").values(["author__name"]).annotate("v", of(A::Sum, "views"));
    let query = query.annotate("t", count("tags")).annotate("c", count("comments"));
    let query = Query { order_by: Some(vec!["author__name".into()]), ..query };
    assert_eq!(rows_of(&connection, &query), "Ann 9 4 2\nBob 3 0 1");
    assert_eq!(rows_of(&connection, &joined(query.clone())), "Ann 34 7 6\nBob 3 0 1");
    let published = query.clone().filter(Q::new("published", true)).filter(Q::new("t__gt", 1));
    assert_eq!(rows_of(&connection, &published), "Ann 9 4 2");
    assert_eq!(aggregates_of(&connection, &query, &[Annotation::new("m", of(A::Max, "t"))]), "4");
    // Of a value that is null, too.
    let query = all("Post").values(["editor"]).annotate("t", count("tags")).annotate("c", count("comments"));
    assert_eq!(rows_of(&connection, &Query { order_by: Some(Vec::new()), ..query }), "- 4 3");
}

#[test]
fn all_rows_are_aggregated_apart() {
    let connection = sqlite_with(ROWS);
    let aggregates = [
        Annotation::new("t", count("tags")),
        Annotation::new("c", count("comments")),
        Annotation::new("v", of(A::Sum, "views")),
    ];
    assert_eq!(aggregates_of(&connection, &all("Post"), &aggregates), "4 3 12");
    assert_eq!(aggregates_of(&connection, &joined(all("Post")), &aggregates), "7 7 37");
    let ratio = [Annotation::new("r", Expr::from(count("tags")) * 10 / Expr::from(count("comments")))];
    assert_eq!(aggregates_of(&connection, &all("Post"), &ratio), "13");
    let counted = all("Post").annotate("n", count("tags"));
    let aggregates = [Annotation::new("t", of(A::Sum, "n")), Annotation::new("c", of(A::Sum, "comments__score"))];
    assert_eq!(aggregates_of(&connection, &counted, &aggregates), "4 9");
}

#[test]
fn values_that_are_counted_apart_are_used_as_any() {
    let connection = sqlite_with(ROWS);
    let query = all("Post").annotate("t", count("tags")).annotate("c", count("comments"));
    let filtered = query.clone().filter(Q::new("t__gt", 0) & Q::new("c", 0));
    assert_eq!(rows_of(&connection, &ordered(filtered.clone().values(["id"]))), "2");
    let counted = embellie_sql::count(&filtered, &registry(), &sqlite()).unwrap().unwrap();
    assert_eq!(crate::database::given(&connection, &counted.statement), "1");
    let every = embellie_sql::count(&query, &registry(), &sqlite()).unwrap().unwrap();
    assert_eq!(&*every.statement.sql, r#"SELECT COUNT(*) FROM "blog_post""#);
    let sorted = query.clone().annotate("both", Expr::path("t") + Expr::path("c")).values(["id", "both"]);
    let sorted = Query { order_by: Some(vec!["-both".into(), "id".into()]), ..sorted };
    assert_eq!(rows_of(&connection, &sorted), "1 5\n2 1\n3 1");
    let deletion = embellie_sql::delete(&filtered, &registry(), &sqlite()).unwrap().unwrap();
    assert!(deletion.sql.starts_with("DELETE FROM \"blog_post\" WHERE"), "{}", deletion.sql);
    let columns = embellie_sql::select(&query, &registry(), &sqlite()).unwrap().unwrap().columns;
    assert!(columns.iter().rev().take(2).all(|column| !column.nullable));
    // With conditions and values for no rows of their own.
    let detailed = all("Post")
        .annotate("a", of(A::Sum, "tags__weight").filter(Q::new("tags__word", "a")).default(0))
        .annotate("c", count("comments").filter(!Q::new("comments__score__lt", 3)));
    assert_eq!(rows_of(&connection, &ordered(detailed.values(["id", "a", "c"]))), "1 8 1\n2 3 0\n3 0 1");
}

#[tokio::test]
async fn postgres_takes_queries_of_their_own() {
    let target = postgres();
    let apart = |query: Query| query.annotate("t", count("tags")).annotate("c", of(A::Sum, "comments__score"));
    let queries = [
        apart(all("Post")),
        apart(all("Post")).filter(Q::new("t__gt", 1)).values(["title", "t"]),
        apart(all("Post").filter(Q::new("tags__word", "a"))).filter(Q::new("comments__score", 1)),
        apart(all("Post").annotate("w", Expr::path("tags__word"))),
        apart(all("Post").values(["author__name"])).filter(Q::new("tags__word", "a")),
        apart(all("Post").filter(Q::new("comments__score", 1)).values(["editor", "category__parent"])),
        apart(all("Post").annotate("y", Expr::path("views") + 1).values(["y"])).filter(Q::new("c__gt", 1)),
        all("Author").annotate("p", count("posts")).annotate("c", count("posts__comments")),
        all("Category").annotate("p", count("posts__tags")).annotate("c", count("children")),
    ];
    let mut statements = Vec::new();
    for query in queries {
        statements.push(embellie_sql::select(&query, &registry(), &target).unwrap().unwrap().statement);
        statements.push(embellie_sql::count(&query, &registry(), &target).unwrap().unwrap().statement);
        statements.push(embellie_sql::exists(&query, &registry(), &target).unwrap().unwrap().statement);
    }
    let both = [Annotation::new("t", count("tags")), Annotation::new("c", count("comments"))];
    statements.push(embellie_sql::aggregate(&all("Post"), &both, &registry(), &target).unwrap().statement);
    crate::database::prepared_on_postgres(&statements).await;
}

#[test]
fn groups_by_computed_values_are_counted_apart() {
    let query = all("Post").annotate("odd", Expr::path("views") % 2).values(["odd"]);
    let query = query.annotate("t", count("tags")).annotate("c", count("comments"));
    let query = Query { order_by: Some(vec!["odd".into()]), ..query };
    insta::assert_snapshot!(sql(&query), @r#"SELECT "subquery".col1, (SELECT COUNT("U1"."tag_id") FROM "blog_post" "U0" LEFT OUTER JOIN "blog_post_tags" "U1" ON ("U0"."id" = "U1"."post_id") WHERE (("U0"."views" % ?) = "subquery".col1 OR (("U0"."views" % ?) IS NULL AND "subquery".col1 IS NULL))), (SELECT COUNT("U1"."id") FROM "blog_post" "U0" LEFT OUTER JOIN "blog_comment" "U1" ON ("U0"."id" = "U1"."post_id") WHERE (("U0"."views" % ?) = "subquery".col1 OR (("U0"."views" % ?) IS NULL AND "subquery".col1 IS NULL))) FROM (SELECT ("blog_post"."views" % ?) AS col1 FROM "blog_post" GROUP BY 1) "subquery" ORDER BY "subquery".col1 ASC -- [2, 2, 2, 2, 2]"#);
    let connection = sqlite_with(ROWS);
    assert_eq!(rows_of(&connection, &query), "0 1 0\n1 3 3");
}
