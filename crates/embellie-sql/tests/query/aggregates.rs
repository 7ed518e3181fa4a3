//! Aggregates: their SQL on each database, their options, and what their results are.

use embellie_core::expr::{Aggregate, AggregateFunction as A};
use embellie_core::query::{Annotation, Slice};
use embellie_core::{Expr, Q, Query, ServerInfo, Value};
use embellie_sql::Target;

use crate::blog::*;
use crate::database::{aggregates_of, prepared_on_postgres, sqlite_with};

const ROWS: &str = "
    INSERT INTO blog_author (id, name, email, age) VALUES (1, 'Ann', 'a', 30), (2, 'Bob', 'b', NULL);
    INSERT INTO blog_tag (id, word, weight) VALUES (1, 'a', 3), (2, 'b,c', 1), (3, 'a', NULL);
    INSERT INTO blog_post (id, title, views, published, author_id, price) VALUES
        (1, 'x', 5, 1, 1, 1.5), (2, 'y', 4, 0, 1, NULL), (3, 'z', 3, 1, 2, 0.25);";

/// An aggregate over a model's rows, on a database, with what it gives.
fn on(target: &Target, model: &str, aggregate: Aggregate) -> String {
    let told = Annotation::new("x", aggregate);
    match embellie_sql::aggregate(&all(model), &[told], &registry(), target) {
        Ok(compiled) => {
            let column = &compiled.columns[0];
            let sql = compiled.statement.sql.split(" FROM ").next().unwrap().replace("SELECT ", "");
            format!("{sql}: {:?}{}", column.kind, if column.nullable { "?" } else { "" })
        }
        Err(error) => format!("{}: {error}", error.class()),
    }
}

fn both(model: &str, aggregate: Aggregate) -> String {
    let (a, b) = (on(&sqlite(), model, aggregate.clone()), on(&postgres(), model, aggregate));
    let table = format!("\"blog_{}\".", model.to_lowercase());
    if a == b { a.replace(&table, "") } else { format!("{a}\n{b}").replace(&table, "") }
}

fn of(function: A, path: &str) -> Aggregate {
    Aggregate::of(function, path)
}

#[test]
fn numbers_are_what_they_are_promised_to_be() {
    let told: Vec<String> = [
        both("Post", of(A::Count, "id")),
        both("Post", of(A::Count, "author").distinct()),
        both("Post", of(A::Sum, "views")),
        both("Post", of(A::Sum, "id")),
        both("Post", of(A::Sum, "price")),
        both("Post", of(A::Sum, "published")),
        both("Sample", of(A::Sum, "span")),
        both("Sample", of(A::Sum, "ratio")),
        both("Post", of(A::Avg, "views")),
        both("Post", of(A::Avg, "price")),
        both("Sample", of(A::Avg, "span")),
        both("Post", of(A::StdDev { sample: true }, "views")),
        both("Sample", of(A::Variance { sample: false }, "ratio")),
        both("Post", of(A::Max, "published")),
        both("Sample", of(A::Min, "uuid")),
        both("Sample", of(A::Max, "day")),
    ]
    .into();
    insta::assert_snapshot!(told.join("\n"), @r#"
    COUNT("id"): BigInteger
    COUNT(DISTINCT "author_id"): BigInteger
    SUM("views"): BigInteger?
    SUM("id"): BigInteger?
    (SUM("id"))::bigint: BigInteger?
    CAST(SUM("price") AS NUMERIC): Decimal { max_digits: 8, decimal_places: 2 }?
    SUM("price"): Decimal { max_digits: 8, decimal_places: 2 }?
    SUM("published"): BigInteger?
    SUM("published"::integer): BigInteger?
    SUM("span"): Duration?
    SUM("ratio"): Float?
    AVG("views"): Float?
    (AVG("views"))::double precision: Float?
    CAST(AVG("price") AS NUMERIC): Decimal { max_digits: 0, decimal_places: 0 }?
    AVG("price"): Decimal { max_digits: 0, decimal_places: 0 }?
    AVG("span"): Duration?
    STDDEV_SAMP("views"): Float?
    (STDDEV_SAMP("views"))::double precision: Float?
    VAR_POP("ratio"): Float?
    MAX("published"): Bool?
    BOOL_OR("published"): Bool?
    MIN("uuid"): Uuid?
    (MIN("uuid"::text COLLATE "C"))::uuid: Uuid?
    MAX("day"): Date?
    "#);
}

#[test]
fn lists_and_texts_differ_by_database() {
    let joined = || Aggregate::new(A::StringAgg, [Expr::path("word"), Expr::value(", ")]);
    let told: Vec<String> = [
        both("Tag", joined()),
        both("Tag", joined().order_by(["-weight"])),
        both("Tag", joined().distinct()),
        both("Tag", of(A::JsonArrayAgg, "word").order_by(["id"])),
        both("Tag", of(A::ArrayAgg, "word")),
        both("Tag", of(A::AnyValue, "word")),
        both("Tag", of(A::Sum, "weight").default(0).filter(Q::new("word", "a"))),
        both("Tag", Aggregate::new(A::Count, [Expr::Star])),
    ]
    .into();
    insta::assert_snapshot!(told.join("\n"), @r#"
    GROUP_CONCAT("word", ?): Text?
    STRING_AGG("word", $1::text): Text?
    GROUP_CONCAT("word", ? ORDER BY "weight" DESC): Text?
    STRING_AGG("word", $1::text ORDER BY "weight" DESC): Text?
    embellie_join(JSON_GROUP_ARRAY(DISTINCT "word"), ?): Text?
    STRING_AGG(DISTINCT "word", $1::text): Text?
    NULLIF(JSON_GROUP_ARRAY("word" ORDER BY "id" ASC), '[]'): Json?
    JSONB_AGG("word" ORDER BY "id" ASC): Json?
    NotSupportedError: SQLite 3.50 lacks arrays (ArrayAgg, ArraySubquery)
    ARRAY_AGG("word"): Array(Char)?
    ANY_VALUE("word"): Char?
    COALESCE(SUM("weight") FILTER (WHERE "word" = ?), ?): BigInteger
    COALESCE(SUM("weight") FILTER (WHERE "word" = $1), $2::integer): BigInteger
    COUNT(*): BigInteger
    "#);
    let older = |version| Target::for_server(&ServerInfo { dialect: "postgres", version }).unwrap();
    assert_eq!(
        on(&older((15, 0, 0)), "Tag", of(A::AnyValue, "word")),
        r#"(ARRAY_AGG("blog_tag"."word") FILTER (WHERE "blog_tag"."word" IS NOT NULL))[1]: Char?"#
    );
    let older = Target::for_server(&ServerInfo { dialect: "sqlite", version: (3, 40, 0) }).unwrap();
    assert_eq!(
        on(&older, "Tag", joined().order_by(["word"])),
        "NotSupportedError: SQLite 3.40 lacks an order of the values of an aggregate"
    );
}

#[test]
fn what_an_aggregate_cannot_have_is_told() {
    let star = || Aggregate::new(A::Count, [Expr::Star]);
    let told: Vec<String> = [
        of(A::Count, "id").default(0),
        star().filter(Q::new("views", 1)),
        of(A::Max, "views").distinct(),
        of(A::Sum, "views").order_by(["id"]),
        of(A::Sum, "created"),
        of(A::Sum, "title"),
        Aggregate::new(A::Sum, [Expr::Star]),
        Aggregate::new(A::StringAgg, [Expr::path("title")]),
        Aggregate::new(A::StringAgg, [Expr::path("title"), Expr::value(",")]).distinct().order_by(["views"]),
        of(A::Sum, "views").default("x"),
        Aggregate::new(A::Sum, [of(A::Sum, "views").into()]),
        of(A::Sum, "nothing"),
    ]
    .into_iter()
    .map(|aggregate| on(&sqlite(), "Post", aggregate))
    .collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn aggregates_give_what_they_say() {
    let connection = sqlite_with(ROWS);
    let of = |model: &str, aggregates: Vec<Aggregate>| {
        let named: Vec<Annotation> =
            aggregates.into_iter().enumerate().map(|(i, a)| Annotation::new(format!("x{i}"), a)).collect();
        aggregates_of(&connection, &all(model), &named)
    };
    let path = |function, path| Aggregate::of(function, path);
    assert_eq!(
        of(
            "Post",
            vec![path(A::Count, "price"), path(A::Sum, "price"), path(A::Avg, "views"), path(A::Max, "published")]
        ),
        "2 1.75 4 1"
    );
    assert_eq!(
        of(
            "Tag",
            vec![
                Aggregate::new(A::StringAgg, [Expr::path("word"), Expr::value("|")]).order_by(["-id"]),
                path(A::JsonArrayAgg, "weight").order_by(["id"]),
                path(A::JsonArrayAgg, "word").filter(Q::new("id", 9)),
                path(A::Sum, "weight").default(7).filter(Q::new("id__in", Value::List(Vec::new()))),
            ]
        ),
        "a|b,c|a [3,1,null] - 7"
    );
    // A filter that holds for no row, and one that holds for all.
    let none = path(A::Count, "id").filter(Q::new("id__in", Value::List(Vec::new())));
    let every = path(A::Count, "id").filter(!Q::new("id__in", Value::List(Vec::new())));
    assert_eq!(of("Tag", vec![none, every]), "0 3");
}

#[test]
fn rows_that_are_made_first_are_seen_by_queries_within() {
    let connection = sqlite_with(ROWS);
    let dear = all("Post").filter(Q::new("author", Expr::outer("pk")) & Q::new("views__gt", 4));
    let count = |q: Q| Annotation::new("n", of(A::Count, "pk").filter(q));
    let counts =
        [count(Q::expr(Expr::Exists(Box::new(dear.clone())))), count(Q::new("pk__in", dear.values(["author"])))];
    let slice = Slice { offset: 0, limit: Some(2) };
    for counted in counts {
        let sliced = Query { slice, ..all("Author") };
        assert_eq!(aggregates_of(&connection, &sliced, std::slice::from_ref(&counted)), "1");
        let grouped = all("Author").annotate("posts_", of(A::Count, "posts"));
        assert_eq!(aggregates_of(&connection, &grouped, std::slice::from_ref(&counted)), "1");
    }
    let hidden = all("Author").alias("next", Expr::path("age") + 1);
    let sum = [Annotation::new("x", of(A::Sum, "next"))];
    let error = embellie_sql::aggregate(&hidden, &sum, &registry(), &sqlite()).unwrap_err();
    assert_eq!(error.to_string(), "Cannot aggregate over the 'next' alias. Use annotate() to promote it.");
}

#[tokio::test]
async fn postgres_takes_aggregates() {
    let kinds: [(&str, &[&str]); 3] = [
        ("Post", &["id", "title", "views", "published", "created", "price", "author", "tags__word"]),
        ("Sample", &["uuid", "day", "span", "small", "count", "ratio", "address", "at"]),
        ("Tag", &["word", "weight", "posts__title"]),
    ];
    let functions = [
        A::AnyValue,
        A::ArrayAgg,
        A::Avg,
        A::Count,
        A::JsonArrayAgg,
        A::Max,
        A::Min,
        A::StdDev { sample: false },
        A::StringAgg,
        A::Sum,
        A::Variance { sample: true },
    ];
    let target = Target::for_server(&ServerInfo { dialect: "postgres", version: (15, 0, 0) }).unwrap();
    let (mut statements, mut refused) = (Vec::new(), Vec::new());
    for (model, paths) in kinds {
        for (path, function) in paths.iter().flat_map(|path| functions.map(|function| (path, function))) {
            let arguments = match function {
                A::StringAgg => vec![Expr::path(*path), Expr::value(", ")],
                _ => vec![Expr::path(*path)],
            };
            let aggregate = Annotation::new("x", Aggregate::new(function, arguments));
            match embellie_sql::aggregate(&all(model), &[aggregate], &registry(), &target) {
                Ok(compiled) => statements.push(compiled.statement),
                Err(error) => refused.push(format!("{}({path}): {}", function.name(), error.class())),
            }
        }
    }
    insta::assert_snapshot!(refused.join("\n"));
    prepared_on_postgres(&statements).await;
}
