//! Related objects that come with the rows, by joins.

use blog::*;
use embellie::prelude::*;
use embellie_suite::{Outcome, refused};

embellie_suite::on_every_database! { documented:
    chains_come_with_the_row,
    annotations_and_slices_go_with_them,
    what_was_not_asked_for_is_read_as_ever,
    ways_back_of_one_to_one_fields,
    all_that_there_always_is,
    what_came_by_joins_has_peers,
}

async fn rows(db: &Database) -> Outcome {
    let ann = new!(User { name: "Ann", email: "a@x.org" }).create(db).await?;
    let bob = new!(User { name: "Bob", email: "b@x.org" }).create(db).await?;
    for n in 0..4 {
        let author = if n % 2 == 0 { &ann } else { &bob };
        let post = new!(Post { title: format!("Post {n}"), author, views: n }).create(db).await?;
        let commenter = (n < 2).then(|| ForeignKey::to(&bob));
        new!(Comment { post: &post, author: commenter, body: format!("{n}") }).create(db).await?;
    }
    Ok(())
}

async fn chains_come_with_the_row(db: &Database) -> Outcome {
    rows(db).await?;
    let asked = db.capture();
    let related = (Comment::post.author, Comment::author);
    let comments = Comment::objects().select_related(related).order_by(Comment::id).all(db).await?;
    for (n, comment) in comments.iter().enumerate() {
        let post = comment.post.cached().expect("it came with the comment");
        assert_eq!(post.title, format!("Post {n}"));
        assert_eq!(post.author.cached().expect("it came with the post").name, ["Ann", "Bob"][n % 2]);
        assert_eq!(comment.author.as_ref().map(|author| author.cached().is_some()), (n < 2).then_some(true));
        assert_eq!(comment.post.get(db).await?.id, post.id);
    }
    assert_eq!((comments.len(), asked.len()), (4, 1), "{:?}", asked.statements());
    Ok(())
}

async fn annotations_and_slices_go_with_them(db: &Database) -> Outcome {
    rows(db).await?;
    let asked = db.capture();
    let comments = Count(Post::comments());
    let posts = Post::objects()
        .annotate(&comments)
        .select_related(Post::author)
        .filter(q!(author__name = "Ann"))
        .order_by((Post::views.desc(), Post::id))
        .limit(1);
    let (post, number) = posts.get(db).await?;
    assert_eq!((post.views, number, asked.len()), (2, 1, 1));
    assert_eq!(post.author.cached().map(|author| author.email.as_str()), Some("a@x.org"));
    assert_eq!(posts.count(db).await?, 1);
    Ok(())
}

async fn what_was_not_asked_for_is_read_as_ever(db: &Database) -> Outcome {
    rows(db).await?;
    let asked = db.capture();
    let comments = Comment::objects().select_related(Comment::author).order_by("id").all(db).await?;
    for comment in &comments {
        assert!(comment.post.cached().is_none());
        comment.post.get(db).await?;
    }
    assert_eq!(asked.len(), 2);
    refused(Post::objects().select_related(Post::tags).all(db).await, "FieldError");
    refused(Post::objects().select_related(Post::author).values_list(Post::title).all(db).await, "TypeError");
    Ok(())
}

async fn ways_back_of_one_to_one_fields(db: &Database) -> Outcome {
    rows(db).await?;
    let ann = User::objects().filter(q!(name = "Ann")).get(db).await?;
    new!(Profile { user: &ann, about: "writes" }).create(db).await?;
    let asked = db.capture();
    let users = User::objects().select_related(User::profile()).order_by(User::name).all(db).await?;
    let profile = User::profile().of(&users[0]).get(db).await?;
    assert_eq!((profile.about.as_str(), profile.user.get(db).await?.name.as_str()), ("writes", "Ann"));
    refused(User::profile().of(&users[1]).get(db).await, "DoesNotExist");
    assert_eq!(User::profile().of(&users[1]).cached().map(<[Profile]>::len), Some(0));
    assert_eq!(asked.len(), 1, "{:?}", asked.statements());
    // At the end of a chain, and where a prefetch goes on from it.
    let comments = Comment::objects().select_related(Comment::post.author.profile()).order_by("id").all(db).await?;
    let author = comments[0].post.cached().and_then(|post| post.author.cached()).expect("it came by a join");
    assert_eq!(User::profile().of(author).get(db).await?.about, "writes");
    let users = User::objects().select_related(User::profile()).prefetch(User::profile().user.posts());
    let users = users.order_by(User::name).all(db).await?;
    let profile = User::profile().of(&users[0]).get(db).await?;
    let posts = User::posts().of(profile.user.get(db).await?).all(db).await?;
    assert_eq!((posts.len(), asked.len()), (2, 4));
    Ok(())
}

async fn all_that_there_always_is(db: &Database) -> Outcome {
    rows(db).await?;
    let asked = db.capture();
    let comments = Comment::objects().select_related_all().order_by("id").all(db).await?;
    for comment in &comments {
        let post = comment.post.cached().expect("it may not be null");
        assert!(post.author.cached().is_some());
        assert!(comment.author.as_ref().is_none_or(|author| author.cached().is_none()), "it may be null");
    }
    assert_eq!((comments.len(), asked.len()), (4, 1), "{:?}", asked.statements());
    Ok(())
}

async fn what_came_by_joins_has_peers(db: &Database) -> Outcome {
    rows(db).await?;
    let comments = Comment::objects().select_related(Comment::post).order_by("id").all(db).await?;
    let asked = db.capture();
    for comment in &comments {
        let post = comment.post.cached().expect("it came by a join");
        assert!(!post.author.get(db).await?.name.is_empty());
        assert_eq!((post.tags.all(db).await?.len(), Post::comments().of(post).all(db).await?.len()), (0, 1));
    }
    assert_eq!(asked.len(), 3, "{:?}", asked.statements());
    let comments = Comment::objects().select_related(Comment::post).fetch_mode(FetchMode::Raise).all(db).await?;
    let post = comments[0].post.cached().expect("it came by a join");
    let message = refused(post.author.get(db).await.map(drop), "FieldError");
    assert!(message.contains("blog.Post.author"), "{message}");
    Ok(())
}

mod dynamic {
    use embellie::{Database, Value};
    use embellie_suite::models::blog_rows;
    use embellie_suite::{Outcome, refused, rows};

    embellie_suite::on_every_database! { blog:
        records_hold_records,
    }

    async fn records_hold_records(db: &Database) -> Outcome {
        blog_rows(db).await?;
        let asked = db.capture();
        let comments = rows(db, "blog.Comment").select_related(["post__author", "post__editor", "parent"]);
        let comments = comments.order_by("id").all(db).await?;
        let mut names = Vec::new();
        for comment in &comments {
            let post = comment.selected("post").flatten().expect("every comment has a post");
            let author = post.selected("author").flatten().expect("every post has an author");
            assert_eq!(comment.related_one("post", db).await?.as_ref(), Some(post));
            let editor = post.selected("editor").expect("it was asked for");
            names
                .push((author.get("name")?.to_string(), editor.map(|editor| editor.get("name").cloned()).transpose()?));
            assert_eq!(comment.selected("author"), None);
            assert_eq!(comment.selected("parent").flatten().is_some(), !comment.get("parent")?.is_null());
        }
        assert_eq!(asked.len(), 1, "{:?}", asked.statements());
        assert_eq!(names[0], ("'Ann'".to_owned(), Some(Value::from("Bob"))));
        assert_eq!(names[3], ("'Dörte'".to_owned(), None));
        // The way back of a one-to-one field leads to one object as well.
        let users = rows(db, "blog.User").select_related(["profile"]).order_by("id").all(db).await?;
        let profiles: Vec<bool> = users.iter().map(|user| user.selected("profile").flatten().is_some()).collect();
        assert_eq!(profiles, [true, false, false, true]);
        refused(rows(db, "blog.Post").select_related("comments").all(db).await, "FieldError");
        let asked = db.capture();
        for user in &users {
            let profile = user.related("profile")?.all(db).await?;
            assert_eq!(profile.len(), usize::from(user.selected("profile").flatten().is_some()));
        }
        // Objects that came by joins are peers.
        for comment in &comments {
            comment.selected("post").flatten().expect("every comment has a post").related("tags")?.all(db).await?;
        }
        assert_eq!(asked.len(), 1, "{:?}", asked.statements());
        let posts = rows(db, "blog.Comment").select_related_all().all(db).await?;
        assert!(posts[0].selected("post").flatten().is_some_and(|post| post.selected("author").is_some()));
        Ok(())
    }
}
