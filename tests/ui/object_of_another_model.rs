mod blog;

use blog::{Post, Tag};
use embellie::prelude::*;

fn main() {
    let rust = new!(Tag { name: "rust" });
    let _ = Post::objects().filter(q!(author = &rust));
}
