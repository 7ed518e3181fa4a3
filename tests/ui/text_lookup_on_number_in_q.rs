mod blog;

use blog::Post;
use embellie::prelude::*;

fn main() {
    let _ = Post::objects().filter(q!(views__startswith = "1"));
}
