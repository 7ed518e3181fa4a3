//! Rows of big results, one after the other: which they are, by how many statements, and what stays open.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use blog::*;
use embellie::prelude::*;
use embellie::query_set::TextRow;
use embellie::{RowStream, Value};
use embellie_suite::{Outcome, q, refused, rows as records};

embellie_suite::on_every_database! { documented:
    rows_come_as_from_all,
    related_objects_come_chunk_by_chunk,
    the_rows_of_a_chunk_are_peers,
    raw_rows,
    everything_is_of_one_state,
    within_a_transaction,
    what_is_rolled_back_ends_its_streams,
    a_future_that_is_dropped_loses_no_rows,
    streams_that_own_their_database,
    mistakes_are_told,
    errors_end_a_stream,
}

mod keys {
    embellie_suite::on_every_database! { keys: keys_of_several_fields }

    use embellie::prelude::*;
    use embellie_suite::Outcome;
    use embellie_suite::models::keys::*;

    async fn keys_of_several_fields(db: &Database) -> Outcome {
        new!(Shop { name: "north" }).create(db).await?;
        for number in 0..5 {
            let code = Uuid::from_u128(number as u128);
            new!(Order { shop: 1, number: number, code: code, paid: 1 }).create(db).await?;
        }
        let orders = Order::objects().order_by("-pk");
        let streamed = super::all(orders.iterator(2, db)).await?;
        let keys = |orders: &[Order]| orders.iter().map(|order| order.key()).collect::<Result<Vec<_>, _>>();
        assert_eq!(keys(&streamed)?, keys(&orders.all(db).await?)?);
        let named = db.objects("keys.Order")?.order_by("pk").text_values(["pk", "paid"]);
        assert_eq!(super::all(named.iterator(2, db)).await?, named.all(db).await?);
        Ok(())
    }
}

/// What a stream gives.
async fn all<T: Send + 'static>(mut stream: RowStream<'_, T>) -> embellie::Result<Vec<T>> {
    let mut rows = Vec::new();
    while let Some(row) = stream.next().await {
        rows.push(row?);
    }
    assert!(stream.next().await.is_none());
    Ok(rows)
}

/// Five users, each with two posts.
async fn rows(db: &Database) -> Outcome<Vec<User>> {
    let user = |n| new!(User { name: format!("User {n}"), email: format!("{n}@x.org") });
    let mut users: Vec<User> = (0..5).map(user).collect();
    User::objects().bulk_create(&mut users, db).await?;
    let post = |n: usize| new!(Post { title: format!("Post {n}"), author: &users[n / 2], views: n as i64 });
    let mut posts: Vec<Post> = (0..10).map(post).collect();
    Post::objects().bulk_create(&mut posts, db).await?;
    Ok(users)
}

async fn rows_come_as_from_all(db: &Database) -> Outcome {
    rows(db).await?;
    let posts = Post::objects().order_by("title");
    let titles = |posts: Vec<Post>| posts.into_iter().map(|post| post.title).collect::<Vec<_>>();
    let whole = titles(posts.all(db).await?);
    // Chunks of all sizes: the last one full, not full, and the only one.
    for size in [1, 2, 3, 5, 9, 10, 11, 2000] {
        assert_eq!(titles(all(posts.iterator(size, db)).await?), whole, "chunks of {size}");
    }
    assert_eq!(titles(all(posts.stream(db)).await?), whole);

    let n = Count(User::posts());
    let busy = User::objects().annotate(&n).filter(n.gte(2)).order_by("-name");
    let counted = all(busy.iterator(2, db)).await?;
    assert_eq!(
        counted.iter().map(|(user, n)| (user.name.as_str(), *n)).collect::<Vec<_>>()[..2],
        [("User 4", 2), ("User 3", 2)]
    );
    let pairs = posts.clone().values_list((Post::title, Post::author.name));
    assert_eq!(all(pairs.iterator(3, db)).await?, pairs.all(db).await?);
    let named: Vec<TextRow> = all(posts.clone().text_values(["author__name", "views"]).iterator(4, db)).await?;
    assert_eq!(named[9].get("author__name"), Some(&Value::from("User 4")));
    let untyped = all(records(db, "blog.Post").filter(q("views__lt", 7)).order_by("views").iterator(3, db)).await?;
    assert_eq!(untyped.len(), 7);
    assert_eq!(untyped[6].get("title")?, &Value::from("Post 6"));

    // A chunk at a time; and no rows at all.
    let mut chunks = posts.iterator(4, db);
    let mut sizes = Vec::new();
    while let Some(chunk) = chunks.next_chunk().await {
        sizes.push(chunk?.len());
    }
    assert_eq!(sizes, [4, 4, 2]);
    assert_eq!(all(posts.clone().filter(q!(views__gt = 99)).stream(db)).await?.len(), 0);
    let asked = db.capture();
    assert_eq!(all(posts.clone().none().stream(db)).await?.len(), 0);
    assert_eq!(asked.len(), 0);
    drop(posts.stream(db));
    assert_eq!(asked.len(), 0);
    Ok(())
}

async fn related_objects_come_chunk_by_chunk(db: &Database) -> Outcome {
    rows(db).await?;
    let asked = db.capture();
    let users = all(User::objects().prefetch(User::posts()).iterator(2, db)).await?;
    assert_eq!(users.len(), 5);
    for user in &users {
        assert_eq!(User::posts().of(user).cached().expect("they were read").len(), 2);
    }
    // One statement, and one for each of three chunks.
    assert_eq!(asked.len(), 4, "{:?}", asked.statements());
    drop(asked);

    let asked = db.capture();
    let joined = all(Post::objects().select_related(Post::author).order_by("views").iterator(3, db)).await?;
    for post in &joined {
        post.author.get(db).await?;
    }
    assert_eq!(asked.len(), 1);
    let untyped = all(records(db, "blog.User").prefetch(["posts"]).iterator(3, db)).await?;
    assert_eq!(untyped[4].prefetched("posts")?.len(), 2);
    Ok(())
}

async fn the_rows_of_a_chunk_are_peers(db: &Database) -> Outcome {
    rows(db).await?;
    let posts = Post::objects().order_by("views");
    db.atomic(async |tx| {
        let asked = db.capture();
        let mut stream = posts.iterator(4, tx);
        let mut names = Vec::new();
        while let Some(post) = stream.next().await {
            // On the same connection, while the stream is open.
            names.push(post?.author.get(tx).await?.name.clone());
        }
        assert_eq!((names.len(), names[9].as_str()), (10, "User 4"));
        assert_eq!(asked.len(), 4, "{:?}", asked.statements());
        Outcome::Ok(())
    })
    .await
}

async fn raw_rows(db: &Database) -> Outcome {
    rows(db).await?;
    let set = Post::raw("SELECT *, views * 2 AS twice FROM blog_post WHERE views > %s ORDER BY views", (2,));
    let titles: Vec<String> = all(set.iterator(3, db)).await?.into_iter().map(|post| post.title).collect();
    assert_eq!((titles.len(), titles[0].as_str()), (7, "Post 3"));
    let beside = all(set.clone().annotated::<(i64,)>().iterator(3, db)).await?;
    assert_eq!(beside[6].1, (18,));
    let plain: Vec<(String, i64)> =
        all(db.cursor().iterator("SELECT title, views FROM blog_post ORDER BY views;", (), 4)).await?;
    assert_eq!(plain[9], ("Post 9".to_owned(), 9));
    // The columns are told also where there are no rows.
    let none = all(db.cursor().stream::<(i64, i64)>("SELECT id FROM blog_post WHERE views > %s", (99,))).await;
    assert!(refused(none, "DecodeError").contains("expected rows of 2 column(s), found 1: id"));

    let write = "UPDATE blog_post SET views = 0 RETURNING id";
    let message = refused(all(db.cursor().stream::<i64>(write, ())).await, "NotSupportedError");
    assert!(message.contains("Only statements that read can be streamed"), "{message}");
    assert_eq!(Post::objects().filter(q!(views = 9)).count(db).await?, 1);
    Ok(())
}

async fn everything_is_of_one_state(db: &Database) -> Outcome {
    rows(db).await?;
    let mut users = User::objects().prefetch(User::posts()).iterator(2, db);
    let first = users.next().await.expect("a row")?;
    assert_eq!(first.name, "User 0");
    // Others write meanwhile, and nobody waits.
    new!(User { name: "User 9", email: "9@x.org" }).create(db).await?;
    Post::objects().delete(db).await?;
    let rest = all(users).await?;
    assert_eq!(rest.len(), 4);
    assert_eq!(User::posts().of(&rest[3]).cached().expect("they were read").len(), 2);
    assert_eq!(User::objects().prefetch(User::posts()).all(db).await?.len(), 6);
    Ok(())
}

async fn within_a_transaction(db: &Database) -> Outcome {
    rows(db).await?;
    let posts = Post::objects().order_by("views");
    db.atomic(async |tx| {
        let (mut up, mut down) = (posts.iterator(2, tx), posts.clone().reverse().iterator(3, tx));
        let mut pairs = Vec::new();
        while let (Some(low), Some(high)) = (up.next().await, down.next().await) {
            let (low, high) = (low?, high?);
            pairs.push((low.views, high.views));
            Comment::objects().bulk_create(&mut [new!(Comment { post: &low, body: "seen" })], tx).await?;
            if pairs.len() == 5 {
                break;
            }
        }
        assert_eq!(pairs, [(0, 9), (1, 8), (2, 7), (3, 6), (4, 5)]);
        // Half-way, one is dropped and the other goes on, beside a third.
        drop(up);
        assert_eq!(Comment::objects().count(tx).await?, 5);
        assert_eq!(all(posts.iterator(4, tx)).await?.len(), 10);
        assert_eq!(down.next().await.expect("a row")?.views, 4);
        let undone: Outcome = tx
            .atomic(async |tx| {
                assert_eq!(down.next().await.expect("a row")?.views, 3);
                Comment::objects().delete(tx).await?;
                Err(Error::Value("on purpose".into()).into())
            })
            .await;
        undone.expect_err("it was undone");
        assert_eq!(all(down).await?.len(), 3);
        Outcome::Ok(())
    })
    .await?;
    assert_eq!(Comment::objects().count(db).await?, 5);
    // What was streamed when a transaction fails does not keep it.
    let failed: Outcome = db
        .atomic(async |tx| {
            let mut stream = posts.iterator(2, tx);
            stream.next().await.expect("a row")?;
            Comment::objects().delete(tx).await?;
            Err(Error::Value("on purpose".into()).into())
        })
        .await;
    failed.expect_err("it was undone");
    assert_eq!(Comment::objects().count(db).await?, 5);
    Ok(())
}

async fn what_is_rolled_back_ends_its_streams(db: &Database) -> Outcome {
    rows(db).await?;
    let posts = Post::objects().order_by("views");
    db.atomic(async |tx| {
        let mut inner = posts.iterator(2, tx);
        let undone: Outcome = tx
            .atomic(async |_| {
                inner.next().await.expect("a row")?;
                Err(Error::Value("on purpose".into()).into())
            })
            .await;
        undone.expect_err("it was undone");
        // What was read is given; there is no more.
        assert_eq!(inner.next().await.expect("a row")?.views, 1);
        let ended = inner.next().await.expect("an error");
        assert!(refused(ended, "TransactionManagementError").contains("the cursor has ended"));
        drop(inner);
        assert_eq!(Post::objects().count(tx).await?, 10);
        Outcome::Ok(())
    })
    .await
}

async fn a_future_that_is_dropped_loses_no_rows(db: &Database) -> Outcome {
    rows(db).await?;
    let mut dropped = 0;
    // How often it has to wait depends on the machine.
    for _ in 0..50 {
        dropped += dropped_in_one_stream(db).await?;
        if dropped > 5 {
            return Ok(());
        }
    }
    panic!("dropped {dropped} times");
}

/// Reads a stream, and drops each future that has to wait: how many those were.
async fn dropped_in_one_stream(db: &Database) -> Outcome<usize> {
    let mut stream = Post::objects().order_by("views").iterator(1, db);
    let mut seen = Vec::new();
    let mut dropped = 0;
    loop {
        // Polled once, and dropped when that is not enough.
        let polled = {
            let mut next = pin!(stream.next());
            poll_fn(|context| Poll::Ready(next.as_mut().poll(context))).await
        };
        match polled {
            Poll::Ready(None) => break,
            Poll::Ready(Some(post)) => seen.push(post?.views),
            Poll::Pending => {
                dropped += 1;
                tokio::time::sleep(std::time::Duration::from_micros(200)).await;
            }
        }
    }
    assert_eq!(seen, (0..10).collect::<Vec<i64>>());
    Ok(dropped)
}

async fn streams_that_own_their_database(db: &Database) -> Outcome {
    rows(db).await?;
    let stream: RowStream<'static, Post> = Post::objects().order_by("views").into_stream(3, db.clone());
    let task = tokio::spawn(async move { all(stream).await.map(|posts| posts.len()) });
    assert_eq!(task.await??, 10);
    Ok(())
}

async fn mistakes_are_told(db: &Database) -> Outcome {
    let asked = db.capture();
    let none = all(Post::objects().iterator(0, db)).await;
    assert_eq!(refused(none, "ValueError"), "Chunk size must be strictly positive.");
    let unknown = all(records(db, "blog.Post").filter(q("autor", 1)).stream(db)).await;
    assert!(refused(unknown, "FieldError").contains("did you mean 'author'?"));
    let filtered = all(Post::objects().limit(3).filter(q!(views = 1)).stream(db)).await;
    refused(filtered, "TypeError");
    assert_eq!(asked.len(), 0);
    Ok(())
}

async fn errors_end_a_stream(db: &Database) -> Outcome {
    rows(db).await?;
    // A row that cannot be read stands behind others.
    let sql = "SELECT CASE WHEN views = 5 THEN NULL ELSE views END FROM blog_post ORDER BY blog_post.views";
    let mut stream = db.cursor().iterator::<i64>(sql, (), 2);
    for views in 0..4 {
        assert_eq!(stream.next().await.expect("a row")?, views);
    }
    refused(stream.next().await.expect("an error"), "DecodeError");
    assert!(stream.next().await.is_none());
    drop(stream);
    assert_eq!(Post::objects().count(db).await?, 10);
    db.atomic(async |tx| {
        refused(all(tx.cursor().iterator::<i64>(sql, (), 2)).await, "DecodeError");
        Outcome::Ok(())
    })
    .await
    .ok();
    assert_eq!(Post::objects().count(db).await?, 10);
    Ok(())
}
