//! What it costs that the rows of a result know each other: 10,000 objects decoded, with and without.
//!
//! `cargo xtask bench peers`. Beside the time, which a busy machine spoils, instructions can be counted:
//! `valgrind --tool=callgrind <the benchmark's program> plain 5`, and the same with `peers`.
#![allow(clippy::expect_used, clippy::print_stdout)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use blog::{Post, User};
use embellie::prelude::*;
use embellie::{Columns, FromRow};
use embellie_core::Row as AnyRow;

const ROWS: usize = 10_000;
const SQL: &str = "SELECT id, title, author_id, views, published, subtitle, created_at FROM blog_post";

/// An object as it is decoded, which knows no others.
struct Plain(Post);

impl FromRow for Plain {
    type Plan = ();

    fn plan(_: &Columns) -> embellie::Result<()> {
        Ok(())
    }

    fn from_row((): &(), row: &dyn AnyRow) -> embellie::Result<Self> {
        Post::from_row(row, 0).map(Plain)
    }
}

async fn plain(db: &Database) -> embellie::Result<usize> {
    let rows: Vec<Plain> = db.cursor().query(SQL, ()).await?;
    Ok(black_box(&rows).iter().map(|row| row.0.title.len()).sum())
}

async fn peers(db: &Database) -> embellie::Result<usize> {
    let rows = Post::raw(SQL, ()).all(db).await?;
    Ok(black_box(&rows).iter().map(|row| row.title.len()).sum())
}

async fn filled() -> embellie::Result<Database> {
    let db = Database::connect("sqlite::memory:").await?;
    db.create_tables(&[]).await?;
    let ann = new!(User { name: "Ann", email: "ann@example.org" }).create(&db).await?;
    let mut posts: Vec<Post> = (0..ROWS)
        .map(|n| new!(Post { title: format!("A headline of some words, number {n}"), author: &ann, views: n as i64 }))
        .collect();
    Post::objects().bulk_create(&mut posts, &db).await?;
    Ok(db)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> embellie::Result<()> {
    let db = filled().await?;
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, which, times] = arguments.as_slice() {
        for _ in 0..times.parse().unwrap_or(1_u32) {
            match which.as_str() {
                "plain" => plain(&db).await?,
                _ => peers(&db).await?,
            };
        }
        return Ok(());
    }
    // The least of many times, taken by turns, is what the machine's other work spoils least.
    let (mut least_plain, mut least_peers) = (Duration::MAX, Duration::MAX);
    for _ in 0..200 {
        let begun = Instant::now();
        black_box(plain(&db).await?);
        least_plain = least_plain.min(begun.elapsed());
        let begun = Instant::now();
        black_box(peers(&db).await?);
        least_peers = least_peers.min(begun.elapsed());
    }
    let each = |time: Duration| time.as_nanos() as f64 / ROWS as f64;
    println!("{ROWS} objects: {:.1} ns each, decoded and dropped", each(least_plain));
    println!(
        "as peers:      {:.1} ns each, {:+.1} %",
        each(least_peers),
        (each(least_peers) / each(least_plain) - 1.0) * 100.0
    );
    Ok(())
}
