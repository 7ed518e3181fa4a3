//! Common table expressions.

use embellie_core::expr::{Aggregate, AggregateFunction as A, Function};
use embellie_core::query::{Annotation, Assignment, Cte, CteJoin, SetOperator, Slice, Step};
use embellie_core::{Expr, Q, Query};

use crate::blog::all;
use crate::run::{Ask, Case, prepare, rows, show};

fn cte(name: &'static str, query: Query) -> Cte {
    Cte { name: name.into(), query, recursive: false, materialized: None }
}

fn with(query: Query, ctes: Vec<Cte>) -> Query {
    Query { ctes, ..query }
}

fn join(mut query: Query, cte: &'static str, path: &str, column: &'static str) -> Query {
    let on = vec![(path.into(), column.into())];
    query.steps.push(Step::Join(CteJoin { cte: cte.into(), on, outer: false }));
    query
}

/// How many posts an author has, for those who have some.
fn busy() -> Cte {
    cte("busy", all("Post").values(["author"]).annotate("n", Aggregate::of(A::Count, "id")))
}

/// The categories below those without a parent, with their depth and the names on the way.
fn tree() -> Cte {
    let roots = all("Category")
        .filter(Q::new("parent__isnull", true))
        .annotate("depth", Expr::value(0))
        .annotate("way", Expr::path("name"))
        .values(["id", "depth", "way"]);
    let way = Expr::call(Function::Concat, [Expr::path("tree__way"), Expr::value("/"), Expr::path("name")]);
    let below = join(all("Category"), "tree", "parent", "id")
        .annotate("depth", Expr::path("tree__depth") + 1)
        .annotate("way", way)
        .values(["id", "depth", "way"]);
    Cte { recursive: true, ..cte("tree", Query::compound(SetOperator::UnionAll, vec![roots, below])) }
}

fn from(query: Query, name: &'static str) -> Query {
    Query { from: Some(name.into()), ..query }
}

fn outer(mut query: Query) -> Query {
    if let Some(Step::Join(join)) = query.steps.last_mut() {
        join.outer = true;
    }
    query
}

fn cases() -> Vec<Case> {
    let in_tree = || join(all("Category"), "tree", "id", "id");
    let authors = || join(all("Author"), "busy", "id", "author");
    let grown = Cte { materialized: Some(true), ..cte("grown", all("Author").filter(Q::new("age__gte", 18))) };
    let twice = {
        let first = cte("busy", busy().query);
        let second =
            cte("busiest", join(all("Author"), "busy", "pk", "author").filter(Q::new("busy__n__gt", 3)).values(["id"]));
        vec![first, second]
    };
    let cut = Query { slice: Slice { offset: 0, limit: Some(3) }, order_by: Some(vec!["-n".into()]), ..busy().query };
    let itself = |query: Query| Cte { recursive: true, ..cte("tree", query) };
    vec![
        rows("joined", with(authors().values(["name", "busy__n"]), vec![busy()])),
        rows(
            "filtered and computed with",
            with(
                authors().filter(Q::new("busy__n__gt", 2)).annotate("m", Expr::path("busy__n") * 2).values(["m"]),
                vec![busy()],
            ),
        ),
        rows(
            "ordered by",
            Query { order_by: Some(vec!["-busy__n".into()]), ..with(authors().values(["id"]), vec![busy()]) },
        ),
        rows("rows without one are kept", with(outer(authors()).values(["busy__n"]), vec![busy()])),
        rows("the firsts of them", with(authors().values(["id"]), vec![cte("busy", cut)])),
        rows(
            "in the place of the table",
            with(from(all("Author"), "grown").filter(Q::new("name", "x")), vec![grown.clone()]),
        ),
        rows("with a relation", with(from(all("Author"), "grown").values(["posts__title"]), vec![grown.clone()])),
        rows("one that uses another", with(join(all("Post"), "busiest", "author", "id").values(["id"]), twice)),
        rows(
            "within a query",
            with(
                all("Post").values(["id"]).filter(Q::new(
                    "author__in",
                    join(all("Author"), "busy", "id", "author").filter(Q::new("busy__n", 1)),
                )),
                vec![busy()],
            ),
        ),
        rows(
            "declared within a query",
            all("Post")
                .values(["id"])
                .filter(Q::new("author__in", with(join(all("Author"), "busy", "id", "author"), vec![busy()]))),
        ),
        rows(
            "recursive",
            Query {
                order_by: Some(vec!["tree__way".into()]),
                ..with(in_tree().values(["name", "tree__depth", "tree__way"]), vec![tree()])
            },
        ),
        rows(
            "aggregated",
            with(in_tree().values(["tree__depth"]).annotate("n", Aggregate::of(A::Count, "id")), vec![tree()]),
        ),
        (
            "aggregated as a whole",
            Ask::Aggregate(
                with(in_tree(), vec![tree()]),
                vec![Annotation::new("deepest", Aggregate::of(A::Max, "tree__depth"))],
            ),
        ),
        ("counted", Ask::Count(with(in_tree().filter(Q::new("tree__depth__gt", 1)), vec![tree()]))),
        ("any", Ask::Exists(with(in_tree(), vec![tree()]))),
        (
            "changed",
            Ask::Update(
                with(in_tree().filter(Q::new("tree__depth", 2)), vec![tree()]),
                vec![Assignment { field: "name".into(), value: Expr::value("deep") }],
            ),
        ),
        (
            "changed by its rows",
            Ask::Update(
                with(all("Post"), vec![busy()]),
                vec![Assignment {
                    field: "views".into(),
                    value: Expr::Subquery(Box::new(
                        join(all("Author"), "busy", "id", "author")
                            .filter(Q::new("id", Expr::outer("author")))
                            .values(["busy__n"]),
                    )),
                }],
            ),
        ),
        (
            "changed by a joined column",
            Ask::Update(
                with(authors(), vec![busy()]),
                vec![Assignment { field: "age".into(), value: Expr::path("busy__n") }],
            ),
        ),
        ("deleted", Ask::Delete(with(in_tree().filter(Q::new("tree__depth", 2)), vec![tree()]))),
        rows(
            "without rows",
            with(authors().values(["busy__n"]), vec![cte("busy", Query { none: true, ..busy().query })]),
        ),
        rows("no such expression", authors()),
        rows("no such column", with(join(all("Author"), "busy", "id", "writer"), vec![busy()])),
        rows(
            "no column of the model",
            with(from(all("Author"), "busy"), vec![cte("busy", all("Author").values(["id"]))]),
        ),
        rows("two of one name", with(authors(), vec![busy(), busy()])),
        rows("the name of a table", with(all("Author"), vec![cte("blog_author", busy().query)])),
        rows("a name that ends it", with(all("Author"), vec![cte("x\" AS (SELECT 1) --", busy().query)])),
        rows(
            "recursive without a beginning",
            with(in_tree(), vec![itself(join(all("Category"), "tree", "parent", "id"))]),
        ),
        rows(
            "recursive and aggregated",
            with(
                in_tree(),
                vec![itself(Query::compound(
                    SetOperator::Union,
                    vec![
                        all("Category").values(["id"]).annotate("n", Expr::value(1)),
                        join(all("Category"), "tree", "parent", "id")
                            .values(["id"])
                            .annotate("n", Aggregate::of(A::Count, "tree__n")),
                    ],
                ))],
            ),
        ),
        rows(
            "recursive in two ways",
            with(
                in_tree().values(["id"]),
                vec![itself(Query::compound(
                    SetOperator::Union,
                    vec![
                        all("Category").values(["id"]),
                        join(all("Category"), "tree", "parent", "id").values(["id"]),
                        join(all("Category"), "tree", "children", "id").values(["id"]),
                    ],
                ))],
            ),
        ),
    ]
}

#[test]
fn queries_with_names() {
    insta::assert_snapshot!(show(&cases()));
}

#[tokio::test]
async fn postgres_takes_them() {
    prepare(&cases()).await;
}
