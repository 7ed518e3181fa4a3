//! How much memory a million rows take when they are streamed: the peak above the start, on every database.
//!
//! `cargo xtask bench stream`
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::process::ExitCode;
use std::time::Instant;

use blog::Post;
use embellie::prelude::*;
use embellie_suite::{Kind, Outcome, fresh, models};

const ROWS: u64 = 1_000_000;

/// What may be used above the start, in MiB.
const LIMIT: f64 = 64.0;

const FILL: &str = "INSERT INTO blog_post (title, author_id, views, published, subtitle, created_at)
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000)
    SELECT 'Post number ' || i, 1, i % 97, i % 2 = 0, 'and a second headline, since rows are not small', %s FROM n";

/// A line of what the system knows of this process, in MiB.
fn status(name: &str) -> f64 {
    let status = fs::read_to_string("/proc/self/status").expect("the system tells what memory a process has");
    let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("the line is there");
    let kib: f64 = line.trim_start_matches(':').trim().trim_end_matches(" kB").parse().expect("a number");
    kib / 1024.0
}

/// Makes the peak what is used now.
fn forget_peak() {
    fs::write("/proc/self/clear_refs", "5").expect("the peak can be forgotten");
}

async fn measured(kind: Kind, what: &str, count: impl AsyncFnOnce() -> Outcome<u64>) -> Outcome<bool> {
    forget_peak();
    let (before, begun) = (status("VmRSS"), Instant::now());
    let rows = count().await?;
    let (elapsed, above) = (begun.elapsed(), status("VmHWM") - before);
    let speed = rows as f64 / elapsed.as_secs_f64();
    let kind = format!("{kind:?}");
    println!(
        "{kind:<9} {what:<28} {rows:>9} rows  {elapsed:>8.2?}  {speed:>9.0} rows/s  peak {above:>6.1} MiB above {before:.1}"
    );
    Ok(rows == ROWS && above < LIMIT)
}

async fn bench(kind: Kind) -> Outcome<bool> {
    let fresh = fresh(kind).await?;
    let db = fresh.connect(models::documented()).await?;
    new!(User { name: "Ann", email: "ann@example.org" }).create(&db).await?;
    db.cursor().execute(FILL, (Timestamp::now(),)).await?;
    let posts = Post::objects().order_by("id");
    let mut good = measured(kind, "objects", async || {
        let (mut stream, mut rows) = (posts.stream(&db), 0);
        while let Some(post) = stream.next().await {
            rows += u64::from(!post?.title.is_empty());
        }
        Ok(rows)
    })
    .await?;
    good &= measured(kind, "objects, authors prefetched", async || {
        let (mut stream, mut rows) = (posts.clone().prefetch(Post::author).stream(&db), 0);
        while let Some(post) = stream.next().await {
            rows += u64::from(post?.author.get(&db).await?.name == "Ann");
        }
        Ok(rows)
    })
    .await?;
    good &= measured(kind, "values", async || {
        let (mut stream, mut rows) = (posts.clone().values_list((Post::title, Post::views)).stream(&db), 0);
        while let Some(post) = stream.next().await {
            rows += u64::from(post?.1 < 97);
        }
        Ok(rows)
    })
    .await?;
    good &= measured(kind, "records", async || {
        let (mut stream, mut rows) = (db.objects("blog.Post")?.stream(&db), 0);
        while let Some(post) = stream.next().await {
            rows += u64::from(!post?.key().is_null());
        }
        Ok(rows)
    })
    .await?;
    good &= measured(kind, "raw SQL", async || {
        let (mut stream, mut rows) = (db.cursor().stream::<(i64, String)>("SELECT id, title FROM blog_post", ()), 0);
        while let Some(post) = stream.next().await {
            rows += u64::from(post?.0 > 0);
        }
        Ok(rows)
    })
    .await?;
    db.close();
    Ok(good)
}

use blog::User;

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let mut good = true;
    for kind in [Kind::Sqlite, Kind::Postgres] {
        good &= runtime.block_on(bench(kind)).expect("the rows are read");
    }
    if good {
        println!("Each stayed under {LIMIT} MiB.");
        return ExitCode::SUCCESS;
    }
    eprintln!("Not every one stayed under {LIMIT} MiB.");
    ExitCode::FAILURE
}
