//! Queries to be written in Rust.

use embellie_core::expr::{Aggregate, AggregateFunction, Function};
use embellie_core::query::{Aggregation, Distinct, Lock, SelectRelated, Slice};
use embellie_core::{Expr, OrderBy, Path, Q, Query, Value};

fn list<T: Into<Value>>(values: impl IntoIterator<Item = T>) -> Value {
    Value::List(values.into_iter().map(Into::into).collect())
}

fn ordered(query: Query, terms: impl IntoIterator<Item = OrderBy>) -> Query {
    Query { order_by: Some(terms.into_iter().collect()), ..query }
}

/// Queries over the blog, with names.
pub(crate) fn queries() -> Vec<(&'static str, Query)> {
    let posts = || Query::new("blog.Post");
    let users = || Query::new("blog.User");
    let count = |path: &str| Aggregate::of(AggregateFunction::Count, path);
    vec![
        ("all_there_are", posts()),
        ("a_chain_of_relations", posts().filter(Q::new("author__name__icontains", "ann \"quoted\""))),
        (
            "every_connector",
            posts().filter(
                (Q::new("views__gt", 1) | !Q::new("title__startswith", "x"))
                    & (Q::new("published", true) ^ Q::new("views__lte", 9)),
            ),
        ),
        (
            "ways_back_and_what_is_ruled_out",
            posts()
                .filter(Q::new("comments__body", "a"))
                .filter(Q::new("comments__author__name", "b"))
                .exclude(Q::new("tags__word__in", list(["a", "b"])) | Q::new("comments__author__isnull", true)),
        ),
        (
            "keys_and_nulls",
            posts().filter(Q::new("author", 1) & Q::new("pk__in", list([1, 2])) & Q::new("subtitle", Value::Null)),
        ),
        (
            "dates",
            posts().filter(
                Q::new("created_at__year", 2024)
                    & Q::new("created_at__gte", "2024-01-01T00:00:00Z")
                    & Q::new("created_at__range", list(["2024-01-01T00:00:00Z", "2024-12-31T00:00:00Z"])),
            ),
        ),
        (
            "fields_of_the_row_itself",
            posts().filter(Q::new("views__gt", Expr::path("id") + 1) | Q::new("title__iexact", "x")),
        ),
        ("a_transform_of_text", posts().filter(Q::new("title__in", list(Vec::<String>::new())) | Q::new("views", 1))),
        (
            "orders_and_slices",
            Query {
                slice: Slice { offset: 2, limit: Some(5) },
                ..ordered(posts(), ["-author__name".into(), Expr::path("subtitle").asc().nulls_last(), "id".into()])
            },
        ),
        ("the_first", Query { slice: Slice { offset: 0, limit: Some(1) }, ..ordered(posts(), ["title".into()]) }),
        ("the_rest", Query { slice: Slice { offset: 9, limit: None }, ..posts() }),
        ("in_no_order", ordered(posts(), [])),
        ("the_other_way_round", Query { reversed: true, ..users() }),
        (
            "busy_writers",
            ordered(
                users().annotate("n", count("posts")).filter(Q::new("n__gte", 1) & Q::new("active", true)),
                ["-n".into(), "name".into()],
            ),
        ),
        ("of_some_rows", users().annotate("read", count("posts").distinct().filter(Q::new("posts__views__gt", 3)))),
        ("silent", users().alias("posts_n", count("posts")).filter(Q::new("posts_n", 0))),
        ("named_rows", posts().values(["title", "author__name", "tags__word"])),
        (
            "groups",
            ordered(
                posts()
                    .values(["author__name"])
                    .annotate("n", count("id"))
                    .annotate("top", Aggregate::of(AggregateFunction::Max, "views")),
                ["-top".into()],
            ),
        ),
        ("annotated_values", users().annotate("n", count("posts")).values(["name", "n"])),
        (
            "as_data",
            users().annotate("size", Expr::call(Function::Length, [Expr::path("name")])).values(["name", "size"]),
        ),
        (
            "joined",
            Query {
                aggregation: Aggregation::Joined,
                ..users().annotate("n", count("posts")).annotate("c", count("comments"))
            },
        ),
        ("once_each", Query { distinct: Distinct::Rows, ..posts().values(["author"]) }),
        ("with_their_authors", Query { select_related: SelectRelated::Paths(vec![Path::from("author")]), ..posts() }),
        ("locked", Query { lock: Some(Lock::default()), ..posts() }),
        ("nothing", Query { none: true, ..posts() }),
    ]
}
