//! Related objects of typed models: read for all rows at once, never by accident.

use std::collections::HashSet;

use blog::*;
use embellie::prelude::*;
use embellie_suite::{Outcome, refused};

embellie_suite::on_every_database! { documented:
    a_loop_takes_two_statements,
    a_loop_alone_takes_one_for_each,
    nothing_is_read_when_that_is_forbidden,
    what_is_read_inherits_how,
    what_is_known_is_not_read,
    objects_without_a_row_are_refused,
    tags_of_posts_and_posts_of_tags,
    objects_by_their_keys,
    rows_with_types,
}

async fn rows(db: &Database) -> Outcome {
    let mut users =
        [("Ann", "a@x.org"), ("Bob", "b@x.org"), ("Cid", "c@x.org")].map(|(name, email)| new!(User { name, email }));
    User::objects().bulk_create(&mut users, db).await?;
    let [ann, bob, _] = &users;
    new!(Profile { user: ann, about: "writes" }).create(db).await?;
    for n in 0..10 {
        let author = if n % 2 == 0 { ann } else { bob };
        let post = new!(Post { title: format!("Post {n}"), author, views: n }).create(db).await?;
        let commenter = (n < 5).then(|| ForeignKey::to(bob));
        new!(Comment { post: &post, author: commenter, body: format!("{n}") }).create(db).await?;
    }
    Ok(())
}

async fn a_loop_takes_two_statements(db: &Database) -> Outcome {
    rows(db).await?;
    let asked = db.capture();
    let posts = Post::objects().order_by("id").all(db).await?;
    let mut names = Vec::new();
    for post in &posts {
        names.push(post.author.get(db).await?.name.clone());
    }
    assert_eq!(asked.len(), 2, "{:?}", asked.statements());
    assert_eq!(names, ["Ann", "Bob"].repeat(5));
    for post in &posts {
        post.author.get(db).await?;
    }
    assert_eq!(asked.len(), 2, "read once");
    // Keys that are null ask for nothing.
    let asked = db.capture();
    let comments = Comment::objects().order_by("id").all(db).await?;
    let mut authors = 0;
    for comment in &comments {
        if let Some(author) = &comment.author {
            assert_eq!(author.get(db).await?.name, "Bob");
            authors += 1;
        }
    }
    assert_eq!((authors, asked.len()), (5, 2));
    // A clone of one row still reads for all.
    let asked = db.capture();
    let one = Post::objects().all(db).await?.swap_remove(3);
    let again = one.clone();
    one.author.get(db).await?;
    again.author.get(db).await?;
    assert_eq!(asked.len(), 2);
    Ok(())
}

async fn a_loop_alone_takes_one_for_each(db: &Database) -> Outcome {
    rows(db).await?;
    let asked = db.capture();
    for post in &Post::objects().fetch_mode(FetchMode::One).all(db).await? {
        post.author.get(db).await?;
    }
    assert_eq!(asked.len(), 11);
    let asked = db.capture();
    let post = Post::objects().order_by("id").first(db).await?.unwrap();
    post.author.get(db).await?;
    post.author.get(db).await?;
    assert_eq!(asked.len(), 2, "one row has no peers");
    Ok(())
}

async fn nothing_is_read_when_that_is_forbidden(db: &Database) -> Outcome {
    rows(db).await?;
    let posts = Post::objects().fetch_mode(FetchMode::Raise).all(db).await?;
    let asked = db.capture();
    let message = refused(posts[0].author.get(db).await.map(drop), "FieldError");
    assert!(message.contains("blog.Post.author"), "{message}");
    assert!(posts[0].author.cached().is_none());
    let one = Post::objects().fetch_mode(FetchMode::Raise).order_by("id").first(db).await?.unwrap();
    refused(one.author.get(db).await.map(drop), "FieldError");
    assert_eq!(asked.len(), 1, "the row alone was read");
    Ok(())
}

/// Comments of posts of authors: three statements for three kinds of objects, however many there are.
async fn what_is_read_inherits_how(db: &Database) -> Outcome {
    rows(db).await?;
    let asked = db.capture();
    for comment in &Comment::objects().all(db).await? {
        let post = comment.post.get(db).await?;
        assert!(!post.author.get(db).await?.name.is_empty());
    }
    assert_eq!(asked.len(), 3, "{:?}", asked.statements());
    let asked = db.capture();
    for comment in &Comment::objects().fetch_mode(FetchMode::One).all(db).await? {
        comment.post.get(db).await?.author.get(db).await?;
    }
    assert_eq!(asked.len(), 21);
    Ok(())
}

async fn what_is_known_is_not_read(db: &Database) -> Outcome {
    let ann = new!(User { name: "Ann", email: "a@x.org" }).create(db).await?;
    let mut post = new!(Post { title: "x", author: &ann }).create(db).await?;
    let asked = db.capture();
    assert_eq!(post.author.get(db).await?.name, "Ann");
    assert!(asked.is_empty());
    User::objects().update(set!(name = "Anna"), db).await?;
    assert_eq!(post.author.get(db).await?.name, "Ann", "as it was when it was assigned");
    post.refresh(db).await?;
    assert!(post.author.cached().is_none());
    assert_eq!(post.author.get(db).await?.name, "Anna");
    let bob = new!(User { name: "Bob", email: "b@x.org" }).create(db).await?;
    post.author = ForeignKey::to(&bob);
    assert_eq!(post.author.get(db).await?.name, "Bob");
    post.save(db).await?;
    assert_eq!(Post::objects().filter(q!(author__name = "Bob")).count(db).await?, 1);
    post.author = ForeignKey::to_key(&ann.id)?;
    assert_eq!(post.author.get(db).await?.name, "Anna");
    post.author = ForeignKey::to_key(&99)?;
    refused(post.author.get(db).await.map(drop), "DoesNotExist");
    Ok(())
}

async fn objects_without_a_row_are_refused(db: &Database) -> Outcome {
    let unsaved = new!(User { name: "Nobody", email: "n@x.org" });
    let mut post = new!(Post { title: "x", author: &unsaved });
    let asked = db.capture();
    let message = refused(post.save(db).await, "ValueError");
    assert!(
        message.contains("save() prohibited to prevent data loss due to unsaved related object 'author'"),
        "{message}"
    );
    let mut posts = [post.clone()];
    refused(Post::objects().bulk_create(&mut posts, db).await, "ValueError");
    refused(User::objects().contains(&unsaved, db).await, "ValueError");
    refused(unsaved.clone().delete(db).await, "ValueError");
    refused(User::posts().of(&unsaved).all(db).await, "ValueError");
    refused(post.tags.all(db).await, "ValueError");
    assert!(asked.is_empty(), "{:?}", asked.statements());
    let saved = unsaved.create(db).await?;
    post.author = ForeignKey::to(&saved);
    post.save(db).await?;
    assert_eq!(User::posts().of(&saved).all(db).await?.len(), 1);
    Ok(())
}

async fn tags_of_posts_and_posts_of_tags(db: &Database) -> Outcome {
    rows(db).await?;
    let mut tags = ["a", "b", "c"].map(|word| new!(Tag { word }));
    Tag::objects().bulk_create(&mut tags, db).await?;
    let [a, b, c] = &tags;
    let post = Post::objects().order_by("id").first(db).await?.unwrap();
    let words = async |post: &Post| -> Outcome<Vec<String>> {
        Ok(post.tags.all(db).await?.into_iter().map(|tag| tag.word).collect())
    };
    post.tags.add(&[b, a, a], db).await?;
    assert_eq!(words(&post).await?, ["a", "b"]);
    Tag::posts().of(c).add(&[&post], db).await?;
    assert_eq!(words(&post).await?, ["a", "b", "c"]);
    post.tags.remove(&[a], db).await?;
    post.tags.set(&[c], db).await?;
    assert_eq!(words(&post).await?, ["c"]);
    assert_eq!(Tag::posts().of(c).objects().get(db).await?.id, post.id);
    let d = post.tags.create(new!(Tag { word: "d" }), db).await?;
    assert_eq!(Tag::posts().of(&d).objects().count(db).await?, 1);
    assert_eq!(post.tags.objects().filter(q!(word = "d")).count(db).await?, 1);
    post.tags.clear(db).await?;
    assert_eq!(words(&post).await?, [""; 0]);
    // Ways back of foreign keys: adding is pointing here.
    let ann = User::objects().filter(q!(name = "Ann")).get(db).await?;
    let bob = User::objects().filter(q!(name = "Bob")).get(db).await?;
    let bobs = User::posts().of(&bob).all(db).await?;
    User::posts().of(&ann).add(&bobs.iter().collect::<Vec<_>>(), db).await?;
    assert_eq!(User::posts().of(&bob).objects().count(db).await?, 0);
    let new = User::posts().of(&bob).create(new!(Post { title: "new", author: &ann }), db).await?;
    assert_eq!(new.author.get(db).await?.name, "Bob");
    refused(User::posts().of(&bob).clear(db).await, "TypeError");
    User::comments().of(&bob).clear(db).await?;
    assert_eq!(Comment::objects().filter(q!(author__isnull = false)).count(db).await?, 0);
    let profile = User::profile().of(&ann).objects().get(db).await?;
    assert_eq!(profile.user.get(db).await?.name, "Ann");
    Ok(())
}

async fn objects_by_their_keys(db: &Database) -> Outcome {
    rows(db).await?;
    let found = User::objects().in_bulk(&[1, 3, 77], db).await?;
    assert_eq!(found.keys().copied().collect::<HashSet<_>>(), HashSet::from([1, 3]));
    assert_eq!(found[&3].name, "Cid");
    let asked = db.capture();
    assert!(User::objects().in_bulk(&[], db).await?.is_empty());
    assert!(asked.is_empty());
    refused(User::objects().limit(1).in_bulk(&[1], db).await.map(drop), "TypeError");
    let bob = User::objects().filter(q!(pk = 2)).get(db).await?;
    assert!(User::objects().contains(&bob, db).await?);
    assert!(!User::objects().filter(q!(name = "Ann")).contains(&bob, db).await?);
    assert!(!User::objects().order_by("id").limit(1).contains(&bob, db).await?);
    assert!(User::objects().order_by("id").limit(2).contains(&bob, db).await?);
    let term = String::from("n");
    let many = User::objects().filter(q!(name__contains = &term)).values_list(User::id);
    assert_eq!(many.all(db).await?, [1]);
    Ok(())
}

async fn rows_with_types(db: &Database) -> Outcome {
    rows(db).await?;
    let pairs: Vec<(String, String)> = Post::objects()
        .filter(q!(views__lt = 2))
        .order_by("id")
        .values_list((Post::title, Post::author.name))
        .all(db)
        .await?;
    assert_eq!(pairs, [("Post 0".into(), "Ann".into()), ("Post 1".into(), "Bob".into())]);
    let authors: Vec<(i64, Option<String>, Option<i64>)> = Comment::objects()
        .filter(q!(id__in = [5, 6]))
        .values_list((Comment::id, Comment::author.name, Comment::author))
        .all(db)
        .await?;
    assert_eq!(authors, [(5, Some("Bob".into()), Some(2)), (6, None, None)]);
    let abouts: Vec<Option<String>> = User::objects().values_list(User::profile().about).all(db).await?;
    assert_eq!(abouts, [Some("writes".into()), None, None]);
    let rows = Post::objects()
        .order_by("-views")
        .limit(1)
        .values(row!(title, who = author__name, mail = author__email, views))
        .all(db)
        .await?;
    assert_eq!(
        (rows[0].title.as_str(), rows[0].who.as_str(), rows[0].mail.as_str(), rows[0].views),
        ("Post 9", "Bob", "b@x.org", 9)
    );
    let one: (String, i64) =
        Post::objects().filter(q!(views = 3)).values_list((Post::title, Post::views)).get(db).await?;
    assert_eq!(one, ("Post 3".into(), 3));
    assert!(Post::objects().filter(q!(views = 77)).values_list(Post::title).first(db).await?.is_none());
    Ok(())
}
