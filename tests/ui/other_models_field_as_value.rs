mod blog;

use blog::{Comment, Post};

fn main() {
    let _ = Comment::body.eq(Post::title);
}
