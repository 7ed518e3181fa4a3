//! What it costs to build a query, in each of the ways to write it, without a database.

use std::hint::black_box;

use bench_common::{Failure, JOINED, JOINED_VIEWS, measure};
use embellie::prelude::*;
use embellie_core::query::{Query, Slice};

use crate::models::Post;

/// How often each query is built.
const TIMES: u32 = 200_000;

/// A way to write a query, and what it is called.
type Way = (&'static str, fn(i64) -> Query);

const WAYS: [Way; 4] = [
    ("typed paths", |views| {
        let posts = Post::objects().filter(Post::author.active.eq(true) & Post::views.gt(views));
        posts.order_by((Post::views.desc(), Post::id)).limit(JOINED as u64).query().clone()
    }),
    ("q!", |views| {
        let posts = Post::objects().filter(q!(author__active = true, views__gt = views));
        posts.order_by((Post::views.desc(), Post::id)).limit(JOINED as u64).query().clone()
    }),
    ("text", |views| {
        let posts = Post::objects().filter(Q::text("author__active", true) & Q::text("views__gt", views));
        posts.order_by(("-views", "id")).limit(JOINED as u64).query().clone()
    }),
    ("Query", |views| {
        let active = embellie_core::Q::new("author__active", true);
        let mut query = Query::new("bench.Post").filter(active & embellie_core::Q::new("views__gt", views));
        query.order_by = Some(vec!["-views".into(), "id".into()]);
        query.slice = Slice { offset: 0, limit: Some(JOINED as u64) };
        query
    }),
];

/// Prints a line for each way: its name, nanoseconds, allocations and bytes for one query, with tabs between.
pub(crate) fn run() -> Result<(), Failure> {
    let (_, first) = WAYS[0];
    for (name, build) in WAYS {
        if build(JOINED_VIEWS) != first(JOINED_VIEWS) {
            return Err(format!("{name} gives another query: {:?}", build(JOINED_VIEWS)).into());
        }
    }
    for (name, build) in WAYS {
        let (_, cost) = measure(|| {
            for time in 0..TIMES {
                black_box(build(black_box(JOINED_VIEWS + i64::from(time))));
            }
        });
        let each = |what: u64| what as f64 / f64::from(TIMES);
        let (time, allocations, bytes) = (each(cost.processor), each(cost.allocations), each(cost.bytes));
        println!("{name}\t{time:.1}\t{allocations:.1}\t{bytes:.0}");
    }
    Ok(())
}
