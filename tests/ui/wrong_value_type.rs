mod blog;

use blog::Post;

fn main() {
    let _ = Post::title.exact(5);
}
