//! Windows: their SQL, what may be one, and conditions on what they give.

use embellie_core::expr::{Aggregate, AggregateFunction as A, Bound, Exclusion, Frame, Function as F, Window};
use embellie_core::query::{Annotation, Distinct, Slice};
use embellie_core::{Expr, Q, Query, ServerInfo};
use embellie_sql::Target;

use crate::blog::*;
use crate::database::{aggregates_of, prepared_on_postgres, rows_of, sqlite_with};

/// Author 1 has posts of 5, 5, 3 and 1 views; author 2 of 8 and 2.
const ROWS: &str = "
    INSERT INTO blog_author (id, name, email) VALUES (1, 'Ann', 'a'), (2, 'Bob', 'b');
    INSERT INTO blog_post (id, title, views, published, author_id, rating) VALUES
        (1, 'a', 5, 1, 1, 1), (2, 'b', 5, 0, 1, NULL), (3, 'c', 3, 1, 1, 2), (4, 'd', 1, 0, 1, 5),
        (5, 'e', 8, 1, 2, 3), (6, 'f', 2, 1, 2, 3);
    INSERT INTO blog_comment (id, post_id, body) VALUES (1, 1, 'x'), (2, 1, 'y'), (3, 5, 'z');";

fn call(function: F, arguments: impl IntoIterator<Item = Expr>) -> Expr {
    Expr::call(function, arguments)
}

/// A function over the posts of each author, the most viewed first.
fn by_author(expr: impl Into<Expr>) -> Window {
    Window::over(expr).partition_by([Expr::path("author")]).order_by(["-views", "id"])
}

fn sum() -> Expr {
    Aggregate::of(A::Sum, "views").into()
}

/// The keys of posts and one annotation more, in the order of the keys.
fn posts(expr: impl Into<Expr>) -> Query {
    let query = all("Post").annotate("w", expr).values(["id", "w"]);
    Query { order_by: Some(vec!["id".into()]), ..query }
}

fn column(expr: impl Into<Expr>) -> String {
    let text = sql(&posts(expr));
    text.replace(r#"SELECT "blog_post"."id", "#, "").replace(r#" FROM "blog_post" ORDER BY "blog_post"."id" ASC"#, "")
}

#[test]
fn a_window_is_a_function_over_partitions_orders_and_frames() {
    assert_eq!(
        column(by_author(call(F::RowNumber, []))),
        r#"ROW_NUMBER() OVER (PARTITION BY "blog_post"."author_id" ORDER BY "blog_post"."views" DESC, "blog_post"."id" ASC)"#
    );
    assert_eq!(
        column(Window::over(sum()).order_by(["id"]).frame(Frame::rows(Bound::Preceding(2), Bound::CurrentRow))),
        r#"SUM("blog_post"."views") OVER (ORDER BY "blog_post"."id" ASC ROWS BETWEEN 2 PRECEDING AND CURRENT ROW)"#
    );
    let frame = Frame::groups(Bound::Unbounded, Bound::Following(1)).excluding(Exclusion::Ties);
    assert_eq!(
        column(Window::over(sum()).order_by(["views"]).frame(frame)),
        r#"SUM("blog_post"."views") OVER (ORDER BY "blog_post"."views" ASC GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 FOLLOWING EXCLUDE TIES)"#
    );
    assert_eq!(
        column(by_author(call(F::Lag, [Expr::path("views"), Expr::value(2), Expr::value(0)]))),
        r#"LAG("blog_post"."views", ?, ?) OVER (PARTITION BY "blog_post"."author_id" ORDER BY "blog_post"."views" DESC, "blog_post"."id" ASC) -- [2, 0]"#
    );
    assert_eq!(column(Window::over(call(F::Ntile, []))), "NTILE(?) OVER () -- [1]");
}

#[test]
fn windows_give_what_they_say() {
    let connection = sqlite_with(ROWS);
    let of = |expr: Expr| rows_of(&connection, &posts(expr)).replace('\n', ", ");
    assert_eq!(of(by_author(call(F::RowNumber, [])).into()), "1 1, 2 2, 3 3, 4 4, 5 1, 6 2");
    let ranked = |function| Window::over(call(function, [])).partition_by([Expr::path("author")]).order_by(["-views"]);
    assert_eq!(of(ranked(F::Rank).into()), "1 1, 2 1, 3 3, 4 4, 5 1, 6 2");
    assert_eq!(of(ranked(F::DenseRank).into()), "1 1, 2 1, 3 2, 4 3, 5 1, 6 2");
    assert_eq!(of(by_author(call(F::Lag, [Expr::path("views")])).into()), "1 -, 2 5, 3 5, 4 3, 5 -, 6 8");
    assert_eq!(
        of(by_author(call(F::Lead, [Expr::path("views"), Expr::value(1), Expr::value(-1)])).into()),
        "1 5, 2 3, 3 1, 4 -1, 5 2, 6 -1"
    );
    let running = Window::over(sum()).order_by(["id"]).frame(Frame::rows(Bound::Preceding(1), Bound::CurrentRow));
    assert_eq!(of(running.into()), "1 5, 2 10, 3 8, 4 4, 5 9, 6 10");
    // A value for no rows stands outside of the window.
    let before = Frame::rows(Bound::Unbounded, Bound::Preceding(1));
    let sum_before = Aggregate::of(A::Sum, "views").default(0);
    assert_eq!(of(by_author(sum_before).frame(before).into()), "1 0, 2 5, 3 10, 4 13, 5 0, 6 8");
}

#[test]
fn a_condition_on_a_window_filters_a_query_around_it() {
    let top = |n: i64| posts(by_author(call(F::RowNumber, []))).filter(Q::new("w__lte", n));
    assert_eq!(
        sql(&top(2)),
        r#"SELECT "subquery".col1, "subquery".col2 FROM (SELECT "blog_post"."id" AS col1, ROW_NUMBER() OVER (PARTITION BY "blog_post"."author_id" ORDER BY "blog_post"."views" DESC, "blog_post"."id" ASC) AS col2 FROM "blog_post") "subquery" WHERE "subquery".col2 <= ? ORDER BY "subquery".col1 ASC -- [2]"#
    );
    let connection = sqlite_with(ROWS);
    assert_eq!(rows_of(&connection, &top(2)), "1 1\n2 2\n5 1\n6 2");
    let count = Annotation::new("n", Aggregate::new(A::Count, [Expr::Star]));
    assert_eq!(aggregates_of(&connection, &top(2), &[count]), "4");
    let best = Annotation::new("best", Aggregate::of(A::Max, "views"));
    assert_eq!(aggregates_of(&connection, &top(2), &[best]), "8");
    // The slice is of what the condition leaves.
    assert_eq!(rows_of(&connection, &Query { slice: Slice { offset: 1, limit: Some(2) }, ..top(2) }), "2 2\n5 1");
    assert_eq!(
        rows_of(&connection, &Query { order_by: Some(vec!["-w".into(), "id".into()]), ..top(2) }),
        "2 2\n6 2\n1 1\n5 1"
    );
    // Other conditions are on the rows that the window sees, unless one of both is enough.
    assert_eq!(rows_of(&connection, &top(1).filter(Q::new("published", true))), "1 1\n5 1");
    let either = posts(by_author(call(F::RowNumber, []))).filter(Q::new("w", 1) | Q::new("title", "d"));
    assert_eq!(rows_of(&connection, &either), "1 1\n4 4\n5 1");
    let commented = all("Comment").filter(Q::new("post", Expr::outer("pk")));
    let either =
        posts(by_author(call(F::RowNumber, []))).filter(Q::new("w", 4) | Q::expr(Expr::Exists(Box::new(commented))));
    assert_eq!(rows_of(&connection, &either), "1 1\n4 4\n5 1");
    let unnamed = Query { order_by: Some(vec!["id".into()]), ..all("Post").values(["id"]) };
    let unnamed = unnamed.filter(Expr::from(by_author(call(F::RowNumber, []))).lookup("exact", 1));
    assert_eq!(rows_of(&connection, &unnamed), "1\n5");
    let exists = embellie_sql::exists(&top(1), &registry(), &sqlite()).unwrap().unwrap();
    assert_eq!(crate::database::given(&connection, &exists.statement), "1");
    let distinct = posts(by_author(call(F::RowNumber, []))).filter(Q::new("w__lt", 3)).values(["author"]);
    let distinct = Query { distinct: Distinct::Rows, order_by: Some(vec!["author".into()]), ..distinct };
    assert_eq!(rows_of(&connection, &distinct), "1\n2");
    // As what a query is compared with, and as the rows that are deleted.
    let best = all("Post").alias("w", by_author(call(F::RowNumber, []))).filter(Q::new("w", 1)).values(["id"]);
    let among = Query { order_by: Some(Vec::new()), ..all("Comment").filter(Q::new("post__in", best)).values(["id"]) };
    assert_eq!(rows_of(&connection, &among), "1\n2\n3");
    let doomed = all("Post").alias("w", by_author(call(F::RowNumber, []))).filter(Q::new("w__gt", 1));
    let deletion = embellie_sql::delete(&doomed, &registry(), &sqlite()).unwrap().unwrap();
    assert!(
        deletion.sql.starts_with(r#"DELETE FROM "blog_post" WHERE "blog_post"."id" IN (SELECT "#),
        "{}",
        deletion.sql
    );
}

#[test]
fn a_window_may_be_over_groups() {
    let ranked = Window::over(call(F::Rank, [])).order_by([Expr::path("total").desc()]);
    let query = all("Post").values(["author__name"]).annotate("total", sum()).annotate("rank", ranked);
    let query = Query { order_by: Some(vec!["rank".into()]), ..query };
    assert_eq!(
        sql(&query),
        r#"SELECT "blog_author"."name", SUM("blog_post"."views"), RANK() OVER (ORDER BY SUM("blog_post"."views") DESC) FROM "blog_post" INNER JOIN "blog_author" ON ("blog_post"."author_id" = "blog_author"."id") GROUP BY "blog_author"."name" ORDER BY 3 ASC"#
    );
    let connection = sqlite_with(ROWS);
    assert_eq!(rows_of(&connection, &query), "Ann 14 1\nBob 10 2");
    assert_eq!(rows_of(&connection, &query.filter(Q::new("rank", 2))), "Bob 10 2");
}

fn refusal(expr: impl Into<Expr>) -> String {
    sql(&posts(expr))
}

#[test]
fn what_no_window_can_be_is_told() {
    let rows = |start, end| refusal(Window::over(sum()).order_by(["id"]).frame(Frame::rows(start, end)));
    assert_eq!(rows(Bound::Following(1), Bound::Preceding(1)), "ValueError: start cannot be greater than end.");
    let range = |start, end| refusal(Window::over(sum()).order_by(["id"]).frame(Frame::range(start, end)));
    assert_eq!(
        range(Bound::Following(3), Bound::Unbounded),
        "ValueError: start argument must be a negative integer, zero, or None, but got '3'."
    );
    assert_eq!(
        range(Bound::Unbounded, Bound::Preceding(3)),
        "ValueError: end argument must be a positive integer, zero, or None, but got '-3'."
    );
    let near = Window::over(sum()).order_by(["id"]).frame(Frame::range(Bound::Preceding(1), Bound::CurrentRow));
    assert_eq!(
        pg(&posts(near.clone())),
        "NotSupportedError: PostgreSQL only supports UNBOUNDED together with PRECEDING and FOLLOWING."
    );
    assert!(refusal(near.order_by(["id", "views"])).starts_with("NotSupportedError: a range of values"));
    assert!(
        refusal(Window::over(call(F::Lower, [Expr::path("title")])))
            .starts_with("ValueError: Expression 'Lower' isn't compatible with OVER clauses")
    );
    assert_eq!(
        refusal(by_author(call(F::Lag, [Expr::path("views"), Expr::value(0)]))),
        "ValueError: Lag requires a positive integer for the offset."
    );
    assert_eq!(
        refusal(by_author(call(F::Lead, [Expr::value(embellie_core::Value::Null)]))),
        "ValueError: Lead requires a non-null source expression."
    );
    assert_eq!(
        refusal(by_author(call(F::NthValue, [Expr::path("views"), Expr::value(-1)]))),
        "ValueError: NthValue requires a positive integer as for nth."
    );
    assert_eq!(refusal(by_author(call(F::Ntile, [Expr::value(0)]))), "ValueError: num_buckets must be greater than 0.");
    assert!(refusal(call(F::RowNumber, [])).starts_with("ValueError: RowNumber is computed over a window"));
    let nested = Aggregate::new(A::Sum, [by_author(call(F::RowNumber, [])).into()]);
    assert!(refusal(nested).starts_with("FieldError: Cannot compute Sum("));
    let grouped = all("Post").annotate("w", by_author(call(F::RowNumber, []))).values(["w"]);
    assert!(
        sql(&grouped.annotate("n", Aggregate::of(A::Count, "id")))
            .starts_with("NotSupportedError: rows cannot be grouped by 'w'")
    );
    let mixed = all("Post")
        .annotate("n", Aggregate::of(A::Count, "comments"))
        .annotate("w", Window::over(call(F::Rank, [])).order_by(["n"]))
        .filter(Q::new("w", 1) | Q::new("title", "d"));
    assert!(sql(&mixed).starts_with("NotSupportedError: Heterogeneous disjunctive predicates"));
}

#[tokio::test]
async fn postgres_takes_windows() {
    let target = Target::for_server(&ServerInfo { dialect: "postgres", version: (15, 0, 0) }).unwrap();
    let with_default = [Expr::path("views"), Expr::value(2), Expr::value(0)];
    let frame = Frame::groups(Bound::Preceding(1), Bound::Following(1)).excluding(Exclusion::CurrentRow);
    let windows: Vec<Window> = vec![
        by_author(call(F::RowNumber, [])),
        by_author(call(F::PercentRank, [])),
        by_author(call(F::CumeDist, [])),
        by_author(call(F::Lag, with_default)),
        by_author(call(F::Lead, [Expr::path("price"), Expr::value(1), Expr::value(0)])),
        by_author(call(F::NthValue, [Expr::path("created"), Expr::value(2)])),
        by_author(call(F::FirstValue, [Expr::path("title")])),
        by_author(call(F::LastValue, [Expr::path("published")])),
        by_author(call(F::Ntile, [Expr::value(3)])),
        by_author(Aggregate::of(A::Avg, "views").filter(Q::new("published", true))),
        by_author(Aggregate::of(A::Max, "published")),
        by_author(Aggregate::of(A::AnyValue, "title")),
        by_author(Aggregate::of(A::Sum, "price").default(0)).frame(frame),
    ];
    let mut statements = Vec::new();
    for window in windows {
        let query = posts(window);
        statements.push(embellie_sql::select(&query, &registry(), &target).unwrap().unwrap().statement);
    }
    let top = posts(by_author(call(F::RowNumber, []))).filter(Q::new("w__lte", 2) | Q::new("title", "x"));
    statements.push(embellie_sql::select(&top, &registry(), &target).unwrap().unwrap().statement);
    statements.push(embellie_sql::count(&top, &registry(), &target).unwrap().unwrap().statement);
    statements.push(embellie_sql::exists(&top, &registry(), &target).unwrap().unwrap().statement);
    prepared_on_postgres(&statements).await;
}
