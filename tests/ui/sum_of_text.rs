mod blog;

use blog::Post;
use embellie::prelude::*;

fn main() {
    let _ = Post::objects().annotate(&Sum(Post::title));
}
