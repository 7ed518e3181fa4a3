mod blog;

use blog::{Post, Tag};
use embellie::prelude::*;

fn main() {
    let _ = Post::objects().filter(q!(author__in = Tag::objects()));
}
