//! Objects of which some fields are read: `only` and `defer`, by typed paths and by text.

use blog::*;
use embellie::prelude::*;
use embellie_suite::{Outcome, refused};

embellie_suite::on_every_database! { documented:
    only_what_was_named_is_read,
    fields_of_related_objects_come_by_joins,
    what_was_put_off_is_read_for_all_rows,
    saving_writes_what_was_read_or_assigned,
    relations_of_partial_objects,
    whole_objects_and_rows_that_are_gone,
    query_sets_of_partial_objects,
    deferred_fields_in_every_mode,
    typed_paths_say_what_is_written,
}

async fn rows(db: &Database) -> Outcome {
    let mut users = ["Ann", "Bob"].map(|name| new!(User { name, email: format!("{name}@x.org") }));
    User::objects().bulk_create(&mut users, db).await?;
    let mut posts: Vec<Post> = (0..4)
        .map(|n| new!(Post { title: format!("Post {n}"), author: &users[n % 2], views: n as i64, subtitle: "sub" }))
        .collect();
    Post::objects().bulk_create(&mut posts, db).await?;
    new!(Comment { post: &posts[0], author: ForeignKey::to(&users[1]), body: "good" }).create(db).await?;
    new!(Comment { post: &posts[1], body: "bad" }).create(db).await?;
    Ok(())
}

fn last(asked: &embellie::database::Capture) -> String {
    asked.statements().last().map(|statement| statement.sql.to_string()).unwrap_or_default()
}

async fn only_what_was_named_is_read(db: &Database) -> Outcome {
    rows(db).await?;
    let asked = db.capture();
    let posts = Post::objects().only((Post::title, Post::subtitle)).order_by("id").all(db).await?;
    let sql = last(&asked);
    assert!(sql.contains("title") && sql.contains("subtitle") && !sql.contains("views"), "{sql}");
    let (title, subtitle): (&String, &Option<String>) = (posts[2].get(Post::title), posts[2].get(Post::subtitle));
    assert_eq!((title.as_str(), subtitle.as_deref(), posts[2].key()?), ("Post 2", Some("sub"), 3));
    assert_eq!(posts[0], posts[0].clone());
    assert_ne!(posts[0], posts[1]);
    assert_eq!(asked.len(), 1);
    let posts = Post::objects().defer((Post::subtitle, Post::created_at)).order_by("id").all(db).await?;
    assert!(!last(&asked).contains("subtitle"), "{}", last(&asked));
    assert_eq!((posts[2].get(Post::title)?, posts[2].get(Post::views)?), ("Post 2".into(), 2));
    assert_eq!(asked.len(), 2);
    Ok(())
}

async fn fields_of_related_objects_come_by_joins(db: &Database) -> Outcome {
    rows(db).await?;
    let asked = db.capture();
    let posts =
        Post::objects().only((Post::title, Post::author.name, Post::author.active)).order_by("id").all(db).await?;
    let sql = last(&asked);
    assert!(sql.contains("JOIN") && !sql.contains("email"), "{sql}");
    let told: Vec<(&str, &str)> =
        posts.iter().map(|post| (post.get(Post::title).as_str(), post.get(Post::author.name).as_str())).collect();
    assert_eq!(told[..2], [("Post 0", "Ann"), ("Post 1", "Bob")]);
    // Nothing may be at the end of a path, and paths may be long.
    let comments = Comment::objects().only((Comment::author.name, Comment::post.author.email)).order_by("id");
    let comments = comments.all(db).await?;
    let names: Vec<Option<&str>> = comments.iter().map(|c| c.get(Comment::author.name).as_deref()).collect();
    assert_eq!(names, [Some("Bob"), None]);
    assert_eq!(comments[1].get(Comment::post.author.email), "Bob@x.org");
    // With what comes by joins, some of its fields are put off.
    let posts = Post::objects().select_related(Post::author).defer((Post::views, Post::author.email)).order_by("id");
    let posts = posts.all(db).await?;
    assert!(!last(&asked).contains("email"), "{}", last(&asked));
    assert_eq!(posts[1].get(Post::author.name)?, "Bob");
    let alone = Post::objects().defer(Post::views).order_by("id").all(db).await?;
    let message = refused(alone[0].get(Post::author.name), "FieldError");
    assert!(message.contains("author__name"), "{message}");
    assert_eq!(asked.len(), 4);
    assert_eq!(posts[1].load(Post::author.email, db).await?, "Bob@x.org");
    // A foreign key that is put off cannot be followed.
    let nonsense = Post::objects().select_related(Post::author).defer(Post::author);
    let message = refused(nonsense.all(db).await, "FieldError");
    assert_eq!(
        message,
        "Field Post.author cannot be both deferred and traversed using select_related at the same time."
    );
    Ok(())
}

async fn what_was_put_off_is_read_for_all_rows(db: &Database) -> Outcome {
    rows(db).await?;
    let asked = db.capture();
    let posts = Post::objects().only(Post::title).order_by("id").all(db).await?;
    let mut views = Vec::new();
    for post in &posts {
        views.push(post.load(Post::views, db).await?);
        assert_eq!(post.load(Post::title, db).await?, *post.get(Post::title));
    }
    assert_eq!((views, asked.len()), (vec![0, 1, 2, 3], 2), "{:?}", asked.statements());
    assert!(!last(&asked).contains("title"), "{}", last(&asked));
    assert_eq!(posts[3].load(Post::author.name, db).await?, "Bob");
    assert_eq!(posts[2].load(Post::author.name, db).await?, "Ann");
    assert_eq!(asked.len(), 3);
    let one = Post::objects().defer(Post::views).order_by("id").first(db).await?.unwrap();
    assert_eq!((one.load(Post::views, db).await?, asked.len()), (0, 5));
    Ok(())
}

async fn saving_writes_what_was_read_or_assigned(db: &Database) -> Outcome {
    rows(db).await?;
    let mut post = Post::objects().only((Post::title, Post::author)).order_by("id").first(db).await?.unwrap();
    // Somebody else writes what was not read.
    Post::objects().update(set!(views = 77, subtitle = "theirs"), db).await?;
    post.set(Post::title, "mine")?;
    let bob = User::objects().filter(q!(name = "Bob")).get(db).await?;
    post.set(Post::author, ForeignKey::to(&bob))?;
    let asked = db.capture();
    post.save(db).await?;
    let sql = last(&asked);
    assert!(sql.starts_with("UPDATE") && !sql.contains("views") && !sql.contains("subtitle"), "{sql}");
    let read = Post::objects().filter(q!(id = 1)).get(db).await?;
    assert_eq!((read.title.as_str(), read.views, read.subtitle.as_deref()), ("mine", 77, Some("theirs")));
    assert_eq!((read.author.get(db).await?.name.as_str(), post.get(Post::title).as_str()), ("Bob", "mine"));
    // What was not read and is assigned is written as well, and read from then on.
    post.set(Post::views, 5)?;
    post.save(db).await?;
    assert_eq!(post.load(Post::views, db).await?, 5);
    let mut post = Post::objects().defer(Post::subtitle).filter(q!(id = 1)).get(db).await?;
    assert_eq!(post.get(Post::views)?, 5);
    post.set(Post::views, 6)?;
    assert_eq!(post.get(Post::views)?, 6);
    post.save(db).await?;
    let read = Post::objects().filter(q!(id = 1)).get(db).await?;
    assert_eq!((read.views, read.subtitle.as_deref()), (6, Some("theirs")));
    Ok(())
}

async fn relations_of_partial_objects(db: &Database) -> Outcome {
    rows(db).await?;
    let asked = db.capture();
    for post in &Post::objects().only((Post::title, Post::author)).all(db).await? {
        assert!(!post.get(Post::author).get(db).await?.name.is_empty());
        post.related(Post::comments()).all(db).await?;
        post.related(Post::tags).all(db).await?;
    }
    assert_eq!(asked.len(), 4, "{:?}", asked.statements());
    for post in &Post::objects().defer(Post::title).all(db).await? {
        assert!(!post.get(Post::author)?.get(db).await?.name.is_empty());
    }
    assert_eq!(asked.len(), 6);
    let posts = Post::objects().only(Post::title).prefetch(Post::comments()).order_by("id").all(db).await?;
    assert_eq!(posts[0].related(Post::comments()).cached().map(<[Comment]>::len), Some(1));
    let users = User::objects().only(User::name).prefetch(User::posts()).order_by("id").all(db).await?;
    assert_eq!(users[0].related(User::posts()).all(db).await?.len(), 2);
    assert_eq!(asked.len(), 10);
    Ok(())
}

async fn whole_objects_and_rows_that_are_gone(db: &Database) -> Outcome {
    rows(db).await?;
    let asked = db.capture();
    let mut posts = Post::objects().only(Post::title).order_by("id").all(db).await?;
    let whole: Post = posts[1].full(db).await?;
    assert_eq!((whole.views, posts[2].full(db).await?.views, asked.len()), (1, 2, 2));
    Post::objects().update(set!(title = "new"), db).await?;
    posts[0].refresh(db).await?;
    assert_eq!((posts[0].get(Post::title).as_str(), posts[1].get(Post::title).as_str()), ("new", "Post 1"));
    Comment::objects().delete(db).await?;
    Post::objects().delete(db).await?;
    refused(posts[0].refresh(db).await, "DoesNotExist");
    refused(posts[0].load(Post::views, db).await, "DoesNotExist");
    refused(posts[0].save(db).await, "OperationalError");
    Ok(())
}

async fn query_sets_of_partial_objects(db: &Database) -> Outcome {
    rows(db).await?;
    let titles = || Post::objects().only(Post::title);
    assert_eq!(titles().filter(q!(views__gt = 1)).count(db).await?, 2);
    assert!(titles().exists(db).await?);
    assert_eq!(
        titles().filter(q!(author__name = "Bob")).order_by("-views").limit(1).get(db).await?.get(Post::title),
        "Post 3"
    );
    let n = Count(Post::comments());
    let rows = titles().annotate(&n).order_by("id").all(db).await?;
    let told: Vec<(&str, i64)> = rows.iter().map(|(post, n)| (post.get(Post::title).as_str(), *n)).collect();
    assert_eq!(told, [("Post 0", 1), ("Post 1", 1), ("Post 2", 0), ("Post 3", 0)]);
    let deferred = Post::objects().defer(Post::title).annotate(&n).order_by("id").all(db).await?;
    assert_eq!((deferred[1].0.get(Post::views)?, deferred[1].1), (1, 1));
    assert_eq!(User::objects().filter(User::posts().in_(titles())).distinct().count(db).await?, 2);
    assert_eq!(titles().filter(q!(views = 3)).delete(db).await?.total, 1);
    Ok(())
}

async fn deferred_fields_in_every_mode(db: &Database) -> Outcome {
    let ann = new!(User { name: "Ann", email: "a@x.org" }).create(db).await?;
    let mut posts: Vec<Post> =
        (0..1000).map(|n| new!(Post { title: format!("{n}"), author: &ann, views: n })).collect();
    Post::objects().bulk_create(&mut posts, db).await?;
    for (mode, statements) in [(FetchMode::Peers, 2), (FetchMode::One, 1001), (FetchMode::Raise, 1)] {
        let asked = db.capture();
        let posts = Post::objects().only(Post::title).fetch_mode(mode).order_by("id").all(db).await?;
        for (n, post) in posts.iter().enumerate() {
            match post.load(Post::views, db).await {
                Ok(views) => assert_eq!(views, n as i64),
                Err(error) => {
                    let message = error.to_string();
                    assert!(mode == FetchMode::Raise && message.contains("Add `Post::views` to `only`"), "{message}");
                }
            }
        }
        assert_eq!(asked.len(), statements, "{mode:?}");
    }
    Ok(())
}

/// The same paths say which fields of whole objects are written, and a key alone which row is meant.
async fn typed_paths_say_what_is_written(db: &Database) -> Outcome {
    rows(db).await?;
    let mut post = Post::objects().get_pk(&2, db).await?;
    assert_eq!(post.title, "Post 1");
    refused(Post::objects().get_pk(&99, db).await.map(drop), "DoesNotExist");
    (post.title, post.views) = ("mine".into(), 50);
    let asked = db.capture();
    post.save_only(Post::views, db).await?;
    assert!(!last(&asked).contains("title"), "{}", last(&asked));
    let read = Post::objects().get_pk(&2, db).await?;
    assert_eq!((read.title.as_str(), read.views), ("Post 1", 50));
    post.save_only((Post::title, Post::author), db).await?;
    assert_eq!(Post::objects().get_pk(&2, db).await?.title, "mine");
    refused(post.save_only(Post::id, db).await, "ValueError");
    refused(post.save_only(Post::author.name, db).await, "ValueError");
    let mut posts = Post::objects().order_by("id").all(db).await?;
    posts.iter_mut().for_each(|post| (post.views, post.title) = (post.views + 1, "not written".into()));
    assert_eq!(Post::objects().bulk_update_only(&mut posts, Post::views, db).await?, 4);
    let written = Post::objects().order_by("id").values_list((Post::title, Post::views)).all(db).await?;
    assert_eq!(written[3], ("Post 3".to_owned(), 4));
    // Conditions that come one by one.
    let mut q = q!(Post, views = 4);
    q |= q!(Post, title = "mine");
    assert_eq!(Post::objects().filter(q.clone()).count(db).await?, 2);
    q &= q!(Post, views__lt = 10);
    assert_eq!(Post::objects().filter(q).count(db).await?, 1);
    Ok(())
}

mod dynamic {
    use embellie::{Database, FetchMode, Value};
    use embellie_suite::models::blog_rows;
    use embellie_suite::{Outcome, refused, rows};

    embellie_suite::on_every_database! { blog:
        records_say_what_was_not_read,
        what_was_asked_for_is_checked,
        records_write_what_was_read,
    }

    async fn records_say_what_was_not_read(db: &Database) -> Outcome {
        blog_rows(db).await?;
        let asked = db.capture();
        let mut posts = rows(db, "blog.Post").only(["title"]).order_by("id").all(db).await?;
        assert_eq!(posts[0].get("title")?, &Value::from("Alpha"));
        assert_eq!(posts[0].get("pk")?, &Value::from(1));
        let message = refused(posts[0].get("views"), "FieldError");
        assert!(message.contains("'views' of Post was not read"), "{message}");
        refused(posts[0].related_one("author", db).await, "FieldError");
        let mut views = Vec::new();
        for post in &mut posts {
            views.push(post.load("views", db).await?.clone());
            assert_eq!(post.get("views")?, views.last().unwrap_or(&Value::Null));
        }
        assert_eq!((views, asked.len()), ([10, 5, 0, 100].map(Value::from).to_vec(), 2));
        // Of objects that came by joins, and beside annotations.
        let posts = rows(db, "blog.Post").select_related(["author", "editor"]);
        let posts = posts.only(["title", "author__name", "editor"]).order_by("id");
        let posts = posts.annotate_expr("twice", embellie::Expr::path("views") * 2).all(db).await?;
        let author = posts[0].selected("author").flatten().expect("every post has one");
        assert_eq!((author.get("name")?, posts[0].get("twice")?), (&Value::from("Ann"), &Value::from(20)));
        refused(author.get("email"), "FieldError");
        let editor = posts[0].selected("editor").flatten().expect("it has one");
        assert_eq!(editor.get("email")?, &Value::from("bob@x.org"));
        let posts =
            rows(db, "blog.Post").defer(["views", "title"]).only(["title", "views", "subtitle"]).all(db).await?;
        assert!(posts[0].get("subtitle").is_ok() && posts[0].get("title").is_err());
        let raising = rows(db, "blog.Post").defer(["views"]).fetch_mode(FetchMode::Raise);
        let message = refused(raising.all(db).await?[0].load("views", db).await, "FieldError");
        assert!(message.contains("Add `\"views\"` to `only`"), "{message}");
        Ok(())
    }

    async fn what_was_asked_for_is_checked(db: &Database) -> Outcome {
        blog_rows(db).await?;
        let post = || rows(db, "blog.Post");
        let message = refused(post().only(["titel"]).all(db).await, "FieldDoesNotExist");
        assert!(message.contains("did you mean 'title'"), "{message}");
        refused(post().defer(["nothing"]).all(db).await, "FieldDoesNotExist");
        refused(post().only(["title__length"]).all(db).await, "FieldError");
        refused(post().select_related("author").only(["title"]).all(db).await, "FieldError");
        assert_eq!(
            post().only(["title"]).text_values(["views"]).order_by("id").all(db).await?[0].values(),
            [10.into()]
        );
        // Without the object, a field of it says that its key is read.
        let posts = post().only(["title", "author__name"]).order_by("id").all(db).await?;
        assert_eq!(posts[0].get("author")?, &Value::from(1));
        Ok(())
    }

    async fn records_write_what_was_read(db: &Database) -> Outcome {
        blog_rows(db).await?;
        let mut post = rows(db, "blog.Post").only(["title"]).order_by("id").first(db).await?.expect("there is one");
        rows(db, "blog.Post").update(embellie::Set::text("views", 7), db).await?;
        post.set("title", "Omega")?;
        post.set("subtitle", "new")?;
        post.save(db).await?;
        let read = rows(db, "blog.Post").order_by("id").first(db).await?.expect("there is one");
        assert_eq!((read.get("title")?, read.get("views")?), (&Value::from("Omega"), &Value::from(7)));
        assert_eq!(read.get("subtitle")?, &Value::from("new"));
        Ok(())
    }
}
