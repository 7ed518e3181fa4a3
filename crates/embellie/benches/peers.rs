//! What it costs that the rows of a result know each other: 10,000 objects decoded, with and without.
//!
//! `cargo xtask bench peers`. Both read the same columns by the same statement; the one makes objects of its rows and
//! nothing else, the other is a query set. What is counted are instructions, by callgrind, where it is installed: time, which
//! a busy machine spoils, otherwise.
#![allow(clippy::expect_used, clippy::print_stdout)]

use std::hint::black_box;
use std::process::Command;
use std::time::{Duration, Instant};

use blog::{Post, User};
use embellie::prelude::*;
use embellie::{Columns, FromRow};
use embellie_core::Row as AnyRow;

const ROWS: usize = 10_000;
/// What the query set asks.
const SQL: &str =
    "SELECT id, title, author_id, views, published, subtitle, created_at FROM blog_post ORDER BY blog_post.id";

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
    let rows = Post::objects().order_by(Post::id).all(db).await?;
    Ok(black_box(&rows).iter().map(|row| row.title.len()).sum())
}

async fn filled() -> embellie::Result<Database> {
    let db = Database::connect("sqlite::memory:?inline_budget=3600s").await?;
    db.create_tables(&[]).await?;
    let ann = new!(User { name: "Ann", email: "ann@example.org" }).create(&db).await?;
    let mut posts: Vec<Post> = (0..ROWS)
        .map(|n| new!(Post { title: format!("A headline of some words, number {n}"), author: &ann, views: n as i64 }))
        .collect();
    Post::objects().bulk_create(&mut posts, &db).await?;
    Ok(db)
}

/// The instructions of a run of this program, if they can be counted.
fn instructions(which: &str, times: u32) -> Option<u64> {
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(std::env::current_exe().ok()?);
    let output = command.args([which, &times.to_string()]).output().ok().filter(|output| output.status.success())?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    said.lines().find_map(|line| line.split_once("Collected :")?.1.trim().parse().ok())
}

/// What one row takes, in instructions: of five readings of all beyond three, since statements are planned by then.
fn counted(which: &str) -> Option<f64> {
    let (few, many) = (instructions(which, 3)?, instructions(which, 8)?);
    Some(many.saturating_sub(few) as f64 / 5.0 / ROWS as f64)
}

fn tell(plain: f64, peers: f64, what: &str) {
    println!("{ROWS} objects: {plain:.0} {what} each, read, decoded and dropped");
    println!("as peers:      {peers:.0} {what} each, {:+.1} %", (peers / plain - 1.0) * 100.0);
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> embellie::Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, which, times] = arguments.as_slice() {
        let db = filled().await?;
        for _ in 0..times.parse().unwrap_or(1_u32) {
            match which.as_str() {
                "plain" => plain(&db).await?,
                _ => peers(&db).await?,
            };
        }
        return Ok(());
    }
    if let Some((plain, peers)) = counted("plain").zip(counted("peers")) {
        tell(plain, peers, "instructions");
        return Ok(());
    }
    let db = filled().await?;
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
    tell(each(least_plain), each(least_peers), "ns");
    Ok(())
}
