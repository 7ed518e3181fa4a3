mod blog;

use blog::*;
use embellie::prelude::*;

async fn read(db: &Database) -> embellie::Result<()> {
    let post = Post::objects().defer(Post::views).get(db).await?;
    let _ = post.get(Post::title)?;
    let _ = post.get(Post::views)?;
    Ok(())
}

fn main() {}
