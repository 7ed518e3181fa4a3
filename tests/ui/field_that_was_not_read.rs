mod blog;

use blog::*;
use embellie::prelude::*;

async fn read(db: &Database) -> embellie::Result<()> {
    let post = Post::objects().only((Post::title, Post::author.name)).get(db).await?;
    let (_, _) = (post.get(Post::title), post.get(Post::author.name));
    let _ = post.get(Post::views);
    Ok(())
}

fn main() {}
