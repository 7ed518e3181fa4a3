mod blog;

use blog::Post;
use embellie::prelude::*;

async fn titles(db: &Database) -> embellie::Result<()> {
    for post in Post::objects().all(db)? {
        println!("{}", post.title);
    }
    Ok(())
}

fn main() {}
