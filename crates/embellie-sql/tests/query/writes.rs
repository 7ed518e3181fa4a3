//! Updates, deletions and inserts.

use embellie_core::query::{Assignment, Conflict, Insert, Slice};
use embellie_core::{Error, Expr, Q, Query, Statement, Value};
use embellie_sql::Target;

use crate::blog::*;

fn show(statement: Result<Option<Statement>, Error>) -> String {
    match statement {
        Ok(Some(s)) => format!("{} -- {}", s.sql, Value::List(s.parameters)),
        Ok(None) => "nothing".into(),
        Err(e) => format!("{}: {e}", e.class()),
    }
}

fn update(query: &Query, field: &'static str, value: impl Into<Expr>) -> String {
    let assignments = [Assignment { field: field.into(), value: value.into() }];
    show(embellie_sql::update(query, &assignments, &registry(), &sqlite()))
}

fn delete(query: &Query) -> String {
    show(embellie_sql::delete(query, &registry(), &sqlite()))
}

#[test]
fn updates_of_one_table_are_direct() {
    assert_eq!(
        update(&all("Post").filter(Q::new("author", 1)), "views", Expr::path("views") + 1),
        r#"UPDATE "blog_post" SET "views" = ("blog_post"."views" + ?) WHERE "blog_post"."author_id" = ? -- [1, 1]"#
    );
    assert_eq!(
        update(&all("Post").exclude(Q::new("tags", 1)), "author", "7"),
        r#"UPDATE "blog_post" SET "author_id" = ? WHERE NOT (EXISTS(SELECT 1 FROM "blog_post_tags" "U0" WHERE ("U0"."tag_id" = ? AND "U0"."post_id" = "blog_post"."id"))) -- [7, 1]"#
    );
    assert_eq!(update(&all("Post"), "rating", Value::Null), r#"UPDATE "blog_post" SET "rating" = ? -- [None]"#);
}

#[test]
fn updates_by_relations_go_by_key() {
    assert_eq!(
        update(&all("Post").filter(Q::new("author__name", "a")), "views", Expr::path("rating")),
        r#"UPDATE "blog_post" SET "views" = "blog_post"."rating" WHERE "blog_post"."id" IN (SELECT "U0"."id" FROM "blog_post" "U0" INNER JOIN "blog_author" "U1" ON ("U0"."author_id" = "U1"."id") WHERE "U1"."name" = ?) -- ['a']"#
    );
}

#[test]
fn updates_that_cannot_be_are_refused() {
    let post = all("Post");
    let joined = "FieldError: Joined field references are not permitted in this query";
    assert_eq!(update(&post, "views", Expr::path("author__age")), joined);
    assert_eq!(update(&post, "views", Expr::path("tags") + 1), joined);
    let twice = ["author", "author_id"].map(|field| Assignment { field: field.into(), value: 1.into() });
    assert_eq!(
        show(embellie_sql::update(&post, &twice, &registry(), &sqlite())),
        "FieldError: Cannot update 'author_id' twice in one query."
    );
    assert_eq!(update(&post, "nope", 1), "FieldDoesNotExist: Post has no field named 'nope'");
    assert_eq!(
        update(&post, "tags", 1),
        "FieldError: Cannot update model field 'tags' of blog.Post (only non-relations and foreign keys permitted)."
    );
    assert_eq!(update(&post, "views", "x"), "ValueError: Field 'views' expected a number but got 'x'.");
    let part = Query { slice: Slice { offset: 0, limit: Some(1) }, ..post };
    assert_eq!(update(&part, "views", 1), "TypeError: Cannot update a query once a slice has been taken.");
    assert_eq!(delete(&part), "TypeError: Cannot use 'limit' or 'offset' with delete().");
}

#[test]
fn deletions_take_exactly_the_rows_of_the_query() {
    assert_eq!(
        delete(&all("Post").filter(Q::new("views", 1))),
        r#"DELETE FROM "blog_post" WHERE "blog_post"."views" = ? -- [1]"#
    );
    assert_eq!(
        delete(&all("Post").filter(Q::new("tags__word", "a"))),
        r#"DELETE FROM "blog_post" WHERE "blog_post"."id" IN (SELECT "U0"."id" FROM "blog_post" "U0" INNER JOIN "blog_post_tags" "U1" ON ("U0"."id" = "U1"."post_id") INNER JOIN "blog_tag" "U2" ON ("U1"."tag_id" = "U2"."id") WHERE "U2"."word" = ?) -- ['a']"#
    );
    assert_eq!(delete(&all("Post")), r#"DELETE FROM "blog_post" -- []"#);
    assert_eq!(delete(&all("Post").filter(Q::new("id__in", Value::List(vec![])))), "nothing");
}

fn insert(target: &Target, fields: &[usize], rows: Vec<Vec<Expr>>, returning: &[usize], conflict: Conflict) -> String {
    let insert =
        Insert { model: "blog.Tag".into(), fields: fields.to_vec(), rows, returning: returning.to_vec(), conflict };
    show(embellie_sql::insert(&insert, &registry(), target).map(Some))
}

#[test]
fn rows_are_inserted_together() {
    let rows = || vec![vec!["a".into(), 1.into()], vec!["b".into(), Value::Null.into()]];
    assert_eq!(
        insert(&sqlite(), &[1, 2], rows(), &[0], Conflict::Fail),
        r#"INSERT INTO "blog_tag" ("word", "weight") VALUES (?, ?), (?, ?) RETURNING "blog_tag"."id" -- ['a', 1, 'b', None]"#
    );
    assert_eq!(
        insert(&postgres(), &[1, 2], rows(), &[0], Conflict::Fail),
        r#"INSERT INTO "blog_tag" ("word", "weight") VALUES ($1, $2), ($3, $4) RETURNING "blog_tag"."id" -- ['a', 1, 'b', None]"#
    );
}

#[test]
fn rows_of_defaults() {
    let row = || vec![vec![]];
    assert_eq!(insert(&sqlite(), &[], row(), &[], Conflict::Fail), r#"INSERT INTO "blog_tag" DEFAULT VALUES -- []"#);
    assert_eq!(
        insert(&sqlite(), &[], vec![vec![], vec![]], &[], Conflict::Fail),
        r#"INSERT INTO "blog_tag" ("id") VALUES (?), (?) -- [None, None]"#
    );
    assert_eq!(
        insert(&postgres(), &[], vec![vec![], vec![]], &[], Conflict::Fail),
        r#"INSERT INTO "blog_tag" ("id") VALUES (DEFAULT), (DEFAULT) -- []"#
    );
    assert_eq!(
        insert(&postgres(), &[0, 1], vec![vec![Value::Null.into(), "a".into()]], &[], Conflict::Fail),
        r#"INSERT INTO "blog_tag" ("id", "word") VALUES (DEFAULT, $1) -- ['a']"#
    );
}

#[test]
fn rows_that_exist() {
    let row = || vec![vec![1.into(), "a".into()]];
    assert_eq!(
        insert(&sqlite(), &[0, 1], row(), &[], Conflict::Ignore),
        r#"INSERT INTO "blog_tag" ("id", "word") VALUES (?, ?) ON CONFLICT DO NOTHING -- [1, 'a']"#
    );
    let change = Conflict::Update { unique_fields: vec![0], update_fields: vec![1] };
    assert_eq!(
        insert(&postgres(), &[0, 1], row(), &[], change),
        r#"INSERT INTO "blog_tag" ("id", "word") VALUES ($1, $2) ON CONFLICT ("id") DO UPDATE SET "word" = EXCLUDED."word" -- [1, 'a']"#
    );
}

#[test]
fn a_new_row_has_no_columns_to_refer_to() {
    assert_eq!(
        insert(&sqlite(), &[2], vec![vec![Expr::path("weight") + 1]], &[], Conflict::Fail),
        "ValueError: Failed to insert expression \"F('weight') + 1\" on blog.Tag.weight. F() expressions can only be used to update, not to insert."
    );
}

#[test]
fn more_parameters_than_a_statement_may_have_are_refused() {
    let rows = (0..40_000).map(|i| vec![Expr::value(i)]).collect();
    assert_eq!(
        insert(&sqlite(), &[2], rows, &[], Conflict::Fail),
        "NotSupportedError: the statement has 40000 parameters, but SQLite takes 32766 at most: give it fewer values at a time"
    );
}

#[test]
fn an_old_server_is_not_asked_for_what_it_lacks() {
    let old = Target::for_server(&embellie_core::ServerInfo { dialect: "sqlite", version: (3, 34, 0) }).unwrap();
    assert_eq!(
        insert(&old, &[1], vec![vec!["a".into()]], &[0], Conflict::Fail),
        "NotSupportedError: SQLite 3.34 lacks giving back columns of rows written (RETURNING)"
    );
}
