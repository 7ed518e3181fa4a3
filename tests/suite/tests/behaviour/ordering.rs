//! The order of rows, slices of them, and rows given once.

use embellie::{Database, Value};
use embellie_core::expr::Function;
use embellie_core::{Expr, OrderBy};
use embellie_suite::models::blog_rows;
use embellie_suite::{Outcome, Rows, ids, path, q, refused, rows, texts, values};

embellie_suite::on_every_database! { blog:
    by_fields_and_relations,
    by_expressions,
    nulls_go_where_they_are_sent,
    at_random,
    slices,
    distinct_rows,
}

fn posts(db: &Database) -> Rows {
    rows(db, "blog.Post")
}

async fn by_fields_and_relations(db: &Database) -> Outcome {
    blog_rows(db).await?;
    assert_eq!(texts(posts(db), "title", db).await?, ["Alpha", "Beta", "Delta", "Gamma"], "the model's own order");
    assert_eq!(ids(posts(db), db).await?, [1, 2, 4, 3]);
    assert_eq!(ids(posts(db).reverse(), db).await?, [3, 4, 2, 1]);
    assert_eq!(ids(posts(db).reverse().reverse(), db).await?, [1, 2, 4, 3]);
    assert_eq!(ids(posts(db).order_by("-views"), db).await?, [4, 1, 2, 3]);
    assert_eq!(ids(posts(db).order_by("-views").reverse(), db).await?, [3, 2, 1, 4]);
    assert_eq!(ids(posts(db).order_by("views").order_by("-id"), db).await?, [4, 3, 2, 1], "the last order counts");
    assert_eq!(ids(posts(db).order_by(["published", "-views"]), db).await?, [2, 4, 1, 3]);
    assert_eq!(ids(posts(db).order_by("pk"), db).await?, [1, 2, 3, 4]);
    assert_eq!(ids(posts(db).order_by("+pk"), db).await?, [1, 2, 3, 4]);
    // By a relation: as the related model is ordered (users by name); by its key with `_id` or `pk`.
    assert_eq!(ids(posts(db).order_by(["-author", "-id"]), db).await?, [4, 3, 2, 1]);
    assert_eq!(ids(posts(db).order_by(["author", "id"]), db).await?, [1, 2, 3, 4]);
    assert_eq!(ids(posts(db).order_by(["-author__name", "id"]), db).await?, [4, 3, 1, 2]);
    assert_eq!(ids(posts(db).order_by(["-author_id", "id"]), db).await?, [4, 3, 1, 2]);
    assert_eq!(ids(posts(db).order_by(["-author__pk", "id"]), db).await?, [4, 3, 1, 2]);
    let comments = rows(db, "blog.Comment");
    // Posts are ordered by title: Alpha, Beta, Delta.
    assert_eq!(ids(comments.clone().order_by(["-post", "id"]), db).await?, [4, 3, 1, 2, 5]);
    assert_eq!(ids(comments.clone().order_by(["post__author__email", "-id"]), db).await?, [5, 3, 2, 1, 4]);
    // By a multi-valued relation a row comes once for each row at the other end.
    assert_eq!(
        ids(posts(db).filter(q("comments__isnull", false)).order_by(["-comments__id"]), db).await?,
        [1, 4, 2, 1, 1]
    );
    assert_eq!(ids(comments.order_by(()).filter(q("id", 3)), db).await?, [3]);
    refused(posts(db).order_by("nothing").all(db).await, "FieldError");
    refused(posts(db).order_by("author__nothing").all(db).await, "FieldError");
    Ok(())
}

async fn by_expressions(db: &Database) -> Outcome {
    blog_rows(db).await?;
    assert_eq!(
        ids(
            posts(db).order_by((path("views") % 10).asc()).order_by([(path("views") % 10).desc(), OrderBy::from("id")]),
            db
        )
        .await?,
        [2, 1, 3, 4]
    );
    let length = Expr::call(Function::Length, [path("author__name")]);
    assert_eq!(
        ids(posts(db).order_by([length.desc(), OrderBy::from("-id")]), db).await?,
        [4, 3, 2, 1],
        "Dörte has five letters"
    );
    let lower = Expr::call(Function::Lower, [path("title")]);
    assert_eq!(ids(posts(db).order_by(lower.desc()), db).await?, [3, 4, 2, 1]);
    let either = Expr::call(Function::Coalesce, [path("subtitle"), path("title")]);
    // "Alpha", "b", "", "Delta"
    assert_eq!(ids(posts(db).order_by(either.asc()), db).await?, [3, 1, 4, 2]);
    Ok(())
}

async fn nulls_go_where_they_are_sent(db: &Database) -> Outcome {
    blog_rows(db).await?;
    // posted: 1 2024-01-10, 2 2024-03-01, 3 null, 4 2023-12-31
    let by = |order: OrderBy| posts(db).order_by([order, OrderBy::from("id")]);
    let posted = || path("posted");
    assert_eq!(ids(by(posted().asc().nulls_first()), db).await?, [3, 4, 1, 2]);
    assert_eq!(ids(by(posted().asc().nulls_last()), db).await?, [4, 1, 2, 3]);
    assert_eq!(ids(by(posted().desc().nulls_first()), db).await?, [3, 2, 1, 4]);
    assert_eq!(ids(by(posted().desc().nulls_last()), db).await?, [2, 1, 4, 3]);
    assert_eq!(ids(by(posted().desc().nulls_last()).reverse(), db).await?, [3, 4, 1, 2], "turned around, nulls too");
    let editor = || path("editor__name");
    assert_eq!(ids(by(editor().asc().nulls_first()), db).await?, [2, 4, 3, 1]);
    assert_eq!(ids(by(editor().desc().nulls_last()), db).await?, [1, 3, 2, 4]);
    Ok(())
}

async fn at_random(db: &Database) -> Outcome {
    blog_rows(db).await?;
    let mut seen = std::collections::HashSet::new();
    for _ in 0..40 {
        let order = ids(posts(db).order_by("?"), db).await?;
        let mut sorted = order.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, [1, 2, 3, 4]);
        seen.insert(order);
    }
    assert!(seen.len() > 3, "forty orders of four rows are not all alike");
    Ok(())
}

async fn slices(db: &Database) -> Outcome {
    blog_rows(db).await?;
    let all = || rows(db, "blog.Comment").order_by("id");
    assert_eq!(ids(all().limit(2), db).await?, [1, 2]);
    assert_eq!(ids(all().offset(3), db).await?, [4, 5]);
    assert_eq!(ids(all().slice(1..3), db).await?, [2, 3]);
    assert_eq!(ids(all().slice(..), db).await?, [1, 2, 3, 4, 5]);
    assert_eq!(ids(all().slice(3..=4), db).await?, [4, 5]);
    assert_eq!(ids(all().slice(1..).slice(1..).slice(..2), db).await?, [3, 4], "a slice of a slice");
    assert_eq!(ids(all().slice(1..3).slice(1..9), db).await?, [3], "no further than the first goes");
    assert_eq!(ids(all().slice(1..3).slice(5..), db).await?, [0; 0]);
    assert_eq!(ids(all().offset(100), db).await?, [0; 0]);
    assert_eq!(ids(all().limit(u64::MAX), db).await?, [1, 2, 3, 4, 5]);
    assert_eq!(ids(all().offset(u64::MAX), db).await?, [0; 0]);
    assert_eq!(all().slice(1..3).count(db).await?, 2);
    assert_eq!(all().offset(4).count(db).await?, 1);
    assert_eq!(all().offset(9).count(db).await?, 0);
    assert!(all().offset(4).exists(db).await?);
    assert!(!all().offset(5).exists(db).await?);
    for (mistaken, call) in [
        (all().limit(2).filter(q("id", 1)), "filter"),
        (all().limit(2).exclude(q("id", 1)), "filter"),
        (all().limit(2).order_by("id"), "reorder"),
        (all().limit(2).reverse(), "reverse"),
        (all().limit(2).distinct(), "distinct"),
    ] {
        let message = refused(mistaken.all(db).await, "TypeError");
        assert!(message.contains("slice") && (message.contains(call) || call == "filter"), "{message}");
    }
    refused(all().limit(2).update(embellie_suite::set("body", ""), db).await, "TypeError");
    refused(all().limit(2).delete(db).await, "TypeError");
    refused(all().limit(2).last(db).await, "TypeError");
    Ok(())
}

async fn distinct_rows(db: &Database) -> Outcome {
    blog_rows(db).await?;
    let bodies = || rows(db, "blog.Comment").order_by("body").distinct();
    assert_eq!(texts(bodies(), "body", db).await?, ["fine", "good", "spam"]);
    assert_eq!(bodies().text_values(["body"]).count(db).await?, 3);
    assert_eq!(bodies().count(db).await?, 5, "whole rows differ by their key");
    let authors = values(
        rows(db, "blog.Comment").order_by("author_id").distinct().filter(q("author__isnull", false)),
        "author",
        db,
    );
    assert_eq!(authors.await?, [Value::Int(1), Value::Int(2), Value::Int(3)]);
    // What the rows are ordered by counts as part of them, as Django documents.
    let by_id = rows(db, "blog.Comment").order_by(["body", "id"]).distinct();
    assert_eq!(texts(by_id, "body", db).await?, ["fine", "good", "good", "spam", "spam"]);
    assert_eq!(ids(posts(db).filter(q("tags__isnull", false)).distinct().order_by("id").limit(2), db).await?, [1, 2]);
    assert_eq!(posts(db).filter(q("tags__isnull", false)).distinct().count(db).await?, 3);
    Ok(())
}
