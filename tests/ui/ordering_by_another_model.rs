mod blog;

use blog::{Post, User};
use embellie::prelude::*;

fn main() {
    let _ = Post::objects().order_by((Post::title, User::name.desc()));
}
