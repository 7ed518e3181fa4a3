//! Related objects that come with the rows.

use embellie_core::query::SelectRelated;
use embellie_core::{Error, Query};

use crate::blog::{all, registry, sqlite};

fn related(model: &str, related: SelectRelated) -> Result<embellie_sql::Compiled, Error> {
    let query = Query { select_related: related, order_by: Some(Vec::new()), ..all(model) };
    Ok(embellie_sql::select(&query, &registry(), &sqlite())?.unwrap())
}

fn paths(paths: &[&str]) -> SelectRelated {
    SelectRelated::Paths(paths.iter().map(|path| (*path).into()).collect())
}

#[test]
fn each_object_on_the_way_has_its_columns() {
    let compiled = related("Comment", paths(&["post__editor", "post__author", "author"])).unwrap();
    let sql = &compiled.statement.sql;
    let from = &sql[sql.find(" FROM ").unwrap()..];
    assert_eq!(
        from,
        r#" FROM "blog_comment" INNER JOIN "blog_post" ON ("blog_comment"."post_id" = "blog_post"."id") LEFT OUTER JOIN "blog_author" ON ("blog_post"."editor_id" = "blog_author"."id") INNER JOIN "blog_author" "T4" ON ("blog_post"."author_id" = "T4"."id") LEFT OUTER JOIN "blog_author" "T5" ON ("blog_comment"."author_id" = "T5"."id")"#
    );
    let places: Vec<(String, usize)> =
        compiled.related.iter().map(|object| (object.path.join("__"), object.start)).collect();
    let expected = [("post", 5), ("post__editor", 16), ("post__author", 21), ("author", 26)];
    assert_eq!(places, expected.map(|(path, start)| (path.to_owned(), start)));
    assert_eq!(compiled.columns[16].name, "id");
    assert!(compiled.columns[16].nullable && !compiled.columns[21].nullable);
}

#[test]
fn all_are_those_that_are_there_for_certain() {
    let compiled = related("Comment", SelectRelated::All).unwrap();
    let places: Vec<String> = compiled.related.iter().map(|object| object.path.join("__")).collect();
    assert_eq!(places, ["post", "post__author"]);
}

#[test]
fn the_way_back_of_a_one_to_one_field_leads_to_one() {
    let compiled = related("Author", paths(&["profile"])).unwrap();
    assert!(compiled.statement.sql.contains("LEFT OUTER JOIN"), "{}", compiled.statement.sql);
}

#[test]
fn what_leads_to_no_object_or_to_several_is_refused() {
    for (path, message) in [
        ("titel", "Invalid field name(s) given in select_related: 'titel'. Choices are: author, editor, category"),
        ("tags", "Invalid field name(s) given in select_related: 'tags'. Choices are: author, editor, category"),
        (
            "comments",
            "Invalid field name(s) given in select_related: 'comments'. Choices are: author, editor, category",
        ),
        ("author_id", "Invalid field name(s) given in select_related: 'author_id'"),
        ("title", "Non-relational field given in select_related: 'title'. Choices are: author, editor, category"),
        ("author__name", "Non-relational field given in select_related: 'name'. Choices are: profile"),
    ] {
        let error = related("Post", paths(&[path])).unwrap_err();
        assert_eq!(error.class(), "FieldError");
        assert!(error.to_string().contains(message), "{error}");
    }
}
