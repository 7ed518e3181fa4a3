//! Typed paths, macros, text and records: four ways to one statement.

use blog::*;
use embellie::prelude::*;
use embellie_core::Expr;
use embellie_suite::{Outcome, list};

embellie_suite::on_every_database! { documented:
    reading_is_one_statement_however_it_is_written,
    writing_is_one_statement_however_it_is_written,
}

/// The statements that `work` runs.
macro_rules! asked {
    ($db:expr, $work:expr) => {{
        let asked = $db.capture();
        let _ = $work.await?;
        asked.statements().into_iter().map(|statement| statement.sql.to_string()).collect::<Vec<_>>()
    }};
}

async fn reading_is_one_statement_however_it_is_written(db: &Database) -> Outcome {
    let text = |path: &str, value: &str| Q::<Post>::text(path, value);
    let since: Timestamp = "2024-01-01T00:00:00Z".parse()?;
    let posts = || Post::objects();
    let records = || db.objects("blog.Post").unwrap();
    let ways: Vec<(&str, [QuerySet<Post>; 3], _)> = vec![
        (
            "a chain of relations",
            [
                posts().filter(Post::author.name.icontains("ann")),
                posts().filter(q!(author__name__icontains = "ann")),
                posts().filter(text("author__name__icontains", "ann")),
            ],
            records().filter(Q::text("author__name__icontains", "ann")),
        ),
        (
            "every connector",
            [
                posts().filter(
                    (Post::views.gt(1) | !Post::title.startswith("x"))
                        & (Post::published.eq(true) ^ Post::views.lte(9)),
                ),
                posts().filter(q!((views__gt = 1 | !(title__startswith = "x")) & (published = true ^ views__lte = 9))),
                posts().filter(
                    (Q::text("views__gt", 1) | !text("title__startswith", "x"))
                        & (Q::text("published", true) ^ Q::text("views__lte", 9)),
                ),
            ],
            records().filter(
                (Q::text("views__gt", 1) | !Q::text("title__startswith", "x"))
                    & (Q::text("published", true) ^ Q::text("views__lte", 9)),
            ),
        ),
        (
            "ways back, twice",
            [
                posts().filter(Post::comments().body.exact("a")).filter(Post::comments().author.name.eq("b")),
                posts().filter(q!(comments__body = "a")).filter(q!(comments__author__name = "b")),
                posts().filter(text("comments__body", "a")).filter(text("comments__author__name", "b")),
            ],
            records().filter(Q::text("comments__body", "a")).filter(Q::text("comments__author__name", "b")),
        ),
        (
            "ways back, ruled out",
            [
                posts().exclude(Post::tags.word.in_(["a", "b"])).exclude(Post::comments().author.isnull(true)),
                posts().exclude(q!(tags__word__in = ["a", "b"])).exclude(q!(comments__author__isnull = true)),
                posts()
                    .exclude(Q::text("tags__word__in", list(["a", "b"])))
                    .exclude(Q::text("comments__author__isnull", true)),
            ],
            records()
                .exclude(Q::text("tags__word__in", list(["a", "b"])))
                .exclude(Q::text("comments__author__isnull", true)),
        ),
        (
            "expressions and ranges",
            [
                posts().filter(Post::views.gt(Post::id.f() + 1) & Post::created_at.range(since..=since)),
                posts().filter(q!(views__gt = F(id) + 1, created_at__range = (since, since))),
                posts().filter(
                    Q::text("views__gt", Expr::path("id") + 1) & Q::text("created_at__range", list([since, since])),
                ),
            ],
            records().filter(
                Q::text("views__gt", Expr::path("id") + 1) & Q::text("created_at__range", list([since, since])),
            ),
        ),
        (
            "orders and slices",
            [
                posts()
                    .order_by((Post::author.name.desc(), Post::subtitle.asc().nulls_last(), Post::id))
                    .slice(2..7)
                    .fetch_mode(FetchMode::One),
                posts().order_by(("-author__name", Expr::path("subtitle").asc().nulls_last(), "id")).offset(2).limit(5),
                posts()
                    .order_by(["id"])
                    .order_by(("-author__name", Expr::path("subtitle").asc().nulls_last(), "id"))
                    .limit(7)
                    .offset(2),
            ],
            records().order_by(("-author__name", Expr::path("subtitle").asc().nulls_last(), "id")).slice(2..=6),
        ),
        (
            "subqueries",
            [
                posts().filter(Post::author.in_(User::objects().filter(User::active.eq(true)))),
                posts().filter(q!(author__in = User::objects().filter(q!(active = true)))),
                posts().filter(Q::text("author__in", User::objects().filter(Q::text("active", true)))),
            ],
            records().filter(Q::text("author__in", db.objects("blog.User").unwrap().filter(Q::text("active", true)))),
        ),
    ];
    for (what, [typed, macros, text], records) in ways {
        let of = async |rows: &QuerySet<Post>| -> Outcome<Vec<String>> {
            Ok([
                asked!(db, rows.all(db)),
                asked!(db, rows.count(db)),
                asked!(db, rows.exists(db)),
                asked!(db, rows.first(db)),
            ]
            .concat())
        };
        let typed = of(&typed).await?;
        assert_eq!(typed.len(), 4, "{what}");
        assert_eq!(of(&macros).await?, typed, "{what}");
        assert_eq!(of(&text).await?, typed, "{what}");
        let records = [
            asked!(db, records.all(db)),
            asked!(db, records.count(db)),
            asked!(db, records.exists(db)),
            asked!(db, records.first(db)),
        ];
        assert_eq!(records.concat(), typed, "{what}");
    }
    let typed = asked!(db, Post::objects().values_list((Post::title, Post::author.name, Post::tags.word)).all(db));
    assert_eq!(asked!(db, Post::objects().values(row!(title, who = author__name, tags__word)).all(db)), typed);
    assert_eq!(asked!(db, Post::objects().text_values(["title", "author__name", "tags__word"]).all(db)), typed);
    assert_eq!(asked!(db, records().text_values(["title", "author__name", "tags__word"]).all(db)), typed);
    Ok(())
}

async fn writing_is_one_statement_however_it_is_written(db: &Database) -> Outcome {
    let ann = new!(User { name: "Ann", email: "ann@x.org" }).create(db).await?;
    let records = || db.objects("blog.Post").unwrap();
    let typed = asked!(
        db,
        Post::objects().filter(Post::author.eq(&ann)).update(Post::views.set(Post::views.f() + 1).into(), db)
    );
    assert_eq!(asked!(db, Post::objects().filter(q!(author = &ann)).update(set!(views = F(views) + 1), db)), typed);
    assert_eq!(
        asked!(
            db,
            Post::objects().filter(Q::text("author", 1)).update(Set::text("views", Expr::path("views") + 1), db)
        ),
        typed
    );
    assert_eq!(
        asked!(db, records().filter(Q::text("author", 1)).update(Set::text("views", Expr::path("views") + 1), db)),
        typed
    );
    assert_eq!(typed.len(), 1);

    let typed = asked!(db, Comment::objects().filter(Comment::post.author.eq(&ann)).delete(db));
    assert_eq!(asked!(db, Comment::objects().filter(q!(post__author = &ann)).delete(db)), typed);
    assert_eq!(asked!(db, db.objects("blog.Comment")?.filter(Q::text("post__author", 1)).delete(db)), typed);

    let typed = asked!(db, new!(Tag { word: "a" }).create(db));
    let mut record = db.record("blog.Tag")?;
    record.set("word", "b")?;
    assert_eq!(asked!(db, record.save(db)), typed);
    let mut tag = Tag::objects().filter(q!(word = "a")).get(db).await?;
    tag.word = "c".into();
    let typed = asked!(db, tag.save(db));
    record.set("word", "d")?;
    assert_eq!(asked!(db, record.save(db)), typed);
    assert_eq!(asked!(db, record.delete(db)), asked!(db, tag.delete(db)));
    Ok(())
}
