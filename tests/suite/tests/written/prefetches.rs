use blog::*;
use embellie::functions::*;
use embellie::prelude::*;
use embellie_suite::Outcome;

use super::Asked;

pub(crate) async fn with_comments(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let rows = Post::objects()
            .prefetch((Post::comments(), Post::tags))
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("with_comments", &asked))
}

pub(crate) async fn with_comments_and_their_authors(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let rows = Post::objects()
            .prefetch((Post::comments().author, Post::author))
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("with_comments_and_their_authors", &asked))
}

pub(crate) async fn with_some_comments(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let rows = Post::objects()
            .prefetch((Post::comments(), Comment::objects().filter(q!(body = "a")).order_by(Comment::id.desc())))
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("with_some_comments", &asked))
}

pub(crate) async fn with_comments_apart(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let said = Prefetch::new(Post::comments(), Comment::objects().filter(q!(body = "a")).prefetch(Comment::author)).handle();
        let words = Prefetch::new(Post::tags, Tag::objects()).handle();
        let rows = Post::objects()
            .prefetch((&said, &words))
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("with_comments_apart", &asked))
}

pub(crate) async fn with_counted_posts(db: &Database) -> Outcome<Asked> {
    let asked = db.capture();
    {
        let db = db.clone();
        let counted = Prefetch::new(User::posts(), {
            let n = Count(Post::comments()).named("n");
            Post::objects().annotate(&n)
        }).handle();
        let rows = User::objects()
            .prefetch(&counted)
            .all(&db)
            .await?;
        let _ = rows;
    }
    Ok(Asked::of("with_counted_posts", &asked))
}

/// All of them.
pub(crate) async fn all(db: &Database) -> Outcome<Vec<Asked>> {
    Ok(vec![
        with_comments(db).await?,
        with_comments_and_their_authors(db).await?,
        with_some_comments(db).await?,
        with_comments_apart(db).await?,
        with_counted_posts(db).await?,
    ])
}
