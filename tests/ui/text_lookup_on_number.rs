mod blog;

use blog::Post;

fn main() {
    let _ = Post::views.icontains("x");
}
