//! The questions of a busy blog, each with as few statements as it takes: what is read, and how often the database is asked.

use blog::*;
use embellie::functions::*;
use embellie::prelude::*;
use embellie::query_set::{Cte, TextRow};
use embellie::write::BulkCreate;
use embellie_suite::Outcome;

embellie_suite::on_every_database! { documented:
    a_list_of_posts_takes_three_statements,
    the_last_comments_of_each_post,
    nothing_is_read_to_know_that_it_is_there,
    only_what_is_shown_is_read,
    many_rows_take_few_statements,
    rows_that_are_new_and_rows_that_are_not,
    links_of_many_rows,
    one_statement_counts_everything,
    days_and_scores,
    ranks_and_running_totals,
    pages,
    lists_and_details,
    a_dashboard_takes_two_statements,
    reports_in_sql,
    popular_posts_are_computed_once,
}

fn moment(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Three users; the first two wrote six posts each, read 0 to 110 times, of which every third is a draft. Post `n` was
/// written on day `n + 1`, has `n % 4` comments and one of two tags.
async fn rows(db: &Database) -> embellie::Result<()> {
    let mut users = ["Ann", "Bob", "Cid"].map(|name| new!(User { name, email: format!("{name}@x.org") }));
    User::objects().bulk_create(&mut users, db).await?;
    new!(Profile { user: &users[0], about: "gardener" }).create(db).await?;
    let mut tags = ["tree", "wood"].map(|word| new!(Tag { word }));
    Tag::objects().bulk_create(&mut tags, db).await?;
    let mut posts: Vec<Post> = (0..12)
        .map(|n| {
            let published = n % 3 != 2;
            new!(Post { title: format!("Post {n:02}"), author: &users[n / 6], views: n as i64 * 10, published })
        })
        .collect();
    Post::objects().bulk_create(&mut posts, db).await?;
    for (n, post) in posts.iter_mut().enumerate() {
        post.created_at = moment(&format!("2024-05-{:02}T12:00:00Z", n + 1));
    }
    Post::objects().bulk_update(&mut posts, &["created_at"], db).await?;
    for (n, post) in posts.iter().enumerate() {
        let mut comments: Vec<Comment> = (0..n % 4)
            .map(|m| new!(Comment { post: post, author: ForeignKey::to(&users[m % 3]), body: format!("{n}/{m}") }))
            .collect();
        Comment::objects().bulk_create(&mut comments, db).await?;
        post.tags.add(&[&tags[n % 2]], db).await?;
    }
    Ok(())
}

fn titles(posts: &[Post]) -> Vec<&str> {
    posts.iter().map(|post| post.title.as_str()).collect()
}

async fn a_list_of_posts_takes_three_statements(db: &Database) -> Outcome {
    rows(db).await?;
    let posts = Post::objects().select_related(Post::author).prefetch(Post::comments().author).order_by("id");
    let asked = db.capture();
    let mut told = Vec::new();
    for post in posts.all(db).await? {
        let mut writers = Vec::new();
        for comment in Post::comments().of(&post).all(db).await? {
            if let Some(author) = &comment.author {
                writers.push(author.get(db).await?.name.clone());
            }
        }
        told.push(format!("{} {}: {}", post.title, post.author.get(db).await?.name, writers.join("+")));
    }
    assert_eq!(asked.len(), 3, "{:?}", asked.statements());
    assert_eq!(told[..4], ["Post 00 Ann: ", "Post 01 Ann: Ann", "Post 02 Ann: Ann+Bob", "Post 03 Ann: Ann+Bob+Cid"]);

    // Rows that were read together are peers: the first that asks, asks for all.
    let asked = db.capture();
    for post in Post::objects().all(db).await? {
        post.author.get(db).await?;
    }
    assert_eq!(asked.len(), 2);
    Ok(())
}

async fn the_last_comments_of_each_post(db: &Database) -> Outcome {
    rows(db).await?;
    let latest = Comment::objects().select_related(Comment::author).filter(q!(author__active = true));
    let latest = Prefetch::new(Post::comments(), latest.order_by("-id").limit(2)).handle();
    let asked = db.capture();
    let posts = Post::objects().prefetch(&latest).order_by("id").all(db).await?;
    let told = |n: usize| -> Outcome<Vec<String>> {
        let comments = latest.of(&posts[n])?.iter();
        Ok(comments
            .filter_map(|comment| Some(format!("{} {}", comment.author.as_ref()?.cached()?.name, comment.body)))
            .collect())
    };
    assert_eq!((told(0)?, told(1)?), (vec![], vec!["Ann 1/0".to_owned()]));
    assert_eq!(told(3)?, ["Cid 3/2", "Bob 3/1"]);
    assert_eq!(asked.len(), 2);
    Ok(())
}

async fn nothing_is_read_to_know_that_it_is_there(db: &Database) -> Outcome {
    rows(db).await?;
    let cid = User::objects().filter(q!(name = "Cid")).get(db).await?;
    let published = || Post::objects().filter(q!(published = true));
    let asked = db.capture();
    assert!(!Post::objects().filter(Post::author.eq(&cid)).exists(db).await?);
    assert!(published().exists(db).await?);
    assert_eq!(published().count(db).await?, 8);
    assert_eq!(published().first(db).await?.map(|post| post.title), Some("Post 10".into()));
    assert_eq!(published().last(db).await?.map(|post| post.title), Some("Post 00".into()));
    let page = Post::objects().slice(4..6).all(db).await?;
    assert_eq!((titles(&page), asked.len()), (vec!["Post 07", "Post 06"], 6));
    let limited = asked.statements().iter().filter(|statement| statement.sql.contains("LIMIT")).count();
    assert_eq!(limited, 5, "all but the count");
    Ok(())
}

async fn only_what_is_shown_is_read(db: &Database) -> Outcome {
    rows(db).await?;
    let asked = db.capture();
    let lines = Post::objects().order_by("id").values(row!(title, author = author__name)).limit(1).all(db).await?;
    assert_eq!((lines[0].title.as_str(), lines[0].author.as_str()), ("Post 00", "Ann"));
    assert!(!asked.statements()[0].sql.contains("created_at"));
    let keys: Vec<i64> = Post::objects().order_by("id").values_list(Post::id).all(db).await?;
    assert!(keys.len() == 12 && keys.is_sorted());
    let comments = Count(Post::comments());
    let lines = Post::objects().values_list((Post::title, Post::author.name, &comments)).order_by("-id").limit(2);
    let expected = [("Post 11", "Bob", 3), ("Post 10", "Bob", 2)];
    assert_eq!(lines.all(db).await?, expected.map(|(title, name, n)| (title.to_owned(), name.to_owned(), n)));
    assert_eq!(asked.len(), 3);
    Ok(())
}

async fn many_rows_take_few_statements(db: &Database) -> Outcome {
    rows(db).await?;
    let ann = User::objects().filter(q!(name = "Ann")).get(db).await?;
    let mut more: Vec<Post> = (0..1000).map(|n| new!(Post { title: format!("New {n}"), author: &ann })).collect();
    let asked = db.capture();
    Post::objects().bulk_create_with(&mut more, BulkCreate::new().batch_size(100), db).await?;
    assert_eq!(asked.len(), 10);
    let new = || Post::objects().filter(q!(title__startswith = "New"));
    assert_eq!(new().update(set!(published = true), db).await?, 1000);
    let since = moment("2024-06-01T00:00:00Z");
    assert_eq!(new().update(set!(views = F(views) + 1, created_at = since), db).await?, 1000);
    assert_eq!(new().filter(q!(views = 1, created_at = since)).count(db).await?, 1000);
    assert_eq!(asked.len(), 13);
    let deleted = Post::objects().filter(q!(published = false)).delete(db).await?;
    assert_eq!(deleted.per_model["blog.Post"], 4);
    assert_eq!(Post::objects().count(db).await?, 1008);
    Ok(())
}

async fn rows_that_are_new_and_rows_that_are_not(db: &Database) -> Outcome {
    rows(db).await?;
    let given = [("Ann@x.org", "Anna"), ("dan@x.org", "Dan"), ("Bob@x.org", "Robert"), ("eve@x.org", "Eve")];
    let asked = db.capture();
    let (made, changed) = db
        .atomic(async |tx| {
            let known = User::objects().in_bulk_by(User::email, given.map(|(email, _)| email), tx).await?;
            let (mut new, mut old) = (Vec::new(), Vec::new());
            for (email, name) in given {
                match known.get(email) {
                    Some(user) => old.push(User { name: name.to_owned(), ..user.clone() }),
                    None => new.push(new!(User { name, email })),
                }
            }
            User::objects().bulk_create(&mut new, tx).await?;
            Ok::<_, embellie::Error>((new.len(), User::objects().bulk_update(&mut old, &["name"], tx).await?))
        })
        .await?;
    assert_eq!((made, changed), (2, 2));
    let data = asked.statements().iter().filter(|statement| statement.sql.contains("blog_user")).count();
    assert_eq!(data, 3, "{:?}", asked.statements());
    let names: Vec<String> = User::objects().values_list(User::name).all(db).await?;
    assert_eq!(names, ["Anna", "Cid", "Dan", "Eve", "Robert"]);
    Ok(())
}

async fn links_of_many_rows(db: &Database) -> Outcome {
    rows(db).await?;
    let bob = User::objects().filter(q!(name = "Bob")).get(db).await?;
    let tags = Tag::objects().all(db).await?;
    let mut posts = ["x", "y"].map(|title| new!(Post { title, author: &bob }));
    Post::objects().bulk_create(&mut posts, db).await?;
    posts[0].tags.set(&[&tags[0], &tags[1]], db).await?;
    posts[1].tags.add(&[&tags[1]], db).await?;
    let words = StringAgg(Post::tags.word, "+").order_by(Post::tags.word);
    let linked =
        Post::objects().filter(q!(title__in = ["x", "y"])).order_by("title").values_list(&words).all(db).await?;
    assert_eq!(linked, [Some("tree+wood".to_owned()), Some("wood".to_owned())]);
    Ok(())
}

async fn one_statement_counts_everything(db: &Database) -> Outcome {
    rows(db).await?;
    let asked = db.capture();
    let numbers = (
        Count(Post::id),
        Count(Post::id).filter(q!(published = true)),
        Count(Post::id).filter(q!(published = false)),
        Count(Post::id).filter(q!(views__gte = 90)),
    );
    assert_eq!(Post::objects().aggregate(numbers, db).await?, (12, 8, 4, 3));
    assert_eq!(asked.len(), 1);
    let last_week = moment("2024-05-12T12:00:00Z") - SignedDuration::from_hours(24 * 7);
    assert_eq!(Post::objects().filter(q!(created_at__gte = last_week)).count(db).await?, 8);
    let of_a_day = Post::objects().filter(Post::created_at.date().eq(civil::date(2024, 5, 3)));
    assert_eq!(titles(&of_a_day.all(db).await?), ["Post 02"]);
    Ok(())
}

async fn days_and_scores(db: &Database) -> Outcome {
    rows(db).await?;
    let month = TruncMonth(Post::created_at);
    let numbers = Post::objects().values_list(&month).annotate(&Count(Post::id)).order_by(&month).all(db).await?;
    assert_eq!(numbers, [(moment("2024-05-01T00:00:00Z"), 12)]);
    let day = TruncDate(Post::created_at);
    let days = Post::objects().values_list(&day).annotate(&Count(Post::id)).order_by(&day).all(db).await?;
    assert_eq!((days.len(), days[11]), (12, (civil::date(2024, 5, 12), 1)));

    let all = Count(User::posts());
    let published = Count(User::posts()).filter(q!(posts__published = true));
    let since = moment("2024-05-06T00:00:00Z");
    let recent = Count(User::posts()).filter(q!(posts__created_at__gte = since));
    let comments = Count(User::posts().comments());
    let score = Case(comments.gt(9), 5).when(comments.gt(5), 3).otherwise(1);
    let users = User::objects().values_list((User::name, &all, &published, &recent, &comments, &score));
    let users = users.order_by("name").all(db).await?;
    let shown: Vec<_> = users.iter().map(|(name, a, p, r, c, s)| (name.as_str(), *a, *p, *r, *c, *s)).collect();
    assert_eq!(shown, [("Ann", 6, 4, 1, 7, 3), ("Bob", 6, 4, 6, 11, 5), ("Cid", 0, 0, 0, 0, 1)]);

    let latest = Subquery(&|user: OuterRef<User, _>| {
        Post::objects().filter(Post::author.eq(user)).order_by("-created_at").values_list(Post::title).limit(1)
    });
    let users = User::objects().order_by("name").values_list(&latest).all(db).await?;
    assert_eq!(users, [Some("Post 05".to_owned()), Some("Post 11".to_owned()), None]);
    Ok(())
}

async fn ranks_and_running_totals(db: &Database) -> Outcome {
    rows(db).await?;
    let rank = Rank().over().partition_by(Post::author).order_by(Post::views.desc());
    let top = Post::objects().annotate(&rank).filter(rank.lte(3)).order_by("id").all(db).await?;
    let shown: Vec<_> = top.iter().map(|(post, rank)| (&post.title[5..], *rank)).collect();
    assert_eq!(shown, [("03", 3), ("04", 2), ("05", 1), ("09", 3), ("10", 2), ("11", 1)]);
    let total = Sum(Post::views).over().order_by(Post::created_at).rows(..=0);
    let totals: Vec<Option<i64>> = Post::objects().order_by("created_at").values_list(&total).limit(5).all(db).await?;
    assert_eq!(totals, [0, 10, 30, 60, 100].map(Some));
    Ok(())
}

async fn pages(db: &Database) -> Outcome {
    rows(db).await?;
    let all = Post::objects().order_by(("-created_at", "id"));
    let asked = db.capture();
    let total = all.count(db).await?;
    let mut seen = Vec::new();
    for page in 0..total.div_ceil(5) {
        let page = all.clone().slice(page * 5..(page + 1) * 5).all(db).await?;
        assert!(page.len() <= 5);
        seen.extend(page.into_iter().map(|post| post.views));
    }
    assert_eq!(seen, (0..12).rev().map(|n| n * 10).collect::<Vec<i64>>());
    assert_eq!(asked.len(), 4);
    // By what was seen last, where an offset would count all that comes before.
    let mut rest = all.clone().limit(5).all(db).await?;
    let mut pages = 1;
    while let Some(last) = rest.last() {
        let (then, id) = (last.created_at, last.id);
        let older = Post::created_at.lt(then) | (Post::created_at.eq(then) & Post::id.gt(id));
        rest = all.clone().filter(older).limit(5).all(db).await?;
        pages += usize::from(!rest.is_empty());
    }
    assert_eq!(pages, 3);
    Ok(())
}

/// What lists and pages of posts are made of.
trait Shown {
    fn published(self) -> Self;
    fn popular(self, views: i64) -> Self;
    fn in_a_list(self) -> Self;
    fn in_detail(self) -> Self;
}

impl Shown for QuerySet<Post> {
    fn published(self) -> Self {
        self.filter(q!(published = true))
    }

    fn popular(self, views: i64) -> Self {
        self.filter(q!(views__gte = views))
    }

    fn in_a_list(self) -> Self {
        self.select_related(Post::author).prefetch(Post::tags)
    }

    fn in_detail(self) -> Self {
        self.select_related(Post::author).prefetch((Post::author.profile(), Post::tags, Post::comments().author))
    }
}

async fn lists_and_details(db: &Database) -> Outcome {
    rows(db).await?;
    let comments = Count(Post::comments());
    let asked = db.capture();
    let list = Post::objects().published().popular(50).in_a_list().annotate(&comments).order_by("-views").limit(2);
    let mut told = Vec::new();
    for (post, comments) in list.all(db).await? {
        let tags: Vec<&str> = post.tags.cached().expect("read").iter().map(|tag| tag.word.as_str()).collect();
        told.push(format!("{} {} {comments} {}", post.title, post.author.get(db).await?.name, tags.join("+")));
    }
    assert_eq!((told, asked.len()), (vec!["Post 10 Bob 2 tree".to_owned(), "Post 09 Bob 1 wood".to_owned()], 2));
    let post = Post::objects().in_detail().filter(q!(title = "Post 03")).get(db).await?;
    assert_eq!(asked.len(), 7, "{:?}", asked.statements());
    assert_eq!(User::profile().of(post.author.get(db).await?).get(db).await?.about, "gardener");
    assert_eq!(Post::comments().of(&post).count(db).await?, 3);
    assert_eq!(asked.len(), 7, "nothing more was read");
    Ok(())
}

async fn a_dashboard_takes_two_statements(db: &Database) -> Outcome {
    rows(db).await?;
    let bob = User::objects().filter(q!(name = "Bob")).get(db).await?.id;
    let all = Count(User::posts());
    let published = Count(User::posts()).filter(q!(posts__published = true));
    let views = Sum(User::posts().views).default(0);
    let asked = db.capture();
    let user = User::objects().annotate((&all, &published, &views)).filter(q!(id = bob)).get(db).await?;
    assert_eq!((user.0.name.as_str(), user.1, user.2, user.3), ("Bob", 6, 4, 510));
    let comments = Comment::objects().select_related((Comment::post, Comment::author)).filter(q!(post__author = bob));
    let comments = comments.order_by("-id").limit(5).all(db).await?;
    let bodies: Vec<&str> = comments.iter().map(|comment| comment.body.as_str()).collect();
    assert_eq!(bodies, ["11/2", "11/1", "11/0", "10/1", "10/0"]);
    assert!(comments.iter().all(|comment| comment.post.cached().is_some()));
    assert_eq!(asked.len(), 2);
    Ok(())
}

async fn reports_in_sql(db: &Database) -> Outcome {
    rows(db).await?;
    let sql = "SELECT u.name, COUNT(DISTINCT p.id) AS posts, COUNT(DISTINCT c.id) AS comments,
            RANK() OVER (ORDER BY COUNT(DISTINCT c.id) DESC) AS place
        FROM blog_user u LEFT JOIN blog_post p ON u.id = p.author_id LEFT JOIN blog_comment c ON p.id = c.post_id
        WHERE u.active = %s GROUP BY u.id, u.name HAVING COUNT(DISTINCT p.id) > %s ORDER BY place LIMIT 100";
    let report: Vec<(String, i64, i64, i64)> = db.cursor().query(sql, (true, 0)).await?;
    assert_eq!(report, [("Bob".to_owned(), 6, 11, 1), ("Ann".to_owned(), 6, 7, 2)]);
    let rows: Vec<TextRow> = db.cursor().query(sql, (true, 0)).await?;
    assert_eq!(rows[0].names().collect::<Vec<_>>(), ["name", "posts", "comments", "place"]);

    // The same without a line of SQL.
    let (posts, comments) = (Count(User::posts()), Count(User::posts().comments()));
    let report = User::objects().filter(q!(active = true)).annotate(&posts).filter(posts.gt(0));
    let report = report.values_list((User::name, &posts, &comments)).order_by(comments.desc()).all(db).await?;
    assert_eq!(report, [("Bob".to_owned(), 6, 11), ("Ann".to_owned(), 6, 7)]);

    // A score of one's own: more for what is read and talked about, and ten for what is new.
    let comments = Count(Post::comments());
    let fresh = Case(Post::created_at.gt(moment("2024-05-11T00:00:00Z")), 10.0).otherwise(0.0);
    let score = Post::views.cast::<f64>() * 0.25 + comments.cast::<f64>() * 0.5 + &fresh;
    let best = Post::objects().filter(q!(published = true)).annotate(&score).order_by(score.desc()).limit(2);
    let best = best.all(db).await?;
    let shown: Vec<_> = best.iter().map(|(post, score)| (post.title.as_str(), *score)).collect();
    assert_eq!(shown, [("Post 10", 36.0), ("Post 09", 23.0)]);
    Ok(())
}

async fn popular_posts_are_computed_once(db: &Database) -> Outcome {
    rows(db).await?;
    let comments = Count(Post::comments());
    let popular = Post::objects().order_by(()).values_list(Post::id).annotate(&comments).filter(comments.gt(2));
    let popular = Cte::new("popular", popular).materialized(true);
    let number = popular.column(&comments);
    let posts = Post::objects().with(&popular).join(popular.on(Post::id, Post::id)).annotate(&number);
    let asked = db.capture();
    let read = posts.select_related(Post::author).order_by("-views").all(db).await?;
    let shown: Vec<_> = read.iter().map(|(post, number)| (post.views, *number)).collect();
    assert_eq!((shown, asked.len()), (vec![(110, 3), (70, 3), (30, 3)], 1));
    Ok(())
}
