mod blog;

use blog::Post;
use embellie::prelude::*;

fn main() {
    let _ = Post::objects().filter(q!(views__gt = 2, titel__icontains = "x"));
}
