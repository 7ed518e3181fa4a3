//! What goes wrong where databases live: futures dropped at any point, servers killed, pools exhausted, disks full,
//! locks held. Nothing is lost but what was not committed, and the same `Database` goes on afterwards.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod disk;
mod dropped;
mod locks;
mod pool;
mod server;
mod streams;

use std::time::{Duration, Instant};

use embellie::Database;
use embellie_suite::models::blog;
use embellie_suite::{Fresh, Kind, Outcome, fresh, rows, texts};
use tokio::runtime::{Builder, Runtime};

/// A database with a blog's tables and these options in its URL.
async fn blog_with(kind: Kind, options: &str) -> Outcome<(Database, Fresh)> {
    let fresh = fresh(kind).await?;
    fresh.connect(blog()).await?.close();
    let db = Database::builder(&format!("{}{options}", fresh.url())).registry(blog()).connect().await?;
    Ok((db, fresh))
}

async fn tags(db: &Database) -> Outcome<Vec<String>> {
    texts(rows(db, "blog.Tag").order_by("name"), "name", db).await
}

/// At how many places some work was dropped: tried again where a server answered before anybody had to wait.
fn somewhere(mut dropped: impl FnMut() -> Outcome<usize>) -> Outcome<usize> {
    for _ in 0..20 {
        let cuts = dropped()?;
        if cuts > 0 {
            return Ok(cuts);
        }
    }
    Ok(0)
}

/// Whether something is done before `limit`: tried again, since a busy machine may be late for once.
async fn is_soon(limit: Duration, mut work: impl AsyncFnMut() -> Outcome) -> Outcome<bool> {
    for _ in 0..10 {
        let begun = Instant::now();
        work().await?;
        if begun.elapsed() < limit {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A runtime of each flavour.
fn flavours() -> [Runtime; 2] {
    [
        Builder::new_current_thread().enable_all().build().unwrap(),
        Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap(),
    ]
}
