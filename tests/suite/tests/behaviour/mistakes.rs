//! Queries that make no sense: Django's class of error, a message that names the thing, and nothing sent.

use embellie::{Database, Value};
use embellie_core::expr::{Aggregate, AggregateFunction as A, Function as F, Window};
use embellie_core::query::{Assignment, SetOperator};
use embellie_core::{Expr, Path, Q, Query};
use embellie_suite::{Outcome, list, path, q, refused, rows, set};

embellie_suite::on_every_database! { blog:
    names,
    types,
    aggregates,
    windows,
    queries_within_queries,
    sets_of_rows,
    slices,
}

fn posts() -> Query {
    Query::new("blog.Post")
}

fn count(path: &str) -> Aggregate {
    Aggregate::of(A::Count, path)
}

fn row_number() -> Window {
    Window::over(Expr::call(F::RowNumber, [])).order_by(["id"])
}

/// Each query is refused with this class, in a message that holds these words.
async fn refuses(db: &Database, cases: Vec<(Query, &str, &str)>) -> Outcome {
    let capture = db.capture();
    for (query, class, words) in cases {
        let message = refused(embellie_sql::select(&query, db.registry(), db.target()), class);
        assert!(message.contains(words), "{message}");
        // As many rows, and whether there are any, is refused just so.
        refused(embellie_sql::count(&query, db.registry(), db.target()), class);
        refused(embellie_sql::exists(&query, db.registry(), db.target()), class);
    }
    assert!(capture.is_empty());
    Ok(())
}

async fn names(db: &Database) -> Outcome {
    let field = "FieldError";
    refuses(
        db,
        vec![
            (posts().filter(Q::new("titel", "x")), field, "did you mean 'title'?"),
            (posts().filter(Q::new("author__nam", "x")), field, "nam"),
            (posts().filter(Q::new("title__foo", "x")), field, "foo"),
            (posts().filter(Q::new("views__year", 1)), field, "year"),
            (posts().filter(Q::new("author__gte__x", 1)), field, "gte"),
            (posts().filter(Q::new("title", path("nothing"))), field, "nothing"),
            (posts().exclude(Q::new("tags__words", "x")), field, "words"),
            (posts().annotate("a", path("author__nothing")), field, "nothing"),
            (posts().annotate("a", path("views") + 1).filter(Q::new("b", 1)), field, "'b'"),
            (posts().annotate("title", path("views")), "ValueError", "title"),
            (posts().annotate("a b", path("views")), "ValueError", "whitespace"),
            (posts().values(["nothing"]), field, "nothing"),
            (posts().alias("a", path("views")).values(["a"]), field, "annotate()"),
        ],
    )
    .await?;
    let capture = db.capture();
    refused(rows(db, "blog.Post").order_by("titel").all(db).await, field);
    refused(rows(db, "blog.Post").update(set("titel", 1), db).await, "FieldDoesNotExist");
    refused(rows(db, "blog.Post").update(set("title", path("author__name")), db).await, field);
    refused(rows(db, "blog.Post").filter(q("title__in", "x")).update(set("tags", 1), db).await, field);
    assert!(capture.is_empty());
    Ok(())
}

async fn types(db: &Database) -> Outcome {
    let (field, kind) = ("FieldError", "TypeError");
    let call = |function, arguments: &[Expr]| posts().annotate("a", Expr::call(function, arguments.to_vec()));
    let views = || path("views");
    refuses(
        db,
        vec![
            (posts().annotate("a", path("title") + views()), field, "output_field"),
            (posts().annotate("a", path("posted") * 2), field, "output_field"),
            (
                posts().annotate(
                    "a",
                    Expr::Case { whens: vec![(Q::new("views", 1), path("title"))], otherwise: Some(Box::new(views())) },
                ),
                field,
                "output_field",
            ),
            (call(F::Coalesce, &[path("title"), views()]), field, "output_field"),
            (call(F::Coalesce, &[views()]), "ValueError", "at least two expressions"),
            (call(F::Greatest, &[views()]), "ValueError", "at least two expressions"),
            (call(F::Concat, &[path("title")]), "ValueError", "at least two expressions"),
            (call(F::Lower, &[]), kind, "'Lower' takes exactly 1 argument (0 given)"),
            (call(F::Lower, &[path("title"), views()]), kind, "'Lower' takes exactly 1 argument (2 given)"),
            (call(F::StrIndex, &[path("title")]), kind, "StrIndex"),
            (call(F::Substr, &[path("title"), 0.into()]), "ValueError", "pos"),
            (posts().filter(Q::new("views", "many")), "ValueError", "views"),
            (posts().filter(Q::new("posted", "yesterday")), "ValidationError", "yesterday"),
            (posts().filter(Q::new("title__isnull", 1)), "ValueError", "isnull"),
            (posts().filter(Q::new("views__in", 1)), kind, "in"),
            (posts().filter(Q::new("views", list([1, 2]))), kind, "list"),
            (posts().filter(Q::new("views__gt", Value::Null)), "ValueError", "None"),
        ],
    )
    .await
}

async fn aggregates(db: &Database) -> Outcome {
    let field = "FieldError";
    let n = || posts().annotate("n", count("comments"));
    refuses(
        db,
        vec![
            (n().annotate("most", Aggregate::of(A::Max, "n")), field, "aggregate"),
            (posts().annotate("a", Aggregate::new(A::Sum, [count("comments").into()])), field, "aggregate"),
            (posts().annotate("a", count("*").filter(Q::new("views", 1))), field, "*"),
            (posts().annotate("a", Aggregate::new(A::Count, [Expr::Star]).distinct()), "ValueError", "distinct"),
            (posts().annotate("a", count("views").default(1)), "TypeError", "default"),
        ],
    )
    .await?;
    let capture = db.capture();
    let ordered = Query { order_by: Some(vec![Expr::from(count("comments")).asc()]), ..posts() };
    let message = refused(embellie_sql::select(&ordered, db.registry(), db.target()), field);
    assert!(message.contains("annotate()"), "{message}");
    let not_one = rows(db, "blog.Post").aggregate_expr([("a", path("views"))], db).await;
    let message = refused(not_one, "TypeError");
    assert!(message.contains("is not an aggregate expression"), "{message}");
    refused(rows(db, "blog.Post").update(set("views", Expr::from(count("comments"))), db).await, field);
    refused(rows(db, "blog.Post").update(set("views", Expr::from(row_number())), db).await, field);
    let annotated = rows(db, "blog.Post").annotate_expr("n", count("comments"));
    refused(annotated.update(set("views", path("n")), db).await, field);
    assert!(capture.is_empty());
    Ok(())
}

async fn windows(db: &Database) -> Outcome {
    let within = Expr::from(Window::over(Aggregate::new(A::Sum, [row_number().into()])));
    refuses(
        db,
        vec![
            (posts().annotate("a", Expr::call(F::RowNumber, [])), "ValueError", "Window(RowNumber"),
            (posts().annotate("a", Window::over(path("views"))), "ValueError", "OVER"),
            (posts().annotate("a", Window::over(Expr::call(F::Lower, [path("title")]))), "ValueError", "Lower"),
            (posts().annotate("a", within), "FieldError", "window"),
        ],
    )
    .await
}

async fn queries_within_queries(db: &Database) -> Outcome {
    let comments = || Query::new("blog.Comment");
    let two = Expr::Subquery(Box::new(comments().values(["id", "body"])));
    refuses(
        db,
        vec![
            (posts().filter(Q::new("views", Expr::outer("id"))), "ValueError", "outer query"),
            (posts().filter(Q::new("id__in", comments().values(["id", "body"]))), "ValueError", "1 selected field"),
            (posts().annotate("a", two), "FieldError", "output_field"),
            (
                posts()
                    .filter(Q::expr(Expr::Exists(Box::new(comments().filter(Q::new("post", Expr::outer("nothing"))))))),
                "FieldError",
                "nothing",
            ),
            (posts().filter(Q::new("author", Query::new("blog.Tag"))), "ValueError", "Tag"),
        ],
    )
    .await
}

async fn sets_of_rows(db: &Database) -> Outcome {
    let both = |a: Query, b: Query| Query::compound(SetOperator::Union, vec![a, b]);
    let all = || both(posts(), posts());
    refuses(
        db,
        vec![
            (all().filter(Q::new("views", 1)), "NotSupportedError", "filter()"),
            (all().exclude(Q::new("views", 1)), "NotSupportedError", "exclude()"),
            (all().annotate("a", path("views")), "NotSupportedError", "annotate()"),
        ],
    )
    .await?;
    let different = both(posts().values(["id"]), posts().values(["id", "views"]));
    let error = embellie_sql::select(&different, db.registry(), db.target()).unwrap_err();
    assert!(matches!(error.class(), "OperationalError" | "ProgrammingError"), "{error:?}");
    assert!(error.to_string().contains("number of columns"), "{error}");
    let change = [Assignment { field: "views".into(), value: 1.into() }];
    refused(embellie_sql::update(&all(), &change, db.registry(), db.target()), "NotSupportedError");
    refused(embellie_sql::delete(&all(), db.registry(), db.target()), "NotSupportedError");
    Ok(())
}

async fn slices(db: &Database) -> Outcome {
    let capture = db.capture();
    let sliced = || rows(db, "blog.Post").limit(2);
    let kind = "TypeError";
    for (message, call) in [
        (refused(sliced().filter(q("views", 1)).all(db).await, kind), "filter"),
        (refused(sliced().exclude(q("views", 1)).all(db).await, kind), "filter"),
        (refused(sliced().order_by("id").all(db).await, kind), "reorder"),
        (refused(sliced().distinct().all(db).await, kind), "distinct"),
        (refused(sliced().reverse().all(db).await, kind), "reverse"),
        (refused(sliced().update(set("views", 1), db).await, kind), "update"),
        (refused(sliced().delete(db).await, kind), "delete"),
        (refused(sliced().last(db).await, kind), "reverse"),
    ] {
        assert!(message.contains(call) || message.contains("slice"), "{message}");
    }
    let nowhere: [Path; 0] = [];
    refused(rows(db, "blog.Post").latest(&[], db).await.map(|_| nowhere), "DoesNotExist");
    drop(capture);
    Ok(())
}
