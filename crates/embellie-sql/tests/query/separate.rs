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

mod random {
    //! Random rows and random aggregates, against the same computed row by row.

    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;

    /// The relations of a post that have several rows, the value that is aggregated, and the path to filter by.
    const RELATIONS: [(&str, &str, &str); 4] = [
        ("tags", "tags__weight", "tags__id__lte"),
        ("comments", "comments__score", "comments__score__lte"),
        ("tags__posts", "tags__posts__views", "tags__posts__views__lte"),
        ("author__posts", "author__posts__views", "author__posts__id__lte"),
    ];

    #[derive(Debug, Clone)]
    struct Rows {
        /// Weights of the tags 1, 2, ….
        tags: Vec<Option<i64>>,
        /// The author, the views and the tags of the posts 1, 2, ….
        posts: Vec<(usize, i64, Vec<usize>)>,
        /// The post and the score of comments.
        comments: Vec<(usize, Option<i64>)>,
    }

    fn rows() -> impl Strategy<Value = Rows> {
        let weight = proptest::option::weighted(0.8, 0_i64..4);
        let tags = proptest::collection::vec(weight.clone(), 1..4);
        let posts =
            proptest::collection::vec((0_usize..3, 0_i64..4, proptest::collection::vec(any::<bool>(), 4)), 1..5);
        let comments = proptest::collection::vec((0_usize..5, weight), 0..7);
        (tags, posts, comments).prop_map(|(tags, posts, comments)| {
            let of = |chosen: Vec<bool>| (0..tags.len()).filter(|&tag| chosen[tag]).collect();
            let posts: Vec<_> = posts.into_iter().map(|(author, views, chosen)| (author, views, of(chosen))).collect();
            let comments = comments.into_iter().map(|(post, score)| (post % posts.len(), score)).collect();
            Rows { tags, posts, comments }
        })
    }

    impl Rows {
        fn sql(&self) -> String {
            let or_null = |value: &Option<i64>| value.map_or("NULL".to_owned(), |value| value.to_string());
            let mut sql =
                String::from("INSERT INTO blog_author (id, name, email) VALUES (1,'a','a'),(2,'b','b'),(3,'c','c');");
            for (i, weight) in self.tags.iter().enumerate() {
                sql +=
                    &format!("INSERT INTO blog_tag (id, word, weight) VALUES ({}, 't', {});", i + 1, or_null(weight));
            }
            for (i, (author, views, tags)) in self.posts.iter().enumerate() {
                sql += &format!(
                    "INSERT INTO blog_post (id, title, views, published, author_id) VALUES ({}, 'p', {views}, 1, {});",
                    i + 1,
                    author + 1
                );
                for tag in tags {
                    sql += &format!("INSERT INTO blog_post_tags (post_id, tag_id) VALUES ({}, {});", i + 1, tag + 1);
                }
            }
            for (post, score) in &self.comments {
                sql += &format!(
                    "INSERT INTO blog_comment (post_id, body, score) VALUES ({}, 'x', {});",
                    post + 1,
                    or_null(score)
                );
            }
            sql
        }

        /// The rows that a relation of a post leads to: what is filtered by, and the value of each.
        fn related(&self, relation: usize, post: usize) -> Vec<(Option<i64>, Option<i64>)> {
            let (author, _, tags) = &self.posts[post];
            let key = |i: usize| Some(i as i64 + 1);
            match relation {
                0 => tags.iter().map(|&tag| (key(tag), self.tags[tag])).collect(),
                1 => self.comments.iter().filter(|(of, _)| *of == post).map(|(_, score)| (*score, *score)).collect(),
                2 => {
                    let of = |tag: &usize| {
                        let tag = *tag;
                        self.posts.iter().filter(move |(_, _, tags)| tags.contains(&tag))
                    };
                    tags.iter().flat_map(of).map(|(_, views, _)| (Some(*views), Some(*views))).collect()
                }
                _ => {
                    let same = self.posts.iter().enumerate().filter(|(_, (of, _, _))| of == author);
                    same.map(|(i, (_, views, _))| (key(i), Some(*views))).collect()
                }
            }
        }
    }

    #[derive(Debug, Clone)]
    struct Asked {
        function: A,
        relation: usize,
        /// Only rows of which this or less is said.
        filter: Option<i64>,
    }

    fn asked() -> impl Strategy<Value = Asked> {
        let function = select(vec![A::Count, A::Sum, A::Max, A::Count, A::Sum]);
        (function, 0_usize..4, proptest::option::weighted(0.3, 0_i64..4))
            .prop_map(|(function, relation, filter)| Asked { function, relation, filter })
    }

    impl Asked {
        fn aggregate(&self) -> Aggregate {
            let (relation, value, by) = RELATIONS[self.relation];
            let aggregate = of(self.function, if self.function == A::Count { relation } else { value });
            self.filter.iter().fold(aggregate, |aggregate, most| aggregate.filter(Q::new(by, *most)))
        }

        /// What it is of some posts, of whose related rows only those up to a limit count.
        fn naive(&self, rows: &Rows, posts: &[usize], limit: Option<(usize, i64)>) -> Option<i64> {
            let mut values: Vec<Option<i64>> = Vec::new();
            for &post in posts {
                for (by, value) in rows.related(self.relation, post) {
                    let within = |most: i64| by.is_some_and(|by| by <= most);
                    let counts = self.filter.is_none_or(within)
                        && limit.is_none_or(|(relation, most)| relation != self.relation || within(most));
                    if counts {
                        values.push(if self.function == A::Count { Some(1) } else { value });
                    }
                }
            }
            let known = values.into_iter().flatten();
            match self.function {
                A::Count => Some(known.count() as i64),
                A::Sum => known.reduce(|a, b| a + b),
                _ => known.max(),
            }
        }
    }

    fn line(key: impl ToString, values: impl Iterator<Item = Option<i64>>) -> String {
        let values = values.map(|value| value.map_or("-".to_owned(), |value| value.to_string()));
        std::iter::once(key.to_string()).chain(values).collect::<Vec<_>>().join(" ")
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn aggregates_are_what_they_say(
            rows in rows(),
            asked in proptest::collection::vec(asked(), 1..4),
            before in proptest::option::weighted(0.4, (0_usize..4, 0_i64..4)),
            after in proptest::option::weighted(0.4, (0_usize..4, 0_i64..4)),
            having in proptest::option::weighted(0.3, 0_i64..4),
            by_author in any::<bool>(),
        ) {
            let connection = sqlite_with(&rows.sql());
            let filter = |query: Query, filter: Option<(usize, i64)>| match filter {
                Some((relation, most)) => query.filter(Q::new(RELATIONS[relation].2, most)),
                None => query,
            };
            // A row over whose related rows a filter goes is there when one of them passes.
            let passes = |post: usize, filter: Option<(usize, i64)>| filter.is_none_or(|(relation, most)| {
                rows.related(relation, post).iter().any(|(by, _)| by.is_some_and(|by| by <= most))
            });
            // A filter over relations of relations is part of no aggregate but of those over the same rows.
            let before = before.filter(|(relation, _)| *relation != 2 && asked.iter().all(|a| a.relation != 2));
            let key = if by_author { "author" } else { "id" };
            let mut query = filter(all("Post"), before);
            if by_author {
                query = query.values(["author"]);
            }
            let names: Vec<String> = (0..asked.len()).map(|i| format!("x{i}")).collect();
            for (name, asked) in names.iter().zip(&asked) {
                query = query.annotate(name.clone(), asked.aggregate());
            }
            query = filter(query, after);
            if let Some(most) = having {
                query = query.filter(Q::new("x0__lte", most));
            }
            let paths: Vec<&str> = std::iter::once(key).chain(names.iter().map(String::as_str)).collect();
            let query = Query { order_by: Some(vec![key.into()]), ..query.values(paths) };

            let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
            for post in (0..rows.posts.len()).filter(|&post| passes(post, before) && passes(post, after)) {
                groups.entry(if by_author { rows.posts[post].0 } else { post }).or_default().push(post);
            }
            let mut expected: Vec<String> = Vec::new();
            for (key, posts) in groups {
                let values: Vec<Option<i64>> = asked.iter().map(|asked| asked.naive(&rows, &posts, before)).collect();
                if having.is_none_or(|most| values[0].is_some_and(|value| value <= most)) {
                    expected.push(line(key + 1, values.into_iter()));
                }
            }
            prop_assert_eq!(rows_of(&connection, &query), expected.join("\n"), "{}", sql(&query));
            let count = embellie_sql::count(&query, &registry(), &sqlite()).unwrap();
            let count = count.map_or("0".to_owned(), |c| crate::database::given(&connection, &c.statement));
            prop_assert_eq!(count, expected.len().to_string(), "{}", sql(&query));
        }

        #[test]
        fn aggregates_over_all_rows_are_what_they_say(
            rows in rows(),
            asked in proptest::collection::vec(asked(), 1..4),
        ) {
            let connection = sqlite_with(&rows.sql());
            let every: Vec<usize> = (0..rows.posts.len()).collect();
            let named = asked.iter().enumerate().map(|(i, asked)| Annotation::new(format!("x{i}"), asked.aggregate()));
            let named: Vec<Annotation> = named.chain([Annotation::new("v", of(A::Sum, "views"))]).collect();
            let views: i64 = rows.posts.iter().map(|(_, views, _)| views).sum();
            let values = asked.iter().map(|asked| asked.naive(&rows, &every, None)).chain([Some(views)]);
            let expected = line("", values);
            prop_assert_eq!(aggregates_of(&connection, &all("Post"), &named), expected.trim());
        }
    }
}
