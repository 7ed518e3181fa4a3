mod blog;

use blog::{Post, Tag};
use embellie::prelude::*;

fn main() {
    let _ = Tag::objects().filter(Exists(&|tag| Post::objects().filter(Post::author.eq(tag))));
}
