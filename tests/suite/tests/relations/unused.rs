//! What was read along with rows, and nobody asked for: logs tell it.

use blog::*;
use embellie::log::{FindingKind, Log};
use embellie::prelude::*;
use embellie_suite::{Outcome, rows as records};

embellie_suite::on_every_database! { documented:
    joins_that_nobody_asked_for,
    prefetches_that_nobody_asked_for,
    what_is_asked_for_is_no_finding,
    rows_without_a_type,
}

async fn rows(db: &Database) -> Outcome {
    let tag = new!(Tag { word: "orm" }).create(db).await?;
    for n in 0..3 {
        let user = &new!(User { name: format!("User {n}"), email: format!("{n}@x.org") }).create(db).await?;
        new!(Profile { user }).create(db).await?;
        let post = new!(Post { title: format!("Post {n}"), author: user }).create(db).await?;
        post.tags.add(&[&tag], db).await?;
        new!(Comment { post: &post, body: "!" }).create(db).await?;
    }
    Ok(())
}

/// What was found, in the order of its words.
fn found(log: &Log) -> Vec<(FindingKind, u64, String)> {
    let mut found: Vec<_> = log.findings().into_iter().map(|found| (found.kind, found.times, found.advice)).collect();
    found.sort_by_key(|(.., advice)| advice.clone());
    found
}

async fn joins_that_nobody_asked_for(db: &Database) -> Outcome {
    rows(db).await?;
    let log = db.log();
    let read = async || Post::objects().select_related((Post::author.profile(), Post::author)).all(db).await;
    let posts = read().await?;
    assert_eq!(found(&log), [], "they may be asked still");
    drop(posts);
    drop(read().await?);
    let found_so_far = found(&log);
    let [(FindingKind::UnusedJoin, 2, author), (FindingKind::UnusedJoin, 2, profile)] = &*found_so_far else {
        panic!("{found_so_far:#?}")
    };
    assert!(author.contains("`.select_related(Post::author)`"), "{author}");
    assert!(profile.contains("`.select_related(Post::author.profile)`"), "{profile}");
    let told = &log.findings()[0];
    assert_eq!(told.site.as_ref().map(|site| &*site.file), Some(file!()));
    assert_eq!((told.first, told.model.as_deref()), (1, Some("blog.Post")));
    // Once some rows are asked, it is no finding any more; the others are.
    for post in &read().await? {
        assert!(post.author.cached().is_some());
    }
    assert_eq!(log.findings().len(), 1);
    // Foreign keys that are null have nothing to be asked for.
    log.clear();
    drop(Comment::objects().select_related(Comment::author).all(db).await?);
    assert_eq!(found(&log), []);
    drop(log);
    drop(read().await?);
    Ok(())
}

async fn prefetches_that_nobody_asked_for(db: &Database) -> Outcome {
    rows(db).await?;
    let log = db.log();
    let handle = Prefetch::new(User::posts(), Post::objects().filter(q!(published = false))).handle();
    drop(User::objects().prefetch((User::posts().tags, User::profile(), &handle)).all(db).await?);
    let advice: Vec<String> = found(&log).into_iter().map(|(kind, _, advice)| format!("{kind}: {advice}")).collect();
    let [tags, posts, own, profile] = &*advice else { panic!("{advice:#?}") };
    assert!(tags.starts_with("unused prefetch") && tags.contains("`.prefetch(Post::tags)`"), "{tags}");
    assert!(posts.contains("`.prefetch(User::posts())` out"), "{posts}");
    assert!(own.contains("`.prefetch(User::posts())`, under a name of its own"), "{own}");
    assert!(profile.contains("`.prefetch(User::profile())`"), "{profile}");
    let numbers: Vec<u64> = log.findings().iter().map(|found| found.first).collect();
    assert!(numbers.iter().all(|number| *number > 1), "the statement that reads them: {numbers:?}");
    Ok(())
}

async fn what_is_asked_for_is_no_finding(db: &Database) -> Outcome {
    rows(db).await?;
    let log = db.log();
    let handle = Prefetch::new(User::posts(), Post::objects()).handle();
    let users = User::objects().prefetch((User::posts().tags, User::profile(), &handle)).all(db).await?;
    for user in &users {
        handle.of(user)?;
        assert!(User::profile().of(user).get(db).await.is_ok());
        for post in User::posts().of(user).cached().unwrap_or_default() {
            post.tags.all(db).await?;
        }
    }
    drop(users);
    let posts = Post::objects().select_related(Post::author.profile()).all(db).await?;
    // One row of many is enough.
    assert!(User::profile().of(posts[1].author.get(db).await?).cached().is_some());
    drop(posts);
    assert_eq!(found(&log), []);
    Ok(())
}

async fn rows_without_a_type(db: &Database) -> Outcome {
    rows(db).await?;
    let log = db.log();
    let read = async || {
        records(db, "blog.Post").select_related(["author__profile"]).prefetch(["tags", "comments"]).all(db).await
    };
    drop(read().await?);
    let advice: Vec<String> = found(&log).into_iter().map(|(.., advice)| advice).collect();
    let expected = [
        r#"`.select_related(["author"])`"#,
        r#"`.select_related(["author__profile"])`"#,
        r#"`.prefetch(["comments"])`"#,
        r#"`.prefetch(["tags"])`"#,
    ];
    assert!(advice.len() == 4 && advice.iter().zip(expected).all(|(told, code)| told.contains(code)), "{advice:#?}");
    log.clear();
    for post in &read().await? {
        let author = post.related_one("author", db).await?.expect("there is one");
        author.selected("profile");
        post.prefetched("tags")?;
        post.related("comments")?.all(db).await?;
    }
    assert_eq!(found(&log), []);
    Ok(())
}

mod apart {
    use embellie::Database;
    use embellie_suite::models::blog_rows;
    use embellie_suite::{Outcome, rows};

    embellie_suite::on_every_database! { blog:
        relations_to_one_model_are_told_apart,
    }

    async fn relations_to_one_model_are_told_apart(db: &Database) -> Outcome {
        blog_rows(db).await?;
        let log = db.log();
        for user in &rows(db, "blog.User").prefetch(["posts", "edited"]).all(db).await? {
            user.prefetched("posts")?;
        }
        let findings = log.findings();
        let [edited] = &*findings else { panic!("{findings:#?}") };
        assert!(edited.advice.contains(r#"`.prefetch(["edited"])`"#), "{edited}");
        assert!(edited.shape.contains("WHERE \"blog_post\".\"editor_id\""), "{edited}");
        Ok(())
    }
}
