//! Rows of typed query sets put together in other ways: set operations, common table expressions, dates, structs, locks.

use blog::*;
use embellie::expr::TruncUnit;
use embellie::filtered_relation;
use embellie::prelude::*;
use embellie::query_set::{Cte, Extra, ForUpdate};
use embellie_suite::{Kind, Outcome, refused};

embellie_suite::on_every_database! { documented:
    set_operations,
    the_first_of_each,
    structs_and_dates,
    objects_by_a_unique_field,
    locked_rows,
    common_table_expressions,
    relations_with_conditions,
    pieces_of_sql,
}

/// Ann wrote Ash (3 views) and Birch (5), Bob Cedar (0); there are tags Ash and oak.
async fn rows(db: &Database) -> embellie::Result<()> {
    let ann = new!(User { name: "Ann", email: "ann@x.org" }).create(db).await?;
    let bob = new!(User { name: "Bob", email: "bob@x.org" }).create(db).await?;
    for (title, author, views) in [("Ash", &ann, 3), ("Birch", &ann, 5), ("Cedar", &bob, 0)] {
        new!(Post { title: title, author: author, views: views }).create(db).await?;
    }
    new!(Tag { word: "Ash" }).create(db).await?;
    new!(Tag { word: "oak" }).create(db).await?;
    Ok(())
}

async fn set_operations(db: &Database) -> Outcome {
    rows(db).await?;
    let titles = || Post::objects().order_by(()).values_list(Post::title);
    let words = || Tag::objects().order_by(()).values_list(Tag::word);
    assert_eq!(titles().union(words()).order_by("title").all(db).await?, ["Ash", "Birch", "Cedar", "oak"]);
    assert_eq!(titles().union_all(words()).count(db).await?, 5);
    assert_eq!(titles().intersection(words()).all(db).await?, ["Ash"]);
    assert_eq!(titles().difference(words()).order_by("-title").limit(1).all(db).await?, ["Cedar"]);
    let few = Post::objects().filter(q!(views = 0)).union(Post::objects().filter(q!(views = 5)));
    assert_eq!(few.clone().order_by("views").all(db).await?.iter().map(|p| p.views).collect::<Vec<_>>(), [0, 5]);
    assert!(matches!(few.filter(q!(views = 1)).all(db).await, Err(Error::NotSupported(_))));
    Ok(())
}

async fn the_first_of_each(db: &Database) -> Outcome {
    rows(db).await?;
    let top = Post::objects().order_by((Post::author_id, Post::views.desc())).distinct_on(Post::author_id);
    let titles: Vec<String> = top.all(db).await?.into_iter().map(|post| post.title).collect();
    assert_eq!(titles, ["Birch", "Cedar"]);
    Ok(())
}

#[derive(Debug, PartialEq, Row)]
struct Line {
    title: String,
    #[row(path = "author__name")]
    author: String,
    subtitle: Option<String>,
    double: i64,
}

async fn structs_and_dates(db: &Database) -> Outcome {
    rows(db).await?;
    let double = (Post::views * 2).named("double");
    let lines = Post::objects().order_by("title").annotate(&double).values_as::<Line>();
    let first = Line { title: "Ash".into(), author: "Ann".into(), subtitle: None, double: 6 };
    assert_eq!(lines.first(db).await?, Some(first));
    let without = Post::objects().values_as::<Line>().all(db).await;
    assert!(refused(without, "FieldError").contains("double"));

    let moment = |text: &str| -> Timestamp { text.parse().unwrap() };
    for (title, then) in
        [("Ash", "2024-02-29T12:00:00Z"), ("Birch", "2024-02-01T00:00:00Z"), ("Cedar", "2023-12-31T23:59:59Z")]
    {
        Post::objects().filter(q!(title = title)).update(set!(created_at = moment(then)), db).await?;
    }
    let months = Post::objects().dates(Post::created_at, TruncUnit::Month);
    assert_eq!(months.all(db).await?, [civil::date(2023, 12, 1), civil::date(2024, 2, 1)]);
    assert_eq!(months.reverse().first(db).await?, Some(civil::date(2024, 2, 1)));
    let days = Post::objects().filter(q!(views__gt = 0)).datetimes(Post::created_at, TruncUnit::Day).all(db).await?;
    assert_eq!(days, [moment("2024-02-01T00:00:00Z"), moment("2024-02-29T00:00:00Z")]);
    assert!(matches!(Post::objects().dates(Post::created_at, TruncUnit::Hour).all(db).await, Err(Error::Value(_))));
    Ok(())
}

async fn objects_by_a_unique_field(db: &Database) -> Outcome {
    rows(db).await?;
    let users = User::objects().in_bulk_by(User::email, ["ann@x.org", "nobody@x.org"], db).await?;
    assert_eq!(users.len(), 1);
    assert_eq!(users["ann@x.org"].name, "Ann");
    assert!(matches!(User::objects().in_bulk_by(User::name, ["Ann"], db).await, Err(Error::Value(_))));
    Ok(())
}

async fn locked_rows(db: &Database) -> Outcome {
    rows(db).await?;
    let locks = Kind::of(db) == Kind::Postgres;
    let free = || Post::objects().select_for_update_with(ForUpdate::new().skip_locked().of_self()).order_by("title");
    let read = db.atomic(async |tx| Post::objects().select_for_update().count(tx).await).await?;
    assert_eq!(read, 3);
    let first = db.atomic(async |tx| Ok(free().first(tx).await?.map(|post| post.title))).await;
    let outside = Post::objects().select_for_update().all(db).await;
    match locks {
        true => {
            assert_eq!(first?, Some("Ash".into()));
            assert!(matches!(outside, Err(Error::TransactionManagement(_))));
        }
        false => {
            assert!(matches!(first, Err(Error::NotSupported(_))));
            assert_eq!(outside?.len(), 3);
        }
    }
    let both = Post::objects().select_for_update_with(ForUpdate::new().skip_locked().nowait());
    assert!(matches!(both.all(db).await, Err(Error::Value(_))));
    Ok(())
}

async fn common_table_expressions(db: &Database) -> Outcome {
    rows(db).await?;
    let views = Sum(Post::views).default(0);
    let totals = Cte::new("totals", Post::objects().order_by(()).values_list(Post::author).annotate(&views));
    let total = totals.column(&views);
    let users = User::objects().with(&totals).join(totals.on(User::id, Post::author)).annotate(&total);
    let rows = users.clone().order_by("name").all(db).await?;
    let shown: Vec<(&str, i64)> = rows.iter().map(|(user, total)| (user.name.as_str(), *total)).collect();
    assert_eq!(shown, [("Ann", 8), ("Bob", 0)]);
    assert_eq!(users.filter(total.gt(3)).get(db).await?.0.name, "Ann");

    let read = Cte::new("read_posts", Post::objects().filter(q!(views__gt = 0))).materialized(true);
    assert_eq!(read.rows().filter(q!(author__name = "Ann")).count(db).await?, 2);
    let numbers = Cte::new("numbers", Post::objects().values_list((Post::title, Post::views)));
    assert_eq!(numbers.rows().filter(q!(views = 5)).all(db).await?, [("Birch".to_owned(), 5)]);

    // Posts whose keys follow each other, from Ash on.
    let next = (Post::id + 1).named("next");
    let ash = Post::objects().filter(q!(title = "Ash")).annotate(&next);
    let chain = Cte::recursive("chain", ash, |chain| Post::objects().join(chain.on(Post::id, &next)).annotate(&next));
    let chained = chain.rows().order_by("-next").all(db).await?;
    let titles: Vec<&str> = chained.iter().map(|(post, _)| post.title.as_str()).collect();
    assert_eq!(titles, ["Cedar", "Birch", "Ash"]);
    assert!(chained.iter().all(|(post, next)| *next == post.id + 1));

    let wrong = User::objects().with(&totals).join(totals.on(User::id, Post::id));
    assert!(matches!(wrong.all(db).await, Err(Error::Field(_))));
    Ok(())
}

async fn relations_with_conditions(db: &Database) -> Outcome {
    rows(db).await?;
    let read = filtered_relation!(read = User::posts(), q!(User, posts__views__gt = 3));
    let n = Count(read.path());
    let rows = User::objects().relation(&read).annotate((&n, &Max(read.views))).order_by("name").all(db).await?;
    let shown: Vec<_> = rows.iter().map(|(user, n, top)| (user.name.as_str(), *n, *top)).collect();
    assert_eq!(shown, [("Ann", 1, Some(5)), ("Bob", 0, None)]);
    Ok(())
}

async fn pieces_of_sql(db: &Database) -> Outcome {
    rows(db).await?;
    let extra = Extra::new().column("twice", "views * %s", (2,)).condition("views > %s", (0,));
    let posts = db.objects("blog.Post")?.extra(extra).order_by("title").all(db).await?;
    assert_eq!(posts.len(), 2);
    assert!(!posts[1].get("twice")?.is_null());
    let near = embellie::functions::RawSql::<i64, _>("abs(views - %s)", (4,));
    let rows = Post::objects().annotate(&near).order_by((near.desc(), "title")).all(db).await?;
    let shown: Vec<_> = rows.iter().map(|(post, near)| (post.title.as_str(), *near)).collect();
    assert_eq!(shown, [("Cedar", Some(4)), ("Ash", Some(1)), ("Birch", Some(1))]);
    Ok(())
}
