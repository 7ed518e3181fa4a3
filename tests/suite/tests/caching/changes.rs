//! What is kept, and what makes it go.

use std::time::{Duration, Instant};

use blog::*;
use embellie::Record;
use embellie::cache::Warmup;
use embellie::prelude::*;
use embellie::query_set::{QuerySet, Selection};
use embellie_suite::models::documented;
use embellie_suite::{Outcome, refused};

use super::everywhere;

const HOUR: Duration = Duration::from_secs(3600);

struct Rows {
    ann: User,
    bob: User,
    post: Post,
    tag: Tag,
}

/// Two users, a post of Ann's with a tag and a comment of Bob's.
async fn rows(db: &Database) -> Outcome<Rows> {
    let ann = new!(User { name: "Ann", email: "ann@x.org" }).create(db).await?;
    let bob = new!(User { name: "Bob", email: "bob@x.org" }).create(db).await?;
    let post = new!(Post { title: "Clouds", author: &ann, views: 3 }).create(db).await?;
    let tag = new!(Tag { word: "sky" }).create(db).await?;
    post.tags.add(&[&tag], db).await?;
    new!(Comment { post: &post, author: Some(ForeignKey::to(&bob)), body: "nice" }).create(db).await?;
    Ok(Rows { ann, bob, post, tag })
}

/// How many statements reading a query set takes.
async fn asked<M, S: Selection<M>>(set: &QuerySet<M, S>, db: &Database) -> Outcome<usize> {
    let asked = db.capture();
    set.all(db).await?;
    Ok(asked.len())
}

#[test]
fn what_was_read_is_read_once() -> Outcome {
    everywhere(documented, async |db, other| {
        rows(db).await?;
        let asked = db.capture();
        let posts = Post::objects().select_related(Post::author).order_by("id").cache(HOUR);
        for _ in 0..3 {
            let read = posts.all(db).await?;
            assert_eq!((read[0].title.as_str(), read[0].views), ("Clouds", 3));
            assert_eq!(read[0].author.get(db).await?.name, "Ann");
            assert_eq!(posts.get(db).await?.title, "Clouds");
            assert_eq!(posts.first(db).await?.map(|post| post.views), Some(3));
            assert_eq!(posts.count(db).await?, 1);
            assert!(posts.exists(db).await?);
            assert_eq!(posts.aggregate(Sum(Post::views), db).await?, Some(3));
            let n = Count(Post::comments());
            assert_eq!(posts.clone().annotate(&n).all(db).await?[0].1, 1);
            assert_eq!(
                Post::objects().cache(HOUR).values_list((Post::title, Post::author.name)).all(db).await?.len(),
                1
            );
            let users = User::objects().prefetch(User::posts()).cache(HOUR).all(db).await?;
            assert_eq!(User::posts().of(&users[0]).cached().expect("they were read").len(), 1);
            let untyped: Vec<Record> = db.objects("blog.Post")?.cache(HOUR).all(db).await?;
            assert_eq!(untyped[0].get("title")?, &embellie::Value::from("Clouds"));
            assert_eq!(asked.len(), 11, "{:?}", asked.statements());
        }
        // Also by another process, and never where nobody asked for it.
        let also = other.capture();
        assert_eq!(posts.all(other).await?.len(), 1);
        assert_eq!(also.len(), 0);
        Post::objects().all(other).await?;
        assert_eq!(also.len(), 1);
        Ok(())
    })
}

#[test]
fn columns_of_every_type_are_kept() -> Outcome {
    use embellie_suite::models::typed::*;
    everywhere(typed, async |db, _| {
        let point = Json(Point { x: 0.1, label: Some("☁".into()) });
        let row = new!(Everything {
            short: "a",
            long: "b",
            email: "a@x.org",
            slug: "s",
            url: "https://x.org",
            truth: true,
            small: -1i16,
            int: 2,
            big: i64::MAX,
            positive_small: 3u16,
            positive: 4u32,
            positive_big: 5u64,
            float: 0.1,
            decimal: Decimal::new(12345, 3),
            date: civil::date(2024, 2, 29),
            time: civil::time(23, 59, 59, 123_456_000),
            moment: Timestamp::from_microsecond(1_700_000_000_123_456).unwrap(),
            naive: civil::date(2024, 2, 29).at(1, 2, 3, 4000),
            duration: SignedDuration::from_micros(-1_234_567),
            uuid: Uuid::from_u128(7),
            bytes: vec![0u8, 255],
            document: serde_json::json!({"a": [1, null, "x"]}),
            point: point,
            ip: "10.0.0.1".parse::<std::net::IpAddr>().unwrap(),
            heat: Celsius(21.5),
            size: Size::Large,
            rank: Rank::Last
        });
        row.create(db).await?;
        new!(Nothing {}).create(db).await?;
        let (all, none) = (Everything::objects(), Nothing::objects());
        let plain = (format!("{:?}", all.all(db).await?), format!("{:?}", none.all(db).await?));
        for _ in 0..2 {
            let kept = (all.clone().cache(HOUR).all(db).await?, none.clone().cache(HOUR).all(db).await?);
            assert_eq!((format!("{:?}", kept.0), format!("{:?}", kept.1)), plain);
        }
        let records = db.objects("typed.Everything")?;
        let plain = format!("{:?}", records.clone().text_values([""; 0]).all(db).await?);
        let kept = records.text_values([""; 0]).cache(HOUR);
        for _ in 0..2 {
            assert_eq!(format!("{:?}", kept.all(db).await?), plain);
        }
        Ok(())
    })
}

#[test]
fn changes_of_its_tables_end_it() -> Outcome {
    everywhere(documented, async |db, other| {
        let Rows { mut ann, mut bob, mut post, tag } = rows(db).await?;
        let users = User::objects().cache(HOUR);
        let joined = Post::objects().select_related(Post::author).cache(HOUR);
        let tagged = Post::objects().filter(q!(tags__word = "sky")).cache(HOUR);
        let within =
            Post::objects().filter(Exists(&|post| Comment::objects().filter(Comment::post.eq(post)))).cache(HOUR);
        let none = (0, 0, 0, 0);
        let now = async || {
            let sets = (asked(&joined, db).await?, asked(&tagged, db).await?, asked(&within, db).await?);
            Outcome::Ok((asked(&users, db).await?, sets.0, sets.1, sets.2))
        };
        assert_eq!(now().await?, (1, 1, 1, 1));
        assert_eq!(now().await?, none);
        // Each kind of write, and which of them it touches.
        ann.name = "Anna".into();
        ann.save(db).await?;
        assert_eq!(now().await?, (1, 1, 0, 0));
        assert_eq!(joined.all(db).await?[0].author.get(db).await?.name, "Anna");
        User::objects().filter(q!(name = "Bob")).update(set!(active = false), other).await?;
        assert_eq!(now().await?, (1, 1, 0, 0));
        post.tags.remove(&[&tag], other).await?;
        assert_eq!(now().await?, (0, 0, 1, 0));
        assert_eq!(tagged.all(db).await?.len(), 0);
        post.tags.set(&[&tag], db).await?;
        assert_eq!(now().await?, (0, 0, 1, 0));
        Tag::objects().bulk_create(&mut [new!(Tag { word: "sea" })], db).await?;
        assert_eq!(now().await?, (0, 0, 1, 0));
        Comment::objects().bulk_create(&mut [new!(Comment { post: &post, body: "again" })], other).await?;
        assert_eq!(now().await?, (0, 0, 0, 1));
        post.views = 9;
        Post::objects().bulk_update(std::slice::from_mut(&mut post), &["views"], db).await?;
        assert_eq!(now().await?, (0, 1, 1, 1));
        let everybody = User::objects();
        let cid = || new!(User { name: "Cid", email: "c@x.org" });
        assert!(everybody.get_or_create(q!(name = "Cid"), cid, db).await?.1);
        assert_eq!(now().await?, (1, 1, 0, 0));
        Comment::objects().filter(q!(body = "none")).delete(db).await?;
        assert_eq!(now().await?, (0, 0, 0, 1));
        // What points at it becomes null, and what it takes along goes.
        bob.delete(db).await?;
        assert_eq!(now().await?, (1, 1, 0, 1));
        ann.delete(other).await?;
        assert_eq!(now().await?, (1, 1, 1, 1));
        assert_eq!((joined.all(db).await?.len(), within.all(db).await?.len()), (0, 0));
        assert_eq!(now().await?, none);
        // Changes of the schema end everything.
        db.drop_tables(&["blog.Comment"]).await?;
        db.create_tables(&["blog.Comment"]).await?;
        assert_eq!(now().await?, (1, 1, 1, 1));
        Ok(())
    })
}

#[test]
fn changes_count_once_they_are_committed() -> Outcome {
    everywhere(documented, async |db, other| {
        let Rows { ann, .. } = rows(db).await?;
        let users = User::objects().order_by("name").cache(HOUR);
        let names = async |db: &dyn Executor| {
            let users = users.all(db).await?;
            Outcome::Ok(users.into_iter().map(|user| user.name).collect::<Vec<_>>().join(" "))
        };
        assert_eq!(names(db).await?, "Ann Bob");
        db.atomic(async |tx| {
            // Nothing was written yet: what is there is given.
            let asked = db.capture();
            assert_eq!(names(tx).await?, "Ann Bob");
            assert_eq!(asked.len(), 0);
            User::objects().filter(q!(name = "Bob")).update(set!(name = "Bert"), tx).await?;
            // Its own changes are seen within, and nobody else's business.
            assert_eq!(names(tx).await?, "Ann Bert");
            assert_eq!(asked.len(), 2);
            assert_eq!(names(other).await?, "Ann Bob");
            Outcome::Ok(())
        })
        .await?;
        assert_eq!((names(db).await?, names(other).await?), ("Ann Bert".into(), "Ann Bert".into()));

        // What is rolled back has changed nothing.
        let asked = db.capture();
        let undone: Outcome = db
            .atomic(async |tx| {
                User::objects().delete(tx).await?;
                assert_eq!(names(tx).await?, "");
                Err(Error::Value("on purpose".into()).into())
            })
            .await;
        undone.expect_err("it was undone");
        let before = asked.len();
        assert_eq!(names(db).await?, "Ann Bert");
        assert_eq!(asked.len(), before);
        // Nor what is rolled back to a savepoint, in a transaction that is committed.
        db.atomic(async |tx| {
            let undone: Outcome = tx
                .atomic(async |tx| {
                    User::objects().update(set!(active = false), tx).await?;
                    Err(Error::Value("on purpose".into()).into())
                })
                .await;
            undone.expect_err("it was undone");
            new!(Post { title: "Rain", author: &ann }).create(tx).await?;
            Outcome::Ok(())
        })
        .await?;
        let before = asked.len();
        assert_eq!(names(db).await?, "Ann Bert");
        assert_eq!(asked.len(), before);
        // What is read in a transaction is not kept.
        users.clone().cache(None).filter(q!(name = "Ann")).count(db).await?;
        let alone = users.clone().filter(q!(name = "Bert"));
        db.atomic(async |tx| alone.all(tx).await).await?;
        assert_eq!(super::changes::asked(&alone, db).await?, 1);
        Ok(())
    })
}

#[test]
fn what_cannot_be_seen_is_told() -> Outcome {
    everywhere(documented, async |db, other| {
        rows(db).await?;
        let users = User::objects().filter(q!(active = true)).cache(HOUR);
        let hide = "UPDATE blog_user SET active = %s";
        assert_eq!(users.count(db).await?, 2);
        other.cursor().execute(hide, (false,)).await?;
        assert_eq!(users.count(db).await?, 2);
        other.invalidate(&["blog.User"]).await?;
        assert_eq!(users.count(db).await?, 0);
        db.atomic(async |tx| {
            tx.cursor().execute(hide, (true,)).await?;
            tx.invalidate(&["blog.User"])?;
            assert_eq!(users.count(other).await?, 0);
            assert_eq!(users.count(tx).await?, 2);
            Outcome::Ok(())
        })
        .await?;
        assert_eq!(users.count(other).await?, 2);
        assert!(refused(db.invalidate(&["blog.Usr"]).await, "ImproperlyConfigured").contains("did you mean"));
        Ok(())
    })
}

#[test]
fn time_ends_it() -> Outcome {
    everywhere(documented, async |db, _| {
        rows(db).await?;
        let mut time = Duration::from_millis(300);
        loop {
            let begun = Instant::now();
            let users = User::objects().cache(time);
            db.invalidate(&["blog.User"]).await?;
            assert_eq!(asked(&users, db).await?, 1);
            let again = asked(&users, db).await?;
            // On a busy machine it may be over already.
            if begun.elapsed() < time {
                assert_eq!(again, 0);
                tokio::time::sleep(time + Duration::from_millis(100)).await;
                assert_eq!(asked(&users, db).await?, 1);
                break;
            }
            time *= 4;
        }
        let never = User::objects().cache(Duration::ZERO);
        assert_eq!((asked(&never, db).await?, asked(&never, db).await?), (1, 1));
        Ok(())
    })
}

#[test]
fn what_is_asked_for_most_is_read_before() -> Outcome {
    everywhere(documented, async |db, other| {
        rows(db).await?;
        let posts = Post::objects().prefetch(Post::comments()).cache(HOUR);
        let warm = || {
            Warmup::new()
                .query_set("posts", posts.clone())
                .task("users", async |db| db.cache().set("users", &User::objects().count(&db).await?, None).await)
                .query_set("nothing", User::objects())
        };
        let report = warm().run(db).await;
        assert!(!report.is_ok());
        assert_eq!(report.done()[0].outcome, Ok(Some(1)));
        let text = report.to_string();
        assert!(text.contains("posts: 1 rows in ") && text.contains("nothing: failed: only a query set"), "{text}");
        assert_eq!(other.cache().get::<u64>("users").await?, Some(2));
        let asked = other.capture();
        assert_eq!(posts.all(other).await?.len(), 1);
        assert_eq!(asked.len(), 0);
        // It is read again, whatever is there.
        let again = db.capture();
        warm().run(db).await;
        assert_eq!(again.len(), 3, "{:?}", again.statements());
        Ok(())
    })
}

/// What is read side by side is kept each by itself, and only what changed is asked for again.
#[test]
fn relations_that_are_read_together_are_kept_apart() -> Outcome {
    everywhere(documented, async |db, _| {
        let ann = new!(User { name: "Ann", email: "ann@x.org" }).create(db).await?;
        for title in ["one", "two"] {
            let post = new!(Post { title, author: &ann }).create(db).await?;
            post.tags.add(&[&new!(Tag { word: title }).create(db).await?], db).await?;
            new!(Comment { post: &post, body: "!" }).create(db).await?;
        }
        // Two that ask the very same wait for each other.
        let again = || Prefetch::new(Post::comments(), Comment::objects().order_by("id")).handle();
        let (first, second) = (again(), again());
        let relations = (Post::author, Post::tags, &first, &second);
        let posts = Post::objects().order_by("id").prefetch(relations).cache(HOUR);
        let asked = db.capture();
        let read = async || {
            let posts = posts.all(db).await?;
            let whole = posts.iter().all(|post| {
                let comments = (first.of(post).map(<[_]>::len), second.of(post).map(<[_]>::len));
                post.author.cached().is_some() && post.tags.cached().is_some() && comments == (Ok(1), Ok(1))
            });
            assert!(whole && posts.len() == 2);
            Outcome::Ok(())
        };
        read().await?;
        assert!(asked.len() <= 5, "{:?}", asked.statements());
        let before = asked.len();
        read().await?;
        assert_eq!(asked.len(), before, "nothing is asked again");
        new!(Tag { word: "three" }).create(db).await?;
        let before = asked.len();
        read().await?;
        assert_eq!(asked.len(), before + 1, "the tags alone");
        Ok(())
    })
}
