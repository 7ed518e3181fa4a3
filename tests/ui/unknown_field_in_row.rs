mod blog;

use blog::Post;
use embellie::prelude::*;

async fn rows(db: &Database) -> embellie::Result<()> {
    for row in Post::objects().values(row!(title, who = author__nam)).all(db).await? {
        println!("{} {}", row.title, row.who);
    }
    Ok(())
}

fn main() {}
