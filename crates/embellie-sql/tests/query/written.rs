//! SQL that somebody has written, locks, and relations with conditions.

use embellie_core::expr::{Aggregate, AggregateFunction as A, RawSql};
use embellie_core::field::FieldKind;
use embellie_core::query::{Distinct, Extra, ExtraColumn, FilteredRelation, Lock, SelectRelated, SetOperator, Step};
use embellie_core::{Expr, IntoParams, OrderBy, Path, Q, Query};

use crate::blog::all;
use crate::run::{Ask, Case, prepare, rows, show};

fn raw(sql: &'static str, params: impl IntoParams, kind: FieldKind) -> Expr {
    RawSql::new(sql, params).kind(kind).into()
}

fn with(mut query: Query, extra: Extra) -> Query {
    query.steps.push(Step::Extra(Box::new(extra)));
    query
}

fn column(name: &'static str, sql: &'static str, params: impl IntoParams) -> Extra {
    let column = ExtraColumn { name: name.into(), sql: sql.into(), parameters: params.into_params() };
    Extra { select: vec![column], ..Extra::default() }
}

fn by(term: &str) -> Extra {
    Extra { order_by: vec![OrderBy::from(term)], ..Extra::default() }
}

fn lock(query: Query) -> Query {
    Query { lock: Some(Lock::default()), ..query }
}

fn of<const N: usize>(query: Query, names: [&str; N]) -> Query {
    Query { lock: Some(Lock { of: names.map(Path::from).to_vec(), ..Lock::default() }), ..query }
}

fn relation(mut query: Query, alias: &'static str, relation: &str, condition: Q) -> Query {
    query.steps.push(Step::Relation(FilteredRelation { alias: alias.into(), relation: relation.into(), condition }));
    query
}

/// Authors with their published posts.
fn out() -> Query {
    relation(all("Author"), "out", "posts", Q::new("posts__published", true))
}

fn sql_cases() -> Vec<Case> {
    let posts = || all("Post").values(["id"]);
    let conditions = Extra {
        conditions: vec!["blog_post.views > %s".into(), "title LIKE 'a%%' OR title = %s".into()],
        parameters: (3, "x").into_params(),
        ..Extra::default()
    };
    let tables = Extra {
        tables: vec!["blog_tag".into()],
        conditions: vec!["blog_tag.weight = blog_post.views".into()],
        order_by: vec![OrderBy::from("-blog_tag.weight")],
        ..Extra::default()
    };
    let missing = Extra { conditions: vec!["views > %s".into()], ..Extra::default() };
    vec![
        rows("an expression", posts().annotate("long", raw("LENGTH(title) + %s", (3,), FieldKind::Integer))),
        rows("compared", posts().filter(raw("views %% %s", (7,), FieldKind::Integer).lookup("gt", 2))),
        rows("a condition", posts().filter(Q::expr(raw("title LIKE 'a%'", (), FieldKind::Bool)))),
        rows(
            "aggregated",
            all("Post")
                .values(["author"])
                .annotate("n", Aggregate::new(A::Sum, [raw("views * 2", (), FieldKind::Integer)])),
        ),
        rows(
            "grouped by",
            all("Post")
                .annotate("odd", raw("views %% %s", (2,), FieldKind::Integer))
                .values(["odd"])
                .annotate("n", Aggregate::of(A::Count, "id")),
        ),
        rows(
            "names of parameters",
            posts().annotate(
                "n",
                raw("views + %(more)s", embellie_core::Params::new().name("more", 3), FieldKind::Integer),
            ),
        ),
        rows("too few parameters", posts().annotate("n", raw("views + %s", (), FieldKind::Integer))),
        rows("a column", with(all("Tag"), column("double", "weight * 2", ()))),
        rows(
            "a column among values",
            with(all("Tag"), column("double", "weight * %s", (2,))).values(["double", "word"]),
        ),
        rows("a column after values", with(all("Tag").values(["word"]), column("double", "weight * 2", ()))),
        rows("conditions", with(posts(), conditions)),
        rows("tables", with(posts(), tables)),
        rows("ordered by a column", with(with(all("Tag"), column("double", "weight * 2", ())), by("-double"))),
        rows("ordered by a table that is not there", with(posts(), by("blog_tag.weight"))),
        rows("an order that is more than a name", with(posts(), by("blog_post.id); DROP TABLE blog_post; --"))),
        rows(
            "the same in order_by",
            Query { order_by: Some(vec!["blog_post.id); DROP TABLE x; --".into()]), ..posts() },
        ),
        rows("a name that ends it", with(all("Tag"), column("x\" FROM blog_post; --", "1", ()))),
        rows("parameters that are missing", with(posts(), missing)),
        ("counted", Ask::Count(with(all("Tag"), column("double", "weight * 2", ())))),
    ]
}

fn lock_cases() -> Vec<Case> {
    let related = || Query { select_related: SelectRelated::Paths(vec!["author".into()]), ..all("Post") };
    let editor = || Query { select_related: SelectRelated::Paths(vec!["editor".into()]), ..all("Post") };
    let option = |lock: Lock| Query { lock: Some(lock), ..all("Tag") };
    vec![
        rows("locked", lock(all("Tag"))),
        rows("without waiting", option(Lock { nowait: true, ..Lock::default() })),
        rows("those that are free", option(Lock { skip_locked: true, no_key: true, ..Lock::default() })),
        rows("of the query's own table", of(related(), ["self"])),
        rows("of a related one", of(related(), ["self", "author"])),
        rows("of what is not followed", of(related(), ["self", "editor"])),
        rows("rows that may be absent", lock(editor())),
        rows("beside rows that may be absent", of(editor(), ["self"])),
        rows("both options", option(Lock { nowait: true, skip_locked: true, ..Lock::default() })),
        rows("distinct", lock(Query { distinct: Distinct::Rows, ..all("Tag") })),
        rows("grouped", lock(all("Tag").annotate("n", Aggregate::of(A::Count, "posts")))),
        rows("in a set operation", Query::compound(SetOperator::Union, vec![lock(all("Tag")), all("Tag")])),
        rows("a set operation", lock(Query::compound(SetOperator::Union, vec![all("Tag"), all("Tag")]))),
        ("counted", Ask::Count(lock(all("Tag")))),
    ]
}

fn relation_cases() -> Vec<Case> {
    let ids = |query: Query| query.values(["id"]);
    let link = relation(all("Post"), "heavy", "tags", Q::new("tags__weight__gt", 3));
    let own = relation(all("Author"), "own", "posts", Q::new("posts__title", Expr::path("name")));
    let deep = relation(all("Comment"), "writer", "post__author", Q::new("post__author__age__gt", 30));
    vec![
        rows("filtered", ids(out().filter(Q::new("out__views__gt", 3)))),
        rows("filtered twice", ids(out().filter(Q::new("out__views__gt", 3)).filter(Q::new("out__rating", 1)))),
        rows("there at all", ids(out().filter(Q::new("out__isnull", false)))),
        rows("not there", ids(out().filter(Q::new("out__isnull", true)))),
        rows("excluded", ids(out().exclude(Q::new("out__views__gt", 3)))),
        rows("values", out().values(["name", "out__title", "out"])),
        rows("ordered by", Query { order_by: Some(vec!["-out__views".into()]), ..ids(out()) }),
        rows("aggregated", out().annotate("n", Aggregate::of(A::Count, "out")).values(["name", "n"])),
        rows("an expression", ids(out().annotate("v", Expr::path("out__views") + 1))),
        rows("over a link", link.values(["id", "heavy__word"])),
        rows("compared with its own row", own.values(["own__id"])),
        rows("two relations away", deep.values(["writer__name"])),
        rows("beside the whole relation", out().filter(Q::new("posts__views", 1)).values(["out__id"])),
        rows("unused", ids(out())),
        rows(
            "negated",
            relation(all("Author"), "rest", "posts", !Q::new("posts__published", true)).values(["rest__id"]),
        ),
        rows(
            "a condition on another relation",
            ids(relation(all("Post"), "x", "author", Q::new("editor__name__startswith", "a"))),
        ),
        rows(
            "a condition further away",
            ids(relation(all("Author"), "x", "posts", Q::new("posts__category__name", "a"))),
        ),
        rows("a lookup in the relation", ids(relation(all("Author"), "x", "posts__isnull", Q::all()))),
        rows("no relation", ids(relation(all("Author"), "x", "posst", Q::all()))),
        rows("an empty relation", ids(relation(all("Author"), "x", "", Q::all()))),
        rows("the name of a field", ids(relation(all("Author"), "email", "posts", Q::all()))),
        rows("a name with a period", ids(relation(all("Author"), "a.b", "posts", Q::all()))),
        rows("a name that ends it", ids(relation(all("Author"), "a\" ON 1=1; --", "posts", Q::all()))),
        rows("a name with a control character", ids(relation(all("Author"), "a\u{1}b", "posts", Q::all()))),
    ]
}

#[test]
fn sql_that_somebody_has_written() {
    insta::assert_snapshot!(show(&sql_cases()));
}

#[test]
fn locks() {
    insta::assert_snapshot!(show(&lock_cases()));
}

#[test]
fn relations_with_conditions() {
    insta::assert_snapshot!(show(&relation_cases()));
}

#[tokio::test]
async fn postgres_takes_them() {
    prepare(&sql_cases()).await;
    prepare(&lock_cases()).await;
    prepare(&relation_cases()).await;
}
