//! Relations that are read beforehand and do not depend on each other: what one level reads goes to the database together.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use blog::*;
use embellie::log::Entry;
use embellie::prelude::*;
use embellie::query_set::Extra;
use embellie_suite::models::documented;
use embellie_suite::{Kind, Outcome, fresh, refused};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

embellie_suite::on_every_database! { documented:
    each_statement_is_seen,
    one_that_fails_is_the_error,
    within_a_transaction,
}

/// Four users with profiles, each with three posts; each post has a tag and a comment.
async fn rows(db: &Database) -> Outcome {
    let tag = new!(Tag { word: "orm" }).create(db).await?;
    for n in 0..4 {
        let user = &new!(User { name: format!("User {n}"), email: format!("{n}@x.org") }).create(db).await?;
        new!(Profile { user }).create(db).await?;
        for m in 0..3 {
            let post = new!(Post { title: format!("Post {n}{m}"), author: user }).create(db).await?;
            post.tags.add(&[&tag], db).await?;
            new!(Comment { post: &post, body: "!", author: ForeignKey::to(user) }).create(db).await?;
        }
    }
    Ok(())
}

/// Posts with what is read for them: three relations, of which two go on, one of them once more.
fn posts() -> QuerySet<Post> {
    let relations = (Post::tags, Post::author.profile(), Post::comments().author.profile());
    Post::objects().order_by("id").prefetch(relations)
}

/// What [`posts`] asks the database: statements, and how many of them need what came before.
const STATEMENTS: usize = 7;
const LEVELS: usize = 4;

fn are_whole(posts: &[Post]) -> bool {
    let has_profile = |user: Option<&User>| user.is_some_and(|user| User::profile().of(user).cached().is_some());
    posts.len() == 12
        && posts.iter().all(|post| {
            let comments = Post::comments().of(post);
            let comments = comments.cached().unwrap_or_default();
            post.tags.cached().is_some_and(|tags| tags.len() == 1)
                && has_profile(post.author.cached())
                && comments.len() == 1
                && comments.iter().all(|comment| has_profile(comment.author.as_ref().and_then(ForeignKey::cached)))
        })
}

async fn each_statement_is_seen(db: &Database) -> Outcome {
    rows(db).await?;
    let (asked, log) = (db.capture(), db.log());
    let begun = std::time::Instant::now();
    assert!(are_whole(&posts().all(db).await?));
    let took = begun.elapsed();
    assert_eq!(asked.len(), STATEMENTS, "{:?}", asked.statements());
    let entries = log.statements();
    assert!(entries.iter().all(|entry| entry.rows.is_some_and(|rows| rows > 0) && entry.site == entries[0].site));
    // What was sent together is told one after the other.
    assert!(entries.iter().map(|entry| entry.elapsed).sum::<std::time::Duration>() <= took);
    assert!(entries.is_sorted_by_key(Entry::ended), "{entries:?}");
    assert_eq!(log.findings(), []);
    Ok(())
}

async fn one_that_fails_is_the_error(db: &Database) -> Outcome {
    rows(db).await?;
    let wrong = Comment::objects().extra(Extra::new().condition("no_such_column = 1", ()));
    let relations = (Post::tags, (Post::comments(), wrong), Post::author);
    let asked = db.capture();
    let error = Post::objects().prefetch(relations).all(db).await.expect_err("there is no such column");
    assert!(error.to_string().contains("no_such_column"), "{error}");
    assert!(asked.len() <= 3, "those behind it are not run");
    assert!(are_whole(&posts().all(db).await?), "the connection is as good as before");
    Ok(())
}

async fn within_a_transaction(db: &Database) -> Outcome {
    rows(db).await?;
    db.atomic(async |tx| {
        let ann = new!(User { name: "Ann", email: "ann@x.org" }).create(tx).await?;
        let post = new!(Post { title: "New", author: &ann }).create(tx).await?;
        let asked = db.capture();
        let posts = Post::objects().prefetch((Post::author, Post::tags)).get_pk(&post.id, tx).await?;
        assert_eq!(posts.author.cached().map(|author| author.name.as_str()), Some("Ann"));
        assert_eq!(asked.len(), 3);
        tx.set_rollback(true);
        let again = Post::objects().prefetch((Post::author, Post::tags)).all(tx).await;
        refused(again, "TransactionManagementError");
        Outcome::Ok(())
    })
    .await?;
    assert_eq!(Post::objects().count(db).await?, 12);
    Ok(())
}

/// Counts how often a client of PostgreSQL asks its server to answer: `Sync` and `Query`.
#[derive(Default)]
struct Asked {
    started: bool,
    header: Vec<u8>,
    left: usize,
}

impl Asked {
    fn read(&mut self, bytes: &[u8]) -> usize {
        let mut times = 0;
        for byte in bytes {
            if self.left > 0 {
                self.left -= 1;
                continue;
            }
            self.header.push(*byte);
            // The first message has no type.
            let kind = usize::from(self.started);
            if let Some(&[a, b, c, d]) = self.header.get(kind..kind + 4) {
                times += usize::from(self.started && matches!(self.header[0], b'S' | b'Q'));
                self.left = u32::from_be_bytes([a, b, c, d]) as usize - 4;
                self.started = true;
                self.header.clear();
            }
        }
        times
    }
}

/// Passes on what a client and a server say, and counts.
async fn pass_on(client: TcpStream, server: TcpStream, count: Arc<AtomicUsize>) -> std::io::Result<()> {
    let ((mut from_client, mut to_client), (mut from_server, mut to_server)) =
        (client.into_split(), server.into_split());
    let answers = tokio::spawn(async move { tokio::io::copy(&mut from_server, &mut to_client).await });
    let (mut asked, mut buffer) = (Asked::default(), vec![0; 8192]);
    loop {
        let length = from_client.read(&mut buffer).await?;
        if length == 0 {
            break;
        }
        count.fetch_add(asked.read(&buffer[..length]), Ordering::SeqCst);
        to_server.write_all(&buffer[..length]).await?;
    }
    to_server.shutdown().await?;
    answers.await??;
    Ok(())
}

/// The server is waited for once a level, however many statements that has.
#[test]
fn postgres_is_waited_for_once_a_level() -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let fresh = fresh(Kind::Postgres).await?;
        rows(&fresh.connect(documented()).await?).await?;
        let (before, rest) = fresh.url().split_once('@').expect("a user");
        let (server, rest) = rest.split_once('/').expect("a database");
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("{before}@{}/{rest}&pool_size=1", listener.local_addr()?);
        let (server, times) = (server.to_owned(), Arc::new(AtomicUsize::new(0)));
        let count = Arc::clone(&times);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let Ok(server) = TcpStream::connect(&*server).await else { break };
                tokio::spawn(pass_on(client, server, Arc::clone(&count)));
            }
        });
        let db = Database::builder(&url).registry(documented()).connect().await?;
        // Statements are prepared once.
        for _ in 0..3 {
            assert!(are_whole(&posts().all(&db).await?));
        }
        times.store(0, Ordering::SeqCst);
        assert!(are_whole(&posts().all(&db).await?));
        let times = times.load(Ordering::SeqCst);
        assert_eq!(times, LEVELS);
        db.close();
        Ok(())
    })
}
