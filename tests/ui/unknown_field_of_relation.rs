mod blog;

use blog::Post;

fn main() {
    let _ = Post::author.nam.exact("x");
}
