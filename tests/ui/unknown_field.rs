mod blog;

use blog::Post;

fn main() {
    let _ = Post::titel.exact("x");
}
