mod blog;

use blog::{Post, User};
use embellie::prelude::*;

fn main() {
    let _ = Post::objects().values_list((Post::title, User::name));
}
