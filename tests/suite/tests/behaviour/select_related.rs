//! Related objects that come with the rows, by joins.

use blog::*;
use embellie::prelude::*;
use embellie_suite::{Outcome, refused};

embellie_suite::on_every_database! { documented:
    chains_come_with_the_row,
    annotations_and_slices_go_with_them,
    what_was_not_asked_for_is_read_as_ever,
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
        Ok(())
    }
}
