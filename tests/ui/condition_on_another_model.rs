mod blog;

use blog::{Post, User};
use embellie::prelude::*;

fn main() {
    let _ = Post::objects().filter(User::name.exact("x"));
}
