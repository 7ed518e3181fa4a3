//! Lookups of numbers, dates and null, `in` and `range`, and what may stand on their right-hand side.

use embellie::{Database, Value};
use embellie_core::Expr;
use embellie_suite::models::blog_rows;
use embellie_suite::{Outcome, Rows, create, ids, list, path, q, refused, rows, set};
use jiff::civil::date;

embellie_suite::on_every_database! { blog:
    comparisons,
    null_is_neither_equal_nor_unequal,
    in_a_list,
    in_a_hundred_thousand_values,
    in_the_rows_of_a_query,
    between_two_values,
    fields_compared_with_fields,
    values_of_other_types_are_read_or_refused,
    names_that_lead_nowhere,
    empty_results_ask_nothing,
    many_conditions,
}

fn posts(db: &Database) -> Rows {
    rows(db, "blog.Post").order_by("id")
}

fn comments(db: &Database) -> Rows {
    rows(db, "blog.Comment").order_by("id")
}

async fn comparisons(db: &Database) -> Outcome {
    blog_rows(db).await?;
    let cases: Vec<(&str, Value, &[i64])> = vec![
        ("views", 5.into(), &[2]),
        ("views__exact", 5.into(), &[2]),
        ("views__gt", 5.into(), &[1, 4]),
        ("views__gte", 5.into(), &[1, 2, 4]),
        ("views__lt", 5.into(), &[3]),
        ("views__lte", 5.into(), &[2, 3]),
        // As in Django, a fraction on the right of an integer comparison is rounded so that the answer is right.
        ("views__gte", 4.5.into(), &[1, 2, 4]),
        ("views__lt", 5.5.into(), &[2, 3]),
        ("views__gt", i64::MAX.into(), &[]),
        ("posted__gt", date(2024, 1, 1).into(), &[1, 2]),
        ("posted__lte", date(2023, 12, 31).into(), &[4]),
        ("posted", date(2024, 3, 1).into(), &[2]),
        ("published", true.into(), &[1, 3, 4]),
        ("published", false.into(), &[2]),
        ("title", "Beta".into(), &[2]),
        ("title__gt", "Beta".into(), &[3, 4]),
        ("author", 1.into(), &[1, 2]),
        ("author_id", 1.into(), &[1, 2]),
        ("author__id", 1.into(), &[1, 2]),
        ("author__pk", 1.into(), &[1, 2]),
        ("author__gt", 1.into(), &[3, 4]),
        ("pk", 3.into(), &[3]),
        ("author__email__endswith", "x.org".into(), &[1, 2, 3]),
        ("author__profile__bio", "writes".into(), &[1, 2]),
    ];
    for (lookup, value, expected) in cases {
        assert_eq!(ids(posts(db).filter(q(lookup, value.clone())), db).await?, expected, "{lookup}={value}");
    }
    Ok(())
}

async fn null_is_neither_equal_nor_unequal(db: &Database) -> Outcome {
    blog_rows(db).await?;
    // subtitle: 1 null, 2 "b", 3 "", 4 null
    let check = async |expected: &[i64], rows: Rows, what: &str| -> Outcome {
        assert_eq!(ids(rows, db).await?, expected, "{what}");
        Ok(())
    };
    check(&[1, 4], posts(db).filter(q("subtitle__isnull", true)), "isnull").await?;
    check(&[2, 3], posts(db).filter(q("subtitle__isnull", false)), "not isnull").await?;
    check(&[1, 4], posts(db).filter(q("subtitle", Value::Null)), "= None").await?;
    check(&[1, 4], posts(db).filter(q("subtitle__exact", Value::Null)), "exact None").await?;
    check(&[2, 3], posts(db).exclude(q("subtitle", Value::Null)), "exclude None").await?;
    check(&[1, 3, 4], posts(db).exclude(q("subtitle", "b")), "null is not 'b'").await?;
    check(&[1, 3, 4], posts(db).filter(!q("subtitle", "b")), "~Q").await?;
    check(&[2], posts(db).filter(!!q("subtitle", "b")), "~~Q").await?;
    check(&[1, 4], posts(db).exclude(q("subtitle__lte", "b")), "null is not <= 'b'").await?;
    check(&[2], posts(db).filter(q("subtitle__gt", "")), "null is not > ''").await?;
    // Through a foreign key that may be null: editor is 1 Bob, 2 –, 3 Ann, 4 –
    check(&[2, 4], posts(db).filter(q("editor", Value::Null)), "no editor").await?;
    check(&[2, 4], posts(db).filter(q("editor__isnull", true)), "editor isnull").await?;
    check(&[2, 4], posts(db).filter(q("editor__name__isnull", true)), "no editor's name").await?;
    check(&[1, 3], posts(db).filter(q("editor__name__isnull", false)), "an editor's name").await?;
    check(
        &[2, 4],
        posts(db).filter(q("editor__profile__isnull", true) & q("editor__isnull", true)),
        "no editor's profile",
    )
    .await?;
    check(&[1, 2, 4], posts(db).filter(q("editor__profile__isnull", true)), "Bob has no profile either").await?;
    check(&[3], posts(db).filter(q("editor__profile__isnull", false)), "Ann has one").await?;
    check(&[2, 3, 4], posts(db).exclude(q("editor__name", "Bob")), "not edited by Bob").await?;
    check(&[1, 3], posts(db).exclude(q("editor", Value::Null)), "has an editor").await?;
    // score: 1: 5, 2: 1, 3 null, 4: 9, 5 null
    check(&[1, 3, 4, 5], comments(db).exclude(q("score", 1)), "null is not 1").await?;
    check(&[2, 3, 5], comments(db).exclude(q("score__gt", 4)), "null is not > 4").await?;
    check(&[1, 4], comments(db).exclude(q("score__lt", 4)).exclude(q("score__isnull", true)), "both").await?;
    let wrong = posts(db).filter(q("subtitle__isnull", "maybe")).all(db).await;
    refused(wrong, "ValueError");
    let wrong = posts(db).filter(q("views__gt", Value::Null)).all(db).await;
    refused(wrong, "ValueError");
    Ok(())
}

async fn in_a_list(db: &Database) -> Outcome {
    blog_rows(db).await?;
    let cases: Vec<(&str, Value, &[i64], &[i64])> = vec![
        ("views__in", list([0, 5, 7]), &[2, 3], &[1, 4]),
        ("views__in", list([5]), &[2], &[1, 3, 4]),
        ("views__in", list([5, 5, 5]), &[2], &[1, 3, 4]),
        ("views__in", list(Vec::<i64>::new()), &[], &[1, 2, 3, 4]),
        ("title__in", list(["Alpha", "Delta", "O'Hara"]), &[1, 4], &[2, 3]),
        ("author__in", list([1]), &[1, 2], &[3, 4]),
        ("author__name__in", list(["Ann", "Bob"]), &[1, 2, 3], &[4]),
        // None in the list matches nothing, and is left out of the negation as well.
        ("subtitle__in", Value::List(vec!["b".into(), Value::Null]), &[2], &[1, 3, 4]),
        ("subtitle__in", Value::List(vec![Value::Null]), &[], &[1, 2, 3, 4]),
        ("editor__in", list([1]), &[3], &[1, 2, 4]),
        ("editor__in", list(Vec::<i64>::new()), &[], &[1, 2, 3, 4]),
    ];
    for (lookup, value, found, left) in cases {
        let asked = || q(lookup, value.clone());
        assert_eq!(ids(posts(db).filter(asked()), db).await?, found, "{lookup}={value}");
        assert_eq!(ids(posts(db).exclude(asked()), db).await?, left, "not {lookup}={value}");
        assert_eq!(ids(posts(db).filter(!asked()), db).await?, left, "~ {lookup}={value}");
        assert_eq!(posts(db).filter(asked()).count(db).await?, found.len() as u64, "count {lookup}={value}");
        assert_eq!(posts(db).exclude(asked()).exists(db).await?, !left.is_empty(), "exists {lookup}={value}");
    }
    let nothing = || q("views__in", list(Vec::<i64>::new()));
    assert_eq!(ids(posts(db).filter(nothing() | q("views", 5)), db).await?, [2], "or something");
    assert_eq!(ids(posts(db).filter(!nothing() & q("views", 5)), db).await?, [2], "everything, and something");
    assert_eq!(ids(posts(db).filter(!(nothing() | q("views", 5))), db).await?, [1, 3, 4]);
    let expressions = embellie_core::query::Operand::List(vec![Expr::path("id") + 4, Expr::value(10)]);
    assert_eq!(ids(posts(db).filter(q("views__in", expressions)), db).await?, [1], "10, and no row has id + 4 views");
    refused(posts(db).filter(q("views__in", 5)).all(db).await, "TypeError");
    Ok(())
}

async fn in_a_hundred_thousand_values(db: &Database) -> Outcome {
    blog_rows(db).await?;
    let many = || list((0..100_000i64).map(|n| n * 2));
    assert_eq!(ids(posts(db).filter(q("views__in", many())), db).await?, [1, 3, 4], "0, 10 and 100 are even");
    assert_eq!(ids(posts(db).exclude(q("views__in", many())), db).await?, [2]);
    let names = list((0..100_000).map(|n| format!("name {n}")).chain(["Ann".to_owned()]));
    assert_eq!(ids(posts(db).filter(q("author__name__in", names.clone())), db).await?, [1, 2]);
    assert_eq!(ids(posts(db).exclude(q("tags__name__in", names)), db).await?, [1, 2, 3, 4]);
    let published = posts(db).filter(q("views__in", many()) & q("published", true) & q("id__in", many()));
    assert_eq!(ids(published.clone(), db).await?, [4]);
    assert_eq!(published.count(db).await?, 1);
    assert_eq!(posts(db).filter(q("views__in", many())).update(set("views", 1), db).await?, 3);
    Ok(())
}

async fn in_the_rows_of_a_query(db: &Database) -> Outcome {
    blog_rows(db).await?;
    let active = || rows(db, "blog.User").filter(q("active", true));
    assert_eq!(
        ids(comments(db).filter(q("author__in", active())), db).await?,
        [1, 4, 5],
        "whole objects mean their key"
    );
    assert_eq!(ids(comments(db).exclude(q("author__in", active())), db).await?, [2, 3], "no author is not among them");
    let names = active().text_values(["name"]);
    assert_eq!(ids(comments(db).filter(q("author__name__in", names)), db).await?, [1, 4, 5]);
    let top = posts(db).order_by("-views").limit(2).text_values(["pk"]);
    assert_eq!(ids(comments(db).filter(q("post__in", top)), db).await?, [1, 2, 4, 5], "Delta and Alpha");
    let none = active().none();
    assert_eq!(ids(comments(db).filter(q("author__in", none.clone())), db).await?, [0; 0]);
    assert_eq!(ids(comments(db).exclude(q("author__in", none)), db).await?, [1, 2, 3, 4, 5]);
    let ann = rows(db, "blog.User").filter(q("name", "Ann")).limit(1).text_values(["id"]);
    assert_eq!(ids(posts(db).filter(q("author", ann)), db).await?, [1, 2], "the one row of a query");
    refused(posts(db).filter(q("author__in", active().text_values(["id", "name"]))).all(db).await, "ValueError");
    Ok(())
}

async fn between_two_values(db: &Database) -> Outcome {
    blog_rows(db).await?;
    assert_eq!(ids(posts(db).filter(q("views__range", list([5, 10]))), db).await?, [1, 2], "both ends");
    assert_eq!(ids(posts(db).filter(q("views__range", list([10, 5]))), db).await?, [0; 0]);
    assert_eq!(ids(posts(db).exclude(q("views__range", list([5, 10]))), db).await?, [3, 4]);
    let dates = list([date(2023, 12, 31), date(2024, 1, 10)]);
    assert_eq!(ids(posts(db).filter(q("posted__range", dates.clone())), db).await?, [1, 4]);
    assert_eq!(ids(posts(db).exclude(q("posted__range", dates)), db).await?, [2, 3], "null is not between");
    Ok(())
}

async fn fields_compared_with_fields(db: &Database) -> Outcome {
    blog_rows(db).await?;
    let check = async |expected: &[i64], rows: Rows, what: &str| -> Outcome {
        assert_eq!(ids(rows, db).await?, expected, "{what}");
        Ok(())
    };
    check(&[1, 2, 4], posts(db).filter(q("views__gt", path("id"))), "views > id").await?;
    check(&[3], posts(db).exclude(q("views__gt", path("id"))), "not views > id").await?;
    check(&[1], posts(db).filter(q("views", path("id") * 10)), "views = id * 10").await?;
    check(&[2], posts(db).filter(q("views", path("id") + path("author") + 2)), "5 = 2 + 1 + 2").await?;
    // Alpha's editor is 2 and its author 1; Gamma's 1 and 2.
    check(&[3], posts(db).filter(q("author__gt", path("editor"))), "author > editor").await?;
    check(&[1, 2, 4], posts(db).exclude(q("author__gt", path("editor"))), "null compares with nothing").await?;
    check(
        &[2, 4],
        comments(db).filter(
            q("author__gt", path("score"))
                | q("score__gt", path("post__views"))
                | q("body", path("body")) & q("body", "spam"),
        ),
        "or",
    )
    .await?;
    check(&[1, 5], comments(db).filter(q("author", path("post__editor"))), "by the editor of the post").await?;
    check(
        &[4],
        comments(db).filter(q("post__views__gt", path("score") * 3)).exclude(q("post__views__lt", 50)),
        "through a relation",
    )
    .await?;
    refused(posts(db).filter(q("views__gt", path("nothing"))).all(db).await, "FieldError");
    Ok(())
}

/// What text, a fraction or a boolean means is the field's to say, as in Django's `get_prep_value`.
async fn values_of_other_types_are_read_or_refused(db: &Database) -> Outcome {
    blog_rows(db).await?;
    assert_eq!(ids(posts(db).filter(q("views", "5")), db).await?, [2]);
    assert_eq!(ids(posts(db).filter(q("pk__in", list(["1", "3"]))), db).await?, [1, 3]);
    assert_eq!(ids(posts(db).filter(q("posted", "2024-03-01")), db).await?, [2]);
    assert_eq!(ids(posts(db).filter(q("published", 1)), db).await?, [1, 3, 4]);
    assert_eq!(ids(posts(db).filter(q("title", 12)), db).await?, [0; 0]);
    let cases: Vec<(&str, Value, &str)> = vec![
        ("views", "five".into(), "ValueError"),
        ("views__gt", "five".into(), "ValueError"),
        ("author", "Ann".into(), "ValueError"),
        ("posted", "yesterday".into(), "ValidationError"),
        ("published", "maybe".into(), "ValidationError"),
        ("views__in", list(["1", "x"]), "ValueError"),
    ];
    for (lookup, value, class) in cases {
        let message = refused(posts(db).filter(q(lookup, value.clone())).all(db).await, class);
        let field = lookup.split("__").next().unwrap();
        assert!(message.contains(field) || message.contains("id"), "{lookup}={value}: {message}");
    }
    // More than a column holds matches nothing, and is no error.
    assert_eq!(ids(comments(db).filter(q("score", 3_000_000_000i64)), db).await?, [0; 0]);
    assert_eq!(ids(comments(db).filter(q("score__lt", 3_000_000_000i64)), db).await?, [1, 2, 4]);
    assert_eq!(ids(comments(db).filter(q("score__gt", -3_000_000_000i64)), db).await?, [1, 2, 4]);
    assert_eq!(ids(comments(db).exclude(q("score", 3_000_000_000i64)), db).await?, [1, 2, 3, 4, 5]);
    Ok(())
}

async fn names_that_lead_nowhere(db: &Database) -> Outcome {
    let cases = [
        ("titel", "Cannot resolve keyword 'titel' into field", "title"),
        ("author__nam", "nam", "name"),
        ("author__posts__vews__gt", "vews", "views"),
        ("title__icontian", "icontian", "icontains"),
        ("comment", "comment", "comments"),
    ];
    for (lookup, said, near) in cases {
        let message = refused(posts(db).filter(q(lookup, 1)).all(db).await, "FieldError");
        assert!(message.contains(said) && message.contains(near), "{lookup}: {message}");
    }
    let message = refused(posts(db).filter(q("nothing", 1)).all(db).await, "FieldError");
    assert!(
        message.contains(
            "Choices are: author, author_id, comments, editor, editor_id, id, posted, published, subtitle, tags, \
             title, views"
        ),
        "{message}"
    );
    refused(posts(db).filter(q("title__upper__nothing", 1)).all(db).await, "FieldError");
    refused(posts(db).filter(q("", 1)).all(db).await, "FieldError");
    refused(posts(db).order_by("nothing").all(db).await, "FieldError");
    refused(posts(db).order_by("title__exact").all(db).await, "FieldError");
    refused(posts(db).text_values(["author__nothing"]).all(db).await, "FieldError");
    refused(posts(db).update(set("nothing", 1), db).await, "FieldDoesNotExist");
    let message = refused(db.objects("blog.Pots"), "ImproperlyConfigured");
    assert!(message.contains("blog.Post"), "{message}");
    Ok(())
}

async fn empty_results_ask_nothing(db: &Database) -> Outcome {
    blog_rows(db).await?;
    let asked = db.capture();
    assert_eq!(ids(posts(db).none(), db).await?, [0; 0]);
    assert_eq!(ids(posts(db).none().filter(q("views", 5)), db).await?, [0; 0]);
    assert_eq!(posts(db).none().count(db).await?, 0);
    assert!(!posts(db).none().exists(db).await?);
    assert!(posts(db).none().first(db).await?.is_none());
    assert_eq!(posts(db).none().update(set("views", 1), db).await?, 0);
    assert_eq!(ids(posts(db).filter(q("pk__in", list(Vec::<i64>::new()))), db).await?, [0; 0]);
    assert_eq!(ids(posts(db).limit(0), db).await?, [0; 0]);
    assert!(asked.is_empty(), "{:?}", asked.statements());
    refused(posts(db).none().get(db).await, "DoesNotExist");
    assert!(refused(posts(db).none().filter(q("nothing", 5)).all(db).await, "FieldError").contains("nothing"));
    create(db, "blog.Tag", &[("name", "more".into())]).await?;
    assert_eq!(asked.len(), 1, "what writes is asked");
    Ok(())
}

/// A condition may be as long as a list, and deep enough for any filter that people click together.
async fn many_conditions(db: &Database) -> Outcome {
    blog_rows(db).await?;
    let either = (0..3_000).map(|n| q("views", n * 5)).reduce(|all, q| all | q).unwrap();
    assert_eq!(ids(posts(db).filter(either.clone()), db).await?, [1, 2, 3, 4]);
    assert_eq!(ids(posts(db).exclude(either), db).await?, [0; 0]);
    let both = (0..3_000).map(|n| !q("views", n * 5 + 10)).reduce(|all, q| all & q).unwrap();
    assert_eq!(ids(posts(db).filter(both), db).await?, [2, 3]);
    let calls = (0..200).fold(posts(db), |posts, n| posts.exclude(q("views", n * 5 + 10)));
    assert_eq!(ids(calls, db).await?, [2, 3]);
    let mut deep = q("views", 5);
    for n in 0..60 {
        deep = if n % 2 == 0 { deep | q("views", -1) } else { deep & q("views__gte", 0) };
    }
    assert_eq!(ids(posts(db).filter(deep), db).await?, [2]);
    // Deeper than that is refused, and no crash.
    let mut deepest = q("views", 5);
    for n in 0..1_000 {
        deepest = if n % 2 == 0 { deepest | q("views", -1) } else { deepest & q("views__gte", 0) };
    }
    let message = refused(posts(db).filter(deepest).count(db).await, "ValueError");
    assert!(message.contains("deep"), "{message}");
    assert_eq!(posts(db).count(db).await?, 4);
    Ok(())
}
