//! `embellie warm`, and programs that find what it kept.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::process::{Command, Output};
use std::time::Duration;

use blog::{Post, User};
use embellie::cache::Cache;
use embellie::prelude::*;
use embellie_testing::{PrivateRedis, TestDatabase};

type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

const HOUR: Duration = Duration::from_secs(3600);

fn warm(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_embellie")).arg("warm").args(arguments).output().unwrap()
}

/// What a program asks for, and the text of it.
fn popular() -> QuerySet<Post> {
    Post::objects().filter(q!(author__active = true, views__gt = 3)).order_by("-views").limit(5).cache(HOUR)
}

const POPULAR: &str = "Post.objects.filter(views__gt=3, author__active=True).order_by('-views')[:5]";

/// A program's database, whose tables have some rows; `place` is what the command is given.
async fn program_finds_what_was_kept(url: &str, place: &str, redis: &str) -> Outcome {
    let cache = || Cache::redis(redis).map(|cache| cache.prefix("app"));
    let db = Database::builder(url).cache(cache()?).connect().await?;
    db.create_tables(&[]).await?;
    let ann = new!(User { name: "Ann", email: "ann@x.org" }).create(&db).await?;
    for views in 0..10 {
        new!(Post { title: format!("{views}"), author: &ann, views }).create(&db).await?;
    }
    let queries = tempfile::NamedTempFile::new()?;
    std::fs::write(
        queries.path(),
        "# who may log in\n\nUser.objects.filter(active=True).order_by('name').values_list('name')\n",
    )?;
    let file = queries.path().display().to_string();
    let done = warm(&[place, POPULAR, "--file", &file, "--cache", redis, "--prefix", "app", "--ttl", "600"]);
    let told = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(done.status.success(), "{told}{}", String::from_utf8_lossy(&done.stderr));
    assert!(told.contains(&format!("{POPULAR}: 5 rows")) && told.contains(": 1 rows"), "{told}");

    let asked = db.capture();
    let views: Vec<i64> = popular().all(&db).await?.iter().map(|post| post.views).collect();
    let names = User::objects().filter(q!(active = true)).order_by("name").values_list(User::name).cache(HOUR);
    assert_eq!((views, names.all(&db).await?), (vec![9, 8, 7, 6, 5], vec!["Ann".to_owned()]));
    assert_eq!(asked.len(), 0, "{:?}", asked.statements());
    // Another value is another query, and a change is seen.
    assert_eq!(Post::objects().filter(q!(views__gt = 4)).cache(HOUR).count(&db).await?, 5);
    Post::objects().filter(q!(views = 9)).delete(&db).await?;
    assert_eq!(popular().all(&db).await?.first().map(|post| post.views), Some(8));
    db.close();
    Ok(())
}

fn run(work: impl Future<Output = Outcome>) -> Outcome {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?.block_on(work)
}

fn redis() -> Option<PrivateRedis> {
    PrivateRedis::start().inspect_err(|error| eprintln!("passed over: {error}")).ok()
}

#[test]
fn programs_find_what_was_kept_of_a_file() -> Outcome {
    let Some(server) = redis() else { return Ok(()) };
    let directory = tempfile::tempdir()?;
    let path = directory.path().join("blog.sqlite3").display().to_string();
    run(program_finds_what_was_kept(&format!("sqlite://{path}"), &path, &server.url()))
}

#[test]
fn programs_find_what_was_kept_of_a_server() -> Outcome {
    let Some(server) = redis() else { return Ok(()) };
    run(async {
        let database = TestDatabase::create().await?;
        let url = format!("{}?sslmode=disable", database.url());
        program_finds_what_was_kept(&url, &url, &server.url()).await
    })
}

#[test]
fn mistakes_are_told() -> Outcome {
    let directory = tempfile::tempdir()?;
    let path = directory.path().join("blog.sqlite3").display().to_string();
    run(async {
        let db = Database::connect(&format!("sqlite://{path}")).await?;
        db.create_tables(&[]).await?;
        db.close();
        Ok(())
    })?;
    let Some(server) = redis() else { return Ok(()) };
    let refused = |text: &str, cache: &str| {
        let done = warm(&[&path, text, "--cache", cache]);
        assert!(!done.status.success(), "{text}");
        [done.stdout, done.stderr].concat().escape_ascii().to_string()
    };
    let url = server.url();
    for (text, word) in [
        ("Post.objects.count()", "no query set"),
        ("Post.objects.prefetch_related('comment_set')", "statements of their own"),
        ("Post.objects.filter(vieuws=1)", "vieuws"),
        ("Post.objects.all().delete()", "read"),
    ] {
        let told = refused(text, &url);
        assert!(told.contains(word), "{text}: {told}");
    }
    let told = refused("Post.objects.all()", "redis://:hidden@127.0.0.1:9/0");
    assert!(told.contains("cache") && !told.contains("hidden"), "{told}");
    Ok(())
}
