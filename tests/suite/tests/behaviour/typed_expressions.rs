//! Typed expressions on databases: functions, cases, queries within queries, windows, parts of dates.

use blog::*;
use embellie::functions::*;
use embellie::prelude::*;
use embellie_suite::Outcome;

embellie_suite::on_every_database! { documented:
    operators_and_functions,
    cases_and_conditions,
    parts_of_dates,
    queries_within_queries,
    windows,
}

/// Three posts of Ann's, read 3, 5 and 0 times, and one of Bob's, read 4 times; two comments on the first.
async fn rows(db: &Database) -> embellie::Result<()> {
    let ann = new!(User { name: "Ann", email: "ann@x.org" }).create(db).await?;
    let bob = new!(User { name: "Bob", email: "bob@x.org" }).create(db).await?;
    new!(User { name: "Cid", email: "cid@x.org" }).create(db).await?;
    let posts = [("Ash", &ann, 3), ("Birch", &ann, 5), ("Cedar", &ann, 0), ("Dogwood", &bob, 4)];
    for (title, author, views) in posts {
        let subtitle = (views > 3).then(|| title.to_lowercase());
        new!(Post { title: title, author: author, views: views, subtitle: subtitle }).create(db).await?;
    }
    let ash = Post::objects().filter(q!(title = "Ash")).get(db).await?;
    new!(Comment { post: &ash, author: ForeignKey::to(&bob), body: "first" }).create(db).await?;
    new!(Comment { post: &ash, author: ForeignKey::to(&ann), body: "second" }).create(db).await?;
    Ok(())
}

async fn operators_and_functions(db: &Database) -> Outcome {
    rows(db).await?;
    let posts = || Post::objects().order_by("title");
    let computed: Vec<(i64, f64, i64)> = posts()
        .values_list((Post::views * 2 + 1, Post::views.cast::<f64>() / 2.0, -Post::views.f().pow(2).cast::<i64>()))
        .all(db)
        .await?;
    assert_eq!(computed, [(7, 1.5, -9), (11, 2.5, -25), (1, 0.0, 0), (9, 2.0, -16)]);
    let texts: Vec<(String, i64, String, String, Option<String>)> = posts()
        .values_list((
            Concat((Upper(Post::title), "/", Post::subtitle)),
            Length(Post::title),
            Post::title.slice(0..2),
            Coalesce((Post::subtitle, "none")),
            NullIf(Post::title, "Ash"),
        ))
        .limit(2)
        .all(db)
        .await?;
    assert_eq!(texts[0], ("ASH/".into(), 3, "As".into(), "none".into(), None));
    assert_eq!(texts[1], ("BIRCH/birch".into(), 5, "Bi".into(), "birch".into(), Some("Birch".into())));
    let lower = Lower(Post::title);
    let found = Post::objects().alias(&lower).filter(lower.eq("cedar")).order_by(lower.desc()).get(db).await?;
    assert_eq!(found.title, "Cedar");
    let greatest = posts().values_list((Greatest((Post::views, 3)), Least((Post::views, 3)))).all(db).await?;
    assert_eq!(greatest, [(3, 3), (5, 3), (3, 0), (4, 3)]);
    let changed = Post::objects().filter(q!(title = "Ash")).update(set!(title = Concat((F(title), "!"))), db).await?;
    assert_eq!((changed, posts().first(db).await?.unwrap().title.as_str()), (1, "Ash!"));
    Ok(())
}

async fn cases_and_conditions(db: &Database) -> Outcome {
    rows(db).await?;
    let heat = Case(q!(Post, views__gt = 4), "hot").when(q!(Post, views__gt = 2), "warm").otherwise("cold");
    let rows: Vec<(String, String)> =
        Post::objects().order_by((heat.desc(), "title")).values_list((Post::title, &heat)).all(db).await?;
    let shown: Vec<(&str, &str)> = rows.iter().map(|(title, heat)| (title.as_str(), heat.as_str())).collect();
    assert_eq!(shown, [("Ash", "warm"), ("Dogwood", "warm"), ("Birch", "hot"), ("Cedar", "cold")]);
    assert_eq!(Post::objects().filter(heat.in_(["hot", "cold"])).count(db).await?, 2);
    let hot = Count(Post::id).filter(q!(views__gt = 3));
    assert_eq!(Post::objects().aggregate((hot, Count(Star)), db).await?, (2, 4));
    let lettered = Post::objects().annotate(&q!(Post, subtitle__startswith = "b")).order_by("title").all(db).await?;
    assert_eq!(lettered.iter().map(|(_, holds)| *holds).collect::<Vec<_>>(), [false, true, false, false]);
    Ok(())
}

async fn parts_of_dates(db: &Database) -> Outcome {
    rows(db).await?;
    let then: Timestamp = "2024-02-29T23:30:15Z".parse().unwrap();
    Post::objects().filter(q!(title = "Ash")).update(set!(created_at = then), db).await?;
    let ash = || Post::objects().filter(q!(created_at__year = 2024, created_at__month__lte = 2));
    assert_eq!(ash().get(db).await?.title, "Ash");
    let parts: (i64, i64, i64, civil::Date) = ash()
        .values_list((
            Post::created_at.week_day(),
            Post::created_at.iso_week_day(),
            Post::created_at.hour(),
            Post::created_at.date(),
        ))
        .get(db)
        .await?;
    assert_eq!(parts, (5, 4, 23, civil::date(2024, 2, 29)));
    let day = ExtractDay(Post::created_at).in_time_zone("Europe/Berlin");
    assert_eq!(ash().values_list((&day, TruncMonth(Post::created_at))).get(db).await?, {
        (1, "2024-02-01T00:00:00Z".parse().unwrap())
    });
    let berlin = Post::objects().filter(q!(title = "Ash")).in_time_zone("Europe/Berlin");
    assert_eq!(berlin.values_list(Post::created_at.day()).get(db).await?, 1);
    let days: Vec<(i64, i64)> = Post::objects()
        .filter(q!(title = "Ash"))
        .values_list(ExtractYear(Post::created_at))
        .annotate(&Count(Post::id))
        .order_by(())
        .all(db)
        .await?;
    assert_eq!(days, [(2024, 1)]);
    Ok(())
}

async fn queries_within_queries(db: &Database) -> Outcome {
    rows(db).await?;
    let titles = |posts: Vec<Post>| posts.into_iter().map(|post| post.title).collect::<Vec<_>>();
    let discussed = Exists(&|p: OuterRef<Post, _>| Comment::objects().filter(Comment::post.eq(p)));
    assert_eq!(titles(Post::objects().filter(discussed.clone()).all(db).await?), ["Ash"]);
    let silent = Post::objects().filter(!discussed.clone() & Post::views.gt(0)).order_by("title");
    assert_eq!(titles(silent.all(db).await?), ["Birch", "Dogwood"]);
    let all: Vec<bool> = Post::objects().order_by("title").values_list(&discussed).all(db).await?;
    assert_eq!(all, [true, false, false, false]);

    let last = Subquery(&|p: OuterRef<Post, _>| {
        Comment::objects().filter(Comment::post.eq(p)).order_by("-id").values_list(Comment::body).limit(1)
    });
    let rows: Vec<(Post, Option<String>)> = Post::objects().annotate(&last).order_by("title").limit(2).all(db).await?;
    assert_eq!(rows.iter().map(|(_, last)| last.as_deref()).collect::<Vec<_>>(), [Some("second"), None]);

    let own = User::objects().filter(Exists(&|user| {
        Post::objects().filter(Exists(&|post| {
            Comment::objects().filter(Comment::post.eq(post) & Comment::author.eq(user.within(post)))
        }))
    }));
    assert_eq!(own.values_list(User::name).order_by("name").all(db).await?, ["Ann", "Bob"]);

    Post::objects().filter(discussed).update(set!(subtitle = &last), db).await?;
    assert_eq!(Post::objects().filter(q!(subtitle = "second")).count(db).await?, 1);
    Ok(())
}

async fn windows(db: &Database) -> Outcome {
    rows(db).await?;
    let rank = RowNumber().over().partition_by(Post::author).order_by(Post::views.desc());
    let top: Vec<(Post, i64)> = Post::objects().annotate(&rank).filter(rank.lte(2)).order_by("title").all(db).await?;
    let shown: Vec<(&str, i64)> = top.iter().map(|(post, rank)| (post.title.as_str(), *rank)).collect();
    assert_eq!(shown, [("Ash", 2), ("Birch", 1), ("Dogwood", 1)]);

    let (so_far, before) = (
        Sum(Post::views).over().order_by("title").rows(..=0),
        Lag(Post::views, 1).default(-1).over().order_by("title"),
    );
    let rows: Vec<(Option<i64>, i64)> =
        Post::objects().order_by("title").values_list((&so_far, &before)).all(db).await?;
    assert_eq!(rows, [(Some(3), -1), (Some(8), 3), (Some(8), 5), (Some(12), 0)]);
    Ok(())
}
