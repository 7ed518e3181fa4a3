//! Conditions that hold always or never, found without asking the database.

use embellie_core::query::{Connector, Slice};
use embellie_core::{Q, Query, Value};

use crate::blog::*;

fn list(values: &[i64]) -> Value {
    Value::List(values.iter().copied().map(Value::Int).collect())
}

fn tail(q: Q) -> String {
    sql(&keys("Post").filter(q)).replace(r#"SELECT "blog_post"."id" FROM "blog_post""#, "").trim().to_owned()
}

fn nothing() -> Q {
    Q::new("id__in", list(&[]))
}

#[test]
fn nothing_is_in_an_empty_list() {
    assert_eq!(tail(nothing()), "nothing");
    assert_eq!(tail(Q::new("id__in", Value::List(vec![Value::Null]))), "nothing");
    assert_eq!(tail(!nothing()), "");
    assert_eq!(tail(nothing() | Q::new("views", 1)), r#"WHERE "blog_post"."views" = ? -- [1]"#);
    assert_eq!(tail(nothing() & Q::new("views", 1)), "nothing");
    assert_eq!(tail(!nothing() & Q::new("views", 1)), r#"WHERE "blog_post"."views" = ? -- [1]"#);
    assert_eq!(tail(!nothing() | Q::new("views", 1)), "");
    assert_eq!(tail(Q::new("id__in", keys("Post").filter(nothing()))), "nothing");
}

#[test]
fn an_exclusive_or_with_what_always_holds_is_the_opposite() {
    let one = Q::new("views", 1);
    assert_eq!(tail(one.clone() ^ nothing()), tail(xor(vec![one.clone()])));
    assert_eq!(tail(one.clone() ^ !nothing()), tail(!xor(vec![one.clone()])));
    assert_eq!(tail(xor(vec![one.clone(), !nothing(), !nothing()])), tail(xor(vec![one])));
    assert_eq!(tail(nothing() ^ !nothing()), "");
}

fn xor(children: Vec<Q>) -> Q {
    Q::Group { connector: Connector::Xor, negated: false, children }
}

#[test]
fn no_condition_at_all_holds_always_negated_or_not() {
    assert_eq!(tail(Q::all()), "");
    assert_eq!(tail(!Q::all()), "");
    assert_eq!(sql(&keys("Post").exclude(Q::all())), r#"SELECT "blog_post"."id" FROM "blog_post""#);
}

#[test]
fn numbers_beyond_the_column_are_not_asked_for() {
    let huge = u64::MAX;
    for (path, value, expected) in [
        ("views", Value::from(huge), "nothing"),
        ("views__gt", Value::from(huge), "nothing"),
        ("views__lt", Value::from(huge), ""),
        ("views__lte", Value::from(huge), ""),
        ("views__in", Value::List(vec![huge.into()]), "nothing"),
        ("author", Value::from(huge), "nothing"),
    ] {
        assert_eq!(tail(Q::new(path, value)), expected, "{path}");
    }
    // Where columns have a width, it counts.
    let of_post = |q: Q| pg(&keys("Post").filter(q)).replace(r#"SELECT "blog_post"."id" FROM "blog_post""#, "");
    assert_eq!(of_post(Q::new("views", 1_i64 << 40)), "nothing");
    assert_eq!(of_post(Q::new("views__gt", -(1_i64 << 40))), "");
    assert_eq!(of_post(!Q::new("views__gt", -(1_i64 << 40))), "nothing");
    assert_eq!(
        of_post(Q::new("views__range", list(&[-(1_i64 << 40), 5]))),
        r#" WHERE "blog_post"."views" BETWEEN $1 AND $2 -- [-2147483648, 5]"#
    );
    assert_eq!(of_post(Q::new("views__in", list(&[1, 1 << 40]))), r#" WHERE "blog_post"."views" = ANY($1) -- [[1]]"#);
    assert_eq!(sql(&keys("Sample").filter(Q::new("count__lt", -1))), "nothing");
}

#[test]
fn queries_known_to_be_empty_are_not_made() {
    let empty = |query: Query| {
        let (registry, target) = (registry(), sqlite());
        assert_eq!(embellie_sql::select(&query, &registry, &target).unwrap(), None);
        assert_eq!(embellie_sql::count(&query, &registry, &target).unwrap(), None);
        assert_eq!(embellie_sql::exists(&query, &registry, &target).unwrap(), None);
    };
    empty(Query { none: true, ..all("Post") });
    empty(Query { slice: Slice { offset: 3, limit: Some(0) }, ..all("Post") });
    empty(all("Post").filter(nothing()));
    // Mistakes are told all the same.
    let wrong = Query { none: true, ..all("Post") }.filter(Q::new("nope", 1));
    assert!(embellie_sql::select(&wrong, &registry(), &sqlite()).is_err());
}

#[test]
fn lists_are_told_each_value_once() {
    let values = Value::List(vec![1.into(), Value::Null, "1".into(), 2.into(), 3.into()]);
    assert_eq!(
        tail(Q::new("views__in", values.clone())),
        r#"WHERE "blog_post"."views" IN (?, ?, ?, ?) -- [1, 2, 3, 3]"#
    );
    assert_eq!(
        pg(&keys("Post").filter(Q::new("views__in", values))),
        r#"SELECT "blog_post"."id" FROM "blog_post" WHERE "blog_post"."views" = ANY($1) -- [[1, 2, 3]]"#
    );
    // A text is a list of its characters, as in Python.
    assert_eq!(tail(Q::new("views__in", "121")), r#"WHERE "blog_post"."views" IN (?, ?) -- [1, 2]"#);
}
