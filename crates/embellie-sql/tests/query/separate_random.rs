//! Aggregates over several relations: random rows and random queries, against the same computed row by row.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::select;

use embellie_core::expr::{Aggregate, AggregateFunction as A};
use embellie_core::query::Annotation;
use embellie_core::{Expr, Q, Query};

use crate::blog::*;
use crate::database::{aggregates_of, prepared_on_postgres, rows_of, sqlite_with};

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
    let posts = proptest::collection::vec((0_usize..3, 0_i64..4, proptest::collection::vec(any::<bool>(), 4)), 1..5);
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
            sql += &format!("INSERT INTO blog_tag (id, word, weight) VALUES ({}, 't', {});", i + 1, or_null(weight));
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
    (function, 0_usize..4, proptest::option::weighted(0.3, 0_i64..4)).prop_map(|(function, relation, filter)| Asked {
        function,
        relation,
        filter,
    })
}

impl Asked {
    fn aggregate(&self) -> Aggregate {
        let (relation, value, by) = RELATIONS[self.relation];
        let aggregate = Aggregate::of(self.function, if self.function == A::Count { relation } else { value });
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

/// What rows are grouped by.
#[derive(Debug, Clone, Copy)]
enum By {
    Row,
    Author,
    /// Whether the number of views is odd: a value that is computed.
    Parity,
}

/// A query of aggregates of groups of posts, between filters.
fn query(
    asked: &[Asked],
    by: By,
    before: Option<(usize, i64)>,
    after: Option<(usize, i64)>,
    having: Option<i64>,
) -> Query {
    let filter = |query: Query, filter: Option<(usize, i64)>| match filter {
        Some((relation, most)) => query.filter(Q::new(RELATIONS[relation].2, most)),
        None => query,
    };
    let mut query = filter(all("Post"), before);
    let key = match by {
        By::Row => "id",
        By::Author => "author",
        By::Parity => "odd",
    };
    query = match by {
        By::Row => query,
        By::Author => query.values([key]),
        By::Parity => query.annotate(key, Expr::path("views") % 2).values([key]),
    };
    let names: Vec<String> = (0..asked.len()).map(|i| format!("x{i}")).collect();
    for (name, asked) in names.iter().zip(asked) {
        query = query.annotate(name.clone(), asked.aggregate());
    }
    query = filter(query, after);
    if let Some(most) = having {
        query = query.filter(Q::new("x0__lte", most));
    }
    let paths: Vec<&str> = std::iter::once(key).chain(names.iter().map(String::as_str)).collect();
    Query { order_by: Some(vec![key.into()]), ..query.values(paths) }
}

/// PostgreSQL, which is stricter about groups, takes the same.
#[tokio::test]
async fn postgres_takes_random_aggregates() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let filters = || proptest::option::weighted(0.4, (0_usize..4, 0_i64..4));
    let parts = (
        proptest::collection::vec(asked(), 1..4),
        select(vec![By::Row, By::Author, By::Parity]),
        filters(),
        filters(),
        proptest::option::weighted(0.3, 0_i64..4),
    );
    let mut statements = Vec::new();
    for _ in 0..150 {
        let (asked, by, before, after, having) = parts.new_tree(&mut runner).unwrap().current();
        let query = query(&asked, by, before, after, having);
        statements.push(embellie_sql::select(&query, &registry(), &postgres()).unwrap().unwrap().statement);
        statements.push(embellie_sql::count(&query, &registry(), &postgres()).unwrap().unwrap().statement);
    }
    prepared_on_postgres(&statements).await;
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
        by in select(vec![By::Row, By::Author, By::Parity]),
    ) {
        let connection = sqlite_with(&rows.sql());
        // A row over whose related rows a filter goes is there when one of them passes.
        let passes = |post: usize, filter: Option<(usize, i64)>| filter.is_none_or(|(relation, most)| {
            rows.related(relation, post).iter().any(|(by, _)| by.is_some_and(|by| by <= most))
        });
        // A filter over relations of relations is part of no aggregate but of those over the same rows.
        let before = before.filter(|(relation, _)| *relation != 2 && asked.iter().all(|a| a.relation != 2));
        let query = query(&asked, by, before, after, having);
        let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for post in (0..rows.posts.len()).filter(|&post| passes(post, before) && passes(post, after)) {
            let (author, views, _) = &rows.posts[post];
                groups.entry(match by { By::Row => post + 1, By::Author => author + 1, By::Parity => *views as usize % 2 }).or_default().push(post);
        }
        let mut expected: Vec<String> = Vec::new();
        for (key, posts) in groups {
            let values: Vec<Option<i64>> = asked.iter().map(|asked| asked.naive(&rows, &posts, before)).collect();
            if having.is_none_or(|most| values[0].is_some_and(|value| value <= most)) {
                expected.push(line(key, values.into_iter()));
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
        let named: Vec<Annotation> = named.chain([Annotation::new("v", Aggregate::of(A::Sum, "views"))]).collect();
        let views: i64 = rows.posts.iter().map(|(_, views, _)| views).sum();
        let values = asked.iter().map(|asked| asked.naive(&rows, &every, None)).chain([Some(views)]);
        let expected = line("", values);
        prop_assert_eq!(aggregates_of(&connection, &all("Post"), &named), expected.trim());
    }
}
