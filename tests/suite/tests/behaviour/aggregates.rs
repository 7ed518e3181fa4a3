//! Every aggregate, over rows, over groups and over relations.

use blog::*;
use embellie::functions::*;
use embellie::prelude::*;
use embellie_suite::{Kind, Outcome, refused};
use serde_json::json;

embellie_suite::on_every_database! { documented:
    of_all_rows,
    of_no_rows,
    spread,
    lists,
    groups_and_conditions_on_them,
    several_relations_are_each_right,
    aggregates_of_aggregates,
    what_makes_no_sense,
}

/// Ann: three posts (1, 2, 6 views) with 2, 1 and 0 comments; Bob: one post (3 views) with a comment; Cid: nothing.
async fn rows(db: &Database) -> Outcome {
    let mut users =
        [("Ann", "a@x.org"), ("Bob", "b@x.org"), ("Cid", "c@x.org")].map(|(name, email)| new!(User { name, email }));
    User::objects().bulk_create(&mut users, db).await?;
    for (title, author, views, comments) in [("A", 0, 1, 2), ("B", 0, 2, 1), ("C", 0, 6, 0), ("D", 1, 3, 1)] {
        let post = new!(Post { title, author: &users[author], views, published: views > 1 }).create(db).await?;
        for n in 0..comments {
            new!(Comment { post: &post, author: (n == 0).then(|| ForeignKey::to(&users[1])), body: "x" })
                .create(db)
                .await?;
        }
    }
    Ok(())
}

async fn of_all_rows(db: &Database) -> Outcome {
    rows(db).await?;
    let views = Post::views;
    let all = (Count(Star), Sum(views), Avg(views), Min(views), Max(views), AnyValue(Post::views));
    let (count, sum, mean, least, most, any) = Post::objects().aggregate(all, db).await?;
    assert_eq!((count, sum, mean, least, most), (4, Some(12), Some(3.0), Some(1), Some(6)));
    assert!(any.is_some_and(|views| [1, 2, 3, 6].contains(&views)));
    let filtered = (
        Count(Post::id).filter(q!(published = true)),
        Sum(views).filter(q!(views__gt = 2)),
        Count(Post::author).distinct(),
        Sum(views * 2 + 1),
        Max(Length(Post::title)),
        Min(Post::title),
    );
    let given = Post::objects().aggregate(filtered, db).await?;
    assert_eq!(given, (3, Some(9), 2, Some(28), Some(1), Some("A".to_owned())));
    let sliced = Post::objects().order_by(Post::views).limit(2).aggregate(Sum(views), db).await?;
    assert_eq!(sliced, Some(3));
    Ok(())
}

async fn of_no_rows(db: &Database) -> Outcome {
    let all = (Count(Star), Sum(Post::views), Sum(Post::views).default(7), Max(Post::title));
    assert_eq!(Post::objects().aggregate(all.clone(), db).await?, (0, None, 7, None));
    assert_eq!(Post::objects().none().aggregate(all, db).await?, (0, None, 7, None));
    Ok(())
}

async fn spread(db: &Database) -> Outcome {
    rows(db).await?;
    let views = Post::views;
    let all = (StdDev(views), StdDevSample(views), Variance(views), VarianceSample(views));
    let (deviation, sampled, variance, of_sample) = Post::objects().aggregate(all, db).await?;
    let near = |value: Option<f64>, expected: f64| assert!((value.unwrap() - expected).abs() < 1e-9, "{value:?}");
    near(variance, 3.5);
    near(of_sample, 14.0 / 3.0);
    near(deviation, 3.5_f64.sqrt());
    near(sampled, (14.0_f64 / 3.0).sqrt());
    let one = Post::objects().filter(q!(title = "A")).aggregate((Variance(views), VarianceSample(views)), db).await?;
    assert_eq!(one, (Some(0.0), None));
    Ok(())
}

async fn lists(db: &Database) -> Outcome {
    rows(db).await?;
    let joined = StringAgg(Post::title, "-").order_by(Post::views.desc());
    assert_eq!(Post::objects().aggregate(joined, db).await?.as_deref(), Some("C-D-B-A"));
    let shown = StringAgg(Post::title, "").filter(q!(published = true)).order_by(Post::title);
    assert_eq!(Post::objects().aggregate(shown, db).await?.as_deref(), Some("BCD"));
    let as_json = JsonArrayAgg(Post::views).order_by(Post::views);
    assert_eq!(Post::objects().aggregate(as_json, db).await?, Some(json!([1, 2, 3, 6])));
    let asked = db.capture();
    let array = Post::objects().aggregate(ArrayAgg(Post::title).order_by(Post::title), db).await;
    match Kind::of(db) {
        Kind::Postgres => assert_eq!(array?.unwrap().to_vec(), ["A", "B", "C", "D"]),
        Kind::Sqlite => {
            refused(array, "NotSupportedError");
            assert!(asked.is_empty());
        }
    }
    Ok(())
}

async fn groups_and_conditions_on_them(db: &Database) -> Outcome {
    rows(db).await?;
    let (n, top) = (Count(Post::id), Max(Post::views));
    let groups = Post::objects().values_list(Post::author.name).annotate((&n, &top)).order_by(Post::author.name);
    assert_eq!(groups.clone().all(db).await?, [("Ann".to_owned(), 3, Some(6)), ("Bob".to_owned(), 1, Some(3))]);
    assert_eq!(groups.clone().filter(n.gt(1)).all(db).await?.len(), 1);
    assert_eq!(groups.clone().filter(n.gt(1) | top.lt(5)).count(db).await?, 2);
    assert_eq!(groups.filter(q!(published = true)).filter(n.gte(2)).all(db).await?, [("Ann".to_owned(), 2, Some(6))]);
    let posts = Count(User::posts());
    let users = User::objects().annotate(&posts).order_by((posts.desc(), User::name)).all(db).await?;
    let counted: Vec<(&str, i64)> = users.iter().map(|(user, n)| (user.name.as_str(), *n)).collect();
    assert_eq!(counted, [("Ann", 3), ("Bob", 1), ("Cid", 0)]);
    assert_eq!(User::objects().annotate(&posts).filter(posts.eq(0)).count(db).await?, 1);
    Ok(())
}

async fn several_relations_are_each_right(db: &Database) -> Outcome {
    rows(db).await?;
    let (posts, comments) = (Count(User::posts()), Count(User::posts().comments()));
    let (views, own) = (Sum(User::posts().views).default(0), Count(User::comments()));
    let all = || User::objects().order_by(User::name).annotate((&posts, &comments, &views, &own));
    let given: Vec<(String, i64, i64, i64, i64)> =
        all().all(db).await?.into_iter().map(|(user, a, b, c, d)| (user.name, a, b, c, d)).collect();
    let ann = ("Ann".to_owned(), 3, 3, 9, 0);
    let bob = ("Bob".to_owned(), 1, 1, 3, 3);
    assert_eq!(given, [ann, bob, ("Cid".to_owned(), 0, 0, 0, 0)]);
    assert_eq!(all().filter(posts.gt(0) & own.eq(0)).count(db).await?, 1);
    // In one join, each row counts once for every combination, as in Django.
    let joined: Vec<(i64, i64)> = all()
        .joined_aggregates()
        .all(db)
        .await?
        .into_iter()
        .map(|(_, posts, comments, ..)| (posts, comments))
        .collect();
    assert_eq!(joined, [(4, 3), (3, 3), (0, 0)]);
    Ok(())
}

async fn aggregates_of_aggregates(db: &Database) -> Outcome {
    rows(db).await?;
    let posts = Count(User::posts());
    let (most, mean) = User::objects().annotate(&posts).aggregate((Max(&posts), Avg(&posts)), db).await?;
    assert_eq!(most, Some(3));
    assert!((mean.unwrap() - 4.0 / 3.0).abs() < 1e-9);
    Ok(())
}

async fn what_makes_no_sense(db: &Database) -> Outcome {
    rows(db).await?;
    refused(Post::objects().aggregate(Max(Count(Post::id)), db).await, "FieldError");
    refused(Post::objects().update(set!(views = Max(Post::views).default(0)), db).await, "FieldError");
    Ok(())
}
