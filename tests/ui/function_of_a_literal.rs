mod blog;

use blog::Post;
use embellie::functions::Lower;
use embellie::prelude::*;

fn main() {
    let _ = Post::objects().filter(Lower("title").eq("x"));
}
