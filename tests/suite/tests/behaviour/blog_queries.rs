//! What an application asks of a blog, day by day: each query by typed paths, over rows that can be counted by hand.

use blog::*;
use embellie::functions::*;
use embellie::prelude::*;
use embellie::query_set::TextRow;
use embellie::write::BulkCreate;
use embellie_suite::{Failure, Kind, Outcome, refused};

embellie_suite::on_every_database! { documented:
    reading_rows,
    what_is_missing_is_made,
    conditions_together,
    values_of_the_row_itself,
    numbers_of_all_posts,
    numbers_of_each_user,
    numbers_of_each_day,
    related_rows_come_along,
    prefetched_rows_are_chosen,
    queries_under_names_of_ones_own,
    all_or_nothing,
    functions_of_texts_and_times,
    cases_choose_and_change,
    the_latest_of_many,
    many_rows_at_once,
    sets_of_rows,
    sql_by_hand,
    what_one_database_has,
}

fn moment(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Ann wrote Ash and Birch, Bob Cedar (a draft) and Dogwood; Cid, who is not active, wrote nothing.
async fn rows(db: &Database) -> embellie::Result<()> {
    let ann = new!(User { name: "Ann", email: "ann@x.org" }).create(db).await?;
    let bob = new!(User { name: "Bob", email: "bob@y.org" }).create(db).await?;
    new!(User { name: "Cid", email: "cid@x.org", active: false }).create(db).await?;
    new!(Profile { user: &ann, about: "gardener" }).create(db).await?;
    let tree = new!(Tag { word: "tree" }).create(db).await?;
    let wood = new!(Tag { word: "wood" }).create(db).await?;
    let posts = [
        ("Ash", &ann, 3, true, "2024-02-29T12:00:00Z"),
        ("Birch", &ann, 150, true, "2024-02-29T18:00:00Z"),
        ("Cedar", &bob, 20, false, "2024-03-01T08:00:00Z"),
        ("Dogwood", &bob, 2000, true, "2024-03-15T09:30:00Z"),
    ];
    for (title, author, views, published, created_at) in posts {
        let subtitle = (title == "Birch").then(|| "White bark".to_owned());
        let post = new!(Post { title, author, views, published, subtitle }).create(db).await?;
        Post::objects().filter(q!(id = post.id)).update(set!(created_at = moment(created_at)), db).await?;
        match title {
            "Ash" => {
                post.tags.add(&[&tree], db).await?;
                new!(Comment { post: &post, author: ForeignKey::to(&bob), body: "good" }).create(db).await?;
                new!(Comment { post: &post, author: ForeignKey::to(&ann), body: "thanks" }).create(db).await?;
            }
            "Birch" => {
                post.tags.add(&[&tree, &wood], db).await?;
                new!(Comment { post: &post, body: "spam" }).create(db).await?;
            }
            _ => {}
        }
    }
    Ok(())
}

fn titles(posts: &[Post]) -> Vec<&str> {
    posts.iter().map(|post| post.title.as_str()).collect()
}

fn names(users: &[User]) -> Vec<&str> {
    users.iter().map(|user| user.name.as_str()).collect()
}

async fn reading_rows(db: &Database) -> Outcome {
    rows(db).await?;
    let active = || User::objects().filter(q!(active = true));
    assert_eq!(names(&User::objects().all(db).await?), ["Ann", "Bob", "Cid"]);
    assert_eq!(names(&active().all(db).await?), ["Ann", "Bob"]);
    assert_eq!(names(&User::objects().exclude(q!(active = true)).all(db).await?), ["Cid"]);
    assert_eq!(User::objects().filter(User::email.eq("bob@y.org")).get(db).await?.name, "Bob");
    refused(User::objects().filter(q!(email = "nobody@x.org")).get(db).await, "DoesNotExist");
    refused(active().get(db).await, "MultipleObjectsReturned");
    let shown = Post::objects().filter(q!(published = true)).filter(Post::author.active.eq(true));
    assert_eq!(titles(&shown.all(db).await?), ["Dogwood", "Birch", "Ash"]);
    let by_mood = User::objects().order_by((User::active.asc(), User::name.desc()));
    assert_eq!(names(&by_mood.all(db).await?), ["Cid", "Bob", "Ann"]);
    assert_eq!(names(&by_mood.reverse().limit(2).all(db).await?), ["Ann", "Bob"]);
    assert_eq!((active().count(db).await?, active().exists(db).await?), (2, true));
    assert!(!User::objects().filter(q!(name = "Dan")).exists(db).await?);
    let asked = db.capture();
    assert!(User::objects().none().all(db).await?.is_empty());
    assert!(asked.is_empty(), "there is nothing to ask for");

    let pairs: Vec<(String, String)> =
        Post::objects().order_by("title").values_list((Post::title, Post::author.name)).limit(2).all(db).await?;
    assert_eq!(pairs, [("Ash".into(), "Ann".into()), ("Birch".into(), "Ann".into())]);
    let keys: Vec<i64> = Post::objects().order_by("id").values_list(Post::id).all(db).await?;
    assert_eq!(keys.len(), 4);
    let explained = Post::objects().filter(q!(published = true)).explain(db).await?;
    assert!(explained.contains("blog_post"), "{explained}");
    Ok(())
}

async fn what_is_missing_is_made(db: &Database) -> Outcome {
    rows(db).await?;
    let new = |name: &'static str| move || new!(User { name, email: "ann@x.org" });
    let (user, made) = User::objects().get_or_create(q!(email = "ann@x.org"), new("Other"), db).await?;
    assert_eq!((user.name.as_str(), made), ("Ann", false));
    let (user, made) = User::objects()
        .get_or_create(q!(email = "dan@x.org"), || new!(User { name: "Dan", email: "dan@x.org" }), db)
        .await?;
    assert_eq!((user.name.as_str(), made), ("Dan", true));
    let change = || set!(User, name = "Anna", active = false);
    let (user, made) = User::objects().update_or_create(q!(email = "ann@x.org"), change(), new("x"), db).await?;
    assert_eq!((user.name.as_str(), user.active, made), ("Anna", false, false));
    let ann = User::objects().filter(q!(email = "ann@x.org")).get(db).await?;
    assert_eq!((ann.name.as_str(), ann.active, User::objects().count(db).await?), ("Anna", false, 4));
    Ok(())
}

/// Users by what is known of them: a condition for each thing that is given.
fn search(name: Option<&str>, email: Option<&str>, active: Option<bool>) -> QuerySet<User> {
    let mut wanted = Q::all();
    if let Some(name) = name {
        wanted &= User::name.icontains(name);
    }
    if let Some(email) = email {
        wanted &= User::email.icontains(email);
    }
    if let Some(active) = active {
        wanted &= User::active.eq(active);
    }
    User::objects().filter(wanted)
}

async fn conditions_together(db: &Database) -> Outcome {
    rows(db).await?;
    let either = || User::name.icontains("AN") | User::email.icontains("Y.org");
    assert_eq!(names(&User::objects().filter(either()).all(db).await?), ["Ann", "Bob"]);
    let x_and_active = User::active.eq(true) & (User::name.icontains("z") | User::email.icontains("x.org"));
    assert_eq!(names(&User::objects().filter(x_and_active).all(db).await?), ["Ann"]);
    assert_eq!(names(&User::objects().filter(!User::active.eq(true)).all(db).await?), ["Cid"]);
    let read =
        q!(Post, published = true & (author__name__icontains = "ann" | title__icontains = "WOOD") & !(views__lt = 100));
    assert_eq!(titles(&Post::objects().filter(read).all(db).await?), ["Dogwood", "Birch"]);

    assert_eq!(search(None, None, None).count(db).await?, 3);
    assert_eq!(names(&search(Some("i"), None, None).all(db).await?), ["Cid"]);
    assert_eq!(names(&search(None, Some("x.org"), Some(true)).all(db).await?), ["Ann"]);
    Ok(())
}

async fn values_of_the_row_itself(db: &Database) -> Outcome {
    rows(db).await?;
    let comments = Count(Post::comments());
    let more_read = Post::objects().alias(&comments).filter(Post::views.gt(&comments * 2)).order_by("title");
    assert_eq!(titles(&more_read.all(db).await?), ["Birch", "Cedar", "Dogwood"]);
    let changed = Post::objects().filter(q!(published = true)).update(set!(views = F(views) + 1), db).await?;
    assert_eq!(changed, 3);
    let adjusted = Post::views * 2 + 10;
    let rows: Vec<(Post, i64)> = Post::objects().annotate(&adjusted).order_by("title").all(db).await?;
    assert_eq!(rows.iter().map(|(_, adjusted)| *adjusted).collect::<Vec<_>>(), [18, 312, 50, 4012]);
    Ok(())
}

async fn numbers_of_all_posts(db: &Database) -> Outcome {
    rows(db).await?;
    let asked = db.capture();
    assert_eq!(Post::objects().aggregate(Avg(Post::views), db).await?, Some(543.25));
    let posts = Post::objects();
    let numbers = posts.aggregate(
        (
            Count(Post::id),
            Count(Post::id).filter(q!(published = true)),
            Count(Post::id).filter(q!(published = false)),
            Max(Post::views),
            Min(Post::views),
            Sum(Post::views),
            StdDev(Post::views),
        ),
        db,
    );
    let (all, published, drafts, most, least, sum, spread) = numbers.await?;
    assert_eq!((all, published, drafts, most, least, sum), (4, 3, 1, Some(2000), Some(3), Some(2173)));
    assert!((spread.unwrap() - 842.974_903).abs() < 1e-5, "{spread:?}");
    assert_eq!(asked.len(), 2);

    // A mean of numbers that are themselves counted.
    let posts = Count(User::posts());
    let active = Count(User::id).filter(q!(active = true));
    let others = Count(User::id).filter(q!(active = false));
    let mean = Avg(&posts).filter(q!(active = true));
    assert_eq!(User::objects().annotate(&posts).aggregate((active, others, mean), db).await?, (2, 1, Some(2.0)));
    Ok(())
}

async fn numbers_of_each_user(db: &Database) -> Outcome {
    rows(db).await?;
    let (posts, views) = (Count(User::posts()), Sum(User::posts().views));
    let users = User::objects().annotate((&posts, &views)).order_by("name");
    let read = users.clone().all(db).await?;
    let shown: Vec<_> = read.iter().map(|(user, posts, views)| (user.name.as_str(), *posts, *views)).collect();
    assert_eq!(shown, [("Ann", 2, Some(153)), ("Bob", 2, Some(2020)), ("Cid", 0, None)]);
    assert_eq!(users.filter(posts.gt(1)).count(db).await?, 2);

    let published = Count(User::posts()).filter(q!(posts__published = true));
    let drafts = Count(User::posts()).filter(q!(posts__published = false));
    let mean = Avg(User::posts().views);
    let writers =
        User::objects().annotate((&published, &drafts, &mean)).filter(published.gt(0)).order_by("name").all(db).await?;
    let shown: Vec<_> = writers.iter().map(|(user, p, d, mean)| (user.name.as_str(), *p, *d, *mean)).collect();
    assert_eq!(shown, [("Ann", 2, 0, Some(76.5)), ("Bob", 1, 1, Some(1010.0))]);

    // Two ways at once do not multiply each other; a ratio of counts is not computed by zero.
    let comments = Count(User::posts().comments());
    let ratio = Case(posts.eq(0), 0.0).otherwise(comments.cast::<f64>() / posts.cast::<f64>());
    let numbers = User::objects().values_list((User::name, &views, &comments, &ratio)).order_by("name").all(db).await?;
    let expected = [("Ann", Some(153), 3, 1.5), ("Bob", Some(2020), 0, 0.0), ("Cid", None, 0, 0.0)];
    assert_eq!(numbers, expected.map(|(name, views, comments, ratio)| (name.to_owned(), views, comments, ratio)));
    Ok(())
}

async fn numbers_of_each_day(db: &Database) -> Outcome {
    rows(db).await?;
    let day = TruncDate(Post::created_at);
    let numbers = Post::objects()
        .values_list(&day)
        .annotate((&Count(Post::id), &Sum(Post::views), &Avg(Post::views)))
        .order_by(day.desc())
        .all(db)
        .await?;
    assert_eq!(
        numbers,
        [
            (civil::date(2024, 3, 15), 1, Some(2000), Some(2000.0)),
            (civil::date(2024, 3, 1), 1, Some(20), Some(20.0)),
            (civil::date(2024, 2, 29), 2, Some(153), Some(76.5)),
        ]
    );
    Ok(())
}

async fn related_rows_come_along(db: &Database) -> Outcome {
    rows(db).await?;
    let asked = db.capture();
    for post in Post::objects().select_related(Post::author).all(db).await? {
        assert!(post.author.cached().is_some_and(|author| author.active));
    }
    assert_eq!(asked.len(), 1);
    let users = User::objects().prefetch(User::posts()).all(db).await?;
    let numbers: Vec<_> = users.iter().map(|user| User::posts().of(user).cached().map(<[Post]>::len)).collect();
    assert_eq!((numbers, asked.len()), (vec![Some(2), Some(2), Some(0)], 3));
    let comments = Comment::objects()
        .select_related(Comment::post.author)
        .prefetch(Comment::post.author.profile())
        .all(db)
        .await?;
    let author = comments[0].post.cached().and_then(|post| post.author.cached()).expect("it came along");
    assert_eq!((User::profile().of(author).get(db).await?.about.as_str(), asked.len()), ("gardener", 5));
    let posts = Post::objects().select_related(Post::author).prefetch((Post::tags, Post::author.posts()));
    for post in posts.all(db).await? {
        let author = post.author.cached().expect("it came along");
        assert!(User::posts().of(author).cached().is_some_and(|posts| posts.len() == 2));
        assert!(post.tags.cached().is_some());
    }
    assert_eq!(asked.len(), 8, "{:?}", asked.statements());
    Ok(())
}

async fn prefetched_rows_are_chosen(db: &Database) -> Outcome {
    rows(db).await?;
    let published = || Post::objects().filter(q!(published = true));
    let users = User::objects().prefetch((User::posts(), published().order_by("-created_at"))).all(db).await?;
    assert_eq!(titles(User::posts().of(&users[0]).cached().expect("read")), ["Birch", "Ash"]);
    assert_eq!(titles(User::posts().of(&users[1]).cached().expect("read")), ["Dogwood"]);

    let shown = Prefetch::new(User::posts(), published().select_related(Post::author)).handle();
    let drafts = Prefetch::new(User::posts(), Post::objects().filter(q!(published = false))).handle();
    let asked = db.capture();
    for user in User::objects().prefetch((&shown, &drafts)).all(db).await? {
        let expected = match user.name.as_str() {
            "Ann" => (2, 0),
            "Bob" => (1, 1),
            _ => (0, 0),
        };
        assert_eq!((shown.of(&user)?.len(), drafts.of(&user)?.len()), expected);
    }
    assert_eq!(asked.len(), 3);

    let comments = Comment::objects().select_related(Comment::author).prefetch(Comment::author.profile());
    let posts = Post::objects().order_by("title").prefetch((Post::comments(), comments)).all(db).await?;
    let of_ash = Post::comments().of(&posts[0]);
    let writers: Vec<_> = of_ash.cached().expect("read").iter().map(|comment| &comment.author).collect();
    assert!(writers.iter().all(|author| author.as_ref().is_some_and(|author| author.cached().is_some())));

    let number = Count(Post::comments());
    let discussed = Post::objects().annotate(&number).filter(number.gt(0)).order_by("title");
    let discussed = Prefetch::new(User::posts(), discussed).handle();
    let users = User::objects().prefetch(&discussed).all(db).await?;
    let shown: Vec<_> = discussed.of(&users[0])?.iter().map(|(post, number)| (post.title.as_str(), *number)).collect();
    assert_eq!(shown, [("Ash", 2), ("Birch", 1)]);
    assert!(discussed.of(&users[1])?.is_empty());
    Ok(())
}

/// Queries that a blog asks again and again.
trait Posts: Sized {
    fn published(self) -> Self;
    fn drafts(self) -> Self;
    fn by(self, author: &User) -> Self;
    fn popular(self, views: i64) -> Self;
    fn since(self, moment: Timestamp) -> Self;
    fn newest(self, number: u64) -> Self;
}

impl Posts for QuerySet<Post> {
    fn published(self) -> Self {
        self.filter(q!(published = true))
    }

    fn drafts(self) -> Self {
        self.filter(q!(published = false))
    }

    fn by(self, author: &User) -> Self {
        self.filter(Post::author.eq(author))
    }

    fn popular(self, views: i64) -> Self {
        self.filter(q!(views__gte = views))
    }

    fn since(self, moment: Timestamp) -> Self {
        self.filter(q!(created_at__gte = moment))
    }

    fn newest(self, number: u64) -> Self {
        self.order_by("-created_at").limit(number)
    }
}

async fn queries_under_names_of_ones_own(db: &Database) -> Outcome {
    rows(db).await?;
    let bob = User::objects().filter(q!(name = "Bob")).get(db).await?;
    let posts = Post::objects;
    assert_eq!(titles(&posts().published().newest(2).all(db).await?), ["Dogwood", "Birch"]);
    assert_eq!(titles(&posts().by(&bob).drafts().all(db).await?), ["Cedar"]);
    assert_eq!(titles(&posts().published().by(&bob).all(db).await?), ["Dogwood"]);
    let comments = Count(Post::comments());
    let recent = posts().published().since(moment("2024-02-29T15:00:00Z")).popular(100).annotate(&comments);
    let shown = recent.order_by("-title").all(db).await?;
    let shown: Vec<_> = shown.iter().map(|(post, comments)| (post.title.as_str(), *comments)).collect();
    assert_eq!(shown, [("Dogwood", 0), ("Birch", 1)]);
    Ok(())
}

async fn all_or_nothing(db: &Database) -> Outcome {
    let made = db
        .atomic(async |tx| {
            let user = new!(User { name: "Eve", email: "eve@x.org" }).create(tx).await?;
            new!(Post { title: "Elm", author: &user }).create(tx).await?;
            Ok::<_, Failure>(user)
        })
        .await?;
    let again: embellie::Result<()> = db
        .atomic(async |tx| {
            let mut user = User::objects().select_for_update().filter(q!(id = made.id)).get(tx).await?;
            User::posts().of(&user).objects().update(set!(published = true), tx).await?;
            user.active = false;
            user.save(tx).await?;
            Err(Error::Value("enough".into()))
        })
        .await;
    refused(again, "ValueError");
    let eve = User::objects().filter(q!(name = "Eve")).get(db).await?;
    assert!(eve.active && !User::posts().of(&eve).objects().filter(q!(published = true)).exists(db).await?);

    // What fails within is undone alone.
    db.atomic(async |tx| {
        new!(Tag { word: "kept" }).create(tx).await?;
        let inner: embellie::Result<()> = tx
            .atomic(async |tx| {
                new!(Tag { word: "lost" }).create(tx).await?;
                new!(Tag { word: "kept" }).create(tx).await.map(drop)
            })
            .await;
        refused(inner, "IntegrityError");
        Ok::<_, Failure>(())
    })
    .await?;
    assert_eq!(Tag::objects().values_list(Tag::word).all(db).await?, ["kept"]);
    Ok(())
}

async fn functions_of_texts_and_times(db: &Database) -> Outcome {
    rows(db).await?;
    let user = User::objects().filter(q!(name = "Ann"));
    let texts = (Concat((User::name, " <", User::email, ">")), Lower(User::email), Upper(User::name));
    let (address, email, name) = user.values_list(texts).get(db).await?;
    assert_eq!((address.as_str(), email.as_str(), name.as_str()), ("Ann <ann@x.org>", "ann@x.org", "ANN"));
    let length = Length(Post::title);
    let long: Vec<(Post, i64)> = Post::objects().annotate(&length).filter(length.gt(5)).all(db).await?;
    assert_eq!((long.len(), long[0].0.title.as_str(), long[0].1), (1, "Dogwood", 7));
    let shown = Coalesce((Post::subtitle, Post::title, "Untitled"));
    let shown: Vec<(String, String)> =
        Post::objects().order_by("title").values_list((Substr(Post::title, 1, 3), &shown)).limit(2).all(db).await?;
    assert_eq!(shown, [("Ash".into(), "Ash".into()), ("Bir".into(), "White bark".into())]);

    let times = (TruncDate(Post::created_at), TruncMonth(Post::created_at), ExtractYear(Post::created_at));
    let birch = Post::objects().filter(q!(title = "Birch")).values_list(times).get(db).await?;
    assert_eq!(birch, (civil::date(2024, 2, 29), moment("2024-02-01T00:00:00Z"), 2024));
    let week_before = moment("2024-03-15T10:00:00Z") - SignedDuration::from_hours(24 * 7);
    assert_eq!(titles(&Post::objects().filter(q!(created_at__gte = week_before)).all(db).await?), ["Dogwood"]);
    let numbers =
        (Round(Post::views.cast::<f64>() / 7.0, 0), Abs(-Post::views.f()), Floor(Post::views.cast::<f64>() / 7.0));
    let numbers = Post::objects().filter(q!(title = "Cedar")).values_list(numbers).get(db).await?;
    assert_eq!(numbers, (3.0, 20, 2.0));
    Ok(())
}

async fn cases_choose_and_change(db: &Database) -> Outcome {
    rows(db).await?;
    let posts = Count(User::posts());
    let sort = Case(posts.gt(1), "busy").when(posts.gt(0), "casual").otherwise("lurker");
    let users: Vec<(String, String)> =
        User::objects().order_by("name").values_list((User::name, &sort)).all(db).await?;
    let expected = [("Ann", "busy"), ("Bob", "busy"), ("Cid", "lurker")];
    assert_eq!(users, expected.map(|(name, sort)| (name.to_owned(), sort.to_owned())));

    let status = Case(q!(Post, published = true, views__gt = 1000), "viral")
        .when(q!(Post, published = true, views__gt = 100), "popular")
        .when(q!(Post, published = true), "published")
        .otherwise("draft");
    assert_eq!(Post::objects().update(set!(subtitle = &status), db).await?, 4);
    let stored: Vec<Option<String>> = Post::objects().order_by("title").values_list(Post::subtitle).all(db).await?;
    assert_eq!(stored, ["published", "popular", "draft", "viral"].map(|status| Some(status.to_owned())));
    Ok(())
}

async fn the_latest_of_many(db: &Database) -> Outcome {
    rows(db).await?;
    let body = Subquery(&|post: OuterRef<Post, _>| {
        Comment::objects().filter(Comment::post.eq(post)).order_by("-id").values_list(Comment::body).limit(1)
    });
    let writer = Subquery(&|post: OuterRef<Post, _>| {
        Comment::objects().filter(Comment::post.eq(post)).order_by("-id").values_list(Comment::author.name).limit(1)
    });
    let posts = Post::objects().order_by("title").values_list((Post::title, &body, &writer)).limit(3).all(db).await?;
    let shown: Vec<_> = posts.iter().map(|(t, body, by)| (t.as_str(), body.as_deref(), by.as_deref())).collect();
    assert_eq!(shown, [("Ash", Some("thanks"), Some("Ann")), ("Birch", Some("spam"), None), ("Cedar", None, None)]);
    Ok(())
}

async fn many_rows_at_once(db: &Database) -> Outcome {
    rows(db).await?;
    let ann = User::objects().filter(q!(name = "Ann")).get(db).await?;
    let mut posts: Vec<Post> = (0..250).map(|n| new!(Post { title: format!("{n}"), author: &ann, views: n })).collect();
    let asked = db.capture();
    Post::objects().bulk_create_with(&mut posts, BulkCreate::new().batch_size(100), db).await?;
    assert_eq!(asked.len(), 3);
    for post in &mut posts {
        post.views += 1;
    }
    assert_eq!(Post::objects().bulk_update(&mut posts, &["views"], db).await?, 250);
    let mine = Post::objects().filter(Post::author.eq(&ann)).aggregate((Count(Star), Sum(Post::views)), db).await?;
    assert_eq!(mine, (252, Some(153 + (1..=250).sum::<i64>())));

    let users = || {
        [
            new!(User { name: "Ann B.", email: "ann@x.org", active: false }),
            new!(User { name: "Dan", email: "dan@x.org" }),
        ]
    };
    User::objects().bulk_create_with(&mut users(), BulkCreate::new().ignore_conflicts(), db).await?;
    assert_eq!(names(&User::objects().all(db).await?), ["Ann", "Bob", "Cid", "Dan"]);
    let upsert = BulkCreate::new().update_conflicts(["email"], ["name"]);
    User::objects().bulk_create_with(&mut users(), upsert, db).await?;
    let users = User::objects().all(db).await?;
    assert_eq!((names(&users), users[0].active), (vec!["Ann B.", "Bob", "Cid", "Dan"], true));
    Ok(())
}

async fn sets_of_rows(db: &Database) -> Outcome {
    rows(db).await?;
    let published = || Post::objects().filter(q!(published = true));
    let read = || Post::objects().filter(q!(views__lt = 100));
    let union = published().union(read()).order_by("title").all(db).await?;
    assert_eq!(titles(&union), ["Ash", "Birch", "Cedar", "Dogwood"]);
    assert_eq!(titles(&published().intersection(read()).all(db).await?), ["Ash"]);
    assert_eq!(titles(&published().difference(read()).order_by("title").all(db).await?), ["Birch", "Dogwood"]);
    let authors = Post::objects().order_by("author__name").values_list(Post::author.name).distinct();
    assert_eq!(authors.all(db).await?, ["Ann", "Bob"]);
    let newest = Post::objects().order_by((Post::author_id, Post::created_at.desc())).distinct_on(Post::author_id);
    let newest = newest.all(db).await?;
    assert_eq!(titles(&newest), ["Birch", "Dogwood"]);
    Ok(())
}

async fn sql_by_hand(db: &Database) -> Outcome {
    rows(db).await?;
    let active = User::raw("SELECT * FROM blog_user WHERE active = %s ORDER BY name", (true,)).all(db).await?;
    assert_eq!(names(&active), ["Ann", "Bob"]);
    let sql = "SELECT u.name, COUNT(p.id) AS posts FROM blog_user u LEFT JOIN blog_post p ON p.author_id = u.id
        GROUP BY u.id, u.name HAVING COUNT(p.id) > %s ORDER BY u.name";
    let counted: Vec<TextRow> = db.cursor().query(sql, (1,)).await?;
    let shown: Vec<_> = counted.iter().map(|row| (row.get("name").cloned(), row.get("posts").cloned())).collect();
    assert_eq!(shown, [(Some("Ann".into()), Some(2.into())), (Some("Bob".into()), Some(2.into()))]);
    let sql = "SELECT * FROM blog_user WHERE id IN (SELECT author_id FROM blog_post WHERE NOT published)";
    assert_eq!(names(&User::raw(sql, ()).all(db).await?), ["Bob"]);
    Ok(())
}

async fn what_one_database_has(db: &Database) -> Outcome {
    rows(db).await?;
    let vector = SearchVector((Post::title,)).weight(Weight::A).plus(SearchVector((Post::subtitle,)).weight(Weight::B));
    let vector = vector.config("english");
    let query = SearchQuery("bark").config("english");
    let rank = SearchRank(&vector, &query);
    let found = Post::objects().filter(vector.matches(&query)).annotate(&rank).order_by(rank.desc()).all(db).await;
    let names = ArrayAgg(User::posts().title).order_by(User::posts().title);
    let lists = User::objects().filter(q!(name = "Ann")).annotate(&names).get(db).await;
    match Kind::of(db) {
        Kind::Sqlite => {
            refused(found, "NotSupportedError");
            refused(lists, "NotSupportedError");
        }
        Kind::Postgres => {
            let found = found?;
            assert_eq!((found.len(), found[0].0.title.as_str()), (1, "Birch"));
            assert!(found[0].1 > 0.0);
            let (_, titles) = lists?;
            assert_eq!(format!("{titles:?}").matches("Ash").count(), 1);
        }
    }
    // Texts are joined everywhere.
    let words = StringAgg(Post::tags.word, ", ").order_by(Post::tags.word).default("none");
    let words: Vec<String> = Post::objects().order_by("title").values_list(&words).limit(3).all(db).await?;
    assert_eq!(words, ["tree", "tree, wood", "none"]);
    Ok(())
}
