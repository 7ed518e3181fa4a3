//! What each database spells otherwise.

use embellie_core::expr::Function;
use embellie_core::query::Operand;
use embellie_core::{Expr, Q, Query, Value};
use jiff::SignedDuration;

use crate::blog::*;

/// The condition on both databases.
fn both(model: &str, q: Q) -> [String; 2] {
    let query = keys(model).filter(q);
    [sql(&query), pg(&query)].map(|sql| {
        sql.split_once(" WHERE ")
            .map_or(sql.clone(), |(_, condition)| condition.to_owned())
            .replace(&format!("\"blog_{}\".", model.to_lowercase()), "")
    })
}

#[test]
fn patterns_hold_their_text_as_it_is() {
    for (path, sqlite, postgres) in [
        (
            "title__contains",
            r#""title" LIKE ? ESCAPE '\' -- ['%5\\%\\_\\\\%']"#,
            r#""title" LIKE $1 -- ['%5\\%\\_\\\\%']"#,
        ),
        (
            "title__startswith",
            r#""title" LIKE ? ESCAPE '\' -- ['5\\%\\_\\\\%']"#,
            r#""title" LIKE $1 -- ['5\\%\\_\\\\%']"#,
        ),
        (
            "title__endswith",
            r#""title" LIKE ? ESCAPE '\' -- ['%5\\%\\_\\\\']"#,
            r#""title" LIKE $1 -- ['%5\\%\\_\\\\']"#,
        ),
        (
            "title__icontains",
            r#"embellie_ilike("title", ?) -- ['%5\\%\\_\\\\%']"#,
            r#"UPPER("title") LIKE UPPER($1::text) -- ['%5\\%\\_\\\\%']"#,
        ),
        (
            "title__iexact",
            r#"embellie_ilike("title", ?) -- ['5\\%\\_\\\\']"#,
            r#"UPPER("title") = UPPER($1::text) -- ['5%_\\']"#,
        ),
        ("title__regex", r#""title" REGEXP ? -- ['5%_\\']"#, r#""title" ~ $1 -- ['5%_\\']"#),
        ("title__iregex", r#""title" REGEXP '(?i)' || ? -- ['5%_\\']"#, r#""title" ~* $1 -- ['5%_\\']"#),
        (
            "views__contains",
            r#""views" LIKE ? ESCAPE '\' -- ['%5\\%\\_\\\\%']"#,
            r#""views"::text LIKE $1 -- ['%5\\%\\_\\\\%']"#,
        ),
    ] {
        assert_eq!(both("Post", Q::new(path, r"5%_\")), [sqlite, postgres], "{path}");
    }
    assert_eq!(both("Sample", Q::new("address__startswith", "10."))[1], r#"HOST("address") LIKE $1 -- ['10.%']"#);
    assert_eq!(both("Sample", Q::new("uuid__contains", "a-b"))[0], r#""uuid" LIKE ? ESCAPE '\' -- ['%ab%']"#);
}

#[test]
fn patterns_from_columns_are_escaped_by_the_database() {
    assert_eq!(
        both("Post", Q::new("title__contains", Expr::path("subtitle"))),
        [
            r#""title" LIKE '%' || REPLACE(REPLACE(REPLACE("subtitle", '\', '\\'), '%', '\%'), '_', '\_') || '%' ESCAPE '\'"#,
            r#""title" LIKE '%' || REPLACE(REPLACE(REPLACE("subtitle", E'\\', E'\\\\'), '%', E'\\%'), '_', E'\\_') || '%'"#,
        ]
    );
}

#[test]
fn truth_needs_no_comparison() {
    assert_eq!(both("Post", Q::new("published", true)), [r#""published""#; 2]);
    assert_eq!(both("Post", Q::new("published", false)), [r#"NOT "published""#; 2]);
}

#[test]
fn an_exclusive_or_is_an_odd_number_of_truths() {
    let either = Q::new("views", 1) ^ Q::new("published", true);
    let expected =
        r#"((CASE WHEN "views" = ? THEN 1 ELSE 0 END + CASE WHEN "published" THEN 1 ELSE 0 END) % 2 = 1) -- [1]"#;
    assert_eq!(both("Post", either), [expected.to_owned(), expected.replace('?', "$1")]);
}

#[test]
fn constants_in_expressions_say_their_type_where_it_would_be_guessed() {
    let decimal = Value::Decimal("1.5".parse().unwrap());
    assert_eq!(
        both("Post", Q::new("price__gt", Expr::path("price") * decimal)),
        [
            r#""price" > CAST(("price" * CAST(? AS NUMERIC)) AS NUMERIC) -- [Decimal('1.5')]"#,
            r#""price" > ("price" * $1::numeric) -- [Decimal('1.5')]"#,
        ]
    );
    let fallback = Expr::call(Function::Coalesce, [Expr::path("rating"), Expr::value(0)]);
    assert_eq!(
        both("Post", Q::new("views__gte", fallback)),
        [r#""views" >= COALESCE("rating", ?) -- [0]"#, r#""views" >= COALESCE("rating", $1::integer) -- [0]"#]
    );
    assert_eq!(
        both("Post", Q::new("views", Expr::path("rating") + (1_i64 << 40))),
        [r#""views" = ("rating" + ?) -- [1099511627776]"#, r#""views" = ("rating" + $1::bigint) -- [1099511627776]"#]
    );
}

#[test]
fn powers_and_bits() {
    let q = |operator| Q::new("views", Expr::path("rating").combine(operator, 2));
    use embellie_core::expr::Operator as O;
    assert_eq!(
        both("Post", q(O::Power)),
        [r#""views" = POWER("rating", ?) -- [2]"#, r#""views" = ("rating" ^ $1::integer) -- [2]"#]
    );
    assert_eq!(
        both("Post", q(O::BitXor)),
        [r#""views" = BITXOR("rating", ?) -- [2]"#, r#""views" = ("rating" # $1::integer) -- [2]"#]
    );
    assert_eq!(
        both("Post", q(O::ShiftLeft)),
        [r#""views" = ("rating" << ?) -- [2]"#, r#""views" = ("rating" << $1::integer) -- [2]"#]
    );
}

#[test]
fn dates_and_durations() {
    let day = Value::Duration(SignedDuration::from_hours(24));
    assert_eq!(
        both("Post", Q::new("created__lt", Expr::path("created") + day)),
        [
            r#""created" < django_format_dtdelta('+', "created", ?) -- [timedelta(microseconds=86400000000)]"#,
            r#""created" < ("created" + $1::interval) -- [timedelta(microseconds=86400000000)]"#,
        ]
    );
    assert_eq!(
        both("Sample", Q::new("span__gt", Expr::path("day") - Expr::path("day"))),
        [r#""span" > django_timestamp_diff("day", "day")"#, r#""span" > (interval '1 day' * ("day" - "day"))"#]
    );
    assert_eq!(
        both("Sample", Q::new("span__gt", Expr::path("span") + Expr::path("span"))),
        [r#""span" > ("span" + "span")"#; 2]
    );
}

#[test]
fn types_that_do_not_mix_are_refused() {
    let refused = both("Post", Q::new("views", Expr::path("title") + 1));
    let expected = "FieldError: Cannot infer type of '+' expression involving these types: CharField, IntegerField. You must set output_field.";
    assert_eq!(refused, [expected; 2]);
    let refused = both("Post", Q::new("views", Expr::call(Function::Coalesce, [Expr::path("title"), 1.into()])));
    let expected = "FieldError: Expression contains mixed types: CharField, IntegerField. You must set output_field.";
    assert_eq!(refused, [expected; 2]);
}

#[test]
fn long_lists_are_one_parameter() {
    let values = Value::List((0..40_000).map(Value::Int).collect());
    let query = keys("Post").filter(Q::new("id__in", values));
    let statement = embellie_sql::select(&query, &registry(), &sqlite()).unwrap().unwrap().statement;
    assert_eq!(
        &*statement.sql,
        r#"SELECT "blog_post"."id" FROM "blog_post" WHERE "blog_post"."id" IN (SELECT value FROM json_each(?))"#
    );
    assert_eq!(statement.parameters.len(), 1);
}

#[test]
fn lists_may_hold_expressions() {
    let list = Operand::List(vec![Expr::path("rating"), 3.into(), Value::Null.into()]);
    assert_eq!(
        both("Post", Q::new("views__in", list)),
        [r#""views" IN ("rating", ?) -- [3]"#, r#""views" IN ("rating", $1) -- [3]"#]
    );
    let ends = Operand::List(vec![1.into(), Expr::path("rating")]);
    assert_eq!(both("Post", Q::new("views__range", ends))[0], r#""views" BETWEEN ? AND "rating" -- [1]"#);
}

#[test]
fn wide_conditions_do_not_become_deep_ones() {
    let wide = (0..3000).fold(Q::all(), |q, i| q | Q::new("views", i));
    let sql = sql(&keys("Post").filter(wide));
    assert_eq!(sql.matches(" OR ").count(), 2999);
    assert_eq!(sql.matches("((").count(), 1);
}

#[test]
fn deep_conditions_are_refused() {
    let nested = |depth| {
        let add = |q: Q, i| if i % 2 == 0 { !(q & Q::new("id", i)) } else { q | Q::new("id", i) };
        sql(&keys("Post").filter((0..depth).fold(Q::new("views", 1), add)))
    };
    assert_eq!(nested(190).matches("NOT (").count(), 95);
    assert_eq!(nested(191), "ValueError: the query is nested more than 200 deep");
}

#[test]
fn names_cannot_leave_their_quotes() {
    use embellie_core::field::FieldKind;
    use embellie_core::meta::{FieldMeta, ModelMeta};
    let odd = ModelMeta::new("x", "Odd")
        .table(r#"a"; DROP TABLE b; --"#)
        .field(FieldMeta::new("f", FieldKind::Integer).column(r#"c" = 1 OR "d"#));
    let registry = embellie_core::Registry::build([odd]).unwrap();
    let query = Query::new("x.Odd").filter(Q::new("f", 1)).values(["f"]);
    let statement = embellie_sql::select(&query, &registry, &sqlite()).unwrap().unwrap().statement;
    assert_eq!(
        &*statement.sql,
        r#"SELECT "a""; DROP TABLE b; --"."c"" = 1 OR ""d" FROM "a""; DROP TABLE b; --" WHERE "a""; DROP TABLE b; --"."c"" = 1 OR ""d" = ?"#
    );
}

#[test]
fn a_table_called_like_an_alias_is_not_taken_for_one() {
    use embellie_core::meta::{FieldMeta, ModelMeta, OnDelete};
    let registry = embellie_core::Registry::build([ModelMeta::new("x", "Node")
        .table("u0")
        .field(FieldMeta::foreign_key("up", "self", OnDelete::Cascade).null().relation(|r| r.related_name("down")))])
    .unwrap();
    let query = Query::new("x.Node").exclude(Q::new("down__id", 1)).values(["id"]);
    let statement = embellie_sql::select(&query, &registry, &sqlite()).unwrap().unwrap().statement;
    assert_eq!(
        &*statement.sql,
        r#"SELECT "u0"."id" FROM "u0" WHERE NOT (EXISTS(SELECT 1 FROM "u0" "U0_" WHERE ("U0_"."id" = ? AND "U0_"."up_id" = "u0"."id")))"#
    );
}
