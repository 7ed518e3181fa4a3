mod blog;

use blog::Post;
use embellie::prelude::*;

async fn author(post: &Post, db: &Database) -> embellie::Result<String> {
    Ok(post.author.get(db).name.clone())
}

fn main() {}
