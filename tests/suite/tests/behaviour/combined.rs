//! Queries made of queries: set operations, subqueries, common table expressions, the first of equal rows, and what they
//! change.

use embellie::{Database, Error, Value};
use embellie_core::expr::{Aggregate, AggregateFunction as A, Function, RawSql};
use embellie_core::field::FieldKind;
use embellie_core::query::{
    Cte, CteJoin, Distinct, Extra, ExtraColumn, FilteredRelation, Lock, SetOperator, Slice, Step,
};
use embellie_core::{Expr, IntoParams, OrderBy, Q, Query};
use embellie_suite::models::blog_rows;
use embellie_suite::{Kind, Outcome, ids, refused, rows};

embellie_suite::on_every_database! { blog:
    rows_of_several_queries,
    parts_that_are_ordered_and_sliced,
    set_operations_within_queries,
    the_first_of_equal_rows,
    queries_that_see_the_row_around_them,
    changes_by_queries,
    a_tree_in_one_query,
    common_table_expressions,
    sql_within_a_query,
    relations_with_conditions,
    rows_are_locked,
}

fn all(model: &str) -> Query {
    Query { order_by: Some(Vec::new()), ..Query::new(format!("blog.{model}")) }
}

fn ordered<const N: usize>(query: Query, terms: [&str; N]) -> Query {
    Query { order_by: Some(terms.into_iter().map(OrderBy::from).collect()), ..query }
}

fn first(query: Query, limit: u64) -> Query {
    Query { slice: Slice { offset: 0, limit: Some(limit) }, ..query }
}

fn both(operator: SetOperator, a: Query, b: Query) -> Query {
    Query::compound(operator, vec![a, b])
}

fn exists(query: Query) -> Q {
    Q::expr(Expr::Exists(Box::new(query)))
}

fn subquery(query: Query) -> Expr {
    Expr::Subquery(Box::new(query))
}

fn count(path: &str) -> Expr {
    Aggregate::of(A::Count, path).into()
}

/// Each row's values, with commas between.
async fn told(db: &Database, query: Query) -> Outcome<Vec<String>> {
    let rows = db.query_values(query).all(db).await?;
    let text = |value: &Value| if let Value::Text(text) = value { text.clone() } else { value.to_string() };
    Ok(rows.iter().map(|row| row.values().iter().map(text).collect::<Vec<_>>().join(", ")).collect())
}

async fn rows_of_several_queries(db: &Database) -> Outcome {
    blog_rows(db).await?;
    let few = || all("Post").filter(Q::new("views__lt", 10));
    let published = || all("Post").filter(Q::new("published", true));
    let titles = |operator| ordered(both(operator, few(), published()), ["title"]).values(["title"]);
    assert_eq!(told(db, titles(SetOperator::Union)).await?, ["Alpha", "Beta", "Delta", "Gamma"]);
    assert_eq!(told(db, titles(SetOperator::UnionAll)).await?, ["Alpha", "Beta", "Delta", "Gamma", "Gamma"]);
    assert_eq!(told(db, titles(SetOperator::Intersection)).await?, ["Gamma"]);
    assert_eq!(told(db, titles(SetOperator::Difference)).await?, ["Beta"]);
    // Whole objects, by an order that is none of their columns.
    let posts = db.query_set(ordered(both(SetOperator::Union, few(), published()), ["-author__name", "views"]))?;
    assert_eq!(ids(posts.clone(), db).await?, [4, 3, 2, 1]);
    assert_eq!((posts.count(db).await?, posts.exists(db).await?), (4, true));
    // Values of different models, nulls among them.
    let users = all("User").values(["name"]).annotate("n", Expr::value(Value::Null));
    let tags = all("Tag").values(["name"]).annotate("n", Expr::path("id") * 2);
    let names = ordered(both(SetOperator::Union, users, tags), ["n", "name"]);
    let names = Query { order_by: Some(vec![Expr::path("n").desc().nulls_last(), "name".into()]), ..names };
    assert_eq!(told(db, first(names, 5)).await?, ["unused, 8", "db, 6", "orm, 4", "rust, 2", "Ann, None"]);
    // Parts without rows have no say, and equal rows are given once all the same.
    let bodies = || all("Comment").values(["body"]);
    let none = || Query { none: true, ..bodies() };
    let of = |a, b| ordered(both(SetOperator::Union, a, b), ["body"]);
    assert_eq!(told(db, of(bodies(), none())).await?, ["fine", "good", "spam"]);
    assert_eq!(told(db, of(none(), bodies())).await?, ["fine", "good", "spam"]);
    assert_eq!(told(db, both(SetOperator::Intersection, bodies(), none())).await?, [""; 0]);
    assert_eq!(db.query_values(of(bodies(), none())).count(db).await?, 3);
    let wrong = both(SetOperator::Union, all("Tag"), all("User"));
    refused(db.query_set(wrong)?.all(db).await, "ProgrammingError");
    let filtered = both(SetOperator::Union, all("Tag"), all("Tag")).filter(Q::new("id", 1));
    refused(db.query_set(filtered)?.all(db).await, "NotSupportedError");
    Ok(())
}

async fn parts_that_are_ordered_and_sliced(db: &Database) -> Outcome {
    blog_rows(db).await?;
    let most = first(ordered(all("Post"), ["-views"]), 1);
    let least = first(ordered(all("Post"), ["views"]), 1);
    let ends = both(SetOperator::Union, most, least);
    assert_eq!(told(db, ordered(ends.clone(), ["views"]).values(["title"])).await?, ["Gamma", "Delta"]);
    let of_all = both(SetOperator::Difference, all("Post"), ends.clone());
    assert_eq!(told(db, ordered(of_all, ["id"]).values(["id"])).await?, ["1", "2"]);
    assert_eq!(told(db, first(ordered(ends, ["-views"]), 1).values(["title"])).await?, ["Delta"]);
    Ok(())
}

async fn set_operations_within_queries(db: &Database) -> Outcome {
    blog_rows(db).await?;
    let talkers =
        both(SetOperator::Union, all("User").filter(Q::new("name", "Ann")), all("User").filter(Q::new("name", "Bob")));
    let posts = ordered(all("Post").filter(Q::new("author__in", talkers)), ["id"]).values(["id"]);
    assert_eq!(told(db, posts).await?, ["1", "2", "3"]);
    // Users who wrote, but about nothing that somebody said something about.
    let silent = both(
        SetOperator::Difference,
        all("Post").filter(Q::new("author", Expr::outer("pk"))).values(["id"]),
        all("Comment").values(["post"]),
    );
    assert_eq!(told(db, ordered(all("User").filter(exists(silent)), ["id"]).values(["name"])).await?, ["Bob"]);
    Ok(())
}

async fn the_first_of_equal_rows(db: &Database) -> Outcome {
    blog_rows(db).await?;
    let best = |terms: [&str; 2]| {
        let query = ordered(all("Post").values(["author__name", "title"]), terms);
        Query { distinct: Distinct::On(vec!["author".into()]), ..query }
    };
    let query = best(["author_id", "-views"]);
    assert_eq!(told(db, query.clone()).await?, ["Ann, Alpha", "Bob, Gamma", "Dörte, Delta"]);
    assert_eq!(told(db, best(["-author_id", "views"])).await?, ["Dörte, Delta", "Bob, Gamma", "Ann, Beta"]);
    assert_eq!(told(db, first(query.clone(), 2)).await?, ["Ann, Alpha", "Bob, Gamma"]);
    assert_eq!(db.query_values(query.clone()).count(db).await?, 3);
    assert!(db.query_values(query).exists(db).await?);
    let objects = Query { distinct: Distinct::On(vec!["body".into()]), ..ordered(all("Comment"), ["body", "-id"]) };
    assert_eq!(ids(db.query_set(objects.clone())?, db).await?, [5, 3, 4]);
    let posts = ordered(all("Post").filter(Q::new("comments__in", objects)), ["id"]).values(["id"]);
    assert_eq!(told(db, posts).await?, ["1", "2", "4"]);
    refused(db.query_values(best(["title", "views"])).all(db).await, "ProgrammingError");
    Ok(())
}

async fn queries_that_see_the_row_around_them(db: &Database) -> Outcome {
    blog_rows(db).await?;
    let comments = || all("Comment").filter(Q::new("post", Expr::outer("pk")));
    let best = subquery(first(
        Query { order_by: Some(vec![Expr::path("score").desc().nulls_last()]), ..comments().values(["body"]) },
        1,
    ));
    let posts = || ordered(all("Post"), ["id"]).values(["title"]);
    assert_eq!(
        told(db, posts().annotate("best", best.clone())).await?,
        ["Alpha, good", "Beta, good", "Gamma, None", "Delta, spam"]
    );
    assert_eq!(told(db, posts().filter(best.lookup("exact", "spam"))).await?, ["Delta"]);
    assert_eq!(told(db, posts().filter(!exists(comments()))).await?, ["Gamma"]);
    assert_eq!(told(db, posts().exclude(exists(comments().filter(Q::new("body", "good"))))).await?, ["Gamma", "Delta"]);
    // Two levels out: users who wrote a post to which they said something themselves.
    let own = all("Comment")
        .filter(Q::new("post", Expr::outer("pk")))
        .filter(Q::new("author", Expr::Outer { path: "pk".into(), levels: 2 }));
    let wrote = all("Post").filter(Q::new("editor", Expr::outer("pk"))).filter(exists(own));
    assert_eq!(told(db, ordered(all("User").filter(exists(wrote)), ["id"]).values(["name"])).await?, ["Bob"]);
    // Excluded by several rows, with the row around it on the other side.
    let unlike =
        all("User").filter(Q::new("pk", Expr::outer("author"))).exclude(Q::new("posts__title", Expr::outer("title")));
    assert_eq!(told(db, posts().filter(exists(unlike))).await?, [""; 0]);
    // A query within what is excluded refers to the row, too.
    let by_editor =
        posts().exclude(Q::new("comments__author__in", all("User").filter(Q::new("pk", Expr::outer("editor")))));
    assert_eq!(told(db, by_editor).await?, ["Beta", "Gamma", "Delta"]);
    let counted = ordered(all("User"), ["id"]).values(["name"]).annotate(
        "n",
        Aggregate::of(A::Count, "posts").filter(exists(all("Comment").filter(Q::new("post", Expr::outer("posts"))))),
    );
    assert_eq!(told(db, counted).await?, ["Ann, 2", "Bob, 0", "Cid, 0", "Dörte, 1"]);
    let outside = all("Post").filter(Q::new("title", Expr::outer("name")));
    refused(db.query_set(outside)?.all(db).await, "ValueError");
    let bodies = Expr::ArraySubquery(Box::new(ordered(comments().values(["body"]), ["id"])));
    let arrays = told(db, posts().annotate("bodies", bodies).filter(Q::new("id__lte", 2))).await;
    match Kind::of(db) {
        Kind::Sqlite => assert!(arrays.is_err()),
        Kind::Postgres => assert_eq!(arrays?, ["Alpha, ['good', 'spam', 'fine']", "Beta, ['good']"]),
    }
    Ok(())
}

async fn changes_by_queries(db: &Database) -> Outcome {
    use embellie_suite::set;
    blog_rows(db).await?;
    let comments = || all("Comment").filter(Q::new("post", Expr::outer("pk")));
    let number = comments().values(["post"]).annotate("n", count("id")).values(["n"]);
    let views = Expr::call(Function::Coalesce, [subquery(number), Expr::value(0)]);
    assert_eq!(db.query_set(all("Post"))?.update(set("views", views), db).await?, 4);
    assert_eq!(told(db, ordered(all("Post"), ["id"]).values(["views"])).await?, ["3", "1", "0", "1"]);
    // By the same table: each user's posts get the views of the first.
    let same = ordered(all("Post").filter(Q::new("author", Expr::outer("author"))), ["id"]).values(["views"]);
    db.query_set(all("Post"))?.update(set("views", subquery(first(same, 1))), db).await?;
    assert_eq!(told(db, ordered(all("Post"), ["id"]).values(["views"])).await?, ["3", "3", "0", "1"]);
    // By an annotation, of rows that a relation tells.
    let query = all("Post").annotate("twice", Expr::path("views") * 2).filter(Q::new("author__name", "Ann"));
    assert_eq!(db.query_set(query)?.update(set("views", Expr::path("twice")), db).await?, 2);
    assert_eq!(told(db, ordered(all("Post"), ["id"]).values(["views"])).await?, ["6", "6", "0", "1"]);
    let joined = all("Post").annotate("name", Expr::path("author__name"));
    refused(db.query_set(joined)?.update(set("title", Expr::path("name")), db).await, "FieldError");
    let related = subquery(first(all("User").filter(Q::new("name", Expr::outer("author__name"))).values(["name"]), 1));
    refused(db.query_set(all("Post"))?.update(set("title", related), db).await, "FieldError");
    let few = all("Post").annotate("n", count("comments")).filter(Q::new("n__lt", 1));
    assert_eq!(db.query_set(few)?.update(set("published", false), db).await?, 1);
    assert_eq!(db.query_set(all("Post").filter(!exists(comments())))?.delete(db).await?.total, 1);
    Ok(())
}

fn join(mut query: Query, cte: &'static str, path: &str, column: &'static str) -> Query {
    let on = vec![(path.into(), column.into())];
    query.steps.push(Step::Join(CteJoin { cte: cte.into(), on, outer: false }));
    query
}

fn cte(name: &'static str, query: Query) -> Cte {
    Cte { name: name.into(), query, recursive: false, materialized: None }
}

/// Comments and the answers to them, with how deep they are, and the way to them.
fn threads() -> Cte {
    let roots = all("Comment")
        .filter(Q::new("parent__isnull", true))
        .annotate("depth", Expr::value(0))
        .annotate("way", Expr::path("body"))
        .values(["id", "depth", "way"]);
    let way = Expr::call(Function::Concat, [Expr::path("thread__way"), Expr::value("/"), Expr::path("body")]);
    let answers = join(all("Comment"), "thread", "parent", "id")
        .annotate("depth", Expr::path("thread__depth") + 1)
        .annotate("way", way)
        .values(["id", "depth", "way"]);
    Cte { recursive: true, ..cte("thread", both(SetOperator::UnionAll, roots, answers)) }
}

async fn a_tree_in_one_query(db: &Database) -> Outcome {
    blog_rows(db).await?;
    let query = Query { ctes: vec![threads()], ..join(all("Comment"), "thread", "id", "id") };
    let ways = ordered(query.clone(), ["thread__way", "id"]).values(["thread__way", "thread__depth"]);
    assert_eq!(told(db, ways).await?, ["good, 0", "good, 0", "good/fine, 1", "good/spam, 1", "spam, 0"]);
    let deep = query.clone().filter(Q::new("thread__depth", 1));
    assert_eq!(ids(db.query_set(ordered(deep.clone(), ["id"]))?, db).await?, [2, 5]);
    assert_eq!(db.query_set(deep.clone())?.count(db).await?, 2);
    let levels = ordered(query.values(["thread__depth"]).annotate("n", count("id")), ["thread__depth"]);
    assert_eq!(told(db, levels).await?, ["0, 3", "1, 2"]);
    assert_eq!(db.query_set(deep.clone())?.update(embellie_suite::set("score", 7), db).await?, 2);
    assert_eq!(told(db, ordered(all("Comment"), ["id"]).values(["score"])).await?, ["5", "7", "None", "9", "7"]);
    Ok(())
}

async fn common_table_expressions(db: &Database) -> Outcome {
    blog_rows(db).await?;
    let busy = || cte("busy", all("Post").values(["author"]).annotate("n", count("id")));
    let authors = || Query { ctes: vec![busy()], ..join(all("User"), "busy", "id", "author") };
    assert_eq!(
        told(db, ordered(authors(), ["-busy__n", "name"]).values(["name", "busy__n"])).await?,
        ["Ann, 2", "Bob, 1", "Dörte, 1"]
    );
    let mut outer = authors();
    if let Some(Step::Join(join)) = outer.steps.last_mut() {
        join.outer = true;
    }
    let without = ordered(outer.filter(Q::new("busy__n__isnull", true)), ["id"]).values(["name"]);
    assert_eq!(told(db, without).await?, ["Cid"]);
    let out = Cte { materialized: Some(true), ..cte("out", all("Post").filter(Q::new("published", true))) };
    let posts = Query { ctes: vec![out], from: Some("out".into()), ..ordered(all("Post"), ["-views"]) };
    assert_eq!(ids(db.query_set(posts.clone().filter(Q::new("author__active", true)))?, db).await?, [4, 1, 3]);
    assert_eq!(db.query_set(posts.clone())?.count(db).await?, 3);
    let tagged = posts.filter(Q::new("tags__name", "orm"));
    assert!(db.query_set(tagged)?.delete(db).await?.total > 0);
    assert_eq!(told(db, ordered(all("Post"), ["id"]).values(["id"])).await?, ["2", "3"]);
    refused(db.query_set(join(all("User"), "busy", "id", "author"))?.all(db).await, "FieldError");
    Ok(())
}

async fn sql_within_a_query(db: &Database) -> Outcome {
    blog_rows(db).await?;
    let size = Expr::from(RawSql::new("LENGTH(title) + %s", [1]).kind(FieldKind::Integer));
    let posts = ordered(all("Post"), ["id"]).values(["title"]).annotate("size", size);
    assert_eq!(told(db, first(posts, 2)).await?, ["Alpha, 6", "Beta, 5"]);
    let odd = "x'; DROP TABLE blog_tag; --";
    let named = Q::expr(RawSql::new("title = %s", [odd]).kind(FieldKind::Bool));
    assert_eq!(told(db, all("Post").filter(named).values(["id"])).await?, [""; 0]);
    let mut extra = all("Post");
    let column = |name: &'static str, sql: &'static str| ExtraColumn {
        name: name.into(),
        sql: sql.into(),
        parameters: ().into_params(),
    };
    extra.steps.push(Step::Extra(Box::new(Extra {
        select: vec![column("twice", "blog_post.views * 2")],
        conditions: vec!["blog_user.id = blog_post.author_id".into(), "blog_user.name <> %s".into()],
        parameters: ["Bob"].into_params(),
        tables: vec!["blog_user".into()],
        order_by: vec![OrderBy::from("-twice"), OrderBy::from("blog_user.name")],
    })));
    let objects = db.query_set(extra.clone())?.all(db).await?;
    let twice: Vec<Value> = objects.iter().flat_map(|post| post.annotations().map(|(_, v)| v.clone())).collect();
    assert_eq!(twice, [Value::Int(200), Value::Int(20), Value::Int(10)]);
    assert_eq!(told(db, extra.values(["twice", "title"])).await?, ["200, Delta", "20, Alpha", "10, Beta"]);
    for name in ["a b", "x\"; --", "a;b", "a/*b", ""] {
        let mut query = all("Tag");
        let select = vec![ExtraColumn { name: name.to_owned().into(), ..column("", "1") }];
        query.steps.push(Step::Extra(Box::new(Extra { select, ..Extra::default() })));
        refused(db.query_set(query)?.all(db).await, "ValueError");
    }
    Ok(())
}

async fn relations_with_conditions(db: &Database) -> Outcome {
    blog_rows(db).await?;
    let out = || {
        let mut query = all("User");
        query.steps.push(Step::Relation(FilteredRelation {
            alias: "out".into(),
            relation: "posts".into(),
            condition: Q::new("posts__published", true),
        }));
        query
    };
    assert_eq!(
        told(db, ordered(out(), ["id"]).values(["name", "out__title"])).await?,
        ["Ann, Alpha", "Bob, Gamma", "Cid, None", "Dörte, Delta"]
    );
    let counted = ordered(out().annotate("n", count("out")), ["id"]).values(["name", "n"]);
    assert_eq!(told(db, counted).await?, ["Ann, 1", "Bob, 1", "Cid, 0", "Dörte, 1"]);
    assert_eq!(ids(db.query_set(ordered(out().filter(Q::new("out__views__gt", 5)), ["id"]))?, db).await?, [1, 4]);
    assert_eq!(ids(db.query_set(ordered(out().exclude(Q::new("out__views__gt", 5)), ["id"]))?, db).await?, [2, 3]);
    assert_eq!(ids(db.query_set(out().filter(Q::new("out__isnull", true)))?, db).await?, [3]);
    for alias in ["a.b", "x\" ON 1=1 --", "a\u{7}b", "email"] {
        let mut query = all("User");
        let alias = alias.to_owned().into();
        query.steps.push(Step::Relation(FilteredRelation { alias, relation: "posts".into(), condition: Q::all() }));
        refused(db.query_set(query)?.all(db).await, "ValueError");
    }
    Ok(())
}

async fn rows_are_locked(db: &Database) -> Outcome {
    blog_rows(db).await?;
    let locked = |lock| Query { lock: Some(lock), ..ordered(all("Tag"), ["id"]) };
    let skipping = || Lock { skip_locked: true, ..Lock::default() };
    if Kind::of(db) == Kind::Sqlite {
        // The file is locked as a whole by who writes: there is nothing to lock, and nothing to skip.
        assert_eq!(ids(db.query_set(locked(Lock::default()))?, db).await?, [1, 2, 3, 4]);
        refused(db.query_set(locked(skipping()))?.all(db).await, "NotSupportedError");
        return Ok(());
    }
    let (mine, others, refusal) = db
        .atomic(async |tx| {
            let mine = ids(rows_of(db, locked(Lock::default()).filter(Q::new("id__lte", 2)))?, tx).await;
            let others =
                db.atomic(async |other| Ok::<_, Error>(ids(rows_of(db, locked(skipping()))?, other).await)).await?;
            let nowait = Lock { nowait: true, ..Lock::default() };
            let refusal = db.atomic(async |other| rows_of(db, locked(nowait))?.all(other).await).await;
            Ok::<_, Error>((mine, others, refusal))
        })
        .await?;
    assert_eq!((mine?, others?), (vec![1, 2], vec![3, 4]));
    refused(refusal, "OperationalError");
    let absent = Query { lock: Some(Lock::default()), ..all("Post").filter(Q::new("editor__name__isnull", true)) };
    refused(db.atomic(async |tx| rows_of(db, absent)?.all(tx).await).await, "NotSupportedError");
    assert_eq!(ids(rows(db, "blog.Tag").order_by("id"), db).await?, [1, 2, 3, 4]);
    Ok(())
}

fn rows_of(db: &Database, query: Query) -> embellie::Result<embellie_suite::Rows> {
    db.query_set(query)
}
