mod blog;

use blog::{Post, Tag, User};
use embellie::prelude::*;

fn main() {
    let _ = User::objects().filter(Exists(&|user| {
        Post::objects().filter(Exists(&|_| Tag::objects().filter(Tag::name.eq(user.name))))
    }));
}
