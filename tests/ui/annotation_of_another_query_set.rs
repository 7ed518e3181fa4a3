mod blog;

use blog::{Post, PostAuthorReverse as _, User};
use embellie::prelude::*;

fn main() {
    let posts = Count(User::posts());
    let _ = User::objects().annotate(&posts);
    let _ = Post::objects().annotate(&posts);
}
