//! Queries within queries, and changes by them.

use embellie_core::expr::{Aggregate, AggregateFunction as A};
use embellie_core::query::{Annotation, Assignment, Slice};
use embellie_core::{Expr, Q, Query};

use crate::blog::all;
use crate::run::{Ask, Case, prepare, rows, show};

fn first(query: Query) -> Query {
    Query { slice: Slice { offset: 0, limit: Some(1) }, ..query }
}

fn subquery(query: Query) -> Expr {
    Expr::Subquery(Box::new(query))
}

fn exists(query: Query) -> Q {
    Q::expr(Expr::Exists(Box::new(query)))
}

fn comments() -> Query {
    all("Comment").filter(Q::new("post", Expr::outer("pk")))
}

/// The body of a post's best comment.
fn best() -> Expr {
    let query = Query { order_by: Some(vec!["-score".into()]), ..comments().values(["body"]) };
    subquery(first(query))
}

fn set(field: &'static str, value: impl Into<Expr>) -> Vec<Assignment> {
    vec![Assignment { field: field.into(), value: value.into() }]
}

fn cases() -> Vec<Case> {
    let posts = || all("Post").values(["id"]);
    let outer = |levels| Expr::Outer { path: "name".into(), levels };
    let deep = all("Comment")
        .filter(Q::new("post", Expr::outer("pk")))
        .filter(exists(all("Tag").filter(Q::new("word", outer(3)))));
    vec![
        rows("a value", posts().annotate("best", best())),
        rows("ordered by", Query { order_by: Some(vec![best().desc().nulls_last()]), ..posts() }),
        rows("compared with", posts().filter(Q::new("title", best()))),
        rows("compared on the left", posts().filter(best().lookup("gt", "m"))),
        rows("among", posts().filter(Q::new("author__in", subquery(all("Author").values(["id"]))))),
        rows(
            "two levels out",
            all("Author").values(["id"]).filter(exists(
                all("Post").filter(Q::new("author", Expr::outer("pk"))).filter(exists(
                    all("Comment").filter(Q::new("post", Expr::outer("pk")) & Q::new("body", outer(2))),
                )),
            )),
        ),
        rows(
            "three levels out",
            all("Author")
                .values(["id"])
                .filter(exists(all("Post").filter(Q::new("author", Expr::outer("pk"))).filter(exists(deep)))),
        ),
        rows("none of them", posts().filter(!exists(comments()))),
        rows(
            "a relation of the row around",
            posts().filter(exists(all("Tag").filter(Q::new("word", Expr::outer("author__name"))))),
        ),
        rows(
            "excluded by what it refers to",
            posts().filter(exists(all("Author").exclude(Q::new("posts__title", Expr::outer("title"))))),
        ),
        rows(
            "a query within what is excluded",
            posts().exclude(Q::new("comments__author__in", all("Author").filter(Q::new("name", Expr::outer("title"))))),
        ),
        rows(
            "what counts",
            all("Author")
                .annotate(
                    "n",
                    Aggregate::of(A::Count, "posts")
                        .filter(exists(all("Comment").filter(Q::new("post", Expr::outer("posts"))))),
                )
                .values(["n"]),
        ),
        rows(
            "grouped by",
            all("Post").annotate("best", best()).values(["best"]).annotate("n", Aggregate::of(A::Count, "id")),
        ),
        rows("an array", posts().annotate("bodies", Expr::ArraySubquery(Box::new(comments().values(["body"]))))),
        rows(
            "without rows",
            posts().annotate(
                "none",
                subquery(
                    all("Comment").filter(Q::new("id__in", embellie_core::Value::List(Vec::new()))).values(["score"]),
                ),
            ),
        ),
        rows("outside of a query", posts().filter(Q::new("title", Expr::outer("name")))),
        rows("too far out", posts().filter(exists(all("Tag").filter(Q::new("word", outer(2)))))),
        rows("several columns", posts().annotate("x", subquery(all("Tag").values(["id", "word"])))),
        rows("a whole model", posts().annotate("x", subquery(all("Tag")))),
        ("changed by a query", Ask::Update(all("Post"), set("subtitle", best()))),
        ("changed where a query has rows", Ask::Update(all("Post").filter(exists(comments())), set("views", 0))),
        (
            "changed by the same table",
            Ask::Update(
                all("Post"),
                set(
                    "views",
                    subquery(first(all("Post").filter(Q::new("author", Expr::outer("author"))).values(["rating"]))),
                ),
            ),
        ),
        (
            "changed by what the row around is related to",
            Ask::Update(
                all("Post"),
                set(
                    "subtitle",
                    subquery(first(all("Tag").filter(Q::new("word", Expr::outer("author__name"))).values(["word"]))),
                ),
            ),
        ),
        (
            "changed by an annotation",
            Ask::Update(all("Post").annotate("twice", Expr::path("views") * 2), set("views", Expr::path("twice"))),
        ),
        (
            "changed by an annotation, found by a relation",
            Ask::Update(
                all("Post").annotate("twice", Expr::path("views") * 2).filter(Q::new("author__name", "x")),
                set("views", Expr::path("twice")),
            ),
        ),
        (
            "changed by an annotation that is a query",
            Ask::Update(
                all("Post").annotate("best", best()).filter(Q::new("author__name", "x")),
                set("subtitle", Expr::path("best")),
            ),
        ),
        (
            "changed by an annotation of another table",
            Ask::Update(all("Post").annotate("name", Expr::path("author__name")), set("title", Expr::path("name"))),
        ),
        (
            "changed by an aggregate",
            Ask::Update(all("Post").annotate("n", Aggregate::of(A::Count, "comments")), set("views", Expr::path("n"))),
        ),
        (
            "changed where an aggregate says so",
            Ask::Update(
                all("Post").annotate("n", Aggregate::of(A::Count, "comments")).filter(Q::new("n__gt", 3)),
                set("views", 0),
            ),
        ),
        (
            "counted where a query of the counted rows says so",
            Ask::Aggregate(
                Query { slice: Slice { offset: 2, limit: Some(3) }, ..all("Tag") },
                vec![Annotation::new(
                    "n",
                    Aggregate::of(A::Count, "weight").filter(Q::new(
                        "word__in",
                        all("Post").filter(Q::new("author__name", Expr::outer("word"))).values(["title"]),
                    )),
                )],
            ),
        ),
        ("deleted where a query has rows", Ask::Delete(all("Post").filter(exists(comments())))),
        (
            "deleted by a relation and a query",
            Ask::Delete(
                all("Post").filter(Q::new("author__name", "x")).exclude(Q::new("comments__body", Expr::path("title"))),
            ),
        ),
    ]
}

#[test]
fn queries_within_queries() {
    insta::assert_snapshot!(show(&cases()));
}

#[tokio::test]
async fn postgres_takes_them() {
    prepare(&cases()).await;
}
