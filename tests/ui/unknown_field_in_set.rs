mod blog;

use blog::Post;
use embellie::prelude::*;

async fn reset(db: &Database) -> embellie::Result<u64> {
    Post::objects().update(set!(view = 0), db).await
}

fn main() {}
