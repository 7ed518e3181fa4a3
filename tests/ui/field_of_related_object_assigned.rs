mod blog;

use blog::*;
use embellie::prelude::*;

async fn change(db: &Database) -> embellie::Result<()> {
    let mut post = Post::objects().only((Post::title, Post::author.name)).get(db).await?;
    post.set(Post::title, "x")?;
    post.set(Post::author.name, "x")
}

fn main() {}
