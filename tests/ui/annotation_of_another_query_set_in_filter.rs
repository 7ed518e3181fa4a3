mod blog;

use blog::{Post, PostAuthorReverse as _, User};
use embellie::prelude::*;

fn main() {
    let posts = Count(User::posts());
    let _ = Post::objects().filter(posts.gte(1));
}
