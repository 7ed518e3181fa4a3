//! What is said of queries that cannot be made: Django's classes and words.

use embellie_core::{Expr, Q, Query, Value};

use crate::blog::*;

fn says(query: &Query, expected: &str) {
    assert_eq!(sql(query), expected);
    assert_eq!(pg(query), expected);
}

const POST: &str = "Choices are: author, author_id, category, category_id, comments, created, editor, editor_id, id, \
                    price, published, rating, subtitle, tags, title, views";

#[test]
fn unknown_names_are_told_with_the_nearest_and_all() {
    let post = |q: Q| all("Post").filter(q);
    says(
        &post(Q::new("titel", "x")),
        &format!("FieldError: Cannot resolve keyword 'titel' into field; did you mean 'title'? {POST}"),
    );
    says(
        &post(Q::new("views", Expr::path("entirely"))),
        &format!("FieldError: Cannot resolve keyword 'entirely' into field. {POST}"),
    );
    says(
        &post(Q::new("views", Expr::path("title__length"))),
        "FieldError: Cannot resolve keyword 'length' into field. Join on 'title' not permitted.",
    );
}

#[test]
fn unknown_lookups_are_told_with_the_class_and_the_nearest() {
    for (path, expected) in [
        (
            "title__icontain",
            "'icontain' for CharField or join on the field not permitted, perhaps you meant icontains or contains?",
        ),
        ("author__name__foo", "'foo' for CharField or join on the field not permitted."),
        ("author__icontains", "'icontains' for ForeignKey or join on the field not permitted."),
        ("author__range", "'range' for ForeignKey or join on the field not permitted."),
        ("tags__foo__bar", "'foo__bar' for ForeignKey or join on the field not permitted."),
        ("author__nme", "'nme' for ForeignKey or join on the field not permitted; did you mean 'name'?"),
        ("comments__contains", "'contains' for ManyToOneRel or join on the field not permitted."),
        ("pk__foo", "'foo' for BigAutoField or join on the field not permitted."),
    ] {
        says(&all("Post").filter(Q::new(path, "x")), &format!("FieldError: Unsupported lookup {expected}"));
    }
    says(
        &all("Author").filter(Q::new("profile__foo", 1)),
        "FieldError: Unsupported lookup 'foo' for OneToOneRel or join on the field not permitted.",
    );
}

#[test]
fn values_that_no_row_could_have_are_refused() {
    for (path, value, expected) in [
        ("views__gt", Value::Null, "ValueError: Cannot use None as a query value"),
        ("title__contains", Value::Null, "ValueError: Cannot use None as a query value"),
        ("title__isnull", Value::Int(1), "ValueError: The QuerySet value for an isnull lookup must be True or False."),
        ("author__in", Value::Int(5), "TypeError: 'int' object is not iterable"),
        ("views__in", Value::Null, "TypeError: 'NoneType' object is not iterable"),
        ("views__range", Value::Int(5), "TypeError: 'int' object is not iterable"),
        ("views__range", Value::List(vec![1.into()]), "ValueError: 'views__range' takes two values"),
        ("author", "abc".into(), "ValueError: Field 'id' expected a number but got 'abc'."),
        ("views", "abc".into(), "ValueError: Field 'views' expected a number but got 'abc'."),
    ] {
        says(&all("Post").filter(Q::new(path, value)), expected);
    }
}

#[test]
fn queries_as_values_must_fit() {
    let post = |path: &'static str, query: Query| all("Post").filter(Q::new(path, query));
    says(
        &post("author__in", all("Tag")),
        "ValueError: Cannot use QuerySet for \"Tag\": Use a QuerySet for \"Author\".",
    );
    let two = all("Author").values(["id", "name"]);
    says(
        &post("author__in", two),
        "ValueError: The QuerySet value for the 'in' lookup must have 1 selected fields (received 2)",
    );
    says(
        &post("author", all("Author")),
        "ValueError: The QuerySet value for an exact lookup must be limited to one result using slicing.",
    );
}

#[test]
fn orderings_that_go_in_circles_are_refused() {
    says(&all("Category"), "FieldError: Infinite loop caused by ordering.");
}

#[test]
fn queries_nested_too_deep_are_refused() {
    let nested = |depth| (0..depth).fold(keys("Author"), |inner, _| keys("Author").filter(Q::new("id__in", inner)));
    assert!(sql(&nested(19)).contains("Z19_0"));
    says(&nested(20), "ValueError: the query is nested more than 200 deep");
    let sum = (0..300).fold(Expr::path("views"), |sum, i| sum + i);
    says(&all("Post").filter(Q::new("views", sum)), "ValueError: the query is nested more than 200 deep");
}

#[test]
fn a_path_of_no_names_leads_nowhere() {
    let nameless = Q::new(embellie_core::Path::default(), 1);
    assert!(sql(&all("Post").filter(nameless)).starts_with("FieldError: Cannot resolve keyword '' into field."));
}
