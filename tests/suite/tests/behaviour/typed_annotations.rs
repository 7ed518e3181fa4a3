//! Annotations and aggregates by typed paths, and the same over models without a Rust type.

use blog::*;
use embellie::expr::{Aggregate, AggregateFunction};
use embellie::prelude::*;
use embellie_suite::Outcome;

embellie_suite::on_every_database! { documented:
    annotations_are_values,
    aggregates_of_all_rows,
    values_and_groups,
    rows_with_annotations_are_peers,
    records_carry_annotations,
}

/// Ann wrote two posts, read 3 and 5 times; Bob one, never read; Cid none.
async fn rows(db: &Database) -> embellie::Result<()> {
    let ann = new!(User { name: "Ann", email: "ann@x.org" }).create(db).await?;
    let bob = new!(User { name: "Bob", email: "bob@x.org" }).create(db).await?;
    new!(User { name: "Cid", email: "cid@x.org", active: false }).create(db).await?;
    for (title, author, views) in [("Ash", &ann, 3), ("Birch", &ann, 5), ("Cedar", &bob, 0)] {
        new!(Post { title: title, author: author, views: views }).create(db).await?;
    }
    Ok(())
}

async fn annotations_are_values(db: &Database) -> Outcome {
    rows(db).await?;
    let n = Count(User::posts());
    let rows: Vec<(User, i64)> = User::objects().annotate(&n).filter(n.gte(1)).order_by(n.desc()).all(db).await?;
    let shown: Vec<(&str, i64)> = rows.iter().map(|(user, n)| (user.name.as_str(), *n)).collect();
    assert_eq!(shown, [("Ann", 2), ("Bob", 1)]);

    let top = Max(User::posts().views);
    let rows = User::objects().annotate((&n, &top)).annotate(&(&n * 10 + 1)).order_by("name").all(db).await?;
    let shown: Vec<_> = rows.iter().map(|(user, n, top, more)| (user.name.as_str(), *n, *top, *more)).collect();
    assert_eq!(shown, [("Ann", 2, Some(5), 21), ("Bob", 1, Some(0), 11), ("Cid", 0, None, 1)]);

    assert_eq!(User::objects().alias(&n).filter(n.eq(0)).get(db).await?.name, "Cid");
    let read = Count(User::posts()).filter(q!(posts__views__gt = 0));
    let rows = User::objects().order_by("name").values_list((User::name, &read, read.gt(1))).all(db).await?;
    assert_eq!(rows, [("Ann".into(), 2, true), ("Bob".into(), 0, false), ("Cid".into(), 0, false)]);
    Ok(())
}

async fn aggregates_of_all_rows(db: &Database) -> Outcome {
    rows(db).await?;
    let (count, mean): (i64, Option<f64>) = Post::objects().aggregate((Count(Post::id), Avg(Post::views)), db).await?;
    assert_eq!(count, 3);
    assert!((mean.unwrap() - 8.0 / 3.0).abs() < 1e-9);
    let none = Post::objects().filter(q!(views__gt = 100));
    assert_eq!(none.aggregate((Sum(Post::views), Sum(Post::views).default(0)), db).await?, (None, 0));
    assert_eq!(Post::objects().aggregate(Max(Post::views), db).await?, Some(5));
    let n = Count(User::posts());
    assert_eq!(User::objects().annotate(&n).aggregate(Sum(&n), db).await?, Some(3));
    Ok(())
}

async fn values_and_groups(db: &Database) -> Outcome {
    rows(db).await?;
    let rows = User::objects().order_by("name").values(row!(name, posts = Count(posts), top = Max(posts__views)));
    let rows = rows.all(db).await?;
    let shown: Vec<_> = rows.iter().map(|row| (row.name.as_str(), row.posts, row.top)).collect();
    assert_eq!(shown, [("Ann", 2, Some(5)), ("Bob", 1, Some(0)), ("Cid", 0, None)]);

    let n = Count(Star);
    let groups = Post::objects().order_by("author__name").values(row!(who = author__name)).annotate(&n).all(db).await?;
    let shown: Vec<_> = groups.iter().map(|(row, n)| (row.who.as_str(), *n)).collect();
    assert_eq!(shown, [("Ann", 2), ("Bob", 1)]);
    let pairs: Vec<(bool, i64)> =
        User::objects().order_by("active").values_list(User::active).annotate(&Count(User::id)).all(db).await?;
    assert_eq!(pairs, [(false, 1), (true, 2)]);
    Ok(())
}

async fn rows_with_annotations_are_peers(db: &Database) -> Outcome {
    rows(db).await?;
    let posts = Post::objects().annotate(&(Post::views + 1)).order_by("title").all(db).await?;
    let capture = db.capture();
    for (post, more) in &posts {
        assert_eq!(*more, post.views + 1);
        post.author.get(db).await?;
    }
    assert_eq!(capture.statements().len(), 1);
    Ok(())
}

async fn records_carry_annotations(db: &Database) -> Outcome {
    rows(db).await?;
    let n = || Aggregate::of(AggregateFunction::Count, "posts");
    let users = db.objects("blog.User")?.annotate_expr("n", n()).order_by("-n").all(db).await?;
    assert_eq!(users[0].get("n")?, &embellie::Value::from(2));
    assert_eq!(users[0].annotations().map(|(name, _)| name).collect::<Vec<_>>(), ["n"]);
    assert!(users[0].get("m").is_err());
    let rows =
        db.objects("blog.User")?.text_values(["active"]).annotate_expr("n", n()).order_by("active").all(db).await?;
    assert_eq!(rows[1].get("n"), Some(&embellie::Value::from(3)));
    let all = db.objects("blog.User")?.aggregate_expr([("n", n())], db).await?;
    assert_eq!(all.get("n"), Some(&embellie::Value::from(3)));
    Ok(())
}
